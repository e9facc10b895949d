package main

import (
	"math/rand/v2"

	"parley"
	"parley/negotiation"
)

// variant is a strategy as it is compared.
type variant struct {
	name     string
	strategy string
	exponent int // thousandths
}

var variants = []variant{
	{"gap_split", negotiation.GapSplit, 0},
	{"boulware 0.5", negotiation.Boulware, 500},
	{"conceder 2.0", negotiation.Boulware, 2_000},
	{"tit_for_tat", negotiation.TitForTat, 0},
}

// meeting is one buyer with one product: what both sides bring along.
type meeting struct {
	buyer buyer
	base  int64 // micros
	floor int64 // micros
}

// population is the same for every strategy and tier, so that differences come from them alone. The kinds of buyers take
// turns; asks are from 5 to 40, floors from 60% to 95% of the ask, values from 75% to 115%. Hostile buyers wait for the end,
// the others lose patience after 1 to 8 prices.
func population(size int, seed uint64) []meeting {
	between := func(random *rand.Rand, low, high float64) float64 { return low + (high-low)*random.Float64() }
	meetings := make([]meeting, size)
	for i := range meetings {
		random := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // a simulation has to be repeatable
		base := int64(between(random, 500, 4_000)) * cent
		value := between(random, 0.75, 1.15) * float64(base)
		meetings[i] = meeting{
			base:  base,
			floor: int64(between(random, 0.60, 0.95)*float64(base)) / cent * cent,
			buyer: buyer{
				kind:    kinds[i%len(kinds)],
				base:    float64(base),
				value:   value,
				opening: value * between(random, 0.6, 0.95),
			},
		}
		if patience := 1 + random.IntN(8); !meetings[i].buyer.kind.hostile {
			meetings[i].buyer.patience = patience
		}
	}
	return meetings
}

// outcome is how one negotiation went.
type outcome struct {
	possible bool // the buyer could have paid the reservation price
	agreed   bool
	price    int64 // micros, when agreed
	rounds   int
	under    int // prices stated or accepted under the reservation price: a defect of the engine
}

// trade lets a buyer and the engine come to an end.
func trade(m meeting, limits parley.NegotiationLimits) (outcome, error) {
	n := parley.Negotiation{
		Status:   parley.NegotiationActive,
		Currency: parley.USD,
		BaseCPM:  m.base,
		FloorCPM: m.floor,
		Limits:   limits,
	}
	reservation := negotiation.Reservation(n.Currency, n.BaseCPM, n.FloorCPM, limits.TotalCap)
	result := outcome{possible: m.buyer.value >= float64(reservation)}
	remaining := 0
	for !n.Status.Concluded() {
		d, err := answer(n, m.buyer.move(n.Rounds, remaining))
		if err != nil {
			return outcome{}, err
		}
		if d.RoundsRemaining != nil {
			remaining = *d.RoundsRemaining
		}
		if d.Round.SellerCPM < reservation {
			result.under++
		}
		n.Rounds = append(n.Rounds, d.Round)
		n.Status = d.Status
	}
	result.rounds = len(n.Rounds)
	result.agreed = n.Status == parley.NegotiationAccepted
	if result.agreed {
		result.price = n.StandingCPM()
	}
	return result, nil
}

func answer(n parley.Negotiation, m move) (negotiation.Decision, error) {
	switch {
	case m.accept:
		return negotiation.AcceptStanding(n)
	case m.leave:
		return negotiation.Reject(n)
	}
	return negotiation.Evaluate(n, m.price)
}

// tally adds outcomes up. Surplus is what the buyer's value is above the floor, as a part of the ask, so that a cheap
// product counts as much as a dear one.
type tally struct {
	meetings, possible, agreed, rounds, under int
	discount                                  float64 // sum over agreements, of the ask
	sellers, shared, potential                float64 // surplus: the seller's and both sides' of agreements; of all possible ones
}

func (t *tally) add(m meeting, o outcome) {
	base := float64(m.base)
	surplus := (m.buyer.value - float64(m.floor)) / base
	t.meetings++
	t.rounds += o.rounds
	t.under += o.under
	if o.possible {
		t.possible++
		t.potential += surplus
	}
	if o.agreed {
		t.agreed++
		t.discount += (base - float64(o.price)) / base
		t.sellers += float64(o.price-m.floor) / base
		t.shared += surplus
	}
}

// agreement is the part of the possible agreements that were made.
func (t tally) agreement() float64 { return part(float64(t.agreed), float64(t.possible)) }

// share is the seller's part of the surplus of the agreements.
func (t tally) share() float64 { return part(t.sellers, t.shared) }

// captured is the seller's part of the surplus that was there to be had: a missed agreement counts as none.
func (t tally) captured() float64 { return part(t.sellers, t.potential) }

// off is the mean discount from the ask in agreements.
func (t tally) off() float64 { return part(t.discount, float64(t.agreed)) }

// length is the mean number of messages of a negotiation.
func (t tally) length() float64 { return part(float64(t.rounds), float64(t.meetings)) }

func part(of, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return of / whole
}

// results are tallies by variant, then by tier or by kind of buyer.
type results struct {
	tiers [][]tally
	kinds [][]tally
}

// simulate lets the whole population meet every variant in every tier.
func simulate(meetings []meeting) (results, error) {
	r := results{tiers: make([][]tally, len(variants)), kinds: make([][]tally, len(variants))}
	for v, variant := range variants {
		r.tiers[v] = make([]tally, len(parley.Tiers))
		r.kinds[v] = make([]tally, len(kinds))
		for _, tier := range parley.Tiers {
			limits := negotiation.Defaults(tier)
			limits.Strategy, limits.Exponent = variant.strategy, variant.exponent
			for i, m := range meetings {
				o, err := trade(m, limits)
				if err != nil {
					return results{}, err
				}
				r.tiers[v][tier].add(m, o)
				r.kinds[v][i%len(kinds)].add(m, o)
			}
		}
	}
	return r, nil
}

// under is how many prices were stated or accepted under a reservation price.
func (r results) under() int {
	count := 0
	for _, tiers := range r.tiers {
		for _, t := range tiers {
			count += t.under
		}
	}
	return count
}
