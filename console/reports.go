package console

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"

	"parley"
	"parley/seller"
	"parley/wire"
)

func (c *console) reportRoutes() []route {
	return []route{
		get("/reports", c.reports),
		get("/reports.csv", c.reportExport),
		get("/reports/negotiations", c.negotiationReport),
		get("/reports/negotiations.csv", c.negotiationReportExport),
		get("/finance", c.finance),
		get("/finance.csv", c.financeExport),
	}
}

// reportPage is what the deals of some months come to, and what is sold of the days ahead.
type reportPage struct {
	Form  *form
	Query query
	seller.Report
	Months   []reportMonths
	Sold     barChart
	Accounts bool // rows tell them apart
	Looks    looks
}

// reportMonths draws what was booked in one currency, month by month.
type reportMonths struct {
	Currency parley.Currency
	barChart
}

// asked reads the months of a report; this one and the five before it when none is named.
func (x *exchange) reportAsked(f *form) (from, to seller.Month, err error) {
	if f.Values.Get("from") == "" {
		f.Values.Set("from", wire.MonthText(seller.MonthOf(x.today().MonthStart(-5))))
	}
	if f.Values.Get("to") == "" {
		f.Values.Set("to", wire.MonthText(seller.MonthOf(x.today())))
	}
	if from, err = wire.ParseMonth("from", f.Values.Get("from")); err == nil {
		to, err = wire.ParseMonth("to", f.Values.Get("to"))
	}
	return from, to, err
}

// shownRows is how many rows of a report a page has.
const shownRows = 500

// report answers the report that the form asks for, of so many rows; 0: of all.
func (x *exchange) report(f *form, most int) (seller.Report, error) {
	from, to, err := x.reportAsked(f)
	if err != nil {
		return seller.Report{}, err
	}
	return x.service.DealReport(x.Context(), x.call, seller.ReportQuestion{From: from, To: to, ByAccount: f.Values.Get("by") == "account", Most: most})
}

func (c *console) reports(x *exchange) error {
	content := reportPage{Form: newForm(x.query().Values), Query: x.query()}
	status := http.StatusOK
	report, err := x.report(content.Form, shownRows)
	if err != nil {
		told, ok := content.Form.refused(x, err)
		if !ok {
			return err
		}
		status = told
	}
	content.Report, content.Months, content.Accounts = report, drawMonths(report), content.Form.Values.Get("by") == "account"
	if content.Looks, err = x.looks(parley.ViewReports); err != nil {
		return err
	}
	days, err := c.service.SellThrough(x.Context(), x.call)
	if err != nil {
		return err
	}
	content.Sold = drawSold(days)
	return x.show("reports", status, page{Title: "Reports", Section: "reports", Data: content})
}

// drawMonths draws each currency by itself.
func drawMonths(report seller.Report) []reportMonths {
	var months []seller.Month
	for m := report.From; m <= report.To && m != 0; m = m.Next() {
		months = append(months, m)
	}
	var charts []reportMonths
	for _, sum := range report.Sums {
		if sum.Kind != seller.ReportBooked {
			continue
		}
		values := make([]int64, len(months))
		for _, row := range report.ByMonth {
			if row.Kind == seller.ReportBooked && row.Currency == sum.Currency {
				values[slices.Index(months, row.Month)] = row.Value
			}
		}
		highest := max(slices.Max(values), 1)
		bars := make([]bar, len(months))
		for i, m := range months {
			bars[i] = bar{
				Share: float64(values[i]) / float64(highest), Words: wire.MonthText(m) + ": " + worth(values[i], sum.Currency),
				Below: wire.MonthText(m), Above: compact(values[i] / parley.MicrosPerUnit),
			}
		}
		charts = append(charts, reportMonths{sum.Currency, drawBars("What was booked in "+string(sum.Currency)+", by month", bars)})
	}
	return charts
}

// drawSold draws how much of what can be sold is, by day; each month is named under its first day.
func drawSold(days []seller.SoldDay) barChart {
	bars := make([]bar, len(days))
	var named seller.Month
	for i, d := range days {
		b := &bars[i]
		if d.Capacity > 0 {
			b.Share = min(float64(d.Reserved)/float64(d.Capacity), 1)
		}
		share := percent(parley.BasisPoints(b.Share * float64(parley.OneHundredPercent)))
		b.Words = day(d.Day) + ": " + share
		if m := seller.MonthOf(d.Day); m != named {
			named, b.Below, b.Above = m, wire.MonthText(m), share
		}
	}
	return drawBars("How much of what can be sold is booked or held, by day", bars)
}

// reportExport writes the rows that the page shows.
func (c *console) reportExport(x *exchange) error {
	report, err := x.report(newForm(x.query().Values), 0)
	if err != nil {
		return err
	}
	x.ResponseWriter.Header().Set("Content-Type", "text/csv; charset=utf-8")
	x.ResponseWriter.Header().Set("Content-Disposition", `attachment; filename="report.csv"`)
	file := csv.NewWriter(x.ResponseWriter)
	records := [][]string{{"month", "product_id", "product", "account_id", "account_code", "account", "currency", "kind", "deals", "without_volume", "impressions", "value"}}
	for _, row := range report.Rows {
		records = append(records, []string{
			wire.MonthText(row.Month), parley.InertCell(row.ProductID), parley.InertCell(report.Products.Name(row.ProductID)), parley.InertCell(row.Account.ID),
			parley.InertCell(row.Account.Code), parley.InertCell(row.Account.Name), string(row.Currency), row.Kind,
			plain(row.Deals), plain(row.Unstated), plain(row.Impressions), parley.FormatMicros(row.Value, row.Currency.MinorDigits()),
		})
	}
	if err := file.WriteAll(records); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// financePage is the deals of a month, with what the booked ones come to.
type financePage struct {
	listPage[seller.FinanceLine]
	By    seller.FinanceBasis
	Sums  []seller.FinanceTotal // of all lines
	Looks looks
}

// financeBasis is what the address has the month's finances go by.
func (q query) financeBasis() (seller.FinanceBasis, error) {
	switch by := seller.FinanceBasis(q.text("by")); by {
	case "":
		return seller.FinanceByBooking, nil
	case seller.FinanceByBooking, seller.FinanceByFlight, seller.FinanceByDelivery:
		return by, nil
	}
	return "", parley.Invalid("by", "must be booking, flight or delivery")
}

func (x *exchange) financeAsked() (month seller.Month, by seller.FinanceBasis, err error) {
	month = seller.MonthOf(x.today())
	if text := x.query().text("month"); text != "" {
		if month, err = wire.ParseMonth("month", text); err != nil {
			return 0, "", err
		}
	}
	by, err = x.query().financeBasis()
	return month, by, err
}

func (x *exchange) financeLines(month seller.Month, by seller.FinanceBasis) list[seller.FinanceLine] {
	return list[seller.FinanceLine]{
		what: "lines", file: "finance", saved: "finance-" + wire.MonthText(month), filters: []string{"month", "by"},
		id: func(l seller.FinanceLine) string { return l.Deal.ID },
		fetch: func(page seller.Page) (seller.Listing[seller.FinanceLine], error) {
			return x.service.FinanceMonth(x.Context(), x.call, month, by, page)
		},
	}
}

func (c *console) finance(x *exchange) error {
	q := x.query()
	month, by, err := x.financeAsked()
	if err != nil {
		return err
	}
	rows, pager, err := x.financeLines(month, by).page(q)
	if err != nil {
		return err
	}
	f := q.filterForm()
	f.Values.Set("month", wire.MonthText(month))
	content := financePage{listPage: listPage[seller.FinanceLine]{rows, pager, q, f}, By: by}
	if content.Sums, err = c.service.FinanceTotals(x.Context(), x.call, month, by); err != nil {
		return err
	}
	if content.Looks, err = x.looks(parley.ViewFinance); err != nil {
		return err
	}
	return x.show("finance", http.StatusOK, page{Title: "Finance", Section: "finance", Data: content})
}

func (c *console) financeExport(x *exchange) error {
	month, by, err := x.financeAsked()
	if err != nil {
		return err
	}
	amount := func(l seller.FinanceLine, micros int64) string {
		return parley.FormatMicros(micros, l.Deal.Price.Currency.MinorDigits())
	}
	return x.financeLines(month, by).export(x, []column[seller.FinanceLine]{
		{"deal_id", func(l seller.FinanceLine) string { return l.Deal.ID }},
		{"status", func(l seller.FinanceLine) string { return string(l.Deal.Status) }},
		{"booked_on", func(l seller.FinanceLine) string {
			if l.Deal.BookedOn == 0 {
				return ""
			}
			return l.Deal.BookedOn.String()
		}},
		{"flight_start", func(l seller.FinanceLine) string { return l.Deal.Flight.Start.String() }},
		{"flight_end", func(l seller.FinanceLine) string { return l.Deal.Flight.End.String() }},
		{"product_id", func(l seller.FinanceLine) string { return l.Deal.ProductID }},
		{"seat_id", func(l seller.FinanceLine) string { return l.Deal.Seat() }},
		{"agency_id", func(l seller.FinanceLine) string { return l.Deal.Identity.AgencyID }},
		{"advertiser_id", func(l seller.FinanceLine) string { return l.Deal.Identity.AdvertiserID }},
		{"claimed_agency_id", func(l seller.FinanceLine) string { return l.Deal.Claimed.AgencyID }},
		{"claimed_advertiser_id", func(l seller.FinanceLine) string { return l.Deal.Claimed.AdvertiserID }},
		{"account_id", func(l seller.FinanceLine) string { return l.Account.ID }},
		{"account_code", func(l seller.FinanceLine) string { return l.Account.Code }},
		{"account", func(l seller.FinanceLine) string { return l.Account.Name }},
		{"purchase_order", func(l seller.FinanceLine) string { return l.PurchaseOrder }},
		{"source", func(l seller.FinanceLine) string { return l.Source }},
		{"impressions", func(l seller.FinanceLine) string {
			if l.Unstated() {
				return "not stated"
			}
			return plain(l.Impressions)
		}},
		{"list_cpm", func(l seller.FinanceLine) string { return amount(l, l.Deal.Price.BaseCPM) }},
		{"net_cpm", func(l seller.FinanceLine) string {
			if l.CPM == nil {
				return "several"
			}
			return amount(l, *l.CPM)
		}},
		{"list", func(l seller.FinanceLine) string { return amount(l, l.List) }},
		{"net", func(l seller.FinanceLine) string {
			if l.Unspent {
				return "not known"
			}
			return amount(l, l.Net)
		}},
		{"currency", func(l seller.FinanceLine) string { return string(l.Deal.Price.Currency) }},
		{"approved_by", func(l seller.FinanceLine) string {
			people := make([]string, len(l.ApprovedBy))
			for i, p := range l.ApprovedBy {
				people[i] = p.Name + " (" + p.Actor + ")"
			}
			return strings.Join(people, "; ")
		}},
	})
}
