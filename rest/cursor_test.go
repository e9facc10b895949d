package rest_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/rest"
	"parley/storage"
)

// TestCursorsTellNothing goes on, on every list, from a row of another buyer's and from one that does not exist: nobody can
// tell the two apart.
func TestCursorsTellNothing(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		s := openShopOn(t, store, rest.Options{})
		for _, key := range []string{s.buyer, s.rival, s.rival, s.buyer} {
			(&tour{shop: s, buyer: key, answered: map[string]bool{}, look: func(string, any) {}}).walk()
		}
		lists := 0
		for _, path := range []string{
			"/api/v1/quotes", "/api/v1/deals", "/api/v1/orders", "/proposals", "/api/v1/negotiations", "/api/v1/change-requests", "/events",
		} {
			for _, order := range []string{"", "&order=newest"} {
				cursor := s.must(200, "GET", path+"?limit=1"+order, s.rival, nil).word("next_cursor")
				raw, err := base64.RawURLEncoding.DecodeString(cursor)
				if err != nil || len(raw) == 0 {
					t.Errorf("%s gives the cursor %q", path, cursor)
					continue
				}
				// The last letter is chance; no other id begins with all the others.
				last := byte('A')
				if raw[len(raw)-1] == last {
					last = 'C'
				}
				nobodys := base64.RawURLEncoding.EncodeToString(append(raw[:len(raw)-1], last))
				theirs := s.call("GET", path+"?cursor="+cursor+order, s.buyer, nil)
				none := s.call("GET", path+"?cursor="+nobodys+order, s.buyer, nil)
				if theirs.status != none.status || strings.ReplaceAll(theirs.text, cursor, "") != strings.ReplaceAll(none.text, nobodys, "") {
					t.Errorf("%s%s tells another buyer's row (%d, %d rows) from none (%d, %d rows)", path, order, theirs.status, pageRows(theirs), none.status, pageRows(none))
				}
				for _, other := range []string{"/api/v1/quotes", "/api/v1/orders"} {
					if other != path {
						s.must(422, "GET", other+"?cursor="+cursor, s.rival, nil)
					}
				}
				lists++
			}
		}
		if lists != 14 {
			t.Errorf("%d lists were tried", lists)
		}
		// A stream goes on from its own events alone.
		theirs := s.must(200, "GET", "/events?limit=1", s.rival, nil)
		rows, _ := theirs.at("events").([]any)
		id, _ := follow(rows[0], "event_id").(string)
		if known, unknown := s.streamStatus(id), s.streamStatus(id[:len(id)-4]+"0000"); known != unknown || known < 400 {
			t.Errorf("a stream after another buyer's event answers %d, after none %d", known, unknown)
		}
	})
}

// streamStatus is what the buyer's stream of events after one answers, before any event of it.
func (s *shop) streamStatus(after string) int {
	s.t.Helper()
	ctx, leave := context.WithCancel(s.t.Context())
	defer leave()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/events/stream", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.buyer)
	request.Header.Set("Last-Event-ID", after)
	response, err := s.client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode
}

// pageRows counts the rows of a page.
func pageRows(page reply) int {
	for _, member := range page.body {
		if rows, ok := member.([]any); ok {
			return len(rows)
		}
	}
	return -1
}
