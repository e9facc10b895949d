package rest

import (
	"net/http"

	"parley/seller"
	"parley/wire"
	"parley/wire/document"
)

var mediaKitRoutes = []Route{
	read(Route{
		Method: http.MethodGet, Path: "/media-kit", Access: AccessCatalog,
		ID: "getMediaKit", Tag: "Media kit", Summary: "See everything that is packaged",
		Description: "The packages that the publisher has put together, the featured ones by themselves too. Without a key, price_range " +
			"is 20% to either side of the price; with one that names a seat, an agency or an advertiser, exact_price is that buyer's.",
	}, wire.GetMediaKit, []seller.OfferedPackage{sampleOfferedPackage}),
	list(Route{
		Method: http.MethodGet, Path: "/media-kit/packages", Access: AccessCatalog,
		ID: "listOfferedPackages", Tag: "Media kit", Summary: "List the packages on offer",
	}, wire.ListOfferedPackages, sampleOfferedPackage),
	one(Route{
		Method: http.MethodGet, Path: "/media-kit/packages/{package_id}", Access: AccessCatalog,
		ID: "getOfferedPackage", Tag: "Media kit", Summary: "Read a package on offer",
	}, wire.GetOfferedPackage, sampleOfferedPackage),
	ask(Route{
		Method: http.MethodPost, Path: "/media-kit/search", Access: AccessCatalog,
		ID: "searchMediaKit", Tag: "Media kit", Summary: "Search the packages on offer",
		Description: "By the words of query, in any case: in names, tags, ad formats, content categories and places, the names of " +
			"the products, and descriptions. A package has to have one of the words; those that have more of them come first, then " +
			"those that have them in more telling places (names before tags, formats, categories and places, those before products, " +
			"and descriptions last; a whole word before the beginning of one), then featured ones, then by name. A query without " +
			"words answers everything. Prices are the credential's, whatever buyer_tier, agency_id and advertiser_id say.",
		Example: `{"query": "sports video"}`,
	}, wire.SearchMediaKit, document.MediaKitResults{
		Results: wire.Each(sample().View, []seller.OfferedPackage{sampleOfferedPackage}, wire.OfferOf), TotalCount: 1,
	}),
}
