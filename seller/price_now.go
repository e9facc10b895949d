package seller

import (
	"context"
	"time"

	"parley"
	"parley/inventory"
	"parley/storage"
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

// priceFacts are what a price depends on.
type priceFacts struct {
	productID string
	flight    parley.Flight
	product   *storage.Pending[parley.Product]
	days      *storage.Pending[[]parley.DayCapacity]
	version   *storage.Pending[int64]
}

// prices says what terms cost, and which rules ask about them, as a transaction sees things, also one that only reads.
type prices struct {
	*storage.Reader
	service *Service
	now     time.Time
	ahead   *priceFacts // that have been asked for before they are needed; nil: none
	tx      *storage.Tx // that the same is read in; nil: it only reads
}

func (w *work) prices() prices { return prices{&w.Reader, w.service, w.now, w.ahead, w.Tx} }

// facts asks for what a price depends on, unless that was asked for ahead.
func (p prices) facts(productID string, flight parley.Flight) priceFacts {
	if a := p.ahead; a != nil && a.productID == productID && a.flight == flight {
		return *a
	}
	return priceFacts{productID, flight, p.Product(productID), p.Capacity(productID, flight), storage.PricingRules.Version(p.Reader)}
}

func (w *work) priceNow(ctx context.Context, o offer) (now present, gone *parley.ProposalError, err error) {
	return w.prices().priceNow(ctx, o)
}

// priceNow is the one place that says what terms cost, and what their floor is, as things are in this transaction: every
// price that is stated, agreed, approved or booked after the first one asks it again. gone is set instead where the
// product is no longer sold on these terms, and says so in words for the buyer.
func (p prices) priceNow(ctx context.Context, o offer) (now present, gone *parley.ProposalError, err error) {
	facts := p.facts(o.productID, o.flight)
	now.product, err = facts.product.Get(ctx)
	if parley.Is(err, parley.CodeNotFound) {
		return now, &parley.ProposalError{Stage: "validate", Code: "product_gone", Detail: "The product is no longer sold."}, nil
	}
	if err != nil {
		return now, nil, err
	}
	if gone := o.unsold(now.product, p.service.today(p.now)); gone != nil {
		return now, gone, nil
	}
	capacity, err := facts.days.Get(ctx)
	if err != nil {
		return now, nil, err
	}
	if why := inventory.Unguaranteed(o.productID, o.dealType, o.flight, capacity); why != "" {
		return now, &parley.ProposalError{Stage: "validate", Code: "capacity_not_declared", Detail: why + "."}, nil
	}
	if o.held != nil {
		capacity = inventory.Without(capacity, o.held.flight, o.held.impressions)
	}
	now.available = inventory.Available(capacity, o.flight)
	now.price, err = p.service.waterfall(ctx, p.Reader, facts.version, parley.PriceInput{
		Product: now.product, Tier: o.tier, Identity: o.identity, DealType: o.dealType, Flight: o.flight,
		Impressions: o.impressions, Available: now.available, Today: p.service.today(p.now),
	})
	if parley.Is(err, parley.CodeValidation) {
		return now, &parley.ProposalError{Stage: "price", Code: "not_priced", Detail: "The product has no price on these terms any more. Ask again."}, nil
	}
	return now, nil, err
}

// honours tells whether a price that was agreed can still be given as things are now. why, in words for the buyer, is set
// when it cannot: the product is no longer sold on these terms, or not at this price. It never tells the floor.
func (w *work) honours(ctx context.Context, o offer, cpm int64) (now present, why *parley.ProposalError, err error) {
	now, why, err = w.priceNow(ctx, o)
	if err == nil && why == nil && cpm < now.price.FloorCPM {
		why = termsChanged()
	}
	return now, why, err
}

// termsChanged is what a buyer hears of a price, stated or agreed, that is under the floor now.
func termsChanged() *parley.ProposalError {
	return &parley.ProposalError{
		Stage: "price", Code: "terms_changed", Detail: "The terms of this product have changed since this price was named. Ask again.",
	}
}

// notHonoured refuses to book what can no longer be had as it was agreed.
func notHonoured(why *parley.ProposalError) error {
	return parley.Errorf(parley.CodeConflict, "This can no longer be booked as agreed. %s", why.Detail).
		With("reason", why.Code)
}

// offerOf is what a deal that is not booked yet sells, and to whom.
func offerOf(deal parley.Deal) offer {
	return offer{
		productID: deal.ProductID, dealType: deal.DealType, flight: deal.Flight, impressions: deal.Impressions,
		currency: deal.Price.Currency, tier: deal.Tier, identity: deal.Identity,
	}
}

// unsold says why a product is not sold on the terms of an offer; nil when it is.
func (o offer) unsold(product parley.Product, today parley.Date) *parley.ProposalError {
	if gone := o.withdrawn(product, today); gone != nil {
		return gone
	}
	switch {
	case o.currency != "" && o.currency != product.Currency:
		return &parley.ProposalError{Stage: "validate", Code: "currency_changed", Detail: "The product is sold in another currency now. Ask again."}
	case o.impressions > 0 && o.impressions < product.MinimumImpressions:
		return &parley.ProposalError{
			Stage: "validate", Code: "below_minimum", Detail: "The product's minimum is above this volume now. Ask again.",
		}
	}
	return nil
}

// withdrawn says why nothing of a product is sold this way on these days, whatever was promised; nil when it is.
func (o offer) withdrawn(product parley.Product, today parley.Date) *parley.ProposalError {
	why := func(code, detail string) *parley.ProposalError {
		return &parley.ProposalError{Stage: "validate", Code: code, Detail: detail}
	}
	if gone := notOffered(product); gone != nil {
		return gone
	}
	switch {
	case !product.Sells(o.dealType):
		return why("deal_type_not_sold", "The product is no longer sold that way. Ask for another.")
	case o.flight.End < today:
		return why("flight_past", "The flight's dates have passed.")
	}
	return nil
}
