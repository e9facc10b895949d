package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"parley"
	"parley/client"
	"parley/wire/contract"
	"parley/wire/document"
)

type buyerNegotiateCommand struct {
	sellerFlags
	ID       string `arg:"" help:"Id of a quote, of a countered proposal, or of a negotiation to go on with."`
	Ceiling  string `required:"" placeholder:"CPM" help:"The most that you pay."`
	Opening  string `placeholder:"CPM" help:"Your first offer; four fifths of the ceiling when absent."`
	Offers   int    `default:"5" placeholder:"N" help:"Offers until the ceiling."`
	Strategy string `default:"linear" enum:"linear,threshold,boulware,conceder" placeholder:"NAME" help:"How the offers rise: linear, boulware (late), conceder (early); threshold offers the ceiling at once."`
	Book     bool   `help:"Book at the price agreed."`
}

// The exponents of the time-dependent strategies, in thousandths.
const (
	boulware = 400
	conceder = 2500
)

func (c buyerNegotiateCommand) strategy() (client.Strategy, error) {
	ceiling, err := price("--ceiling", c.Ceiling)
	if err != nil {
		return nil, err
	}
	const cent = parley.MicrosPerUnit / 100
	opening := parley.Money{Micros: max(cent, ceiling.Micros/5*4/cent*cent)}
	if c.Opening != "" {
		if opening, err = price("--opening", c.Opening); err != nil {
			return nil, err
		}
	}
	switch c.Strategy {
	case "threshold":
		return client.Threshold{Ceiling: ceiling}, nil
	case "boulware":
		return client.TimeDependent{Opening: opening, Ceiling: ceiling, Rounds: c.Offers, Beta: boulware}, nil
	case "conceder":
		return client.TimeDependent{Opening: opening, Ceiling: ceiling, Rounds: c.Offers, Beta: conceder}, nil
	}
	return client.Linear{Opening: opening, Ceiling: ceiling, Rounds: c.Offers}, nil
}

// Run negotiates, and books what was agreed when it is asked to.
func (c buyerNegotiateCommand) Run(p *process) error {
	strategy, err := c.strategy()
	if err != nil {
		return err
	}
	seller := c.client()
	var about client.Subject
	booked := c.ID
	switch {
	case strings.HasPrefix(c.ID, parley.PrefixQuote):
		quote, err := seller.Quote(p.ctx, c.ID)
		if err != nil {
			return err
		}
		about = client.AboutQuote(quote)
	case strings.HasPrefix(c.ID, parley.PrefixProposal):
		about = client.AboutProposal(c.ID)
	default:
		negotiation, err := seller.Negotiation(p.ctx, c.ID)
		if err != nil {
			return err
		}
		about, booked = client.AboutNegotiation(c.ID), contract.TextOf(negotiation.ProposalID)+contract.TextOf(negotiation.QuoteID)
	}
	view := &roundView{p: p, json: c.JSON}
	outcome, err := seller.Negotiate(p.ctx, about, strategy, view.round)
	if err = errors.Join(err, view.failed); err != nil {
		return err
	}
	if err := c.show(p, outcome, [2]string{"outcome", outcomeText(outcome)}); err != nil {
		return err
	}
	if !c.Book || outcome.Status != parley.NegotiationAccepted {
		return nil
	}
	deal, err := book(p, seller, booked, "", "")
	if err != nil {
		return err
	}
	return c.show(p, deal, dealLines(deal)...)
}

func outcomeText(o client.Outcome) string {
	switch {
	case o.AgreedPrice != nil:
		return fmt.Sprintf("agreed at %s CPM after %d rounds (%s)", o.AgreedPrice, len(o.Rounds), o.NegotiationID)
	case o.Status == parley.NegotiationPendingApproval:
		return fmt.Sprintf("your price is with the publisher's people; read %s for their decision", o.NegotiationID)
	}
	return fmt.Sprintf("no agreement: %s after %d rounds (%s)", o.Status, len(o.Rounds), o.NegotiationID)
}

// roundView shows rounds as they are answered: both prices, and between them how far apart they still are.
type roundView struct {
	p      *process
	json   bool
	widest int64 // the first gap, micros
	failed error
}

// gapWidth is how wide the first gap between the two prices is drawn, in characters.
const gapWidth = 30

func (v *roundView) round(r document.RoundResponse) {
	if v.failed != nil {
		return
	}
	if v.json {
		v.failed = json.NewEncoder(v.p.out).Encode(r)
		return
	}
	buyer, seller := r.Round.BuyerPrice, r.Round.SellerPrice
	apart, gap := max(0, seller.AmountMicros-buyer.AmountMicros), ""
	if v.widest = max(v.widest, apart); v.widest > 0 {
		gap = strings.Repeat(".", int(apart*gapWidth/v.widest))
	}
	left := "over"
	if r.RoundsRemaining != nil {
		left = fmt.Sprintf("%d left", *r.RoundsRemaining)
	}
	_, v.failed = fmt.Fprintf(v.p.out, "round %d  you %10s  |%-*s|  seller %10s  %s, %s\n",
		r.RoundNumber, buyer, gapWidth, gap, seller, printable(string(r.Action)), left)
}

type buyerWatchCommand struct {
	sellerFlags
	After string `placeholder:"EVENT-ID" help:"Begin after this event; 0 begins with the first. Without it: with what is yet to come."`
	Type  string `placeholder:"TYPE" help:"Only events of this type, such as negotiation.round."`
	Flow  string `placeholder:"ID" help:"Only of the flow that began with this quote or proposal."`
	Count int    `placeholder:"N" help:"End after so many events; without it, at Ctrl-C."`
}

// Run shows events until it is ended.
func (c buyerWatchCommand) Run(p *process) error {
	shown := 0
	for event, err := range c.client().Follow(p.ctx, c.After, client.EventFilter{Type: parley.EventType(c.Type), FlowID: c.Flow}) {
		if err != nil {
			return err
		}
		if c.JSON {
			err = json.NewEncoder(p.out).Encode(event)
		} else {
			_, err = fmt.Fprintf(p.out, "%s  %-24s %s\n", event.OccurredAt.Format("15:04:05"), printable(string(event.EventType)), printable(subjectOf(event)))
		}
		if err != nil {
			return err
		}
		if shown++; shown == c.Count {
			return nil
		}
	}
	return nil
}

// subjectOf is what an event is about, the most particular thing first.
func subjectOf(e document.Event) string {
	var ids []string
	for _, id := range []*string{e.OrderID, e.DealID, e.NegotiationID, e.ProposalID, e.QuoteID} {
		if id != nil {
			ids = append(ids, *id)
		}
	}
	return strings.Join(ids, "  ")
}
