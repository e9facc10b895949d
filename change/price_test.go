package change_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/change"
)

var gone = &parley.ProposalError{Stage: "validate", Code: "product_gone", Detail: "The product is no longer sold."}

// TestWhatIsRefusedAtOnce asks for terms that are sold, are under the floor, and are not sold at all.
func TestWhatIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	days := parley.ChangeTerms{FlightEnd: of(deal().Flight.End + 1)}
	priced := parley.ChangeTerms{CPM: of(int64(9_000_000))}
	part := parley.ChangeTerms{Cancel: &parley.Cancellation{Share: 1}}
	whole := parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal}}
	sold, under, none := change.Price{CPM: 9_000_000, Floor: 8_000_000}, change.Price{CPM: 9_000_000, Floor: 9_250_000}, change.Price{CPM: 9_000_000, Gone: gone}
	for name, test := range map[string]struct {
		price   change.Price
		terms   parley.ChangeTerms
		by      parley.Side
		refused string // a part of why; empty: it is taken
	}{
		"other days at a good price":            {sold, days, parley.SideBuyer, ""},
		"a good price":                          {sold, priced, parley.SideBuyer, ""},
		"other days under the floor":            {under, days, parley.SideBuyer, ""},   // likewise
		"a price under the floor, by the buyer": {under, priced, parley.SideBuyer, ""}, // the desk rejects it
		"a price under the floor, by the desk":  {under, priced, parley.SideSeller, "must not be below the floor of 9.25"},
		"days under the floor, by the desk":     {under, days, parley.SideSeller, "need a price of at least 9.25"},
		"days that are not sold":                {none, days, parley.SideBuyer, gone.Detail},
		"a price of what is not sold":           {none, priced, parley.SideSeller, gone.Detail},
		"a part given up of what is not sold":   {none, part, parley.SideBuyer, gone.Detail},
		"a part given up under the floor":       {under, part, parley.SideBuyer, ""}, // likewise
		"a part given up so, by the desk":       {under, part, parley.SideSeller, "need a price of at least 9.25"},
		"all given up of what is not sold":      {none, whole, parley.SideBuyer, ""},
		"all given up under the floor":          {under, whole, parley.SideSeller, ""},
	} {
		c, after := request(t, deal(), parley.ChangeOther, test.terms)
		c.AskedBy = test.by
		err := test.price.Askable(c, after, today)
		if (err != nil) != (test.refused != "") || err != nil && !strings.Contains(err.Error(), test.refused) {
			t.Errorf("%s: %v, want %q", name, err, test.refused)
		}
	}
}

// TestTheFloorIsNoOracleOfChanges lets a buyer ask for any change of two deals whose products differ in nothing but a floor that
// is not above the ask: what it is told, and how grave the change is, is the same.
func TestTheFloorIsNoOracleOfChanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := deal()
		terms := drawTerms(t, d.Terms())
		after, err := change.NewTerms(d.Terms(), terms, today)
		if err != nil {
			return
		}
		c := parley.ChangeRequest{
			Type: rapid.SampledFrom(parley.ChangeTypes[:]).Draw(t, "type"), Proposed: json.RawMessage(`{}`), Terms: terms,
			Diffs: change.Differences(d.Terms(), after), AskedBy: parley.SideBuyer,
		}
		ask := rapid.Int64Range(1, 2000).Draw(t, "ask") * 10_000
		told := func(label string) (string, parley.Severity) {
			p := change.Price{CPM: after.CPM, Ask: ask, Floor: rapid.Int64Range(0, ask).Draw(t, label)}
			said := fmt.Sprint(p.Askable(c, after, today))
			return said, change.Severity(c, d.Terms(), after, d.AgreedFlight(), p.Ask, today)
		}
		one, grave := told("a floor")
		other, too := told("another")
		if one != other || grave != too {
			t.Fatalf("%q, %s and %q, %s", one, grave, other, too)
		}
		// What is sold at this price under the one floor and not under the other is held for the desk under both.
		if change.SetsTerms(c, after, today) && after.CPM < ask && grave == parley.SeverityMinor {
			t.Fatalf("%+v is minor at %d, for an ask of %d", terms, after.CPM, ask)
		}
	})
}

func TestTheDeskApprovesNothingUnderTheFloor(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		price change.Price
		want  string
	}{
		{change.Price{CPM: 9_000_000, Floor: 9_000_000}, ""},
		{change.Price{CPM: 9_000_000, Floor: 9_010_000}, "the price is below the floor of 9.01"},
		{change.Price{CPM: 9_000_000, Gone: gone}, gone.Detail},
	} {
		err := test.price.Approvable(parley.USD)
		if (err != nil) != (test.want != "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %q", test.price, err, test.want)
		}
	}
}

func TestAChangedPriceIsOneThatThereIs(t *testing.T) {
	t.Parallel()
	for micros, whole := range map[int64]bool{9_990_000: true, 9_995_000: false, 1: false, 0: false, -10_000: false, parley.MaxCPM + 10_000: false} {
		if _, err := change.NewTerms(deal().Terms(), parley.ChangeTerms{CPM: &micros}, today); (err == nil) != whole {
			t.Errorf("%d: %v", micros, err)
		}
	}
}
