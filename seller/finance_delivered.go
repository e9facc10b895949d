package seller

import (
	"context"
	"maps"
	"slices"

	"parley"
	"parley/delivery"
	"parley/storage"
)

// deliveredValue is what a deal delivered on some days, by the source that counts.
type deliveredValue struct {
	dealID      string
	currency    parley.Currency
	source      string
	impressions int64
	cpm         *int64 // agreed for 1,000 on these days, in micros; nil: several were
	list, net   int64  // micros
	unspent     bool   // what was spent is not known, and so not what was earned
	hangsOn     int    // settings
}

// valued makes of what the sources say of one deal, the one that was heard of first first, what it delivered: of those that DealDelivery has for the days,
// of which last is the last one. former are the terms of the deal that changes put an end to.
func valued(parts []storage.DeliveredPart, billing []string, former []delivery.Former, last parley.Date) deliveredValue {
	var sources []string
	for _, p := range parts {
		if n := len(sources); n == 0 || sources[n-1] != p.Source {
			sources = append(sources, p.Source)
		}
	}
	p := parts[0]
	agreed := delivery.Agreed(parley.DealTerms{CPM: p.Final, Impressions: p.Contract}, p.DealType.Guaranteed(), former)
	value := deliveredValue{dealID: p.DealID, currency: p.Currency, source: counted(sources, billing)}
	if len(former) > 0 {
		value.hangsOn |= byZone
	}
	if len(sources) > 1 {
		value.hangsOn |= bySource
	}
	var (
		tally  delivery.Tally
		prices []int64
		spent  *int64
	)
	for _, part := range parts {
		if part.Source != value.source {
			continue
		}
		terms := agreed[len(agreed)-1]
		if part.Until > 0 {
			terms = delivery.On(agreed, part.Until-1)
		}
		tally.Add(part.Before, terms)
		before, with := tally.Add(part.On, terms)
		value.impressions = parley.AddedUp(value.impressions, part.On)
		value.list = parley.AddedUp(value.list, delivery.Between(p.Base, before, with))
		value.net = parley.AddedUp(value.net, delivery.Between(terms.CPM, before, with))
		spent = both(spent, part.Spent)
		if part.On > 0 && !slices.Contains(prices, terms.CPM) {
			prices = append(prices, terms.CPM)
		}
	}
	switch len(prices) {
	case 0:
		cpm := delivery.On(agreed, last).CPM
		value.cpm = &cpm
	case 1:
		value.cpm = &prices[0]
	}
	if p.DealType == parley.PrivateAuction {
		value.net, value.unspent = 0, spent == nil && value.impressions > 0
		if spent != nil {
			value.net = *spent
		}
	}
	return value
}

// delivered answers what deals of which there are figures delivered on some days.
func (v *view) delivered(ctx context.Context, days parley.Flight, ids []string) ([]deliveredValue, error) {
	changes, destinations := v.AppliedChanges(ids), v.EachDestination()
	made, err := changes.Get(ctx)
	if err != nil {
		return nil, err
	}
	former := v.service.formerTerms(made)
	ended := make(map[string][]delivery.Terms, len(former))
	for id, terms := range former {
		ended[id] = delivery.Agreed(parley.DealTerms{}, false, terms)
	}
	until := func(dealID string, day parley.Date) parley.Date { return delivery.On(ended[dealID], day).Until }
	parts, err := v.DeliveredParts(days, delivery.Slack, slices.Sorted(maps.Keys(former)), until, ids).Get(ctx)
	if err != nil {
		return nil, err
	}
	known, err := destinations.Get(ctx)
	if err != nil {
		return nil, err
	}
	var deals [][]storage.DeliveredPart
	disputed := false // more than one source has sent figures of a deal: only then it matters where it is
	for i, p := range parts {
		if last := len(deals) - 1; last >= 0 && deals[last][0].DealID == p.DealID {
			disputed = disputed || deals[last][0].Source != p.Source
			deals[last] = parts[i-len(deals[last]) : i+1]
			continue
		}
		deals = append(deals, parts[i:i+1])
	}
	at := map[string][]parley.Activation{}
	if disputed {
		there, err := v.ActivationsOf(ids).Get(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range there {
			at[a.DealID] = append(at[a.DealID], a)
		}
	}
	values := make([]deliveredValue, len(deals))
	for i, deal := range deals {
		id := deal[0].DealID
		var billing []string
		if deal[0].Source != deal[len(deal)-1].Source {
			billing = v.service.billing(at[id], known)
		}
		values[i] = valued(deal, billing, former[id], days.End)
	}
	return values, nil
}

// deliveredLines sets what the deals of lines delivered on some days.
func (v *view) deliveredLines(ctx context.Context, lines []FinanceLine, ids []string, days parley.Flight) error {
	values, err := v.delivered(ctx, days, ids)
	if err != nil {
		return err
	}
	for _, value := range values {
		line := &lines[slices.Index(ids, value.dealID)]
		line.Source, line.Impressions, line.List = value.source, value.impressions, value.list
		line.CPM, line.Net, line.Unspent = value.cpm, value.net, value.unspent
	}
	return nil
}
