package rest_test

import (
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/internal/racedetector"
	"parley/rest"
	"parley/seller"
	"parley/storage/storagetest"
)

// hand is what only the publisher may know, by every number that would give it away.
type hand map[string]string

// amount hides a CPM: itself and what it comes to when it is cut or rounded to two and more decimals, in units, cents and
// micros.
func (h hand) amount(name, units string) {
	for decimals := 2; decimals <= 6; decimals++ {
		scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil))
		scaled := new(big.Rat).Mul(number(units), scale)
		down := new(big.Int).Quo(scaled.Num(), scaled.Denom())
		for _, whole := range []*big.Int{down, new(big.Int).Add(down, big.NewInt(1))} {
			if decimals == 6 && whole != down {
				continue // it has six decimals at most: the next micro is another amount
			}
			if scaled.IsInt() && whole != down {
				continue
			}
			cut := new(big.Rat).Quo(new(big.Rat).SetInt(whole), scale)
			for _, factor := range []string{"1", "100", "1000000"} {
				h.hide(name, new(big.Rat).Mul(cut, number(factor)))
			}
		}
	}
}

// share hides a percentage: in percent, as a fraction, in basis points and in parts of a million.
func (h hand) share(name, percent string) {
	for _, factor := range []string{"1", "0.01", "100", "10000"} {
		h.hide(name, new(big.Rat).Mul(number(percent), number(factor)))
	}
}

func (h hand) hide(name string, value *big.Rat) { h[value.RatString()] = name }

func number(digits string) *big.Rat {
	value, ok := new(big.Rat).SetString(digits)
	if !ok {
		panic(digits + " is no number")
	}
	return value
}

var (
	// numerals are numbers as any of the forms writes them: 21.37, 21.3700, 2.137e1, 21370000, 21,370,000.
	numerals = regexp.MustCompile(`\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][+-]?\d{1,2})?`)
	// accidental are identifiers, instants, dates and hashes, which hold any digits.
	accidental = regexp.MustCompile(`\b(?:qt|prop|neg|apr|evt|key|rule|gate|req|prof|agt)-[0-9a-z]+|\b(?:ORD|CR)-[0-9A-Z]+|\bPRLY-[0-9A-Z]{5}-[0-9A-Z]{5}` +
		`|ask_live_[0-9a-z]+|\d{4}-\d\d-\d\dT[0-9:.]+Z|\d{4}-\d\d-\d\d|\bcursor=[\w-]+|"next_cursor":"[^"]*"`)
	// insideWords are what the publisher's records call their parts; allowedWords hold some of them and mean something else.
	insideWords = regexp.MustCompile(`(?i)floor|reservation|strateg|gap.?split|boulware|tit.?for.?tat|"limits"|"trace"|"steps"|lowest|max_rounds` +
		`|(?:round|total)_?cap|buyer_share|threshold|conced|profile|secret`)
	allowedWords = regexp.MustCompile(`bidfloor(?:cur)?|negotiation_profiles\.changed|delivery\.profile_changed|"pricing_type":"floor"`)
)

// gives finds what a text gives away; "" for nothing.
func (h hand) gives(text string) string { return h.among(numbersIn(text)) }

// among finds what is given away by numbers that numbersIn found.
func (h hand) among(numbers map[string]string) string {
	for value, written := range numbers {
		if name, hidden := h[value]; hidden {
			return name + " as " + written
		}
	}
	return ""
}

// numbersIn are the numbers in a text, in lowest terms, each as it is written there.
func numbersIn(text string) map[string]string {
	numbers := map[string]string{}
	for _, written := range numerals.FindAllString(accidental.ReplaceAllString(text, ""), -1) {
		numbers[number(strings.ReplaceAll(written, ",", "")).RatString()] = written
	}
	return numbers
}

func TestSecretsAreFoundInEveryForm(t *testing.T) {
	t.Parallel()
	h := hand{}
	h.amount("the floor", "21.371913")
	h.share("the cap", "17.77")
	for _, text := range []string{
		`{"p": 21.371913}`, `"21.37"`, "21.3719", "21.38 USD", "2137 cents", "21371913", `"amount_micros":21370000`, "2.137e1", "21,371,913 micros",
		"17.77%", "17.770000", "0.1777", "1777 bp", "177700",
	} {
		if h.gives(text) == "" {
			t.Errorf("%s passes", text)
		}
	}
	for _, text := range []string{"21.36", "121.37", "121.371913", "17.78%", "qt-1777", "2026-07-01T21:37:17.77Z", "1.777"} {
		if found := h.gives(text); found != "" {
			t.Errorf("%s is taken for %s", text, found)
		}
	}
}

// secretProduct is a product with numbers of its own, each of which can be told from every other.
type secretProduct struct {
	id, base, floor         string
	strategy                string
	cap, each, share, close string // percent
}

var secretProducts = []secretProduct{
	{"worked", "40.00", "21.37", "gap_split", "17.77", "3.31", "41.43", "1.23"},
	{"held", "61.00", "33.29", "boulware", "23.57", "4.61", "37.19", "0.97"},
	{"mirrored", "17.30", "8.47", "tit_for_tat", "19.39", "5.93", "53.87", "1.61"},
}

const (
	ruleFloor   = "11.83"
	globalFloor = "4.71"
)

// stockSecrets puts the products for sale, each with its profile, and rules that nobody may hear of.
func (s *shop) stockSecrets() hand {
	s.t.Helper()
	h := hand{}
	_, err := s.service.ImportCatalog(s.t.Context(), seller.Terminal("test"), seller.CatalogImport{Feed: func(stage func(int, parley.ProductChange) error) error {
		for i, p := range secretProducts {
			base, floor := micros(p.base), micros(p.floor)
			if err := stage(i+1, storagetest.WholeProduct(parley.Product{
				ID: p.id, Name: "Product " + p.id, InventoryType: "video", BaseCPM: &base, FloorCPM: floor, Currency: parley.USD,
				DealTypes: []parley.DealType{parley.PreferredDeal, parley.ProgrammaticGuaranteed, parley.PrivateAuction}, AdFormats: []string{"video"},
			})); err != nil {
				return err
			}
		}
		return nil
	}})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range secretProducts {
		h.amount("the floor of "+p.id, p.floor)
		h.share("the cap of "+p.id, p.cap)
		h.share("the round's cap of "+p.id, p.each)
		h.share("the buyer's share for "+p.id, p.share)
		h.share("the threshold of "+p.id, p.close)
		s.must(201, "POST", "/api/v1/negotiation-profiles", s.operator, fmt.Sprintf(
			`{"name": "secret profile", "product_ids": [%q], "strategy": %q, "max_rounds": 6, "total_cap_pct": %s, "round_cap_pct": %s, "buyer_share_pct": %s, "acceptance_threshold_pct": %s}`,
			p.id, p.strategy, p.cap, p.each, p.share, p.close))
	}
	h.amount("the rule's floor", ruleFloor)
	h.amount("the global floor", globalFloor)
	s.must(201, "POST", "/api/v1/pricing-rules", s.operator, `{"name": "secret rule", "product_ids": ["worked", "held"], "floor_cpm": `+ruleFloor+`}`)
	s.must(200, "PUT", "/api/v1/rate-card", s.operator, `{"entries": [], "global_floors": [{"floor_cpm": `+globalFloor+`, "currency": "USD"}]}`)
	for gate, impressions := range map[string]int{"proposal_decision": 123_000, "deal_booking": 124_000, "negotiation_accept": 125_000, "change_request": 126_000} {
		s.must(201, "POST", "/api/v1/approval-rules", s.operator,
			fmt.Sprintf(`{"name": "secret gate", "gate": %q, "condition": "impressions == %d"}`, gate, impressions))
	}
	return h
}

func micros(units string) int64 {
	return new(big.Rat).Mul(number(units), number("1000000")).Num().Int64()
}

// eavesdropper is a buyer that keeps every answer it gets.
type eavesdropper struct {
	*shop
	name, key string
	answers   []reply
	about     []string // what each answered
}

func (e *eavesdropper) ask(method, path string, body any, headers ...string) reply {
	e.t.Helper()
	got := e.call(method, path, e.key, body, headers...)
	e.answers, e.about = append(e.answers, got), append(e.about, method+" "+path)
	return got
}

// trade says everything that a buyer can say about a product.
func (e *eavesdropper) trade(p secretProduct, ask *big.Rat) {
	part := func(percent string) string { // of the ask, in cents that are nobody's secret
		return new(big.Rat).Mul(ask, new(big.Rat).Quo(number(percent), number("100"))).FloatString(2)
	}
	offer := func(price string, impressions int) string {
		return fmt.Sprintf(`{"product_id": %q, "deal_type": "PD", "price": %s, "impressions": %d, "start_date": "2026-08-01", "end_date": "2026-08-10"}`,
			p.id, price, impressions)
	}
	for _, prices := range [][]string{
		{part("20"), part("30"), part("40"), part("12"), part("10"), part("9"), part("8")},                       // lowballs
		{part("88.1"), part("89.2"), part("90.3"), part("90.4"), part("90.5"), part("90.6"), part("90.7")},       // creeps
		{part("85.5"), part("60.1"), part("85.5"), part("60.1"), part("85.5"), part("60.1"), part("85.5")},       // oscillates
		{part("83.3"), part("83.3"), part("83.3"), part("83.3"), part("83.3"), part("83.3"), part("83.3")},       // waits
		{"-1", "0", "1e3", "99999999", `"x"`, "null", `{"amount_micros": 1, "currency": "EUR"}`, part("100.01")}, // is broken
	} {
		proposal := e.ask("POST", "/proposals", offer(prices[0], 100_000))
		path := "/proposals/" + proposal.word("proposal_id")
		for _, price := range prices[1:] {
			e.ask("POST", path+"/counter", `{"buyer_price": `+price+`}`)
		}
		e.ask("GET", path, nil)
		e.ask("GET", path+"/negotiation", nil)
		e.ask("GET", path+"/evaluation", nil)
		e.ask("POST", "/deals", map[string]any{"proposal_id": proposal.word("proposal_id")})
		e.ask("POST", path+"/withdraw", "{}")
	}
	quote := e.ask("POST", "/api/v1/quotes", fmt.Sprintf(`{"product_id": %q, "deal_type": "PD", "impressions": 100000, "target_cpm": %s}`, p.id, part("50")))
	for _, price := range []string{part("77.7"), part("84.4"), part("33")} {
		e.ask("POST", "/api/v1/negotiations/messages", fmt.Sprintf(`{"action": "counter", "quote_id": %q, "buyer_price": %s}`, quote.word("quote_id"), price))
	}
	e.ask("GET", "/api/v1/quotes/"+quote.word("quote_id"), nil)
	e.ask("GET", "/api/v1/quotes/"+quote.word("quote_id")+"/pricing-trace", nil)
	for _, impressions := range []int{123_000, 125_000} {
		gated := e.ask("POST", "/proposals", offer(part("100"), impressions))
		e.ask("GET", "/approvals/"+gated.word("approval_id"), nil)
	}
	e.change(p, part)
	for _, body := range []string{`{"product_id": %q}`, `{"product_id": %q, "budget": 100000}`, `{"ProductIds": [%q]}`} {
		e.ask("POST", "/products/avails", fmt.Sprintf(body, p.id))
	}
	e.ask("POST", "/pricing", fmt.Sprintf(`{"product_id": %q, "volume": 50000000}`, p.id))
	e.ask("GET", "/products/"+p.id, nil)
}

// change books a deal and asks for other terms, under the floor and above it.
func (e *eavesdropper) change(p secretProduct, part func(string) string) {
	for _, impressions := range []int{100_000, 124_000, 126_000} {
		quote := e.ask("POST", "/api/v1/quotes", fmt.Sprintf(`{"product_id": %q, "deal_type": "PG", "impressions": %d}`, p.id, impressions))
		deal := e.ask("POST", "/api/v1/deals", map[string]any{"quote_id": quote.word("quote_id")}).word("deal_id")
		e.ask("POST", "/api/v1/orders", map[string]any{"deal_id": deal})
		e.ask("GET", "/api/v1/deals/"+deal, nil)
		for _, values := range []string{
			`"change_type": "pricing", "proposed_values": {"price": ` + part("10") + `}`,
			`"change_type": "pricing", "proposed_values": {"price": ` + part("95") + `}`,
			`"change_type": "impressions", "proposed_values": {"impressions": 1}`,
			`"change_type": "creative", "proposed_values": {"creative_id": "c-2"}`,
		} {
			asked := e.ask("POST", "/api/v1/change-requests", fmt.Sprintf(`{"deal_id": %q, "reason": "a test", %s}`, deal, values))
			path := "/api/v1/change-requests/" + asked.word("change_request_id")
			e.call("POST", path+"/review", e.operator, `{"decision": "approve"}`)
			e.ask("POST", path+"/apply", nil)
			e.ask("GET", path, nil)
		}
	}
}

// read asks for everything that is there to be read, and follows its events from the first one on.
func (e *eavesdropper) read() {
	for _, path := range []string{
		"/products", "/proposals", "/api/v1/negotiations", "/api/v1/quotes", "/api/v1/deals", "/api/v1/orders", "/api/v1/orders/report",
		"/api/v1/change-requests", "/events?limit=500", "/events?order=newest", "/.well-known/agent.json", "/healthz", "/readyz",
		"/api/v1/negotiation-profiles", "/api/v1/approval-rules", "/api/v1/pricing-rules", "/approvals", "/api/v1/rate-card", "/api/v1/audit",
		"/registry/agents", "/auth/api-keys", "/api/v1/products/worked/capacity", "/products?limit=x", "/nowhere",
	} {
		e.ask("GET", path, nil)
		e.ask("HEAD", path, nil)
	}
	if e.key == "" {
		return
	}
	events, _ := e.ask("GET", "/events?limit=500&wait=1", nil).at("events").([]any)
	stream := e.listen(e.key, "", "Last-Event-ID", "0")
	for range events {
		e.answers = append(e.answers, reply{text: stream.event().data, header: stream.response.Header})
		e.about = append(e.about, "GET /events/stream")
	}
	stream.close()
}

// search goes through what was heard, in order: nothing of the hand, and no reservation price before it is offered.
func (e *eavesdropper) search(h hand, reservations map[string]hand) {
	e.t.Helper()
	for i, got := range e.answers {
		var text strings.Builder
		text.WriteString(got.text)
		for name, values := range got.header {
			if name != "Etag" && name != "Date" && name != "Content-Length" {
				fmt.Fprintf(&text, "\n%s: %s", name, strings.Join(values, ", "))
			}
		}
		numbers := numbersIn(text.String())
		if found := h.among(numbers); found != "" {
			e.t.Errorf("%s, %s: %s in %s", e.name, e.about[i], found, text.String())
		}
		if insideWords.MatchString(text.String()) { // few do, and taking out what is allowed takes long
			if found := insideWords.FindString(allowedWords.ReplaceAllString(text.String(), "")); found != "" {
				e.t.Errorf("%s, %s: %q in %s", e.name, e.about[i], found, text.String())
			}
		}
		for product, reservation := range reservations {
			switch found := reservation.among(numbers); {
			case found == "":
			case got.word("action") == "final_offer" || got.word("counter_terms.action") == "final_offer":
				delete(reservations, product) // it is said now
			default:
				e.t.Errorf("%s, %s: %s of %s before it is offered in %s", e.name, e.about[i], found, product, text.String())
			}
		}
	}
}

// TestNothingOfTheSellersHandShows has buyers of every tier say everything that can be said about products of every
// strategy, and searches every answer for what only the publisher may know: floors, reservations, caps, shares,
// thresholds, and the names of rules and of members that would hold them.
func TestNothingOfTheSellersHandShows(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, s *shop) {
		t.Parallel()
		h := s.stockSecrets()
		heard := map[string]bool{}
		for name, key := range map[string]string{
			"nobody":     "",
			"seat":       s.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "seat", Identity: parley.Identity{SeatID: "seat-7"}}),
			"agency":     s.buyer,
			"advertiser": s.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "adv", Identity: parley.Identity{SeatID: "seat-8", AdvertiserID: "adv-8"}}),
		} {
			e := &eavesdropper{shop: s, name: name, key: key}
			reservations := map[string]hand{}
			for _, p := range secretProducts {
				quote := e.ask("POST", "/api/v1/quotes", fmt.Sprintf(`{"product_id": %q, "deal_type": "PD", "impressions": 100000}`, p.id))
				ask := number(quote.word("pricing.final_cpm"))
				reservations[p.id] = hand{}
				reservations[p.id].amount("the reservation", reservationOf(ask, p))
				e.trade(p, ask)
			}
			e.read()
			e.search(h, reservations)
			for _, answer := range e.answers {
				heard[answer.word("action")] = true
			}
			if len(reservations) == len(secretProducts) {
				t.Errorf("%s was never made a final offer: the walk was meant to", name)
			}
		}
		if diff := cmp.Diff([]string{"", "accept", "counter", "final_offer", "reject"}, slices.Sorted(maps.Keys(heard))); diff != "" {
			t.Errorf("the walk was meant to hear every action (-want +heard):\n%s", diff)
		}
	})
}

// reservationOf is the ask less the whole cap, rounded up to the cent; every floor is lower.
func reservationOf(ask *big.Rat, p secretProduct) string {
	cents := new(big.Rat).Mul(ask, new(big.Rat).Sub(number("100"), number(p.cap)))
	whole := new(big.Int).Quo(cents.Num(), cents.Denom())
	if !cents.IsInt() {
		whole.Add(whole, big.NewInt(1))
	}
	return new(big.Rat).SetFrac(whole, big.NewInt(100)).FloatString(2)
}

// TestTheDescriptionShowsNothingInside searches what the description says of the operations that buyers have. Schemas are
// apart, as operators' records have the members that buyers' lack.
func TestTheDescriptionShowsNothingInside(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	s := openShop(t, rest.Options{})
	h := s.stockSecrets()
	document := s.document()
	for _, path := range []string{"/openapi.json", "/openapi.yaml", "/docs"} {
		if found := h.gives(s.must(http.StatusOK, "GET", path, s.buyer, nil).text); found != "" {
			t.Errorf("%s gives %s away", path, found)
		}
	}
	explained := regexp.MustCompile(`fixed, or floor`)
	for _, route := range rest.Routes() {
		if route.Access == rest.AccessOperator {
			continue
		}
		shown := mustJSON(t, follow(document.body, "paths", route.Path, strings.ToLower(route.Method)))
		shown = explained.ReplaceAllString(allowedWords.ReplaceAllString(shown, ""), "")
		if found := insideWords.FindString(shown); found != "" || len(shown) < 100 {
			t.Errorf("the description of %s %s has %q", route.Method, route.Path, found)
		}
	}
}
