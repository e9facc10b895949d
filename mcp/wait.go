package mcp

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"parley"
	"parley/seller"
	agent "parley/tool"
	"parley/wire"
	"parley/wire/document"
)

// answer is one that a tool gave, as far as what comes next is told from it.
type answer struct {
	Status        string `json:"status"`
	QuoteID       string `json:"quote_id"`
	ProposalID    string `json:"proposal_id"`
	NegotiationID string `json:"negotiation_id"`
	DealID        string `json:"deal_id"`
	OrderID       string `json:"order_id"`
	ApprovalID    string `json:"approval_id"`
}

// wait says what a caller waits for: the arguments of wait_for_change.
type wait struct {
	DealID        string `json:"deal_id,omitempty"`
	ProposalID    string `json:"proposal_id,omitempty"`
	QuoteID       string `json:"quote_id,omitempty"`
	NegotiationID string `json:"negotiation_id,omitempty"`
	OrderID       string `json:"order_id,omitempty"`
	After         string `json:"after"`
}

// next is what to call when an answer waits for somebody.
type next struct {
	Tool      string `json:"tool"`
	Arguments wait   `json:"arguments"`
}

// The gates: what of an answer waits for the publisher, and the events that tell how it ended.
func dealWaits(d answer) (wait, bool) {
	return wait{DealID: d.DealID}, d.Status == string(parley.DealProposed)
}

func proposalWaits(d answer) (wait, bool) {
	return wait{ProposalID: d.ProposalID}, d.Status == string(parley.ProposalPendingApproval)
}

func negotiationWaits(d answer) (wait, bool) {
	return wait{NegotiationID: d.NegotiationID}, d.ApprovalID != "" // while the publisher has to approve the price
}

func orderWaits(d answer) (wait, bool) {
	return wait{OrderID: d.OrderID}, d.Status == string(parley.OrderPendingApproval)
}

func changeWaits(d answer) (wait, bool) {
	return wait{DealID: d.DealID}, d.Status == string(parley.ChangePendingApproval)
}

// position is where the caller's events are before a flow is run, so that none of what it leads to is missed; empty where
// nobody asks, and of a caller that has no events to follow.
func (x *exchange) position(ctx context.Context, wanted bool) string {
	if !wanted || x.Caller.Role == parley.RoleAnonymous {
		return ""
	}
	position, err := x.Service.EventPosition(ctx, x.Call)
	if err != nil {
		return "" // the flow tells what is wrong
	}
	return position
}

// withNext tells in an answer that waits what to call. It is never stored with the answer. What a repetition waits for may have
// happened before it: it looks from the beginning.
func withNext(made agent.Outcome, position string, waits func(answer) (wait, bool)) ([]byte, error) {
	var d answer
	if position == "" || json.Unmarshal(made.Document, &d) != nil {
		return made.Document, nil
	}
	subject, waiting := waits(d)
	if !waiting {
		return made.Document, nil
	}
	subject.After = position
	if made.Replayed {
		subject.After = seller.FromTheBeginning
	}
	return with(made.Document, "next", next{Tool: waitTool, Arguments: subject})
}

const (
	waitTool = "wait_for_change"
	// longestWait is how long a connection is held while nothing happens.
	longestWait = 25 * time.Second
	// mostEvents is how many events one answer tells.
	mostEvents = 50
)

// waitArguments are what to wait for, and from where on.
type waitArguments struct {
	After         string               `json:"after,omitempty" maxLength:"128" doc:"The position to go on from: of the answer that waits, or of the wait before. Absent: from now on. 0: from the first event."`
	DealID        string               `json:"deal_id,omitempty" maxLength:"128"`
	ProposalID    string               `json:"proposal_id,omitempty" maxLength:"128"`
	QuoteID       string               `json:"quote_id,omitempty" maxLength:"128"`
	NegotiationID string               `json:"negotiation_id,omitempty" maxLength:"128"`
	OrderID       string               `json:"order_id,omitempty" maxLength:"128"`
	Types         []wire.EventTypeName `json:"types,omitempty" maxItems:"20" doc:"Only these, such as deal.booked."`
	Seconds       *int                 `json:"seconds,omitempty" minimum:"0" maximum:"25" doc:"How long to wait; 25 when absent."`
}

// news is what happened while a caller waited.
type news struct {
	Events   []document.Event `json:"events" doc:"Oldest first; empty when nothing came."`
	Position string           `json:"position" doc:"To go on from, as after."`
}

var waitForChange = question(agent.Tool{
	Name: waitTool, Title: "Wait for a change",
	Description: "Wait until something happens to a deal, proposal, quote, negotiation or order, at most 25 seconds, and read it. An " +
		"answer that waits for the publisher says in next what to pass. When events is empty nothing has come yet: call again with " +
		"the position. A person may take hours to decide.",
}, func(ctx context.Context, x *exchange, a *waitArguments) (news, error) {
	told := news{Events: []document.Event{}, Position: a.After}
	ctx, leave, err := x.stay(ctx)
	if err != nil {
		return told, err
	}
	defer leave()
	left := longestWait
	if a.Seconds != nil {
		left = time.Duration(*a.Seconds) * time.Second
	}
	filter := seller.EventFilter{
		DealID: a.DealID, ProposalID: a.ProposalID, QuoteID: a.QuoteID, NegotiationID: a.NegotiationID, OrderID: a.OrderID,
	}
	ctx, cancel := context.WithTimeout(ctx, left+time.Second)
	defer cancel()
	until := time.Now().Add(left)
	for {
		events, position, err := x.Service.AwaitEvents(ctx, x.Call, told.Position, filter, mostEvents, max(0, time.Until(until)))
		if err != nil {
			return told, err
		}
		told.Position = position
		for _, event := range events {
			if len(a.Types) == 0 || slices.Contains(a.Types, wire.EventTypeName(event.Type)) {
				told.Events = append(told.Events, wire.EventOf(x.View, event))
			}
		}
		if len(told.Events) > 0 || len(events) == 0 || ctx.Err() != nil {
			return told, nil
		}
	}
})
