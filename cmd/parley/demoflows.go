package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"parley"
)

// demo is the walk through the three flows.
type demo struct {
	*walk
	demoCommand

	buyer, operator caller
}

// quoteToDeal walks from the catalog to an approved order. It answers what the buyer is asked for, a CPM in micros.
func (d demo) quoteToDeal() (ask int64) {
	d.chapter("Quote to deal")
	d.step("What is for sale, to anybody: with price ranges", caller{}, http.MethodGet, "/products?limit=1", nil)
	d.step("The same for a known agency: with its exact price", d.buyer, http.MethodGet, "/products/"+d.Product, nil)
	quoted := d.step("The agency asks for a price", d.buyer, http.MethodPost, "/api/v1/quotes",
		map[string]any{"product_id": d.Product, "deal_type": "PG", "impressions": d.Impressions})
	quote := quoted.text("quote_id")
	d.step("It reviews the quote", d.buyer, http.MethodGet, "/api/v1/quotes/"+quote, nil)
	d.step("The publisher looks up why this price", d.operator, http.MethodGet, "/api/v1/quotes/"+quote+"/pricing-trace", nil)
	booking := map[string]any{"quote_id": quote, "idempotency_key": "demo-" + quote}
	deal := d.step("The agency books the quote: its impressions are reserved",
		d.buyer, http.MethodPost, "/api/v1/deals", booking).text("deal_id")
	d.step("It says it again, not having heard the answer: the same one, and no second deal",
		d.buyer, http.MethodPost, "/api/v1/deals", booking)
	order := d.step("It orders what the deal is about", d.buyer, http.MethodPost, "/api/v1/orders",
		map[string]any{"deal_id": deal}).text("order_id")
	d.step("It submits the order", d.buyer, http.MethodPost, "/api/v1/orders/"+order+"/transition",
		map[string]any{"to_status": "submitted", "reason": "creatives are ready"})
	d.step("The publisher approves it", d.operator, http.MethodPost, "/api/v1/orders/"+order+"/transition",
		map[string]any{"to_status": "approved"})
	d.step("Who did what to the order", d.buyer, http.MethodGet, "/api/v1/orders/"+order+"/history", nil)
	return quoted.cpm("pricing.final_cpm")
}

// negotiate walks from an offer that is too low to a deal at a price that both can live with.
func (d demo) negotiate(ask int64) {
	d.chapter("Proposal to deal, with a negotiation")
	countered := d.step("The agency offers a tenth less than it is asked for: the seller counters",
		d.buyer, http.MethodPost, "/proposals", d.proposal("PD", ask*9/10, d.Impressions))
	proposal, standing := "/proposals/"+countered.text("proposal_id"), countered.cpm("counter_terms.proposed_price")
	round := d.step("It comes up a little: so does the seller come down", d.buyer, http.MethodPost, proposal+"/counter",
		map[string]any{"buyer_price": cents(ask*9/10 + (standing-ask*9/10)/4)})
	if d.err == nil && round.text("status") == string(parley.NegotiationActive) {
		d.step("It takes the seller's last price", d.buyer, http.MethodPost, proposal+"/counter",
			map[string]any{"buyer_price": cents(round.cpm("seller_price"))})
	}
	d.step("All the rounds, as both have seen them", d.buyer, http.MethodGet, proposal+"/negotiation", nil)
	d.step("The agency makes a deal of it, at that price", d.buyer, http.MethodPost, "/deals",
		map[string]any{"proposal_id": countered.text("proposal_id")})
}

// approve walks through a deal that a person has to decide.
func (d demo) approve(ask int64) {
	d.chapter("Proposal to deal, with a person in between")
	volume := 2 * d.Impressions
	rule := d.step("The publisher wants to see large deals over this product before they are made", d.operator, http.MethodPost,
		"/api/v1/approval-rules", map[string]any{
			"name": "Demo: large deals", "gate": parley.GateProposalDecision, "role": parley.ScopeApprover, "timeout": "24h",
			"condition": fmt.Sprintf("product_id == '%s' && impressions >= %d", d.Product, volume),
		}).text("rule_id")
	if d.err != nil {
		return
	}
	rulePath := "/api/v1/approval-rules/" + rule
	defer d.remove(rulePath)
	held := d.step("The agency proposes one, at the price it is asked for: nothing is committed yet",
		d.buyer, http.MethodPost, "/proposals", d.proposal("PG", ask, volume))
	proposal, approval := held.text("proposal_id"), held.text("approval_id")
	d.step("The publisher's inbox", d.operator, http.MethodGet, "/approvals", nil)
	d.step("A person decides", d.operator, http.MethodPost, "/approvals/"+approval+"/decide",
		map[string]any{"decision": "approve", "reason": "the season is far from sold"})
	d.step("The decision is carried out: inventory, product and dates are looked at again, and it happens once",
		d.operator, http.MethodPost, "/approvals/"+approval+"/resume", nil)
	d.step("The agency makes a deal of it", d.buyer, http.MethodPost, "/deals", map[string]any{"proposal_id": proposal})
	d.step("What happened, as the agency may read it", d.buyer, http.MethodGet, "/events?flow_id="+proposal, nil)
	d.step("The publisher takes the rule out of force again", d.operator, http.MethodDelete, rulePath, nil)
}

// remove takes a rule out of force that a walk which failed would leave behind.
func (d demo) remove(rulePath string) {
	if failed := d.err; failed != nil {
		d.err = nil
		d.step("The publisher takes the rule out of force again", d.operator, http.MethodDelete, rulePath, nil)
		d.err = failed
	}
}

// proposal offers a price for thirty days that begin in ten.
func (d demo) proposal(dealType parley.DealType, cpm, impressions int64) map[string]any {
	const lead, last = 10, 39
	today := parley.DateOf(parley.SystemClock(), parley.SystemClock().Location())
	return map[string]any{
		"product_id": d.Product, "deal_type": dealType, "price": cents(cpm), "impressions": impressions,
		"start_date": today + lead, "end_date": today + last,
	}
}

// cents writes a CPM as a number of currency units, in whole cents.
func cents(micros int64) json.Number {
	const digits = 2
	return json.Number(parley.FormatMicros(micros-micros%(parley.MicrosPerUnit/100), digits))
}
