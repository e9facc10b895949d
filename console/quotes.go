package console

import (
	"net/http"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) quoteRoutes() []route {
	return []route{
		get("/quotes", c.quoteList),
		get("/quotes.csv", c.quoteExport),
		get("/quotes/{id}", c.quotePage),
	}
}

// listPage is what every page of a list shows: its rows, its filters and the way through it.
type listPage[T any] struct {
	Rows   []T
	Pager  pager
	Query  query
	Filter *form
}

func (x *exchange) quotes() list[parley.Quote] {
	q := x.query()
	return list[parley.Quote]{
		what: "quotes", filters: []string{"q", "status", "product_id", "from", "to"},
		id: func(quote parley.Quote) string { return quote.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Quote], error) {
			return x.service.Quotes(x.Context(), x.call, seller.QuoteFilter{
				Status: parley.QuoteStatus(q.text("status")), ProductID: q.text("product_id"), Search: q.text("q"),
				Created: x.createdIn(q), Page: page,
			})
		},
	}
}

func (c *console) quoteList(x *exchange) error {
	q := x.query()
	rows, pager, err := x.quotes().page(q)
	if err != nil {
		return err
	}
	return x.show("quotes", http.StatusOK, page{
		Title: "Quotes", Section: "quotes", Live: []string{"quote."},
		Data: listPage[parley.Quote]{rows, pager, q, newForm(q.Values)},
	})
}

func (c *console) quoteExport(x *exchange) error {
	return x.quotes().export(x, []column[parley.Quote]{
		{"quote_id", func(q parley.Quote) string { return q.ID }},
		{"status", func(q parley.Quote) string { return string(q.Status) }},
		{"created_at", func(q parley.Quote) string { return q.CreatedAt.Format(time.RFC3339) }},
		{"expires_at", func(q parley.Quote) string { return q.ExpiresAt.Format(time.RFC3339) }},
		{"product_id", func(q parley.Quote) string { return q.ProductID }},
		{"product", func(q parley.Quote) string { return q.ProductName }},
		{"deal_type", func(q parley.Quote) string { return string(q.DealType) }},
		{"impressions", func(q parley.Quote) string { return plain(q.Impressions) }},
		{"flight_start", func(q parley.Quote) string { return q.Flight.Start.String() }},
		{"flight_end", func(q parley.Quote) string { return q.Flight.End.String() }},
		{"final_cpm", func(q parley.Quote) string {
			return parley.FormatMicros(q.Price.FinalCPM, q.Price.Currency.MinorDigits())
		}},
		{"currency", func(q parley.Quote) string { return string(q.Price.Currency) }},
		{"buyer_tier", func(q parley.Quote) string { return q.Tier.String() }},
		{"buyer", func(q parley.Quote) string { return buyerName(q.Identity) }},
		{"deal_id", func(q parley.Quote) string { return q.DealID }},
	})
}

// quotePage is what a quote's page shows.
type quotePage struct {
	Quote     parley.Quote
	Waterfall waterfall
	Buyer     buyer
	Story     story
}

func (c *console) quotePage(x *exchange) error {
	quote, err := c.service.PricingTrace(x.Context(), x.call, x.PathValue("id"))
	if err != nil {
		return missing(err, "quote", x.PathValue("id"))
	}
	told, err := x.story(seller.EventFilter{FlowID: quote.ID}, auditsOf("quote", quote.ID))
	if err != nil {
		return err
	}
	return x.show("quote", http.StatusOK, page{
		Title: "Quote for " + quote.ProductName, Section: "quotes", Live: []string{"quote.", "deal.", "negotiation."},
		Data: quotePage{quote, drawWaterfall(quote.Price), buyerOf(quote.Identity, quote.Claimed, quote.Tier, quote.Owner), told},
	})
}

// missing says what is not there, in a page's words.
func missing(err error, what, id string) error {
	if parley.Is(err, parley.CodeNotFound) {
		return parley.Errorf(parley.CodeNotFound, "There is no %s %q.", what, id)
	}
	return err
}
