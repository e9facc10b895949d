package seller

import (
	"cmp"
	"context"
	"math"
	"slices"

	"parley"
	"parley/inventory"
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
	Impressions int64
	Value       int64 // micros
}

// Report is what was booked, waits and was cancelled in some months. Currencies are never added.
type Report struct {
	From, To Month
	Rows     []ReportRow // by month, product, account, currency and kind
	Sums     []ReportRow // by currency and kind, of all months
	ByMonth  []ReportRow // by month, currency and kind
}

// mostReportMonths is how many months a report can have.
const mostReportMonths = 24

// DealReport answers, for the publisher, what the deals of some months come to.
func (s *Service) DealReport(ctx context.Context, call Call, from, to Month) (Report, error) {
	if to < from {
		return Report{}, parley.Invalid("to", "must not be before from")
	}
	months := []Month{from}
	for next := from.Next(); next <= to; next = next.Next() {
		if months = append(months, next); len(months) > mostReportMonths {
			return Report{}, parley.Invalid("to", "must be less than %d months after from", mostReportMonths)
		}
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
		return report, nil
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
			r.Rows = append(r.Rows, ReportRow{m, t.ProductID, t.Account, t.Currency, kind, t.Deals, t.Impressions, t.Micros})
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
			last.Deals, last.Impressions, last.Value = last.Deals+row.Deals, last.Impressions+row.Impressions, addedUp(last.Value, row.Value)
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

// FinanceLine is a deal as a month's finances have it.
type FinanceLine struct {
	Deal        parley.Deal
	Impressions int64    // that count in the month
	List, Net   int64    // values at the list price and at the agreed one, in micros
	ApprovedBy  []string // as in events
}

// FinanceMonth answers a page of the deals of a month, for the publisher: of those booked in it, whole, or by flight, of those that run
// in it, what their flights have on its days.
func (s *Service) FinanceMonth(ctx context.Context, call Call, month Month, byFlight bool, page Page) (Listing[FinanceLine], error) {
	return read(ctx, s, call, func(v *view) (Listing[FinanceLine], error) {
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return Listing[FinanceLine]{}, err
		}
		days := month.Days()
		filter := storage.DealFilter{Page: page, Sort: storage.DealsByBooking, BookedFrom: &days.Start, BookedTo: &days.End}
		if byFlight {
			filter = storage.DealFilter{Page: page, Sort: storage.DealsByStart, RunsFrom: &days.Start, RunsTo: &days.End}
		}
		deals, err := v.Deals(filter).Get(ctx)
		if err != nil || len(deals.Items) == 0 {
			return Listing[FinanceLine]{Total: deals.Total}, err
		}
		ids := make([]string, len(deals.Items))
		for i, deal := range deals.Items {
			ids[i] = deal.ID
		}
		approvers, err := v.Approvers(ids).Get(ctx)
		if err != nil {
			return Listing[FinanceLine]{}, err
		}
		by := map[string][]string{}
		for _, a := range approvers {
			if a.By != "" && !slices.Contains(by[a.DealID], a.By) {
				by[a.DealID] = append(by[a.DealID], a.By)
			}
		}
		lines := Listing[FinanceLine]{Total: deals.Total, Items: make([]FinanceLine, len(deals.Items))}
		for i, deal := range deals.Items {
			lines.Items[i] = financeLine(deal, days, byFlight, by[deal.ID])
		}
		return lines, nil
	})
}

func financeLine(deal parley.Deal, days parley.Flight, byFlight bool, approvers []string) FinanceLine {
	line := FinanceLine{Deal: deal, Impressions: cmp.Or(deal.Impressions, deal.AssumedImpressions), ApprovedBy: approvers}
	if byFlight {
		line.Impressions = inventory.Part(line.Impressions, deal.Flight, days)
	}
	if kindOf(deal.Status) != ReportBooked {
		line.Impressions = 0
	}
	// What cannot be counted is of no deal that was booked: its value was checked then.
	line.List, _ = parley.DealValue(deal.Price.BaseCPM, line.Impressions)
	line.Net, _ = parley.DealValue(deal.Price.FinalCPM, line.Impressions)
	return line
}
