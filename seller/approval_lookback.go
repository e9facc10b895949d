package seller

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley"
	"parley/approval"
)

const (
	lookbackSpan  = 90 * 24 * time.Hour
	mostLookbacks = 1000 // deals that a rule is tried on
)

// Lookback is what a rule would have stopped of the deals that were booked lately, had it been in force.
type Lookback struct {
	Since          time.Time // of the first deal that was looked at
	Deals, Stopped int64
	Sums           []LookbackSum // by currency
}

// LookbackSum is what deals in one currency come to, micros; those without a known volume count for nothing.
type LookbackSum struct {
	Currency       parley.Currency
	Value, Stopped int64
}

// LookBack tries a rule, which need not be stored, on the newest deals of the last 90 days, at most 1,000, as they are now: what was
// asked for each is the price that it was quoted from. What a buyer had booked beside a deal is not known any more, and a rule
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
		pending := v.Deals(DealFilter{Page: Page{Limit: mostLookbacks, Newest: true, CountTo: 1}})
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return Lookback{}, err
		}
		deals, err := pending.Get(ctx)
		if err != nil {
			return Lookback{}, err
		}
		back := Lookback{Since: v.now}
		for _, deal := range deals.Items {
			if deal.CreatedAt.Before(v.now.Add(-lookbackSpan)) {
				break
			}
			accounts, err := accountsFor(ctx, v.Reader, at{keeper, []parley.Gate{rule.Gate}}, deal.Identity)
			if err != nil {
				return Lookback{}, err
			}
			if err := back.weigh(keeper, rule.Gate, deal, idsOf(accounts)); err != nil {
				return Lookback{}, err
			}
		}
		return back, nil
	})
}

// weigh counts a deal in, unless it never came to be one.
func (l *Lookback) weigh(keeper *approval.Gatekeeper, gate parley.Gate, deal parley.Deal, accounts []string) error {
	if deal.BookedOn == 0 && !deal.Status.Activates() {
		return nil
	}
	c := dealCommitment(deal, deal.Price.Asked())
	if deal.AssumedImpressions > 0 {
		c.available = &deal.AssumedImpressions
	}
	facts, err := c.facts()
	if err != nil {
		return nil //nolint:nilerr // what is too large to be reckoned with was never sold
	}
	facts.AccountIDs = accounts
	met, err := keeper.Match(facts, gate)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(l.Sums, func(s LookbackSum) bool { return s.Currency == facts.Currency })
	if at < 0 {
		at = len(l.Sums)
		l.Sums = append(l.Sums, LookbackSum{Currency: facts.Currency})
	}
	l.Since = deal.CreatedAt
	l.Deals++
	l.Sums[at].Value = parley.AddedUp(l.Sums[at].Value, facts.DealValue)
	if len(met) > 0 {
		l.Stopped++
		l.Sums[at].Stopped = parley.AddedUp(l.Sums[at].Stopped, facts.DealValue)
	}
	return nil
}
