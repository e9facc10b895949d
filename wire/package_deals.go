package wire

import (
	"context"
	"encoding/json"
	"slices"

	"parley"
	"parley/seller"
	"parley/wire/document"
)

// PackageBookingRequest is the body that books quotes of a package.
type PackageBookingRequest struct {
	Idempotency
	Conversation
	QuoteIDs      []string           `json:"quote_ids" maxItems:"50" maxLength:"128" doc:"Of its products, one quote of each: those that quoting the package answered, or some of them."`
	BuyerIdentity *document.Identity `json:"buyer_identity,omitempty"`
	Notes         string             `json:"notes,omitempty" maxLength:"2000" doc:"For every deal."`
	Consent       document.Object    `json:"consent_context,omitempty"`
	AudiencePlan  document.Object    `json:"audience_plan,omitempty"`
}

// Domain is what the flow takes.
func (b *PackageBookingRequest) Domain(packageID string) seller.PackageBookingRequest {
	return seller.PackageBookingRequest{
		PackageID: packageID, QuoteIDs: b.QuoteIDs, Identity: identityOf(b.BuyerIdentity), Notes: b.Notes,
		Carried: parley.Carried{ConsentContext: json.RawMessage(b.Consent), AudiencePlan: json.RawMessage(b.AudiencePlan)},
	}
}

// PackageDealsOf writes the deals of a package.
func PackageDealsOf(v View, d seller.PackageDeals) document.PackageDeals {
	return document.PackageDeals{PackageID: d.Package.ID, Name: d.Package.Name, Deals: Each(v, d.Deals, DealOf)}
}

// BookPackage books quotes of a package together.
var BookPackage = Act[PackageBookingRequest, seller.PackageDeals, document.PackageDeals]{
	Line: "POST /api/v1/packages/{package_id}/deals", Render: PackageDealsOf, Status: Made, Else: Held,
	When: func(d seller.PackageDeals) bool { return slices.ContainsFunc(d.Deals, AwaitsApproval) },
	Run: func(ctx context.Context, x *Exchange, id string, body *PackageBookingRequest, encode seller.Encode[seller.PackageDeals]) (seller.Answer, error) {
		return x.Service.BookPackage(ctx, x.Call, body.Domain(id), encode)
	},
}
