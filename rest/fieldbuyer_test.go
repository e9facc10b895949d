package rest_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"parley/internal/stores"
	"parley/rest"
	"parley/storage"
)

// fieldBuyer trades as the agents of the field do: in the shared contract's dialect, with its idempotency keys in the
// bodies, and sending a request again, as it was, when no answer came.
type fieldBuyer struct {
	*shop
	messages contractObjects
	near     string // where it believes the seller to be
	keys     int
}

// losing is a proxy that loses every third answer after the server has given it.
func losing(t *testing.T, server string) (near string, lost *atomic.Int64) {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	lost = new(atomic.Int64)
	var answers atomic.Int64
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(r *http.Response) error {
			if answers.Add(1)%3 != 0 {
				return nil
			}
			lost.Add(1)
			return fmt.Errorf("the answer of %s is lost", r.Request.URL.Path)
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	server2 := httptest.NewServer(proxy)
	t.Cleanup(server2.Close)
	return server2.URL, lost
}

// ask sends a request until it is answered, and holds the answer to the status that a buyer's client goes on with.
func (b *fieldBuyer) ask(status int, method, path, contentType, body string) reply {
	b.t.Helper()
	for range 10 {
		request, err := http.NewRequestWithContext(b.t.Context(), method, b.near+path, strings.NewReader(body))
		if err != nil {
			b.t.Fatal(err)
		}
		request.Header.Set("X-Api-Key", b.buyer)
		if body != "" {
			request.Header.Set("Content-Type", contentType)
		}
		response, err := b.client.Do(request)
		if err != nil {
			continue
		}
		raw, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			continue
		}
		if response.StatusCode != status {
			b.t.Fatalf("%s %s %s\nanswered %d %s", method, path, body, response.StatusCode, raw)
		}
		object, _ := decoded(b.t.(*testing.T), string(bytes.TrimSpace(raw))).(map[string]any)
		return reply{status: response.StatusCode, header: response.Header, text: string(raw), body: object}
	}
	b.t.Fatalf("%s %s is never answered", method, path)
	return reply{}
}

func (b *fieldBuyer) get(path string) reply {
	b.t.Helper()
	return b.ask(200, "GET", path, "", "")
}

// post fills in the idempotency key that the contract demands.
func (b *fieldBuyer) post(status int, path, body string) reply {
	b.t.Helper()
	b.keys++
	return b.ask(status, "POST", path, "application/json",
		strings.Replace(body, "{", fmt.Sprintf(`{"idempotency_key": "00000000-0000-4000-8000-%012d", `, b.keys), 1))
}

// reads holds an answer of an operation to the contract.
func (b *fieldBuyer) reads(operation string, answer reply) reply {
	b.t.Helper()
	for _, wrong := range b.messages.check(operation, answer.body) {
		b.t.Error(wrong)
	}
	return answer
}

// TestFieldBuyerTrades walks a whole trade as the field's own buyer does, every answer read strictly by the contract's
// models, while every third answer is lost on its way.
func TestFieldBuyerTrades(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		s := openShopOn(t, store, rest.Options{})
		near, lost := losing(t, s.url)
		b := &fieldBuyer{shop: s, messages: contractMessages(t), near: near}

		b.reads("getAgentCard", b.get("/.well-known/agent.json"))
		catalog := b.get("/products?limit=50&offset=0")
		b.reads("listProducts", catalog)
		b.reads("getProduct", b.get("/products/ctv-sports"))
		b.lookAtAvails()
		sports, _ := s.packaged()
		b.reads("getMediaKit", b.get("/media-kit"))
		b.reads("listOfferedPackages", b.get("/media-kit/packages"))
		b.reads("getOfferedPackage", b.get("/media-kit/packages/"+sports))
		found := b.reads("searchMediaKit", b.ask(200, "POST", "/media-kit/search", "application/json", `{"query": "live sports"}`))
		if rows := rowsOf(found, "results"); len(rows) != 1 || follow(rows[0], "package_id") != sports {
			t.Errorf("searching for live sports finds %v", rows)
		}

		guaranteed := b.quote(`"deal_type": "PG", "impressions": 1000000, "media_type": "ctv"`)
		preferred := b.quote(`"deal_type": "PD", "impressions": 500000, "media_type": "digital"`)
		auction := b.quote(`"deal_type": "PA", "impressions": null`)

		deals := []string{b.book(guaranteed), b.bookNegotiatedQuote(preferred), b.bookForAnAudience(auction), b.bookNegotiatedProposal()}
		deals = append(deals, b.bookPackage(sports)...)
		b.orderAndChange(deals[0])
		b.converse()
		b.readBack(deals)
		for path, want := range map[string]string{
			"/api/v1/deals": "6", "/api/v1/orders": "1", "/api/v1/change-requests": "1", "/proposals": "1", "/api/v1/quotes": "6", "/sessions": "1",
		} {
			if got := s.must(200, "GET", path, s.buyer, nil).word("total_count"); got != want {
				t.Errorf("%s has %s, want %s: a request that was sent again had a second effect, or none", path, got, want)
			}
		}
		events, _ := b.reads("listEvents", b.get("/events?limit=100")).at("events").([]any)
		if lost.Load() < 10 || len(events) == 0 {
			t.Errorf("%d answers were lost, and %d events read", lost.Load(), len(events))
		}
	})
}

func (b *fieldBuyer) lookAtAvails() {
	b.t.Helper()
	one := b.ask(200, "POST", "/products/avails", "application/json",
		`{"productid": "ctv-sports", "startdate": "2026-08-01T00:00:00", "enddate": "2026-08-31", "requestedImpressions": 500000}`)
	b.reads("getAvails", one)
	several := b.ask(200, "POST", "/products/avails", "application/json", `{"accountid": "acct-42", "advertiserbrandid": "brand-7",
		"productids": ["ctv-sports", "display-news"], "startdate": "2026-08-01T00:00:00Z", "enddate": "2026-08-31T23:59:59Z",
		"producttargeting": [{"name": "Investment", "type": "Audience", "target": "requestedimpressions", "targetvalues": ["999999999"]}]}`)
	b.reads("getAvails", several)
	records, _ := several.at("avails").([]any)
	if status := follow(records[0], "availsstatus", "status"); status != "Partially Available" {
		b.t.Errorf("999,999,999 of 31,000,000 impressions are %v", status)
	}
}

func (b *fieldBuyer) quote(terms string) reply {
	b.t.Helper()
	quote := b.post(201, "/api/v1/quotes", `{"product_id": "ctv-sports", `+terms+`, "flight_start": "2026-08-01", "flight_end": "2026-08-31",
		"buyer_identity": {"seat_id": "ttd-seat-123", "agency_id": null}, "agent_url": null, "linear_tv": null, "audience_plan": null,
		"consent_context": null}`)
	b.reads("createQuote", quote)
	b.reads("getQuote", b.get("/api/v1/quotes/"+quote.word("quote_id")))
	return quote
}

// book books with the content type that a booking with an audience plan has.
func (b *fieldBuyer) book(quote reply) string {
	b.t.Helper()
	b.keys++
	return b.bookFor(quote, "null")
}

// bookForAnAudience asks for more of an audience than the product is sold by, and again under the same key for what is left
// when it has taken out what the seller named.
func (b *fieldBuyer) bookForAnAudience(quote reply) string {
	b.t.Helper()
	b.keys++
	const primary = `"primary": {"type": "standard", "identifier": "243", "taxonomy": "iab-audience", "version": "1.1", "source": "explicit",
		"confidence": null, "compliance_context": null}`
	refused := b.ask(400, "POST", "/api/v1/deals", "application/vnd.iab.agentic-audiences+json; v=1", b.booking(quote,
		`{"schema_version": "1", `+primary+`, "constraints": [{"type": "contextual", "identifier": "483", "taxonomy": "iab-content", "version": "3.1"}],
		"extensions": [], "exclusions": [], "rationale": ""}`))
	refusedFor(b.t, refused, 201, []string{"constraints[0]"})
	id := b.bookFor(quote, `{"schema_version": "1", `+primary+`, "constraints": [], "extensions": [], "exclusions": [], "rationale": "less"}`)
	if kept := b.get("/api/v1/deals/" + id); kept.word("audience_plan_snapshot.primary.identifier") != "243" {
		b.t.Errorf("%s", kept.text)
	}
	return id
}

func (b *fieldBuyer) booking(quote reply, plan string) string {
	return fmt.Sprintf(`{"quote_id": %q, "idempotency_key": "00000000-0000-4000-8000-%012d", "buyer_identity": {"seat_id": "ttd-seat-123"},
		"audience_plan": %s, "notes": null, "consent_context": null}`, quote.word("quote_id"), b.keys, plan)
}

func (b *fieldBuyer) bookFor(quote reply, plan string) string {
	b.t.Helper()
	deal := b.ask(201, "POST", "/api/v1/deals", "application/vnd.ucp.embedding+json; v=1", b.booking(quote, plan))
	b.reads("bookDeal", deal)
	if deal.word("pricing.final_cpm") != quote.word("pricing.final_cpm") {
		b.t.Errorf("quoted at %s, booked at %s", quote.word("pricing.final_cpm"), deal.word("pricing.final_cpm"))
	}
	return deal.word("deal_id")
}

// bookNegotiatedQuote comes down in a negotiation over the quote itself.
func (b *fieldBuyer) bookNegotiatedQuote(quote reply) string {
	b.t.Helper()
	round := b.post(200, "/api/v1/negotiations/messages", fmt.Sprintf(
		`{"action": "counter", "quote_id": %q, "buyer_price": {"amount_micros": 26000000, "currency": "USD"}, "round_number": null}`, quote.word("quote_id")))
	b.reads("sendNegotiationMessage", round)
	if round.word("status") != "active" {
		b.t.Fatalf("26.00 for an ask of 31.50: %s", round.text)
	}
	taken := b.post(200, "/api/v1/negotiations/messages", fmt.Sprintf(
		`{"action": "accept", "negotiation_id": %q, "buyer_price": null, "round_number": 2}`, round.word("negotiation_id")))
	b.reads("sendNegotiationMessage", taken)
	b.reads("getNegotiation", b.get("/api/v1/negotiations/"+round.word("negotiation_id")))
	deal := b.post(201, "/api/v1/deals", fmt.Sprintf(`{"quote_id": %q}`, quote.word("quote_id")))
	b.reads("bookDeal", deal)
	if got, want := deal.word("pricing.final_cpm"), round.word("seller_price"); got != want {
		b.t.Errorf("agreed at %s, booked at %s", want, got)
	}
	return deal.word("deal_id")
}

// bookNegotiatedProposal negotiates a proposal to its end, and books the agreed price by a new quote that names it as its target.
func (b *fieldBuyer) bookNegotiatedProposal() string {
	b.t.Helper()
	proposal := b.post(201, "/proposals", `{"product_id": "ctv-sports", "deal_type": "PD", "price": 26.00, "impressions": 700000,
		"start_date": "2026-08-01", "end_date": "2026-08-31", "agency_id": null}`)
	id := proposal.word("proposal_id")
	turn := reply{}
	for price := 27; price <= 32; price++ {
		turn = b.reads("counterProposal", b.post(200, "/proposals/"+id+"/counter", fmt.Sprintf(`{"buyer_price": %d.00}`, price)))
		if turn.word("status") != "active" {
			break
		}
	}
	if turn.word("status") != "accepted" {
		b.t.Fatalf("the negotiation ended with %s", turn.text)
	}
	if read := b.get("/proposals/" + id); read.word("status") != "accepted" {
		b.t.Errorf("the proposal is %s", read.word("status"))
	}
	agreed := turn.word("seller_price")
	quote := b.quote(`"deal_type": "PD", "impressions": 700000, "target_cpm": ` + agreed)
	if got := quote.word("pricing.final_cpm"); got != agreed {
		b.t.Errorf("agreed at %s, quoted at %s", agreed, got)
	}
	return b.book(quote)
}

// bookPackage quotes a package of two products, and books the quotes in one request.
func (b *fieldBuyer) bookPackage(id string) (deals []string) {
	b.t.Helper()
	quoted := b.post(201, "/api/v1/packages/"+id+"/quotes", `{"deal_type": "PD", "impressions": 1000000, "flight_start": "2026-08-01",
		"flight_end": "2026-08-31", "buyer_identity": {"seat_id": "ttd-seat-123"}}`)
	b.reads("quotePackage", quoted)
	booked := b.post(201, "/api/v1/packages/"+id+"/deals", fmt.Sprintf(`{"quote_ids": [%q, %q], "notes": null}`,
		quoted.row("quotes", 0).word("quote_id"), quoted.row("quotes", 1).word("quote_id")))
	b.reads("bookPackage", booked)
	for i, deal := range rowsOf(booked, "deals") {
		if got, want := follow(deal, "pricing", "final_cpm"), quoted.row("quotes", i).word("pricing.final_cpm"); fmt.Sprint(got) != want {
			b.t.Errorf("quoted at %s, booked at %v", want, got)
		}
		deals = append(deals, fmt.Sprint(follow(deal, "deal_id")))
	}
	return deals
}

func (b *fieldBuyer) orderAndChange(dealID string) {
	b.t.Helper()
	order := b.post(201, "/api/v1/orders", fmt.Sprintf(`{"deal_id": %q, "quote_id": null, "metadata": {"po": "PO-1"}}`, dealID))
	b.reads("createOrder", order)
	id := order.word("order_id")
	moved := b.post(200, "/api/v1/orders/"+id+"/transition", `{"to_status": "submitted", "reason": "ready"}`)
	b.reads("createOrder", moved)
	b.get("/api/v1/orders/" + id + "/history")
	b.reads("createOrder", b.get("/api/v1/orders/"+id))
	change := b.post(201, "/api/v1/change-requests", fmt.Sprintf(
		`{"change_type": "flight_dates", "deal_id": %q, "order_id": null, "reason": "a day later", "makegood": null, "severity": "minor",
		"proposed_values": {"flight_start": "2026-08-02", "flight_end": "2026-09-01"}}`, dealID))
	b.reads("requestChange", change)
	path := "/api/v1/change-requests/" + change.word("change_request_id")
	b.reads("getChange", b.get(path))
	b.reads("applyChange", b.post(200, path+"/apply", `{"applied_by": null}`))
	if applied := b.reads("getChange", b.get(path)); applied.word("status") != "applied" {
		b.t.Errorf("%s", applied.text)
	}
	if moved := b.get("/api/v1/deals/" + dealID); moved.word("terms.flight_start") != "2026-08-02" {
		b.t.Errorf("%s", moved.text)
	}
}

// converse opens a session, says something in members of its own, and closes it.
func (b *fieldBuyer) converse() {
	b.t.Helper()
	opened := b.post(201, "/sessions", `{"buyer_identity": {"seat_id": "ttd-seat-123", "name": null}}`)
	path := "/sessions/" + opened.word("session_id")
	b.post(201, path+"/messages", `{"message_type": "negotiation", "target_cpm": 22.5, "rationale": "volume"}`)
	for _, read := range []reply{b.reads("getSession", b.get(path)), b.reads("getSession", b.ask(200, "POST", path+"/close", "", ""))} {
		if said := read.row("messages", 0); read.word("message_count") != "1" || said.word("metadata.target_cpm") != "22.5" || said.word("message_type") != "negotiation" {
			b.t.Errorf("%s", read.text)
		}
	}
}

// readBack reads everything that has come of the trade, each thing alone and in its list.
func (b *fieldBuyer) readBack(deals []string) {
	b.t.Helper()
	for _, list := range []struct{ operation, path, plural, alone, id string }{
		{"listQuotes", "/api/v1/quotes", "quotes", "getQuote", "quote_id"},
		{"listDeals", "/api/v1/deals", "deals", "getDeal", "deal_id"},
		{"listOrders", "/api/v1/orders", "orders", "getOrder", "order_id"},
		{"listChanges", "/api/v1/change-requests", "change_requests", "getChange", "change_request_id"},
		{"listProposals", "/proposals", "proposals", "getProposal", "proposal_id"},
		{"listNegotiations", "/api/v1/negotiations", "negotiations", "getNegotiation", "negotiation_id"},
		{"listSessions", "/sessions", "sessions", "getSession", "session_id"},
		{"listEvents", "/events", "events", "getEvent", "event_id"},
	} {
		page := b.reads(list.operation, b.get(list.path+"?limit=100"))
		rows := rowsOf(page, list.plural)
		if len(rows) == 0 {
			b.t.Errorf("%s lists nothing: %s", list.path, page.text)
		}
		for _, row := range rows {
			b.reads(list.alone, b.get(list.path+"/"+fmt.Sprint(follow(row, list.id))))
		}
	}
	for _, id := range deals {
		b.get("/api/v1/deals/" + id + "/performance")
	}
	order := fmt.Sprint(follow(rowsOf(b.get("/api/v1/orders"), "orders")[0], "order_id"))
	if audit := b.get("/api/v1/orders/" + order + "/audit?from_date=2026-07-01&to_date=2026-07-01"); audit.word("transition_count") != "2" || audit.word("change_request_count") != "1" {
		b.t.Errorf("%s", audit.text)
	}
	if report := b.get("/api/v1/orders/report?from_date=2026-07-01&to_date=2026-07-01"); report.word("total_orders") != "1" || report.word("change_requests.by_status.applied") != "1" {
		b.t.Errorf("%s", report.text)
	}
}
