package negotiation

import (
	"encoding/json"

	"parley"
)

// The rules of a negotiation that a person answers.
const (
	RuleHeldForDesk Rule = "held_for_desk" // a person answers the price: what the seller stood by stands meanwhile
	RuleByHand      Rule = "by_hand"       // a person answered
)

// Hold answers a buyer's price in a negotiation whose agent is paused: the seller's last price stands until a person answers. What
// needs no answer of a person's gets none: a price that reaches the standing one is agreed, and one that answers a final
// offer ends the negotiation, as in Evaluate. Its errors are those of Evaluate.
func Hold(n parley.Negotiation, buyerCPM int64) (Decision, error) {
	d, err := Evaluate(n, buyerCPM)
	if err != nil || d.Trace.Rule == RuleFinalOfferMet || d.Trace.Rule == RuleFinalOfferRefused || d.Trace.Rule == RuleStandingMet {
		return d, err
	}
	t := lay(n, buyerCPM)
	held := t.counter(RuleHeldForDesk, t.standing)
	held.Round.Rationale = "A person at the publisher's deal desk answers your price. Read the negotiation for the answer; until then our offer stands."
	return held, nil
}

// AwaitsDesk tells whether the buyer's last price waits for a person's answer.
func AwaitsDesk(n parley.Negotiation) bool {
	if n.Status != parley.NegotiationActive || len(n.Rounds) == 0 {
		return false
	}
	var trace Trace
	return json.Unmarshal(n.Rounds[len(n.Rounds)-1].Trace, &trace) == nil && trace.Rule == RuleHeldForDesk
}

// NextMove is what the engine would answer to the buyer's last price: the one that waits for a person, or the same price once more.
// ok is false when the buyer has named none. Its errors are those of Evaluate.
func NextMove(n parley.Negotiation) (d Decision, ok bool, err error) {
	rounds := len(n.Rounds)
	if rounds == 0 || n.Rounds[rounds-1].BuyerCPM == 0 {
		return Decision{}, false, nil
	}
	price := n.Rounds[rounds-1].BuyerCPM
	if AwaitsDesk(n) { // the round that only held the price is none that the engine has answered
		n.Rounds = n.Rounds[:rounds-1]
	}
	if d, err = Evaluate(n, price); err != nil {
		return Decision{}, false, err
	}
	d.Round.Number = rounds + 1
	d.RoundsRemaining = remaining(d.Status, maxRounds(n), rounds+1, d.Round.Action == parley.ActionFinalOffer)
	return d, true, nil
}

// ByHand is a person's answer: a counter or a final offer at a price, an acceptance of the buyer's last price, or an end. The
// seller's price does not rise, and is at least the floor and what the buyer offers. Its errors are CodeValidation for a price that is
// not, and those of Evaluate.
func ByHand(n parley.Negotiation, action parley.NegotiationAction, price int64) (Decision, error) {
	if err := open(n); err != nil {
		return Decision{}, err
	}
	if _, err := sound(n); err != nil {
		return Decision{}, err
	}
	t := lay(n, 0)
	t.buyerCPM = t.lastBuyerCPM
	if action == parley.ActionReject {
		return t.reject(RuleByHand), nil
	}
	if action == parley.ActionAccept {
		if t.buyerCPM == 0 {
			return Decision{}, parley.Invalid("action", "cannot be accept: the buyer has named no price")
		}
		price = min(t.buyerCPM, t.standing)
	}
	money := func(micros int64) string { return parley.Money{Micros: micros, Currency: n.Currency}.String() }
	if err := parley.CheckCPM("price", price, n.Currency); err != nil {
		return Decision{}, err
	}
	switch {
	case price > t.standing:
		return Decision{}, parley.Invalid("price", "must be at most our last price, %s: what is offered does not rise", money(t.standing))
	case price < n.FloorCPM:
		return Decision{}, parley.Invalid("price", "must be at least the floor of these terms, %s", money(n.FloorCPM))
	case price < min(t.buyerCPM, t.standing):
		return Decision{}, parley.Invalid("price", "must be at least what the buyer offers, %s: accept that instead", money(min(t.buyerCPM, t.standing)))
	case action == parley.ActionAccept:
		return t.accept(RuleByHand, price), nil
	case action == parley.ActionFinalOffer:
		return t.decide(RuleByHand, parley.ActionFinalOffer, parley.NegotiationActive, price), nil
	}
	return t.counter(RuleByHand, price), nil
}
