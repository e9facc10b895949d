package rest

import (
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
	actWith[productTarget](Route{
		Access: AccessOperator, Scopes: admin,
		ID: "createProduct", Tag: "Catalog", Summary: "Add a product",
		Description: "Refused with 412 when there is such a product, unless If-Match or version names the version that it has: then " +
			"it is changed." + productChanges,
		Example:  productExample,
		Failures: []int{http.StatusPreconditionFailed, http.StatusNotFound, http.StatusConflict},
	}, wire.CreateProduct, sampleWrittenProduct),
	actWith[productTarget](Route{
		Access: AccessOperator, Scopes: admin,
		ID: "putProduct", Tag: "Catalog", Summary: "Add or change a product",
		Description: "With If-None-Match: * only a product that is not there yet is added." + productChanges,
		Example:     replacedExample,
		Failures:    []int{http.StatusPreconditionFailed, http.StatusConflict},
	}, wire.PutProduct, sampleWrittenProduct),
	actWith[idChange](Route{
		Access: AccessOperator, Scopes: admin,
		ID: "changeProduct", Tag: "Catalog", Summary: "Change a product that there is",
		Description: "Takes application/merge-patch+json too." + productChanges,
		Example:     changedExample,
		Failures:    []int{http.StatusPreconditionFailed, http.StatusConflict},
	}, wire.ChangeProduct, sampleWrittenProduct),
}

var sampleWrittenProduct = seller.WrittenProduct{Product: sampleCatalogProduct}

// productTarget names a product that is added or changed, and what is taken to be there.
type productTarget struct {
	idPath
	Precondition
	IfNoneMatch string `header:"If-None-Match" maxLength:"64" doc:"* has it refused with 412 when there is such a product."`
}

func (p productTarget) expected() (seller.Expected, error) {
	expected, err := p.Precondition.expected()
	if expected.Absent = p.IfNoneMatch == "*"; err == nil && p.IfNoneMatch != "" && !expected.Absent {
		err = parley.Invalid("If-None-Match", "must be *")
	}
	return expected, err
}
