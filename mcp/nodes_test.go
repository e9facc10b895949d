package mcp_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/edge"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestTwoNodes trades with one node and the other in turn: each knows what the other has done, and a client that waits at one, and hears
// while it does that nothing has come yet, is told of what is decided at the other.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDesk(t, store, edge.Kit{})
		other := openNode(t, store, edge.Kit{})
		ctx := context.Background()
		_, err := d.service.ApprovalRules().Create(ctx, seller.Terminal("test"), parley.ApprovalRule{
			Name: "all", Gate: parley.GateDealBooking, Condition: "true", Role: parley.ScopeApprover, Enabled: true, OnTimeout: parley.TimeoutRejects,
			Timeout: time.Hour,
		}, func(parley.ApprovalRule) (seller.Answer, error) { return seller.Answer{}, nil })
		if err != nil {
			t.Fatal(err)
		}
		quote := d.must(d.buyer, "request_quote", quoteFor("n1"))
		if again := other.must(d.buyer, "request_quote", quoteFor("n1")); again.id("quote_id") != quote.id("quote_id") || again.Meta["parley/replayed"] != true {
			t.Errorf("the other node answers a repetition with %s", again.text)
		}
		turn := other.must(d.buyer, "negotiate", map[string]any{"quote_id": quote.id("quote_id"), "action": "counter", "price": 25, "idempotency_key": "n2"})
		d.must(d.buyer, "negotiate", map[string]any{"negotiation_id": turn.id("negotiation_id"), "action": "accept", "idempotency_key": "n3"})
		deal := other.must(d.buyer, "book_deal", map[string]any{"quote_id": quote.id("quote_id"), "idempotency_key": "n4"})
		if deal.body["status"] != "proposed" {
			t.Fatalf("booked %s", deal.text)
		}
		waiting := deal.wait()
		waiting["types"] = []string{"deal.booked"}
		notes, last := d.waitInEvents(waiting, func() {
			approvals := other.must(d.operator, "list_pending_approvals", nil)
			row, _ := approvals.list("approvals")[0].(map[string]any)
			other.must(d.operator, "approve_or_reject", map[string]any{"approval_id": row["approval_id"], "decision": "approve", "idempotency_key": "n5"})
		})
		if notes == 0 || !strings.Contains(last, "deal.booked") {
			t.Errorf("after %d notes there came %s", notes, last)
		}
		if got := d.must(d.buyer, "get_deal", map[string]any{"deal_id": deal.id("deal_id")}); got.body["status"] != "booked" {
			t.Errorf("the deal is %v", got.body["status"])
		}
	})
}

// waitInEvents waits for a change as a stream of events, has something happen after the first note of progress, and answers how many
// notes there were, and the result.
func (d *desk) waitInEvents(arguments map[string]any, after func()) (notes int, result string) {
	d.t.Helper()
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": "w", "method": "tools/call", "params": map[string]any{
		"name": "wait_for_change", "arguments": arguments, "_meta": map[string]any{"progressToken": "p-1"},
	}})
	if err != nil {
		d.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(d.t.Context(), http.MethodPost, d.url+"/mcp", strings.NewReader(string(body)))
	if err != nil {
		d.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/event-stream")
	request.Header.Set("Authorization", "Bearer "+d.buyer)
	response, err := d.http.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.Header.Get("Content-Type") != "text/event-stream" {
		d.t.Fatalf("answered as %s", response.Header.Get("Content-Type"))
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, found := strings.CutPrefix(lines.Text(), "data: ")
		if !found {
			continue
		}
		var message struct {
			ID     any
			Method string
			Params struct {
				ProgressToken any     `json:"progressToken"`
				Progress      float64 `json:"progress"`
			}
		}
		if err := json.Unmarshal([]byte(data), &message); err != nil {
			d.t.Fatalf("%v: %s", err, data)
		}
		if message.ID != nil {
			return notes, data
		}
		if notes++; message.Method != "notifications/progress" || message.Params.ProgressToken != "p-1" || message.Params.Progress != float64(notes) {
			d.t.Fatalf("note %d is %s", notes, data)
		}
		if notes == 1 {
			after()
		}
	}
	return notes, ""
}
