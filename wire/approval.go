package wire

import (
	"time"

	"parley"
	"parley/wire/contract"
	"parley/wire/document"
)

// Approval is a question to the deal desk and what became of it.
type Approval struct {
	ApprovalID   string                `json:"approval_id"`
	Status       parley.ApprovalStatus `json:"status"`
	Request      ApprovalRequest       `json:"request"`
	Response     *ApprovalResponse     `json:"response" doc:"Null until somebody decides."`
	Assignee     *string               `json:"assignee" doc:"The principal who sees to it; null: whoever may decide."`
	SnoozedUntil *time.Time            `json:"snoozed_until" doc:"Until when it is out of the inbox; null: it is not. Its timeout stays what it is."`
	ResumedAt    *time.Time            `json:"resumed_at" doc:"When the decision, or the timeout, was carried out."`
	Outcome      document.Object       `json:"outcome" doc:"What that did: result is accepted, countered, rejected, booked, held or nothing, with a reason and the ids of what came of it. Null until then."`
}

// ApprovalRequest is what was about to happen when a rule stopped it.
type ApprovalRequest struct {
	Gate          parley.Gate      `json:"gate"`
	RuleID        string           `json:"rule_id"`
	RuleName      string           `json:"rule_name"`
	Role          parley.Scope     `json:"role" doc:"Who may decide now; admin always may."`
	SecondRole    *parley.Scope    `json:"second_role" doc:"Another role that may decide now. While first_yes is null, two different people have to say yes, one with each role."`
	FirstYes      *FirstYes        `json:"first_yes" doc:"Of two people who have to say yes: who has. Null: nobody, or one is enough."`
	FlowID        *string          `json:"flow_id" doc:"The quote or proposal that the flow began with."`
	ProposalID    *string          `json:"proposal_id"`
	NegotiationID *string          `json:"negotiation_id"`
	QuoteID       *string          `json:"quote_id"`
	DealID        *string          `json:"deal_id"`
	OrderID       *string          `json:"order_id"`
	ChangeID      *string          `json:"change_request_id"`
	Case          ApprovalCase     `json:"case"`
	RequestedBy   *string          `json:"requested_by" doc:"The principal whose doing it is, who does not decide it; null where that was not kept."`
	RequestedAt   time.Time        `json:"requested_at"`
	ExpiresAt     time.Time        `json:"expires_at" doc:"Until when it can be decided."`
	OnTimeout     parley.OnTimeout `json:"on_timeout"`
	EscalateTo    *parley.Scope    `json:"escalate_to"`
}

// FirstYes is the first yes of two people's.
type FirstYes struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// ApprovalResponse is a decision.
type ApprovalResponse struct {
	Decision      parley.ApprovalStatus  `json:"decision" enum:"approved,rejected,countered"`
	Reason        string                 `json:"reason" doc:"For the publisher's people."`
	Message       string                 `json:"message_to_buyer" doc:"What the buyer was told."`
	DecidedBy     string                 `json:"decided_by"`
	DecidedAt     time.Time              `json:"decided_at"`
	Modifications *ApprovalModifications `json:"modifications"`
}

// ApprovalModifications are the terms that were offered instead; null is a term left as it was.
type ApprovalModifications struct {
	CounterCPM  *contract.Decimal `json:"counter_cpm"`
	Impressions *int64            `json:"impressions"`
	FlightStart *parley.Date      `json:"flight_start" format:"date"`
	FlightEnd   *parley.Date      `json:"flight_end" format:"date"`
	Note        string            `json:"note"`
}

// ApprovalOf writes an approval.
func ApprovalOf(_ View, a parley.Approval) Approval {
	rendered := Approval{
		ApprovalID: a.ID, Status: a.Status, Assignee: contract.Optional(a.Assignee), SnoozedUntil: a.SnoozedUntil, ResumedAt: a.ResumedAt, Outcome: document.Object(a.Outcome),
		Request: ApprovalRequest{
			Gate: a.Gate, RuleID: a.RuleID, RuleName: a.RuleName, Role: a.Role, FlowID: contract.Optional(a.ProposalID),
			ProposalID: contract.Optional(a.ProposalID), NegotiationID: contract.Optional(a.NegotiationID),
			QuoteID: contract.Optional(a.QuoteID), DealID: contract.Optional(a.DealID), OrderID: contract.Optional(a.OrderID),
			ChangeID: contract.Optional(a.ChangeID), Case: caseOf(a.Case), RequestedBy: contract.Optional(a.RequestedBy), RequestedAt: a.RequestedAt, ExpiresAt: a.TimeoutAt,
			OnTimeout: a.OnTimeout,
		},
	}
	if a.Owner == "" {
		rendered.Request.Case.ValueToday, rendered.Request.Case.ValueOpen = nil, nil // nobody knows whose they would be
	}
	if a.ProposalID == "" {
		rendered.Request.FlowID = contract.Optional(a.QuoteID)
	}
	if a.SecondRole != "" {
		rendered.Request.SecondRole = &a.SecondRole
	}
	if a.FirstAt != nil {
		rendered.Request.FirstYes = &FirstYes{By: a.FirstBy, At: *a.FirstAt}
	}
	if a.EscalateTo != "" {
		rendered.Request.EscalateTo = &a.EscalateTo
	}
	if a.DecidedAt != nil {
		rendered.Response = &ApprovalResponse{
			Decision: a.Status, Reason: a.Reason, Message: a.BuyerMessage, DecidedBy: a.DecidedBy, DecidedAt: *a.DecidedAt,
			Modifications: modificationsOf(a),
		}
	}
	return rendered
}

func modificationsOf(a parley.Approval) *ApprovalModifications {
	m := a.Modifications
	if m == nil {
		return nil
	}
	rendered := &ApprovalModifications{
		Impressions: m.Impressions, FlightStart: m.FlightStart, FlightEnd: m.FlightEnd, Note: m.Note,
	}
	if m.CounterCPM != nil {
		rendered.CounterCPM = contract.DecimalOf(parley.Money{Micros: *m.CounterCPM, Currency: a.Case.Currency})
	}
	return rendered
}
