package client

import (
	"math"
	"slices"

	"parley"
)

// Position is where a negotiation stands when it is the buyer's turn.
type Position struct {
	Offers   []int64         // the buyer's own prices so far, micros, oldest first
	Seller   int64           // the seller's price that stands, micros
	Currency parley.Currency // of both
	Final    bool            // the seller has said that it goes no lower
}

// Move is what a buyer does in its turn: counter at a price, accept the seller's, or reject, which walks away.
type Move struct {
	Action    parley.NegotiationAction
	Price     int64  // micros; with counter the offer, with accept the seller's price
	Rationale string // for the seller
}

// Strategy decides a buyer's moves. Next is a pure function: the same position has the same answer. It never offers or
// accepts more than the buyer's ceiling, and never offers less than its last offer. Prices in another currency than the
// seller's are a *CurrencyError: there is no comparing them, and the negotiation is left as it stands.
type Strategy interface {
	Next(Position) (Move, error)
}

// CurrencyError tells that a buyer's price is in another currency than the seller trades in.
type CurrencyError struct {
	Own    parley.Currency // of the strategy's opening or ceiling
	Seller parley.Currency
}

// Error implements error.
func (e *CurrencyError) Error() string {
	return "the strategy's prices are in " + string(e.Own) + ", and the seller's in " + string(e.Seller)
}

// Threshold accepts any price at or below its ceiling, and offers nothing but the ceiling.
type Threshold struct {
	Ceiling parley.Money // the most that the buyer pays; with an empty currency, in whichever the seller trades in
}

// Next implements Strategy.
func (t Threshold) Next(p Position) (Move, error) {
	if err := p.trades(t.Ceiling); err != nil {
		return Move{}, err
	}
	if p.Seller <= t.Ceiling.Micros {
		return accept(p), nil
	}
	return concede(p, t.Ceiling.Micros, t.Ceiling.Micros), nil
}

// Linear raises its offer by equal steps from Opening, and reaches Ceiling with offer number Rounds.
type Linear struct {
	Opening parley.Money // the first offer; positive, and of the ceiling's currency or of none
	Ceiling parley.Money // the most that the buyer pays; with an empty currency, in whichever the seller trades in
	Rounds  int          // offers until the ceiling; below two, the ceiling is offered at once
}

// Next implements Strategy.
func (l Linear) Next(p Position) (Move, error) {
	if err := p.trades(l.Opening, l.Ceiling); err != nil {
		return Move{}, err
	}
	// The share of the way is taken of a million parts, so that the product stays exact.
	share := way
	if steps := l.Rounds - 1; steps > 0 {
		share = int64(min(len(p.Offers), steps)) * way / int64(steps)
	}
	return concede(p, between(l.Opening.Micros, l.Ceiling.Micros, share, p.Currency), l.Ceiling.Micros), nil
}

// TimeDependent raises its offer from Opening to Ceiling along the curve (t/T)^(1/beta) of Faratin, Sierra and Jennings
// (1998), where t counts the offers made and T those until the last.
type TimeDependent struct {
	Opening parley.Money // the first offer; positive, and of the ceiling's currency or of none
	Ceiling parley.Money // the most that the buyer pays; with an empty currency, in whichever the seller trades in
	Rounds  int          // offers until the ceiling; below two, the ceiling is offered at once
	// Beta is in thousandths: below 1000 the buyer holds out until late (Boulware), above it yields early (Conceder), and
	// 1000, which is also meant by 0, is linear.
	Beta int
}

// Next implements Strategy.
func (d TimeDependent) Next(p Position) (Move, error) {
	if err := p.trades(d.Opening, d.Ceiling); err != nil {
		return Move{}, err
	}
	share := way
	if steps := d.Rounds - 1; steps > 0 && len(p.Offers) < steps {
		beta := d.Beta
		if beta <= 0 {
			beta = 1000
		}
		// The curve is a binary float and the money is not: the share is cut to a millionth before it meets an amount.
		share = int64(float64(way) * math.Pow(float64(len(p.Offers))/float64(steps), 1000/float64(beta)))
	}
	return concede(p, between(d.Opening.Micros, d.Ceiling.Micros, share, p.Currency), d.Ceiling.Micros), nil
}

// way is the whole of a way, in the parts that shares of it are counted in.
const way = int64(1_000_000)

// between is the price a share of the way from opening to ceiling, cut down to the currency's minor unit on the way.
func between(opening, ceiling, share int64, currency parley.Currency) int64 {
	if opening >= ceiling || share >= way {
		return ceiling
	}
	if share <= 0 {
		return opening
	}
	// Neither can fail: the share is below one, and cutting down makes nothing larger.
	part, err := parley.MulDiv(ceiling-opening, share, way, parley.Down)
	if err != nil {
		return opening
	}
	price, err := parley.RoundToMinor(opening+part, currency, parley.Down)
	if err != nil {
		return opening
	}
	return max(price, opening)
}

// concede is the move of a buyer that would offer a price now: it takes the seller's price when that is no higher than its
// own next offer, or final and within the ceiling.
func concede(p Position, offer, ceiling int64) Move {
	if len(p.Offers) > 0 {
		offer = max(offer, slices.Max(p.Offers))
	}
	offer = min(offer, ceiling)
	switch {
	case p.Seller <= offer:
		return accept(p)
	case p.Final && p.Seller <= ceiling:
		return accept(p)
	case p.Final:
		return Move{Action: parley.ActionReject, Rationale: "Your final price is more than we pay."}
	}
	return Move{Action: parley.ActionCounter, Price: offer}
}

func accept(p Position) Move { return Move{Action: parley.ActionAccept, Price: p.Seller} }

// trades refuses prices of another currency than the seller's; a price of none is in whichever that is.
func (p Position) trades(prices ...parley.Money) error {
	for _, price := range prices {
		if price.Currency != "" && price.Currency != p.Currency {
			return &CurrencyError{Own: price.Currency, Seller: p.Currency}
		}
	}
	return nil
}
