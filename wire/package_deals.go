package wire

import (
	"context"
	"encoding/json"
	"slices"

	"parley"
	"parley/seller"
	"parley/wire/document"
)

// PackageDealsOf writes the deals of a package.
func PackageDealsOf(v View, d seller.PackageDeals) document.PackageDeals {
	return document.PackageDeals{PackageID: d.Package.ID, Name: d.Package.Name, Deals: Each(v, d.Deals, DealOf)}
}

// BookPackage books quotes of a package together.
var BookPackage = Act[document.PackageBookingRequest, seller.PackageDeals, document.PackageDeals]{
	Line: "POST /api/v1/packages/{package_id}/deals", Render: PackageDealsOf, Status: Made, Else: Held,
	When: func(d seller.PackageDeals) bool { return slices.ContainsFunc(d.Deals, AwaitsApproval) },
	Run: func(ctx context.Context, x *Exchange, id string, body *document.PackageBookingRequest, encode seller.Encode[seller.PackageDeals]) (seller.Answer, error) {
		return x.Service.BookPackage(ctx, x.Call, seller.PackageBookingRequest{
			PackageID: id, QuoteIDs: body.QuoteIDs, Identity: identityOf(body.BuyerIdentity), Notes: body.Notes,
			Carried: parley.Carried{ConsentContext: json.RawMessage(body.Consent), AudiencePlan: json.RawMessage(body.AudiencePlan)},
		}, encode)
	},
}
