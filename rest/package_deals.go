package rest

import (
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var packageDealRoutes = []Route{
	act(Route{
		Access: AccessBuyer,
		ID:     "bookPackage", Tag: "Media kit", Summary: "Book quotes of a package",
		Description: "Turns quotes of the package's products, at most one of each, into deals: all of them or none. A quote that cannot be " +
			"booked fails the request, and the answer names it as quote_id; when its inventory is not there, with " +
			"available_impressions. Each deal meets the publisher's rules by itself: where one has to be approved, the answer is 202, " +
			"and that deal has the status proposed. A package that is no longer offered is not booked as one; its quotes stand, and " +
			"book by themselves.",
		Example: `{"quote_ids": ["qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", "qt-01k1h3v8mr0s2e4f6g8h1j3k5m7n"], ` +
			`"idempotency_key": "2a3e7a0e-5c55-4f0b-9a1c-6f5d1e0b7c92"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
	}, wire.BookPackage, seller.PackageDeals{Package: samplePackage, Deals: []parley.Deal{sampleDeal}}),
}
