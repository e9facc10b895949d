package seller

import (
	"cmp"
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
	list, net   int64 // micros
	unspent     bool  // what was spent is not known, and so not what was earned
}

// valued makes of what the sources say of one deal, the one that was heard of first first, what it delivered: of those that DealDelivery has for the days.
func valued(parts []storage.DeliveredPart, billing []string) deliveredValue {
	sources := make([]string, len(parts))
	for i, p := range parts {
		sources[i] = p.Source
	}
	p := parts[slices.Index(sources, counted(sources, billing))]
	bound := int64(0)
	if p.DealType.Guaranteed() {
		bound = p.Contract
	}
	earned := func(cpm int64) int64 {
		return delivery.Earned(cpm, addedUp(p.Before, p.On), bound) - delivery.Earned(cpm, p.Before, bound)
	}
	value := deliveredValue{dealID: p.DealID, currency: p.Currency, source: p.Source, impressions: p.On, list: earned(p.Base)}
	switch {
	case p.DealType != parley.PrivateAuction:
		value.net = earned(p.Final)
	case p.Spent != nil:
		value.net = *p.Spent
	default:
		value.unspent = p.On > 0
	}
	return value
}

// delivered answers what deals delivered on some days: all of which there are figures of these, or, where ids are given, those.
func (v *view) delivered(ctx context.Context, days parley.Flight, ids []string) ([]deliveredValue, error) {
	pending, destinations := v.DeliveredParts(days, delivery.Slack, ids), v.EachDestination()
	parts, err := pending.Get(ctx)
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
			deals[last], disputed = parts[i-len(deals[last]):i+1], true
			continue
		}
		deals = append(deals, parts[i:i+1])
	}
	at := map[string][]parley.Activation{}
	if disputed {
		there, err := v.DeliveringAt(days, ids).Get(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range there {
			at[a.DealID] = append(at[a.DealID], a)
		}
	}
	values := make([]deliveredValue, len(deals))
	for i, deal := range deals {
		var billing []string
		if len(deal) > 1 {
			billing = v.service.billing(at[deal[0].DealID], known)
		}
		values[i] = valued(deal, billing)
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
		line.Net, line.Unspent = value.net, value.unspent
	}
	return nil
}

// deliveredTotals adds up what all deals delivered on some days, by currency.
func (s *Service) deliveredTotals(ctx context.Context, call Call, days parley.Flight) ([]FinanceTotal, error) {
	return read(ctx, s, call, func(v *view) ([]FinanceTotal, error) {
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		values, err := v.delivered(ctx, days, nil)
		if err != nil {
			return nil, err
		}
		totals := map[parley.Currency]FinanceTotal{}
		for _, value := range values {
			total := totals[value.currency]
			total.Currency, total.Deals = value.currency, total.Deals+1
			total.Impressions = addedUp(total.Impressions, value.impressions)
			total.List, total.Net = addedUp(total.List, value.list), addedUp(total.Net, value.net)
			if value.unspent {
				total.Unstated++
			}
			totals[value.currency] = total
		}
		return slices.SortedFunc(maps.Values(totals), func(a, b FinanceTotal) int { return cmp.Compare(a.Currency, b.Currency) }), nil
	})
}
