package seller

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley"
	"parley/approval"
	"parley/storage"
)

const (
	lookbackSpan  = 90 * 24 * time.Hour
	mostLookbacks = 1000 // deals that a rule is tried on
)

// Lookback is what a rule would have stopped of the deals that were booked lately, and of what came to its gate and is not booked, had it been in force.
type Lookback struct {
	Since          time.Time // of the first that was looked at
	Deals, Stopped int64
	Sums           []LookbackSum // by currency
}

// LookbackSum is what deals in one currency come to, micros; those without a known volume count for nothing.
type LookbackSum struct {
	Currency       parley.Currency
	Value, Stopped int64
}

// LookBack tries a rule, which need not be stored, on the newest deals of the last 90 days, at most 1,000, as they are now: what was
// asked for each is the price that it was quoted from. So is what other rules have stopped at the gate since then and is not booked, as it was
// asked about: what waits, was refused, or was given up. What a buyer had booked beside a deal is not known any more, and a rule
// that looks at it is refused, as is one for changes or orders, which not every deal has.
func (s *Service) LookBack(ctx context.Context, call Call, rule parley.ApprovalRule) (Lookback, error) {
	rule = approval.WithDefaults(rule)
	rule.Name, rule.Enabled = cmp.Or(rule.Name, "the rule"), true
	if err := approval.ValidateRule(rule); err != nil {
		return Lookback{}, err
	}
	if !slices.Contains(rulesAt[parley.GateDealBooking], rule.Gate) {
		return Lookback{}, parley.Invalid("gate", "must be one that deals pass: proposal_decision, negotiation_accept or deal_booking")
	}
	keeper, err := approval.Compile([]parley.ApprovalRule{rule})
	if err != nil {
		return Lookback{}, err
	}
	if keeper.Sums(rule.Gate) {
		return Lookback{}, parley.Invalid("condition", "asks for what the buyer had booked beside, which is not known of the past")
	}
	return read(ctx, s, call, func(v *view) (Lookback, error) {
		newest := Page{Limit: mostLookbacks, Newest: true, CountTo: 1}
		pending, asked := v.Deals(DealFilter{Page: newest}), v.Approvals(storage.ApprovalFilter{Gate: rule.Gate, Now: v.now, Page: newest})
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return Lookback{}, err
		}
		deals, err := pending.Get(ctx)
		if err != nil {
			return Lookback{}, err
		}
		since := v.now.Add(-lookbackSpan)
		if len(deals.Items) == mostLookbacks && deals.Items[mostLookbacks-1].CreatedAt.After(since) {
			since = deals.Items[mostLookbacks-1].CreatedAt
		}
		back, counted := Lookback{Since: v.now}, map[string]bool{}
		for _, deal := range deals.Items {
			if deal.CreatedAt.Before(since) {
				break
			}
			if deal.BookedOn == 0 && !deal.Status.Activates() {
				continue // it never came to be one
			}
			accounts, err := accountsFor(ctx, v.Reader, at{keeper, []parley.Gate{rule.Gate}}, deal.Identity)
			if err != nil {
				return Lookback{}, err
			}
			if err := back.weigh(keeper, rule.Gate, deal, idsOf(accounts)); err != nil {
				return Lookback{}, err
			}
			for _, id := range [...]string{deal.ID, deal.QuoteID, deal.ProposalID, deal.NegotiationID} {
				counted[id] = true
			}
		}
		questions, err := asked.Get(ctx)
		if err != nil {
			return Lookback{}, err
		}
		for _, a := range questions.Items {
			if a.RequestedAt.Before(since) {
				break
			}
			// Several rules may have asked about the same, one after the other.
			about := [...]string{a.DealID, a.QuoteID, a.ProposalID, a.NegotiationID}
			if slices.ContainsFunc(about[:], func(id string) bool { return id != "" && counted[id] }) {
				continue
			}
			for _, id := range about {
				counted[id] = true
			}
			if err := back.count(keeper, rule.Gate, a.Case, a.RequestedAt); err != nil {
				return Lookback{}, err
			}
		}
		return back, nil
	})
}

// weigh counts a deal in.
func (l *Lookback) weigh(keeper *approval.Gatekeeper, gate parley.Gate, deal parley.Deal, accounts []string) error {
	c := dealCommitment(deal, deal.Price.Asked())
	if deal.AssumedImpressions > 0 {
		c.available = &deal.AssumedImpressions
	}
	facts, err := c.facts()
	if err != nil {
		return nil //nolint:nilerr // what is too large to be reckoned with was never sold
	}
	facts.AccountIDs = accounts
	return l.count(keeper, gate, facts, deal.CreatedAt)
}

// count counts in what came to a gate at an instant.
func (l *Lookback) count(keeper *approval.Gatekeeper, gate parley.Gate, facts parley.ApprovalCase, at time.Time) error {
	met, err := keeper.Match(facts, gate)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(l.Sums, func(s LookbackSum) bool { return s.Currency == facts.Currency })
	if i < 0 {
		i = len(l.Sums)
		l.Sums = append(l.Sums, LookbackSum{Currency: facts.Currency})
	}
	if at.Before(l.Since) {
		l.Since = at
	}
	l.Deals++
	l.Sums[i].Value = parley.AddedUp(l.Sums[i].Value, facts.DealValue)
	if len(met) > 0 {
		l.Stopped++
		l.Sums[i].Stopped = parley.AddedUp(l.Sums[i].Stopped, facts.DealValue)
	}
	return nil
}
