package seller

import (
	"context"
	"errors"
	"time"

	"parley"
	"parley/storage"
)

// CatalogProduct reads a product as the publisher has it, floor and capacity included.
func (s *Service) CatalogProduct(ctx context.Context, call Call, id string) (parley.Product, error) {
	return read(ctx, s, call, func(v *view) (parley.Product, error) {
		pending := v.Product(id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.Product{}, err
		}
		product, err := pending.Get(ctx)
		return product, unknownProduct(err, id)
	})
}

// CatalogProducts lists products as the publisher has them.
func (s *Service) CatalogProducts(ctx context.Context, call Call, filter storage.ProductFilter) (storage.Listing[parley.Product], error) {
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[storage.Listing[parley.Product]] { return v.Products(filter) })
}

// Expected is what a change of a product was made from.
type Expected struct {
	Absent  bool   // there must be no such product yet
	Present bool   // there must be one
	Version *int64 // the version that there must be; nil: any
}

// ProductWrite is one product added or changed.
type ProductWrite struct {
	Change   parley.ProductChange
	Expected Expected
	PricedIn parley.Currency // that the change's amounts name; empty: they are in the product's, whichever that is
}

// WrittenProduct is a product after it was written.
type WrittenProduct struct {
	parley.Product
	Created       bool
	MixedPackages []MixedPackage // those with the product, when its change can have mixed them
}

// WriteProduct adds a product or changes the one that there is. What does not meet what was expected is
// CodePreconditionFailed; a product that is expected and is not there at all is CodeNotFound. A change that changes nothing
// leaves version and time.
func (s *Service) WriteProduct(ctx context.Context, call Call, product ProductWrite, encode Encode[WrittenProduct]) (Answer, error) {
	id := product.Change.Product.ID
	if !product.Change.Given.Has(parley.FieldCurrency) {
		product.Change.Product.Currency = product.PricedIn
	}
	product.Change = product.Change.Tidied()
	var after parley.Product
	answer, err := write(ctx, s, call, encode, func(w *work) (WrittenProduct, error) {
		pending := w.ProductForUpdate(id)
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return WrittenProduct{}, err
		}
		present, err := pending.Get(ctx)
		absent := parley.Is(err, parley.CodeNotFound)
		if err != nil && !absent {
			return WrittenProduct{}, err
		}
		if err := product.Expected.check(id, present, absent); err != nil {
			return WrittenProduct{}, err
		}
		after = product.Change.Product
		if !absent {
			after = product.Change.Over(present)
		}
		problems := after.Problems()
		if product.PricedIn != "" && product.PricedIn != after.Currency {
			problems.Add("currency", "is %s, and the prices are in %s", after.Currency, product.PricedIn)
		}
		if !absent {
			if problem := product.Change.CurrencyProblem(present); problem != "" {
				problems.Add("currency", "%s", problem)
			}
		}
		if err := problems.Err(); err != nil {
			return WrittenProduct{}, err
		}
		if absent {
			return w.createProduct(after)
		}
		return w.changeProduct(ctx, present, after)
	})
	if errors.Is(err, storage.ErrCapacity) {
		return Answer{}, s.productBelowBooked(ctx, after, err)
	}
	return answer, err
}

func (e Expected) check(id string, present parley.Product, absent bool) error {
	switch {
	case absent && e.Present:
		return unknownProduct(parley.Errorf(parley.CodeNotFound, ""), id)
	case absent && e.Version != nil:
		return parley.Errorf(parley.CodePreconditionFailed, "There is no product %q any more, or not yet. Leave out If-Match to create it.", id)
	case !absent && e.Absent:
		return parley.Errorf(parley.CodePreconditionFailed,
			"There is a product %q already. PUT or PATCH /api/v1/products/%s changes it, or POST with its ETag in If-Match.", id, id).
			With("version", present.Version)
	case !absent:
		return sameVersion("product", present.Version, e.Version)
	}
	return nil
}

func (w *work) createProduct(p parley.Product) (WrittenProduct, error) {
	p.Version, p.CreatedAt, p.UpdatedAt = 1, w.now, w.now
	w.InsertProduct(p)
	return WrittenProduct{Product: p, Created: true}, w.recordProduct(nil, p)
}

func (w *work) changeProduct(ctx context.Context, present, p parley.Product) (WrittenProduct, error) {
	if present.Differences(p) == 0 {
		return WrittenProduct{Product: present}, nil
	}
	p.Version, p.UpdatedAt = present.Version+1, w.now.Truncate(time.Microsecond)
	w.UpdateProduct(p, w.service.today(w.now))
	if err := w.recordProduct(&present, p); err != nil || !mixing(&present, p) {
		return WrittenProduct{Product: p}, err
	}
	mixed, err := mixedBy(ctx, &w.Reader, map[string]bool{p.ID: true}, nil)
	return WrittenProduct{Product: p, MixedPackages: mixed}, err
}

// recordProduct writes the event and the audit entry of one product.
func (w *work) recordProduct(before *parley.Product, after parley.Product) error {
	about := map[string]any{"product_id": after.ID, "status": after.Status, "version": after.Version}
	event := parley.Event{Type: parley.EventCatalogChanged, Data: data(about)}
	event.ID, event.OccurredAt, event.Actor = w.service.ids.New(parley.PrefixEvent), w.now, w.who.Actor()
	w.InsertEvent(event)
	return w.auditProduct(before, after)
}
