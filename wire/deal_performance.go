package wire

import (
	"time"

	"parley"
	"parley/delivery"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// DealPerformance is what is known of how a deal runs.
type DealPerformance struct {
	DealID         string             `json:"deal_id"`
	Status         parley.DealStatus  `json:"status"`
	DealType       parley.DealType    `json:"deal_type"`
	Terms          document.Terms     `json:"terms"`
	Price          *contract.Decimal  `json:"price" doc:"The CPM agreed."`
	Currency       parley.Currency    `json:"currency"`
	FlightDays     int64              `json:"flight_days"`
	ElapsedDays    int64              `json:"elapsed_days" doc:"Days of the flight that are over."`
	RemainingDays  int64              `json:"remaining_days"`
	Orders         []PerformanceOrder `json:"orders"`
	DeliverySource *string            `json:"delivery_source" doc:"Who counted what was delivered; null when nothing is known."`
	Message        string             `json:"message"`

	ImpressionsAvailable *int64            `json:"impressions_available" doc:"The volume that is reserved for the deal; null where its type reserves none."`
	ImpressionsServed    *int64            `json:"impressions_served" doc:"Null when not known."`
	FillRate             *contract.Decimal `json:"fill_rate" doc:"Served of what the deal names; null when not known."`
	WinRate              *contract.Decimal `json:"win_rate" doc:"Wins of bids, of the lines and days that have both; null when not known."`
	AverageCPM           *contract.Decimal `json:"avg_cpm_actual" doc:"Spend by 1,000 impressions, of the lines and days that have both, in the currency of the deal; null when not known. What was spent in another currency is left out."`
	DeliveryPacing       *string           `json:"delivery_pacing" doc:"As pacing.state of the deal's delivery: not_started before the flight, and null when nothing is known."`
	DeliveryFinal        *bool             `json:"delivery_final" doc:"Whether the source will not say otherwise; null when nothing is known."`
	DeliveryDiagnosis    *string           `json:"delivery_diagnosis" doc:"Why the deal does not deliver, as health.diagnosis of its delivery; null when nothing is wrong."`
	LastUpdated          time.Time         `json:"last_updated" doc:"The last change of the deal."`
}

// PerformanceOrder is an order of a deal.
type PerformanceOrder struct {
	OrderID   string             `json:"order_id"`
	Status    parley.OrderStatus `json:"status"`
	UpdatedAt time.Time          `json:"updated_at"`
}

const fromSource = "What was delivered is what the delivery source says; delivery has it day by day."

// served fills in what is known of what was delivered.
func served(rendered *DealPerformance, d seller.DealDelivery) {
	if d.Health.Diagnosis != nil {
		rendered.DeliveryDiagnosis = &d.Health.Diagnosis.Text
	}
	if !d.Figures {
		return
	}
	rendered.DeliverySource, rendered.Message = contract.Optional(d.Source), fromSource
	rendered.ImpressionsServed, rendered.DeliveryFinal = &d.Total.Impressions, &d.Final
	rendered.DeliveryPacing = contract.Optional(string(d.Pace.State))
	rendered.FillRate = ratio(d.Total.Impressions, d.Deal.Impressions)
	rendered.WinRate = ratio(d.Won.Part, d.Won.Of)
	if cpm, err := parley.MulDiv(d.Spent.Part, 1000, d.Spent.Of, parley.HalfUp); err == nil {
		rendered.AverageCPM = contract.DecimalOf(parley.Money{Micros: cpm, Currency: d.Deal.Price.Currency})
	}
}

// ratio is a part of a whole, to six decimal places; nil when the whole is nothing.
func ratio(part, of int64) *contract.Decimal {
	micros, err := parley.MulDiv(part, parley.MicrosPerUnit, of, parley.Down)
	if err != nil {
		return nil
	}
	return contract.DecimalOf(parley.Money{Micros: micros})
}

const noDeliverySource = "No delivery source has sent figures of this deal, so what was delivered is not known here. Ask the ad server or the DSP."

// DealPerformanceOf writes how a deal is doing.
func DealPerformanceOf(_ View, p seller.DealPerformance) DealPerformance {
	d := p.Deal
	rendered := DealPerformance{
		DealID: d.ID, Status: d.Status, DealType: d.DealType, Terms: termsOf(d.Impressions, d.Flight, d.DealType),
		Price:    contract.DecimalOf(parley.Money{Micros: d.Price.FinalCPM, Currency: d.Price.Currency}),
		Currency: d.Price.Currency, FlightDays: p.FlightDays, ElapsedDays: p.ElapsedDays, RemainingDays: p.FlightDays - p.ElapsedDays,
		Orders: []PerformanceOrder{}, Message: noDeliverySource, LastUpdated: d.UpdatedAt,
	}
	for _, order := range p.Orders {
		rendered.Orders = append(rendered.Orders, PerformanceOrder{OrderID: order.ID, Status: order.Status, UpdatedAt: order.UpdatedAt})
	}
	if d.DealType.Guaranteed() {
		rendered.ImpressionsAvailable = contract.Count(d.Impressions)
	}
	served(&rendered, p.Delivery)
	if !p.Begun && p.Delivery.Pace.State != delivery.CalledOff {
		rendered.DeliveryPacing = contract.Optional("not_started")
	}
	return rendered
}

// GetDealPerformance reads how a deal runs.
var GetDealPerformance = Lookup[seller.DealPerformance, DealPerformance]{(*seller.Service).DealPerformance, DealPerformanceOf}
