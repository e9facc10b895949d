package wire

import (
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// DealPerformance is what is known of how a deal runs.
type DealPerformance struct {
	DealID         string             `json:"deal_id"`
	Status         parley.DealStatus  `json:"status"`
	DealType       parley.DealType    `json:"deal_type"`
	Terms          Terms              `json:"terms"`
	Price          *contract.Decimal  `json:"price" doc:"The CPM agreed."`
	Currency       parley.Currency    `json:"currency"`
	FlightDays     int64              `json:"flight_days"`
	ElapsedDays    int64              `json:"elapsed_days" doc:"Days of the flight that are over."`
	RemainingDays  int64              `json:"remaining_days"`
	Orders         []PerformanceOrder `json:"orders"`
	DeliverySource *string            `json:"delivery_source" doc:"What counts deliveries. Always null: nothing does."`
	Message        string             `json:"message"`

	ImpressionsAvailable *int64            `json:"impressions_available" doc:"The volume that is reserved for the deal; null where its type reserves none."`
	ImpressionsServed    *int64            `json:"impressions_served" doc:"Always null: not known."`
	FillRate             *contract.Decimal `json:"fill_rate" doc:"Always null: not known."`
	WinRate              *contract.Decimal `json:"win_rate" doc:"Always null: not known."`
	AverageCPM           *contract.Decimal `json:"avg_cpm_actual" doc:"Always null: not known."`
	DeliveryPacing       *string           `json:"delivery_pacing" doc:"not_started before the flight; null afterwards: not known."`
	LastUpdated          time.Time         `json:"last_updated" doc:"The last change of the deal."`
}

// PerformanceOrder is an order of a deal.
type PerformanceOrder struct {
	OrderID   string             `json:"order_id"`
	Status    parley.OrderStatus `json:"status"`
	UpdatedAt time.Time          `json:"updated_at"`
}

const noDeliverySource = "No delivery source is connected, so what was delivered is not known here. Ask the ad server or the DSP."

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
	if !p.Begun {
		rendered.DeliveryPacing = contract.Optional("not_started")
	}
	return rendered
}
