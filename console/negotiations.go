package console

import (
	"net/http"
	"net/url"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) negotiationRoutes() []route {
	return []route{
		get("/negotiations", c.negotiationList),
		get("/negotiations.csv", c.negotiationExport),
		get("/negotiations/{id}", c.negotiationPage),
		post(approvers, "/negotiations/{id}/pause", c.pauseAgent).on("/negotiations/{id}"),
		post(approvers, "/negotiations/{id}/hand-back", c.handBack).on("/negotiations/{id}"),
		post(approvers, "/negotiations/{id}/answer", c.answerByHand).on("/negotiations/{id}"),
	}
}

func (x *exchange) negotiations() list[parley.Negotiation] {
	q := x.query()
	return list[parley.Negotiation]{
		what: "negotiations", filters: []string{"status", "product_id"},
		id: func(n parley.Negotiation) string { return n.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Negotiation], error) {
			status := parley.NegotiationStatus(q.text("status"))
			last, held := status == lastRound, status == answeredByPerson
			if last || held {
				status = parley.NegotiationActive
			}
			return x.service.Negotiations(x.Context(), x.call, seller.NegotiationFilter{
				Status: status, LastRound: last, ByHand: held, ProductID: q.text("product_id"), Page: page,
			})
		},
	}
}

// lastRound and answeredByPerson are the statuses, of the list alone, of active negotiations in their last round, and that a person answers.
const (
	lastRound        = "last_round"
	answeredByPerson = "by_hand"
)

func (c *console) negotiationList(x *exchange) error {
	q := x.query()
	rows, pager, err := x.negotiations().page(q)
	if err != nil {
		return err
	}
	products := map[string]bool{}
	for _, n := range rows {
		products[n.ProductID] = true
	}
	names, err := c.service.ProductNames(x.Context(), x.call, products)
	if err != nil {
		return err
	}
	return x.show("negotiations", http.StatusOK, page{
		Title: "Negotiations", Section: "negotiations", Live: []string{"negotiation."},
		Data: negotiationListPage{listPage[parley.Negotiation]{rows, pager, q, q.filterForm()}, names},
	})
}

func (c *console) negotiationExport(x *exchange) error {
	price := func(micros int64, n parley.Negotiation) string {
		return parley.FormatMicros(micros, n.Currency.MinorDigits())
	}
	return x.negotiations().export(x, []column[parley.Negotiation]{
		{"negotiation_id", func(n parley.Negotiation) string { return n.ID }},
		{"status", func(n parley.Negotiation) string { return string(n.Status) }},
		{"proposal_id", func(n parley.Negotiation) string { return n.ProposalID }},
		{"quote_id", func(n parley.Negotiation) string { return n.QuoteID }},
		{"product_id", func(n parley.Negotiation) string { return n.ProductID }},
		{"buyer_tier", func(n parley.Negotiation) string { return n.Tier.String() }},
		{"rounds", func(n parley.Negotiation) string { return plain(int64(len(n.Rounds))) }},
		{"ask_cpm", func(n parley.Negotiation) string { return price(n.BaseCPM, n) }},
		{"standing_cpm", func(n parley.Negotiation) string { return price(n.StandingCPM(), n) }},
		{"agreed_cpm", func(n parley.Negotiation) string {
			if n.AgreedCPM == nil {
				return ""
			}
			return price(*n.AgreedCPM, n)
		}},
		{"currency", func(n parley.Negotiation) string { return string(n.Currency) }},
		{"started_at", func(n parley.Negotiation) string { return n.StartedAt.Format(time.RFC3339) }},
	})
}

// negotiationPage is what a negotiation's page shows.
type negotiationPage struct {
	Negotiation parley.Negotiation
	Product     string
	Chart       *negotiationChart
	Buyer       buyer
	Remaining   int
	Hand        handForm
	Story       story
}

// showNegotiation shows a negotiation with the form of an answer to it; without one, with a form that suggests our last price.
func (x *exchange) showNegotiation(status int, f *form) error {
	id := x.PathValue("id")
	n, err := x.service.Negotiation(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "negotiation", id)
	}
	told, err := x.story(seller.EventFilter{NegotiationID: id}, auditsOf("negotiation", id))
	if err != nil {
		return err
	}
	product, with, err := x.parties(n)
	if err != nil {
		return err
	}
	if f == nil {
		f = newForm(url.Values{"price": {typed(n.StandingCPM(), n.Currency.MinorDigits())}})
	}
	hand, err := x.handOf(n, f)
	if err != nil {
		return err
	}
	return x.show("negotiation", status, page{
		Title: "Negotiation over " + product, Section: "negotiations", Live: []string{"negotiation.", "approval."},
		Data: negotiationPage{
			Negotiation: n, Product: product, Chart: drawNegotiation(n), Buyer: with,
			Remaining: max(n.Limits.MaxRounds-len(n.Rounds), 0), Hand: hand, Story: told,
		},
	})
}

// parties are the name of what is negotiated over and the buyer, as what the negotiation was opened on names them. Without
// that, their ids stand for them.
func (x *exchange) parties(n parley.Negotiation) (product string, with buyer, err error) {
	product, with = n.ProductID, buyer{Name: parley.OwnerName(n.Owner), Tier: n.Tier, Owner: n.Owner}
	if n.ProposalID != "" {
		var proposal parley.Proposal
		if proposal, err = x.service.Proposal(x.Context(), x.call, n.ProposalID); err == nil {
			product, with = proposal.ProductName, buyerOf(proposal.Identity, proposal.Claimed, n.Tier, n.Owner)
		}
	} else {
		var quote parley.Quote
		if quote, err = x.service.PricingTrace(x.Context(), x.call, n.QuoteID); err == nil {
			product, with = quote.ProductName, buyerOf(quote.Identity, quote.Claimed, n.Tier, n.Owner)
		}
	}
	if parley.Is(err, parley.CodeNotFound) { // an old quote is removed at some time
		err = nil
	}
	return product, with, err
}
