package change_test

import (
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
	cancel := parley.ChangeTerms{Cancel: &parley.Cancellation{Share: 1}}
	sold, under, none := change.Price{CPM: 9_000_000, Floor: 8_000_000}, change.Price{CPM: 9_000_000, Floor: 9_250_000}, change.Price{CPM: 9_000_000, Gone: gone}
	for name, test := range map[string]struct {
		price   change.Price
		terms   parley.ChangeTerms
		by      parley.Side
		refused string // a part of why; empty: it is taken
	}{
		"other days at a good price":            {sold, days, parley.SideBuyer, ""},
		"a good price":                          {sold, priced, parley.SideBuyer, ""},
		"other days under the floor":            {under, days, parley.SideBuyer, "are not sold at the deal's price"},
		"a price under the floor, by the buyer": {under, priced, parley.SideBuyer, ""}, // the desk rejects it
		"a price under the floor, by the desk":  {under, priced, parley.SideSeller, "must not be below the floor of 9.25"},
		"days under the floor, by the desk":     {under, days, parley.SideSeller, "need a price of at least 9.25"},
		"days that are not sold":                {none, days, parley.SideBuyer, gone.Detail},
		"a price of what is not sold":           {none, priced, parley.SideSeller, gone.Detail},
		"a part given up of what is not sold":   {none, cancel, parley.SideBuyer, ""},
		"a part given up under the floor":       {under, cancel, parley.SideBuyer, ""},
	} {
		c, _ := request(t, deal(), parley.ChangeOther, test.terms)
		c.AskedBy = test.by
		err := test.price.Askable(c, parley.USD)
		if (err != nil) != (test.refused != "") || err != nil && !strings.Contains(err.Error(), test.refused) {
			t.Errorf("%s: %v, want %q", name, err, test.refused)
		}
	}
}

// TestABuyerHearsNothingOfTheFloor: what it is told is the same under any floor above the price, and of its own price nothing.
func TestABuyerHearsNothingOfTheFloor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := deal()
		cpm := rapid.Int64Range(1, 2000).Draw(t, "cents") * 10_000
		terms := parley.ChangeTerms{FlightEnd: of(d.Flight.End + 1)}
		if rapid.Bool().Draw(t, "names a price") {
			terms.CPM = &cpm
		}
		after, err := change.NewTerms(d.Terms(), terms, today)
		if err != nil {
			t.Fatal(err)
		}
		c := parley.ChangeRequest{Terms: terms, Diffs: change.Differences(d.Terms(), after), AskedBy: parley.SideBuyer}
		told := func(floor int64) (string, string) {
			p := change.Price{CPM: after.CPM, Floor: floor}
			if err := p.Askable(c, parley.USD); err != nil {
				return err.Error(), p.Unsold()
			}
			return "", p.Unsold()
		}
		one, later := told(after.CPM + rapid.Int64Range(1, 9_000_000).Draw(t, "above"))
		other, laterToo := told(after.CPM + rapid.Int64Range(1, 9_000_000).Draw(t, "above"))
		if one != other || later != laterToo || later == "" || terms.CPM != nil && one != "" {
			t.Fatalf("%q and %q, later %q and %q", one, other, later, laterToo)
		}
		if asked, now := told(after.CPM - rapid.Int64Range(0, after.CPM).Draw(t, "below")); asked != "" || now != "" {
			t.Fatalf("above the floor: %q, later %q", asked, now)
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

func TestAPriceIsAWholeNumberOfTheMinorUnit(t *testing.T) {
	t.Parallel()
	for micros, whole := range map[int64]bool{9_990_000: true, 9_995_000: false, 1: false} {
		if err := change.CheckPrice(parley.ChangeTerms{CPM: &micros}, parley.USD); (err == nil) != whole {
			t.Errorf("%d: %v", micros, err)
		}
	}
}
