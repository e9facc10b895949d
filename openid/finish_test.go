package openid_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"parley"
	"parley/openid"
)

// TestWhatAProviderAnswers has one that is ill at each step, and one whose token is of nobody, and looks at what is told and logged.
func TestWhatAProviderAnswers(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "one"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	says := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	for name, c := range map[string]struct {
		path string // of the provider's, which answers otherwise
		with http.HandlerFunc
		sub  any
		code parley.Code
		why  []string
	}{
		"well":                       {sub: "1001"},
		"no subject":                 {sub: "", code: parley.CodeUnauthorized, why: []string{"sub"}},
		"null":                       {sub: nil, code: parley.CodeUnauthorized, why: []string{"sub"}},
		"a subject with NUL":         {sub: "a\x00b", code: parley.CodeUnauthorized, why: []string{"sub"}},
		"a subject of other letters": {sub: "é", code: parley.CodeUnauthorized, why: []string{"sub"}},
		"a subject that is long":     {sub: strings.Repeat("x", 256), code: parley.CodeUnauthorized, why: []string{"sub", "255"}},
		"as long as can be":          {sub: strings.Repeat("x", 255)},
		"a refused code":             {path: "/token", with: says(400, `{"error": "invalid_grant"}`), sub: "1", code: parley.CodeUnauthorized, why: []string{"token endpoint", "400", "invalid_grant"}},
		"an ill token endpoint":      {path: "/token", with: says(502, `secret`), sub: "1", code: parley.CodeUnavailable, why: []string{"token endpoint", "502"}},
		"garbage for a token":        {path: "/token", with: says(200, `secret`), sub: "1", code: parley.CodeUnavailable, why: []string{"token endpoint", "cannot be read"}},
		"ill keys":                   {path: "/keys", with: says(500, `secret`), sub: "1", code: parley.CodeUnavailable, why: []string{"keys", "status 500"}},
		"garbage for keys":           {path: "/keys", with: says(200, `secret`), sub: "1", code: parley.CodeUnavailable, why: []string{"keys", "cannot be read"}},
		"keys of others":             {path: "/keys", with: says(200, `{"keys": []}`), sub: "1", code: parley.CodeUnauthorized, why: []string{"does not hold"}},
		"ill userinfo":               {path: "/userinfo", with: says(503, `secret`), sub: "1", code: parley.CodeUnavailable, why: []string{"userinfo", "status 503"}},
		"no description":             {path: "/.well-known/openid-configuration", with: says(503, `secret`), sub: "1", code: parley.CodeUnavailable, why: []string{"description", "status 503"}},
		"none at that address":       {path: "/.well-known/openid-configuration", with: says(404, `secret`), sub: "1", code: parley.CodeUnavailable, why: []string{"404", "oidc-issuer"}},
		"another issuer": {
			path: "/.well-known/openid-configuration", with: says(200, `{"issuer": "https://login.example.com/"}`), sub: "1",
			code: parley.CodeUnavailable, why: []string{"oidc-issuer", "slash"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var nonce atomic.Value
			var server *httptest.Server
			mux := http.NewServeMux()
			answer := func(path string, of func() any) {
				if path == c.path {
					mux.Handle(path, c.with)
					return
				}
				mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					_ = json.NewEncoder(w).Encode(of())
				})
			}
			answer("/.well-known/openid-configuration", func() any {
				return map[string]any{
					"issuer": server.URL, "authorization_endpoint": server.URL + "/authorize", "token_endpoint": server.URL + "/token",
					"jwks_uri": server.URL + "/keys", "userinfo_endpoint": server.URL + "/userinfo",
				}
			})
			answer("/token", func() any {
				claims, _ := json.Marshal(map[string]any{
					"iss": server.URL, "aud": "parley", "sub": c.sub, "nonce": nonce.Load(), "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
				})
				signed, err := signer.Sign(claims)
				if err != nil {
					panic(err)
				}
				token, _ := signed.CompactSerialize()
				return map[string]any{"access_token": "secret", "token_type": "Bearer", "id_token": token}
			})
			answer("/keys", func() any {
				return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "one", Algorithm: "RS256", Use: "sig"}}}
			})
			answer("/userinfo", func() any { return map[string]any{"sub": c.sub, "name": "Mara", "groups": []string{"desk"}} })
			server = httptest.NewServer(mux)
			defer server.Close()

			p := openid.New(openid.Settings{Issuer: server.URL, ClientID: "parley", Redirect: "http://localhost/", Scopes: []string{"openid"}, GroupsClaim: "groups"})
			_, try, err := p.Begin(t.Context())
			if err == nil {
				nonce.Store(try.Nonce)
				_, err = p.Finish(t.Context(), try, url.Values{"state": {try.State}, "code": {"secret"}})
			}
			if c.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			failed, is := errors.AsType[*openid.FailedError](err)
			if !is || !parley.Is(err, c.code) || strings.Contains(failed.Why, "secret") {
				t.Fatalf("it comes to %v", err)
			}
			for _, word := range c.why {
				if !strings.Contains(failed.Why, word) {
					t.Errorf("the log says %q, without %q", failed.Why, word)
				}
			}
		})
	}
}
