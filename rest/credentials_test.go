package rest_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/internal/stores"
	"parley/rest"
	"parley/seller"
	"parley/storage"
	"parley/vault"
)

// TestCredentialsAreToldToNobody sets credentials, and looks for them wherever something can be read.
func TestCredentialsAreToldToNobody(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		const secret, other = "tok-4711-very-secret", "tok-0815-very-secret"
		to := s.must(201, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "Ad server"}`).word("destination_id")
		path := "/api/v1/destinations/" + to
		answers := []reply{
			s.must(403, "PUT", path+"/credential", s.viewer, fmt.Sprintf(`{"credential": %q}`, secret)),
			s.must(200, "PUT", path+"/credential", s.operator, fmt.Sprintf(`{"credential": %q}`, secret), "Idempotency-Key", "one"),
			s.must(200, "PUT", path+"/credential", s.operator, fmt.Sprintf(`{"credential": %q}`, secret), "Idempotency-Key", "one"),
			s.must(409, "PUT", path+"/credential", s.operator, fmt.Sprintf(`{"credential": %q}`, other), "Idempotency-Key", "one"),
			s.must(200, "PUT", path+"/credential", s.operator, fmt.Sprintf(`{"credential": %q}`, other)),
			s.must(422, "PUT", path+"/credential", s.operator, fmt.Sprintf(`{"credential": "env:%s"}`, secret)),
			s.must(422, "PUT", path+"/credential", s.operator, fmt.Sprintf(`{"credential": "file:../%s"}`, secret)),
			s.must(422, "PUT", path+"/credential", s.operator, `{"credential": ""}`),
			s.must(200, "GET", path, s.viewer, nil),
			s.must(200, "GET", path+"/check", s.operator, nil),
			s.must(200, "GET", "/api/v1/destinations", s.viewer, nil),
			s.must(200, "GET", "/events?limit=500", s.operator, nil),
			s.must(200, "GET", "/api/v1/audit?limit=500", s.operator, nil),
		}
		if mark := answers[4].word("credential_mark"); mark != vault.Mark([]byte(other)) || mark == answers[1].word("credential_mark") {
			t.Errorf("the mark is %q", mark)
		}
		stored := destinationOf(t, s, to)
		if !vault.IsSealed(stored) || strings.Contains(stored, "secret") {
			t.Errorf("stored: %s", stored)
		}
		for _, answer := range answers {
			for _, hidden := range []string{secret, other, stored} {
				if strings.Contains(answer.text, hidden) {
					t.Errorf("a credential is told: %s", answer.text)
				}
			}
		}
		if got := s.must(200, "DELETE", path+"/credential", s.operator, nil); told(got, "credential_mark") != "<nil>" {
			t.Errorf("forgotten: %s", got.text)
		}
		if stored := destinationOf(t, s, to); stored != "" {
			t.Errorf("kept: %s", stored)
		}
	})
}

// destinationOf is what is stored of a destination's credential.
func destinationOf(t *testing.T, s *shop, id string) (stored string) {
	t.Helper()
	err := s.store.Read(t.Context(), func(r *storage.Reader) error {
		d, err := r.Destination(id).Get(t.Context())
		stored = d.Credential
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return stored
}

func TestWithoutAKeyNoCredentialIsKept(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		s := openShopOn(t, store, rest.Options{}, func(parts *seller.Parts, _ *seller.Settings) { parts.Vault = nil })
		to := s.must(201, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "x"}`).word("destination_id")
		if got := s.must(422, "PUT", "/api/v1/destinations/"+to+"/credential", s.operator, `{"credential": "x"}`); !strings.Contains(got.text, "sealing-key") {
			t.Error(got.text)
		}
	})
}
