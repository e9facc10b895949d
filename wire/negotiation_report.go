package wire

import (
	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// NegotiationReport is what the negotiations that opened in some months came to.
type NegotiationReport struct {
	From string              `json:"from" doc:"The first month, such as 2026-11."`
	To   string              `json:"to" doc:"The last month."`
	Rows []NegotiationsTotal `json:"rows"`
	Sums []NegotiationsTotal `json:"sums" doc:"Of all rows, by currency; currencies are never added."`
}

// NegotiationsTotal is what some negotiations came to.
type NegotiationsTotal struct {
	Month        *string           `json:"month" doc:"In which they opened; null in sums."`
	ProductID    *string           `json:"product_id"`
	ProductName  *string           `json:"product_name"`
	Currency     parley.Currency   `json:"currency"`
	Negotiations int64             `json:"negotiations"`
	Agreed       int64             `json:"agreed"`
	Rejected     int64             `json:"rejected"`
	Expired      int64             `json:"expired"`
	Open         int64             `json:"open"`
	ConcludedPct *contract.Percent `json:"concluded_pct" doc:"Of those that are over, how many were agreed; null where none is."`
	Unstated     int64             `json:"without_volume" doc:"Of those agreed, the ones that state no volume: they have no value to add."`
	Impressions  int64             `json:"impressions" doc:"Agreed."`
	AskedValue   *contract.Decimal `json:"asked_value" doc:"Of what was agreed, at the price asked when the negotiation opened."`
	OfferedValue *contract.Decimal `json:"offered_value" doc:"At the buyer's first price; where it named none, at what was asked."`
	AgreedValue  *contract.Decimal `json:"agreed_value" doc:"At the price agreed."`
	YieldPct     *contract.Percent `json:"yield_pct" doc:"Agreed of asked; null where nothing was agreed that has a value."`
}

// NegotiationReportOf writes a report.
func NegotiationReportOf(_ View, r seller.NegotiationReport) NegotiationReport {
	return NegotiationReport{From: MonthText(r.From), To: MonthText(r.To), Rows: negotiationsOf(r.Rows, r.Products), Sums: negotiationsOf(r.Sums, r.Products)}
}

func negotiationsOf(rows []seller.NegotiationRow, products seller.ProductNames) []NegotiationsTotal {
	totals := make([]NegotiationsTotal, len(rows))
	for i, row := range rows {
		value := func(micros int64) *contract.Decimal {
			return contract.DecimalOf(parley.Money{Micros: micros, Currency: row.Currency})
		}
		t := &totals[i]
		*t = NegotiationsTotal{
			ProductID: contract.Optional(row.ProductID), ProductName: contract.Optional(products.Name(row.ProductID)), Currency: row.Currency, Negotiations: row.Opened, Agreed: row.Agreed, Rejected: row.Rejected,
			Expired: row.Expired, Open: row.Open, Unstated: row.Unstated, Impressions: row.Impressions, AskedValue: value(row.Asked),
			OfferedValue: value(row.Offered), AgreedValue: value(row.AgreedValue),
		}
		if row.Month != 0 {
			month := MonthText(row.Month)
			t.Month = &month
		}
		t.ConcludedPct, t.YieldPct = share(row.Concluded()), share(row.Yield())
	}
	return totals
}

func share(of parley.BasisPoints, known bool) *contract.Percent {
	if !known {
		return nil
	}
	percent := contract.Percent(of)
	return &percent
}
