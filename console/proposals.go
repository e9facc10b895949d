package console

import (
	"net/http"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) proposalRoutes() []route {
	return []route{
		get("/proposals", c.proposalList),
		get("/proposals.csv", c.proposalExport),
		get("/proposals/{id}", c.proposalPage),
	}
}

func (x *exchange) proposals() list[parley.Proposal] {
	q := x.query()
	return list[parley.Proposal]{
		what: "proposals", filters: []string{"q", "status", "product_id", "from", "to"},
		id: func(p parley.Proposal) string { return p.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Proposal], error) {
			return x.service.Proposals(x.Context(), x.call, seller.ProposalFilter{
				Status: parley.ProposalStatus(q.text("status")), ProductID: q.text("product_id"), Search: q.text("q"),
				Created: x.createdIn(q), Page: page,
			})
		},
	}
}

func (c *console) proposalList(x *exchange) error {
	q := x.query()
	rows, pager, err := x.proposals().page(q)
	if err != nil {
		return err
	}
	return x.show("proposals", http.StatusOK, page{
		Title: "Proposals", Section: "proposals", Live: []string{"proposal."},
		Data: proposalListPage{listPage[parley.Proposal]{rows, pager, q, q.filterForm()}},
	})
}

func (c *console) proposalExport(x *exchange) error {
	return x.proposals().export(x, []column[parley.Proposal]{
		{"proposal_id", func(p parley.Proposal) string { return p.ID }},
		{"status", func(p parley.Proposal) string { return string(p.Status) }},
		{"created_at", func(p parley.Proposal) string { return p.CreatedAt.Format(time.RFC3339) }},
		{"product_id", func(p parley.Proposal) string { return p.ProductID }},
		{"product", func(p parley.Proposal) string { return p.ProductName }},
		{"deal_type", func(p parley.Proposal) string { return string(p.DealType) }},
		{"proposed_cpm", func(p parley.Proposal) string {
			return parley.FormatMicros(p.ProposedCPM.Micros, p.ProposedCPM.Currency.MinorDigits())
		}},
		{"ask_cpm", func(p parley.Proposal) string {
			return parley.FormatMicros(p.Ask.FinalCPM, p.ProposedCPM.Currency.MinorDigits())
		}},
		{"currency", func(p parley.Proposal) string { return string(p.ProposedCPM.Currency) }},
		{"impressions", func(p parley.Proposal) string { return statedVolume(p.Impressions) }},
		{"flight_start", func(p parley.Proposal) string { return p.Flight.Start.String() }},
		{"flight_end", func(p parley.Proposal) string { return p.Flight.End.String() }},
		{"recommendation", func(p parley.Proposal) string { return string(p.Recommendation) }},
		{"buyer", func(p parley.Proposal) string { return p.Identity.Called() }},
		{"deal_id", func(p parley.Proposal) string { return p.DealID }},
	})
}

// proposalPage is what a proposal's page shows.
type proposalPage struct {
	Proposal    parley.Proposal
	Waterfall   *waterfall
	Buyer       buyer
	Negotiation *negotiationChart
	Story       story
}

func (c *console) proposalPage(x *exchange) error {
	id := x.PathValue("id")
	proposal, err := c.service.Proposal(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "proposal", id)
	}
	content := proposalPage{Proposal: proposal, Buyer: buyerOf(proposal.Identity, proposal.Claimed, proposal.Tier, proposal.Owner)}
	if len(proposal.Ask.Steps) > 0 {
		drawn := drawWaterfall(proposal.Ask)
		content.Waterfall = &drawn
	}
	if proposal.NegotiationID != "" {
		n, err := c.service.Negotiation(x.Context(), x.call, proposal.NegotiationID)
		if err != nil {
			return err
		}
		content.Negotiation = drawNegotiation(n)
	}
	if content.Story, err = x.story(seller.EventFilter{FlowID: id}, auditsOf("proposal", id)); err != nil {
		return err
	}
	return x.show("proposal", http.StatusOK, page{
		Title: "Proposal for " + proposal.ProductName, Section: "proposals",
		Live: []string{"proposal.", "negotiation.", "approval.", "deal."}, Data: content,
	})
}
