package negotiation

import (
	"encoding/json"
	"slices"
	"time"

	"parley"
)

// Rule names the rule that decided a round. It is the publisher's to know.
type Rule string

// The rules, in the order in which they are tried.
const (
	RuleBuyerAccepted      Rule = "buyer_accepted"      // the buyer took the seller's last price
	RuleBuyerRejected      Rule = "buyer_rejected"      // the buyer walked away
	RuleFinalOfferMet      Rule = "final_offer_met"     // the answer to a final offer reaches it
	RuleFinalOfferRefused  Rule = "final_offer_refused" // or does not
	RuleStandingMet        Rule = "standing_met"        // the price reaches what the seller asks
	RuleCloseEnough        Rule = "close_enough"        // the rest is within the acceptance threshold
	RuleLastRound          Rule = "last_round"          // no round is left: take it or state the reservation price
	RuleTermsChanged       Rule = "terms_changed"       // what the seller stood by does not hold any more
	RuleLowball            Rule = "lowball"             // under what is serious: nothing is conceded
	RuleStepBack           Rule = "step_back"           // under the buyer's own last price: nothing is conceded
	RuleTargetMet          Rule = "target_met"          // the price reaches the counter that was to be made
	RuleBudgetNearlyUsed   Rule = "budget_nearly_used"  // the concession would use most of what is left
	RuleReservationReached Rule = "reservation_reached" // the counter that was to be made is not above the lowest price
	RuleConcession         Rule = "concession"          // the strategy's counter
)

// Decision is the answer to one message.
type Decision struct {
	Round           parley.NegotiationRound // to be added to the history; its At and Trace are Record's to fill in
	Status          parley.NegotiationStatus
	RoundsRemaining *int // as the function of that name says, after this round
	Trace           Trace
}

// Trace says, for the publisher alone, how a round was decided. Prices are micros.
type Trace struct {
	Rule        Rule               `json:"rule"`
	Strategy    string             `json:"strategy"`
	StandingCPM int64              `json:"standing_micros"` // the seller's price before the round
	Reservation int64              `json:"reservation_micros"`
	SeriousCPM  int64              `json:"serious_micros"`
	GapCPM      int64              `json:"gap_micros"`              // the standing price less the buyer's
	TargetCPM   int64              `json:"target_micros,omitempty"` // what the strategy would counter with, before the limits
	RoundCap    parley.BasisPoints `json:"round_cap_bp"`
	TotalCap    parley.BasisPoints `json:"total_cap_bp"`
	MaxRounds   int                `json:"max_rounds"`
	By          string             `json:"by,omitempty"` // the person who answered by hand, as the caller names people
}

func (t table) decide(rule Rule, action parley.NegotiationAction, status parley.NegotiationStatus, price int64) Decision {
	n := t.negotiation
	d := Decision{
		Round: parley.NegotiationRound{
			Number:     t.round,
			Action:     action,
			BuyerCPM:   t.buyerCPM,
			SellerCPM:  price,
			Concession: share(t.standing-price, n.BaseCPM),
			Cumulative: share(n.BaseCPM-price, n.BaseCPM),
			Rationale:  rationale(rule, action, parley.Money{Micros: price, Currency: n.Currency}),
		},
		Status: status,
		Trace: Trace{
			Rule:        rule,
			Strategy:    n.Limits.Strategy,
			StandingCPM: t.standing,
			Reservation: t.reservation,
			SeriousCPM:  t.serious,
			RoundCap:    n.Limits.RoundCap,
			TotalCap:    n.Limits.TotalCap,
			MaxRounds:   t.maxRounds,
		},
	}
	if t.buyerCPM > 0 && t.buyerCPM < t.standing {
		d.Trace.GapCPM = t.standing - t.buyerCPM
	}
	d.RoundsRemaining = remaining(status, t.maxRounds, t.round, action == parley.ActionFinalOffer)
	return d
}

// share is a part of the base in parts per million, rounded half up; what a buyer pays above the seller's price is no
// concession. The parts of one negotiation need not add up to the last millionth.
func share(part, base int64) int64 {
	if part <= 0 {
		return 0
	}
	ppm, err := parley.MulDiv(part, 1_000_000, base, parley.HalfUp)
	if err != nil {
		panic("negotiation: a concession above the base: " + err.Error()) // part <= base, so it is at most a million
	}
	return ppm
}

// rationale is written for the buyer: the price of this round and what it can do next, and nothing about why.
func rationale(rule Rule, action parley.NegotiationAction, price parley.Money) string {
	switch {
	case rule == RuleTermsChanged:
		return "The terms have changed since this price was offered. Ask again."
	case rule == RuleBuyerRejected:
		return "You ended the negotiation without agreement."
	case action == parley.ActionAccept:
		return "Agreed at " + price.String() + " CPM."
	case action == parley.ActionCounter:
		return "We offer " + price.String() + " CPM. Accept it, answer with another price, or decline."
	case action == parley.ActionFinalOffer:
		return "Our final offer is " + price.String() + " CPM. Accept it or decline."
	default:
		return "The negotiation ended without agreement."
	}
}

// Record is the negotiation with the decided round added: its status, and with a conclusion the agreed price and the end.
// The negotiation that was given keeps its own history. Version and ExpiresAt are the caller's.
func (d Decision) Record(n parley.Negotiation, at time.Time) parley.Negotiation {
	trace, err := json.Marshal(d.Trace)
	if err != nil {
		panic("negotiation: a trace of names and numbers cannot be written: " + err.Error())
	}
	round := d.Round
	round.At, round.Trace = at, trace
	n.Rounds = append(slices.Clip(n.Rounds), round)
	n.Status = d.Status
	n.UpdatedAt = at
	if d.Status.Concluded() {
		n.EndedAt = &at
	}
	if d.Status == parley.NegotiationAccepted {
		agreed := round.SellerCPM
		n.AgreedCPM = &agreed
	}
	return n
}
