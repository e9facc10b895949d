package document

import (
	"time"

	"parley"
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
