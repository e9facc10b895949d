package wire

import (
	"context"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// CatalogFilter narrows a list of catalogs.
type CatalogFilter struct {
	InventoryType string `json:"inventory_type,omitempty" query:"inventory_type" maxLength:"64" doc:"Such as ctv."`
	DealType      string `json:"deal_type,omitempty" query:"deal_type" enum:"PG,PD,PA"`
	Status        string `json:"status,omitempty" query:"status" enum:"active,paused,retired"`
	Search        string `json:"search,omitempty" query:"search" maxLength:"200" doc:"Part of the id or the name."`
	Paging
}

// ProductRequest is the body that adds or changes a product: what reading it answers can be sent back.
type ProductRequest struct {
	Idempotency
	ProductID          string                       `json:"product_id,omitempty" maxLength:"128" doc:"1 to 128 letters, digits and . _ : -, and never another one later."`
	Version            *int64                       `json:"version,omitempty" minimum:"1" doc:"The version that the change was made from."`
	Name               Stated[string]               `json:"name,omitzero" doc:"A new product needs one."`
	Description        Stated[string]               `json:"description,omitzero"`
	InventoryType      Stated[string]               `json:"inventory_type,omitzero" doc:"Such as ctv, in lower case; a new product needs one."`
	DealTypes          Stated[[]string]             `json:"deal_types,omitzero" doc:"PG, PD and PA, or their long forms; a new product needs one."`
	BaseCPM            Stated[contract.Price]       `json:"base_cpm,omitzero" doc:"Null: no price of its own, which only a rate card can mend."`
	FloorCPM           Stated[contract.Price]       `json:"floor_cpm,omitzero" doc:"Null or 0: no floor of its own."`
	Currency           Stated[string]               `json:"currency,omitzero" doc:"ISO 4217 code; USD of a new product."`
	MinimumImpressions Stated[int64]                `json:"minimum_impressions,omitzero"`
	DailyImpressions   Stated[int64]                `json:"daily_impressions,omitzero" doc:"Capacity of a day without one of its own. Null: not declared, and then nothing is guaranteed."`
	AdFormats          Stated[[]string]             `json:"ad_formats,omitzero"`
	DeviceTypes        Stated[[]string]             `json:"device_types,omitzero"`
	GeoTargets         Stated[[]string]             `json:"geo_targets,omitzero"`
	ContentCategories  Stated[[]string]             `json:"content_categories,omitzero"`
	AudienceSegments   Stated[[]string]             `json:"audience_segments,omitzero" doc:"Ids of the IAB Tech Lab's Audience Taxonomy 1.1 that a deal can be limited to. Audience plans may ask for these, and for no others."`
	CreativeSpecs      Stated[parley.CreativeSpecs] `json:"creative_specs,omitzero" doc:"What creatives have to be; null: nothing is required."`
	Status             Stated[SaleStatus]           `json:"status,omitzero" doc:"Absent leaves it as it is, and makes a new product active; null is refused."`
}

// named is the product that the path names, where the body may name it too, or else the body alone.
func (b *ProductRequest) named(path string) (string, error) {
	switch {
	case path == "" && b.ProductID == "":
		return "", parley.Invalid("product_id", "is required")
	case path == "":
		return b.ProductID, nil
	case b.ProductID != "" && b.ProductID != path:
		return "", parley.Invalid("product_id", "is another one than the path names")
	}
	return path, nil
}

// Domain is what the flow takes.
func (b *ProductRequest) Domain() (seller.ProductWrite, error) {
	var problems parley.Problems
	var write seller.ProductWrite
	c := &write.Change
	c.Product = parley.Product{
		Name:               take(c, parley.FieldName, b.Name),
		Description:        take(c, parley.FieldDescription, b.Description),
		InventoryType:      take(c, parley.FieldInventoryType, b.InventoryType),
		Currency:           parley.Currency(take(c, parley.FieldCurrency, b.Currency)),
		MinimumImpressions: take(c, parley.FieldMinimumImpressions, b.MinimumImpressions),
		DailyImpressions:   b.DailyImpressions.Value,
		AdFormats:          take(c, parley.FieldAdFormats, b.AdFormats),
		DeviceTypes:        take(c, parley.FieldDeviceTypes, b.DeviceTypes),
		GeoTargets:         take(c, parley.FieldGeoTargets, b.GeoTargets),
		ContentCategories:  take(c, parley.FieldContentCategories, b.ContentCategories),
		AudienceSegments:   take(c, parley.FieldAudienceSegments, b.AudienceSegments),
		Status:             parley.ProductStatus(take(c, parley.FieldStatus, b.Status)),
		FloorCPM:           take(c, parley.FieldFloorCPM, b.FloorCPM).Money.Micros,
	}
	if b.Status.Given && b.Status.Value == nil {
		problems.Add("status", "must be active, paused or retired, not null: leave it out to keep the one that the product has")
	}
	take(c, parley.FieldDailyImpressions, b.DailyImpressions)
	if specs := take(c, parley.FieldCreativeSpecs, b.CreativeSpecs); b.CreativeSpecs.Value != nil {
		c.Product.CreativeSpecs = &specs
	}
	for _, name := range take(c, parley.FieldDealTypes, b.DealTypes) {
		// One that is unknown stays what it is, to be refused with the rest of what is wrong with the product.
		dealType, known := parley.ParseDealType(name)
		if !known {
			dealType = parley.DealType(name)
		}
		c.Product.DealTypes = append(c.Product.DealTypes, dealType)
	}
	take(c, parley.FieldBaseCPM, b.BaseCPM)
	if b.BaseCPM.Value != nil {
		c.Product.BaseCPM = &b.BaseCPM.Value.Money.Micros
	}
	for _, price := range []struct {
		path string
		Stated[contract.Price]
	}{{"base_cpm", b.BaseCPM}, {"floor_cpm", b.FloorCPM}} {
		switch {
		case price.Value == nil || price.Value.Money.Currency == "":
		case write.PricedIn != "" && price.Value.Money.Currency != write.PricedIn:
			problems.Add(price.path+".currency", "is another one than base_cpm has; a product has one")
		default:
			write.PricedIn = price.Value.Money.Currency
		}
	}
	return write, problems.Err()
}

// take is what a member states, nothing where it is absent or null; that it is there is noted in the change.
func take[T any](c *parley.ProductChange, field parley.ProductField, member Stated[T]) T {
	var value T
	if member.Given {
		c.Given |= field
	}
	if member.Value != nil {
		value = *member.Value
	}
	return value
}

// CatalogProduct is a product as the publisher has it.
type CatalogProduct struct {
	ProductID          string                `json:"product_id"`
	Version            int64                 `json:"version"`
	Name               string                `json:"name"`
	Description        *string               `json:"description"`
	InventoryType      string                `json:"inventory_type"`
	DealTypes          []parley.DealType     `json:"deal_types"`
	BaseCPM            *contract.Decimal     `json:"base_cpm" doc:"Null: no price of its own."`
	FloorCPM           *contract.Decimal     `json:"floor_cpm" doc:"Null: no floor of its own."`
	Currency           parley.Currency       `json:"currency"`
	MinimumImpressions int64                 `json:"minimum_impressions"`
	DailyImpressions   *int64                `json:"daily_impressions" doc:"Null: capacity is not declared."`
	AdFormats          []string              `json:"ad_formats"`
	DeviceTypes        []string              `json:"device_types"`
	GeoTargets         []string              `json:"geo_targets"`
	ContentCategories  []string              `json:"content_categories"`
	AudienceSegments   []string              `json:"audience_segments"`
	CreativeSpecs      *parley.CreativeSpecs `json:"creative_specs" doc:"What creatives have to be; null: nothing is required."`
	Status             SaleStatus            `json:"status"`
	CreatedAt          time.Time             `json:"created_at"`
	UpdatedAt          time.Time             `json:"updated_at"`
	Warnings           []string              `json:"warnings,omitempty" doc:"After a change: the packages that it takes out of the media kit."`
}

// Revision is its version, which is its entity tag.
func (p CatalogProduct) Revision() int64 { return p.Version }

// WrittenProductOf writes a catalog product after a change.
func WrittenProductOf(v View, w seller.WrittenProduct) CatalogProduct {
	rendered := CatalogProductOf(v, w.Product)
	for _, mixed := range w.MixedPackages {
		rendered.Warnings = append(rendered.Warnings, mixed.String())
	}
	return rendered
}

// CatalogProductOf writes a catalog product.
func CatalogProductOf(_ View, p parley.Product) CatalogProduct {
	rendered := CatalogProduct{
		ProductID: p.ID, Version: p.Version, Name: p.Name, Description: contract.Optional(p.Description), InventoryType: p.InventoryType,
		DealTypes: contract.Listed(p.DealTypes), Currency: p.Currency, MinimumImpressions: p.MinimumImpressions,
		DailyImpressions: p.DailyImpressions, AdFormats: contract.Listed(p.AdFormats), DeviceTypes: contract.Listed(p.DeviceTypes),
		GeoTargets: contract.Listed(p.GeoTargets), ContentCategories: contract.Listed(p.ContentCategories),
		AudienceSegments: contract.Listed(p.AudienceSegments), CreativeSpecs: p.CreativeSpecs, Status: SaleStatus(p.Status), CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
	if p.BaseCPM != nil {
		rendered.BaseCPM = contract.DecimalOf(parley.Money{Micros: *p.BaseCPM, Currency: p.Currency})
	}
	if p.FloorCPM != 0 {
		rendered.FloorCPM = contract.DecimalOf(parley.Money{Micros: p.FloorCPM, Currency: p.Currency})
	}
	return rendered
}

// What is asked of the publisher's own products.
var (
	GetCatalogProduct = Lookup[parley.Product, CatalogProduct]{(*seller.Service).CatalogProduct, CatalogProductOf}
	ListCatalog       = List[CatalogFilter, parley.Product, CatalogProduct]{
		Plural: "products", Render: CatalogProductOf, ID: func(p parley.Product) string { return p.ID },
		Find: func(ctx context.Context, x *Exchange, f CatalogFilter, page seller.Page) (seller.Listing[parley.Product], error) {
			return x.Service.CatalogProducts(ctx, x.Call, seller.ProductFilter{
				InventoryType: f.InventoryType, DealType: parley.DealType(f.DealType), Search: f.Search,
				Status: parley.ProductStatus(f.Status), Page: page,
			})
		},
	}
	CreateProduct = writeProduct("POST /api/v1/products", func(e *seller.Expected) { e.Absent = !e.Present && e.Version == nil })
	PutProduct    = writeProduct("PUT /api/v1/products/{product_id}", func(*seller.Expected) {})
	ChangeProduct = writeProduct("PATCH /api/v1/products/{product_id}", func(e *seller.Expected) { e.Present = true })
)

// writeProduct adds a product or changes it. Its lines differ in what they take to be there beside what the caller says.
func writeProduct(line string, expect func(*seller.Expected)) Act[ProductRequest, seller.WrittenProduct, CatalogProduct] {
	return Act[ProductRequest, seller.WrittenProduct, CatalogProduct]{
		Line: line, Render: WrittenProductOf, Status: Done, Else: Made, When: func(w seller.WrittenProduct) bool { return w.Created },
		Run: func(ctx context.Context, x *Exchange, id string, body *ProductRequest, encode seller.Encode[seller.WrittenProduct]) (seller.Answer, error) {
			write, err := body.Domain()
			if err == nil {
				write.Change.Product.ID, err = body.named(id)
			}
			if err == nil {
				write.Expected = x.Expected
				write.Expected.Version, err = x.MadeFrom(body.Version)
			}
			if err != nil {
				return seller.Answer{}, err
			}
			if e := write.Expected; e.Absent && (e.Present || e.Version != nil) {
				return seller.Answer{}, parley.Invalid("If-None-Match", "asks for a new product, and If-Match or version for one that there is; send one")
			}
			expect(&write.Expected)
			return x.Service.WriteProduct(ctx, x.Call, write, encode)
		},
	}
}
