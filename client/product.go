package client

import (
	"context"
	"encoding/json"
	"iter"

	"parley"
)

// Product is a piece of inventory for sale, as this buyer sees it.
type Product struct {
	ProductID          string            `json:"product_id"`
	Name               string            `json:"name"`
	Description        string            `json:"description"`
	InventoryType      string            `json:"inventory_type"`
	DealTypes          []parley.DealType `json:"deal_types"`
	Currency           parley.Currency   `json:"currency"`
	Price              *Price            `json:"price"`       // for this buyer, without a volume; nil: see PriceRange, or not priced
	PriceRange         *PriceRange       `json:"price_range"` // what a caller without a key sees instead
	BuyerTier          string            `json:"buyer_tier"`
	MinimumImpressions int64             `json:"minimum_impressions"`
	AdFormats          []string          `json:"ad_formats"`
	DeviceTypes        []string          `json:"device_types"`
	GeoTargets         []string          `json:"geo_targets"`
	ContentCategories  []string          `json:"content_categories"`
	DeliveryType       string            `json:"delivery_type"`
	// AudienceSegments are the ids of the standard segments that an audience plan may limit a deal to.
	AudienceSegments []string `json:"-"`
	// CreativeSpecs are what creatives have to be; nil: nothing is required.
	CreativeSpecs *parley.CreativeSpecs `json:"-"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *Product) UnmarshalJSON(raw []byte) error {
	type wire Product
	further := struct {
		*wire
		Audience struct {
			Segments []string `json:"segment_ids"`
		} `json:"audience_targeting"`
		Ext struct {
			CreativeSpecs *parley.CreativeSpecs `json:"creative_specs"`
		} `json:"ext"`
	}{wire: (*wire)(p)}
	if err := json.Unmarshal(raw, &further); err != nil {
		return err
	}
	p.AudienceSegments, p.CreativeSpecs = further.Audience.Segments, further.Ext.CreativeSpecs
	p.Price.in(p.Currency)
	return nil
}

// PriceRange is the neighbourhood of a price.
type PriceRange struct {
	Low      Price           `json:"low"`
	High     Price           `json:"high"`
	Currency parley.Currency `json:"currency"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *PriceRange) UnmarshalJSON(raw []byte) error {
	type wire PriceRange
	if err := json.Unmarshal(raw, (*wire)(r)); err != nil {
		return err
	}
	r.Low.in(r.Currency)
	r.High.in(r.Currency)
	return nil
}

// ProductFilter narrows a list of products; empty members match all.
type ProductFilter struct {
	InventoryType string
	DealType      parley.DealType
	Search        string // part of the id or the name
	Page
}

// Products lists a page of what is for sale.
func (c *Client) Products(ctx context.Context, filter ProductFilter) (Listing[Product], error) {
	q := query{}
	q.set("inventory_type", filter.InventoryType)
	q.set("deal_type", string(filter.DealType))
	q.set("search", filter.Search)
	filter.into(q)
	return list[Product](ctx, c, "/products", "products", q)
}

// AllProducts walks everything that is for sale, page by page.
func (c *Client) AllProducts(ctx context.Context, filter ProductFilter) iter.Seq2[Product, error] {
	return each(&filter.Page, func() (Listing[Product], error) { return c.Products(ctx, filter) })
}

// Product reads one product.
func (c *Client) Product(ctx context.Context, productID string) (Product, error) {
	return get[Product](ctx, c, at("/products/", productID), nil)
}

// PriceRequest asks what a volume of a product costs.
type PriceRequest struct {
	ProductID   string          `json:"product_id"`
	Impressions int64           `json:"volume,omitempty"`
	DealType    parley.DealType `json:"deal_type,omitempty"` // empty: the first way that the product is sold
}

// PriceAnswer is a price that nothing is promised by.
type PriceAnswer struct {
	ProductID   string      `json:"product_id"`
	Impressions *int64      `json:"volume"`
	BuyerTier   string      `json:"buyer_tier"`
	Pricing     *Pricing    `json:"pricing"`     // nil without a key
	PriceRange  *PriceRange `json:"price_range"` // in its place
}

// Price asks what a volume costs, without a quote.
func (c *Client) Price(ctx context.Context, request PriceRequest) (PriceAnswer, error) {
	return post[PriceAnswer](ctx, c, "/pricing", request)
}
