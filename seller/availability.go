package seller

import (
	"context"

	"parley"
	"parley/inventory"
	"parley/storage"
)

// AvailabilityRequest asks who has the days of a product.
type AvailabilityRequest struct {
	ProductID   string
	Range       parley.Flight
	Impressions int64 // that somebody would have over the range; 0: none named
}

// TakenBy is a deal with what it has of the days asked for.
type TakenBy struct {
	Deal        parley.Deal
	Impressions int64
}

// Availability is how full the days of a product are, and by whom.
type Availability struct {
	Product parley.Product
	parley.Avails
	HeldByDay  []int64 // of each day, among what is reserved
	Filling    inventory.Filling
	Asked      int64
	Deals      []TakenBy // at most mostTakers, by the ends of their flights
	Holds      []parley.Hold
	Contending Contending

	heldFor map[string]parley.Identity // by the quote that is held
}

// Holder is whom a hold is for, as its quote names the buyer.
func (a Availability) Holder(h parley.Hold) parley.Identity { return a.heldFor[h.QuoteID] }

// Contending is what could still be booked.
type Contending = storage.Contending

// MostTakers is how many deals an availability names.
const MostTakers = 200

// Unsold is what the free impressions would come to at the product's base price; nil where it has none, or where that is more than can
// be counted.
func (a Availability) Unsold() *parley.Money {
	if a.Product.BaseCPM == nil {
		return nil
	}
	value, err := parley.DealValue(*a.Product.BaseCPM, a.Filling.Free)
	if err != nil {
		return nil
	}
	return &parley.Money{Micros: value, Currency: a.Product.Currency}
}

// Fits tells whether the volume asked for can be guaranteed over the range.
func (a Availability) Fits() bool {
	return a.Available != nil && *a.Available >= a.Asked && len(inventory.Undeclared(a.Days, a.Flight)) == 0
}

// Availability answers, for the publisher, what of a product is free, held and booked over some days, who has it, and what could still
// be booked there.
func (s *Service) Availability(ctx context.Context, call Call, request AvailabilityRequest) (Availability, error) {
	var problems parley.Problems
	s.checkRange(&problems, request.Range)
	checkImpressions(&problems, "impressions", request.Impressions)
	if err := problems.Err(); err != nil {
		return Availability{}, err
	}
	return read(ctx, s, call, func(v *view) (Availability, error) {
		product, days := v.Product(request.ProductID), v.Capacity(request.ProductID, request.Range)
		deals, holds := v.DealsOver(request.ProductID, request.Range, MostTakers), v.ActiveHoldsOver(request.ProductID, request.Range)
		open := v.Contending(request.ProductID, request.Range, v.now)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return Availability{}, err
		}
		answer := Availability{Asked: request.Impressions}
		var err error
		if answer.Product, err = product.Get(ctx); err != nil {
			return Availability{}, unknownProduct(err, request.ProductID)
		}
		capacity, err := days.Get(ctx)
		if err != nil {
			return Availability{}, err
		}
		answer.Avails = parley.Avails{
			ProductID: request.ProductID, Flight: request.Range, Available: inventory.Available(capacity, request.Range), Days: capacity,
		}
		if answer.Holds, err = holds.Get(ctx); err != nil {
			return Availability{}, err
		}
		if answer.heldFor, err = v.buyersHeldFor(ctx, answer.Holds); err != nil {
			return Availability{}, err
		}
		answer.HeldByDay = inventory.Held(answer.Holds, request.Range)
		answer.Filling = inventory.Fill(capacity, answer.HeldByDay)
		found, err := deals.Get(ctx)
		if err != nil {
			return Availability{}, err
		}
		for _, deal := range found {
			answer.Deals = append(answer.Deals, TakenBy{deal, inventory.Part(deal.Impressions, deal.Flight, request.Range)})
		}
		answer.Contending, err = open.Get(ctx)
		return answer, err
	})
}

// buyersHeldFor are whom holds are for, by their quotes.
func (v *view) buyersHeldFor(ctx context.Context, holds []parley.Hold) (map[string]parley.Identity, error) {
	quotes := make([]*storage.Pending[parley.Quote], len(holds))
	for i, h := range holds {
		quotes[i] = v.Quote(h.QuoteID)
	}
	buyers := make(map[string]parley.Identity, len(holds))
	for _, pending := range quotes {
		quote, err := pending.Get(ctx)
		if err != nil {
			return nil, err
		}
		buyers[quote.ID] = quote.Identity
	}
	return buyers, nil
}
