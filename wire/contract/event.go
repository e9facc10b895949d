package contract

import (
	"encoding/json"
	"slices"
	"time"

	"parley"
)

// Event is one thing that an agent did, as the contract writes it.
type Event struct {
	EventID     string          `json:"event_id"`
	EventType   EventType       `json:"event_type"`
	OccurredAt  time.Time       `json:"occurred_at"`
	SourceAgent string          `json:"source_agent" doc:"buyer or seller."`
	CampaignID  *string         `json:"campaign_id"`
	DealID      *string         `json:"deal_id"`
	OrderID     *string         `json:"order_id"`
	ProposalID  *string         `json:"proposal_id"`
	SessionID   *string         `json:"session_id"`
	Metadata    json.RawMessage `json:"metadata"`
}

// UnmarshalJSON implements json.Unmarshaler. A time without its zone says nothing to an agent elsewhere, and is refused.
func (e *Event) UnmarshalJSON(raw []byte) error {
	var written struct {
		OccurredAt string `json:"occurred_at"`
	}
	if err := decode(raw, &written, "event_id", "event_type", "occurred_at", "source_agent"); err != nil {
		return err
	}
	if _, err := time.Parse(time.RFC3339, written.OccurredAt); err != nil {
		return parley.Invalid("occurred_at", "must be a timezone-aware time, such as 2026-12-31T12:00:00Z")
	}
	type message Event
	return json.Unmarshal(raw, (*message)(e))
}

// EventType is the kind of an event.
type EventType string

// EventTypes are the kinds that the contract knows, of buyers and sellers. A seller may tell of more; a reader that finds
// another kind passes over it.
var EventTypes = []EventType{
	"approval.requested", "approval.granted", "approval.rejected", "approval.timed_out",
	"budget.allocated",
	"campaign.created", "campaign.brief_validated", "campaign.plan_generated", "campaign.plan_approved",
	"campaign.booking_started", "campaign.booking_completed", "campaign.ready", "campaign.activated",
	"campaign.completed", "campaign.cancelled",
	"creative.uploaded", "creative.validated", "creative.matched", "creative.rotation_updated",
	"creative.ad_server_pushed",
	"deal.created", "deal.registered", "deal.synced", "deal.booked", "deal.cancelled", "deal.imported",
	"deal.template_created", "deal.manual_action_required",
	"execution.completed",
	"inventory.discovered",
	"negotiation.started", "negotiation.round", "negotiation.concluded",
	"order.submitted",
	"pacing.snapshot_taken", "pacing.deviation_detected", "pacing.reallocation_recommended",
	"pacing.reallocation_applied",
	"package.created", "package.updated", "package.synced",
	"portfolio.inspected",
	"proposal.received", "proposal.evaluated", "proposal.accepted", "proposal.rejected", "proposal.countered",
	"quote.requested", "quote.received",
	"session.created", "session.resumed", "session.closed",
}

// Known tells whether the contract has the kind.
func (e EventType) Known() bool { return slices.Contains(EventTypes, e) }
