package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"parley"
	"parley/seller"
	"parley/wire"
)

var packageDealRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/packages/{package_id}/deals", Access: AccessBuyer,
		ID: "bookPackage", Tag: "Media kit", Summary: "Book quotes of a package",
		Description: "Turns quotes of the package's products, at most one of each, into deals: all of them or none. A quote that cannot be " +
			"booked fails the request, and the answer names it as quote_id; when its inventory is not there, with " +
			"available_impressions. Each deal meets the publisher's rules by itself: where one has to be approved, the answer is 202, " +
			"and that deal has the status proposed. A package that is no longer offered is not booked as one; its quotes stand, and " +
			"book by themselves.",
		Example: `{"quote_ids": ["qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", "qt-01k1h3v8mr0s2e4f6g8h1j3k5m7n"], ` +
			`"idempotency_key": "2a3e7a0e-5c55-4f0b-9a1c-6f5d1e0b7c92"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict, http.StatusGone},
	}, changing[packagePath, PackageBookingRequest, seller.PackageDeals, PackageDeals]{
		run: func(
			ctx context.Context, x *exchange, path packagePath, body *PackageBookingRequest, encode seller.Encode[seller.PackageDeals],
		) (seller.Answer, error) {
			return x.service.BookPackage(ctx, x.call, body.Domain(path.PackageID), encode)
		},
		render:  renderPackageDeals,
		status:  http.StatusCreated,
		other:   http.StatusAccepted,
		when:    func(d seller.PackageDeals) bool { return slices.ContainsFunc(d.Deals, awaitsApproval) },
		example: seller.PackageDeals{Package: samplePackage, Deals: []parley.Deal{sampleDeal}},
	}),
}

// PackageBookingRequest is the body that books quotes of a package.
type PackageBookingRequest struct {
	Idempotency
	Conversation
	QuoteIDs      []string  `json:"quote_ids" maxItems:"50" maxLength:"128" doc:"Of its products, one quote of each: those that quoting the package answered, or some of them."`
	BuyerIdentity *Identity `json:"buyer_identity,omitempty"`
	Notes         string    `json:"notes,omitempty" maxLength:"2000" doc:"For every deal."`
	Consent       Object    `json:"consent_context,omitempty"`
	AudiencePlan  Object    `json:"audience_plan,omitempty"`
}

func (b *PackageBookingRequest) Domain(packageID string) seller.PackageBookingRequest {
	return seller.PackageBookingRequest{
		PackageID: packageID, QuoteIDs: b.QuoteIDs, Identity: identityOf(b.BuyerIdentity), Notes: b.Notes,
		Carried: parley.Carried{ConsentContext: json.RawMessage(b.Consent), AudiencePlan: json.RawMessage(b.AudiencePlan)},
	}
}

// PackageDeals are the deals of a package's products.
type PackageDeals struct {
	PackageID string         `json:"package_id"`
	Name      string         `json:"name"`
	Deals     []DealResponse `json:"deals" doc:"In the order of quote_ids; each as reading it alone answers it."`
}

func renderPackageDeals(v wire.View, d seller.PackageDeals) PackageDeals {
	rendered := PackageDeals{PackageID: d.Package.ID, Name: d.Package.Name, Deals: []DealResponse{}}
	for _, deal := range d.Deals {
		rendered.Deals = append(rendered.Deals, renderDeal(v, deal))
	}
	return rendered
}
