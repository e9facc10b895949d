package change_test

import (
	"testing"

	"parley"
	"parley/change"
)

// TestWhatOneSideAsksTheOtherAgreesTo has each side ask for changes of a deal before its flight and while it runs.
func TestWhatOneSideAsksTheOtherAgreesTo(t *testing.T) {
	t.Parallel()
	end := deal().Flight.End
	for name, test := range map[string]struct {
		terms          parley.ChangeTerms
		before, during bool // the seller's waits for the buyer
	}{
		"a higher price": {parley.ChangeTerms{CPM: of(int64(10_810_000))}, true, true},
		"a lower price":  {parley.ChangeTerms{CPM: of(int64(10_790_000))}, false, false},
		"less volume":    {parley.ChangeTerms{Impressions: of(int64(999_999))}, true, true},
		"more volume":    {parley.ChangeTerms{Impressions: of(int64(1_000_001))}, true, true},
		"other days":     {parley.ChangeTerms{FlightEnd: of(end + 1)}, true, true},
		"a part of it":   {parley.ChangeTerms{Cancel: &parley.Cancellation{Share: 1}}, true, true},
		"all of it":      {parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal}}, false, true},
		"nothing":        {parley.ChangeTerms{}, false, false},
	} {
		for day, want := range map[parley.Date]bool{today: test.before, deal().Flight.Start: test.during} {
			c, _ := request(t, deal(), parley.ChangeOther, test.terms)
			if change.WaitsForBuyer(c, deal(), day) {
				t.Errorf("%s, which the buyer asked for, waits for it", name)
			}
			c.AskedBy = parley.SideSeller
			if got := change.WaitsForBuyer(c, deal(), day); got != want {
				t.Errorf("%s on %s: %v, want %v", name, day, got, want)
			}
			if c.Status = parley.ChangePendingApproval; change.WaitsForBuyer(c, deal(), day) {
				t.Errorf("%s waits for the buyer before it is approved", name)
			}
		}
	}
}

// TestWhatIsAgreedMovesWhenSomebodyWasAsked shifts a flight with and without the other side's doing.
func TestWhatIsAgreedMovesWhenSomebodyWasAsked(t *testing.T) {
	t.Parallel()
	booked := deal().Flight
	shifted, back := booked, booked
	shifted.End += 2
	walked := deal()
	walked.Flight, walked.Agreed = shifted, &booked
	for name, test := range map[string]struct {
		of     parley.Deal
		c      parley.ChangeRequest
		to     parley.Flight
		agreed parley.Flight
	}{
		"by the buyer alone":          {deal(), parley.ChangeRequest{AskedBy: parley.SideBuyer}, shifted, booked},
		"by the buyer, with the desk": {deal(), parley.ChangeRequest{AskedBy: parley.SideBuyer, ApprovalID: "a"}, shifted, shifted},
		"by the seller":               {deal(), parley.ChangeRequest{AskedBy: parley.SideSeller}, shifted, shifted},
		"back where it was":           {walked, parley.ChangeRequest{AskedBy: parley.SideBuyer}, back, booked},
		"another term, with the desk": {walked, parley.ChangeRequest{AskedBy: parley.SideBuyer, ApprovalID: "a"}, shifted, booked},
	} {
		after := test.of
		after.Agreed = change.AgreedFlight(test.of, test.c, test.to)
		after.Flight = test.to
		if after.AgreedFlight() != test.agreed || after.Agreed != nil && *after.Agreed == after.Flight {
			t.Errorf("%s: agreed is %v, want %v", name, after.Agreed, test.agreed)
		}
	}
}

// TestWhatCanNoLongerBeApplied has the deal move on before a change of it is applied.
func TestWhatCanNoLongerBeApplied(t *testing.T) {
	t.Parallel()
	terms := parley.ChangeTerms{FlightEnd: of(deal().Flight.End + 1)}
	c, after := request(t, deal(), parley.ChangeFlightDates, terms)
	c.Expected = change.Expected(deal())
	for name, test := range map[string]struct {
		moves func(*parley.Deal)
		today parley.Date
		want  string
	}{
		"nothing has moved":        {func(*parley.Deal) {}, today, ""},
		"the price has":            {func(d *parley.Deal) { d.Price.FinalCPM += 10_000 }, today, "The deal's price has changed meanwhile: it is 10.81."},
		"the volume has":           {func(d *parley.Deal) { d.Impressions++ }, today, "The deal's number of impressions has changed meanwhile: it is 1000001."},
		"a part was given up":      {func(d *parley.Deal) { d.Status = parley.DealPartiallyCancelled }, today, "The deal's status has changed meanwhile: it is partially_cancelled."},
		"the flight has":           {func(d *parley.Deal) { d.Flight.End += 3 }, today, "The deal's last day has changed meanwhile: it is 2024-11-05."},
		"the deal has ended":       {func(d *parley.Deal) { d.Status = parley.DealCancelled }, today, "The deal is cancelled."},
		"the flight is over":       {func(*parley.Deal) {}, deal().Flight.End + 1, "The deal's flight is over."},
		"on its flight's last day": {func(*parley.Deal) {}, deal().Flight.End, ""},
	} {
		d := deal()
		test.moves(&d)
		got, failure := change.Applicable(c, d, test.today)
		if failure != test.want || failure == "" && got.Flight != after.Flight {
			t.Errorf("%s: %q, want %q", name, failure, test.want)
		}
	}
}
