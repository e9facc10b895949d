package console

import (
	"encoding/csv"
	"net/http"
	"slices"

	"parley"
	"parley/seller"
	"parley/wire"
)

// negotiationReportPage is what was asked and what was agreed in some months.
type negotiationReportPage struct {
	Form *form
	seller.NegotiationReport
	Yields []barChart // by currency, month by month
	Looks  looks
}

// Share writes a share of a row; a dash where there is none.
func (negotiationReportPage) Share(of parley.BasisPoints, known bool) string {
	if !known {
		return "–"
	}
	return percent(of)
}

// Yield and Concluded are the shares of a row, as they are shown.
func (p negotiationReportPage) Yield(r seller.NegotiationRow) string { return p.Share(r.Yield()) }

// Concluded is how many of those that are over were agreed.
func (p negotiationReportPage) Concluded(r seller.NegotiationRow) string {
	return p.Share(r.Concluded())
}

func (x *exchange) negotiationsReported(f *form) (seller.NegotiationReport, error) {
	from, to, err := x.reportAsked(f)
	if err != nil {
		return seller.NegotiationReport{}, err
	}
	return x.service.NegotiationReport(x.Context(), x.call, from, to)
}

func (c *console) negotiationReport(x *exchange) error {
	content := negotiationReportPage{Form: newForm(x.query().Values)}
	status := http.StatusOK
	report, err := x.negotiationsReported(content.Form)
	if err != nil {
		told, ok := content.Form.refused(x, err)
		if !ok {
			return err
		}
		status = told
	}
	content.NegotiationReport, content.Yields = report, drawYields(report)
	if content.Looks, err = x.looks(parley.ViewNegotiations); err != nil {
		return err
	}
	return x.show("negotiationreport", status, page{Title: "Asked and agreed", Section: "reports", Data: content})
}

// drawYields draws how much of what was asked was agreed, each currency by itself.
func drawYields(report seller.NegotiationReport) []barChart {
	var charts []barChart
	for _, sum := range report.Sums {
		if _, known := sum.Yield(); !known {
			continue
		}
		var bars []bar
		for m := report.From; m <= report.To && m != 0; m = m.Next() {
			b := bar{Below: wire.MonthText(m), Words: wire.MonthText(m) + ": nothing agreed"}
			at := slices.IndexFunc(report.ByMonth, func(r seller.NegotiationRow) bool { return r.Month == m && r.Currency == sum.Currency })
			if at >= 0 {
				if yield, known := report.ByMonth[at].Yield(); known {
					b.Share, b.Above = min(float64(yield)/float64(parley.OneHundredPercent), 1), percent(yield)
					b.Words = wire.MonthText(m) + ": " + percent(yield) + ", " + money(report.ByMonth[at].AgreedValue, sum.Currency) + " of " +
						money(report.ByMonth[at].Asked, sum.Currency)
				}
			}
			bars = append(bars, b)
		}
		charts = append(charts, drawBars("Agreed of what was asked in "+string(sum.Currency)+", by month", bars))
	}
	return charts
}

// negotiationReportExport writes the rows that the page shows.
func (c *console) negotiationReportExport(x *exchange) error {
	report, err := x.negotiationsReported(newForm(x.query().Values))
	if err != nil {
		return err
	}
	x.ResponseWriter.Header().Set("Content-Type", "text/csv; charset=utf-8")
	x.ResponseWriter.Header().Set("Content-Disposition", `attachment; filename="negotiations-report.csv"`)
	share := func(of parley.BasisPoints, known bool) string {
		if !known {
			return ""
		}
		return parley.FormatMicros(int64(of)*(parley.MicrosPerUnit/100), 2)
	}
	records := [][]string{{
		"month", "product_id", "product", "currency", "negotiations", "agreed", "rejected", "expired", "open", "concluded_pct", "without_volume",
		"impressions", "asked_value", "offered_value", "agreed_value", "yield_pct",
	}}
	for _, r := range report.Rows {
		amount := func(micros int64) string { return parley.FormatMicros(micros, r.Currency.MinorDigits()) }
		records = append(records, []string{
			wire.MonthText(r.Month), parley.InertCell(r.ProductID), parley.InertCell(report.Products.Name(r.ProductID)), string(r.Currency), plain(r.Opened), plain(r.Agreed), plain(r.Rejected), plain(r.Expired),
			plain(r.Open), share(r.Concluded()), plain(r.Unstated), plain(r.Impressions), amount(r.Asked), amount(r.Offered), amount(r.AgreedValue),
			share(r.Yield()),
		})
	}
	if err := csv.NewWriter(x.ResponseWriter).WriteAll(records); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}
