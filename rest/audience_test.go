package rest_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
)

// plans are audience plans, and what of them stands in the way on a product that carries the segments 243 and 254, and on one
// that carries none.
var plans = []struct {
	plan          string
	carried, none []string
}{
	{`{"plan_id": "ap-9"}`, nil, nil},
	{`{}`, nil, nil},
	{`{"segments": [], "primary": null, "constraints": []}`, nil, nil},
	{`{"schema_version": "1", "rationale": "reach"}`, nil, nil},
	{`{"plan_id": "ap-9", "segments": [{"id": "243", "role": "reach"}]}`, nil, []string{"segments[0]"}},
	{`{"segments": ["243", "254"]}`, nil, []string{"segments[0]", "segments[1]"}},
	{`{"primary": {"type": "standard", "identifier": "254", "taxonomy": "iab-audience", "version": "1.1", "source": "resolved", "confidence": 0.9,
		"compliance_context": null}}`, nil, []string{"primary"}},
	{`{"segments": [{"id": "1001", "role": "reach"}, {"id": "243"}]}`, []string{"segments[0]"}, []string{"segments[0]", "segments[1]"}},
	{`{"primary": {"type": "standard", "identifier": "243"}, "constraints": [{"type": "contextual", "identifier": "IAB1-2"}],
		"extensions": [{"type": "agentic", "identifier": "emb://x"}], "exclusions": [{"type": "standard", "identifier": "254"}]}`,
		[]string{"constraints[0]", "exclusions[0]", "extensions[0]"}, []string{"constraints[0]", "exclusions[0]", "extensions[0]", "primary"}},
	{`{"primary": {"type": "contextual", "identifier": "243"}}`, []string{"primary"}, []string{"primary"}},
	{`{"primary": {"identifier": "243", "version": "2.0"}}`, []string{"primary"}, []string{"primary"}},
	{`{"primary": {"identifier": "243", "taxonomy": "acme-first-party"}}`, []string{"primary"}, []string{"primary"}},
	{`{"segments": [{"id": "243", "role": "exclude"}]}`, []string{"segments[0]"}, []string{"segments[0]"}},
	{`{"segments": [{"id": "243", "recency_days": 7}]}`, []string{"segments[0]"}, []string{"segments[0]"}},
	{`{"target_demographics": {"age": "18-49"}}`, []string{"target_demographics"}, []string{"target_demographics"}},
	{`{"embedding_uri": "emb://x"}`, []string{"embedding_uri"}, []string{"embedding_uri"}},
}

// TestAudiencePlansAreHonouredOrRefused: a plan that asks for audiences which a product is not sold by is refused with the status
// after which buyers' agents ask for less, and everything that stands in the way is named at once, whether it comes with a quote
// or with a booking.
func TestAudiencePlansAreHonouredOrRefused(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		sports, _ := s.packaged()
		n := 0
		send := func(key, path, body string) reply {
			n++
			return s.call("POST", path, key, body, "Idempotency-Key", fmt.Sprint(n))
		}
		for _, asked := range plans {
			for product, paths := range map[string][]string{"ctv-sports": asked.carried, "display-news": asked.none} {
				terms := fmt.Sprintf(`{"product_id": %q, "deal_type": "PD"`, product)
				for _, key := range []string{"", s.buyer} {
					quoted := send(key, "/api/v1/quotes", terms+`, "audience_plan": `+asked.plan+`}`)
					refusedFor(t, quoted, 201, paths)
				}
				refusedFor(t, send(s.buyer, "/proposals", terms+`, "price": 30, "impressions": 100000, "start_date": "2026-08-01",
					"end_date": "2026-08-10", "audience_plan": `+asked.plan+`}`), 201, paths)
				if whole := send(s.buyer, "/api/v1/packages/"+sports+"/quotes", `{"deal_type": "PD", "audience_plan": `+asked.plan+`}`); len(asked.carried) > 0 && whole.status != 400 {
					t.Errorf("a package with %s: %d %s", asked.plan, whole.status, whole.text)
				}
				plain := send(s.buyer, "/api/v1/quotes", terms+`}`).word("quote_id")
				for path, body := range map[string]string{
					"/api/v1/packages/" + sports + "/deals": fmt.Sprintf(`{"quote_ids": [%q]`, plain),
					"/api/v1/deals":                         fmt.Sprintf(`{"quote_id": %q`, plain),
				} {
					if len(paths) > 0 || path == "/api/v1/deals" {
						refusedFor(t, send(s.buyer, path, body+`, "audience_plan": `+asked.plan+`}`), 201, paths)
					}
				}
			}
		}
		for key, capable := range map[string]string{
			"audience_capabilities.supports_constraints": "false", "audience_capabilities.agentic.supported": "false",
			"audience_capabilities.standard_taxonomy_versions": "[1.1]", "audience_capabilities.max_refs_per_role.primary": "1",
		} {
			if got := fmt.Sprint(s.must(200, "GET", "/.well-known/agent.json", "", nil).at(key)); got != capable {
				t.Errorf("the card says %s of %s", got, key)
			}
		}
	})
}

// TestMalformedAudiencePlansAreRefusedAlike: the form of a plan is judged before what it asks for, and so alike for every product and
// on every way in, with the members that are wrong.
func TestMalformedAudiencePlansAreRefusedAlike(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		sports, _ := s.packaged()
		n := 0
		for plan, path := range map[string]string{
			`"254"`: "", `["254"]`: "", `7`: "", `{"segments": "254"}`: ".segments", `{"segments": {"id": "254"}}`: ".segments", `{"segments": ""}`: ".segments",
			`{"segments": false}`: ".segments", `{"segments": [7]}`: ".segments[0]", `{"segments": [null]}`: ".segments[0]", `{"segments": [""]}`: ".segments[0]",
			`{"segments": ["254", ["243"]]}`: ".segments[1]", `{"segments": [{"role": "reach"}]}`: ".segments[0]", `{"segments": [{}]}`: ".segments[0]",
			`{"segments": [{"id": 254}]}`: ".segments[0].id", `{"segments": [{"id": "254", "role": 1}]}`: ".segments[0].role",
			`{"primary": {}}`: ".primary", `{"primary": "254"}`: ".primary", `{"primary": ["254"]}`: ".primary", `{"primary": false}`: ".primary",
			`{"primary": {"identifier": "254", "confidence": "high"}}`: ".primary.confidence", `{"primary": {"identifier": null}}`: ".primary",
			`{"primary": {"identifier": "254", "compliance_context": []}}`: ".primary.compliance_context",
			`{"constraints": {}}`: ".constraints", `{"extensions": ""}`: ".extensions", `{"exclusions": [0]}`: ".exclusions[0]",
			`{"plan_id": 7}`: ".plan_id", `{"rationale": []}`: ".rationale", `{"segments": [], "name": {}}`: ".name",
		} {
			for _, product := range []string{"ctv-sports", "display-news"} {
				terms := fmt.Sprintf(`{"product_id": %q, "deal_type": "PD"`, product)
				quote := s.call("POST", "/api/v1/quotes", s.buyer, terms+`}`).word("quote_id")
				for way, body := range map[string]string{
					"/api/v1/quotes":                         terms,
					"/proposals":                             terms + `, "price": 30, "impressions": 100000, "start_date": "2026-08-01", "end_date": "2026-08-10"`,
					"/api/v1/deals":                          fmt.Sprintf(`{"quote_id": %q`, quote),
					"/api/v1/packages/" + sports + "/quotes": `{"deal_type": "PD"`,
					"/api/v1/packages/" + sports + "/deals":  fmt.Sprintf(`{"quote_ids": [%q]`, quote),
				} {
					n++
					got := s.call("POST", way, s.buyer, body+`, "audience_plan": `+plan+`}`, "Idempotency-Key", fmt.Sprint("m", n))
					if got.status != 422 || !got.names("audience_plan"+path) {
						t.Errorf("%s at %s of %s: %d %s", plan, way, product, got.status, got.text)
					}
				}
			}
		}
	})
}

// TestPlansAreKeptWithoutNulls: what is read again of a plan has no list that is null.
func TestPlansAreKeptWithoutNulls(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		plan := `, "audience_plan": {"plan_id": "x", "segments": null, "primary": {"identifier": "254", "confidence": 0.90, "source": null}, "constraints": [], "own": null}`
		const kept = `{"constraints":[],"plan_id":"x","primary":{"confidence":0.90,"identifier":"254"}}`
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "idempotency_key": "q"`+plan+`}`)
		plain := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "impressions": 30000}`)
		for _, got := range []reply{
			quote, s.must(200, "GET", "/api/v1/quotes/"+quote.word("quote_id"), s.buyer, nil),
			s.must(201, "POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+quote.word("quote_id")+`", "idempotency_key": "d"}`),
			s.must(201, "POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+plain.word("quote_id")+`", "idempotency_key": "e"`+plan+`}`),
		} {
			if !strings.Contains(strings.ReplaceAll(got.text, " ", ""), kept) {
				t.Errorf("kept as %s", got.text)
			}
		}
	})
}

func refusedFor(t testing.TB, got reply, status int, paths []string) {
	t.Helper()
	if len(paths) == 0 {
		if got.status != status {
			t.Errorf("answered %d: %s", got.status, got.text)
		}
		return
	}
	unsupported, _ := got.at("detail.unsupported").([]any)
	if got.status != 400 || got.word("detail.error") != "unsupported_capability" || len(unsupported) != len(paths) {
		t.Errorf("answered %d, not for %v: %s", got.status, paths, got.text)
		return
	}
	for i, path := range paths {
		if follow(unsupported[i], "path") != "$.audience_plan."+path || follow(unsupported[i], "reason") == "" {
			t.Errorf("%v, not %s", unsupported[i], path)
		}
	}
}

// TestWhatAPlanWasTakenForStaysOnTheDeal: segments show in the catalog and on the deal, and a product that no longer carries
// them is not sold by them, whatever was quoted.
func TestWhatAPlanWasTakenForStaysOnTheDeal(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for path, want := range map[string]string{"/products/ctv-sports": "map[segment_ids:[243 254]]", "/products/display-news": "<nil>"} {
			if got := fmt.Sprint(s.must(200, "GET", path, "", nil).at("audience_targeting")); got != want {
				t.Errorf("%s is sold by %s", path, got)
			}
		}
		ask := func() string {
			return s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "idempotency_key": "`+rand.Text()+`",
				"audience_plan": {"primary": {"identifier": "254"}}}`).word("quote_id")
		}
		kept, late := ask(), ask()
		deal := s.must(201, "POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+kept+`"}`)
		if deal.word("audience_plan_snapshot.primary.identifier") != "254" {
			t.Errorf("%s", deal.text)
		}
		s.must(200, "PATCH", "/api/v1/products/ctv-sports", s.operator, `{"audience_segments": ["243"]}`)
		refusedFor(t, s.call("POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+late+`"}`), 201, []string{"primary"})
		s.must(201, "POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+late+`", "audience_plan": {}, "idempotency_key": "without"}`)
		s.must(200, "PATCH", "/api/v1/products/ctv-sports", s.operator, `{"audience_segments": null}`)
		card := s.must(200, "GET", "/.well-known/agent.json", "", nil)
		if got := fmt.Sprint(card.at("audience_capabilities.standard_taxonomy_versions")); got != "[]" || card.word("audience_capabilities.max_refs_per_role.primary") != "0" {
			t.Errorf("%s", card.text)
		}
	})
}

// TestNobodysRateCard: a price list that is not in force for the buyer is not quoted from, and not said to be.
func TestNobodysRateCard(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		got := s.must(422, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "rate_card_id": "rc-001", "idempotency_key": "k"}`)
		if !got.names("rate_card_id") {
			t.Errorf("%s", got.text)
		}
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "rate_card_id": null}`)
		if card := quote.at("quote.rate_card_id"); card != nil {
			t.Errorf("%s", quote.text)
		}
	})
}
