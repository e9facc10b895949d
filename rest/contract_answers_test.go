package rest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/rest"
	"parley/seller"
)

// shape is what the contract's examples of a message show of it: every member that all of them have, and what each may
// hold. It is what a strict reader of the contract builds its types from.
type shape struct {
	kinds   map[string]bool // of kindOf; null where an example has it
	members map[string]*shape
	items   *shape
	seen    int // examples
	format  string
}

// handedOn are the objects whose members are their sender's own.
var handedOn = []string{"consent_context", "activation_instructions", "audience_targeting", "metadata", "proposed_values",
	"makegood", "external_ids", "ext", "audience_capabilities", "audience_plan_snapshot"}

// optional are members that the contract lets be null although no example of their message shows it: what a DSP needs is
// told once the deal is booked, a deal of a proposal has no quote, an auction need not name a volume, and a seller without a
// forecast states none.
var optional = []string{"impressions", "openrtb_params", "quote_id", "rate_card_id", "consent_context", "estimated_fill_rate", "minimum_deal_value"}

func (s *shape) learn(name string, value any) {
	if s.kinds == nil {
		s.kinds, s.members = map[string]bool{}, map[string]*shape{}
	}
	s.kinds[kindOf(value)] = true
	switch v := value.(type) {
	case map[string]any:
		s.seen++
		if slices.Contains(handedOn, name) {
			return
		}
		for member, held := range v {
			if s.members[member] == nil {
				s.members[member] = &shape{}
			}
			s.members[member].learn(member, held)
		}
	case []any:
		if s.items == nil {
			s.items = &shape{}
		}
		for _, item := range v {
			s.items.learn(name, item)
		}
	case string:
		if form := formOf(v); s.format == "" {
			s.format = form
		} else if s.format != form {
			s.format = "text"
		}
	}
}

func formOf(text string) string {
	if _, err := time.Parse(time.RFC3339, text); err == nil {
		return "instant"
	}
	if _, err := parley.ParseDate(text); err == nil {
		return "date"
	}
	return "text"
}

// holds finds what a strict reader would stumble over.
func (s *shape) holds(path, name string, value any) []string {
	var wrong []string
	kind := kindOf(value)
	if len(s.kinds) == 0 || len(s.kinds) == 1 && s.kinds["null"] {
		return nil // the examples do not say what it is
	}
	if !s.kinds[kind] && (kind != "null" || !slices.Contains(optional, name)) || kind == "null" && s.kinds["list"] {
		return []string{fmt.Sprintf("%s is %s and not one of %v", path, kind, slices.Sorted(maps.Keys(s.kinds)))}
	}
	switch v := value.(type) {
	case map[string]any:
		for member, inner := range s.members {
			held, there := v[member]
			switch {
			case there:
				wrong = append(wrong, inner.holds(path+"."+member, member, held)...)
			case !there:
				wrong = append(wrong, path+"."+member+" is not there")
			}
		}
	case []any:
		for i, item := range v {
			wrong = append(wrong, s.items.holds(fmt.Sprintf("%s[%d]", path, i), name, item)...)
		}
	case string:
		if (s.format == "instant" || s.format == "date") && formOf(v) != s.format {
			wrong = append(wrong, fmt.Sprintf("%s is %q and no %s", path, v, s.format))
		}
	}
	return wrong
}

// contractShape learns a message, or a member of it, from its golden vectors.
func contractShape(t *testing.T, name string, path ...string) *shape {
	t.Helper()
	learned := &shape{}
	for _, v := range vectors(t, name) {
		if v.Mode == "invalid" {
			continue
		}
		data := decoded(t, string(v.Data))
		if v.Mode == "must_ignore" {
			data = decoded(t, string(v.Expected))
		}
		learned.learn("", follow(data, path...))
	}
	if learned.seen == 0 {
		t.Fatalf("%s has no examples of %v", name, path)
	}
	return learned
}

// contractObjects tells where answers hold which message of the contract: under a member, or as the answer or the rows of a
// list themselves.
type contractObjects struct {
	under map[string]*shape // by the member's name
	whole map[string]*shape // by the operation
}

func contractMessages(t *testing.T) contractObjects {
	t.Helper()
	product, session := contractShape(t, "primitives/Product"), contractShape(t, "primitives/Session")
	negotiation := contractShape(t, "primitives/Negotiation")
	event := contractShape(t, "events/Event")
	offered, kit := contractShape(t, "primitives/Package"), contractShape(t, "primitives/MediaKit")
	kit.members["packages"].items = offered // which has more examples by itself
	return contractObjects{
		under: map[string]*shape{
			"quote": contractShape(t, "protocol/QuoteResponse", "quote"), "deal": contractShape(t, "protocol/DealBookingResponse", "deal"),
			"round": contractShape(t, "protocol/NegotiationRoundResponse", "round"), "order": contractShape(t, "primitives/Order"),
			"change_request": contractShape(t, "protocol/ChangeRequestResponse", "change_request"),
		},
		whole: map[string]*shape{
			"getAgentCard": contractShape(t, "primitives/Agent"), "getSession": session, "listSessions": session, "getProduct": product, "listProducts": product,
			"getNegotiation": negotiation, "listNegotiations": negotiation, "getEvent": event, "listEvents": event,
			"sendNegotiationMessage": contractShape(t, "protocol/NegotiationRoundResponse"),
			"bookDeal":               contractShape(t, "protocol/DealBookingResponse"),
			"requestChange":          contractShape(t, "protocol/ChangeRequestResponse"),
			"createQuote":            contractShape(t, "protocol/QuoteResponse"),
			"getAvails one":          contractShape(t, "protocol/AvailsResponse"),
			"getAvails several":      contractShape(t, "protocol/AvailsCollection"),
			"getMediaKit":            kit,
			"getOfferedPackage":      offered, "listOfferedPackages": offered, "listSearchMediaKit": offered,
		},
	}
}

// check walks an answer for every message of the contract in it.
func (c contractObjects) check(operation string, body any) []string {
	var wrong []string
	if operation == "getAvails" {
		operation += " one"
		if follow(body, "avails") != nil {
			operation = "getAvails several"
		}
	}
	if operation == "searchMediaKit" {
		operation = "listSearchMediaKit"
	}
	if message := c.whole[operation]; message != nil {
		if strings.HasPrefix(operation, "list") {
			object, _ := body.(map[string]any)
			for _, held := range object {
				rows, _ := held.([]any)
				for i, row := range rows {
					wrong = append(wrong, message.holds(fmt.Sprintf("%s[%d]", operation, i), "", row)...)
				}
			}
		} else {
			wrong = message.holds(operation, "", body)
		}
	}
	return append(wrong, c.inside(operation, body)...)
}

func (c contractObjects) inside(path string, value any) []string {
	var wrong []string
	switch v := value.(type) {
	case map[string]any:
		for member, held := range v {
			if message := c.under[member]; message != nil && kindOf(held) == "object" {
				wrong = append(wrong, message.holds(path+"."+member, member, held)...)
			} else if !slices.Contains(handedOn, member) {
				wrong = append(wrong, c.inside(path+"."+member, held)...)
			}
		}
	case []any:
		for i, item := range v {
			wrong = append(wrong, c.inside(fmt.Sprintf("%s[%d]", path, i), item)...)
		}
	}
	return wrong
}

// typesOf are the kinds that a schema allows, as kindOf names them.
func typesOf(schema map[string]any) []string {
	var types []string
	names, _ := schema["type"].([]any)
	if one, ok := schema["type"].(string); ok {
		names = []any{one}
	}
	for _, name := range names {
		kind := map[any]string{"string": "text", "integer": "number", "number": "number", "boolean": "boolean", "array": "list", "object": "object", "null": "null"}[name]
		types = append(types, kind)
	}
	return types
}

// carriesContract tells whether the document says that an operation answers with objects of the contract.
func carriesContract(document map[string]any, route rest.Route) bool {
	responses := follow(document, "paths", route.Path, strings.ToLower(route.Method), "responses")
	reached := map[string]bool{}
	var reach func(v any) bool
	reach = func(v any) bool {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok && !reached[ref] {
				reached[ref] = true
				if strings.Contains(ref, "/Contract") || reach(follow(document, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)) {
					return true
				}
			}
			for _, member := range v {
				if reach(member) {
					return true
				}
			}
		case []any:
			return slices.ContainsFunc(v, reach)
		}
		return false
	}
	successes, _ := responses.(map[string]any)
	for status, answer := range successes {
		if status[0] == '2' && reach(answer) {
			return true
		}
	}
	return false
}

// identities are what buyers' keys can say of who they are.
var identities = map[string]parley.Identity{
	"nobody":     {},
	"seat":       {SeatID: "seat-7"},
	"agency":     {AgencyID: "agency-7"},
	"advertiser": {AdvertiserID: "adv-7"},
	"domain":     {SeatID: "seat-8", AdvertiserID: "adv-8", AdvertiserDomain: "brand.example"},
	"everything": {
		SeatID: "seat-9", SeatName: "Nine", DSPPlatform: "The Trade Desk", AgencyID: "agency-9", AgencyName: "Agency", AgencyHoldingCompany: "Holding",
		AdvertiserID: "adv-9", AdvertiserName: "Brand", AdvertiserIndustry: "cars", AdvertiserDomain: "brand.example",
	},
}

// TestEveryContractObjectCanBeRead lets a buyer of every kind do everything, and reads each answer as a strict reader of the
// contract would.
func TestEveryContractObjectCanBeRead(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	messages := contractMessages(t)
	for name, identity := range identities {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, s *shop) {
				tour := &tour{shop: s, buyer: s.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: name, Identity: identity}), answered: map[string]bool{}}
				document := s.document().body
				tour.look = func(operation string, body any) {
					for _, wrong := range messages.check(operation, body) {
						t.Errorf("%s", wrong)
					}
				}
				tour.walk()
				for _, route := range rest.Routes() {
					if carriesContract(document, route) && !tour.answered[route.ID] {
						t.Errorf("nobody asked %s %s", route.Method, route.Path)
					}
				}
			})
		})
	}
}

// tour is a buyer and an operator who do everything once.
type tour struct {
	*shop
	buyer    string
	answered map[string]bool
	look     func(operation string, body any)
}

// step calls an operation, which has to succeed.
func (t *tour) step(operation, key string, body any, path ...string) reply {
	t.t.Helper()
	all := rest.Routes()
	route := all[slices.IndexFunc(all, func(r rest.Route) bool { return r.ID == operation })]
	target := route.Path
	for _, id := range path {
		if query, ok := strings.CutPrefix(id, "?"); ok {
			target += "?" + query
			continue
		}
		target = strings.Replace(target, wildcard.FindString(target), id, 1)
	}
	got := t.call(route.Method, target, key, body)
	if got.status < 200 || got.status > 299 {
		t.t.Errorf("%s %s answered %d: %s", route.Method, target, got.status, got.text)
		return got
	}
	t.answered[operation] = true
	t.look(operation, got.body)
	return got
}

func (t *tour) walk() {
	pack := t.step("createPackage", t.operator, `{"name": "Everything", "products": [{"product_id": "ctv-sports"}, {"product_id": "display-news"}]}`)
	t.step("createPackage", t.operator, `{"name": "Featured", "is_featured": true, "description": "Sports", "seasonal_label": "Summer",
		"tags": ["sports"], "products": [{"product_id": "ctv-sports", "weight": 0.7}]}`)
	for _, key := range []string{"", t.buyer} {
		for _, operation := range []string{"getMediaKit", "listOfferedPackages"} {
			t.step(operation, key, nil)
		}
		t.step("getOfferedPackage", key, nil, pack.word("package_id"))
		t.step("searchMediaKit", key, `{"query": "sports"}`)
		quoted := t.step("quotePackage", key, `{"deal_type": "PD", "impressions": 1000000}`, pack.word("package_id"))
		if key != "" {
			t.step("bookPackage", key, fmt.Sprintf(`{"quote_ids": [%q, %q], "buyer_identity": {"seat_id": "s-1"}}`, quoted.row("quotes", 1).word("quote_id"), quoted.row("quotes", 0).word("quote_id")),
				pack.word("package_id"))
		}
	}
	for _, key := range []string{"", t.buyer} {
		t.step("getAgentCard", key, nil)
		t.step("listProducts", key, nil)
		for _, product := range []string{"ctv-sports", "display-news", "audio-unpriced"} {
			t.step("getProduct", key, nil, product)
		}
		t.step("getPrice", key, `{"product_id": "ctv-sports", "volume": 100000}`)
		t.step("getAvails", key, `{"product_id": "ctv-sports", "impressions": 100000}`)
		t.step("getAvails", key, `{"product_id": "display-news"}`)
		t.step("getAvails", key, `{"accountid": "a", "advertiserbrandid": "b", "startdate": "2026-08-01T00:00:00Z",
			"enddate": "2026-08-31T00:00:00Z", "productids": ["ctv-sports", "display-news"]}`)
		quote := t.step("createQuote", key, `{"product_id": "ctv-sports", "deal_type": "PA"}`)
		t.step("getQuote", key, nil, quote.word("quote_id"))
		message := `{"action": "counter", "quote_id": "` + quote.word("quote_id") + `", "buyer_price": 26}`
		opened := t.step("sendNegotiationMessage", key, message)
		if opened.word("status") == "active" {
			id := opened.word("negotiation_id")
			t.step("pauseNegotiation", t.operator, `{}`, id)
			t.step("answerNegotiation", t.operator, `{"action": "counter", "price": `+opened.word("seller_price")+`}`, id)
			t.step("handBackNegotiation", t.operator, `{}`, id)
			t.step("getNextMove", t.operator, nil, id)
			left := t.step("sendNegotiationMessage", key, `{"action": "reject", "negotiation_id": "`+opened.word("negotiation_id")+`"}`)
			if left.word("round.buyer_price.amount_micros") != "26000000" || left.at("buyer_price") != nil {
				t.t.Errorf("who walked away had offered 26.00: %s", left.text)
			}
		}
		t.step("getNegotiation", key, nil, opened.word("negotiation_id"))
		proposal := t.step("submitProposal", key, proposalAt("25.00"))
		t.step("getProposal", key, nil, proposal.word("proposal_id"))
		if proposal.word("status") == "counter_offered" {
			t.step("counterProposal", key, `{"buyer_price": 29.00}`, proposal.word("proposal_id"))
			t.step("getProposalNegotiation", key, nil, proposal.word("proposal_id"))
		}
	}
	var deals []string
	for _, dealType := range []string{"PG", "PD", "PA"} {
		deals = append(deals, t.book(dealType, 201))
	}
	t.accept()
	t.orderAndChange(deals[0])
	t.hold()
	t.step("cancelDeal", t.operator, `{}`, deals[1])
	t.step("getDeal", t.buyer, nil, deals[1])
	t.step("filePaperwork", t.operator, `{"purchase_order": "PO-1", "labels": ["upfront"]}`, deals[1])
	t.step("getPaperwork", t.viewer, nil, deals[1])
	t.step("listPaperwork", t.viewer, nil)
	for _, key := range []string{t.buyer, t.operator} {
		for _, operation := range []string{"listQuotes", "listDeals", "listOrders", "listProposals", "listNegotiations", "listChanges", "listEvents"} {
			t.step(operation, key, nil)
		}
	}
	t.talk()
	for _, format := range []string{"json", "openrtb"} {
		t.step("exportDeals", t.buyer, nil, "?format="+format)
	}
	events := t.step("listEvents", t.buyer, nil)
	rows, _ := events.at("events").([]any)
	for _, row := range rows {
		id, _ := follow(row, "event_id").(string)
		t.step("getEvent", t.buyer, nil, id)
	}
	t.publish()
}

// proposalAt is a proposal for the guaranteed product.
func proposalAt(price string) string {
	return `{"product_id": "ctv-sports", "deal_type": "PG", "price": ` + price + `, "impressions": 100000,
		"start_date": "2026-08-01", "end_date": "2026-08-31"}`
}

// book quotes and books, and answers the deal's id.
func (t *tour) book(dealType string, status int) string {
	t.t.Helper()
	quote := t.step("createQuote", t.buyer, `{"product_id": "ctv-sports", "deal_type": "`+dealType+`", "impressions": 100000,
		"flight_start": "2026-08-01", "flight_end": "2026-08-31"}`)
	deal := t.step("bookDeal", t.buyer, `{"quote_id": "`+quote.word("quote_id")+`", "buyer_identity": {"seat_id": "seat-of-the-body"}}`)
	if deal.status != status {
		t.t.Errorf("booking answered %d: %s", deal.status, deal.text)
	}
	t.step("getDeal", t.buyer, nil, deal.word("deal_id"))
	return deal.word("deal_id")
}

// accept brings a proposal and a negotiation to their agreement.
func (t *tour) accept() {
	proposal := t.step("submitProposal", t.buyer, proposalAt("36.00"))
	if proposal.word("status") != "accepted" {
		t.t.Errorf("a price above the ask is %s", proposal.word("status"))
	}
	t.step("bookProposal", t.buyer, `{"proposal_id": "`+proposal.word("proposal_id")+`", "dsp_platform": "DV360", "buyer_identity": {"seat_id": "seat-of-the-body"}}`)
	quote := t.step("createQuote", t.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "impressions": 100000}`)
	opened := t.step("sendNegotiationMessage", t.buyer, `{"action": "counter", "quote_id": "`+quote.word("quote_id")+`", "buyer_price": 31}`)
	if opened.word("status") == "active" {
		t.step("sendNegotiationMessage", t.buyer, `{"action": "accept", "negotiation_id": "`+opened.word("negotiation_id")+`"}`)
	}
	t.step("getNegotiation", t.buyer, nil, opened.word("negotiation_id"))
	withdrawn := t.step("submitProposal", t.buyer, proposalAt("26.00"))
	t.step("withdrawProposal", t.buyer, `{}`, withdrawn.word("proposal_id"))
}

// orderAndChange orders a deal and changes it.
func (t *tour) orderAndChange(deal string) {
	order := t.step("createOrder", t.buyer, `{"deal_id": "`+deal+`"}`).word("order_id")
	t.step("getOrder", t.buyer, nil, order)
	t.step("transitionOrder", t.buyer, `{"to_status": "submitted"}`, order)
	t.step("getOrderHistory", t.buyer, nil, order)
	t.step("getOrderAudit", t.buyer, nil, order)
	t.step("getOrderReport", t.buyer, nil)
	minor := t.step("requestChange", t.buyer, `{"change_type": "flight_dates", "deal_id": "`+deal+`", "proposed_values": {"flight_end": "2026-09-01"}}`)
	if minor.word("status") == "approved" {
		t.step("applyChange", t.buyer, nil, minor.word("change_request_id"))
	}
	t.step("getChange", t.buyer, nil, minor.word("change_request_id"))
	major := t.step("requestChange", t.buyer, `{"change_type": "cancellation", "order_id": "`+order+`", "reason": "paused"}`)
	t.step("reviewChange", t.operator, `{"decision": "reject", "reason": "not now"}`, major.word("change_request_id"))
	t.step("requestChange", t.buyer, `{"change_type": "makegood", "deal_id": "`+deal+`", "makegood": {"shortfall_grps": 8.5}}`)
}

// hold meets the gate with a booking, which then is approved, and with one that is turned down.
func (t *tour) hold() {
	rule := t.step("createApprovalRule", t.operator, `{"name": "everything", "gate": "deal_booking", "condition": "price > 0", "role": "approver", "timeout": "24h"}`)
	for _, decision := range []string{"approve", "reject"} {
		deal := t.book("PD", http.StatusAccepted)
		held := t.step("getDeal", t.buyer, nil, deal)
		if held.at("openrtb_params") != nil || held.at("deal.openrtb_params") != nil || len(membersIn(held.at("activation_instructions"))) > 0 {
			t.t.Errorf("a deal that is %s is told how to run: %s", held.word("status"), held.text)
		}
		pending := t.step("listApprovals", t.operator, nil)
		rows, _ := pending.at("approvals").([]any)
		id, _ := follow(rows[len(rows)-1], "approval_id").(string)
		t.step("getApproval", t.operator, nil, id)
		t.step("decideApproval", t.operator, `{"decision": "`+decision+`"}`, id)
		t.step("resumeApproval", t.operator, nil, id)
		after := t.step("getDeal", t.buyer, nil, deal)
		if told := after.at("openrtb_params") != nil; told != (decision == "approve") {
			t.t.Errorf("a deal that is %s: %s", after.word("status"), after.text)
		}
	}
	t.step("deleteApprovalRule", t.operator, nil, rule.word("rule_id"))
}

// talk begins a session, says something in it, and ends it.
func (t *tour) talk() {
	session := t.step("openSession", t.buyer, `{"metadata": {"planner": "Kim"}}`).word("session_id")
	t.step("sendSessionMessage", t.buyer, `{"type": "inquiry", "content": "Which live sports do you have?"}`, session)
	t.step("listSessionMessages", t.buyer, nil, session)
	t.step("getSession", t.buyer, nil, session)
	t.step("listSessions", t.buyer, nil)
	t.step("closeSession", t.buyer, `{}`, session)
	t.step("getSession", t.buyer, nil, session)
}

// publish asks for everything of the publisher's own.
func (t *tour) publish() {
	for _, operation := range []string{
		"listAgents", "listApprovalRules", "getConfiguredApprovalRules", "listApprovals", "listAudit", "listKeys", "listNegotiationProfiles",
		"listPricingRules", "getRateCard", "listRateCards", "listWebhooks", "getOrderReport",
	} {
		t.step(operation, t.operator, nil)
	}
	accounts, _ := t.step("listAccounts", t.operator, nil).body["accounts"].([]any)
	for _, account := range accounts {
		id, _ := follow(account, "account_id").(string)
		t.step("getAccountBusiness", t.operator, nil, id)
	}
	if len(accounts) == 0 { // of a buyer that nobody is
		made := t.step("createAccount", t.operator, `{"kind": "agency", "name": "Nobody's", "code": "nobodys"}`)
		t.step("getAccountBusiness", t.operator, nil, made.word("account_id"))
	}
	t.step("getCapacity", t.operator, nil, "ctv-sports", "?start_date=2026-08-01&end_date=2026-08-03")
	t.step("replaceRateCard", t.operator, `{"entries": [{"inventory_type": "ctv", "base_cpm": 35.00}]}`)
	t.step("getRateCard", t.operator, nil)
	t.step("listRateCards", t.operator, nil)
}

// TestTheShapesFindWhatIsWrong keeps the readers of the test above honest.
func TestTheShapesFindWhatIsWrong(t *testing.T) {
	t.Parallel()
	deal := contractShape(t, "protocol/DealBookingResponse", "deal")
	good := membersIn(example(t, "protocol/DealBookingResponse", 0, "deal"))
	if wrong := deal.holds("deal", "", good); len(wrong) > 0 {
		t.Errorf("the contract's own example is refused: %v", wrong)
	}
	for _, broken := range []string{`"wadomain": null`, `"terms": null`, `"at": "3"`, `"created_at": "2026-07-01"`} {
		member, _, _ := strings.Cut(strings.TrimPrefix(broken, `"`), `"`)
		var value any
		if err := json.Unmarshal([]byte("{"+broken+"}"), &value); err != nil {
			t.Fatal(err)
		}
		bad := membersIn(decoded(t, mustJSON(t, good)))
		target := bad
		if member == "wadomain" || member == "at" {
			target = membersIn(bad["openrtb_params"])
		}
		target[member] = follow(value, member)
		if wrong := deal.holds("deal", "", bad); len(wrong) == 0 {
			t.Errorf("%s passes", broken)
		}
		delete(target, member)
		if wrong := deal.holds("deal", "", bad); len(wrong) == 0 {
			t.Errorf("a deal without %s passes", member)
		}
	}
}

// membersIn are the members of an object; nil of anything else.
func membersIn(value any) map[string]any {
	object, _ := value.(map[string]any)
	return object
}
