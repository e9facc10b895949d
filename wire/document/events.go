package document

import (
	"encoding/json"
	"time"

	"parley"
)

// Event is one thing that happened: the documented members together with those of the shared contract's Event.
type Event struct {
	EventID       string           `json:"event_id"`
	EventType     parley.EventType `json:"event_type"`
	OccurredAt    time.Time        `json:"occurred_at"`
	Actor         string           `json:"actor" doc:"To a buyer, the publisher's people are all seller."`
	FlowID        *string          `json:"flow_id" doc:"The quote or proposal that the flow began with."`
	QuoteID       *string          `json:"quote_id"`
	ProposalID    *string          `json:"proposal_id"`
	NegotiationID *string          `json:"negotiation_id"`
	DealID        *string          `json:"deal_id"`
	OrderID       *string          `json:"order_id"`
	ApprovalID    *string          `json:"approval_id"`
	Metadata      Object           `json:"metadata" doc:"What the event tells; prices are in micros."`
	Detail        json.RawMessage  `json:"detail,omitempty" doc:"For operators alone."`
	SourceAgent   string           `json:"source_agent"`
	SessionID     *string          `json:"session_id" doc:"Of the session in which it happened, if any."`
	CampaignID    *string          `json:"campaign_id"`
}
