package console

import (
	"net/http"
	"net/url"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) quoteRoutes() []route {
	return []route{
		get("/quotes", c.quoteList),
		get("/quotes.csv", c.quoteExport),
		get("/quotes/{id}", c.quotePage),
		post(desk, "/quotes/{id}/hold", c.holdQuote).on("/quotes/{id}"),
		post(desk, "/quotes/{id}/release", c.releaseHold).on("/quotes/{id}"),
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
		Data: quoteListPage{listPage[parley.Quote]{rows, pager, q, q.filterForm()}},
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
		{"impressions", func(q parley.Quote) string { return statedVolume(q.Impressions) }},
		{"flight_start", func(q parley.Quote) string { return q.Flight.Start.String() }},
		{"flight_end", func(q parley.Quote) string { return q.Flight.End.String() }},
		{"final_cpm", func(q parley.Quote) string {
			return parley.FormatMicros(q.Price.FinalCPM, q.Price.Currency.MinorDigits())
		}},
		{"currency", func(q parley.Quote) string { return string(q.Price.Currency) }},
		{"buyer_tier", func(q parley.Quote) string { return q.Tier.String() }},
		{"buyer", func(q parley.Quote) string { return q.Identity.Called() }},
		{"deal_id", func(q parley.Quote) string { return q.DealID }},
	})
}

// quotePage is what a quote's page shows.
type quotePage struct {
	Quote     parley.Quote
	Waterfall waterfall
	Buyer     buyer
	Story     story
	Hold      *parley.Hold // the newest; nil: it was never held
	Holdable  bool         // now, by somebody who trades
	Longest   int          // hours that the desk can hold
	Form      *form
}

func (c *console) quotePage(x *exchange) error { return x.showQuote(x.refusedOr(newForm(nil))) }

func (x *exchange) showQuote(status int, f *form) error {
	id := x.PathValue("id")
	quote, err := x.service.PricingTrace(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "quote", id)
	}
	told, err := x.story(seller.EventFilter{FlowID: quote.ID}, auditsOf("quote", quote.ID))
	if err != nil {
		return err
	}
	content := quotePage{
		Quote: quote, Waterfall: drawWaterfall(quote.Price), Buyer: buyerOf(quote.Identity, quote.Claimed, quote.Tier, quote.Owner),
		Story: told, Form: f, Longest: int(x.service.Settings().DeskHolds.Time / time.Hour),
	}
	hold, err := x.service.QuoteHold(x.Context(), x.call, quote.ID)
	switch {
	case err == nil:
		content.Hold = &hold
	case !parley.Is(err, parley.CodeNotFound):
		return err
	}
	content.Holdable = quote.Status == parley.QuoteAvailable && quote.DealType.Guaranteed() && quote.Owner != "" &&
		quote.Owner != parley.OwnerPublisher && (content.Hold == nil || hold.Status != parley.HoldActive)
	return x.show("quote", status, page{
		Title: "Quote for " + quote.ProductName, Section: "quotes", Live: []string{"quote.", "hold.", "deal.", "negotiation."}, Data: content,
	})
}

func (c *console) holdQuote(x *exchange) error {
	f := newForm(x.PostForm)
	r := reader{values: x.PostForm}
	request := seller.HoldRequest{QuoteID: x.PathValue("id")}
	if hours := r.count("hours"); hours != nil {
		if *hours < 1 || *hours > mostHoldHours {
			r.problems.Add("hours", "must be a whole number of hours, from 1 on")
		}
		request.For = time.Duration(min(*hours, mostHoldHours)) * time.Hour
	}
	err := r.problems.Err()
	if err == nil {
		var answer seller.Answer
		answer, err = c.service.HoldQuote(x.Context(), x.call, request, thenGo(quoteOfHold))
		if err == nil {
			x.follow(answer, "The impressions are held for the buyer.")
			return nil
		}
	}
	return x.again(f, err, "quote", x.showQuote)
}

// mostHoldHours keeps a number of hours within what can be counted; the settings allow fewer.
const mostHoldHours = 365 * 24

func (c *console) releaseHold(x *exchange) error {
	answer, err := c.service.ReleaseHold(x.Context(), x.call, x.PathValue("id"), thenGo(quoteOfHold))
	if err != nil {
		return x.again(newForm(x.PostForm), err, "quote", x.showQuote)
	}
	x.follow(answer, "What was held is free again.")
	return nil
}

func quoteOfHold(h parley.Hold) string { return "/quotes/" + url.PathEscape(h.QuoteID) }

// missing says what is not there, in a page's words.
func missing(err error, what, id string) error {
	if parley.Is(err, parley.CodeNotFound) {
		return parley.Errorf(parley.CodeNotFound, "There is no %s %q.", what, id)
	}
	return err
}
