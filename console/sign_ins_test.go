package console_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"parley"
	"parley/console"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// signInOf is the newest session of a key's.
func (d *desk) signInOf(secret string) parley.SignIn {
	d.t.Helper()
	who := must[parley.Principal](d.t)(d.service.Screen(context.Background(), seller.Call{Secret: secret}))
	found := must[seller.Listing[parley.SignIn]](d.t)(d.service.SignIns(context.Background(), seller.Terminal("test"),
		seller.SignInFilter{KeyID: who.KeyID, Page: seller.Page{Limit: 1, Newest: true}}))
	if len(found.Items) == 0 {
		d.t.Fatal("there is no session")
	}
	return found.Items[0]
}

// TestAnEndedSessionStopsOnEveryNode ends a session that is open on another node: its pages, its forms and the stream of its page stop,
// and another session of the same person goes on.
func TestAnEndedSessionStopsOnEveryNode(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDeskOver(t, store)
		mara := d.operator("Mara")
		elsewhere := *d
		elsewhere.service = serviceAt(store, d.clock.read)
		elsewhere.server = httptest.NewServer(elsewhere.handler(console.Options{}))
		t.Cleanup(elsewhere.server.Close)
		there := elsewhere.signedIn(mara)
		open := d.signInOf(mara)
		live := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, elsewhere.server.URL+"/console/live", http.NoBody))
		stream, err := there.client.Do(live)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = stream.Body.Close() }()
		if status, _ := there.get("/console/accounts"); status != http.StatusOK || stream.StatusCode != http.StatusOK {
			t.Fatalf("before it is ended: %d, and its stream %d", status, stream.StatusCode)
		}
		token := there.token()

		here := d.signedIn(mara)
		status, body := here.get("/console/sign-ins")
		if status != http.StatusOK || strings.Count(body, "<tr>") != 3 || !strings.Contains(body, "this one") || !strings.Contains(body, "/sign-ins/"+open.ID+"/end") {
			t.Fatalf("the list: %d\n%.3000s", status, body)
		}
		if status, body := here.submit("/console/sign-ins/"+open.ID+"/end", url.Values{}); status != http.StatusOK || !strings.Contains(body, "The session is ended") {
			t.Fatalf("ending it: %d\n%.2000s", status, body)
		}
		for range 2 { // nothing is remembered of it
			if _, body := there.get("/console/accounts"); !strings.Contains(body, `action="/console/signin"`) {
				t.Errorf("after it was ended:\n%.2000s", body)
			}
		}
		before := stores.Dump(t, store)
		if status, body := there.post("/console/accounts/new", url.Values{"_token": {token}, "_once": {"late"}, "kind": {"agency"}, "code": {"late"}}); status < 400 && !strings.Contains(body, `action="/console/signin"`) || stores.Dump(t, store) != before {
			t.Errorf("a form of it: %d\n%.2000s", status, body)
		}
		rest := make([]byte, 1<<10)
		for { // which ends by itself
			if _, err := stream.Body.Read(rest); err != nil {
				break
			}
		}
		if status, body := here.get("/console/sign-ins"); status != http.StatusOK || !strings.Contains(body, "ended") {
			t.Errorf("the other session: %d\n%.2000s", status, body)
		}
		ended := d.signInOf(mara)
		if ended.EndedAt != nil {
			t.Errorf("the session that goes on is %+v", ended)
		}
	})
}

// TestSessionsAreOnesOwn lists and ends sessions as those who are not admins, and as one.
func TestSessionsAreOnesOwn(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDeskOver(t, store)
		mara, jonas := d.operator("Mara"), d.operator("Jonas", parley.ScopeViewer)
		admin, viewer := d.signedIn(mara), d.signedIn(jonas)
		hers, his := d.signInOf(mara), d.signInOf(jonas)
		if _, body := viewer.get("/console/sign-ins"); strings.Contains(body, "Mara") || strings.Count(body, "<tr>") != 2 {
			t.Errorf("a viewer's list:\n%.3000s", body)
		}
		if status, _ := viewer.submit("/console/sign-ins/"+hers.ID+"/end", url.Values{}); status != http.StatusNotFound {
			t.Errorf("a viewer ends an admin's: %d", status)
		}
		if status, _ := admin.submit("/console/sign-ins/"+his.ID+"/end", url.Values{}); status != http.StatusOK {
			t.Errorf("an admin ends a viewer's: %d", status)
		}
		if _, body := viewer.get("/console/inbox"); !strings.Contains(body, `action="/console/signin"`) {
			t.Errorf("the viewer goes on:\n%.1000s", body)
		}
		if status, _ := admin.get("/console/inbox"); status != http.StatusOK {
			t.Errorf("the admin does not go on: %d", status)
		}

		// Signing out ends it too: a copy of the cookie opens nothing.
		copied := admin.cookies()
		admin.submit("/console/signout", url.Values{})
		thief := d.browser()
		thief.client.Jar.SetCookies(must[*url.URL](t)(url.Parse(d.server.URL+"/console")), copied)
		if _, body := thief.get("/console/inbox"); !strings.Contains(body, `action="/console/signin"`) {
			t.Errorf("a copied cookie opens\n%.1000s", body)
		}
	})
}

// cookies are those that the browser has of the console.
func (b *browser) cookies() []*http.Cookie {
	b.d.t.Helper()
	return b.client.Jar.Cookies(must[*url.URL](b.d.t)(url.Parse(b.d.server.URL + "/console")))
}
