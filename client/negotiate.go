package client

import (
	"context"
	"errors"
	"fmt"

	"parley"
)

// Subject is what a buyer negotiates about.
type Subject struct {
	quote         *Quote
	proposalID    string
	negotiationID string
}

// AboutQuote negotiates the price that booking a quote strikes.
func AboutQuote(quote Quote) Subject { return Subject{quote: &quote} }

// AboutProposal goes on from the seller's counter-offer to a proposal. The price proposed was the first round.
func AboutProposal(proposalID string) Subject { return Subject{proposalID: proposalID} }

// AboutNegotiation goes on with a negotiation, such as after a restart of the buyer's program.
func AboutNegotiation(negotiationID string) Subject { return Subject{negotiationID: negotiationID} }

// Outcome is how a negotiation ended.
type Outcome struct {
	NegotiationID string                   `json:"negotiation_id"`
	Status        parley.NegotiationStatus `json:"status"`       // pending_approval: the publisher's people have the word now
	AgreedPrice   *Price                   `json:"agreed_price"` // nil: no agreement, or not yet
	Rounds        []Round                  `json:"rounds"`       // all of them, oldest first
}

// maxTurns bounds a negotiation with a seller that never ends it.
const maxTurns = 100

// ErrEndless tells that a seller went on countering for more turns than any sensible negotiation has.
var ErrEndless = errors.New("client: the negotiation does not end")

// Negotiate holds a whole negotiation: it asks the strategy for each move, sends it, and goes on until there is an
// agreement, a refusal, or a decision that the publisher's people have to make. watch, unless nil, is called with each
// round, those that were there before included. With an error the outcome holds how far the negotiation had come.
func (c *Client) Negotiate(ctx context.Context, about Subject, strategy Strategy, watch func(Round)) (Outcome, error) {
	talk := &talk{client: c, watch: watch}
	if err := talk.begin(ctx, about); err != nil {
		return talk.outcome, err
	}
	for turn := 0; talk.outcome.Status == parley.NegotiationActive; turn++ {
		if turn == maxTurns {
			return talk.outcome, ErrEndless
		}
		move, err := strategy.Next(talk.position)
		if err != nil {
			return talk.outcome, fmt.Errorf("client: negotiate: %w", err)
		}
		if err := talk.move(ctx, move); err != nil {
			return talk.outcome, err
		}
	}
	return talk.outcome, nil
}

// talk is a negotiation under way.
type talk struct {
	client   *Client
	watch    func(Round)
	quoteID  string // of a negotiation that has yet to be opened
	position Position
	outcome  Outcome
}

// begin finds out where the negotiation stands.
func (t *talk) begin(ctx context.Context, about Subject) error {
	t.outcome.Status = parley.NegotiationActive
	if quote := about.quote; quote != nil {
		t.quoteID = quote.QuoteID
		t.position.Seller, t.position.Currency = quote.Pricing.FinalCPM.Micros, quote.Pricing.FinalCPM.Currency
		return nil
	}
	read, id := t.client.Negotiation, about.negotiationID
	if id == "" {
		read, id = t.client.ProposalNegotiation, about.proposalID
	}
	found, err := read(ctx, id)
	if err != nil {
		return err
	}
	t.outcome.NegotiationID, t.outcome.Status = found.NegotiationID, found.Status
	for _, round := range found.Rounds {
		t.take(round)
	}
	t.outcome.Status, t.outcome.AgreedPrice = found.Status, found.AgreedPrice
	if found.Status == parley.NegotiationAccepted && found.AgreedPrice == nil {
		t.outcome.AgreedPrice = found.Last().SellerPrice
	}
	if found.Status == parley.NegotiationActive && t.position.Currency == "" {
		return &unreadableError{errors.New("the negotiation has no round with a price in it")}
	}
	return nil
}

// take notes a round.
func (t *talk) take(round Round) {
	t.outcome.Rounds = append(t.outcome.Rounds, round)
	if round.BuyerPrice != nil {
		t.position.Offers = append(t.position.Offers, round.BuyerPrice.Micros)
	}
	if round.SellerPrice != nil {
		t.position.Seller = round.SellerPrice.Micros
		if round.SellerPrice.Currency != "" {
			t.position.Currency = round.SellerPrice.Currency
		}
	}
	t.position.Final = round.Action == parley.ActionFinalOffer
	if t.watch != nil {
		t.watch(round)
	}
}

// move makes a move and takes the seller's answer. The number of the round and the price accepted say what the buyer has
// seen, so that a round that came in between is refused and not mistaken for the one that is meant.
func (t *talk) move(ctx context.Context, move Move) error {
	message := Message{NegotiationID: t.outcome.NegotiationID, Action: move.Action, Rationale: move.Rationale}
	if message.NegotiationID == "" {
		message.QuoteID = t.quoteID
	}
	if move.Action != parley.ActionReject {
		message.BuyerPrice = &Price{Micros: move.Price, Currency: t.position.Currency}
	}
	number := len(t.outcome.Rounds) + 1
	message.RoundNumber = &number
	round, err := t.client.Send(ctx, message)
	var refused *Error
	if errors.As(err, &refused) && refused.Text("status") == string(parley.NegotiationPendingApproval) {
		t.outcome.Status = parley.NegotiationPendingApproval
		return nil
	}
	if err != nil {
		return err
	}
	t.outcome.NegotiationID, t.outcome.Status = round.NegotiationID, round.Status
	t.take(round)
	if round.ApprovalID != "" && round.Status == parley.NegotiationActive {
		t.outcome.Status = parley.NegotiationPendingApproval
	}
	if round.Status != parley.NegotiationAccepted {
		return nil
	}
	if t.outcome.AgreedPrice = round.SellerPrice; round.SellerPrice == nil {
		t.outcome.AgreedPrice = round.BuyerPrice
	}
	// The seller says what was agreed; the buyer knows what it offered, and owes no more.
	if agreed := t.outcome.AgreedPrice; agreed == nil || agreed.Micros > move.Price {
		return fmt.Errorf("client: negotiation %s: the seller says that %v was agreed, the last offer was %s",
			round.NegotiationID, agreed, parley.FormatMicros(move.Price, t.position.Currency.MinorDigits()))
	}
	return nil
}
