package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley/console"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/storage"
)

// TestFindLeadsEverywhere finds each kind of thing by words, by their beginnings and over slips of typing, on both stores.
func TestFindLeadsEverywhere(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		b := w.signedIn(w.approver)
		if status, _ := b.submit("/console/deals/"+w.deal.ID+"/paperwork", url.Values{
			"purchase_order": {"PO-2026/114"}, "labels": {"Upfront"}, "note": {"zebra"}, "version": {"0"}, "_once": {"one"},
		}); status != http.StatusOK {
			t.Fatal(status)
		}
		for text, leads := range map[string]string{
			w.deal.ID[:8]: "/console/deals/" + w.deal.ID, "po-2026/114": "/console/deals/" + w.deal.ID, "upfr": "/console/deals/" + w.deal.ID,
			"zebra": "/console/deals/" + w.deal.ID, "live sports": "/console/inventory/ctv-sports-live", "sprots": "/console/inventory/ctv-sports-live",
			"premeires drama": "/console/inventory/", "audit": "/console/audit", "approvl rule": "/console/approval-rules", "webhoks": "/console/webhooks",
			"what if": "/console/whatif", "export aud": "/console/audit", "harbour media": "/console/accounts/" + w.account.ID, "agency-harb": "/console/accounts/",
			"tern programmatic": "/console/accounts/", "sign out": "/console/sign-ins", "settings": "/console/notices", "cancelled": "/console/deals?status=cancelled",
			"back-test": "/console/approval-rules", w.order.ID[:12]: "/console/orders/" + w.order.ID, strings.ToLower(w.order.ID[:12]): "/console/orders/" + w.order.ID,
			w.negotiated.ID[:12]: "/console/proposals/", "orders that are booked": "/console/orders?status=booked",
		} {
			status, body := b.get("/console/find?q=" + url.QueryEscape(text))
			_, main, _ := strings.Cut(body, "<main")
			if status != http.StatusOK || !strings.Contains(main, `href="`+leads) {
				t.Errorf("%q does not lead to %s: %d\n%.1500s", text, leads, status, main)
			}
		}
		if _, body := b.get("/console/find?q=" + w.account.ID); !strings.Contains(body, "<h1>"+w.account.Name) {
			t.Errorf("an account's id does not lead to it\n%.3000s", body)
		}
		for _, text := range []string{"", "&", "%", "' OR 1=1 --", "nothingofthekind", strings.Repeat("word ", 40), "qt-", "neg-06h2s", "apr-06h2sk", w.account.ID[:12]} {
			if status, body := b.get("/console/find?q=" + url.QueryEscape(text)); status != http.StatusOK {
				t.Errorf("%q: %d\n%.500s", text, status, body)
			}
		}
		for _, id := range []string{w.negotiated.NegotiationID, w.order.ID, w.negotiated.ID, w.pending[0].ApprovalID, w.deal.ID} {
			for _, text := range []string{id, strings.ToLower(id), strings.ToUpper(id)} {
				if _, body := b.get("/console/find?q=" + text); strings.Contains(body, "<h1>Find") {
					t.Errorf("%s does not lead to its page", text)
				}
			}
		}
		admin := w.signedIn(w.admin)
		for text, leads := range map[string]string{
			"new product": "/console/inventory/new", "new key": "/console/keys/new", "create key": "/console/keys/new", "new rule": "/console/pricing/rules/new",
			"new approval rule": "/console/approval-rules/new", "add destination": "/console/destinations/new", "rate crad": "/console/pricing",
		} {
			if _, body := admin.get("/console/find?q=" + url.QueryEscape(text)); !strings.Contains(body, `<a data-row href="`+leads+`"`) {
				t.Errorf("%q does not lead an admin to %s", text, leads)
			}
		}
		// Every page is found by what it is called, which is nothing else then.
		for _, label := range console.PageLabels() {
			if _, body := admin.get("/console/find?q=" + url.QueryEscape(strings.ToLower(label))); !strings.Contains(body, "<b>"+label+"</b>") || strings.Contains(body, "nothing is called so") {
				t.Errorf("the page %q is not found by its name", label)
			}
		}
		// What has the text as it was typed comes before what has its words apart.
		_, body := b.get("/console/find?q=" + url.QueryEscape("agency-harbour"))
		if first := strings.Index(body, "<section"); first < 0 || !strings.HasPrefix(body[first:], `<section class="follow" aria-label="Accounts"`) {
			t.Errorf("an account's code leads elsewhere first:\n%.1500s", body[max(first, 0):])
		}
		if _, body := b.get("/console/find?q=rate+crad"); strings.Contains(body, "This is for") && strings.Contains(body, "Nothing is called so") {
			t.Error("it says both that something else was looked for, and that there is nothing")
		}
		// An admin's deeds are not an approver's.
		if _, body := b.get("/console/find?q=make+a+key"); strings.Contains(body, "Make a key") {
			t.Error("an approver is led to making keys")
		}
	})
}

// TestBrowserFindsByCtrlK types into the one box, and goes on from home.
func TestBrowserFindsByCtrlK(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	b.visit("/home")
	b.shows("h1", "Home")
	eval[bool](b, `document.dispatchEvent(new KeyboardEvent("keydown", {key: "k", ctrlKey: true, bubbles: true}))`)
	b.comes(`document.activeElement.id === "find"`)
	b.press("sprots")
	b.leaves(func() { b.press("\r") })
	b.shows("main", "Sports Live")
	b.leave(`main a[href="/console/inventory/ctv-sports-live"]`)
	b.shows("h1", "Sports Live")
}
