package console

import (
	"cmp"
	"net/http"
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

	Effect *effect // what would become of its prices; nil: nothing, or it was not looked at
}

// newProduct shows the form of a product that there is not.
func (c *console) newProduct(x *exchange) error {
	return x.showProductForm(x.refusedOr(newForm(url.Values{"currency": {string(parley.USD)}, "deal_types": {"PG", "PD", "PA"}})))
}

// editProduct shows the form of a product as it is.
func (c *console) editProduct(x *exchange) error {
	if x.looking() {
		return x.draftProduct()
	}
	values, err := productNow(x)
	if err != nil {
		return err
	}
	return x.showProductForm(x.refusedOr(newForm(values)))
}

// productNow are the form's fields for a product as it is.
func productNow(x *exchange) (url.Values, error) {
	p, err := x.service.CatalogProduct(x.Context(), x.call, x.PathValue("id"))
	if err != nil {
		return nil, missing(err, "product", x.PathValue("id"))
	}
	values := url.Values{"version": {plain(p.Version)}}
	for _, fact := range productFields.Each() {
		values.Set(fact.String(), strings.ReplaceAll(p.Text(fact), "|", ", "))
	}
	values.Set(parley.FieldFloorCPM.String(), typed(p.FloorCPM, p.Currency.MinorDigits()))
	if p.BaseCPM != nil {
		values.Set(parley.FieldBaseCPM.String(), typed(*p.BaseCPM, p.Currency.MinorDigits()))
	}
	values.Del(parley.FieldDealTypes.String())
	for _, t := range p.DealTypes {
		values.Add(parley.FieldDealTypes.String(), string(t))
	}
	values.Set(parley.FieldCreativeSpecs.String(), p.Text(parley.FieldCreativeSpecs))
	values.Set(parley.FieldDescription.String(), p.Description)
	return values, nil
}

func (x *exchange) showProductForm(status int, f *form) error {
	return x.showProductFormWith(status, f, nil)
}

func (x *exchange) showProductFormWith(status int, f *form, effect *effect) error {
	content := productFormPage{ID: x.PathValue("id"), Name: "A new product", Form: f, Effect: effect}
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
	if err == nil && write.Expected.Present {
		looked, problem := x.productLooked(write.Change)
		if err = problem; err == nil && !looked {
			return x.look(x.draftProduct)
		}
	}
	if err == nil {
		var answer seller.Answer
		answer, err = c.service.WriteProduct(x.Context(), x.call, write, thenGo(func(w seller.WrittenProduct) string { return "/inventory/" + url.PathEscape(w.ID) }))
		if err == nil {
			x.follow(answer, "The product is kept. What was and what is now are in its history.")
			return nil
		}
	}
	if write.Expected.Absent && parley.Is(err, parley.CodePreconditionFailed) {
		err = parley.Invalid("product_id", "is that of a product that there is already")
	}
	return x.again(newForm(x.PostForm), err, "product", x.showProductForm)
}

// productLooked tells whether what a change of a product makes of its prices and numbers was looked at, and ticked where that is far from
// what they were. A change that moves none need not be.
func (x *exchange) productLooked(change parley.ProductChange) (bool, error) {
	if x.confirmed(x.said()) {
		return true, nil
	}
	effect, err := x.productEffect(change)
	return err == nil && len(effect.Products) == 0 && len(effect.Facts) == 0, err
}

// numbersOf are the facts of a product that are numbers.
var numbersOf = []parley.ProductField{parley.FieldBaseCPM, parley.FieldFloorCPM, parley.FieldMinimumImpressions, parley.FieldDailyImpressions}

// productEffect is what a change of a product makes of its prices and its numbers, which are far from what they were also where no price
// follows from them now.
func (x *exchange) productEffect(change parley.ProductChange) (*effect, error) {
	was, err := x.service.CatalogProduct(x.Context(), x.call, change.Product.ID)
	if err != nil {
		return nil, err
	}
	effect, err := x.effectOf(seller.PricingDraft{Product: &change}, x.said())
	if err != nil {
		return nil, err
	}
	after := change.Product
	effect.Far = effect.Far || farProduct(was, after)
	for _, field := range numbersOf {
		if before, now := shownFact(was, field), shownFact(after, field); before != now {
			effect.Facts = append(effect.Facts, fieldChange{productLabels[field], before, now})
		}
	}
	effect.Draft = markedDraft(x.said(), effect.Far)
	return effect, nil
}

// farProduct tells whether a number of a product is far from what it was, or 0 or empty where it was not. Amounts of two currencies are not
// far from each other.
func farProduct(was, after parley.Product) bool {
	none := new(int64)
	numbers := func(p parley.Product) []int64 {
		return []int64{*cmp.Or(p.BaseCPM, none), p.FloorCPM, p.MinimumImpressions, *cmp.Or(p.DailyImpressions, none)}
	}
	const amounts = 2
	before, now := numbers(was), numbers(after)
	for i := range before {
		far := farFrom(before[i], now[i]) && (i >= amounts || was.Currency == after.Currency)
		if far || before[i] > 0 && now[i] == 0 {
			return true
		}
	}
	return false
}

// draftProduct shows the form of a product with what it would make of its prices.
func (x *exchange) draftProduct() error {
	r := &reader{values: x.PostForm}
	change := parley.ProductChange{Product: r.product(), Given: productFields}
	change.Product.ID = x.PathValue("id")
	f := newForm(x.said())
	var effect *effect
	err := r.problems.Err()
	if err == nil {
		effect, err = x.productEffect(change)
	}
	if err != nil {
		return x.again(f, err, "product", x.showProductForm)
	}
	return x.showProductFormWith(http.StatusOK, f, effect)
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
