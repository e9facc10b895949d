package seller

import (
	"context"
	"errors"
	"slices"

	"parley"
	"parley/mediakit"
	"parley/storage"
)

// PackageQuoteRequest asks for a quote of each product of a package. Zero values mean that the buyer did not say.
type PackageQuoteRequest struct {
	PackageID   string
	Impressions int64 // of all products together, shared by their weights
	// Each is what is asked of every product, without its id and volume. An empty deal type is of each the first way that it is sold.
	Each QuoteRequest
}

// PackageQuotes are the quotes of a package's products, in the package's order.
type PackageQuotes struct {
	Package parley.Package
	Quotes  []parley.Quote
}

// QuotePackage quotes every product of a package that is for sale, each for its share of the volume, as RequestQuote quotes
// one: all of them or none. Each quote is booked like any other.
func (s *Service) QuotePackage(ctx context.Context, call Call, request PackageQuoteRequest, encode Encode[PackageQuotes]) (Answer, error) {
	if err := request.check(s.today(s.clock())); err != nil {
		return Answer{}, err
	}
	if err := s.admitAnonymous(ctx, call, storage.AnonymousQuotes); err != nil {
		return Answer{}, err
	}
	audience := request.Each.Carried.AudiencePlan
	if call.anonymous() {
		request.Each.Carried = request.Each.Carried.WithoutDocuments()
	}
	return run(ctx, s, s.store.Append, call, encode, func(w *work) (PackageQuotes, error) {
		pending := w.Package(request.PackageID)
		w.course = starts
		if _, err := w.authorize(ctx, needQuoteAccess); err != nil {
			return PackageQuotes{}, err
		}
		found, err := pending.Get(ctx)
		if err != nil {
			return PackageQuotes{}, unknownPackage(err, request.PackageID)
		}
		products, err := w.productsForSale(ctx, found)
		if err != nil {
			return PackageQuotes{}, err
		}
		if found.Status != parley.PackageActive || len(products) == 0 {
			return PackageQuotes{}, unknownPackage(parley.Errorf(parley.CodeNotFound, ""), request.PackageID)
		}
		if mixed := inSeveralCurrencies(products); mixed != "" {
			return PackageQuotes{}, parley.Errorf(parley.CodeValidation,
				"The package %q has products in several currencies, and is not quoted as a whole: %s. Ask for a quote of each with POST /api/v1/quotes.",
				found.ID, mixed)
		}
		for _, product := range products {
			if err := checkAudience(audience, product); err != nil {
				return PackageQuotes{}, err
			}
		}
		quotes := PackageQuotes{Package: found}
		var problems parley.Problems
		for _, ask := range request.shared(found, products) {
			quote, err := w.quotePart(ctx, ask)
			var refused *parley.Error
			switch {
			case errors.As(err, &refused) && refused.Code == parley.CodeValidation && len(refused.Fields) > 0:
				for _, field := range refused.Fields {
					problems.Add(field.Path, "%s (product %s)", field.Message, ask.ProductID)
				}
			case err != nil:
				return PackageQuotes{}, err
			default:
				quotes.Quotes = append(quotes.Quotes, quote)
			}
		}
		if err := problems.Err(); err != nil {
			return PackageQuotes{}, err
		}
		return quotes, w.record(packageQuoted(quotes), "package.quote", "package", found.ID, nil, quoteIDs(quotes))
	})
}

// check reads what can be judged without the package, and puts it into form.
func (r *PackageQuoteRequest) check(today parley.Date) error {
	if err := checkMediaType(parley.MediaType(r.Each.MediaType)); err != nil {
		return err
	}
	var problems parley.Problems
	if r.Each.DealType != "" {
		checkDealType(&problems, r.Each.DealType)
	}
	checkImpressions(&problems, "impressions", r.Impressions)
	r.Each.checkRest(&problems, today)
	return problems.Err()
}

// productsForSale are the products of a package that can be had, in its order.
func (w *work) productsForSale(ctx context.Context, p parley.Package) ([]parley.Product, error) {
	ids := make([]string, len(p.Products))
	for i, part := range p.Products {
		ids[i] = part.ProductID
	}
	products, err := w.ProductsByID(ids).Get(ctx)
	return slices.DeleteFunc(products, func(p parley.Product) bool { return !forSale(p) }), err
}

// shared are the requests for the products of a package, each for its share of the volume.
func (r PackageQuoteRequest) shared(p parley.Package, products []parley.Product) []QuoteRequest {
	weights := make([]parley.BasisPoints, len(products))
	for i, product := range products {
		at := slices.IndexFunc(p.Products, func(part parley.PackageProduct) bool { return part.ProductID == product.ID })
		weights[i] = p.Products[at].Weight
	}
	requests := make([]QuoteRequest, len(products))
	for i, share := range mediakit.Split(r.Impressions, weights) {
		requests[i] = r.Each
		requests[i].ProductID, requests[i].Impressions = products[i].ID, share
		if r.Each.DealType == "" {
			requests[i].DealType = string(products[i].DealTypes[0])
		}
	}
	return requests
}

func (w *work) quotePart(ctx context.Context, request QuoteRequest) (parley.Quote, error) {
	asked, err := request.check(w.service.today(w.now))
	if err != nil {
		return parley.Quote{}, err
	}
	return w.service.quoting(ctx, request, asked)(w)
}

func quoteIDs(q PackageQuotes) map[string]any {
	ids := make([]string, len(q.Quotes))
	for i, quote := range q.Quotes {
		ids[i] = quote.ID
	}
	return map[string]any{"package_id": q.Package.ID, "quote_ids": ids}
}

func packageQuoted(q PackageQuotes) parley.Event {
	return parley.Event{Type: parley.EventPackageQuoted, Owner: q.Quotes[0].Owner, FlowID: q.Package.ID, Data: data(quoteIDs(q))}
}
