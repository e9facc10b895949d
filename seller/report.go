package seller

import (
	"cmp"
	"context"
	"math"
	"slices"

	"parley"
	"parley/storage"
)

// Month is the first day of a month.
type Month parley.Date

// MonthOf is the month of a day.
func MonthOf(day parley.Date) Month { return Month(day.MonthStart(0)) }

// Days are all days of the month.
func (m Month) Days() parley.Flight {
	return parley.Flight{Start: parley.Date(m), End: parley.Date(m.Next()) - 1}
}

// Next is the month after it.
func (m Month) Next() Month { return Month(parley.Date(m).MonthStart(1)) }

// The kinds of what a report counts.
const (
	ReportBooked    = "booked"    // in force or completed
	ReportPipeline  = "pipeline"  // waiting to be booked, by the month of its making
	ReportCancelled = "cancelled" // booked and cancelled since
)

// ReportRow is what the deals of one month, product, account, currency and kind come to.
type ReportRow struct {
	Month       Month
	ProductID   string
	Account     string
	Currency    parley.Currency
	Kind        string
	Deals       int64
	Unstated    int64 // of the deals, those that state no volume: they count as deals alone
	Impressions int64
	Value       int64 // micros, of the volumes that are stated
}

// Report is what was booked, waits and was cancelled in some months. Currencies are never added.
type Report struct {
	From, To Month
	Rows     []ReportRow // by month, product, account, currency and kind
	Sums     []ReportRow // by currency and kind, of all months
	ByMonth  []ReportRow // by month, currency and kind
	Names    ReportNames
}

// mostReportMonths is how many months a report can have.
const mostReportMonths = 24

// monthsBetween are the months from one to another, which a report can have.
func monthsBetween(from, to Month) ([]Month, error) {
	if to < from {
		return nil, parley.Invalid("to", "must not be before from")
	}
	months := []Month{from}
	for next := from.Next(); next <= to; next = next.Next() {
		if months = append(months, next); len(months) > mostReportMonths {
			return nil, parley.Invalid("to", "must be less than %d months after from", mostReportMonths)
		}
	}
	return months, nil
}

// DealReport answers, for the publisher, what the deals of some months come to.
func (s *Service) DealReport(ctx context.Context, call Call, from, to Month) (Report, error) {
	months, err := monthsBetween(from, to)
	if err != nil {
		return Report{}, err
	}
	return read(ctx, s, call, func(v *view) (Report, error) {
		booked, waiting := make([]*storage.Pending[[]storage.DealTotal], len(months)), make([]*storage.Pending[[]storage.DealTotal], len(months))
		for i, m := range months {
			days := m.Days()
			booked[i] = v.BookedTotals(days)
			waiting[i] = v.WaitingTotals(days.Start.Begins(s.settings.TimeZone), (days.End + 1).Begins(s.settings.TimeZone))
		}
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return Report{}, err
		}
		report := Report{From: from, To: to}
		for i, m := range months {
			for _, pending := range []*storage.Pending[[]storage.DealTotal]{booked[i], waiting[i]} {
				totals, err := pending.Get(ctx)
				if err != nil {
					return Report{}, err
				}
				report.count(m, totals)
			}
		}
		report.sum()
		products, payers := map[string]bool{}, map[string]bool{}
		for _, row := range report.Rows {
			products[row.ProductID], payers[row.Account] = true, true
		}
		var err error
		report.Names, err = v.reportNames(ctx, products, payers)
		return report, err
	})
}

// kindOf is what a deal counts as; empty: as nothing.
func kindOf(status parley.DealStatus) string {
	switch status {
	case parley.DealBooked, parley.DealActive, parley.DealMakegoodPending, parley.DealPartiallyCancelled, parley.DealCompleted:
		return ReportBooked
	case parley.DealProposed, parley.DealNegotiating, parley.DealAccepted:
		return ReportPipeline
	case parley.DealCancelled:
		return ReportCancelled
	case parley.DealRejected, parley.DealExpired:
	}
	return ""
}

func (r *Report) count(m Month, totals []storage.DealTotal) {
	for _, t := range totals {
		if kind := kindOf(t.Status); kind != "" {
			r.Rows = append(r.Rows, ReportRow{m, t.ProductID, t.Account, t.Currency, kind, t.Deals, t.Unstated, t.Impressions, t.Micros})
		}
	}
}

// sum puts the rows together that are of the same, in their order, and adds them up by currency.
func (r *Report) sum() {
	r.Rows = addUp(r.Rows, func(row ReportRow) ReportRow { return row })
	r.ByMonth = addUp(r.Rows, func(row ReportRow) ReportRow {
		row.ProductID, row.Account = "", ""
		return row
	})
	r.Sums = addUp(r.ByMonth, func(row ReportRow) ReportRow {
		row.Month = 0
		return row
	})
}

// addUp adds up rows that are the same but for their counts, by what is left of each.
func addUp(rows []ReportRow, by func(ReportRow) ReportRow) []ReportRow {
	var sums []ReportRow
	for _, row := range rows {
		sums = append(sums, by(row))
	}
	slices.SortStableFunc(sums, compareRows)
	var added []ReportRow
	for _, row := range sums {
		if n := len(added); n > 0 && compareRows(added[n-1], row) == 0 {
			last := &added[n-1]
			last.Deals, last.Unstated, last.Impressions = last.Deals+row.Deals, last.Unstated+row.Unstated, last.Impressions+row.Impressions
			last.Value = addedUp(last.Value, row.Value)
			continue
		}
		added = append(added, row)
	}
	return added
}

// addedUp is a sum of what is not below zero; the largest amount there is stands for every larger one.
func addedUp(a, b int64) int64 {
	if sum := a + b; sum >= a {
		return sum
	}
	return math.MaxInt64
}

func compareRows(a, b ReportRow) int {
	return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.ProductID, b.ProductID), cmp.Compare(a.Account, b.Account),
		cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Kind, b.Kind))
}

// SoldDay is what can be sold on a day, and what of that is.
type SoldDay = storage.SoldDay

// SellThroughDays is how far ahead it is looked at what is sold.
const SellThroughDays = 90

// SellThrough answers, for the publisher, what of all products for sale is booked or held, by day from today on.
func (s *Service) SellThrough(ctx context.Context, call Call) ([]SoldDay, error) {
	return read(ctx, s, call, func(v *view) ([]SoldDay, error) {
		today := s.today(v.now)
		days := v.SellThrough(parley.Flight{Start: today, End: today + SellThroughDays - 1})
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		return days.Get(ctx)
	})
}
