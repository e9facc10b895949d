package rest_test

import (
	"strings"
	"testing"

	"parley/rest"
)

func TestCredentialForms(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	for name, headers := range map[string][]string{
		"another scheme":    {"Authorization", "Basic dXNlcjpwYXNz"},
		"no key":            {"Authorization", "Bearer"},
		"an empty key":      {"X-Api-Key", " "},
		"two different":     {"Authorization", "Bearer " + s.buyer, "X-Api-Key", s.rival},
		"an unknown key":    {"X-Api-Key", "ask_live_unknown"},
		"one far too long":  {"X-Api-Key", strings.Repeat("x", 5000)},
		"a scheme too many": {"Authorization", "Bearer Bearer " + s.buyer},
	} {
		t.Run(name, func(t *testing.T) {
			// The catalog is open; a credential that is no good is refused there all the same.
			checkEnvelope(t, s.must(401, "GET", "/products", "", nil, headers...))
		})
	}
	for _, headers := range [][]string{
		{"Authorization", "bearer " + s.buyer}, {"X-Api-Key", s.buyer}, {"Authorization", "Bearer " + s.buyer, "X-Api-Key", s.buyer},
	} {
		s.must(200, "GET", "/api/v1/quotes", "", nil, headers...)
	}
}

func TestASecretIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	body := `{"label": "new", "seat_id": "s", "expires_in_days": 3, "idempotency_key": "k"}`
	made := s.must(201, "POST", "/auth/api-keys", s.operator, body)
	secret := made.word("api_key")
	if !strings.HasPrefix(secret, "ask_live_") || !strings.HasSuffix(secret, made.word("hint")) {
		t.Fatalf("made %s", made.text)
	}
	if replay := s.must(201, "POST", "/auth/api-keys", s.operator, body); replay.at("api_key") != nil || replay.word("key_id") != made.word("key_id") {
		t.Errorf("the replay answers %s", replay.text)
	}
	s.must(200, "GET", "/auth/api-keys/"+made.word("key_id"), secret, nil)
	s.must(404, "GET", "/auth/api-keys/"+made.word("key_id"), s.buyer, nil)
	for _, key := range []string{secret, s.operator} {
		if own := s.must(200, "GET", "/auth/api-keys/self", key, nil); !strings.HasSuffix(key, own.word("hint")) || own.at("api_key") != nil {
			t.Errorf("a key says of itself %s", own.text)
		}
	}
	s.must(401, "GET", "/auth/api-keys/self", "", nil)
	s.must(200, "DELETE", "/auth/api-keys/"+made.word("key_id"), s.operator, nil)
	s.must(200, "POST", "/auth/api-keys/"+made.word("key_id")+"/revoke", s.operator, nil)
	s.must(401, "GET", "/auth/api-keys/"+made.word("key_id"), secret, nil)
	if list := s.must(200, "GET", "/auth/api-keys?role=buyer", s.operator, nil); strings.Contains(list.text, secret) || list.word("total_count") != "3" {
		t.Errorf("the list is %s", list.text)
	}
}

// TestAnOperatorKeyHasNoMoreThanWasAsked holds both names of an operator's roles to what they say: a name that went unread
// would make an admin.
func TestAnOperatorKeyHasNoMoreThanWasAsked(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	for asked, want := range map[string]string{
		`"roles": ["viewer"]`:                         `["viewer"]`,
		`"scopes": ["viewer"]`:                        `["viewer"]`,
		`"roles": ["viewer"], "scopes": ["viewer"]`:   `["viewer"]`,
		`"roles": ["viewer"], "scopes": ["approver"]`: `["viewer","approver"]`,
	} {
		made := s.must(201, "POST", "/auth/api-keys/operator", s.operator, `{"label": "new", `+asked+`}`)
		if !strings.Contains(made.text, `"roles":`+want) {
			t.Errorf("asked for %s: %s", asked, made.text)
		}
	}
	s.must(422, "POST", "/auth/api-keys/operator", s.operator, `{"label": "new", "scopes": ["root"]}`)
	s.must(422, "POST", "/auth/api-keys/operator", s.operator, `{"label": "new", "expires_in_days": 3}`)
}

func TestAnonymousMayWhatTheSettingsSay(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	quote := s.must(201, "POST", "/api/v1/quotes", "", guaranteed)
	if quote.word("buyer_tier") != "public" {
		t.Errorf("an identity without a credential raised the tier: %s", quote.text)
	}
	s.must(200, "GET", "/api/v1/quotes/"+quote.word("quote_id"), "", nil)
	s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote.word("quote_id")})
	product := s.must(200, "GET", "/products/ctv-sports", "", nil)
	if product.at("price") != nil || product.word("price_range.low") != "28.00" || product.word("price_range.high") != "42.00" {
		t.Errorf("without a key: %s", product.text)
	}
	if product = s.must(200, "GET", "/products/ctv-sports", s.buyer, nil); product.word("price") != "31.50" || product.at("price_range") != nil {
		t.Errorf("with a key: %s", product.text)
	}
}
