package wire

import (
	"context"
	"fmt"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// PackageFilter narrows a list of packages.
type PackageFilter struct {
	Status string `json:"status,omitempty" query:"status" enum:"draft,active,archived"`
	Layer  string `json:"layer,omitempty" query:"layer" enum:"synced,curated,dynamic"`
	Paging
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

// Domain is what the flow takes.
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
	PackageID     string               `json:"package_id"`
	Version       int64                `json:"version"`
	Name          string               `json:"name"`
	Description   *string              `json:"description"`
	Layer         parley.PackageLayer  `json:"layer"`
	Status        parley.PackageStatus `json:"status"`
	Products      []PackageProduct     `json:"products"`
	Categories    []string             `json:"cat"`
	Taxonomy      int                  `json:"cattax"`
	AdFormats     []string             `json:"ad_formats"`
	DeviceTypes   []int                `json:"device_types"`
	GeoTargets    []string             `json:"geo_targets"`
	Tags          []string             `json:"tags"`
	SeasonalLabel *string              `json:"seasonal_label"`
	IsFeatured    bool                 `json:"is_featured"`
	CreatedAt     time.Time            `json:"created_at"`
	UpdatedAt     time.Time            `json:"updated_at"`
	UpdatedBy     string               `json:"updated_by"`
}

// Revision is its version, which is its entity tag.
func (p Package) Revision() int64 { return p.Version }

// PackageOf writes a package.
func PackageOf(_ View, p parley.Package) Package {
	rendered := Package{
		PackageID: p.ID, Version: p.Version, Name: p.Name, Description: contract.Optional(p.Description), Layer: p.Layer,
		Status: p.Status, Products: []PackageProduct{}, Categories: contract.Listed(p.ContentCategories), Taxonomy: p.ContentTaxonomy,
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

func packageQuoteRequestOf(packageID string, b *document.PackageQuoteRequest) seller.PackageQuoteRequest {
	request := seller.PackageQuoteRequest{PackageID: packageID, Impressions: b.Impressions, Each: wished(&b.Wishes)}
	request.Each.DealType, request.Each.FlightStart, request.Each.FlightEnd = string(b.DealType), b.FlightStart, b.FlightEnd
	return request
}

// PackageQuotesOf writes the quotes of a package.
func PackageQuotesOf(v View, q seller.PackageQuotes) document.PackageQuotes {
	return document.PackageQuotes{PackageID: q.Package.ID, Name: q.Package.Name, Quotes: Each(v, q.Quotes, QuoteOf)}
}

// What is asked of packages.
var (
	GetPackage   = Lookup[parley.Package, Package]{(*seller.Service).Package, PackageOf}
	ListPackages = List[PackageFilter, parley.Package, Package]{
		Plural: "packages", Render: PackageOf, ID: func(p parley.Package) string { return p.ID },
		Find: func(ctx context.Context, x *Exchange, f PackageFilter, page seller.Page) (seller.Listing[parley.Package], error) {
			return x.Service.Packages(ctx, x.Call, seller.PackageFilter{
				Status: parley.PackageStatus(f.Status), Layer: parley.PackageLayer(f.Layer), Page: page,
			})
		},
	}
	CreatePackage = act("POST /api/v1/packages", Made, PackageOf,
		func(ctx context.Context, x *Exchange, _ string, body *PackageRequest, encode seller.Encode[parley.Package]) (seller.Answer, error) {
			p, err := body.Domain(body.PackageID)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.Service.CreatePackage(ctx, x.Call, p, encode)
		})
	ReplacePackage = act("PUT /api/v1/packages/{package_id}", Done, PackageOf,
		func(ctx context.Context, x *Exchange, id string, body *PackageRequest, encode seller.Encode[parley.Package]) (seller.Answer, error) {
			expected, err := x.MadeFrom(body.Version)
			if err != nil {
				return seller.Answer{}, err
			}
			if body.PackageID != "" && body.PackageID != id {
				return seller.Answer{}, parley.Invalid("package_id", "is another one than the path names")
			}
			p, err := body.Domain(id)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.Service.ReplacePackage(ctx, x.Call, p, expected, encode)
		})
	ArchivePackage = act("DELETE /api/v1/packages/{package_id}", Done, PackageOf,
		func(ctx context.Context, x *Exchange, id string, _ *none, encode seller.Encode[parley.Package]) (seller.Answer, error) {
			return x.Service.ArchivePackage(ctx, x.Call, id, x.Expected.Version, encode)
		})
	QuotePackage = act("POST /api/v1/packages/{package_id}/quotes", Made, PackageQuotesOf,
		func(ctx context.Context, x *Exchange, id string, body *document.PackageQuoteRequest, encode seller.Encode[seller.PackageQuotes]) (seller.Answer, error) {
			return x.Service.QuotePackage(ctx, x.Call, packageQuoteRequestOf(id, body), encode)
		})
)
