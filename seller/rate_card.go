package seller

import (
	"context"

	"parley"
	"parley/pricing"
	"parley/storage"
)

// RateCard reads the rate card in force; version 0 is the one that nobody has set yet.
func (s *Service) RateCard(ctx context.Context, call Call) (parley.RateCard, error) {
	return look(ctx, s, call, func(v *view) (parley.RateCard, error) {
		pending := v.Pricing()
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.RateCard{}, err
		}
		config, err := pending.Get(ctx)
		return config.RateCard, err
	})
}

// RateCards lists every version of the rate card.
func (s *Service) RateCards(ctx context.Context, call Call, page storage.Page) (storage.Listing[parley.RateCard], error) {
	return look(ctx, s, call, func(v *view) (storage.Listing[parley.RateCard], error) {
		pending := v.RateCards(page)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return storage.Listing[parley.RateCard]{}, err
		}
		return pending.Get(ctx)
	})
}

// ReplaceRateCard puts another rate card in force, at once on every node. expected is the version that the operator
// looked at; nil replaces whichever is there.
func (s *Service) ReplaceRateCard(ctx context.Context, call Call, card parley.RateCard, expected *int64, encode Encode[parley.RateCard]) (Answer, error) {
	return change(ctx, s, call, encode, func(w *work) (parley.RateCard, error) {
		pending := w.Pricing()
		who, err := w.authorize(ctx, needScope(parley.ScopeAdmin))
		if err != nil {
			return parley.RateCard{}, err
		}
		present, err := pending.Get(ctx)
		if err != nil {
			return parley.RateCard{}, err
		}
		if err := sameVersion("rate card", present.RateCard.Version, expected); err != nil {
			return parley.RateCard{}, err
		}
		if _, err := pricing.Compile(card, nil, 0); err != nil {
			return parley.RateCard{}, err
		}
		card.Version, card.UpdatedAt, card.UpdatedBy = present.RateCard.Version+1, w.now, who.Actor()
		w.InsertRateCard(card)
		return card, w.record(pricingEvent("rate_card", "", card.Version), "rate_card.replace", "rate_card", "",
			present.RateCard, card)
	})
}

// sameVersion refuses a change made from an old copy.
func sameVersion(what string, present int64, expected *int64) error {
	if expected == nil || *expected == present {
		return nil
	}
	return parley.Errorf(parley.CodePreconditionFailed, "The %s has changed meanwhile: it is at version %d. Read it again, then repeat the change.", what, present).
		With("current_version", present)
}

func pricingEvent(what, ruleID string, version int64) parley.Event {
	return parley.Event{Type: parley.EventPricingChanged, Data: data(map[string]any{
		"what": what, "rule_id": ruleID, "version": version,
	})}
}
