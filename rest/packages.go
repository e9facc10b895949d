package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

const packageExample = `{"name": "Sports Premium", "description": "Live games on every screen", "is_featured": true, ` +
	`"products": [{"product_id": "ctv-sports-live", "weight": 0.7}, {"product_id": "video-web-midroll", "weight": 0.3}], ` +
	`"cat": ["IAB19"], "geo_targets": ["US"], "tags": ["sports", "live"]}`

var packageRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/packages", Access: AccessOperator, Scopes: admin,
		ID: "createPackage", Tag: "Media kit", Summary: "Put products together into a package",
		Description: "Buyers see it in the media kit while it is active. It has no price of its own: it costs what its products " +
			"cost the buyer, by their weights.",
		Example:  packageExample,
		Failures: []int{http.StatusConflict},
	}, changing[none, wire.PackageRequest, parley.Package, wire.Package]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.PackageRequest, encode seller.Encode[parley.Package],
		) (seller.Answer, error) {
			p, err := body.Domain(body.PackageID)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.CreatePackage(ctx, x.call, p, encode)
		},
		render:  wire.PackageOf,
		status:  http.StatusCreated,
		example: samplePackage,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/packages", Access: AccessOperator, Scopes: viewer,
		ID: "listPackages", Tag: "Media kit", Summary: "List packages", Description: "Drafts and archived ones too.",
	}, listing[wire.PackageFilter, parley.Package, wire.Package]{
		plural: "packages",
		run: func(
			ctx context.Context, x *exchange, filter wire.PackageFilter, page seller.Page,
		) (seller.Listing[parley.Package], error) {
			return x.service.Packages(ctx, x.call, seller.PackageFilter{
				Status: parley.PackageStatus(filter.Status), Layer: parley.PackageLayer(filter.Layer), Page: page,
			})
		},
		render:  wire.PackageOf,
		id:      func(p parley.Package) string { return p.ID },
		example: samplePackage,
	}),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/packages/{package_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getPackage", Tag: "Media kit", Summary: "Read a package as it is kept", Description: "Its ETag names its version.",
	}, func(ctx context.Context, x *exchange, path packagePath) (parley.Package, error) {
		return x.service.Package(ctx, x.call, path.PackageID)
	}, wire.PackageOf, samplePackage),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/packages/{package_id}", Access: AccessOperator, Scopes: admin,
		ID: "replacePackage", Tag: "Media kit", Summary: "Replace a package",
		Description: "Name the version that the change was made from, in If-Match or as version, to have it refused when somebody " +
			"else was faster. status active brings an archived one back.",
		Example:  packageExample,
		Failures: []int{http.StatusConflict, http.StatusPreconditionFailed},
	}, changing[packageChange, wire.PackageRequest, parley.Package, wire.Package]{
		run: func(
			ctx context.Context, x *exchange, params packageChange, body *wire.PackageRequest, encode seller.Encode[parley.Package],
		) (seller.Answer, error) {
			expected, err := params.expected(body.Version)
			if err != nil {
				return seller.Answer{}, err
			}
			if body.PackageID != "" && body.PackageID != params.PackageID {
				return seller.Answer{}, parley.Invalid("package_id", "is another one than the path names")
			}
			p, err := body.Domain(params.PackageID)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.ReplacePackage(ctx, x.call, p, expected, encode)
		},
		render:  wire.PackageOf,
		status:  http.StatusOK,
		example: samplePackage,
	}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/packages/{package_id}", Access: AccessOperator, Scopes: admin,
		ID: "archivePackage", Tag: "Media kit", Summary: "Take a package out of the media kit",
		Description: "It stays, archived, and can be brought back. Quotes of its products stand.",
		Failures:    []int{http.StatusPreconditionFailed},
	}, changing[packageDeletion, none, parley.Package, wire.Package]{
		run: func(
			ctx context.Context, x *exchange, params packageDeletion, _ *none, encode seller.Encode[parley.Package],
		) (seller.Answer, error) {
			expected, err := params.expectedVersion()
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.ArchivePackage(ctx, x.call, params.PackageID, expected, encode)
		},
		render:  wire.PackageOf,
		status:  http.StatusOK,
		example: samplePackage,
	}),
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/packages/{package_id}/quotes", Access: AccessQuotes,
		ID: "quotePackage", Tag: "Media kit", Summary: "Ask for quotes of a package",
		Description: "One quote for each of its products that is for sale, all of them or none. impressions are shared among them by " +
			"their weights. Each quote books by itself with POST /api/v1/deals, or several of them together with POST " +
			"/api/v1/packages/{package_id}/deals.",
		Example: `{"deal_type": "PD", "impressions": 5000000, "flight_start": "2026-08-01", "flight_end": "2026-08-31"}`,
	}, changing[packagePath, wire.PackageQuoteRequest, seller.PackageQuotes, wire.PackageQuotes]{
		run: func(
			ctx context.Context, x *exchange, path packagePath, body *wire.PackageQuoteRequest, encode seller.Encode[seller.PackageQuotes],
		) (seller.Answer, error) {
			return x.service.QuotePackage(ctx, x.call, body.Domain(path.PackageID), encode)
		},
		render:  wire.PackageQuotesOf,
		status:  http.StatusCreated,
		example: seller.PackageQuotes{Package: samplePackage, Quotes: []parley.Quote{sampleQuote}},
	}),
}

type packageChange struct {
	PackageID string `path:"package_id" maxLength:"128"`
	Precondition
}

type packageDeletion struct {
	PackageID string `path:"package_id" maxLength:"128"`
	Deletion
}
