package seller

import (
	"context"

	"parley"
	"parley/pricing"
	"parley/storage"
)

// PricingRules lists the pricing rules in use, for the publisher.
func (s *Service) PricingRules(ctx context.Context, call Call, page storage.Page) (storage.Listing[parley.PricingRule], error) {
	return look(ctx, s, call, func(v *view) (storage.Listing[parley.PricingRule], error) {
		pending := v.PricingRules(page)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return storage.Listing[parley.PricingRule]{}, err
		}
		return pending.Get(ctx)
	})
}

// PricingRule reads one rule.
func (s *Service) PricingRule(ctx context.Context, call Call, id string) (parley.PricingRule, error) {
	return look(ctx, s, call, func(v *view) (parley.PricingRule, error) {
		pending := v.PricingRule(id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.PricingRule{}, err
		}
		return pending.Get(ctx)
	})
}

// PricingRuleHistory answers every version of a rule, oldest first.
func (s *Service) PricingRuleHistory(ctx context.Context, call Call, id string) ([]parley.PricingRule, error) {
	return look(ctx, s, call, func(v *view) ([]parley.PricingRule, error) {
		pending := v.PricingRuleHistory(id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		versions, err := pending.Get(ctx)
		if err == nil && len(versions) == 0 {
			return nil, unknown("pricing rule", id)
		}
		return versions, err
	})
}

// CreatePricingRule puts a new rule in force, at once on every node.
func (s *Service) CreatePricingRule(ctx context.Context, call Call, rule parley.PricingRule, encode Encode[parley.PricingRule]) (Answer, error) {
	return change(ctx, s, call, encode, func(w *work) (parley.PricingRule, error) {
		who, err := w.authorize(ctx, needScope(parley.ScopeAdmin))
		if err != nil {
			return parley.PricingRule{}, err
		}
		rule.ID = s.ids.New(parley.PrefixPricingRule)
		rule.Version, rule.CreatedAt, rule.UpdatedAt, rule.UpdatedBy = 1, w.now, w.now, who.Actor()
		if _, err := pricing.Compile(parley.RateCard{}, []parley.PricingRule{rule}, 0); err != nil {
			return parley.PricingRule{}, err
		}
		w.InsertPricingRule(rule)
		return rule, w.record(pricingEvent("rule", rule.ID, rule.Version), "pricing_rule.create", "pricing_rule", rule.ID, nil, rule)
	})
}

// UpdatePricingRule replaces a rule's content. expected is the version that the operator looked at; nil replaces whichever
// is there.
func (s *Service) UpdatePricingRule(ctx context.Context, call Call, rule parley.PricingRule, expected *int64, encode Encode[parley.PricingRule]) (Answer, error) {
	return change(ctx, s, call, encode, func(w *work) (parley.PricingRule, error) {
		pending := w.PricingRule(rule.ID)
		who, err := w.authorize(ctx, needScope(parley.ScopeAdmin))
		if err != nil {
			return parley.PricingRule{}, err
		}
		present, err := pending.Get(ctx)
		if err != nil {
			return parley.PricingRule{}, err
		}
		if err := sameVersion("rule", present.Version, expected); err != nil {
			return parley.PricingRule{}, err
		}
		rule.Version, rule.CreatedAt, rule.UpdatedAt, rule.UpdatedBy = present.Version+1, present.CreatedAt, w.now, who.Actor()
		if _, err := pricing.Compile(parley.RateCard{}, []parley.PricingRule{rule}, 0); err != nil {
			return parley.PricingRule{}, err
		}
		w.UpdatePricingRule(rule)
		return rule, w.record(pricingEvent("rule", rule.ID, rule.Version), "pricing_rule.update", "pricing_rule", rule.ID, present, rule)
	})
}

// DeletePricingRule takes a rule out of force; its history stays.
func (s *Service) DeletePricingRule(ctx context.Context, call Call, id string, expected *int64, encode Encode[parley.PricingRule]) (Answer, error) {
	return change(ctx, s, call, encode, func(w *work) (parley.PricingRule, error) {
		pending := w.PricingRule(id)
		who, err := w.authorize(ctx, needScope(parley.ScopeAdmin))
		if err != nil {
			return parley.PricingRule{}, err
		}
		present, err := pending.Get(ctx)
		if err != nil {
			return parley.PricingRule{}, err
		}
		if err := sameVersion("rule", present.Version, expected); err != nil {
			return parley.PricingRule{}, err
		}
		w.DeletePricingRule(id, present.Version, w.now, who.Actor())
		return present, w.record(pricingEvent("rule", id, present.Version), "pricing_rule.delete", "pricing_rule", id, present, nil)
	})
}
