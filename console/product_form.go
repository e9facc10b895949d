package console

import (
	"net/url"
	"strings"

	"parley"
	"parley/seller"
)

// productFields are the facts that the form of a product states: all but the status, which has buttons of its own.
const productFields = parley.AllProductFields &^ parley.FieldStatus

// productFormPage is the form of a new product, or of one that there is.
type productFormPage struct {
	ID   string // empty: a new one
	Name string
	Form *form
}

// newProduct shows the form of a product that there is not.
func (c *console) newProduct(x *exchange) error {
	return x.showProductForm(x.refusedOr(newForm(url.Values{"currency": {string(parley.USD)}, "deal_types": {"PG", "PD", "PA"}})))
}

// editProduct shows the form of a product as it is.
func (c *console) editProduct(x *exchange) error {
	p, err := c.service.CatalogProduct(x.Context(), x.call, x.PathValue("id"))
	if err != nil {
		return missing(err, "product", x.PathValue("id"))
	}
	values := url.Values{"version": {plain(p.Version)}}
	for _, fact := range productFields.Each() {
		values.Set(fact.String(), strings.ReplaceAll(p.Text(fact), "|", ", "))
	}
	values.Del(parley.FieldDealTypes.String())
	for _, t := range p.DealTypes {
		values.Add(parley.FieldDealTypes.String(), string(t))
	}
	values.Set(parley.FieldCreativeSpecs.String(), p.Text(parley.FieldCreativeSpecs))
	values.Set(parley.FieldDescription.String(), p.Description)
	return x.showProductForm(x.refusedOr(newForm(values)))
}

func (x *exchange) showProductForm(status int, f *form) error {
	content := productFormPage{ID: x.PathValue("id"), Name: "A new product", Form: f}
	if content.ID != "" {
		content.Name = f.Values.Get("name")
	}
	return x.show("productform", status, page{Title: content.Name, Section: "inventory", Data: content})
}

// writeProduct adds a product, or changes the one that the page is of, from the version that the form was made of.
func (c *console) writeProduct(x *exchange) error {
	r := &reader{values: x.PostForm}
	write := seller.ProductWrite{
		Change: parley.ProductChange{Product: r.product(), Given: productFields}, Expected: seller.Expected{Absent: true},
	}
	if id := x.PathValue("id"); id != "" {
		write.Change.Product.ID, write.Expected = id, seller.Expected{Present: true, Version: r.version()}
	} else {
		write.Change.Product.ID = r.text("product_id")
		write.Change.Given = parley.AllProductFields
	}
	err := r.problems.Err()
	if err == nil {
		var answer seller.Answer
		answer, err = c.service.WriteProduct(x.Context(), x.call, write, thenGo(func(w seller.WrittenProduct) string { return "/inventory/" + url.PathEscape(w.ID) }))
		if err == nil {
			x.follow(answer, "The product is kept. What was and what is now are in its history.")
			return nil
		}
	}
	return x.again(newForm(x.PostForm), err, "product", x.showProductForm)
}

// product reads what the form says of a product.
func (r *reader) product() parley.Product {
	p := parley.Product{
		Name: r.text("name"), Description: r.text("description"), InventoryType: r.text("inventory_type"), DealTypes: ticked(r, "deal_types", parley.ParseDealType),
		BaseCPM: r.micros("base_cpm"), Currency: parley.Currency(strings.ToUpper(r.text("currency"))), DailyImpressions: r.count("daily_impressions"),
		AdFormats: r.list("ad_formats"), DeviceTypes: r.list("device_types"), GeoTargets: r.list("geo_targets"),
		ContentCategories: r.list("content_categories"), AudienceSegments: r.list("audience_segments"),
	}
	if floor := r.micros("floor_cpm"); floor != nil {
		p.FloorCPM = *floor
	}
	if least := r.count("minimum_impressions"); least != nil {
		p.MinimumImpressions = *least
	}
	specs, err := parley.ParseCreativeSpecs(r.text("creative_specs"))
	if err != nil {
		r.problems.Add("creative_specs", "%s", err.Error())
	}
	p.CreativeSpecs = specs
	return p
}
