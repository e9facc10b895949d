package seller

import (
	"cmp"
	"context"
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
	ReportBooked    = storage.BookedDeals    // in force or completed
	ReportPipeline  = storage.WaitingDeals   // waiting to be booked, by the month of its making
	ReportCancelled = storage.CancelledDeals // booked and cancelled since
)

// ReportRow is what the deals of one month, product, account, currency and kind come to.
type ReportRow struct {
	Month       Month
	ProductID   string
	Account     ReportAccount // zero: of all accounts
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
	Products ProductNames
	More     bool // there are rows of a smaller value than these
}

// ReportQuestion asks for a report of some months.
type ReportQuestion struct {
	From, To  Month
	ByAccount bool // a row for each account too, and not one of all
	Most      int  // rows, those with the greatest value; 0: as many as there can be
}

// MaxReportRows is how many rows a report can have.
const MaxReportRows = 50_000

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

// DealReport answers, for the publisher, what the deals of some months come to. One with more rows than there can be, all of which are
// asked for, is CodeValidation.
func (s *Service) DealReport(ctx context.Context, call Call, question ReportQuestion) (Report, error) {
	months, err := monthsBetween(question.From, question.To)
	if err != nil {
		return Report{}, err
	}
	most := question.Most
	if most == 0 {
		most = MaxReportRows
	}
	return read(ctx, s, call, func(v *view) (Report, error) {
		booked := make([]*storage.Pending[[]storage.DealTotal], len(months))
		for i, m := range months {
			booked[i] = v.BookedTotals(m.Days())
		}
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return Report{}, err
		}
		report := Report{From: question.From, To: question.To}
		var all []ReportRow
		for i, m := range months {
			days := m.Days()
			totals, err := booked[i].Get(ctx)
			if err != nil {
				return Report{}, err
			}
			waiting, err := v.WaitingTotals(ctx, days.Start.Begins(s.settings.TimeZone), (days.End + 1).Begins(s.settings.TimeZone))
			if err != nil {
				return Report{}, err
			}
			rows := rowsOf(m, slices.Concat(totals, waiting))
			all = append(all, rows...)
			if question.ByAccount {
				if totals, err = v.BookedByAccount(ctx, days, most+1); err != nil {
					return Report{}, err
				}
				rows = rowsOf(m, slices.Concat(totals, waiting))
			}
			report.Rows = append(report.Rows, rows...)
		}
		report.sum(all, question.ByAccount)
		if report.cut(most); report.More && question.Most == 0 {
			return Report{}, parley.Invalid("to", "makes a report of more than %d rows: ask for fewer months, or by product alone", MaxReportRows)
		}
		products, accounts := map[string]bool{}, map[string]bool{}
		for _, row := range report.Rows {
			products[row.ProductID], accounts[row.Account.ID] = true, true
		}
		var err error
		if report.Products, err = v.productNames(ctx, products); err != nil {
			return report, err
		}
		called, err := v.reportAccounts(ctx, accounts)
		for i := range report.Rows {
			report.Rows[i].Account = called[report.Rows[i].Account.ID]
		}
		slices.SortFunc(report.Rows, compareRows)
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

func rowsOf(m Month, totals []storage.DealTotal) []ReportRow {
	rows := make([]ReportRow, len(totals))
	for i, t := range totals {
		rows[i] = ReportRow{m, t.ProductID, ReportAccount{ID: t.Account}, t.Currency, t.Kind, t.Deals, t.Unstated, t.Impressions, t.Micros}
	}
	return rows
}

// sum brings the rows into their order, of all accounts unless they are told apart, and adds up all that there are by currency.
func (r *Report) sum(all []ReportRow, byAccount bool) {
	r.Rows = addUp(r.Rows, func(row ReportRow) ReportRow {
		if !byAccount {
			row.Account = ReportAccount{}
		}
		return row
	})
	r.ByMonth = addUp(all, func(row ReportRow) ReportRow {
		row.ProductID, row.Account = "", ReportAccount{}
		return row
	})
	r.Sums = addUp(r.ByMonth, func(row ReportRow) ReportRow {
		row.Month = 0
		return row
	})
}

// cut leaves so many rows, those with the greatest value.
func (r *Report) cut(most int) {
	if r.More = len(r.Rows) > most; !r.More {
		return
	}
	slices.SortStableFunc(r.Rows, func(a, b ReportRow) int { return cmp.Compare(b.Value, a.Value) })
	r.Rows = r.Rows[:most]
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
			last.Value = parley.AddedUp(last.Value, row.Value)
			continue
		}
		added = append(added, row)
	}
	return added
}

func compareRows(a, b ReportRow) int {
	return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.ProductID, b.ProductID), cmp.Compare(a.Account.Code, b.Account.Code),
		cmp.Compare(a.Account.ID, b.Account.ID), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Kind, b.Kind))
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
