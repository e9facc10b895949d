package wire

import (
	"context"
	"time"

	"parley"
	"parley/delivery"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

type (
	// DealDelivery is what a deal has delivered.
	DealDelivery = document.DealDelivery
	// Rung is one step of the ladder that a deal climbs from being sent to being delivered.
	Rung = document.Rung
	// Pacing is how a deal keeps up with its plan.
	Pacing = document.Pacing
)

// HealthOf writes a deal's ladder.
func HealthOf(h delivery.Health) document.Health {
	rung := func(s delivery.Step) Rung {
		written := Rung{Rung: document.RungName(s.Rung), Result: document.RungResult(s.Result), Text: s.Text}
		if acts := document.RungActs(s.Acts); acts != "" {
			written.Acts = &acts
		}
		return written
	}
	rendered := document.Health{Ladder: []Rung{}}
	for _, s := range h.Steps {
		rendered.Ladder = append(rendered.Ladder, rung(s))
	}
	if h.Diagnosis != nil {
		first := rung(*h.Diagnosis)
		rendered.Diagnosis = &first
	}
	return rendered
}

func figuresOf(f parley.DeliveryFigures) document.Figures {
	figures := document.Figures{
		Impressions: &f.Impressions, Clicks: f.Clicks, Completions: f.Completions, Viewable: f.Viewable, BidRequests: f.BidRequests,
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
		Contracted: contract.Count(d.Deal.Impressions), Currency: currency, Total: figuresOf(d.Total), Days: []document.DeliveryDay{},
		Pacing: pacingOf(d), Health: HealthOf(d.Health),
	}
	if !d.Figures {
		rendered.Total.Impressions = nil
	}
	if len(d.Others) > 0 {
		rendered.SourceSet = &d.Said
	}
	if !d.AsOf.IsZero() {
		rendered.AsOf = &d.AsOf
	}
	if d.Earned != nil {
		rendered.Earned = contract.DecimalOf(parley.Money{Micros: *d.Earned, Currency: currency})
	}
	for _, day := range d.Days {
		one := document.DeliveryDay{Day: day.Day, Planned: contract.Count(day.Planned), Outside: day.Outside, Final: day.Final, Figures: figuresOf(day.DeliveryFigures)}
		for _, spent := range day.Foreign {
			if one.Foreign == nil {
				one.Foreign = map[parley.Currency]*contract.Decimal{}
			}
			one.Foreign[spent.Currency] = contract.DecimalOf(spent)
		}
		if d.Earned != nil {
			one.Earned = contract.DecimalOf(parley.Money{Micros: day.Earned, Currency: currency})
		}
		rendered.Days = append(rendered.Days, one)
	}
	return rendered
}

func pacingOf(d seller.DealDelivery) Pacing {
	p := d.Pace
	pacing := Pacing{State: document.PacingState(p.State), CompleteDays: p.Complete, DaysLeft: p.Left, Planned: contract.Count(p.Planned), Projected: p.Projected}
	if d.Figures {
		pacing.Delivered, pacing.Heard = &p.Delivered, &p.Heard
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
	FlightStart parley.Date       `json:"flight_start" format:"date"`
	FlightEnd   parley.Date       `json:"flight_end" format:"date"`
	Contracted  *int64            `json:"contracted"`
	Source      *string           `json:"source"`
	Pacing      Pacing            `json:"pacing"`
	Diagnosis   *Rung             `json:"diagnosis" doc:"The first rung of its ladder that fails; null when none does."`
	AtRisk      *contract.Decimal `json:"at_risk" doc:"What the deal is short of by its projection, at its CPM now."`
	Currency    parley.Currency   `json:"currency"`
}

// HealthQuestion asks for it.
type HealthQuestion struct {
	Limit int `query:"limit" default:"100" minimum:"1" maximum:"500" doc:"How many deals are listed."`
}

// DeliveryHealthOf writes how the deals keep up.
func DeliveryHealthOf(_ View, found []seller.DealDelivery) DeliveryHealth {
	health := DeliveryHealth{Deals: []DealHealth{}}
	for _, d := range found {
		one := DealHealth{
			DealID: d.Deal.ID, ProductName: d.Deal.ProductName, DealType: d.Deal.DealType, FlightStart: d.Deal.Flight.Start, FlightEnd: d.Deal.Flight.End,
			Contracted: contract.Count(d.Deal.Impressions), Source: contract.Optional(d.Source), Pacing: pacingOf(d), Currency: d.Deal.Price.Currency,
		}
		one.Diagnosis = HealthOf(d.Health).Diagnosis
		one.AtRisk = contract.DecimalOf(parley.Money{Micros: d.AtRisk, Currency: one.Currency})
		health.Deals = append(health.Deals, one)
	}
	return health
}

// DeliveryImport is a file of figures that was taken in.
type DeliveryImport struct {
	ImportID string       `json:"import_id"`
	Source   string       `json:"source"`
	SHA256   string       `json:"sha256" doc:"Of the file; of one that says again what it said before, also of its as_of."`
	Rows     int64        `json:"rows"`
	Changed  int64        `json:"changed" doc:"Rows that were new, or said otherwise and later than what was known."`
	Skipped  int64        `json:"skipped" doc:"Rows of deals that there are not."`
	From     *parley.Date `json:"from" format:"date"`
	To       *parley.Date `json:"to" format:"date"`
	AsOf     time.Time    `json:"as_of"`
	Actor    string       `json:"actor"`
	At       time.Time    `json:"at"`
}

// DeliveryReport says what an import of figures did.
type DeliveryReport struct {
	DeliveryImport
	Known    bool     `json:"known" doc:"The source has sent the file before; nothing was done now."`
	Preview  bool     `json:"preview" doc:"Nothing was stored."`
	Warnings []string `json:"warnings" doc:"What keeps nothing from being taken in: that the file has no rows, that its source is written otherwise than one that is known, and whose figures count of deals that several sources have sent some of."`
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
	return DeliveryReport{
		DeliveryImport: DeliveryImportOf(v, r.DeliveryImport), Known: r.Known, Preview: r.Preview, Warnings: append([]string{}, r.Warnings...),
	}
}

// What is asked of what deals delivered. TakeDelivery is run by the edge itself, since its file is read as it comes.
var (
	GetDeliveryHealth = Question[HealthQuestion, []seller.DealDelivery, DeliveryHealth]{
		Find: func(ctx context.Context, x *Exchange, q HealthQuestion) ([]seller.DealDelivery, error) {
			return x.Service.DeliveryHealth(ctx, x.Call, q.Limit)
		},
		Render: DeliveryHealthOf,
	}
	GetDealDelivery     = Lookup[seller.DealDelivery, DealDelivery]{(*seller.Service).DealDelivery, DealDeliveryOf}
	ListDeliveryImports = List[Paging, parley.DeliveryImport, DeliveryImport]{
		Plural: "imports", Render: DeliveryImportOf, ID: func(i parley.DeliveryImport) string { return i.ID },
		Find: func(ctx context.Context, x *Exchange, _ Paging, page seller.Page) (seller.Listing[parley.DeliveryImport], error) {
			return x.Service.DeliveryImports(ctx, x.Call, page)
		},
	}
	ListDeliveryProfiles = List[Paging, parley.DeliveryProfile, DeliveryProfile]{
		Plural: "profiles", Render: DeliveryProfileOf, ID: func(p parley.DeliveryProfile) string { return p.ID },
		Find: func(ctx context.Context, x *Exchange, _ Paging, page seller.Page) (seller.Listing[parley.DeliveryProfile], error) {
			return x.Service.DeliveryProfiles(ctx, x.Call, page)
		},
	}
	TakeDelivery = Act[none, seller.DeliveryReport, DeliveryReport]{
		Line: "POST /api/v1/delivery/imports", Render: DeliveryReportOf, Status: Done,
	}
	SetDeliveryProfile = act("PUT /api/v1/delivery/profiles", Done, DeliveryProfileOf,
		byBody((*seller.Service).SetDeliveryProfile, (*DeliveryProfileRequest).Domain))
	RemoveDeliveryProfile = act("DELETE /api/v1/delivery/profiles/{profile_id}", Done, DeliveryProfileOf,
		byID[none]((*seller.Service).RemoveDeliveryProfile))
)

// DeliveryProfileRequest says how the files of a source are to be read.
type DeliveryProfileRequest struct {
	Idempotency
	Source    string            `json:"source" maxLength:"400" doc:"Who counted, such as the ad server's name."`
	Columns   map[string]string `json:"columns,omitempty" doc:"What headings mean that are called otherwise, such as day for Date, or ignore."`
	Separator string            `json:"separator,omitempty" maxLength:"1" doc:"Between the cells of a CSV: a comma when absent, a semicolon, tabulator or bar."`
	Thousands string            `json:"thousands,omitempty" maxLength:"1" doc:"Between the thousands of numbers: nothing when absent, a comma, point, apostrophe or blank."`
	Decimal   string            `json:"decimal,omitempty" maxLength:"1" doc:"Before the decimals: a point when absent, or a comma."`
	TimeZone  string            `json:"time_zone,omitempty" maxLength:"64" doc:"Of the source's days, such as America/New_York: the publisher's when absent. Days are kept as the source has them."`
}

// Domain is what the flow takes.
func (r *DeliveryProfileRequest) Domain() seller.DeliveryProfileRequest {
	return seller.DeliveryProfileRequest{Source: r.Source, DeliveryReading: parley.DeliveryReading{
		Columns: r.Columns, Separator: r.Separator, Thousands: r.Thousands, Decimal: r.Decimal, TimeZone: r.TimeZone,
	}}
}

// DeliveryProfile is how the files of a source are read.
type DeliveryProfile struct {
	ProfileID string            `json:"profile_id"`
	Source    string            `json:"source"`
	Columns   map[string]string `json:"columns"`
	Separator *string           `json:"separator"`
	Thousands *string           `json:"thousands"`
	Decimal   *string           `json:"decimal"`
	TimeZone  *string           `json:"time_zone"`
	Version   int64             `json:"version"`
	UpdatedAt time.Time         `json:"updated_at"`
}

// DeliveryProfileOf writes a profile.
func DeliveryProfileOf(_ View, p parley.DeliveryProfile) DeliveryProfile {
	rendered := DeliveryProfile{
		ProfileID: p.ID, Source: p.Source, Columns: map[string]string{}, Separator: contract.Optional(p.Separator),
		Thousands: contract.Optional(p.Thousands), Decimal: contract.Optional(p.Decimal), TimeZone: contract.Optional(p.TimeZone), Version: p.Version, UpdatedAt: p.UpdatedAt,
	}
	for heading, column := range p.Columns {
		rendered.Columns[heading] = column
	}
	return rendered
}
