package seller

import (
	"cmp"
	"context"
	"slices"

	"parley"
	"parley/storage"
)

// NegotiationTotal is what negotiations over one product in one currency came to.
type NegotiationTotal = storage.NegotiationTotal

// NegotiationRow is that of those which opened in one month; of sums the month is 0, or the product empty.
type NegotiationRow struct {
	Month Month
	NegotiationTotal
}

// Yield is how much of what was asked was agreed, in basis points; ok is false where nothing was agreed that has a value.
func (r NegotiationRow) Yield() (share parley.BasisPoints, ok bool) {
	return shareOf(r.AgreedValue, r.Asked)
}

// Concluded is how many of the negotiations that are over ended in an agreement, in basis points; ok is false where none is over.
func (r NegotiationRow) Concluded() (share parley.BasisPoints, ok bool) {
	return shareOf(r.Agreed, r.Agreed+r.Rejected+r.Expired)
}

func shareOf(part, whole int64) (parley.BasisPoints, bool) {
	if whole == 0 {
		return 0, false
	}
	share, err := parley.MulDiv(part, int64(parley.OneHundredPercent), whole, parley.HalfUp)
	return parley.BasisPoints(share), err == nil
}

// NegotiationReport is what the negotiations came to that opened in some months: what was asked, what buyers offered first, and what was
// agreed. Currencies are never added.
type NegotiationReport struct {
	From, To Month
	Rows     []NegotiationRow // by month, product and currency
	ByMonth  []NegotiationRow // by month and currency
	Sums     []NegotiationRow // by currency
	Products ProductNames
}

// NegotiationReport answers, for the publisher, what the negotiations of some months came to.
func (s *Service) NegotiationReport(ctx context.Context, call Call, from, to Month) (NegotiationReport, error) {
	months, err := monthsBetween(from, to)
	if err != nil {
		return NegotiationReport{}, err
	}
	return read(ctx, s, call, func(v *view) (NegotiationReport, error) {
		pending := make([]*storage.Pending[[]storage.NegotiationTotal], len(months))
		for i, m := range months {
			days := m.Days()
			pending[i] = v.NegotiationTotals(days.Start.Begins(s.settings.TimeZone), (days.End + 1).Begins(s.settings.TimeZone), v.now)
		}
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return NegotiationReport{}, err
		}
		report, products := NegotiationReport{From: from, To: to}, map[string]bool{}
		for i, m := range months {
			totals, err := pending[i].Get(ctx)
			if err != nil {
				return NegotiationReport{}, err
			}
			for _, t := range totals {
				report.Rows = append(report.Rows, NegotiationRow{m, t})
				products[t.ProductID] = true
			}
		}
		report.ByMonth = addUpNegotiations(report.Rows, func(row *NegotiationRow) { row.ProductID = "" })
		report.Sums = addUpNegotiations(report.ByMonth, func(row *NegotiationRow) { row.Month = 0 })
		var err error
		report.Products, err = v.productNames(ctx, products)
		return report, err
	})
}

// addUpNegotiations adds up rows that are the same but for their counts, by what is left of each.
func addUpNegotiations(rows []NegotiationRow, leave func(*NegotiationRow)) []NegotiationRow {
	sums := slices.Clone(rows)
	for i := range sums {
		leave(&sums[i])
	}
	order := func(a, b NegotiationRow) int {
		return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.ProductID, b.ProductID), cmp.Compare(a.Currency, b.Currency))
	}
	slices.SortStableFunc(sums, order)
	var added []NegotiationRow
	for _, row := range sums {
		if n := len(added); n == 0 || order(added[n-1], row) != 0 {
			added = append(added, row)
			continue
		}
		last := &added[len(added)-1]
		for _, pair := range [][2]*int64{
			{&last.Opened, &row.Opened}, {&last.Agreed, &row.Agreed}, {&last.Rejected, &row.Rejected}, {&last.Expired, &row.Expired},
			{&last.Open, &row.Open}, {&last.Unstated, &row.Unstated}, {&last.Impressions, &row.Impressions}, {&last.Asked, &row.Asked},
			{&last.Offered, &row.Offered}, {&last.AgreedValue, &row.AgreedValue},
		} {
			*pair[0] = parley.AddedUp(*pair[0], *pair[1])
		}
	}
	return added
}
