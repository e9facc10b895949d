package negotiation

import "parley"

// Bounds of limits, beside what the fields themselves allow.
const (
	MaxRounds   = 100
	MinExponent = 10      // thousandths; all but nothing until the deadline
	MaxExponent = 100_000 // thousandths; all but everything at once

	MinLowballDepth = 1_000   // thousandths; what is under the lowest negotiable price of the policy is not serious
	MaxLowballDepth = 100_000 // thousandths; with most caps every price is serious
)

// defaultThreshold is how far under the seller's price a buyer's is close enough, of the base.
const defaultThreshold parley.BasisPoints = 250

// defaultExponent lets a time-dependent strategy, once chosen, hold out.
const defaultExponent = 500

// defaultLowballDepth takes a price to be serious that is within twice the total cap of the base, in thousandths.
const defaultLowballDepth = 2_000

// defaults are aggressive for the public, standard for a seat, collaborative for an agency and premium for an advertiser.
var defaults = [...]parley.NegotiationLimits{
	parley.TierPublic:     {MaxRounds: 3, RoundCap: 300, TotalCap: 800, BuyerShare: 3_000},
	parley.TierSeat:       {MaxRounds: 4, RoundCap: 400, TotalCap: 1_200, BuyerShare: 4_000},
	parley.TierAgency:     {MaxRounds: 5, RoundCap: 500, TotalCap: 1_500, BuyerShare: 5_000},
	parley.TierAdvertiser: {MaxRounds: 6, RoundCap: 600, TotalCap: 2_000, BuyerShare: 6_500},
}

// Defaults are the limits of a tier until an operator sets others.
func Defaults(tier parley.Tier) parley.NegotiationLimits {
	limits := defaults[tier]
	limits.Strategy = GapSplit
	limits.AcceptanceThreshold = defaultThreshold
	limits.Exponent = defaultExponent
	limits.LowballDepth = defaultLowballDepth
	return limits
}

// Validate tells whether limits can be negotiated by. The error is one validation error that names every field. An
// exponent of 0 is allowed where the strategy does not look at it.
func Validate(limits parley.NegotiationLimits) error {
	var problems parley.Problems
	checkStrategy(&problems, "strategy", limits.Strategy)
	checkRounds(&problems, "max_rounds", limits.MaxRounds)
	checkRate(&problems, "round_cap", limits.RoundCap)
	checkTotalCap(&problems, "total_cap", limits.TotalCap)
	checkRate(&problems, "buyer_share", limits.BuyerShare)
	checkRate(&problems, "acceptance_threshold", limits.AcceptanceThreshold)
	if limits.Exponent != 0 || limits.Strategy == Boulware {
		checkExponent(&problems, "exponent", limits.Exponent)
	}
	if limits.LowballDepth != 0 { // in negotiations that began before there was one
		checkLowballDepth(&problems, "lowball_depth", limits.LowballDepth)
	}
	return problems.Err()
}

func checkStrategy(problems *parley.Problems, path, name string) {
	if _, known := strategies[name]; !known {
		problems.Add(path, "must be one of %s", strategyNames)
	}
}

func checkRounds(problems *parley.Problems, path string, rounds int) {
	if rounds < 1 || rounds > MaxRounds {
		problems.Add(path, "must be from 1 to %d", MaxRounds)
	}
}

func checkRate(problems *parley.Problems, path string, rate parley.BasisPoints) {
	if rate < 0 || rate > parley.OneHundredPercent {
		problems.Add(path, "must be from 0%% to 100%%")
	}
}

// checkTotalCap keeps a price from being conceded away whole.
func checkTotalCap(problems *parley.Problems, path string, rate parley.BasisPoints) {
	if rate < 0 || rate >= parley.OneHundredPercent {
		problems.Add(path, "must be at least 0%% and less than 100%%")
	}
}

func checkExponent(problems *parley.Problems, path string, thousandths int) {
	if thousandths < MinExponent || thousandths > MaxExponent {
		problems.Add(path, "must be from 0.01 to 100")
	}
}

func checkLowballDepth(problems *parley.Problems, path string, thousandths int) {
	if thousandths < MinLowballDepth || thousandths > MaxLowballDepth {
		problems.Add(path, "must be from 1 to 100")
	}
}
