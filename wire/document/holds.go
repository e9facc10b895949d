package document

import (
	"time"

	"parley"
)

// HoldRequest is the body that has a quote held.
type HoldRequest struct {
	Idempotency
	Conversation
	Hours *int64 `json:"hours,omitempty" minimum:"1" maximum:"8760" doc:"How long to hold; as long as may be when absent."`
}

// HoldFilter narrows a list of holds.
type HoldFilter struct {
	Status    string `json:"status,omitempty" query:"status" enum:"active,taken,released,expired"`
	ProductID string `json:"product_id,omitempty" query:"product_id" maxLength:"128"`
	QuoteID   string `json:"quote_id,omitempty" query:"quote_id" maxLength:"128"`
	Paging
}

// Hold is what is kept free for a buyer.
type Hold struct {
	HoldID      string            `json:"hold_id"`
	QuoteID     string            `json:"quote_id"`
	ProductID   string            `json:"product_id"`
	Impressions int64             `json:"impressions"`
	FlightStart parley.Date       `json:"flight_start" format:"date"`
	FlightEnd   parley.Date       `json:"flight_end" format:"date"`
	Status      parley.HoldStatus `json:"status" doc:"active, taken (its quote was booked), released or expired."`
	ByPublisher bool              `json:"by_publisher" doc:"Whether the publisher holds for the buyer."`
	Until       time.Time         `json:"until" doc:"When it ends by itself."`
	DealID      *string           `json:"deal_id" doc:"Null unless taken."`
	CreatedAt   time.Time         `json:"created_at"`
	EndedAt     *time.Time        `json:"ended_at" doc:"Null until it has ended."`
	Buyer       *string           `json:"buyer" doc:"Whose it is, for the publisher; null for buyers, who see their own."`
}
