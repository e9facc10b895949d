package main

import (
	"math"

	"parley"
)

const cent = 10_000

// kind is a way to buy. next is the price that a buyer of this kind would name now, before it is held to what the buyer
// can pay; progress runs from 0, in the first round, to 1 in the last.
type kind struct {
	name    string
	hostile bool // tries to get under the reservation price rather than to agree
	next    func(b buyer, seen []parley.NegotiationRound, progress float64) float64
}

var kinds = []kind{
	{"linear conceder", false, func(b buyer, _ []parley.NegotiationRound, progress float64) float64 {
		return b.opening + (b.value-b.opening)*progress
	}},
	{"boulware", false, func(b buyer, _ []parley.NegotiationRound, progress float64) float64 {
		return b.opening + (b.value-b.opening)*math.Pow(progress, 4)
	}},
	{"tit for tat", false, func(b buyer, seen []parley.NegotiationRound, _ float64) float64 {
		if len(seen) == 0 {
			return b.opening
		}
		// It comes up by as much as the seller has come down so far.
		last := seen[len(seen)-1]
		return b.opening + b.base - float64(last.SellerCPM)
	}},
	{"truthful", false, func(b buyer, _ []parley.NegotiationRound, _ float64) float64 { return b.value }},
	{"lowballer", true, func(b buyer, _ []parley.NegotiationRound, _ float64) float64 { return b.base * 0.3 }},
	{"repeater", true, func(b buyer, _ []parley.NegotiationRound, _ float64) float64 { return b.opening }},
	{"oscillator", true, func(b buyer, seen []parley.NegotiationRound, _ float64) float64 {
		if len(seen)%2 == 1 {
			return b.opening * 0.9
		}
		return b.opening
	}},
	{"deadline waiter", true, func(buyer, []parley.NegotiationRound, float64) float64 { return cent }},
}

// buyer is one simulated buyer. It knows the ask, which it was quoted, and what it can pay; the rest it sees in the rounds.
type buyer struct {
	kind    kind
	base    float64 // the ask, micros
	value   float64 // the most that it would pay, micros; private
	opening float64 // micros

	// patience is how many prices it names before it takes what it can afford, or leaves; 0: it waits for the end.
	patience int
}

// presumedRounds is how long a buyer thinks it has before the seller has told it.
const presumedRounds = 4

// move is a buyer's next message: a price, or the end.
type move struct {
	price         int64
	accept, leave bool
}

// move answers what the seller last said. remaining is what the seller said about the rounds that are left.
func (b buyer) move(seen []parley.NegotiationRound, remaining int) move {
	total := presumedRounds
	if len(seen) > 0 {
		total = len(seen) + remaining
	}
	progress := 1.0
	if total > 1 {
		progress = min(1, float64(len(seen))/float64(total-1))
	}
	price := int64(min(b.kind.next(b, seen, progress), b.value)) / cent * cent
	price = max(price, cent)
	if len(seen) == 0 {
		return move{price: price}
	}
	last := seen[len(seen)-1]
	done := last.Action == parley.ActionFinalOffer || len(seen) == b.patience
	affordable := float64(last.SellerCPM) <= b.value
	switch {
	case last.SellerCPM <= price, done && affordable:
		return move{accept: true}
	case done:
		return move{leave: true}
	}
	return move{price: price}
}
