package negotiation

import (
	"fmt"
	"slices"

	"parley"
)

// Evaluate decides the answer to a buyer's price. The negotiation must carry its whole history and its status as of now
// (see parley.Negotiation.At).
//
// A price that parley.CheckCPM refuses is CodeValidation and uses no round. A concluded negotiation is CodeNegotiationClosed, one that waits at an approval gate CodeConflict. A negotiation that could not have been opened
// (no base, a base under its floor, limits that Validate refuses) is an internal error.
func Evaluate(n parley.Negotiation, buyerCPM int64) (Decision, error) {
	if err := open(n); err != nil {
		return Decision{}, err
	}
	if err := parley.CheckCPM("buyer_price", buyerCPM, n.Currency); err != nil {
		return Decision{}, err
	}
	strategy, err := sound(n)
	if err != nil {
		return Decision{}, err
	}
	t := lay(n, buyerCPM)
	gap := t.standing - buyerCPM
	threshold := n.BaseCPM * int64(n.Limits.AcceptanceThreshold) // in ten-thousandths of a micro
	switch {
	case t.afterFinalOffer && buyerCPM >= t.standing:
		return t.accept(RuleFinalOfferMet, t.standing), nil
	case t.afterFinalOffer:
		return t.reject(RuleFinalOfferRefused), nil
	case buyerCPM >= t.standing:
		return t.accept(RuleStandingMet, t.standing), nil
	case gap*whole <= threshold && buyerCPM >= t.reservation:
		return t.accept(RuleCloseEnough, buyerCPM), nil
	case t.round >= t.maxRounds && buyerCPM >= t.reservation:
		return t.accept(RuleLastRound, buyerCPM), nil
	case t.round >= t.maxRounds:
		return t.finalOffer(RuleLastRound), nil
	case buyerCPM < t.serious:
		return t.counter(RuleLowball, t.standing), nil
	case buyerCPM < t.lastBuyerCPM:
		return t.counter(RuleStepBack, t.standing), nil
	}
	return t.concede(strategy), nil
}

// TermsChanged ends a negotiation whose standing price the seller cannot stand by any more, in answer to a buyer's price, or
// to its acceptance with a price of 0. Its errors are those of Evaluate, but for the price, which is not looked at.
func TermsChanged(n parley.Negotiation, buyerCPM int64) (Decision, error) {
	if err := open(n); err != nil {
		return Decision{}, err
	}
	if buyerCPM == 0 {
		buyerCPM = n.StandingCPM()
	}
	return lay(n, buyerCPM).reject(RuleTermsChanged), nil
}

// AcceptStanding is the buyer taking the seller's last price: the base before the first round. Its errors are those of
// Evaluate.
func AcceptStanding(n parley.Negotiation) (Decision, error) {
	if err := open(n); err != nil {
		return Decision{}, err
	}
	if _, err := sound(n); err != nil {
		return Decision{}, err
	}
	t := lay(n, n.StandingCPM())
	return t.accept(RuleBuyerAccepted, t.standing), nil
}

// Reject is the buyer walking away, without a price. Its errors are those of Evaluate.
func Reject(n parley.Negotiation) (Decision, error) {
	if err := open(n); err != nil {
		return Decision{}, err
	}
	if _, err := sound(n); err != nil {
		return Decision{}, err
	}
	return lay(n, 0).reject(RuleBuyerRejected), nil
}

// LowestCPM is the lowest price that a negotiation can come to as it is: the reservation price, or where its party was left
// on the same day.
func LowestCPM(n parley.Negotiation) int64 { return lay(n, 0).reservation }

// RoundsRemaining is how many more prices of the buyer's are answered, at least: nil once the negotiation takes none at all, 0 when a final
// offer stands, which the buyer may still answer.
func RoundsRemaining(n parley.Negotiation) *int {
	return remaining(n.Status, maxRounds(n), len(n.Rounds), standsFinal(n))
}

// remaining is RoundsRemaining after some rounds. No number of rounds binds a person, who may counter after the agent's last one: while
// something other than a final offer stands, one more price is answered, by a person or, handed back, by the agent's final offer.
func remaining(status parley.NegotiationStatus, most, rounds int, final bool) *int {
	switch {
	case status.Concluded():
		return nil
	case final:
		return new(0)
	case status == parley.NegotiationActive:
		return new(max(1, most-rounds))
	}
	return new(max(0, most-rounds))
}

func open(n parley.Negotiation) error {
	switch n.Status {
	case parley.NegotiationActive:
		return nil
	case parley.NegotiationPendingApproval:
		return parley.Errorf(parley.CodeConflict, "The agreed price waits for the publisher's approval. Read the negotiation "+
			"again later.")
	default:
		return parley.Errorf(parley.CodeNegotiationClosed, "The negotiation is %s and takes no further messages.", n.Status)
	}
}

// sound checks what the arithmetic relies on. What it finds is the publisher's fault and none of the buyer's business.
func sound(n parley.Negotiation) (Strategy, error) {
	broken := Validate(n.Limits)
	switch {
	case n.BaseCPM <= 0 || n.BaseCPM > parley.MaxCPM:
		broken = fmt.Errorf("a base of %d micros", n.BaseCPM)
	case n.FloorCPM < 0 || n.FloorCPM > n.BaseCPM:
		broken = fmt.Errorf("a floor of %d micros with a base of %d", n.FloorCPM, n.BaseCPM)
	}
	if broken != nil {
		return nil, parley.Internal(fmt.Errorf("negotiation %s cannot go on: %w", n.ID, broken))
	}
	return strategies[n.Limits.Strategy], nil
}

// table is what lies on the table when a price is answered.
type table struct {
	negotiation     *parley.Negotiation
	round           int // number of the round being answered
	maxRounds       int
	buyerCPM        int64 // 0: the buyer named none
	lastBuyerCPM    int64 // 0: none before
	standing        int64
	reservation     int64 // the lowest price of this negotiation; never above standing
	serious         int64 // a price from which on the buyer is answered with a concession
	named           bool  // whether the buyer has named such a price, now or before
	afterFinalOffer bool
}

func lay(n parley.Negotiation, buyerCPM int64) table {
	t := table{
		negotiation:     &n,
		round:           len(n.Rounds) + 1,
		maxRounds:       maxRounds(n),
		buyerCPM:        buyerCPM,
		standing:        n.StandingCPM(),
		afterFinalOffer: standsFinal(n),
	}
	if len(n.Rounds) > 0 {
		t.lastBuyerCPM = n.Rounds[len(n.Rounds)-1].BuyerCPM
	}
	t.serious = Serious(n.Currency, n.BaseCPM, n.Limits)
	t.named = buyerCPM >= t.serious || slices.ContainsFunc(n.Rounds, func(r parley.NegotiationRound) bool { return r.BuyerCPM >= t.serious })
	// An operator's own counter may lie under the reservation price. It stands: what follows does not rise above it.
	t.reservation = min(t.standing, max(n.LowestCPM, Reservation(n.Currency, n.BaseCPM, n.FloorCPM, n.Limits.TotalCap)))
	return t
}

func standsFinal(n parley.Negotiation) bool {
	return len(n.Rounds) > 0 && n.Rounds[len(n.Rounds)-1].Action == parley.ActionFinalOffer
}

// maxRounds is one for a buyer that comes back on the same day: it is met with a final offer at once (see Bound).
func maxRounds(n parley.Negotiation) int {
	if n.LowestCPM > 0 {
		return 1
	}
	return n.Limits.MaxRounds
}

// finalShare is the part of what is left of the total cap, in percent, from which on a concession becomes a final offer.
const finalShare = 80

// concede comes down as far as the strategy says and the limits allow.
func (t table) concede(strategy Strategy) Decision {
	n := t.negotiation
	target := strategy.Target(Situation{
		Negotiation: n,
		Round:       t.round,
		BuyerCPM:    t.buyerCPM,
		StandingCPM: t.standing,
		SeriousCPM:  t.serious,
		LowestCPM:   Reservation(n.Currency, n.BaseCPM, 0, n.Limits.TotalCap),
	})
	// Cutting off fractions of a micro cannot change the rounding: half a minor unit is a whole number of micros.
	lowest := (t.standing*whole - n.BaseCPM*int64(n.Limits.RoundCap)) / whole
	// The reservation price is no part of this: a counter follows from the ask and the limits, and what would lead down to the
	// reservation price is no counter any more. A floor that is above what the limits leave is so said once, as the final offer.
	price := min(t.standing, halfUp(max(target, lowest), n.Currency))

	left := n.BaseCPM*int64(n.Limits.TotalCap) - (n.BaseCPM-t.standing)*whole // in ten-thousandths of a micro
	rule, final := RuleBudgetNearlyUsed, (t.standing-price)*whole*100 >= left*finalShare
	if !final && price <= t.reservation {
		rule, final = RuleReservationReached, true
	}
	var d Decision
	switch {
	case t.buyerCPM >= max(price, t.reservation):
		d = t.accept(RuleTargetMet, t.buyerCPM) // a counter at or under the buyer's own price would make no sense
	case final && t.buyerCPM >= t.reservation:
		d = t.accept(rule, t.buyerCPM)
	case final:
		d = t.finalOffer(rule)
	default:
		d = t.counter(RuleConcession, price)
	}
	d.Trace.TargetCPM = target
	return d
}

func (t table) accept(rule Rule, price int64) Decision {
	return t.decide(rule, parley.ActionAccept, parley.NegotiationAccepted, price)
}

func (t table) reject(rule Rule) Decision {
	return t.decide(rule, parley.ActionReject, parley.NegotiationRejected, t.standing)
}

func (t table) counter(rule Rule, price int64) Decision {
	return t.decide(rule, parley.ActionCounter, parley.NegotiationActive, price)
}

// finalOffer goes as low as this negotiation goes, for a buyer that has named a serious price. One that never did has moved
// nothing, and is offered what stands.
func (t table) finalOffer(rule Rule) Decision {
	price := t.standing
	if t.named {
		price = t.reservation
	}
	return t.decide(rule, parley.ActionFinalOffer, parley.NegotiationActive, price)
}
