package rest_test

import (
	"fmt"
	"testing"

	"parley"
	"parley/internal/racedetector"
)

// pushing is a buyer on one way to a deal. push goes as far as the seller lets it, picks up what was approved meanwhile,
// and ends with an attempt to book, whose answer it answers.
type pushing struct {
	*shop
	push func(p *pushing) reply

	proposal, quote, negotiation, pack string
	price                              string // the seller's last
}

// The volume is worth more than the limit of the rules at any price above the floor.
const pushedImpressions = 1_000_000

// waysToADeal are all ways that the API has.
var waysToADeal = map[string]func(p *pushing) reply{
	"a proposal": func(p *pushing) reply {
		if p.proposal == "" {
			p.proposal = p.propose(p.buyer, "31.50", pushedImpressions).word("proposal_id")
		}
		return p.bookProposal()
	},
	"a negotiation over a proposal": func(p *pushing) reply {
		if p.proposal == "" {
			made := p.propose(p.buyer, "25.00", pushedImpressions)
			p.proposal, p.price = made.word("proposal_id"), made.word("counter_terms.proposed_price")
		}
		// A round only while the proposal is open; otherwise the answer is of no interest.
		p.call("POST", "/proposals/"+p.proposal+"/counter", p.buyer, counter(p.sellerPrice()))
		return p.bookProposal()
	},
	"a quote": func(p *pushing) reply {
		p.ask()
		return p.bookQuote()
	},
	"a negotiation over a quote": func(p *pushing) reply {
		if p.quote == "" {
			p.ask()
			opened := p.must(200, "POST", "/api/v1/negotiations/messages", p.buyer, fmt.Sprintf(`{"action": "counter", "quote_id": %q, "buyer_price": 25}`, p.quote))
			p.negotiation, p.price = opened.word("negotiation_id"), opened.word("seller_price")
		}
		p.call("POST", "/api/v1/negotiations/messages", p.buyer,
			fmt.Sprintf(`{"action": "accept", "negotiation_id": %q, "buyer_price": %s}`, p.negotiation, p.sellerPrice()))
		return p.bookQuote()
	},
	"a package": func(p *pushing) reply {
		if p.pack == "" {
			p.pack = p.must(201, "POST", "/api/v1/packages", p.operator, `{"name": "Games", "products": [{"product_id": "ctv-sports"}]}`).word("package_id")
			p.quote = p.must(201, "POST", "/api/v1/packages/"+p.pack+"/quotes", p.buyer, fmt.Sprintf(`{"deal_type": "PG", "impressions": %d,
				"flight_start": "2026-08-01", "flight_end": "2026-08-10"}`, pushedImpressions)).row("quotes", 0).word("quote_id")
		}
		return p.call("POST", "/api/v1/packages/"+p.pack+"/deals", p.buyer, map[string]any{"quote_ids": []string{p.quote}})
	},
}

func (p *pushing) sellerPrice() string {
	p.t.Helper()
	if p.price == "" {
		p.t.Fatal("the seller has named no price")
	}
	return p.price
}

func (p *pushing) ask() {
	p.t.Helper()
	if p.quote == "" {
		p.quote = p.must(201, "POST", "/api/v1/quotes", p.buyer, fmt.Sprintf(`{"product_id": "ctv-sports", "deal_type": "PG",
			"impressions": %d, "flight_start": "2026-08-01", "flight_end": "2026-08-10"}`, pushedImpressions)).word("quote_id")
	}
}

func (p *pushing) bookProposal() reply {
	return p.call("POST", "/deals", p.buyer, map[string]any{"proposal_id": p.proposal})
}

func (p *pushing) bookQuote() reply {
	return p.call("POST", "/api/v1/deals", p.buyer, map[string]any{"quote_id": p.quote})
}

// TestNoWayAroundAGate has a rule at each of the gates before a deal, and a buyer that takes each of the ways to one. It
// gets a deal by none of them until a person has approved it, and then on the approved terms.
func TestNoWayAroundAGate(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	for _, gate := range []parley.Gate{parley.GateProposalDecision, parley.GateNegotiationAccept, parley.GateDealBooking} {
		for way, push := range waysToADeal {
			t.Run(fmt.Sprintf("%s against %s", way, gate), func(t *testing.T) {
				t.Parallel()
				onEach(t, func(t *testing.T, s *shop) {
					s.gate(fmt.Sprintf(`{"name": "limit", "gate": %q, "condition": "deal_value >= 20000 && recommendation != 'counter'"}`, gate))
					p := &pushing{shop: s, push: push}
					price := ""
					for approved := 0; ; approved++ {
						booking := p.push(p)
						for range 3 { // insisting does not help
							booking = p.push(p)
						}
						if booking.status == 201 || booking.status == 200 {
							t.Fatalf("after %d approvals it was booked: %s", approved, booking.text)
						}
						waiting := s.must(200, "GET", "/approvals", s.operator, nil)
						if waiting.word("total_count") != "1" {
							t.Fatalf("after %d approvals the buyer was told %d %s, and this waits: %s", approved, booking.status, booking.text, waiting.text)
						}
						if booked := s.must(200, "GET", "/api/v1/deals?status=booked", s.buyer, nil); booked.word("total_count") != "0" {
							t.Fatalf("booked without approval: %s", booked.text)
						}
						asked := waiting.row("approvals", 0)
						price = asked.word("request.case.price")
						done := s.must(200, "POST", "/approvals/"+asked.word("approval_id")+"/decide", s.operator, `{"decision": "approve", "resume": true}`)
						if done.word("outcome.result") == "booked" {
							break
						}
						if booking = p.push(p); booking.status == 201 || booking.status == 200 {
							break
						}
					}
					deals := s.must(200, "GET", "/api/v1/deals", s.buyer, nil)
					if deals.word("total_count") != "1" {
						t.Fatalf("there are %s", deals.text)
					}
					check(t, deals.row("deals", 0), map[string]string{"status": "booked", "pricing.final_cpm": price})
					if s.reserved() != pushedImpressions {
						t.Errorf("%d impressions are reserved", s.reserved())
					}
				})
			})
		}
	}
}
