package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

const (
	productFacts = `"name": "Live Sports CTV", "inventory_type": "ctv", "deal_types": ["PG", "PD"], "base_cpm": 35.00, ` +
		`"floor_cpm": 20.00, "currency": "USD", "minimum_impressions": 100000, "daily_impressions": 1500000, "status": "active"}`
	productExample  = `{"product_id": "ctv-sports-late", ` + productFacts
	replacedExample = `{` + productFacts
	changedExample  = `{"status": "paused", "daily_impressions": null}`
)

const productChanges = " What is absent stays as it is; null clears, to USD as currency and active as status. status paused takes " +
	"the product off sale for now, retired for good, and active brings it back; its running deals keep on. Name the version that " +
	"the change was made from, in If-Match or as version, to have it refused when somebody else was faster."

var catalogRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/products", Access: AccessOperator, Scopes: viewer,
		ID: "listCatalog", Tag: "Catalog", Summary: "List the publisher's products",
		Description: "With floors and capacities, and those that are not for sale.",
	}, wire.ListCatalog, sampleCatalogProduct),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/products/{product_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getCatalogProduct", Tag: "Catalog", Summary: "Read a product as the publisher has it",
		Description: "Its ETag names its version.",
	}, wire.GetCatalogProduct, sampleCatalogProduct),
	writeProduct(Route{
		Method: http.MethodPost, Path: "/api/v1/products", Access: AccessOperator, Scopes: admin,
		ID: "createProduct", Tag: "Catalog", Summary: "Add a product",
		Description: "Refused with 412 when there is such a product, unless If-Match or version names the version that it has: then " +
			"it is changed." + productChanges,
		Example:  productExample,
		Failures: []int{http.StatusPreconditionFailed, http.StatusNotFound, http.StatusConflict},
	}, func(p ProductPreconditions, body *wire.ProductRequest) (seller.Expected, error) {
		expected, err := p.expectedProduct(body.Version)
		expected.Absent = !expected.Present && expected.Version == nil
		return expected, err
	}, func(_ ProductPreconditions, body *wire.ProductRequest) (string, error) {
		if body.ProductID == "" {
			return "", parley.Invalid("product_id", "is required")
		}
		return body.ProductID, nil
	}),
	writeProduct(Route{
		Method: http.MethodPut, Path: "/api/v1/products/{product_id}", Access: AccessOperator, Scopes: admin,
		ID: "putProduct", Tag: "Catalog", Summary: "Add or change a product",
		Description: "With If-None-Match: * only a product that is not there yet is added." + productChanges,
		Example:     replacedExample,
		Failures:    []int{http.StatusPreconditionFailed, http.StatusConflict},
	}, func(p productPut, body *wire.ProductRequest) (seller.Expected, error) {
		return p.expectedProduct(body.Version)
	}, func(p productPut, body *wire.ProductRequest) (string, error) { return body.IDIn(p.ProductID) }),
	writeProduct(Route{
		Method: http.MethodPatch, Path: "/api/v1/products/{product_id}", Access: AccessOperator, Scopes: admin,
		ID: "changeProduct", Tag: "Catalog", Summary: "Change a product that there is",
		Description: "Takes application/merge-patch+json too." + productChanges,
		Example:     changedExample,
		Failures:    []int{http.StatusPreconditionFailed, http.StatusConflict},
	}, func(p productPatch, body *wire.ProductRequest) (seller.Expected, error) {
		version, err := p.expected(body.Version)
		return seller.Expected{Present: true, Version: version}, err
	}, func(p productPatch, body *wire.ProductRequest) (string, error) { return body.IDIn(p.ProductID) }),
}

// writeProduct makes a route that writes a product. Such routes differ in what they expect to be there, and in where they name the
// product.
func writeProduct[P any](
	route Route, expected func(P, *wire.ProductRequest) (seller.Expected, error), id func(P, *wire.ProductRequest) (string, error),
) Route {
	return actWith(route, wire.Act[wire.ProductRequest, seller.WrittenProduct, wire.CatalogProduct]{
		Render: wire.WrittenProductOf, Status: wire.Done, Else: wire.Made, When: func(w seller.WrittenProduct) bool { return w.Created },
	}, seller.WrittenProduct{Product: sampleCatalogProduct},
		func(ctx context.Context, x *exchange, params P, body *wire.ProductRequest, encode seller.Encode[seller.WrittenProduct]) (seller.Answer, error) {
			write, err := body.Domain()
			if err == nil {
				write.Change.Product.ID, err = id(params, body)
			}
			if err == nil {
				write.Expected, err = expected(params, body)
			}
			if err != nil {
				return seller.Answer{}, err
			}
			return x.Service.WriteProduct(ctx, x.Call, write, encode)
		})
}

// ProductPreconditions are embedded in the parameters of operations that add a product or change it.
type ProductPreconditions struct {
	Precondition
	IfNoneMatch string `header:"If-None-Match" maxLength:"64" doc:"* has it refused with 412 when there is such a product."`
}

type productPut struct {
	ProductID string `path:"product_id" maxLength:"128"`
	ProductPreconditions
}

type productPatch struct {
	ProductID string `path:"product_id" maxLength:"128"`
	Precondition
}

// expectedProduct is what there must be for a write, by its headers or the version in its body.
func (p ProductPreconditions) expectedProduct(inBody *int64) (seller.Expected, error) {
	version, err := p.expected(inBody)
	expected := seller.Expected{Present: p.IfMatch == "*", Version: version, Absent: p.IfNoneMatch == "*"}
	switch {
	case err != nil:
		return expected, err
	case p.IfNoneMatch != "" && !expected.Absent:
		return expected, parley.Invalid("If-None-Match", "must be *")
	case expected.Absent && (expected.Present || version != nil):
		return expected, parley.Invalid("If-None-Match", "asks for a new product, and If-Match or version for one that there is; send one")
	}
	return expected, nil
}
