package client

import (
	"context"
	"errors"
	"fmt"

	"parley/wire/contract"
	"parley/wire/document"

	"parley"
)

// Subject is what a buyer negotiates about.
type Subject struct {
	quote         *document.QuoteResponse
	proposalID    string
	negotiationID string
}

// AboutQuote negotiates the price that booking a quote strikes.
func AboutQuote(quote document.QuoteResponse) Subject { return Subject{quote: &quote} }

// AboutProposal goes on from the seller's counter-offer to a proposal. The price proposed was the first round.
func AboutProposal(proposalID string) Subject { return Subject{proposalID: proposalID} }

// AboutNegotiation goes on with a negotiation, such as after a restart of the buyer's program.
func AboutNegotiation(negotiationID string) Subject { return Subject{negotiationID: negotiationID} }

// Outcome is how a negotiation ended.
type Outcome struct {
	NegotiationID string                   `json:"negotiation_id"`
	Status        parley.NegotiationStatus `json:"status"`       // pending_approval: the publisher's people have the word now
	AgreedPrice   *contract.Money          `json:"agreed_price"` // nil: no agreement, or not yet
	Rounds        []document.RoundResponse `json:"rounds"`       // all of them, oldest first
}

// maxTurns bounds a negotiation with a seller that never ends it.
const maxTurns = 100

// ErrEndless tells that a seller went on countering for more turns than any sensible negotiation has.
var ErrEndless = errors.New("client: the negotiation does not end")

// Negotiate holds a whole negotiation: it asks the strategy for each move, sends it, and goes on until there is an
// agreement, a refusal, or a decision that the publisher's people have to make. watch, unless nil, is called with each
// round, those that were there before included. With an error the outcome holds how far the negotiation had come.
func (c *Client) Negotiate(ctx context.Context, about Subject, strategy Strategy, watch func(document.RoundResponse)) (Outcome, error) {
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
	watch    func(document.RoundResponse)
	quoteID  string // of a negotiation that has yet to be opened
	position Position
	outcome  Outcome
}

// begin finds out where the negotiation stands.
func (t *talk) begin(ctx context.Context, about Subject) error {
	t.outcome.Status = parley.NegotiationActive
	if quote := about.quote; quote != nil {
		price := quote.Pricing.FinalCPM
		if price == nil {
			return &unreadableError{errors.New("the quote has no price")}
		}
		t.quoteID = quote.QuoteID
		t.position.Seller, t.position.Currency = price.Money.Micros, price.Money.Currency
		return nil
	}
	rounds, err := t.read(ctx, about)
	if err != nil {
		return err
	}
	for _, round := range rounds {
		t.take(round)
	}
	if t.outcome.Status == parley.NegotiationAccepted && t.outcome.AgreedPrice == nil && len(rounds) > 0 {
		t.outcome.AgreedPrice = &rounds[len(rounds)-1].Round.SellerPrice
	}
	if t.outcome.Status == parley.NegotiationActive && t.position.Currency == "" {
		return &unreadableError{errors.New("the negotiation has no round with a price in it")}
	}
	return nil
}

// read reads a negotiation: that about a proposal in the API's own dialect, another in the contract's.
func (t *talk) read(ctx context.Context, about Subject) ([]document.RoundResponse, error) {
	if about.negotiationID == "" {
		found, err := t.client.ProposalNegotiation(ctx, about.proposalID)
		t.outcome.NegotiationID, t.outcome.Status = found.NegotiationID, found.Status
		if agreed := found.AgreedPrice; agreed != nil {
			t.outcome.AgreedPrice = contract.MoneyOf(agreed.Money)
		}
		return found.Rounds, err
	}
	found, err := t.client.Negotiation(ctx, about.negotiationID)
	t.outcome.NegotiationID, t.outcome.Status, t.outcome.AgreedPrice = found.NegotiationID, found.Status, found.AgreedPrice
	rounds := make([]document.RoundResponse, len(found.Rounds))
	for i, round := range found.Rounds {
		rounds[i] = document.RoundResponse{
			NegotiationID: found.NegotiationID, ProposalID: found.ProposalID, QuoteID: found.QuoteID, RoundNumber: round.RoundNumber,
			Action: round.Action, Currency: round.SellerPrice.Currency, Rationale: round.Rationale, Round: round,
		}
	}
	return rounds, err
}

// take notes a round, by the prices of the contract's: it has both in every round.
func (t *talk) take(round document.RoundResponse) {
	t.outcome.Rounds = append(t.outcome.Rounds, round)
	t.position.Offers = append(t.position.Offers, round.Round.BuyerPrice.AmountMicros)
	t.position.Seller, t.position.Currency = round.Round.SellerPrice.AmountMicros, round.Round.SellerPrice.Currency
	t.position.Final = round.Action == parley.ActionFinalOffer
	if t.watch != nil {
		t.watch(round)
	}
}

// move makes a move and takes the seller's answer. The number of the round and the price accepted say what the buyer has
// seen, so that a round that came in between is refused and not mistaken for the one that is meant.
func (t *talk) move(ctx context.Context, move Move) error {
	message := document.NegotiationMessage{NegotiationID: t.outcome.NegotiationID, Action: move.Action, Rationale: move.Rationale}
	if message.NegotiationID == "" {
		message.QuoteID = t.quoteID
	}
	if move.Action != parley.ActionReject {
		message.BuyerPrice = contract.PriceOf(parley.Money{Micros: move.Price, Currency: t.position.Currency})
	}
	message.RoundNumber = len(t.outcome.Rounds) + 1
	round, err := t.client.Send(ctx, message)
	var refused *Error
	if errors.As(err, &refused) && refused.Text("status") == string(parley.NegotiationPendingApproval) {
		t.outcome.Status = parley.NegotiationPendingApproval
		return nil
	}
	if err != nil {
		return err
	}
	if round.Round.RoundNumber == 0 {
		return &unreadableError{errors.New("the answer has no round in it")}
	}
	t.outcome.NegotiationID, t.outcome.Status = round.NegotiationID, round.Status
	t.take(round)
	if round.ApprovalID != nil && round.Status == parley.NegotiationActive {
		t.outcome.Status = parley.NegotiationPendingApproval
	}
	if round.Status != parley.NegotiationAccepted {
		return nil
	}
	t.outcome.AgreedPrice = &round.Round.SellerPrice
	// The seller says what was agreed; the buyer knows what it offered, and owes no more.
	if agreed := t.outcome.AgreedPrice; agreed.AmountMicros > move.Price {
		return fmt.Errorf("client: negotiation %s: the seller says that %v was agreed, the last offer was %s",
			round.NegotiationID, agreed, parley.FormatMicros(move.Price, t.position.Currency.MinorDigits()))
	}
	return nil
}
