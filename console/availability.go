package console

import (
	"errors"
	"net/url"
	"slices"

	"parley"
	"parley/seller"
)

func (c *console) availabilityRoutes() []route {
	return []route{
		get("/availability", c.availability),
		post(desk, "/availability/quote", c.quoteForBuyer).on("/availability"),
	}
}

// availabilityPage is the question of who has the days of a product, its answer, and a quote for a buyer on the same terms.
type availabilityPage struct {
	Form     *form
	Products []string // choices
	Buyers   []string // choices: keys
	Answer   *seller.Availability
	Chart    *availsChart
	More     bool // deals than are shown
	Past     bool // the days begin before today: nothing is quoted for them
}

// availability is asked by address, so that it can be shared, and begun from a deal that is to be copied or renewed.
func (c *console) availability(x *exchange) error {
	return x.showAvailability(x.refusedOr(newForm(x.query().Values)))
}

func (x *exchange) showAvailability(status int, f *form) error {
	content := availabilityPage{Form: f, Products: []string{"=Choose a product"}}
	listing, err := x.service.Products(x.Context(), x.call, seller.ProductFilter{Page: seller.Page{Limit: exportRows}})
	if err != nil {
		return err
	}
	for _, p := range listing.Items {
		content.Products = append(content.Products, p.Product.ID+"="+p.Product.Name)
	}
	if content.Buyers, err = x.buyersToQuote(f); err != nil {
		return err
	}
	if f.Values.Get("product_id") != "" {
		if status, err = x.askAvailability(status, &content); err != nil {
			return err
		}
	}
	return x.show("availability", status, page{
		Title: "Availability", Section: "availability", Live: []string{"deal.", "hold.", "capacity."}, Data: content,
	})
}

// askAvailability fills in the answer. A refusal of the question is the form's, unless it has another one to show.
func (x *exchange) askAvailability(status int, content *availabilityPage) (int, error) {
	f := content.Form
	if f.Values.Get("flight_start") == "" {
		f.Values.Set("flight_start", x.today().String())
	}
	if f.Values.Get("flight_end") == "" {
		f.Values.Set("flight_end", (x.today() + overviewDays - 1).String())
	}
	r := reader{values: f.Values}
	request := seller.AvailabilityRequest{
		ProductID: r.text("product_id"), Impressions: r.sought("impressions"),
		Range: parley.Flight{Start: r.needDate("flight_start"), End: r.needDate("flight_end")},
	}
	err := r.problems.Err()
	if err == nil {
		var found seller.Availability
		if found, err = x.service.Availability(x.Context(), x.call, request); err == nil {
			content.Answer, content.Chart = &found, drawAvails(found.Avails, request.Impressions, false)
			content.More, content.Past = len(found.Deals) == seller.MostTakers, request.Range.Start < x.today()
			return status, nil
		}
	}
	if f.Message != "" {
		return status, nil
	}
	if told, ok := errors.AsType[*parley.Error](err); ok {
		for i := range told.Fields {
			if told.Fields[i].Path == "end_date" { // as the flow calls it
				told.Fields[i].Path = "flight_end"
			}
		}
	}
	status, ok := f.refused(x, err)
	if !ok {
		return 0, missing(err, "product", request.ProductID)
	}
	return status, nil
}

// mostBuyers is how many buyers' keys a quote can be addressed to by a list.
const mostBuyers = 500

// buyersToQuote are the keys of buyers that a quote can be for. Where the form names an account instead, such as that of a deal which
// is renewed, the newest key of that is chosen.
func (x *exchange) buyersToQuote(f *form) ([]string, error) {
	keys, err := x.service.Keys(x.Context(), x.call, seller.KeyFilter{
		Role: parley.RoleBuyer, Page: seller.Page{Limit: mostBuyers, Newest: true},
	})
	if parley.Is(err, parley.CodeForbidden) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	choices := []string{"=Choose a buyer"}
	for _, key := range slices.DeleteFunc(keys.Items, func(key parley.Key) bool { return !key.Live(x.clock()) }) {
		choices = append(choices, key.ID+"="+key.Label)
		owner := key.Principal("").Owner()
		if f.Values.Get("buyer_key_id") == "" && owner != "" && f.Values.Get("account") == owner {
			f.Values.Set("buyer_key_id", key.ID)
		}
	}
	return choices, nil
}

// quoteForBuyer makes a quote for the buyer of a key, who can read and book it: at what the price list asks, or an offer at a price that
// was typed and looked at.
func (c *console) quoteForBuyer(x *exchange) error {
	f := newForm(x.PostForm)
	r := reader{values: x.PostForm, currency: func() parley.Currency {
		product, err := c.service.CatalogProduct(x.Context(), x.call, x.PostForm.Get("product_id"))
		if err != nil { // which is told of what is done with it
			return ""
		}
		return product.Currency
	}}
	request := seller.QuoteRequest{
		ProductID: r.text("product_id"), DealType: r.text("deal_type"), Impressions: r.sought("impressions"),
		FlightStart: r.date("flight_start"), FlightEnd: r.date("flight_end"), BuyerKeyID: r.text("buyer_key_id"),
	}
	if request.BuyerKeyID == "" {
		r.problems.Add("buyer_key_id", "is required: a quote is for somebody")
	}
	if price := r.price("offer_cpm"); price != nil {
		request.OfferCPM = &parley.Money{Micros: *price}
	}
	err := r.problems.Err()
	if err == nil && request.OfferCPM != nil {
		var quote parley.Quote
		if quote, err = c.service.PreviewQuote(x.Context(), x.call, request); err == nil {
			if looked, err := x.reviewed("availability", offerReview(quote)); err != nil || !looked {
				return err
			}
		}
	}
	if err == nil {
		var answer seller.Answer
		answer, err = c.service.RequestQuote(x.Context(), x.call, request, thenGo(func(q parley.Quote) string {
			return "/quotes/" + url.PathEscape(q.ID)
		}))
		if err == nil {
			x.follow(answer, "The quote is the buyer's to book.")
			return nil
		}
	}
	return x.again(f, err, "product", x.showAvailability)
}

// offerReview says what an offer comes to before it is made.
func offerReview(q parley.Quote) review {
	ask := q.Price.Asked()
	r := review{
		Title: "Offer to " + q.Identity.Called(), Do: "Offer " + onPages.Price(q.Price.FinalCPM, ask, q.Impressions, q.Price.Currency),
		Back: root + "/availability?" + termsAsked(q.ProductID, q.DealType, q.Flight, q.Impressions).Encode(),
	}
	r.Lines = []string{r.Do, q.ProductName + ", " + string(q.DealType) + ", " + flight(q.Flight)}
	if q.Impressions > 0 {
		r.Lines = append(r.Lines, count(q.Impressions)+" impressions")
	}
	if farFrom(q.Price.FinalCPM, ask) {
		r.Sure = "Yes, " + money(q.Price.FinalCPM, q.Price.Currency) + ", where the ask is " + money(ask, q.Price.Currency)
	}
	return r
}

// dealAgain has the terms of a deal in the address of a quote for its buyer: copied as they are, or for the days after it.
func dealAgain(deal parley.Deal, after bool) string {
	flight := deal.Flight
	if after {
		flight = parley.Flight{Start: flight.End + 1, End: flight.End + parley.Date(flight.Days())}
	}
	terms := termsAsked(deal.ProductID, deal.DealType, flight, deal.Impressions)
	terms.Set("account", deal.Owner)
	return root + "/availability?" + terms.Encode()
}

// termsAsked are the page's fields for some terms.
func termsAsked(productID string, dealType parley.DealType, flight parley.Flight, impressions int64) url.Values {
	terms := url.Values{
		"product_id": {productID}, "deal_type": {string(dealType)}, "flight_start": {flight.Start.String()}, "flight_end": {flight.End.String()},
	}
	if impressions > 0 {
		terms.Set("impressions", plain(impressions))
	}
	return terms
}
