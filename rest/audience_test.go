package rest_test

import (
	"fmt"
	"testing"

	"parley/rest"
)

// TestAudiencePlansAreHonouredOrRefused: a plan that asks for audiences is refused with the status after which buyers' agents
// ask for less, and everything that stands in the way is named at once.
func TestAudiencePlansAreHonouredOrRefused(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	for i, asked := range []struct {
		plan  string
		paths []string
	}{
		{`{"plan_id": "ap-9"}`, nil},
		{`{}`, nil},
		{`{"segments": [], "primary": null, "constraints": []}`, nil},
		{`{"schema_version": "1", "rationale": "reach"}`, nil},
		{`{"plan_id": "ap-9", "segments": [{"id": "1001", "role": "reach"}]}`, []string{"$.audience_plan.segments[0]"}},
		{`{"primary": {"type": "standard", "identifier": "3-7"}, "constraints": [{"type": "contextual", "identifier": "IAB1-2"}],
			"extensions": [{"type": "agentic", "identifier": "emb://x"}], "exclusions": [{"type": "standard", "identifier": "9"}]}`, []string{
			"$.audience_plan.constraints[0]", "$.audience_plan.exclusions[0]", "$.audience_plan.extensions[0]", "$.audience_plan.primary",
		}},
		{`{"target_demographics": {"age": "18-49"}}`, []string{"$.audience_plan.target_demographics"}},
		{`{"embedding_uri": "emb://x"}`, []string{"$.audience_plan.embedding_uri"}},
	} {
		for _, key := range []string{"", s.buyer} {
			got := s.call("POST", "/api/v1/quotes", key, `{"product_id": "ctv-sports", "deal_type": "PD", "audience_plan": `+asked.plan+`}`,
				"Idempotency-Key", fmt.Sprint(i))
			if len(asked.paths) == 0 {
				if got.status != 201 {
					t.Errorf("%s is answered %d: %s", asked.plan, got.status, got.text)
				}
				continue
			}
			unsupported, _ := got.at("detail.unsupported").([]any)
			if got.status != 400 || got.word("detail.error") != "unsupported_capability" || len(unsupported) != len(asked.paths) {
				t.Errorf("%s is answered %d: %s", asked.plan, got.status, got.text)
				continue
			}
			for i, path := range asked.paths {
				if follow(unsupported[i], "path") != path || follow(unsupported[i], "reason") == "" {
					t.Errorf("%s: %v, not %s", asked.plan, unsupported[i], path)
				}
			}
		}
	}
	card := s.must(200, "GET", "/.well-known/agent.json", "", nil)
	if card.at("audience_capabilities.supports_constraints") != false || card.at("audience_capabilities.agentic.supported") != false {
		t.Errorf("%s", card.text)
	}
}

// TestNobodysRateCard: a price list that is not in force for the buyer is not quoted from, and not said to be.
func TestNobodysRateCard(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	got := s.must(422, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "rate_card_id": "rc-001", "idempotency_key": "k"}`)
	if !got.names("rate_card_id") {
		t.Errorf("%s", got.text)
	}
	quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "rate_card_id": null}`)
	if card := quote.at("quote.rate_card_id"); card != nil {
		t.Errorf("%s", quote.text)
	}
}
