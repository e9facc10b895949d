package rest

import (
	"context"
	"net/http"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
)

var dealPerformanceRoutes = []Route{
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/deals/{deal_id}/performance", Access: AccessCredential,
		ID: "getDealPerformance", Tag: "Deals", Summary: "Read how a deal runs",
		Description: "What is known: the booked terms, the days of the flight, the orders. Nothing that counts deliveries is connected, so " +
			"that impressions_served, fill_rate, win_rate and avg_cpm_actual are null, and so is delivery_pacing once the flight " +
			"has begun. They are never estimated.",
	}, func(ctx context.Context, x *exchange, path dealPath) (DealPerformance, error) {
		found, err := x.service.DealPerformance(ctx, x.call, path.DealID)
		if err != nil {
			return DealPerformance{}, err
		}
		return renderDealPerformance(x.View, found), nil
	}, func(x *exchange) DealPerformance {
		return renderDealPerformance(x.View, seller.DealPerformance{Deal: sampleDeal, Orders: []parley.Order{sampleOrder}, FlightDays: 31})
	}),
}

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

func renderDealPerformance(_ wire.View, p seller.DealPerformance) DealPerformance {
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
