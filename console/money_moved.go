package console

import (
	"slices"
	"strings"

	"parley"
)

// moneyMoved is what a change comes to in money: below 0 is a loss.
type moneyMoved struct {
	Micros   int64
	Currency parley.Currency
}

// Loss tells whether the change costs something.
func (m moneyMoved) Loss() bool { return m.Micros < 0 }

func (m moneyMoved) String() string {
	sign := "+"
	switch {
	case m.Micros < 0:
		sign = "\u2212"
	case m.Micros == 0:
		sign = ""
	}
	return sign + worth(max(m.Micros, -m.Micros), m.Currency)
}

// valueMoved is what a price that changes comes to over a volume, in micros. What is too large to be reckoned with is 0.
func valueMoved(before, after, impressions int64) int64 {
	was, err := parley.DealValue(before, impressions)
	if err != nil {
		return 0
	}
	is, err := parley.DealValue(after, impressions)
	if err != nil {
		return 0
	}
	return is - was
}

// cutOf is how far a price is under what it was, below 0; 0 when it is not.
func cutOf(before, after int64) parley.BasisPoints {
	if after >= before || before <= 0 {
		return 0
	}
	cut, err := parley.MulDiv(before-after, int64(parley.OneHundredPercent), before, parley.HalfUp)
	if err != nil {
		return 0
	}
	return -parley.BasisPoints(cut)
}

// totalMoved sums up by currency, the largest loss first.
func totalMoved(all []moneyMoved) []moneyMoved {
	var totals []moneyMoved
	for _, m := range all {
		at := slices.IndexFunc(totals, func(t moneyMoved) bool { return t.Currency == m.Currency })
		if at < 0 {
			at = len(totals)
			totals = append(totals, moneyMoved{Currency: m.Currency})
		}
		totals[at].Micros += m.Micros
	}
	slices.SortFunc(totals, func(a, b moneyMoved) int {
		switch {
		case a.Micros != b.Micros && a.Micros < b.Micros:
			return -1
		case a.Micros != b.Micros:
			return 1
		}
		return strings.Compare(string(a.Currency), string(b.Currency))
	})
	return totals
}
