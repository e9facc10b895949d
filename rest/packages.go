package rest

import (
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

const packageExample = `{"name": "Sports Premium", "description": "Live games on every screen", "is_featured": true, ` +
	`"products": [{"product_id": "ctv-sports-live", "weight": 0.7}, {"product_id": "video-web-midroll", "weight": 0.3}], ` +
	`"cat": ["IAB19"], "geo_targets": ["US"], "tags": ["sports", "live"]}`

var packageRoutes = []Route{
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "createPackage", Tag: "Media kit", Summary: "Put products together into a package",
		Description: "Buyers see it in the media kit while it is active. It has no price of its own: it costs what its products " +
			"cost the buyer, by their weights.",
		Example:  packageExample,
		Failures: []int{http.StatusConflict},
	}, wire.CreatePackage, samplePackage),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/packages", Access: AccessOperator, Scopes: viewer,
		ID: "listPackages", Tag: "Media kit", Summary: "List packages", Description: "Drafts and archived ones too.",
	}, wire.ListPackages, samplePackage),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/packages/{package_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getPackage", Tag: "Media kit", Summary: "Read a package as it is kept", Description: "Its ETag names its version.",
	}, wire.GetPackage, samplePackage),
	actWith[idChange](Route{
		Access: AccessOperator, Scopes: admin,
		ID: "replacePackage", Tag: "Media kit", Summary: "Replace a package",
		Description: "Name the version that the change was made from, in If-Match or as version, to have it refused when somebody " +
			"else was faster. status active brings an archived one back.",
		Example:  packageExample,
		Failures: []int{http.StatusConflict, http.StatusPreconditionFailed},
	}, wire.ReplacePackage, samplePackage),
	actWith[idDeletion](Route{
		Access: AccessOperator, Scopes: admin,
		ID: "archivePackage", Tag: "Media kit", Summary: "Take a package out of the media kit",
		Description: "It stays, archived, and can be brought back. Quotes of its products stand.",
		Failures:    []int{http.StatusPreconditionFailed},
	}, wire.ArchivePackage, samplePackage),
	act(Route{
		Access: AccessQuotes,
		ID:     "quotePackage", Tag: "Media kit", Summary: "Ask for quotes of a package",
		Description: "One quote for each of its products that is for sale, all of them or none. impressions are shared among them by " +
			"their weights. Each quote books by itself with POST /api/v1/deals, or several of them together with POST " +
			"/api/v1/packages/{package_id}/deals.",
		Example: `{"deal_type": "PD", "impressions": 5000000, "flight_start": "2026-08-01", "flight_end": "2026-08-31"}`,
	}, wire.QuotePackage, seller.PackageQuotes{Package: samplePackage, Quotes: []parley.Quote{sampleQuote}}),
}
