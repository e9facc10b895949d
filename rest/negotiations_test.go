package rest_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"parley"
	"parley/rest"
	"parley/seller"
	"parley/storage/storagetest"
)

// worked puts the product of the documented examples on sale: for an agency its base is as given and its floor 8.00.
func (s *shop) worked(base int64) {
	s.t.Helper()
	// An agency's price is a tenth under the base, rounded to the cent.
	list := base * 10 / 9 / 10_000 * 10_000
	p := parley.Product{
		ID: "worked", Name: "Worked example", InventoryType: "video", BaseCPM: &list, FloorCPM: 8_000_000, Currency: parley.USD,
		DealTypes: []parley.DealType{parley.PreferredDeal, parley.ProgrammaticGuaranteed}, AdFormats: []string{"video"},
	}
	_, err := s.service.ImportCatalog(s.t.Context(), seller.Terminal("test"), seller.CatalogImport{Feed: func(stage func(int, parley.ProductChange) error) error {
		return stage(1, storagetest.WholeProduct(p))
	}})
	if err != nil {
		s.t.Fatal(err)
	}
}

// offer proposes a preferred deal over a hundred thousand impressions of the worked product.
func offer(price string) string {
	return `{"product_id": "worked", "deal_type": "preferred_deal", "price": ` + price + `, "impressions": 100000, ` +
		`"start_date": "2026-08-01", "end_date": "2026-08-10"}`
}

func counter(price string) string { return `{"buyer_price": ` + price + `}` }

func check(t *testing.T, got reply, want map[string]string) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(want)) {
		value := got.word(path)
		if got.at(path) == nil {
			value = "null"
		}
		if value != want[path] {
			t.Errorf("%s is %q, want %q in %s", path, value, want[path], got.text)
		}
	}
}

func TestWorkedNegotiation(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.worked(12_000_000)
		proposal := s.must(201, "POST", "/proposals", s.buyer, offer("8.50"))
		check(t, proposal, map[string]string{
			"recommendation": "counter", "status": "counter_offered", "counter_terms.proposed_price": "11.40",
			"counter_terms.round_number": "1", "counter_terms.action": "counter", "counter_terms.max_impressions": "null",
			"deal_type": "PD", "price": "8.50", "agreed_price": "null", "deal_id": "null", "approval_id": "null",
		})
		id := proposal.word("proposal_id")
		check(t, s.must(404, "POST", "/proposals/"+id+"/counter", s.rival, counter("10.00")), map[string]string{"detail.error": "not_found"})
		check(t, s.must(404, "GET", "/proposals/"+id+"/negotiation", s.rival, nil), map[string]string{"detail.error": "not_found"})
		check(t, s.must(409, "POST", "/deals", s.buyer, map[string]any{"proposal_id": id}), map[string]string{
			"detail.error": "contention", "detail.status": "counter_offered",
		})
		second := s.must(200, "POST", "/proposals/"+id+"/counter", s.buyer, counter("10.00"))
		check(t, second, map[string]string{
			"round_number": "2", "action": "counter", "buyer_price": "10.00", "seller_price": "10.80", "concession_pct": "5.0",
			"cumulative_concession_pct": "10.0", "status": "active", "rounds_remaining": "3",
			"round.seller_price.amount_micros": "10800000", "round.cumulative_concession_pct": "0.1",
		})
		third := s.must(200, "POST", "/proposals/"+id+"/counter", s.buyer, counter(`{"amount_micros": 10500000, "currency": "USD"}`))
		check(t, third, map[string]string{
			"round_number": "3", "action": "accept", "seller_price": "10.50", "status": "accepted", "rounds_remaining": "null",
		})
		check(t, s.must(409, "POST", "/proposals/"+id+"/counter", s.buyer, counter("10.60")), map[string]string{"detail.error": "negotiation_closed"})
		read := s.must(200, "GET", "/proposals/"+id+"/negotiation", s.buyer, nil)
		rounds, _ := read.at("rounds").([]any)
		if len(rounds) != 3 || read.word("status") != "accepted" || read.word("completed_at") == "" {
			t.Fatalf("the negotiation: %s", read.text)
		}
		answered := second.body
		if shown, _ := rounds[1].(map[string]any); shown["seller_price"] != answered["seller_price"] || shown["status"] != "active" {
			t.Errorf("round 2 was answered with %v and is shown as %v", answered, shown)
		}
		check(t, s.must(200, "GET", "/proposals/"+id, s.buyer, nil), map[string]string{
			"status": "accepted", "agreed_price": "10.50", "agreed_impressions": "100000",
		})
		deal := s.must(201, "POST", "/deals", s.buyer, map[string]any{"proposal_id": id, "dsp_platform": "The Trade Desk"})
		check(t, deal, map[string]string{
			"status": "booked", "price": "10.50", "pricing_model": "cpm", "openrtb_params.bidfloor": "10.50", "openrtb_params.at": "3",
			"proposal_id": id, "quote_id": "null",
		})
		again := s.must(201, "POST", "/deals", s.buyer, map[string]any{"proposal_id": id})
		if again.word("deal_id") != deal.word("deal_id") {
			t.Errorf("booking again made %s of %s", again.word("deal_id"), deal.word("deal_id"))
		}
		check(t, s.must(200, "GET", "/proposals/"+id, s.buyer, nil), map[string]string{"status": "booked", "deal_id": deal.word("deal_id")})
		check(t, s.must(404, "POST", "/deals", s.rival, map[string]any{"proposal_id": id}), map[string]string{"detail.error": "not_found"})
		evaluation := s.must(200, "GET", "/proposals/"+id+"/evaluation", s.viewer, nil)
		check(t, evaluation, map[string]string{"recommendation": "counter", "ask.final_micros": "12000000"})
		s.must(403, "GET", "/proposals/"+id+"/evaluation", s.buyer, nil)
	})
}

func TestFirstCounterIsRoundedHalfUp(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	s.worked(31_500_000)
	check(t, s.must(201, "POST", "/proposals", s.buyer, offer("25.00")), map[string]string{"counter_terms.proposed_price": "29.93"})
}

func TestProposalsThatAreNotCountered(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		s.worked(12_000_000)
		accepted := s.must(201, "POST", "/proposals", s.buyer, offer("12.00"))
		check(t, accepted, map[string]string{
			"recommendation": "accept", "status": "accepted", "agreed_price": "12.00", "counter_terms": "null", "pricing_verified": "",
		})
		if accepted.at("pricing_verified") != false || accepted.word("pricing_verification_reason") == "" {
			t.Errorf("nothing was quoted, and yet: %s", accepted.text)
		}
		// Quoted at 12.00, a price within 1% of it is verified.
		s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "worked", "deal_type": "PD", "impressions": 100000}`)
		if near := s.must(201, "POST", "/proposals", s.buyer, offer("12.10")); near.at("pricing_verified") != true {
			t.Errorf("within 1%% of a quote: %s", near.text)
		}
		withdrawn := s.must(200, "POST", "/proposals/"+accepted.word("proposal_id")+"/withdraw", s.buyer, `{"reason": "no budget"}`)
		check(t, withdrawn, map[string]string{"status": "withdrawn"})
		check(t, s.must(409, "POST", "/deals", s.buyer, map[string]any{"proposal_id": accepted.word("proposal_id")}), map[string]string{"detail.error": "contention"})
		rejected := s.must(201, "POST", "/proposals", s.buyer, strings.ReplaceAll(offer("12.00"), "preferred_deal", "private_auction"))
		check(t, rejected, map[string]string{"recommendation": "reject", "status": "rejected"})
		if errors, _ := rejected.at("errors").([]any); len(errors) == 0 {
			t.Errorf("rejected without a reason: %s", rejected.text)
		}
		for name, body := range map[string]string{
			"price 0":    offer("0"),
			"no price":   `{"product_id": "worked", "deal_type": "PD", "impressions": 1, "start_date": "2026-08-01", "end_date": "2026-08-01"}`,
			"no dates":   `{"product_id": "worked", "deal_type": "PD", "impressions": 1000, "price": 12}`,
			"end before": strings.ReplaceAll(offer("12"), "2026-08-10", "2026-07-31"),
		} {
			if got := s.call("POST", "/proposals", s.buyer, body); got.status != 422 || got.word("detail.error") != "validation" {
				t.Errorf("%s: %d %s", name, got.status, got.text)
			}
		}
		s.must(404, "POST", "/proposals", s.buyer, strings.ReplaceAll(offer("12"), "worked", "unknown"))
		page := s.must(200, "GET", "/proposals?limit=2", s.buyer, nil)
		if page.word("total_count") != "3" || s.must(200, "GET", "/proposals", s.rival, nil).word("total_count") != "0" {
			t.Errorf("the list of proposals: %s", page.text)
		}
	})
}

// TestContractNegotiationMessages replays the contract's vectors, each on a quote of its own.
func TestContractNegotiationMessages(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		quoteID, negotiationID := "", ""
		for i, v := range vectors(t, "protocol/NegotiationMessage") {
			t.Run(v.Name, func(t *testing.T) {
				body := string(v.Data)
				if strings.Contains(body, "q-pg-001") && v.Mode == "valid" {
					quoteID = s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed).word("quote_id")
				}
				if v.Mode == "valid" && strings.Contains(body, `"neg-001"`) {
					// The contract's conversation continues one that this seller has opened itself.
					// It is of other days than the ones before: what is agreed prices quotes of the same terms.
					terms := strings.ReplaceAll(guaranteed, "2026-08-31", fmt.Sprintf("2026-08-%d", 30-i))
					opened := s.must(201, "POST", "/api/v1/quotes", s.buyer, terms).word("quote_id")
					turn := s.must(200, "POST", "/api/v1/negotiations/messages", s.buyer, fmt.Sprintf(
						`{"action": "counter", "quote_id": %q, "buyer_price": {"amount_micros": 24000000, "currency": "USD"}, "idempotency_key": "open-%d"}`, opened, i))
					negotiationID = turn.word("negotiation_id")
					// What it accepts is the seller's last price.
					body = strings.ReplaceAll(body, "22000000", turn.word("round.seller_price.amount_micros"))
				}
				body = strings.ReplaceAll(strings.ReplaceAll(body, "q-pg-001", quoteID), `"neg-001"`, strconv.Quote(negotiationID))
				got := s.call("POST", "/api/v1/negotiations/messages", s.buyer, body)
				switch v.Mode {
				case "invalid":
					if got.status != 422 || !strings.Contains(got.text, v.ExpectedError) {
						t.Errorf("answered %d %s, not with %q", got.status, got.text, v.ExpectedError)
					}
					return
				case "must_ignore":
					if got.status != 200 || got.header.Get("Idempotency-Replayed") != "true" {
						t.Errorf("answered %d %s", got.status, got.text)
					}
				}
				if got.status != 200 {
					t.Fatalf("answered %d %s", got.status, got.text)
				}
				hasMembers(t, example(t, "protocol/NegotiationRoundResponse", 0), got.body)
				if v.Name != "reject_walk_away" {
					sameShape(t, "round", example(t, "protocol/NegotiationRoundResponse", 0, "round"), got.at("round"))
				}
				read := s.must(200, "GET", "/api/v1/negotiations/"+got.word("negotiation_id"), s.buyer, nil)
				for _, further := range []string{"rounds_remaining", "agreed_price", "expires_at"} {
					delete(read.body, further)
				}
				sameShape(t, "negotiation", example(t, "primitives/Negotiation", 0), read.body)
			})
		}
	})
}

// TestRecordedConversation is a buyer agent of the contract's at work: a quote above its ceiling is negotiated down,
// accepted, booked at exactly the price agreed, and ordered.
func TestRecordedConversation(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		const message = "/api/v1/negotiations/messages"
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 1000000,
			"flight_start": "2026-08-01", "flight_end": "2026-08-31", "target_cpm": {"amount_micros": 28000000, "currency": "USD"},
			"buyer_identity": {"seat_id": "ttd-seat-123"}, "idempotency_key": "conversation-1"}`)
		const ceiling = 30_500_000 // micros; the quote is 31.50
		price, standing, round := int64(26_000_000), int64(0), 0
		var turn reply
		for standing == 0 || standing > ceiling {
			body := map[string]any{
				"action": "counter", "quote_id": quote.word("quote_id"), "idempotency_key": fmt.Sprint("conversation-counter-", round),
				"buyer_price": map[string]any{"amount_micros": price, "currency": "USD"}, "rationale": "Above budget ceiling",
			}
			if round > 0 {
				body = map[string]any{
					"action": "counter", "negotiation_id": turn.word("negotiation_id"), "round_number": round + 1,
					"idempotency_key": fmt.Sprint("conversation-counter-", round),
					"buyer_price":     map[string]any{"amount_micros": price, "currency": "USD"},
				}
			}
			turn = s.must(200, "POST", message, s.buyer, body)
			round++
			var err error
			if standing, err = strconv.ParseInt(turn.word("round.seller_price.amount_micros"), 10, 64); err != nil {
				t.Fatal(err)
			}
			if turn.word("round.round_number") != strconv.Itoa(round) || turn.word("status") != "active" {
				t.Fatalf("round %d: %s", round, turn.text)
			}
			price += 1_000_000
		}
		stale := s.call("POST", message, s.buyer, map[string]any{
			"action": "accept", "negotiation_id": turn.word("negotiation_id"), "round_number": round, "idempotency_key": "conversation-stale",
			"buyer_price": map[string]any{"amount_micros": standing, "currency": "USD"},
		})
		if stale.status != 409 || stale.word("detail.error") != "contention" {
			t.Errorf("a message for a round that is over: %d %s", stale.status, stale.text)
		}
		accepted := s.must(200, "POST", message, s.buyer, map[string]any{
			"action": "accept", "negotiation_id": turn.word("negotiation_id"), "round_number": round + 1, "idempotency_key": "conversation-accept",
			"buyer_price": map[string]any{"amount_micros": standing, "currency": "USD"},
		})
		check(t, accepted, map[string]string{"status": "accepted", "round.action": "accept", "rounds_remaining": "null"})
		closed := s.call("POST", message, s.buyer, map[string]any{
			"action": "counter", "negotiation_id": turn.word("negotiation_id"), "idempotency_key": "conversation-late",
			"buyer_price": map[string]any{"amount_micros": standing, "currency": "USD"},
		})
		if closed.status != 409 || closed.word("detail.error") != "negotiation_closed" {
			t.Errorf("after the end: %d %s", closed.status, closed.text)
		}
		deal := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote.word("quote_id"), "idempotency_key": "conversation-deal"})
		check(t, deal, map[string]string{
			"deal.pricing.final_cpm.amount_micros": strconv.FormatInt(standing, 10), "deal.openrtb_params.bidfloor.amount_micros": strconv.FormatInt(standing, 10),
			"status": "booked",
		})
		order := s.must(201, "POST", "/api/v1/orders", s.buyer, map[string]any{"deal_id": deal.word("deal_id"), "idempotency_key": "conversation-order"})
		check(t, order, map[string]string{"status": "draft", "deal_id": deal.word("deal_id")})

		// The campaign ends two days later. As the deal is cheaper than what is asked for the new days, the desk has to approve it;
		// the price stays what was agreed.
		change := s.must(201, "POST", "/api/v1/change-requests", s.buyer, map[string]any{
			"change_type": "flight_dates", "deal_id": nil, "order_id": order.word("order_id"), "makegood": nil, "severity": "minor",
			"proposed_values": map[string]any{"flight_end": "2026-09-02"}, "reason": "Launch moved", "idempotency_key": "conversation-change",
		})
		check(t, change, map[string]string{"change_request.status": "pending_approval", "change_request.deal_id": deal.word("deal_id")})
		s.must(200, "POST", "/api/v1/change-requests/"+change.word("change_request_id")+"/review", s.operator, `{"decision": "approve"}`)
		applied := s.must(200, "POST", "/api/v1/change-requests/"+change.word("change_request_id")+"/apply", s.buyer, nil)
		check(t, applied, map[string]string{"change_request.status": "applied"})
		check(t, s.must(200, "GET", "/api/v1/deals/"+deal.word("deal_id"), s.buyer, nil), map[string]string{
			"deal.terms.flight_end": "2026-09-02", "deal.pricing.final_cpm.amount_micros": strconv.FormatInt(standing, 10),
		})
	})
}
