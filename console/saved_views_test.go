package console_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestViewsOfTheInboxAreAPersonsOwn has people keep looks at the inbox, and come back to them from another browser and by the key that
// theirs was rotated into.
func TestViewsOfTheInboxAreAPersonsOwn(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDeskOver(t, store)
		key := d.operator("Vera", parley.ScopeViewer)
		vera, elsewhere, noa := d.signedIn(key), d.signedIn(key), d.signedIn(d.operator("Noa", parley.ScopeApprover))
		const large, link = "/console/inbox?value=1000&status=snoozed", `<a href="/console/inbox?status=snoozed&amp;value=1000">Large &lt;ones&gt;</a>`
		shown := func(b *browser) bool {
			_, body := b.get("/console/inbox")
			return strings.Contains(body, link)
		}
		save := func(b *browser, do string, values url.Values) (int, string) {
			f := b.form(large, "/console/views")
			for name := range values {
				f.values.Set(name, values.Get(name))
			}
			f.values.Set("do", do)
			return b.post(f.action, f.values)
		}
		if status, body := save(vera, "save", url.Values{"name": {" Large  <ones> "}}); status != http.StatusOK || !strings.Contains(body, "The view is saved.") {
			t.Fatalf("saved: %d\n%.2000s", status, body)
		}
		if !shown(vera) || !shown(elsewhere) || shown(noa) {
			t.Errorf("the view is there for its person %v, elsewhere %v, and for another %v", shown(vera), shown(elsewhere), shown(noa))
		}
		for wrong, values := range map[string]url.Values{
			"a long name": {"name": {strings.Repeat("x", 41)}}, "no name": {"name": {" "}},
			"much": {"name": {"much"}, "then": {"?buyer=" + strings.Repeat("x", 600)}}, "no address": {"name": {"odd"}, "then": {"?%zz"}},
		} {
			status, _ := save(vera, "save", values)
			views := must[[]parley.SavedView](t)(d.service.SavedViews(context.Background(), seller.Call{Secret: key}, parley.ViewInbox))
			if names := fmt.Sprint(views); len(views) > 2 || wrong != "no address" && (status != http.StatusUnprocessableEntity || len(views) > 1 && !strings.Contains(names, "odd")) {
				t.Errorf("%s: %d, %v", wrong, status, views)
			}
		}
		who := must[parley.Principal](t)(d.service.Screen(context.Background(), seller.Call{Secret: key}))
		var rotated seller.CreatedKey
		must[seller.Answer](t)(d.service.RotateKey(context.Background(), seller.Terminal("test"), who.KeyID, 0, func(k seller.CreatedKey) (seller.Answer, error) {
			if k.Secret != "" {
				rotated = k
			}
			return seller.Answer{Status: http.StatusCreated}, nil
		}))
		fresh := d.signedIn(rotated.Secret)
		if !shown(fresh) {
			t.Error("the view is lost with the key's rotation")
		}
		if status, body := save(fresh, "forget", url.Values{"name": {"Large <ones>"}}); status != http.StatusOK || !strings.Contains(body, "The view is forgotten.") || shown(fresh) {
			t.Errorf("forgotten: %d\n%.2000s", status, body)
		}
		if status, _ := save(fresh, "forget", url.Values{"name": {"Large <ones>"}}); status != http.StatusNotFound {
			t.Errorf("forgotten twice: %d", status)
		}
		call := seller.Call{Secret: rotated.Secret}
		saved := func(n int) error {
			_, err := d.service.SaveView(context.Background(), call, parley.ViewInbox, fmt.Sprint("view ", n), "value=1", keep(new(parley.SavedView)))
			return err
		}
		for n := range 20 {
			if err := saved(n); err != nil && n < 19 {
				t.Fatal(err)
			}
		}
		if err := saved(20); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("one more than the most: %v", err)
		}
		if err := saved(3); err != nil {
			t.Errorf("one of that name once more: %v", err)
		}
		const elsewhereNamed = "view 3" // of the inbox
		_, err := d.service.SaveView(context.Background(), call, parley.ViewFinance, elsewhereNamed, "", keep(new(parley.SavedView)))
		if !parley.Is(err, parley.CodeConflict) {
			t.Errorf("of the name of another page's: %v", err)
		}
		if err := saved(3); err != nil {
			t.Errorf("that one is still of the inbox: %v", err)
		}
	})
}

// TestReportsAreKept has a person keep each report as it is looked at, and come back to it; another person has none of them.
func TestReportsAreKept(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDeskOver(t, store)
		vera, noa := d.signedIn(d.operator("Vera", parley.ScopeViewer)), d.signedIn(d.operator("Noa", parley.ScopeViewer))
		for asked, kept := range map[string]string{
			"/console/reports?by=account&from=2026-01&to=2026-03&other=x": "/console/reports?by=account&amp;from=2026-01&amp;to=2026-03",
			"/console/reports?by=account":                                 "/console/reports?by=account",
			"/console/reports":                                            "/console/reports?",
			"/console/reports/negotiations?from=2026-02&to=2026-02":       "/console/reports/negotiations?from=2026-02&amp;to=2026-02",
			"/console/finance?by=delivery&month=2026-02&after=NORTH-1":    "/console/finance?by=delivery&amp;month=2026-02",
		} {
			page, narrows, _ := strings.Cut(asked, "?")
			shown := func(b *browser) bool {
				_, body := b.get(page)
				return strings.Contains(body, `<a href="`+kept+`">Monday&#39;s</a>`)
			}
			post := func(do string) (int, string) {
				f := vera.form(page, "/console/views")
				f.values.Set("name", "Monday's")
				f.values.Set("then", "?"+narrows)
				f.values.Set("do", do)
				return vera.post(f.action, f.values)
			}
			if status, body := post("save"); status != http.StatusOK || !strings.Contains(body, "The view is saved.") || !shown(vera) || shown(noa) {
				t.Errorf("%s is saved: %d, shown %v, to another %v\n%.1000s", asked, status, shown(vera), shown(noa), body)
			}
			if status, _ := post("forget"); status != http.StatusOK || shown(vera) {
				t.Errorf("%s is forgotten: %d, shown %v", asked, status, shown(vera))
			}
		}
	})
}
