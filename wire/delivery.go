package wire

import (
	"context"
	"time"

	"parley"
	"parley/delivery"
	"parley/seller"
	"parley/wire/contract"
)

// DealDelivery is what a deal has delivered.
type DealDelivery struct {
	DealID       string            `json:"deal_id"`
	Status       parley.DealStatus `json:"status"`
	Source       *string           `json:"source" doc:"Who counted; null when nothing is known."`
	OtherSources []string          `json:"other_sources,omitempty" doc:"For operators alone. Figures of two sources are compared, and never added."`
	AsOf         *time.Time        `json:"as_of"`
	Final        bool              `json:"final" doc:"Whether the source will not say otherwise, for any day of the flight."`
	Contracted   *int64            `json:"contracted" doc:"Impressions; null when the deal names none."`
	Currency     parley.Currency   `json:"currency"`
	Total        Figures           `json:"total"`
	Earned       *contract.Decimal `json:"earned" doc:"By the agreed CPM, of a guaranteed deal at most what was contracted; null of an auction."`
	Pacing       Pacing            `json:"pacing"`
	Days         []DeliveryDay     `json:"days"`
}

// Figures are what was counted; null is what was not.
type Figures struct {
	Impressions   int64             `json:"impressions"`
	Clicks        *int64            `json:"clicks"`
	Completions   *int64            `json:"completions"`
	Viewable      *int64            `json:"viewable"`
	BidRequests   *int64            `json:"bid_requests"`
	Bids          *int64            `json:"bids"`
	Wins          *int64            `json:"wins"`
	Spend         *contract.Decimal `json:"spend"`
	SpendCurrency *parley.Currency  `json:"spend_currency"`
	Losses        map[string]int64  `json:"losses,omitempty" doc:"Bids that did not win, by OpenRTB's loss reason."`
}

// DeliveryDay is what was counted on a day.
type DeliveryDay struct {
	Day     parley.Date       `json:"day"`
	Planned *int64            `json:"planned"`
	Outside bool              `json:"outside_flight"`
	Final   bool              `json:"final"`
	Earned  *contract.Decimal `json:"earned"`
	Figures
}

// Pacing is how a deal keeps up with its plan, by the days that are complete.
type Pacing struct {
	State        delivery.State    `json:"state" doc:"not_started, no_data, behind, at_risk, on_pace, ahead, delivered, short or unplanned."`
	CompleteDays int64             `json:"complete_days"`
	DaysLeft     int64             `json:"days_left"`
	Planned      *int64            `json:"planned" doc:"Impressions until now."`
	Delivered    int64             `json:"delivered" doc:"Impressions on complete days of the flight."`
	Pace         *contract.Percent `json:"pace_pct" doc:"Delivered of planned."`
	Projected    *int64            `json:"projected" doc:"Impressions at the end, when it goes on as on the last three days."`
}

func figuresOf(f parley.DeliveryFigures) Figures {
	figures := Figures{
		Impressions: f.Impressions, Clicks: f.Clicks, Completions: f.Completions, Viewable: f.Viewable, BidRequests: f.BidRequests,
		Bids: f.Bids, Wins: f.Wins, Losses: f.Losses,
	}
	if f.SpendMicros != nil {
		figures.Spend = contract.DecimalOf(parley.Money{Micros: *f.SpendMicros, Currency: f.Currency})
		figures.SpendCurrency = &f.Currency
	}
	return figures
}

// DealDeliveryOf writes what a deal has delivered.
func DealDeliveryOf(_ View, d seller.DealDelivery) DealDelivery {
	currency := d.Deal.Price.Currency
	rendered := DealDelivery{
		DealID: d.Deal.ID, Status: d.Deal.Status, Source: contract.Optional(d.Source), OtherSources: d.Others, Final: d.Final,
		Contracted: contract.Count(d.Deal.Impressions), Currency: currency, Total: figuresOf(d.Total), Days: []DeliveryDay{},
		Pacing: pacingOf(d.Pace),
	}
	if !d.AsOf.IsZero() {
		rendered.AsOf = &d.AsOf
	}
	if d.Earned != nil {
		rendered.Earned = contract.DecimalOf(parley.Money{Micros: *d.Earned, Currency: currency})
	}
	for _, day := range d.Days {
		one := DeliveryDay{Day: day.Day, Planned: contract.Count(day.Planned), Outside: day.Outside, Final: day.Final, Figures: figuresOf(day.DeliveryFigures)}
		if d.Earned != nil {
			one.Earned = contract.DecimalOf(parley.Money{Micros: day.Earned, Currency: currency})
		}
		rendered.Days = append(rendered.Days, one)
	}
	return rendered
}

func pacingOf(p delivery.Pace) Pacing {
	pacing := Pacing{
		State: p.State, CompleteDays: p.Complete, DaysLeft: p.Left, Planned: contract.Count(p.Planned), Delivered: p.Delivered, Projected: p.Projected,
	}
	if p.Pace != nil {
		pace := contract.Percent(*p.Pace)
		pacing.Pace = &pace
	}
	return pacing
}

// DeliveryHealth are the deals in force, those that need somebody soonest first.
type DeliveryHealth struct {
	Deals []DealHealth `json:"deals"`
}

// DealHealth is how one of them keeps up.
type DealHealth struct {
	DealID      string            `json:"deal_id"`
	ProductName string            `json:"product_name"`
	DealType    parley.DealType   `json:"deal_type"`
	FlightStart parley.Date       `json:"flight_start"`
	FlightEnd   parley.Date       `json:"flight_end"`
	Contracted  *int64            `json:"contracted"`
	Source      *string           `json:"source"`
	Pacing      Pacing            `json:"pacing"`
	AtRisk      *contract.Decimal `json:"at_risk" doc:"What the deal is short of by its projection, at its CPM."`
	Currency    parley.Currency   `json:"currency"`
}

// DeliveryHealthOf writes how the deals keep up.
func DeliveryHealthOf(_ View, found []seller.DealDelivery) DeliveryHealth {
	health := DeliveryHealth{Deals: []DealHealth{}}
	for _, d := range found {
		one := DealHealth{
			DealID: d.Deal.ID, ProductName: d.Deal.ProductName, DealType: d.Deal.DealType, FlightStart: d.Deal.Flight.Start, FlightEnd: d.Deal.Flight.End,
			Contracted: contract.Count(d.Deal.Impressions), Source: contract.Optional(d.Source), Pacing: pacingOf(d.Pace), Currency: d.Deal.Price.Currency,
		}
		one.AtRisk = contract.DecimalOf(parley.Money{Micros: d.AtRisk, Currency: one.Currency})
		health.Deals = append(health.Deals, one)
	}
	return health
}

// DeliveryImport is a file of figures that was taken in.
type DeliveryImport struct {
	ImportID string       `json:"import_id"`
	Source   string       `json:"source"`
	SHA256   string       `json:"sha256"`
	Rows     int64        `json:"rows"`
	Changed  int64        `json:"changed" doc:"Rows that were new, or said otherwise and later than what was known."`
	Skipped  int64        `json:"skipped" doc:"Rows of deals that there are not."`
	From     *parley.Date `json:"from"`
	To       *parley.Date `json:"to"`
	AsOf     time.Time    `json:"as_of"`
	Actor    string       `json:"actor"`
	At       time.Time    `json:"at"`
}

// DeliveryReport says what an import of figures did.
type DeliveryReport struct {
	DeliveryImport
	Known   bool `json:"known" doc:"The source has sent the file before; nothing was done now."`
	Preview bool `json:"preview" doc:"Nothing was stored."`
}

// DeliveryImportOf writes an import.
func DeliveryImportOf(_ View, i parley.DeliveryImport) DeliveryImport {
	rendered := DeliveryImport{
		ImportID: i.ID, Source: i.Source, SHA256: i.Digest, Rows: i.Rows, Changed: i.Changed, Skipped: i.Skipped, AsOf: i.AsOf, Actor: i.By, At: i.At,
	}
	if i.From > 0 {
		rendered.From, rendered.To = &i.From, &i.To
	}
	return rendered
}

// DeliveryReportOf writes what an import did.
func DeliveryReportOf(v View, r seller.DeliveryReport) DeliveryReport {
	return DeliveryReport{DeliveryImport: DeliveryImportOf(v, r.DeliveryImport), Known: r.Known, Preview: r.Preview}
}

// What is asked of what deals delivered.
var (
	GetDealDelivery     = Lookup[seller.DealDelivery, DealDelivery]{(*seller.Service).DealDelivery, DealDeliveryOf}
	ListDeliveryImports = List[Paging, parley.DeliveryImport, DeliveryImport]{
		Plural: "imports", Render: DeliveryImportOf, ID: func(i parley.DeliveryImport) string { return i.ID },
		Find: func(ctx context.Context, x *Exchange, _ Paging, page seller.Page) (seller.Listing[parley.DeliveryImport], error) {
			return x.Service.DeliveryImports(ctx, x.Call, page)
		},
	}
)
