package wire

import (
	"cmp"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// search reads the members that a search alone has.
func search(a *document.AvailsRequest, problems *parley.Problems, request *seller.AvailsRequest) {
	for _, required := range []struct{ name, value string }{
		{"accountid", a.AccountID}, {"advertiserbrandid", a.AdvertiserBrandID},
		{"startdate", a.ContractStart}, {"enddate", a.ContractEnd},
	} {
		if required.value == "" {
			problems.Add(required.name, "is required with productids")
		}
	}
	if a.ProductID != "" || a.ContractProductID != "" {
		problems.Add("productids", "is given together with a single product's id; send one")
	}
	if len(slices.Compact(slices.Sorted(slices.Values(a.ProductIDs)))) < len(a.ProductIDs) {
		problems.Add("productids", "must name each product once")
	}
	request.ProductIDs = a.ProductIDs
	for _, target := range a.ProductTargeting {
		if len(target.TargetValues) == 0 {
			continue
		}
		switch value := target.TargetValues[0]; target.Target {
		case contract.TargetRequestedImpressions:
			var count contract.Whole
			if err := count.UnmarshalJSON([]byte(value)); err != nil || count < 1 {
				problems.Add("producttargeting", "asks for %s, which must be a whole number above 0", contract.TargetRequestedImpressions)
				continue
			}
			request.Impressions = int64(count)
		case contract.TargetBudget:
			micros, err := parley.ParseMicros(value)
			if err != nil || micros <= 0 {
				problems.Add("producttargeting", "names a %s, which must be an amount above 0", contract.TargetBudget)
				continue
			}
			request.Budget = &parley.Money{Micros: micros, Currency: parley.Currency(a.Currency)}
		}
	}
}

// AvailsAnswer answers in the dialect of the question: about one product, or a collection for a search.
type AvailsAnswer struct {
	One        *document.AvailsResponse
	Collection *contract.AvailsCollection
}

// MarshalJSON implements json.Marshaler.
func (a AvailsAnswer) MarshalJSON() ([]byte, error) {
	if a.Collection != nil {
		return json.Marshal(a.Collection)
	}
	return json.Marshal(a.One)
}

// Schema describes both forms.
func (AvailsAnswer) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: "What is free of one product; for a search with productids, OpenDirect's collection.",
		OneOf: []*huma.Schema{
			r.Schema(reflect.TypeFor[document.AvailsResponse](), true, ""), r.Schema(reflect.TypeFor[contract.AvailsCollection](), true, ""),
		},
	}
}

// collectionOf answers a search whose instants have been read once already.
func collectionOf(body *document.AvailsRequest, found []seller.ProductAvails, asked int64) (AvailsAnswer, error) {
	search := contract.AvailsRecord{AccountID: body.AccountID}
	var err error
	if search.StartDate, err = time.Parse(time.RFC3339, body.ContractStart); err != nil {
		return AvailsAnswer{}, parley.Internal(err)
	}
	if search.EndDate, err = time.Parse(time.RFC3339, body.ContractEnd); err != nil {
		return AvailsAnswer{}, parley.Internal(err)
	}
	collection := &contract.AvailsCollection{Avails: make([]contract.AvailsRecord, len(found))}
	for i, product := range found {
		one := AvailsOf(product, asked)
		currency := cmp.Or(product.Product.Currency, parley.Currency(body.Currency), firstCurrency(found))
		collection.Avails[i] = contract.RecordOf(search, one.Avails, currency, one.AvailsStatus)
	}
	return AvailsAnswer{Collection: collection}, nil
}

// firstCurrency is that of the first product that is known, which one of a search always is.
func firstCurrency(found []seller.ProductAvails) parley.Currency {
	for _, product := range found {
		if product.Product.Currency != "" {
			return product.Product.Currency
		}
	}
	return parley.USD
}

// GetAvails tells what of products is free over a flight.
var GetAvails = Question[*document.AvailsRequest, AvailsAnswer, AvailsAnswer]{
	Find: func(ctx context.Context, x *Exchange, body *document.AvailsRequest) (AvailsAnswer, error) {
		request, err := availsRequestOf(body, x.Settings.TimeZone)
		if err != nil {
			return AvailsAnswer{}, err
		}
		found, err := x.Service.ProductAvails(ctx, x.Call, request)
		if err != nil {
			return AvailsAnswer{}, CalledSo(err, availsNames(body))
		}
		if body.Searches() {
			return collectionOf(body, found, request.Impressions)
		}
		one := AvailsOf(found[0], request.Impressions)
		if body.ContractProductID != "" && one.EstimatedCPM == nil {
			return AvailsAnswer{}, parley.Invalid("productid", "names a product with no price, which cannot be quoted")
		}
		return AvailsAnswer{One: &one}, nil
	},
	Render: asFound[AvailsAnswer],
}
