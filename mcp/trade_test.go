package mcp_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

func quoteFor(key string) map[string]any {
	return map[string]any{
		"product_id": "ctv-sports", "deal_type": "PD", "impressions": 1_000_000, "flight_start": "2026-06-10", "flight_end": "2026-06-19",
		"idempotency_key": key,
	}
}

// TestTrade walks from finding to an order that is submitted and a deal that is changed, and holds each answer to what the API
// answers for the same.
func TestTrade(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		same := func(r reply, path string) {
			t.Helper()
			status, _, body := d.api("GET", path, d.buyer, nil)
			if status != 200 || !sameJSON(t, []byte(r.text), body) {
				t.Errorf("GET %s answered %d and another document:\n%s\n%s", path, status, body, r.text)
			}
		}
		if found := d.must(d.buyer, "search_products", map[string]any{
			"query": "sports us", "filters": map[string]any{"channel": "ctv", "maxPrice": 40, "minImpressions": 5, "targeting": []string{"us"}},
		}); found.body["count"] != 1.0 || len(found.list("ignored_filters")) != 1 {
			t.Errorf("found %s", found.text)
		}
		if found := d.must(d.buyer, "search_products", map[string]any{"filters": map[string]any{"maxPrice": 10}}); found.body["count"] != 1.0 {
			t.Errorf("under 10: %s", found.text)
		}
		if listed := d.must(d.buyer, "list_products", nil); listed.body["count"] != 2.0 || listed.body["total_count"] != 2.0 {
			t.Errorf("listed %s", listed.text)
		}
		same(d.must(d.buyer, "get_product", map[string]any{"id": "ctv-sports"}), "/products/ctv-sports")
		if free := d.must(d.buyer, "check_avails", map[string]any{"product_ids": []string{"ctv-sports"}, "impressions": 5}); len(free.list("avails")) != 1 {
			t.Errorf("free %s", free.text)
		}
		d.must(d.buyer, "get_pricing", map[string]any{"product_id": "ctv-sports", "volume": 1_000_000})

		quote := d.must(d.buyer, "request_quote", quoteFor("q1"))
		quoteID := quote.id("quote_id")
		same(quote, "/api/v1/quotes/"+quoteID)
		same(d.must(d.buyer, "get_quote", map[string]any{"quote_id": quoteID}), "/api/v1/quotes/"+quoteID)

		turn := d.must(d.buyer, "negotiate", map[string]any{"quote_id": quoteID, "action": "counter", "price": 25, "idempotency_key": "n1"})
		if turn.body["action"] != "counter" && turn.body["action"] != "accept" {
			t.Fatalf("the seller says %s", turn.text)
		}
		d.must(d.buyer, "negotiate", map[string]any{
			"negotiation_id": turn.body["negotiation_id"], "action": "accept", "expected_round": 2, "idempotency_key": "n2",
		})
		same(d.must(d.buyer, "get_negotiation", map[string]any{"negotiation_id": turn.body["negotiation_id"]}),
			"/api/v1/negotiations/"+turn.id("negotiation_id"))

		refused := d.refused(d.buyer, "book_deal", "ceiling_exceeded", map[string]any{"quote_id": quoteID, "max_cpm": 1, "idempotency_key": "b0"})
		if refused["max_cpm"] != 1.0 {
			t.Errorf("the refusal says %v", refused)
		}
		deal := d.must(d.buyer, "book_deal", map[string]any{"quote_id": quoteID, "max_cpm": 35, "dsp_platform": "DV360", "idempotency_key": "b1"})
		dealID := deal.id("deal_id")
		if deal.body["status"] != "booked" || deal.body["next"] != nil {
			t.Errorf("booked %s", deal.text)
		}
		same(deal, "/api/v1/deals/"+dealID)

		order := d.must(d.buyer, "create_order", map[string]any{"deal_id": dealID, "idempotency_key": "o1"})
		orderID := order.id("order_id")
		moved := d.must(d.buyer, "transition_order", map[string]any{"order_id": orderID, "new_status": "submitted", "idempotency_key": "o2"})
		if moved.body["status"] != "submitted" {
			t.Errorf("moved %s", moved.text)
		}
		same(d.must(d.buyer, "get_order", map[string]any{"order_id": orderID}), "/api/v1/orders/"+orderID)

		change := d.must(d.buyer, "request_change", map[string]any{
			"type": "flight_dates", "deal_id": dealID, "proposed": map[string]any{"flight_end": "2026-06-20"}, "idempotency_key": "c1",
		})
		same(d.must(d.buyer, "get_change", map[string]any{"change_request_id": change.body["change_request_id"]}),
			"/api/v1/change-requests/"+change.id("change_request_id"))
		if change.body["status"] == "approved" {
			d.must(d.buyer, "apply_change", map[string]any{"change_request_id": change.body["change_request_id"], "idempotency_key": "c2"})
		}

		proposed := d.must(d.buyer, "submit_proposal", map[string]any{
			"product_id": "ctv-sports", "deal_type": "PD", "price": 24, "impressions": 50_000, "start_date": "2026-06-10", "end_date": "2026-06-12",
			"idempotency_key": "p1",
		})
		same(proposed, "/proposals/"+proposed.id("proposal_id"))
		d.must(d.buyer, "withdraw_proposal", map[string]any{"proposal_id": proposed.body["proposal_id"], "idempotency_key": "p2"})

		at := d.must(d.buyer, "create_deal_from_template", map[string]any{
			"product_id": "display-news", "deal_type": "PD", "impressions": 10_000, "max_cpm": 9, "idempotency_key": "t1",
		})
		again := d.must(d.buyer, "create_deal_from_template", map[string]any{
			"product_id": "display-news", "deal_type": "PD", "impressions": 10_000, "max_cpm": 9, "idempotency_key": "t1",
		})
		if at.body["deal_id"] != again.body["deal_id"] || again.Meta["parley/replayed"] != true {
			t.Errorf("a repetition of both steps answered %s, first %s", again.text, at.text)
		}
		d.refused(d.buyer, "create_deal_from_template", "ceiling_exceeded", map[string]any{
			"product_id": "display-news", "deal_type": "PD", "impressions": 10_000, "max_cpm": 2, "idempotency_key": "t2",
		})
		for tool, count := range map[string]float64{
			"list_deals": 2, "list_quotes": 3, "list_orders": 1, "list_changes": 1, "list_negotiations": 2, "list_proposals": 1,
		} {
			if listed := d.must(d.buyer, tool, nil); listed.body["count"] != count {
				t.Errorf("%s: %v, want %v", tool, listed.body["count"], count)
			}
			if listed := d.must(d.rival, tool, nil); listed.body["count"] != 0.0 {
				t.Errorf("%s shows another buyer's: %s", tool, listed.text)
			}
		}
	})
}

// TestOneEffectAcrossEdges repeats by the API what was done by a tool, and the other way around, under one key.
func TestOneEffectAcrossEdges(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		repeated := func(made reply, path string, body map[string]any) {
			t.Helper()
			status, header, answer := d.api("POST", path, d.buyer, body)
			if header.Get("Idempotency-Replayed") != "true" || status >= 300 || !sameJSON(t, answer, []byte(made.text)) {
				t.Errorf("POST %s: %d, not the answer that the tool had: %s", path, status, answer)
			}
		}
		quote := d.must(d.buyer, "request_quote", quoteFor("k1"))
		repeated(quote, "/api/v1/quotes", quoteFor("k1"))
		quoteID := quote.body["quote_id"]
		turn := d.must(d.buyer, "negotiate", map[string]any{"quote_id": quoteID, "action": "counter", "price": 25, "idempotency_key": "k2"})
		repeated(turn, "/api/v1/negotiations/messages", map[string]any{"quote_id": quoteID, "action": "counter", "buyer_price": 25, "idempotency_key": "k2"})
		deal := d.must(d.buyer, "book_deal", map[string]any{"quote_id": quoteID, "max_cpm": 40, "idempotency_key": "k3"})
		repeated(deal, "/api/v1/deals", map[string]any{"quote_id": quoteID, "max_cpm": 40, "idempotency_key": "k3"})
		order := d.must(d.buyer, "create_order", map[string]any{"deal_id": deal.body["deal_id"], "idempotency_key": "k4"})
		repeated(order, "/api/v1/orders", map[string]any{"deal_id": deal.body["deal_id"], "idempotency_key": "k4"})
		orderID := order.id("order_id")
		moved := d.must(d.buyer, "transition_order", map[string]any{"order_id": orderID, "new_status": "submitted", "idempotency_key": "k5"})
		repeated(moved, "/api/v1/orders/"+orderID+"/transition", map[string]any{"to_status": "submitted", "idempotency_key": "k5"})

		// Another request under a key that was used, by the other edge.
		d.refused(d.buyer, "request_quote", "idempotency_conflict", quoteForMore("k1"))
		if status, _, answer := d.api("POST", "/api/v1/quotes", d.buyer, quoteForMore("k1")); status != 409 {
			t.Errorf("%d %s", status, answer)
		}
		// The API first.
		status, _, first := d.api("POST", "/api/v1/quotes", d.buyer, quoteFor("k6"))
		if status != 201 {
			t.Fatalf("%d %s", status, first)
		}
		second := d.must(d.buyer, "request_quote", quoteFor("k6"))
		if second.Meta["parley/replayed"] != true || !sameJSON(t, first, []byte(second.text)) {
			t.Errorf("the tool made another quote than the API: %s", second.text)
		}
	})
}

func quoteForMore(key string) map[string]any {
	more := quoteFor(key)
	more["impressions"] = 2_000_000
	return more
}

// TestAGateHandsBackHowToWait books what a person has to approve, and waits: what happened before the wait began is told, and
// a wait in which nothing happens is empty.
func TestAGateHandsBackHowToWait(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		_, err := d.service.ApprovalRules().Create(ctx, seller.Terminal("test"), parley.ApprovalRule{
			Name: "all", Gate: parley.GateDealBooking, Condition: "true", Role: parley.ScopeApprover, Enabled: true, OnTimeout: parley.TimeoutRejects,
			Timeout: time.Hour,
		}, func(parley.ApprovalRule) (seller.Answer, error) { return seller.Answer{}, nil })
		if err != nil {
			t.Fatal(err)
		}
		quote := d.must(d.buyer, "request_quote", quoteFor("g1"))
		booking := map[string]any{"quote_id": quote.body["quote_id"], "idempotency_key": "g2"}
		deal := d.must(d.buyer, "book_deal", booking)
		if deal.IsError || deal.body["status"] != "proposed" {
			t.Fatalf("booked %s", deal.text)
		}
		next, _ := deal.body["next"].(map[string]any)
		if next["tool"] != "wait_for_change" {
			t.Fatalf("the answer says to call %v", next)
		}
		arguments := deal.wait()
		arguments["types"] = []string{"deal.booked"}
		arguments["seconds"] = 0
		if waited := d.must(d.buyer, "wait_for_change", arguments); len(waited.list("events")) != 0 {
			t.Errorf("it is booked already: %s", waited.text)
		}
		// A retry meanwhile: the stored answer, which has no next of its own, and how to wait from the beginning.
		again := d.must(d.buyer, "book_deal", booking)
		if again.Meta["parley/replayed"] != true || again.body["next"] == nil {
			t.Errorf("the repetition answered %s", again.text)
		}
		if _, _, stored := d.api("POST", "/api/v1/deals", d.buyer, booking); sameJSON(t, stored, []byte(deal.text)) {
			t.Errorf("next was stored: %s", stored)
		}
		approvals, err := d.service.Approvals(ctx, seller.Terminal("test"), seller.ApprovalFilter{Status: parley.ApprovalPending, Page: seller.Page{Limit: 5}})
		if err != nil || len(approvals.Items) != 1 {
			t.Fatalf("%d wait: %v", len(approvals.Items), err)
		}
		_, err = d.service.DecideAndResume(ctx, seller.Terminal("test"), seller.DecisionRequest{ApprovalID: approvals.Items[0].ID, Decision: "approve"},
			func(parley.Approval) (seller.Answer, error) { return seller.Answer{}, nil })
		if err != nil {
			t.Fatal(err)
		}
		arguments["seconds"] = 25
		waited := d.must(d.buyer, "wait_for_change", arguments)
		if events := waited.list("events"); len(events) != 1 || !strings.Contains(waited.text, "deal.booked") {
			t.Errorf("waited for %s", waited.text)
		}
		replayed := again.wait()
		replayed["types"] = []string{"deal.booked"}
		if waited := d.must(d.buyer, "wait_for_change", replayed); len(waited.list("events")) != 1 {
			t.Errorf("after a repetition: %s", waited.text)
		}
		if got := d.must(d.buyer, "get_deal", map[string]any{"deal_id": deal.body["deal_id"]}); got.body["status"] != "booked" {
			t.Errorf("the deal is %v", got.body["status"])
		}
	})
}
