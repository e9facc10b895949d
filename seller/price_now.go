package seller

import (
	"context"

	"parley"
	"parley/inventory"
)

// offer is what a price is stated for: a product on terms, to one buyer.
type offer struct {
	productID   string
	dealType    parley.DealType
	flight      parley.Flight
	impressions int64           // 0: no volume named
	currency    parley.Currency // of the prices stated before; empty: none were
	tier        parley.Tier
	identity    parley.Identity // as the credential vouches for it
	held        *holding        // what the ledger holds for the offer itself; nil: nothing
}

// holding is a volume that is reserved: taken for everybody else, and there for whom it is held.
type holding struct {
	flight      parley.Flight
	impressions int64
}

// present is what an offer comes to as things are now.
type present struct {
	product   parley.Product
	price     parley.PriceDecision // FinalCPM is the ask, FloorCPM the effective floor
	available *int64               // impressions over the flight, with those held; nil: capacity is not declared
}

// priceNow is the one place that says what terms cost, and what their floor is, as things are in this transaction: every
// price that is stated, agreed, approved or booked after the first one asks it again. gone is set instead where the
// product is no longer sold on these terms, and says so in words for the buyer.
func (w *work) priceNow(ctx context.Context, o offer) (now present, gone *parley.ProposalError, err error) {
	pending, days, version := w.Product(o.productID), w.Capacity(o.productID, o.flight), w.PricingVersion()
	now.product, err = pending.Get(ctx)
	if err != nil && parley.CodeOf(err) == parley.CodeNotFound {
		return now, &parley.ProposalError{Stage: "validate", Code: "product_gone", Detail: "The product is no longer sold."}, nil
	}
	if err != nil {
		return now, nil, err
	}
	if gone := o.unsold(now.product); gone != nil {
		return now, gone, nil
	}
	capacity, err := days.Get(ctx)
	if err != nil {
		return now, nil, err
	}
	if why := unguaranteed(o.productID, o.dealType, o.flight, capacity); why != "" {
		return now, &parley.ProposalError{Stage: "validate", Code: "capacity_not_declared", Detail: why + "."}, nil
	}
	if o.held != nil {
		capacity = inventory.Without(capacity, o.held.flight, o.held.impressions)
	}
	now.available = inventory.Available(capacity, o.flight)
	engine, err := w.service.engine(ctx, w, version)
	if err != nil {
		return now, nil, err
	}
	now.price, err = engine.CalculatePrice(parley.PriceInput{
		Product: now.product, Tier: o.tier, Identity: o.identity, DealType: o.dealType, Flight: o.flight,
		Impressions: o.impressions, Available: now.available, Today: w.service.today(w.now),
	})
	if err != nil && parley.CodeOf(err) == parley.CodeValidation {
		return now, &parley.ProposalError{Stage: "price", Code: "not_priced", Detail: "The product has no price on these terms any more."}, nil
	}
	return now, nil, err
}

// unsold says why a product is not sold on the terms of an offer; nil when it is.
func (o offer) unsold(product parley.Product) *parley.ProposalError {
	why := func(code, detail string) *parley.ProposalError {
		return &parley.ProposalError{Stage: "validate", Code: code, Detail: detail}
	}
	if gone := notOffered(product); gone != nil {
		return gone
	}
	switch {
	case !product.Sells(o.dealType):
		return why("deal_type_not_sold", "The product is no longer sold that way.")
	case o.currency != "" && o.currency != product.Currency:
		return why("currency_changed", "The product is sold in another currency now.")
	case o.impressions > 0 && o.impressions < product.MinimumImpressions:
		return why("below_minimum", "The product's minimum is above this volume now.")
	}
	return nil
}
