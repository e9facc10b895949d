package a2a

import (
	"cmp"
	"encoding/json"
	"fmt"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
	"parley/wire/document"
)

// contextPrefix begins the name of the conversation of a trade that its buyer gave none.
const contextPrefix = "ctx-"

// contextOf is the name of the conversation that a trade belongs to: the buyer's own, or one made of the trade's id.
func contextOf(t seller.Trade) string {
	return cmp.Or(namedContext(t), contextPrefix+t.ID())
}

// namedContext is the buyer's own name of the conversation; empty: it gave none.
func namedContext(t seller.Trade) string {
	switch {
	case t.Quote != nil:
		return t.Quote.Carried.ContextID
	case t.Proposal != nil:
		return t.Proposal.Carried.ContextID
	}
	return ""
}

// taskOf writes the task that a trade is, with its whole history.
func taskOf(v wire.View, t seller.Trade) (*sdk.Task, error) {
	task := &sdk.Task{ID: sdk.TaskID(t.ID()), ContextID: contextOf(t), History: historyOf(t)}
	at := since(t)
	task.Status = sdk.TaskStatus{State: stateOf(t), Timestamp: &at}
	task.Status.Message = statusMessage(task, t)
	var err error
	add := func(name string, document any) {
		var part *sdk.Part
		if part, err = documentPart(document, err); err == nil {
			task.Artifacts = append(task.Artifacts, &sdk.Artifact{ID: sdk.ArtifactID(name), Name: name, Parts: sdk.ContentParts{part}})
		}
	}
	switch {
	case t.Quote != nil:
		add("quote", wire.QuoteOf(v, *t.Quote))
	case t.Proposal != nil:
		add("proposal", wire.ProposalOf(v, *t.Proposal))
	case t.Change != nil:
		add("change", wire.ChangeOf(v, *t.Change))
	}
	if t.Deal != nil {
		add("deal", wire.DealOf(v, *t.Deal))
	}
	return task, err
}

// documentPart is a document as it is written everywhere; before is an error that there has been already.
func documentPart(document any, before error) (*sdk.Part, error) {
	if before != nil {
		return nil, before
	}
	body, err := wire.Encode(document)
	if err != nil {
		return nil, parley.Internal(err)
	}
	return dataPart(body), nil
}

func dataPart(document []byte) *sdk.Part {
	part := sdk.NewDataPart(json.RawMessage(document))
	part.MediaType = "application/json"
	return part
}

// standing is what a status says in data: how things stand, what the buyer can do, and the terms on the table.
type standing struct {
	Status       string                  `json:"status"`
	Skills       []string                `json:"skills"` // what can be sent to the task
	Reason       string                  `json:"reason,omitempty"`
	CounterTerms *document.CounterTerms  `json:"counter_terms,omitempty"`
	Round        *document.RoundResponse `json:"round,omitempty"`
}

// statusMessage says what a state means, in a fixed sentence and in data.
func statusMessage(task *sdk.Task, t seller.Trade) *sdk.Message {
	sentence, data := standingOf(task.Status.State, t)
	document, err := wire.Encode(data)
	if err != nil {
		return nil // of texts and numbers
	}
	return &sdk.Message{
		ID: fmt.Sprintf("%s-%s-%d", task.ID, data.Status, roundsOf(t)), Role: sdk.MessageRoleAgent, TaskID: task.ID, ContextID: task.ContextID,
		Parts: sdk.ContentParts{sdk.NewTextPart(sentence), dataPart(document)},
	}
}

func roundsOf(t seller.Trade) int {
	if t.Negotiation == nil {
		return 0
	}
	return len(t.Negotiation.Rounds)
}

// The sentences of states: fixed, so that nothing a party wrote is ever taken for one.
const (
	sayQuoted   = "The quote is good until it expires; it can be booked or negotiated."
	sayBookable = "The quote is good until it expires, at its price; its negotiation is over."
	sayAgreed   = "The terms are agreed; they can be booked."
	sayCounter  = "The publisher offers other terms; they can be negotiated, or the proposal withdrawn."
	sayApply    = "The change is approved; it can be applied."
	sayWaiting  = "The publisher has to decide."
	sayDone     = "Done."
	sayRejected = "The publisher rejected it."
	sayEnded    = "It was taken back or cancelled."
	sayOver     = "Its time is over, or it could not be carried out."
)

func standingOf(state sdk.TaskState, t seller.Trade) (sentence string, data standing) {
	data = standing{Skills: []string{}}
	switch {
	case t.Deal != nil:
		data.Status, data.Reason = string(t.Deal.Status), t.Deal.StatusReason
	case t.Quote != nil:
		data.Status = string(t.Quote.Status)
	case t.Proposal != nil:
		data.Status = string(t.Proposal.Status)
		if p := *t.Proposal; p.CounterTerms != nil && p.Status.Open() {
			data.CounterTerms = wire.ProposalOf(wire.View{}, p).CounterTerms
		}
	case t.Change != nil:
		data.Status = string(t.Change.Status)
		data.Reason = t.Change.RejectionReason + t.Change.FailureReason // a change has one at most
	}
	if n := t.Negotiation; n != nil && len(n.Rounds) > 0 && t.Deal == nil {
		round := wire.RoundOf(seller.Turn{Negotiation: *n, Round: n.Rounds[len(n.Rounds)-1]}, wire.Documented)
		data.Round = &round
	}
	switch state {
	case sdk.TaskStateInputRequired:
		sentence, data.Skills = nextStep(t)
	case sdk.TaskStateWorking:
		sentence = sayWaiting
		if t.Proposal != nil && t.Deal == nil {
			data.Skills = []string{"withdraw_proposal"}
		}
	case sdk.TaskStateCompleted:
		sentence = sayDone
	case sdk.TaskStateRejected:
		sentence = sayRejected
	case sdk.TaskStateCanceled:
		sentence = sayEnded
	default:
		sentence = sayOver
	}
	return sentence, data
}

// nextStep is what a buyer whose turn it is can do.
func nextStep(t seller.Trade) (sentence string, skills []string) {
	switch {
	case t.Change != nil:
		return sayApply, []string{"apply_change"}
	case t.Proposal != nil && t.Proposal.Status == parley.ProposalAccepted:
		return sayAgreed, []string{"book_deal", "withdraw_proposal"}
	case t.Proposal != nil:
		return sayCounter, []string{"negotiate", "withdraw_proposal"}
	case t.Negotiation != nil && t.Negotiation.Status == parley.NegotiationAccepted:
		return sayAgreed, []string{"book_deal"}
	case t.Negotiation != nil && t.Negotiation.Status.Concluded():
		return sayBookable, []string{"book_deal"}
	}
	return sayQuoted, []string{"book_deal", "negotiate"}
}

// said is what a buyer said in a round.
type said struct {
	Price     *contract.Decimal `json:"price"` // null: none named
	Currency  parley.Currency   `json:"currency"`
	Rationale string            `json:"rationale"`
}

// historyOf tells the rounds of a negotiation, each as what the buyer said and what the seller answered.
func historyOf(t seller.Trade) []*sdk.Message {
	if t.Negotiation == nil {
		return nil
	}
	rounds := wire.NegotiationOf(wire.View{}, *t.Negotiation).Rounds
	history := make([]*sdk.Message, 0, 2*len(rounds))
	for i, round := range rounds {
		stored := t.Negotiation.Rounds[i]
		buyer := said{Price: round.BuyerPrice, Currency: round.Currency, Rationale: stored.BuyerReason}
		for _, one := range []struct {
			role     sdk.MessageRole
			name     string
			document any
		}{{sdk.MessageRoleUser, "buyer", buyer}, {sdk.MessageRoleAgent, "seller", round}} {
			document, err := wire.Encode(one.document)
			if err != nil {
				continue // of texts and numbers
			}
			history = append(history, &sdk.Message{
				ID: fmt.Sprintf("%s-%d-%s", t.Negotiation.ID, stored.Number, one.name), Role: one.role, TaskID: sdk.TaskID(t.ID()),
				ContextID: contextOf(t), Parts: sdk.ContentParts{dataPart(document)},
			})
		}
	}
	return history
}

// recent leaves the last messages of a task's history: all of them when nobody says how many.
func recent(task *sdk.Task, most *int) *sdk.Task {
	if most != nil && len(task.History) > max(0, *most) {
		task.History = task.History[len(task.History)-max(0, *most):]
	}
	return task
}
