package tool

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
	"parley/wire/document"
)

var productTools = []Tool{
	list(Tool{
		Name: "list_products", Example: `{"inventory_type": "ctv", "limit": 20}`, Title: "List products", Keyless: true,
		Description: "List what is for sale, a page at a time. With a key, price is your price; without one, price_range is around it.",
	}, wire.ListProducts),
	question(Tool{
		Name: "search_products", Example: `{"query": "sports", "filters": {"channel": "ctv", "maxPrice": 40.00}}`, Title: "Search products", Keyless: true,
		Description: "Find products by words and filters. Every word of query has to be in a product's name, description, type or " +
			"categories. A filter that cannot be judged is named in ignored_filters; check_avails says how much is free.",
	}, searchProducts),
	question(Tool{
		Name: "get_product", Example: `{"product_id": "ctv-sports-live"}`, Needs: OneOf("product_id", "id"), Title: "Read a product", Keyless: true, Description: "Read one product with its price for you.",
	}, func(ctx context.Context, x *wire.Exchange, a *ProductArguments) (document.Product, error) {
		return wire.GetProduct.Read(ctx, x, cmp.Or(a.ProductID, a.ID))
	}),
	question(Tool{
		Name: "check_avails", Example: `{"product_ids": ["ctv-sports-live"], "flight_start": "2026-08-01", "flight_end": "2026-08-31", "impressions": 5000000}`, Title: "Check availability", Keyless: true,
		Description: "Ask what of products is free over a flight, for a volume.",
	}, func(ctx context.Context, x *wire.Exchange, a *availsArguments) (avails, error) {
		request := seller.AvailsRequest{ProductIDs: a.ProductIDs, FlightStart: a.FlightStart, FlightEnd: a.FlightEnd}
		if a.Impressions != nil {
			request.Impressions = *a.Impressions
		}
		found, err := x.Service.ProductAvails(ctx, x.Call, request)
		answer := avails{Avails: make([]document.AvailsResponse, len(found))}
		for i, one := range found {
			answer.Avails[i] = wire.AvailsOf(one, request.Impressions)
		}
		return answer, err
	}),
	question(Tool{
		Name: "get_pricing", Example: `{"product_id": "ctv-sports-live", "volume": 5000000}`, Title: "Ask what a volume costs", Keyless: true,
		Description: "Ask what a volume of a product costs. Nothing is stored, and nothing is promised: request_quote does that.",
	}, wire.GetPrice.Read),
}

// ProductArguments name a product.
type ProductArguments struct {
	ProductID string `json:"product_id,omitempty" maxLength:"128" doc:"From list_products. Required, by this name or the next."`
	ID        string `json:"id,omitempty" maxLength:"128" doc:"The same as product_id."`
}

type availsArguments struct {
	ProductIDs  []string     `json:"product_ids" minItems:"1" maxItems:"100" maxLength:"128" doc:"From list_products."`
	FlightStart *parley.Date `json:"flight_start,omitempty" format:"date" doc:"First day; today when absent."`
	FlightEnd   *parley.Date `json:"flight_end,omitempty" format:"date" doc:"Last day, included; thirty days after the first when absent."`
	Impressions *int64       `json:"impressions,omitempty" minimum:"1"`
}

// avails is what of several products is free, in the order asked.
type avails struct {
	Avails []document.AvailsResponse `json:"avails"`
}

// searchArguments are words, and filters by the names that buyers' agents use.
type searchArguments struct {
	Query   string         `json:"query,omitempty" maxLength:"200"`
	Filters *SearchFilters `json:"filters,omitempty"`
	Limit   int            `json:"limit,omitempty" minimum:"1" maximum:"200" doc:"Of rows; 50 when absent."`
}

// SearchFilters narrow a search.
type SearchFilters struct {
	Channel        string          `json:"channel,omitempty" maxLength:"64" doc:"The inventory type, such as ctv."`
	MaxPrice       *contract.Price `json:"maxPrice,omitempty" doc:"The highest CPM, in the product's currency."`
	MinImpressions *int64          `json:"minImpressions,omitempty" minimum:"1" doc:"Cannot be judged without a flight: check_avails does."`
	Targeting      []string        `json:"targeting,omitempty" maxItems:"50" maxLength:"128" doc:"Countries, devices or content categories, each of which the product has to have."`
	Publisher      string          `json:"publisher,omitempty" maxLength:"200" doc:"This seller's id or name; of any other there is nothing."`
}

// foundProducts are the products that a search found.
type foundProducts struct {
	Products       []document.Product `json:"products"`
	Count          int                `json:"count"`
	TotalCount     int                `json:"total_count" doc:"Of those found; not more than the limit are shown."`
	IgnoredFilters []string           `json:"ignored_filters" doc:"Filters that could not be judged."`
}

func searchProducts(ctx context.Context, x *wire.Exchange, a *searchArguments) (foundProducts, error) {
	found := foundProducts{Products: []document.Product{}}
	limit := cmp.Or(a.Limit, wire.DefaultLimit)
	var err error
	found.IgnoredFilters, err = Search(ctx, x, a.Query, a.Filters, func(_ seller.PricedProduct, shown document.Product) {
		found.TotalCount++
		if len(found.Products) < limit {
			found.Products = append(found.Products, shown)
		}
	})
	found.Count = len(found.Products)
	return found, err
}

// Search finds the products that words and filters leave, and names the filters that it cannot judge.
func Search(ctx context.Context, x *wire.Exchange, query string, given *SearchFilters, found func(seller.PricedProduct, document.Product)) (ignored []string, err error) {
	const rows = 500 // of one reading
	ignored = []string{}
	filters := SearchFilters{}
	if given != nil {
		filters = *given
	}
	if filters.MinImpressions != nil {
		ignored = append(ignored, "minImpressions")
	}
	if p := filters.Publisher; p != "" && !slices.Contains([]string{parley.AlikeName(x.Settings.SellerID), parley.AlikeName(x.Settings.SellerName)}, parley.AlikeName(p)) {
		return ignored, nil
	}
	page := seller.Page{Limit: rows}
	for {
		listed, err := x.Service.Products(ctx, x.Call, seller.ProductFilter{InventoryType: filters.Channel, Page: page})
		if err != nil {
			return ignored, err
		}
		for _, p := range listed.Items {
			if !hasWords(p.Product, query) || !targets(p.Product, filters.Targeting) {
				continue
			}
			if shown := wire.ProductOf(x.View, p); within(shown, filters.MaxPrice) {
				found(p, shown)
			}
		}
		if len(listed.Items) < rows {
			return ignored, nil
		}
		page.After = listed.Items[len(listed.Items)-1].Product.ID
	}
}

func hasWords(p parley.Product, query string) bool {
	text := parley.Searched(strings.Join(append([]string{p.ID, p.Name, p.Description, p.InventoryType}, slices.Concat(
		p.ContentCategories, p.AdFormats, p.GeoTargets, p.DeviceTypes)...), " "))
	for word := range strings.FieldsSeq(parley.Searched(query)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func targets(p parley.Product, wanted []string) bool {
	has := slices.Concat(p.GeoTargets, p.DeviceTypes, p.ContentCategories)
	for _, want := range wanted {
		if !slices.ContainsFunc(has, func(one string) bool { return strings.EqualFold(one, want) }) {
			return false
		}
	}
	return true
}

// within tells whether a product can be had at a price, as far as the caller may see its own: of a range, at its lower end. A
// product without a price, or in another currency, cannot.
func within(p document.Product, limit *contract.Price) bool {
	if limit == nil {
		return true
	}
	price := p.Price
	if p.PriceRange != nil {
		price = p.PriceRange.Low
	}
	return price != nil && price.Money.Micros <= limit.Money.Micros &&
		(limit.Money.Currency == "" || limit.Money.Currency == p.Currency)
}
