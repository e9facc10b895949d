package parley

import (
	"encoding/json"
	"slices"
	"time"
)

// EventType names what happened, such as "quote.created".
type EventType string

// The events of the flows. Those of rules stand with their kinds.
const (
	EventQuoteCreated         EventType = "quote.created"
	EventQuoteBooked          EventType = "quote.booked"
	EventQuoteExpired         EventType = "quote.expired"
	EventQuoteDeclined        EventType = "quote.declined"
	EventHoldCreated          EventType = "hold.created"
	EventHoldEnded            EventType = "hold.ended"
	EventDealCreated          EventType = "deal.created"
	EventDealBooked           EventType = "deal.booked"
	EventDealRejected         EventType = "deal.rejected"
	EventDealExpired          EventType = "deal.expired"
	EventDealCancelled        EventType = "deal.cancelled"
	EventDealFiled            EventType = "deal.filed"
	EventDealShared           EventType = "deal.shared"
	EventDealShareEnded       EventType = "deal.share_ended"
	EventOrderCreated         EventType = "order.created"
	EventOrderTransitioned    EventType = "order.transitioned"
	EventProposalReceived     EventType = "proposal.received"
	EventProposalEvaluated    EventType = "proposal.evaluated"
	EventProposalAccepted     EventType = "proposal.accepted"
	EventProposalRejected     EventType = "proposal.rejected"
	EventProposalCountered    EventType = "proposal.countered"
	EventProposalWithdrawn    EventType = "proposal.withdrawn"
	EventProposalExpired      EventType = "proposal.expired"
	EventApprovalRequested    EventType = "approval.requested"
	EventApprovalGranted      EventType = "approval.granted"
	EventApprovalDenied       EventType = "approval.denied"
	EventApprovalTimedOut     EventType = "approval.timed_out"
	EventApprovalEscalated    EventType = "approval.escalated"
	EventApprovalPlanned      EventType = "approval.planned"
	EventApprovalTakenBack    EventType = "approval.taken_back"
	EventApprovalEndorsed     EventType = "approval.endorsed"
	EventApprovalAssigned     EventType = "approval.assigned"
	EventApprovalSnoozed      EventType = "approval.snoozed"
	EventApprovalCommented    EventType = "approval.commented"
	EventNegotiationStarted   EventType = "negotiation.started"
	EventNegotiationRound     EventType = "negotiation.round"
	EventNegotiationConcluded EventType = "negotiation.concluded"
	EventNegotiationPaused    EventType = "negotiation.paused"
	EventNegotiationResumed   EventType = "negotiation.resumed"
	EventChangeCreated        EventType = "change_request.created"
	EventChangeApproved       EventType = "change_request.approved"
	EventChangeRejected       EventType = "change_request.rejected"
	EventChangeApplied        EventType = "change_request.applied"
	EventChangeFailed         EventType = "change_request.failed"
	EventAgentDiscovered      EventType = "agent.discovered"
	EventAgentTrusted         EventType = "agent.trust_changed"
	EventAgentRemoved         EventType = "agent.removed"
	EventCatalogChanged       EventType = "catalog.changed"
	EventCapacityChanged      EventType = "capacity.changed"

	EventKeyCreated  EventType = "key.created"
	EventKeyRevoked  EventType = "key.revoked"
	EventKeyRotated  EventType = "key.rotated"
	EventKeyExpiring EventType = "key.expiring"

	EventAccountCreated EventType = "account.created"
	EventAccountChanged EventType = "account.changed"

	EventWebhookCreated  EventType = "webhook.created"
	EventWebhookChanged  EventType = "webhook.changed"
	EventWebhookDisabled EventType = "webhook.disabled"
	EventWebhookRemoved  EventType = "webhook.removed"
	EventWebhookTested   EventType = "webhook.tested"

	EventPackagesChanged EventType = "packages.changed"
	EventPackageQuoted   EventType = "package.quoted"
	EventPackageBooked   EventType = "package.booked"

	EventSessionCreated EventType = "session.created"
	EventSessionMessage EventType = "session.message"
	EventSessionClosed  EventType = "session.closed"

	EventDestinationCreated EventType = "destination.created"
	EventDestinationChanged EventType = "destination.changed"
	EventDestinationPaused  EventType = "destination.paused"
	EventDestinationRemoved EventType = "destination.removed"

	EventActivationQueued    EventType = "activation.queued"
	EventActivationSent      EventType = "activation.sent"
	EventActivationLive      EventType = "activation.live"
	EventActivationAccepted  EventType = "activation.accepted"
	EventActivationPaused    EventType = "activation.paused"
	EventActivationDrifted   EventType = "activation.drifted"
	EventActivationFailed    EventType = "activation.failed"
	EventActivationWithdrawn EventType = "activation.withdrawn"
	EventDealActivated       EventType = "deal.activated"
	EventDealPacingChanged   EventType = "deal.pacing_changed"
	EventDealCompleted       EventType = "deal.completed"
	EventDeliveryReceived    EventType = "delivery.received"

	EventDeliveryProfileChanged EventType = "delivery.profile_changed"
)

// EventTypes are all of them.
var EventTypes = slices.Concat([]EventType{
	EventQuoteCreated, EventQuoteBooked, EventQuoteExpired, EventQuoteDeclined, EventHoldCreated, EventHoldEnded,
	EventDealCreated, EventDealBooked,
	EventDealRejected, EventDealExpired, EventDealCancelled, EventDealFiled,
	EventDealShared, EventDealShareEnded, EventOrderCreated, EventOrderTransitioned,
	EventProposalReceived, EventProposalEvaluated, EventProposalAccepted, EventProposalRejected,
	EventProposalCountered, EventProposalWithdrawn, EventProposalExpired, EventApprovalRequested,
	EventApprovalGranted, EventApprovalDenied, EventApprovalTimedOut, EventApprovalEscalated, EventApprovalPlanned,
	EventApprovalTakenBack, EventApprovalEndorsed, EventApprovalAssigned, EventApprovalSnoozed, EventApprovalCommented,
	EventNegotiationStarted, EventNegotiationRound, EventNegotiationConcluded, EventNegotiationPaused, EventNegotiationResumed,
	EventChangeCreated,
	EventChangeApproved, EventChangeRejected, EventChangeApplied, EventChangeFailed, EventAgentDiscovered,
	EventAgentTrusted, EventAgentRemoved, EventCatalogChanged, EventCapacityChanged,
}, changesOfRules(), []EventType{
	EventKeyCreated, EventKeyRevoked, EventKeyRotated, EventKeyExpiring,
	EventAccountCreated, EventAccountChanged,
	EventWebhookCreated, EventWebhookChanged, EventWebhookDisabled, EventWebhookRemoved, EventWebhookTested,
	EventPackagesChanged, EventPackageQuoted, EventPackageBooked, EventSessionCreated, EventSessionMessage, EventSessionClosed,
	EventDestinationCreated, EventDestinationChanged, EventDestinationPaused, EventDestinationRemoved, EventActivationQueued,
	EventActivationSent, EventActivationAccepted, EventActivationLive, EventActivationPaused, EventActivationDrifted, EventActivationFailed,
	EventActivationWithdrawn, EventDealActivated,
	EventDealPacingChanged, EventDealCompleted, EventDeliveryReceived, EventDeliveryProfileChanged,
})

// Event is one thing that happened, written in the transaction that did it. Data is readable by the owner and holds
// nothing that a buyer may not know; Detail is for the publisher alone.
type Event struct {
	ID            string
	Type          EventType
	OccurredAt    time.Time
	Owner         string // whose event it is; empty: the publisher's own, which no buyer reads
	Actor         string
	FlowID        string // the first resource of the flow: the quote or proposal that it began with
	QuoteID       string
	ProposalID    string
	NegotiationID string
	DealID        string
	OrderID       string
	ApprovalID    string
	SessionID     string // of the conversation in which it happened; empty: in none
	Data          json.RawMessage
	Detail        json.RawMessage
}

// AuditEntry records who changed what. It is written in the same transaction as the change.
type AuditEntry struct {
	Seq        int64 // given by the store; sorts entries
	At         time.Time
	Actor      string
	Action     string // such as "deal.book"
	Resource   string // kind of the resource, such as "deal"
	ResourceID string
	RequestID  string
	Before     json.RawMessage
	After      json.RawMessage
}
