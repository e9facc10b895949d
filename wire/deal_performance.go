package wire

import (
	"parley"
	"parley/delivery"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

type (
	// DealPerformance is what is known of how a deal runs.
	DealPerformance = document.DealPerformance
	// PerformanceOrder is an order of a deal.
	PerformanceOrder = document.PerformanceOrder
)

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
