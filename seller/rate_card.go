package seller

import (
	"cmp"
	"context"
	"fmt"

	"parley"
	"parley/pricing"
	"parley/storage"
)

// RateCard reads the rate card in force; version 0 is the one that nobody has set yet.
func (s *Service) RateCard(ctx context.Context, call Call) (parley.RateCard, error) {
	return read(ctx, s, call, func(v *view) (parley.RateCard, error) {
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
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[storage.Listing[parley.RateCard]] { return v.RateCards(page) })
}

// ReplaceRateCard puts another rate card in force, at once on every node. expected is the version that the operator
// looked at; nil replaces whichever is there.
func (s *Service) ReplaceRateCard(ctx context.Context, call Call, card parley.RateCard, expected *int64, encode Encode[parley.RateCard]) (Answer, error) {
	return s.replaceRateCard(ctx, call, card, expected, names.priced, encode)
}

// ImportRateCard is ReplaceRateCard of a card that comes with a catalog from elsewhere: its entries may be in currencies that no
// product has yet.
func (s *Service) ImportRateCard(ctx context.Context, call Call, card parley.RateCard, expected *int64, encode Encode[parley.RateCard]) (Answer, error) {
	anyCurrency := func(names, context.Context, parley.RateCard, parley.RateCard) error { return nil }
	return s.replaceRateCard(ctx, call, card, expected, anyCurrency, encode)
}

func (s *Service) replaceRateCard(
	ctx context.Context, call Call, card parley.RateCard, expected *int64,
	priced func(there names, ctx context.Context, card, present parley.RateCard) error, encode Encode[parley.RateCard],
) (Answer, error) {
	card = card.Normal()
	return write(ctx, s, call, encode, func(w *work) (parley.RateCard, error) {
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
		if err := cmp.Or(pricing.ValidateCard(card), startedBy(s.today(w.now), card)); err != nil {
			return parley.RateCard{}, err
		}
		there := names{&w.Reader}
		if err := there.known(ctx, cardMentions(card)); err != nil {
			return parley.RateCard{}, err
		}
		if err := priced(there, ctx, card, present.RateCard); err != nil {
			return parley.RateCard{}, err
		}
		card.Version, card.UpdatedAt, card.UpdatedBy = present.RateCard.Version+1, w.now, who.Actor()
		w.InsertRateCard(card)
		return card, w.record(parley.Event{
			Type: parley.EventPricingChanged, Data: data(map[string]any{"what": "rate_card", "version": card.Version}),
		}, "rate_card.replace", "rate_card", "",
			present.RateCard, card)
	})
}

// startedBy refuses entries that are to hold from a later day: a card is in force as it is put, with every entry of it.
func startedBy(today parley.Date, card parley.RateCard) error {
	var problems parley.Problems
	for i, entry := range card.Entries {
		if entry.EffectiveDate != nil && *entry.EffectiveDate > today {
			problems.Add(fmt.Sprintf("entries[%d].effective_date", i), "is after today, and a rate card is in force as it is put: "+
				"put it on that day, or make a pricing rule of the price with valid_from %s", *entry.EffectiveDate)
		}
	}
	return problems.Err()
}
