package rest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
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
	}, changing[none, PackageRequest, parley.Package, Package]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *PackageRequest, encode seller.Encode[parley.Package],
		) (seller.Answer, error) {
			p, err := body.Domain(body.PackageID)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.CreatePackage(ctx, x.call, p, encode)
		},
		render:  renderPackage,
		status:  http.StatusCreated,
		example: samplePackage,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/packages", Access: AccessOperator, Scopes: viewer,
		ID: "listPackages", Tag: "Media kit", Summary: "List packages", Description: "Drafts and archived ones too.",
	}, listing[packageFilter, parley.Package, Package]{
		plural: "packages",
		run: func(
			ctx context.Context, x *exchange, filter packageFilter, page seller.Page,
		) (seller.Listing[parley.Package], error) {
			return x.service.Packages(ctx, x.call, seller.PackageFilter{
				Status: parley.PackageStatus(filter.Status), Layer: parley.PackageLayer(filter.Layer), Page: page,
			})
		},
		render:  renderPackage,
		id:      func(p parley.Package) string { return p.ID },
		example: samplePackage,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/packages/{package_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getPackage", Tag: "Media kit", Summary: "Read a package as it is kept", Description: "Its ETag names its version.",
	}, func(ctx context.Context, x *exchange, path packagePath) (Package, error) {
		p, err := x.service.Package(ctx, x.call, path.PackageID)
		return renderPackage(x.View, p), err
	}, func(x *exchange) Package { return renderPackage(x.View, samplePackage) }),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/packages/{package_id}", Access: AccessOperator, Scopes: admin,
		ID: "replacePackage", Tag: "Media kit", Summary: "Replace a package",
		Description: "Name the version that the change was made from, in If-Match or as version, to have it refused when somebody " +
			"else was faster. status active brings an archived one back.",
		Example:  packageExample,
		Failures: []int{http.StatusConflict, http.StatusPreconditionFailed},
	}, changing[packageChange, PackageRequest, parley.Package, Package]{
		run: func(
			ctx context.Context, x *exchange, params packageChange, body *PackageRequest, encode seller.Encode[parley.Package],
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
		render:  renderPackage,
		status:  http.StatusOK,
		example: samplePackage,
	}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/packages/{package_id}", Access: AccessOperator, Scopes: admin,
		ID: "archivePackage", Tag: "Media kit", Summary: "Take a package out of the media kit",
		Description: "It stays, archived, and can be brought back. Quotes of its products stand.",
		Failures:    []int{http.StatusPreconditionFailed},
	}, changing[packageDeletion, none, parley.Package, Package]{
		run: func(
			ctx context.Context, x *exchange, params packageDeletion, _ *none, encode seller.Encode[parley.Package],
		) (seller.Answer, error) {
			expected, err := params.expectedVersion()
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.ArchivePackage(ctx, x.call, params.PackageID, expected, encode)
		},
		render:  renderPackage,
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
	}, changing[packagePath, PackageQuoteRequest, seller.PackageQuotes, PackageQuotes]{
		run: func(
			ctx context.Context, x *exchange, path packagePath, body *PackageQuoteRequest, encode seller.Encode[seller.PackageQuotes],
		) (seller.Answer, error) {
			return x.service.QuotePackage(ctx, x.call, body.Domain(path.PackageID), encode)
		},
		render:  renderPackageQuotes,
		status:  http.StatusCreated,
		example: seller.PackageQuotes{Package: samplePackage, Quotes: []parley.Quote{sampleQuote}},
	}),
}

type packageFilter struct {
	Status string `query:"status" enum:"draft,active,archived"`
	Layer  string `query:"layer" enum:"synced,curated,dynamic"`
	Paging
}

type packageChange struct {
	PackageID string `path:"package_id" maxLength:"128"`
	Precondition
}

type packageDeletion struct {
	PackageID string `path:"package_id" maxLength:"128"`
	Deletion
}

// PackageRequest is the body that makes or replaces a package: what reading it answers can be sent back.
type PackageRequest struct {
	Idempotency
	PackageID     string           `json:"package_id,omitempty" maxLength:"128" doc:"Of a new package; one is made when it is absent."`
	Version       *int64           `json:"version,omitempty" minimum:"1" doc:"The version that a replacement was made from."`
	Name          string           `json:"name" maxLength:"200"`
	Description   *string          `json:"description,omitempty" maxLength:"2000"`
	Layer         string           `json:"layer,omitempty" enum:"synced,curated,dynamic" doc:"curated when absent."`
	Status        string           `json:"status,omitempty" enum:"draft,active,archived" doc:"active when absent."`
	Products      []PackageProduct `json:"products" maxItems:"50"`
	Categories    []string         `json:"cat,omitempty" maxItems:"100" maxLength:"64" doc:"Content categories, of the taxonomy that cattax names; those of the products when empty."`
	Taxonomy      *int             `json:"cattax,omitempty" minimum:"1" maximum:"1000" doc:"AdCOM's number of it; 2 when absent."`
	AdFormats     []string         `json:"ad_formats,omitempty" maxItems:"50" maxLength:"64" doc:"Those of the products when empty."`
	DeviceTypes   []int            `json:"device_types,omitempty" maxItems:"50" doc:"AdCOM's numbers; those of the products when empty."`
	GeoTargets    []string         `json:"geo_targets,omitempty" maxItems:"500" maxLength:"64" doc:"ISO 3166-2 codes; those of the products when empty."`
	Tags          []string         `json:"tags,omitempty" maxItems:"100" maxLength:"64"`
	SeasonalLabel *string          `json:"seasonal_label,omitempty" maxLength:"64"`
	IsFeatured    bool             `json:"is_featured,omitempty"`
}

// PackageProduct is a product's part in a package.
type PackageProduct struct {
	ProductID string            `json:"product_id" maxLength:"128"`
	Weight    *contract.Decimal `json:"weight,omitempty" doc:"Of the volume, in relation to the others; above 0, at most 100, with at most four decimal places; 1 when absent."`
}

// microsPerBasisPoint is how many millionths a basis point is.
const microsPerBasisPoint = parley.MicrosPerUnit / int64(parley.OneHundredPercent)

func (b *PackageRequest) Domain(id string) (parley.Package, error) {
	p := parley.Package{
		ID: id, Name: b.Name, Layer: parley.PackageLayer(b.Layer), Status: parley.PackageStatus(b.Status), ContentCategories: b.Categories,
		AdFormats: b.AdFormats, DeviceTypes: b.DeviceTypes, GeoTargets: b.GeoTargets, Tags: b.Tags, Featured: b.IsFeatured,
	}
	if b.Description != nil {
		p.Description = *b.Description
	}
	if b.SeasonalLabel != nil {
		p.SeasonalLabel = *b.SeasonalLabel
	}
	if b.Taxonomy != nil {
		p.ContentTaxonomy = *b.Taxonomy
	}
	var problems parley.Problems
	for i, product := range b.Products {
		part := parley.PackageProduct{ProductID: product.ProductID, Weight: parley.OneHundredPercent}
		if product.Weight != nil {
			micros := product.Weight.Money.Micros
			if part.Weight = parley.BasisPoints(micros / microsPerBasisPoint); micros%microsPerBasisPoint != 0 || micros <= 0 {
				problems.Add(fmt.Sprintf("products[%d].weight", i), "must be above 0 and have at most four decimal places")
			}
		}
		p.Products = append(p.Products, part)
	}
	return p, problems.Err()
}

// Package is a package as it is kept.
type Package struct {
	PackageID     string           `json:"package_id"`
	Version       int64            `json:"version"`
	Name          string           `json:"name"`
	Description   *string          `json:"description"`
	Layer         string           `json:"layer"`
	Status        string           `json:"status"`
	Products      []PackageProduct `json:"products"`
	Categories    []string         `json:"cat"`
	Taxonomy      int              `json:"cattax"`
	AdFormats     []string         `json:"ad_formats"`
	DeviceTypes   []int            `json:"device_types"`
	GeoTargets    []string         `json:"geo_targets"`
	Tags          []string         `json:"tags"`
	SeasonalLabel *string          `json:"seasonal_label"`
	IsFeatured    bool             `json:"is_featured"`
	CreatedAt     time.Time        `json:"created_at"`
	UpdatedAt     time.Time        `json:"updated_at"`
	UpdatedBy     string           `json:"updated_by"`
}

func (p Package) Revision() int64 { return p.Version }

func renderPackage(_ wire.View, p parley.Package) Package {
	rendered := Package{
		PackageID: p.ID, Version: p.Version, Name: p.Name, Description: contract.Optional(p.Description), Layer: string(p.Layer),
		Status: string(p.Status), Products: []PackageProduct{}, Categories: contract.Listed(p.ContentCategories), Taxonomy: p.ContentTaxonomy,
		AdFormats: contract.Listed(p.AdFormats), DeviceTypes: contract.Listed(p.DeviceTypes), GeoTargets: contract.Listed(p.GeoTargets), Tags: contract.Listed(p.Tags),
		SeasonalLabel: contract.Optional(p.SeasonalLabel), IsFeatured: p.Featured, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
		UpdatedBy: p.UpdatedBy,
	}
	for _, product := range p.Products {
		rendered.Products = append(rendered.Products, PackageProduct{
			ProductID: product.ProductID,
			Weight:    &contract.Decimal{Money: parley.Money{Micros: int64(product.Weight) * microsPerBasisPoint}},
		})
	}
	return rendered
}

// PackageQuoteRequest is the body that asks for quotes of a package.
type PackageQuoteRequest struct {
	Idempotency
	Conversation
	DealType      string       `json:"deal_type,omitempty" maxLength:"64" doc:"PG, PD or PA, for every product; of each the first way that it is sold when absent."`
	Impressions   *int64       `json:"impressions,omitempty" minimum:"1" doc:"Of all products together. Required for PG."`
	FlightStart   *parley.Date `json:"flight_start,omitempty" format:"date" doc:"First day, in the publisher's time zone; today when absent."`
	FlightEnd     *parley.Date `json:"flight_end,omitempty" format:"date" doc:"Last day, included; thirty days after the first when absent."`
	BuyerIdentity *Identity    `json:"buyer_identity,omitempty"`
	AgentURL      string       `json:"agent_url,omitempty" maxLength:"2000"`
	AudiencePlan  Object       `json:"audience_plan,omitempty" doc:"Judged as that of a quote: what the product does not carry is refused with 400, and unsupported names each."`
	BuyerKeyID    string       `json:"buyer_key_id,omitempty" maxLength:"128" doc:"Of an operator's request: a key of the buyer that the quotes are for, as of a quote."`
}

func (b *PackageQuoteRequest) Domain(packageID string) seller.PackageQuoteRequest {
	request := seller.PackageQuoteRequest{
		PackageID: packageID, DealType: b.DealType, FlightStart: b.FlightStart, FlightEnd: b.FlightEnd,
		Identity: identityOf(b.BuyerIdentity), BuyerKeyID: b.BuyerKeyID,
		Carried: parley.Carried{AgentURL: b.AgentURL, AudiencePlan: []byte(b.AudiencePlan)},
	}
	if b.Impressions != nil {
		request.Impressions = *b.Impressions
	}
	return request
}

// PackageQuotes are the quotes of a package's products.
type PackageQuotes struct {
	PackageID string          `json:"package_id"`
	Name      string          `json:"name"`
	Quotes    []QuoteResponse `json:"quotes" doc:"In the order of the package's products; each as reading it alone answers it."`
}

func renderPackageQuotes(v wire.View, q seller.PackageQuotes) PackageQuotes {
	rendered := PackageQuotes{PackageID: q.Package.ID, Name: q.Package.Name, Quotes: []QuoteResponse{}}
	for _, quote := range q.Quotes {
		rendered.Quotes = append(rendered.Quotes, renderQuote(v, quote))
	}
	return rendered
}
