package wire

import (
	"cmp"
	"context"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// monthLayout is how a month is written.
const monthLayout = "2006-01"

// ParseMonth reads a month such as 2026-11.
func ParseMonth(path, text string) (seller.Month, error) {
	t, err := time.Parse(monthLayout, text)
	if err != nil || t.Year() < 1970 || t.Year() > 9998 {
		return 0, parley.Invalid(path, "must be a month such as 2026-11")
	}
	return seller.Month(parley.DateOf(t, time.UTC)), nil
}

// MonthText writes a month as it is read.
func MonthText(m seller.Month) string { return parley.Date(m).Midnight().Format(monthLayout) }

// ReportQuestion asks for a report of some months.
type ReportQuestion struct {
	From string `query:"from" maxLength:"7" doc:"The first month, such as 2026-11. Required."`
	To   string `query:"to" maxLength:"7" doc:"The last month; the first when absent."`
}

// DealReportQuestion asks what the deals of some months come to.
type DealReportQuestion struct {
	ReportQuestion
	By string `query:"by" enum:"account,product" doc:"A row for each product and account, which is the default; or one for each product, of all accounts."`
}

// Months are the first and the last month that are asked for.
func (q ReportQuestion) Months() (from, to seller.Month, err error) {
	if from, err = ParseMonth("from", q.From); err != nil {
		return 0, 0, err
	}
	to = from
	if q.To != "" {
		to, err = ParseMonth("to", q.To)
	}
	return from, to, err
}

// What is asked of some months.
var (
	ReportDeals = Question[DealReportQuestion, seller.Report, DealReport]{
		Find: func(ctx context.Context, x *Exchange, q DealReportQuestion) (seller.Report, error) {
			from, to, err := q.Months()
			if err != nil {
				return seller.Report{}, err
			}
			return x.Service.DealReport(ctx, x.Call, seller.ReportQuestion{From: from, To: to, ByAccount: q.By != "product"})
		},
		Render: DealReportOf,
	}
	ReportNegotiations = Question[ReportQuestion, seller.NegotiationReport, NegotiationReport]{
		Find: func(ctx context.Context, x *Exchange, q ReportQuestion) (seller.NegotiationReport, error) {
			from, to, err := q.Months()
			if err != nil {
				return seller.NegotiationReport{}, err
			}
			return x.Service.NegotiationReport(ctx, x.Call, from, to)
		},
		Render: NegotiationReportOf,
	}
	ReportFinance = Question[FinanceQuestion, []seller.FinanceTotal, FinanceTotals]{
		Find: func(ctx context.Context, x *Exchange, q FinanceQuestion) ([]seller.FinanceTotal, error) {
			month, err := ParseMonth("month", q.Month)
			if err != nil {
				return nil, err
			}
			return x.Service.FinanceTotals(ctx, x.Call, month, cmp.Or(seller.FinanceBasis(q.By), seller.FinanceByBooking))
		},
		Render: FinanceTotalsOf,
	}
)

// DealReport is what the deals of some months come to.
type DealReport struct {
	From string        `json:"from" doc:"The first month, such as 2026-11."`
	To   string        `json:"to" doc:"The last month."`
	Rows []ReportTotal `json:"rows"`
	Sums []ReportTotal `json:"sums" doc:"Of all rows, by currency and kind; currencies are never added."`
}

// ReportTotal is what deals of the same kind come to.
type ReportTotal struct {
	Month       *string           `json:"month" doc:"When they were booked, or, of the pipeline, made; null in sums."`
	ProductID   *string           `json:"product_id"`
	ProductName *string           `json:"product_name"`
	Account     *string           `json:"account" doc:"Its kind and its code, such as agency/north: the advertiser's, else the agency's, else whose the seat is, and of a seat that is nobody's the seat's own, however the keys write it. Of a key that names no account, what it owns by."`
	AccountID   *string           `json:"account_id"`
	AccountName *string           `json:"account_name"`
	Kind        string            `json:"kind" enum:"booked,pipeline,cancelled" doc:"booked, pipeline or cancelled."`
	Currency    parley.Currency   `json:"currency"`
	Deals       int64             `json:"deals"`
	Unstated    int64             `json:"without_volume" doc:"Of the deals, those that state no volume: they have no value to add."`
	Impressions int64             `json:"impressions"`
	Value       *contract.Decimal `json:"value" doc:"Of the volumes that the deals state."`
}

// DealReportOf writes a report.
func DealReportOf(_ View, r seller.Report) DealReport {
	return DealReport{From: MonthText(r.From), To: MonthText(r.To), Rows: totalsOf(r.Rows, r.Products), Sums: totalsOf(r.Sums, r.Products)}
}

func totalsOf(rows []seller.ReportRow, products seller.ProductNames) []ReportTotal {
	totals := make([]ReportTotal, len(rows))
	for i, row := range rows {
		totals[i] = ReportTotal{
			ProductID: contract.Optional(row.ProductID), ProductName: contract.Optional(products.Name(row.ProductID)),
			Account: contract.Optional(row.Account.Code), AccountID: contract.Optional(row.Account.ID), AccountName: contract.Optional(row.Account.Name), Kind: row.Kind, Currency: row.Currency,
			Deals: row.Deals, Unstated: row.Unstated, Impressions: row.Impressions, Value: contract.DecimalOf(parley.Money{Micros: row.Value, Currency: row.Currency}),
		}
		if row.Month != 0 {
			month := MonthText(row.Month)
			totals[i].Month = &month
		}
	}
	return totals
}

// FinanceFilter asks for the finances of a month.
type FinanceFilter struct {
	Month string `json:"month,omitempty" query:"month" maxLength:"7" doc:"Such as 2026-11. Required."`
	By    string `json:"by,omitempty" query:"by" enum:"booking,flight,delivery" doc:"Deals booked in the month, whole, which is the default; what flights have on its days; or what figures say was delivered on them."`
	Paging
}

// FinanceLine is a deal in a month's finances.
type FinanceLine struct {
	DealID              string            `json:"deal_id"`
	Status              parley.DealStatus `json:"status"`
	BookedOn            *parley.Date      `json:"booked_on" format:"date"`
	FlightStart         parley.Date       `json:"flight_start" format:"date"`
	FlightEnd           parley.Date       `json:"flight_end" format:"date"`
	ProductID           string            `json:"product_id"`
	SeatID              *string           `json:"seat_id" doc:"The seat that it is sold for."`
	AgencyID            *string           `json:"agency_id" doc:"As the buyer's credential vouches for it."`
	AdvertiserID        *string           `json:"advertiser_id" doc:"As the buyer's credential vouches for it."`
	ClaimedAgencyID     *string           `json:"claimed_agency_id" doc:"What the buyer said beyond that: nobody has checked it."`
	ClaimedAdvertiserID *string           `json:"claimed_advertiser_id" doc:"What the buyer said beyond that: nobody has checked it."`
	Account             string            `json:"account" doc:"Whose the deal is, by kind and code, as in the report of deals."`
	AccountID           *string           `json:"account_id"`
	AccountName         string            `json:"account_name"`
	PO                  *string           `json:"purchase_order"`
	Source              *string           `json:"source" doc:"By delivery: whose figures count."`
	Impressions         *int64            `json:"impressions" doc:"That count in the month; 0 of a deal that is not in force, null of one that states no volume. By delivery, those delivered."`
	ListCPM             *contract.Decimal `json:"list_cpm"`
	NetCPM              *contract.Decimal `json:"net_cpm" doc:"Agreed; by delivery on the days of the month, and null where several were on those that something was delivered on."`
	List                *contract.Decimal `json:"list"`
	Net                 *contract.Decimal `json:"net" doc:"By delivery of a private auction: what its source says was spent; null where it does not say."`
	Currency            parley.Currency   `json:"currency"`
	ApprovedBy          []Approver        `json:"approved_by" doc:"Of the deal, and of the changes of it that were made, and who agreed to its price by hand; in the order of their saying yes."`
}

// Approver is somebody who approved.
type Approver struct {
	By   string `json:"by" doc:"As in events."`
	Name string `json:"name"`
}

// FinanceLineOf writes a line of a month's finances.
func FinanceLineOf(_ View, l seller.FinanceLine) FinanceLine {
	d := l.Deal
	money := func(micros int64) *contract.Decimal {
		return contract.DecimalOf(parley.Money{Micros: micros, Currency: d.Price.Currency})
	}
	rendered := FinanceLine{
		DealID: d.ID, Status: d.Status, FlightStart: d.Flight.Start, FlightEnd: d.Flight.End, ProductID: d.ProductID,
		SeatID: contract.Optional(d.Seat()), AgencyID: contract.Optional(d.Identity.AgencyID), AdvertiserID: contract.Optional(d.Identity.AdvertiserID),
		ClaimedAgencyID: contract.Optional(d.Claimed.AgencyID), ClaimedAdvertiserID: contract.Optional(d.Claimed.AdvertiserID),
		Account: l.Account.Code, AccountID: contract.Optional(l.Account.ID), AccountName: l.Account.Name, PO: contract.Optional(l.PurchaseOrder), Source: contract.Optional(l.Source), ListCPM: money(d.Price.BaseCPM),
		List: money(l.List), Net: money(l.Net), Currency: d.Price.Currency, ApprovedBy: make([]Approver, len(l.ApprovedBy)),
	}
	if l.CPM != nil {
		rendered.NetCPM = money(*l.CPM)
	}
	if l.Unspent {
		rendered.Net = nil
	}
	if !l.Unstated() {
		rendered.Impressions = &l.Impressions
	}
	for i, p := range l.ApprovedBy {
		rendered.ApprovedBy[i] = Approver{p.Actor, p.Name}
	}
	if d.BookedOn != 0 {
		rendered.BookedOn = &d.BookedOn
	}
	return rendered
}

// FinanceQuestion asks what a month's finances come to.
type FinanceQuestion struct {
	Month string `query:"month" maxLength:"7" doc:"Such as 2026-11. Required."`
	By    string `query:"by" enum:"booking,flight,delivery" doc:"As in the list of the month's deals."`
}

// FinanceTotals are what the deals of a month come to.
type FinanceTotals struct {
	Totals []FinanceTotal `json:"totals" doc:"By currency; currencies are never added."`
}

// FinanceTotal is what they come to in one currency.
type FinanceTotal struct {
	Currency    parley.Currency   `json:"currency"`
	Deals       int64             `json:"deals" doc:"In force or completed; by delivery, those with figures of the month."`
	Unstated    int64             `json:"without_value" doc:"Of the deals, those without a value to add: they state no volume or, by delivery, nobody says what was spent."`
	Impressions int64             `json:"impressions"`
	List        *contract.Decimal `json:"list"`
	Net         *contract.Decimal `json:"net"`
}

// FinanceTotalsOf writes the totals of a month.
func FinanceTotalsOf(_ View, totals []seller.FinanceTotal) FinanceTotals {
	written := FinanceTotals{Totals: make([]FinanceTotal, len(totals))}
	for i, t := range totals {
		money := func(micros int64) *contract.Decimal {
			return contract.DecimalOf(parley.Money{Micros: micros, Currency: t.Currency})
		}
		written.Totals[i] = FinanceTotal{t.Currency, t.Deals, t.Unstated, t.Impressions, money(t.List), money(t.Net)}
	}
	return written
}

// ListFinance lists the deals of a month.
var ListFinance = List[FinanceFilter, seller.FinanceLine, FinanceLine]{
	Plural: "lines", Render: FinanceLineOf, ID: func(l seller.FinanceLine) string { return l.Deal.ID },
	Find: func(ctx context.Context, x *Exchange, f FinanceFilter, page seller.Page) (seller.Listing[seller.FinanceLine], error) {
		month, err := ParseMonth("month", f.Month)
		if err != nil {
			return seller.Listing[seller.FinanceLine]{}, err
		}
		return x.Service.FinanceMonth(ctx, x.Call, month, cmp.Or(seller.FinanceBasis(f.By), seller.FinanceByBooking), page)
	},
}
