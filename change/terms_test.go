package change_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley"
	"parley/change"
	"parley/inventory"
)

func TestPartOfADealIsCancelled(t *testing.T) {
	t.Parallel()
	start := deal().Flight.Start
	for _, test := range []struct {
		cancel      parley.Cancellation
		impressions int64
		days        int64 // that the flight has left
		status      parley.DealStatus
	}{
		{parley.Cancellation{Share: 250_000}, 750_000, 10, parley.DealPartiallyCancelled},
		{parley.Cancellation{Share: 1}, 999_999, 10, parley.DealPartiallyCancelled},
		{parley.Cancellation{Share: parley.WholeDeal}, 1_000_000, 10, parley.DealCancelled},
		{parley.Cancellation{Share: parley.WholeDeal, From: of(start + 4)}, 400_000, 4, parley.DealPartiallyCancelled},
		{parley.Cancellation{Share: 500_000, From: of(start + 4)}, 700_000, 10, parley.DealPartiallyCancelled},
		{parley.Cancellation{Share: parley.WholeDeal, From: of(start - 9)}, 1_000_000, 10, parley.DealCancelled},
	} {
		after, err := change.NewTerms(deal().Terms(), parley.ChangeTerms{Cancel: &test.cancel}, today)
		if err != nil || after.Impressions != test.impressions || after.Flight.Days() != test.days || after.Status != test.status {
			t.Errorf("%+v: %d impressions over %d days, %s (%v)", test.cancel, after.Impressions, after.Flight.Days(), after.Status, err)
		}
	}
}

func TestTermsThatDoNotFitAreNamed(t *testing.T) {
	t.Parallel()
	running := deal()
	running.Flight = parley.Flight{Start: today - 3, End: today + 6}
	open, thin := deal(), deal()
	open.Impressions, thin.Impressions = 0, 2
	from, to := deal().Flight.Start, deal().Flight.End
	for name, test := range map[string]struct {
		of    parley.Deal
		terms parley.ChangeTerms
		field string // empty: they fit
	}{
		"nothing":                   {deal(), parley.ChangeTerms{}, ""},
		"the end before the start":  {deal(), parley.ChangeTerms{FlightEnd: of(from - 1)}, "flight_end"},
		"too long a flight":         {deal(), parley.ChangeTerms{FlightEnd: of(from + parley.MaxFlightDays)}, "flight_end"},
		"too far a flight":          {deal(), parley.ChangeTerms{FlightStart: of(to + 3650), FlightEnd: of(to + 3660)}, "flight_end"},
		"a start that has passed":   {deal(), parley.ChangeTerms{FlightStart: of(today - 1)}, "flight_start"},
		"a flight that has passed":  {running, parley.ChangeTerms{FlightEnd: of(today - 1)}, "flight_end"},
		"a running deal's own days": {running, parley.ChangeTerms{FlightStart: &running.Flight.Start, FlightEnd: of(today)}, ""},
		"a running deal's start":    {running, parley.ChangeTerms{FlightStart: of(running.Flight.Start + 1)}, "flight_start"},
		"a start today":             {deal(), parley.ChangeTerms{FlightStart: of(today)}, ""},
		"a start further back":      {running, parley.ChangeTerms{FlightStart: of(running.Flight.Start - 1)}, "flight_start"},
		"no impressions":            {deal(), parley.ChangeTerms{Impressions: of(int64(0))}, "impressions"},
		"no price":                  {deal(), parley.ChangeTerms{CPM: of(int64(0))}, "price"},
		"no share":                  {deal(), parley.ChangeTerms{Cancel: &parley.Cancellation{}}, "cancel_pct"},
		"more than there is":        {deal(), parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal + 1}}, "cancel_pct"},
		"a share of no volume":      {open, parley.ChangeTerms{Cancel: &parley.Cancellation{Share: 500_000}}, "cancel_pct"},
		"a later share of none":     {open, parley.ChangeTerms{Cancel: &parley.Cancellation{Share: 500_000, From: of(from + 4)}}, "cancel_pct"},
		"all of no volume":          {open, parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal}}, ""},
		"the rest of no volume":     {open, parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal, From: of(from + 4)}}, ""},
		"a share of a day of none":  {thin, parley.ChangeTerms{Cancel: &parley.Cancellation{Share: 500_000, From: of(to)}}, "cancel_pct"},
		"from after its flight":     {deal(), parley.ChangeTerms{Cancel: &parley.Cancellation{Share: 1, From: of(to + 1)}}, "effective_date"},
	} {
		_, err := change.NewTerms(test.of.Terms(), test.terms, today)
		if (err != nil) != (test.field != "") || err != nil && !strings.Contains(err.Error(), "proposed_values."+test.field) {
			t.Errorf("%s: %v, want %q", name, err, test.field)
		}
	}
}

// TestNewTermsAreTermsOfADeal draws any change: what it makes can be sold, and a cancellation only gives up.
func TestNewTermsAreTermsOfADeal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := deal().Terms()
		asked := drawTerms(t, before)
		after, err := change.NewTerms(before, asked, today)
		if err != nil {
			if !parley.Is(err, parley.CodeValidation) {
				t.Fatal(err)
			}
			return
		}
		if _, err := parley.NewFlight(after.Flight.Start, after.Flight.End, today); err != nil || after.Flight.Start < today {
			t.Fatalf("%+v: %v", after.Flight, err)
		}
		if after.Impressions <= 0 && after.Status != parley.DealCancelled || after.CPM <= 0 || !before.Status.Allows(after.Status) && after.Status != before.Status {
			t.Fatalf("%+v", after)
		}
		whole := asked
		whole.Cancel = nil
		without, err := change.NewTerms(before, whole, today)
		if err != nil || after.Impressions > without.Impressions || after.Flight.Start != without.Flight.Start || after.Flight.End > without.Flight.End {
			t.Fatalf("cancelled %+v of %+v (%v)", after, without, err)
		}

		if same := cmp.Equal(before, after); same != (len(change.Differences(before, after)) == 0) {
			t.Fatalf("%+v and %+v differ in %+v", before, after, change.Differences(before, after))
		}
		// Whatever of its terms is another, the deal is not what it was.
		d, other := deal(), deal()
		other.Flight, other.Impressions, other.Price.FinalCPM, other.Status = after.Flight, after.Impressions, after.CPM, after.Status
		if field, _, differs := change.Unexpected(other, change.Expected(d)); differs == cmp.Equal(before, after) {
			t.Fatalf("%+v and %+v: %q differs, %t", before, after, field, differs)
		}
	})
}

func TestDifferencesAreInTheDocumentedForm(t *testing.T) {
	t.Parallel()
	before, after := deal().Terms(), deal().Terms()
	after.Flight.End, after.Impressions, after.CPM, after.Status = 20_030, 2_000_000, 9_500_000, parley.DealPartiallyCancelled
	var got []string
	for _, d := range change.Differences(before, after) {
		got = append(got, d.Field+" "+string(d.Old)+" "+string(d.New))
	}
	want := []string{
		`flight_end "2024-11-02" "2024-11-03"`, "impressions 1000000 2000000", "price 10.80 9.50", `status "booked" "partially_cancelled"`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestTheValueOfAChange(t *testing.T) {
	t.Parallel()
	before := deal().Terms() // 10,800.00
	half, over := before, before
	half.Impressions, over.Impressions, over.CPM = 500_000, math.MaxInt64, math.MaxInt64
	ended := before
	ended.Status = parley.DealCancelled
	for _, test := range []struct {
		after parley.DealTerms
		want  int64 // -1: refused
	}{{before, 10_800_000_000}, {half, 5_400_000_000}, {ended, 0}, {over, -1}} {
		impact, err := change.Impact(before, test.after)
		switch {
		case test.want < 0:
			if !parley.Is(err, parley.CodeValidation) {
				t.Errorf("%+v: %v", test.after, err)
			}
		case err != nil || impact.Before != 10_800_000_000 || impact.After != test.want || impact.Currency != parley.USD:
			t.Errorf("%+v: %+v (%v)", test.after, impact, err)
		}
	}
}

// TestWhatADealHoldsIsThereForItsChange compares what is available for a deal's new terms with a ledger that never had it.
func TestWhatADealHoldsIsThereForItsChange(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := deal()
		d.Impressions = rapid.Int64Range(1, 2000).Draw(t, "held")
		after := d.Terms()
		after.Flight.Start += parley.Date(rapid.IntRange(-5, 5).Draw(t, "start"))
		after.Flight.End = after.Flight.Start + parley.Date(rapid.IntRange(0, 14).Draw(t, "days"))
		after.Impressions = rapid.Int64Range(1, 4000).Draw(t, "asked")
		days := make([]parley.DayCapacity, after.Flight.Days())
		for i := range days {
			days[i] = parley.DayCapacity{
				Day: after.Flight.Start + parley.Date(i), Capacity: of(rapid.Int64Range(200, 500).Draw(t, "capacity")),
				Reserved: rapid.Int64Range(0, 200).Draw(t, "others"),
			}
		}
		left := inventory.Available(days, after.Flight)
		holding := slices.Clone(days)
		for i, n := range inventory.Spread(d.Impressions, d.Flight) {
			if at := int(d.Flight.Start) + i - int(after.Flight.Start); at >= 0 && at < len(holding) {
				holding[at].Reserved += n
			}
		}
		got := change.Availability(d, after, holding)
		if *got.Impressions != *left || got.Available != (*left >= after.Impressions) {
			t.Fatalf("%+v (%d), want %d", got, *got.Impressions, *left)
		}
	})
}
