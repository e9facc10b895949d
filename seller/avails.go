package seller

import (
	"context"

	"parley"
	"parley/inventory"
	"parley/pricing"
	"parley/storage"
)

// AvailsRequest asks what is free of some products over a flight.
type AvailsRequest struct {
	ProductIDs  []string
	FlightStart *parley.Date
	FlightEnd   *parley.Date
	Impressions int64 // 0: none named
	// Places, when there are some, are those that the buyer would reach, as ISO 3166 codes.
	Places []string
	// Currency, when set, is the one that is bought in.
	Currency parley.Currency
	// Budget, when set, is what the buyer would spend at most on each product; an empty currency means the product's.
	Budget *parley.Money
}

// Shortfall is why a volume cannot be had as it was asked for.
type Shortfall string

// The shortfalls. The empty one is none.
const (
	ShortOfInventory Shortfall = "inventory" // less is free over the flight, since some is booked
	ShortOfCapacity  Shortfall = "capacity"  // the product has no more over the flight, though nothing of it is booked
	ShortOfBudget    Shortfall = "budget"    // the budget buys less
	ShortOfMinimum   Shortfall = "minimum"   // what can be had is less than the product's minimum, so that nothing can
	OtherBudget      Shortfall = "other"     // the budget is in another currency than the product's prices
	OtherCurrency    Shortfall = "currency"  // the product is not sold in the currency that is bought in
	OtherPlace       Shortfall = "place"     // the product is sold in other places than the buyer would reach
	UnknownProduct   Shortfall = "unknown"   // there is no such product, or none for this buyer
	NoPrice          Shortfall = "no_price"  // the product has no price on these terms, so that nothing of it can be had
)

// ProductAvails is what is free of one product, and what it would cost the caller.
type ProductAvails struct {
	PricedProduct // without a price for what is unknown or not priced; its price is for Impressions
	Avails        parley.Avails
	// Impressions is what can be had: of the volume asked for, within the budget. When none was asked for it is all that is
	// free, or, where no capacity is declared, what the budget buys, or the least that the product is sold by.
	Impressions int64
	// Guaranteed is how many of them a guaranteed deal can have; nil when the product is not sold so over the flight.
	Guaranteed *int64
	Short      Shortfall
	// Why is what made less than the minimum of ShortOfMinimum: the inventory, the budget, or nothing but the volume asked for.
	Why Shortfall
}

// maxAvailsProducts is how many products one question may name.
const maxAvailsProducts = 100

// ProductAvails answers the question for each product, in the order asked. One that is unknown is answered as such beside
// the others; when all are, the question is CodeNotFound.
func (s *Service) ProductAvails(ctx context.Context, call Call, request AvailsRequest) ([]ProductAvails, error) {
	flight, err := request.check(s.today(s.clock()))
	if err != nil {
		return nil, err
	}
	return read(ctx, s, call, func(v *view) ([]ProductAvails, error) {
		pending, version := v.ProductsByID(request.ProductIDs), storage.PricingRules.Version(v.Reader)
		days := make([]*storage.Pending[[]parley.DayCapacity], len(request.ProductIDs))
		for i, id := range request.ProductIDs {
			days[i] = v.Capacity(id, flight)
		}
		who, err := v.authorize(ctx, needCatalogAccess)
		if err != nil {
			return nil, err
		}
		found, err := pending.Get(ctx)
		if err != nil {
			return nil, err
		}
		products := make(map[string]parley.Product, len(found))
		for _, product := range found {
			if shows(who, product) {
				products[product.ID] = product
			}
		}
		if len(products) == 0 {
			return nil, unknownProduct(parley.Errorf(parley.CodeNotFound, ""), request.ProductIDs[0])
		}
		engine, err := s.engine(ctx, v.Reader, version)
		if err != nil {
			return nil, err
		}
		accounts, err := accountsFor(ctx, v.Reader, engine, who.Identity)
		if err != nil {
			return nil, err
		}
		answers := make([]ProductAvails, len(request.ProductIDs))
		for i, id := range request.ProductIDs {
			product, known := products[id]
			if !known {
				answers[i] = ProductAvails{
					PricedProduct: PricedProduct{Product: parley.Product{ID: id}, Exact: seesExact(who), Tier: who.Tier()},
					Avails:        parley.Avails{ProductID: id, Flight: flight}, Short: UnknownProduct,
				}
				continue
			}
			capacity, err := days[i].Get(ctx)
			if err != nil {
				return nil, err
			}
			a := availsQuestion{engine: engine, request: request, capacity: capacity, input: parley.PriceInput{
				Product: product, Tier: who.Tier(), Identity: who.Identity, Accounts: accounts, DealType: dealTypeOr("", product),
				Flight: flight, Today: s.today(v.now),
			}}
			if answers[i], err = a.answer(); err != nil {
				return nil, err
			}
			answers[i].Exact = seesExact(who)
		}
		return answers, nil
	})
}

// check reads what can be judged without the products, and answers the flight.
func (r AvailsRequest) check(today parley.Date) (parley.Flight, error) {
	var problems parley.Problems
	// What begins today by the buyer's clock may begin in the publisher's evening before.
	if r.FlightStart != nil && *r.FlightStart == today-1 && (r.FlightEnd == nil || *r.FlightEnd >= today) {
		r.FlightStart = &today
	}
	flight := checkFlight(&problems, r.FlightStart, r.FlightEnd, today)
	checkImpressions(&problems, "impressions", r.Impressions)
	if r.Currency != "" && !r.Currency.Valid() {
		problems.Add("currency", "must be an ISO 4217 currency code such as USD")
	}
	if r.Budget != nil && r.Budget.Micros <= 0 {
		problems.Add("budget", "must be more than 0")
	}
	seen := make(map[string]bool, len(r.ProductIDs))
	for _, id := range r.ProductIDs {
		if seen[id] {
			problems.Add("product_ids", "must not name a product twice")
		}
		seen[id] = true
	}
	switch n := len(r.ProductIDs); {
	case n == 0:
		problems.Add("product_id", "is required")
	case n > maxAvailsProducts:
		problems.Add("product_ids", "must name at most %d products", maxAvailsProducts)
	}
	return flight, problems.Err()
}

// availsQuestion is the question about one product that there is.
type availsQuestion struct {
	engine   *pricing.Engine
	request  AvailsRequest
	capacity []parley.DayCapacity
	input    parley.PriceInput
}

func (a availsQuestion) answer() (ProductAvails, error) {
	product := a.input.Product
	available := inventory.Available(a.capacity, a.input.Flight)
	a.input.Available = available
	answer := ProductAvails{
		PricedProduct: PricedProduct{Product: product, Tier: a.input.Tier},
		Avails:        parley.Avails{ProductID: product.ID, Flight: a.input.Flight, Available: available, Days: a.capacity},
	}
	asked, budget := a.request.Impressions, a.request.Budget
	switch {
	case asked > 0 && available != nil && *available < asked:
		answer.Impressions, answer.Short = *available, a.shortOf()
	case asked > 0:
		answer.Impressions = asked
	case available != nil && *available == 0:
		answer.Short = a.shortOf()
	case available != nil:
		answer.Impressions = min(*available, parley.MaxImpressions)
	case budget != nil:
		answer.Impressions = parley.MaxImpressions
	default:
		answer.Impressions = max(product.MinimumImpressions, 1)
	}
	if a.request.Currency != "" && a.request.Currency != product.Currency {
		answer.Impressions, answer.Short = 0, OtherCurrency
	}
	if budget != nil && budget.Currency != "" && budget.Currency != product.Currency {
		answer.Impressions, answer.Short = 0, OtherBudget
	}
	if !product.Reaches(a.request.Places) {
		answer.Impressions, answer.Short = 0, OtherPlace
	}
	a.input.Impressions = min(asked, answer.Impressions)
	var err error
	if answer.Price, err = priceOrNone(a.engine, a.input); err != nil {
		return answer, err
	}
	if budget != nil && answer.Impressions > 0 {
		if err := a.afford(&answer); err != nil {
			return answer, err
		}
	}
	switch {
	case answer.Price == nil:
		answer.Impressions, answer.Short = 0, NoPrice
	case answer.Impressions > 0 && answer.Impressions < product.MinimumImpressions:
		answer.Impressions, answer.Short, answer.Why = 0, ShortOfMinimum, answer.Short
	}
	if product.Sells(parley.ProgrammaticGuaranteed) && len(inventory.Undeclared(a.capacity, a.input.Flight)) == 0 {
		guaranteed := answer.Impressions
		answer.Guaranteed = &guaranteed
	}
	return answer, nil
}

// shortOf tells what leaves too little over the flight: what is booked already, or the capacity itself.
func (a availsQuestion) shortOf() Shortfall {
	flight := a.input.Flight
	for _, day := range a.capacity {
		if day.Reserved > 0 && day.Day >= flight.Start && day.Day <= flight.End {
			return ShortOfInventory
		}
	}
	return ShortOfCapacity
}

// afford takes the volume down to what the budget buys. A smaller volume may cost more per thousand, and so buy less again;
// brackets end, and so does that.
func (a availsQuestion) afford(answer *ProductAvails) error {
	const tries = 16
	for range tries {
		if answer.Price == nil {
			return nil
		}
		buys, err := parley.MulDiv(a.request.Budget.Micros, 1000, answer.Price.FinalCPM, parley.Down)
		if err != nil || buys >= answer.Impressions {
			return nil //nolint:nilerr // a budget that buys more than can be counted is no limit
		}
		answer.Impressions, answer.Short = buys, ShortOfBudget
		if a.request.Impressions == 0 {
			continue // a price without a volume is the same for all volumes
		}
		a.input.Impressions = buys
		if answer.Price, err = priceOrNone(a.engine, a.input); err != nil {
			return err
		}
	}
	return nil
}
