package a2a_test

import (
	"encoding/json"
	"net/http"
	"testing"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"parley/a2a"
	"parley/edge"
	"parley/internal/stores"
	"parley/seller"
	"parley/tool"
)

const cardAt = "/.well-known/agent-card.json"

func TestCard(t *testing.T) {
	t.Parallel()
	s := openShop(t, stores.SQLite(t), a2a.Options{})
	status, card, header := s.do("GET", cardAt, "", "")
	if status != 200 || header.Get("Access-Control-Allow-Origin") != "*" || header.Get("Cache-Control") != "public, max-age=300" ||
		header.Get("Content-Type") != "application/json" {
		t.Fatalf("%d %v %v", status, header, card)
	}
	if card.text("supportedInterfaces.0.url") != s.url+"/a2a" || card.at("capabilities.streaming") != true || card.at("securityRequirements") != nil {
		t.Errorf("the card is %v", card)
	}
	text, err := json.Marshal(card)
	if err != nil {
		t.Fatal(err)
	}
	var read sdk.AgentCard
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatalf("the protocol's own client does not read the card: %v", err)
	}
	if len(read.Skills) != len(tool.Buyer()) || len(read.SecuritySchemes) != 2 {
		t.Errorf("the card has %d skills and %d schemes", len(read.Skills), len(read.SecuritySchemes))
	}
	for _, skill := range read.Skills {
		var example struct {
			Skill string `json:"skill"`
			Input object `json:"input"`
		}
		if len(skill.Examples) != 1 || json.Unmarshal([]byte(skill.Examples[0]), &example) != nil || example.Skill != skill.ID || len(skill.Tags) == 0 {
			t.Errorf("the skill is %+v", skill)
		}
	}
	if status, _, _ := s.do("GET", cardAt, "", "", "If-None-Match", header.Get("ETag")); status != http.StatusNotModified {
		t.Errorf("the same card is answered %d", status)
	}
	if status, _, header := s.do("OPTIONS", cardAt, "", "", "Origin", "https://any.example"); status != http.StatusNoContent || header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a page may not read it: %d", status)
	}
	for _, wrong := range [][]string{{"POST", ""}, {"GET", "evil.example"}} {
		headers := []string{}
		if wrong[1] != "" {
			headers = []string{"Host", wrong[1]}
		}
		if status, _, _ := s.do(wrong[0], cardAt, "", "", headers...); status < 400 {
			t.Errorf("%q is answered %d", wrong, status)
		}
	}
}

// The card names the public address and, where nobody may call without a key, that it needs one.
func TestCardOfAClosedSeller(t *testing.T) {
	t.Parallel()
	closed := func(s *seller.Settings) { s.Anonymous = seller.AnonymousAccess{} }
	s := openShop(t, stores.SQLite(t), a2a.Options{Kit: edge.Kit{PublicURL: "https://seller.example.com"}}, closed)
	_, card, _ := s.do("GET", cardAt, "", "", "Host", "seller.example.com")
	if card.text("supportedInterfaces.0.url") != "https://seller.example.com/a2a" || card.at("securityRequirements.1.schemes.apiKey") == nil {
		t.Errorf("the card is %v", card)
	}
}
