package change_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/change"
)

const today = parley.Date(20_000)

// deal is a booked one: a million impressions at 10.80 over ten days that begin in twenty.
func deal() parley.Deal {
	return parley.Deal{
		Status: parley.DealBooked, DealType: parley.ProgrammaticGuaranteed, Impressions: 1_000_000,
		Flight: parley.Flight{Start: today + 20, End: today + 29},
		Price:  parley.PriceDecision{FinalCPM: 10_800_000, Currency: parley.USD},
	}
}

func of[T any](v T) *T { return &v }

// request is what a buyer's request becomes when it is taken.
func request(t *testing.T, d parley.Deal, kind parley.ChangeType, terms parley.ChangeTerms) (parley.ChangeRequest, parley.DealTerms) {
	t.Helper()
	after, err := change.NewTerms(d.Terms(), terms, today)
	if err != nil {
		t.Fatal(err)
	}
	return parley.ChangeRequest{
		Type: kind, Terms: terms, Diffs: change.Differences(d.Terms(), after), AskedBy: parley.SideBuyer, Status: parley.ChangeApproved,
	}, after
}

func TestSeverityFollowsFromWhatAChangeDoes(t *testing.T) {
	t.Parallel()
	from, to := deal().Flight.Start, deal().Flight.End
	for name, test := range map[string]struct {
		kind     parley.ChangeType
		terms    parley.ChangeTerms
		proposed string
		ask      int64 // 0: the deal's price
		want     parley.Severity
	}{
		"creative":                 {parley.ChangeCreative, parley.ChangeTerms{}, `{"creative_id": "c", "notes": "n"}`, 0, parley.SeverityMinor},
		"creative with a price":    {parley.ChangeCreative, parley.ChangeTerms{CPM: of(int64(10_000_000))}, `{}`, 0, parley.SeverityCritical},
		"creative with volume":     {parley.ChangeCreative, parley.ChangeTerms{Impressions: of(int64(900_000))}, `{}`, 0, parley.SeverityMaterial},
		"creative with targeting":  {parley.ChangeCreative, parley.ChangeTerms{}, `{"geo_targets": ["CA"]}`, 0, parley.SeverityMaterial},
		"creative that cancels":    {parley.ChangeCreative, parley.ChangeTerms{Cancel: &parley.Cancellation{Share: 1}}, `{}`, 0, parley.SeverityCritical},
		"three days":               {parley.ChangeFlightDates, parley.ChangeTerms{FlightEnd: of(to + 3)}, `{"end_date": "as in the terms"}`, 0, parley.SeverityMinor},
		"three days each":          {parley.ChangeFlightDates, parley.ChangeTerms{FlightStart: of(from + 3), FlightEnd: of(to + 3)}, `{}`, 0, parley.SeverityMinor},
		"three days that are dear": {parley.ChangeFlightDates, parley.ChangeTerms{FlightEnd: of(to + 3)}, `{}`, 10_810_000, parley.SeverityMaterial},
		"three days that are not":  {parley.ChangeFlightDates, parley.ChangeTerms{FlightEnd: of(to + 3)}, `{}`, 9_000_000, parley.SeverityMinor},
		"four days":                {parley.ChangeFlightDates, parley.ChangeTerms{FlightEnd: of(to + 4)}, `{}`, 0, parley.SeverityMaterial},
		"four days less":           {parley.ChangeFlightDates, parley.ChangeTerms{FlightEnd: of(to - 4)}, `{}`, 0, parley.SeverityMaterial},
		"volume":                   {parley.ChangeImpressions, parley.ChangeTerms{Impressions: of(int64(1_000_001))}, `{}`, 0, parley.SeverityMaterial},
		"a lower price":            {parley.ChangePricing, parley.ChangeTerms{CPM: of(int64(10_790_000))}, `{}`, 0, parley.SeverityCritical},
		"other that moves nothing": {parley.ChangeOther, parley.ChangeTerms{}, `{}`, 0, parley.SeverityMaterial},
		"targeting":                {parley.ChangeTargeting, parley.ChangeTerms{}, `{}`, 0, parley.SeverityMaterial},
		"makegood":                 {parley.ChangeMakegood, parley.ChangeTerms{}, `{}`, 0, parley.SeverityMaterial},
		"cancellation":             {parley.ChangeCancellation, parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal}}, `{}`, 0, parley.SeverityCritical},
		"dear days for a person":   {parley.ChangeCreative, parley.ChangeTerms{}, `{}`, 99_000_000, parley.SeverityMinor},
	} {
		c, after := request(t, deal(), test.kind, test.terms)
		c.Proposed = json.RawMessage(test.proposed)
		if test.ask == 0 {
			test.ask = deal().Price.FinalCPM
		}
		if got := change.Severity(c, deal().Terms(), after, deal().AgreedFlight(), test.ask, today); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// TestAShortFlightMovesLittle moves flights by a day: of one that keeps fewer than half of its days little is left.
func TestAShortFlightMovesLittle(t *testing.T) {
	t.Parallel()
	for length, want := range map[parley.Date]parley.Severity{1: parley.SeverityMaterial, 2: parley.SeverityMinor, 5: parley.SeverityMinor} {
		d := deal()
		d.Flight.End = d.Flight.Start + length - 1
		c, after := request(t, d, parley.ChangeFlightDates, parley.ChangeTerms{FlightStart: of(d.Flight.Start + 1), FlightEnd: of(d.Flight.End + 1)})
		c.Proposed = json.RawMessage(`{}`)
		if got := change.Severity(c, d.Terms(), after, d.AgreedFlight(), d.Price.FinalCPM, today); got != want {
			t.Errorf("%d days moved by one: %s, want %s", length, got, want)
		}
	}
}

// TestManySmallShiftsAreNoWayToALargeOne walks a flight in steps that nobody is asked about: it stays by what was agreed.
func TestManySmallShiftsAreNoWayToALargeOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := deal()
		d.Flight.End = d.Flight.Start + parley.Date(rapid.IntRange(0, 12).Draw(t, "length"))
		booked := d.Flight
		for range rapid.IntRange(1, 10).Draw(t, "steps") {
			terms := parley.ChangeTerms{
				FlightStart: of(d.Flight.Start + parley.Date(rapid.IntRange(-4, 4).Draw(t, "start"))),
				FlightEnd:   of(d.Flight.End + parley.Date(rapid.IntRange(-4, 4).Draw(t, "end"))),
			}
			after, err := change.NewTerms(d.Terms(), terms, today)
			if err != nil {
				continue
			}
			c := parley.ChangeRequest{
				Type: parley.ChangeFlightDates, Proposed: json.RawMessage(`{}`), Terms: terms,
				Diffs: change.Differences(d.Terms(), after), AskedBy: parley.SideBuyer,
			}
			if change.Severity(c, d.Terms(), after, d.AgreedFlight(), d.Price.FinalCPM, today) == parley.SeverityMinor {
				d.Agreed = change.AgreedFlight(d, c, after.Flight)
				d.Flight = after.Flight
			}
			if d.AgreedFlight() != booked {
				t.Fatalf("nobody was asked, and agreed is %+v after %+v", d.AgreedFlight(), booked)
			}
			if far := max(d.Flight.Start-booked.Start, booked.Start-d.Flight.Start, d.Flight.End-booked.End, booked.End-d.Flight.End); far > parley.MinorShiftDays {
				t.Fatalf("the flight is %d days away", far)
			}
		}
	})
}

// TestNothingIsLighterThanItsName draws any change: what it does can make it graver than its name, and the price and an end
// are critical under any name.
func TestNothingIsLighterThanItsName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := deal().Terms()
		terms := drawTerms(t, before)
		after, err := change.NewTerms(before, terms, today)
		if err != nil {
			return
		}
		kind := rapid.SampledFrom(parley.ChangeTypes[:]).Draw(t, "type")
		bare := parley.ChangeRequest{Type: kind, Proposed: json.RawMessage(`{}`)}
		named := change.Severity(bare, before, before, before.Flight, before.CPM, today)
		c := bare
		c.Terms, c.Diffs = terms, change.Differences(before, after)
		got := change.Severity(c, before, after, before.Flight, rapid.Int64Range(1, 20_000_000).Draw(t, "ask"), today)
		if got.Worse(named) != got {
			t.Fatalf("%s, lighter than %s", got, named)
		}
		if (after.CPM != before.CPM || after.Status != before.Status) && got != parley.SeverityCritical {
			t.Fatalf("%+v is %s", c.Diffs, got)
		}
	})
}

// drawTerms sets some of a deal's terms, most of them to what is possible.
func drawTerms(t *rapid.T, before parley.DealTerms) parley.ChangeTerms {
	var terms parley.ChangeTerms
	some := func(label string) bool { return rapid.IntRange(0, 2).Draw(t, label) == 0 }
	if some("dates") {
		terms.FlightStart = of(before.Flight.Start + parley.Date(rapid.IntRange(-25, 20).Draw(t, "start")))
		terms.FlightEnd = of(*terms.FlightStart + parley.Date(rapid.IntRange(-1, 40).Draw(t, "days")))
	}
	if some("volume") {
		terms.Impressions = of(rapid.Int64Range(0, 5_000_000).Draw(t, "impressions"))
	}
	if some("price") {
		terms.CPM = of(rapid.Int64Range(0, 2000).Draw(t, "cents") * 10_000)
	}
	if some("cancel") {
		terms.Cancel = &parley.Cancellation{Share: rapid.SampledFrom([]int64{0, 1, 333_333, 999_999, parley.WholeDeal, 1_000_001}).Draw(t, "share")}
		if some("from") {
			terms.Cancel.From = of(before.Flight.Start + parley.Date(rapid.IntRange(-3, 15).Draw(t, "day")))
		}
	}
	return terms
}
