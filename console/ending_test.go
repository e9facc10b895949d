package console_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/console"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

var offeredMoves = regexp.MustCompile(`name="to_status" value="([a-z_]+)"`)

// TestAnOrderOffersWhatIsDone reads the page of an order in every state, one that waits for a rule's approval among them, and sends each
// step that it offers: none is refused. One that ends the order for good is shown with what it is worth first, and done then.
func TestAnOrderOffersWhatIsDone(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDeskOver(t, store)
		d.sellDemo()
		buyer := d.buyer("Harbour", acme)
		secret := d.operator("Mara")
		b, call := d.signedIn(secret), seller.Call{Secret: secret}
		fresh := func(through []parley.OrderStatus) parley.Order {
			order := d.order(buyer, d.book(buyer, d.quote(buyer, "ctv-sports-replay", "PD", 300_000, 3, 9), ""))
			d.move(call, order, "on", through...)
			return must[parley.Order](t)(d.service.Order(context.Background(), call, order.ID))
		}
		seen, done := map[parley.OrderStatus]bool{}, 0
		try := func(name string, through []parley.OrderStatus, waits bool) {
			order := fresh(through)
			seen[order.Status] = true
			_, body := b.get("/console/orders/" + order.ID)
			var moves []string
			for _, found := range offeredMoves.FindAllStringSubmatch(body, -1) {
				moves = append(moves, found[1])
			}
			if leads := strings.Contains(body, `href="/console/inbox/apr-`) && strings.Contains(body, "It waits for"); leads != waits {
				t.Errorf("%s: it leads to an approval: %t", name, leads)
			}
			if waits && !slices.Equal(moves, []string{"cancelled"}) {
				t.Errorf("%s: beside its approval it offers %v", name, moves)
			}
			for i, to := range moves {
				if i > 0 {
					order = fresh(through)
				}
				page := "/console/orders/" + order.ID
				form := b.form(page, page+"/transition")
				form.values.Set("to_status", to)
				form.values.Set("reason", "the reason")
				status, body := b.post(form.action, form.values)
				now := must[parley.Order](t)(d.service.Order(context.Background(), call, order.ID))
				if final := strings.Contains(body, "Is this what you mean?"); final {
					if now.Status != order.Status || !strings.Contains(html.UnescapeString(body), "this order, ") || !strings.Contains(body, "USD") || !strings.Contains(body, "the reason") {
						t.Errorf("%s to %s: it is %s, and the look says\n%.2000s", name, to, now.Status, body)
					}
					status, body = b.sendAll(form)
					now = must[parley.Order](t)(d.service.Order(context.Background(), call, order.ID))
				}
				if status != http.StatusOK || string(now.Status) != to && now.Status != parley.OrderPendingApproval {
					t.Errorf("%s to %s: %d, and it is %s\n%.1500s", name, to, status, now.Status, body)
				}
				done++
			}
		}
		on := []parley.OrderStatus{parley.OrderSubmitted, parley.OrderApproved, parley.OrderInProgress, parley.OrderSyncing, parley.OrderBooked}
		for i := range len(on) + 1 {
			try("on its way, "+string(append([]parley.OrderStatus{parley.OrderDraft}, on...)[i]), on[:i], false)
		}
		try("put to a person by hand", []parley.OrderStatus{parley.OrderSubmitted, parley.OrderPendingApproval}, false)
		try("rejected by hand", []parley.OrderStatus{parley.OrderSubmitted, parley.OrderPendingApproval, parley.OrderRejected}, false)
		try("failed", []parley.OrderStatus{parley.OrderSubmitted, parley.OrderFailed}, false)
		try("unbooked", append(slices.Clone(on), parley.OrderUnbooked), false)
		try("completed", append(slices.Clone(on), parley.OrderCompleted), false)
		try("cancelled", []parley.OrderStatus{parley.OrderCancelled}, false)
		d.gate(parley.ApprovalRule{Name: "All orders", Gate: parley.GateOrderSubmission, Role: parley.ScopeApprover, Timeout: time.Hour})
		try("stopped by a rule", []parley.OrderStatus{parley.OrderSubmitted}, true)
		for _, status := range parley.OrderStatuses {
			if !seen[status] {
				t.Errorf("no order is looked at that is %s", status)
			}
		}
		if done < 18 {
			t.Errorf("only %d steps are sent", done)
		}
	})
}

// TestADealEndsAfterALookAtAllThatEnds cancels deals from their pages: first it is shown what each is worth and what ends with it, and what has
// changed since is shown once more.
func TestADealEndsAfterALookAtAllThatEnds(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		key := must[parley.Key](t)(w.service.Key(context.Background(), w.buyer, seller.OwnKey))
		_, body := w.signedIn(w.admin).submit("/console/keys/"+key.ID+"/revoke", url.Values{})
		if key = must[parley.Key](t)(w.service.Key(context.Background(), w.buyer, key.ID)); key.RevokedAt != nil || !strings.Contains(wordsOf(body), "Deals of its buyer that run: ") ||
			!strings.Contains(wordsOf(body), "Webhooks of this key: 1") {
			t.Errorf("a key ends (%v) without a look at what hangs on it:\n%.2000s", key.RevokedAt, wordsOf(body))
		}
		b := w.signedIn(w.approver)
		page := "/console/deals/" + w.deal.ID
		form := b.form(page, page+"/cancel")
		form.values.Set("reason", "the client has ended it")
		standing := func() parley.DealStatus {
			return must[parley.Deal](t)(w.service.Deal(context.Background(), seller.Terminal("test"), w.deal.ID)).Status
		}
		status, body := b.post(form.action, form.values)
		for _, says := range []string{
			"Cancel this deal, 323,190.00 USD", "Its order " + w.order.ID + ", which is approved, is then cancelled", "9,000,000 impressions", "become free",
			"It is taken away at Ad server", "1 question about it", "Reason: the client has ended it",
		} {
			if status != http.StatusOK || !strings.Contains(strings.ReplaceAll(html.UnescapeString(body), "\u00a0", " "), says) {
				t.Errorf("the look: %d, without %q", status, says)
			}
		}
		if standing() != parley.DealBooked {
			t.Fatalf("looked at, the deal is %s", standing())
		}
		look := b.formIn(body, form.action)
		look.values.Set("_do", "commit")
		w.move(seller.Call{Secret: w.admin}, w.order, "meanwhile", parley.OrderInProgress)
		status, body = b.post(look.action, look.values)
		if status != http.StatusOK || !strings.Contains(body, "which is in progress") || standing() != parley.DealBooked {
			t.Fatalf("its order has moved on: %d, and the deal is %s\n%.3000s", status, standing(), body)
		}
		look = b.formIn(body, form.action)
		look.values.Set("_do", "commit")
		for _, name := range []string{"sent", "sent twice"} {
			if status, body = b.post(look.action, look.values); status != http.StatusOK || standing() != parley.DealCancelled || strings.Contains(body, "Is this what you mean?") {
				t.Errorf("%s: %d, and the deal is %s\n%.2000s", name, status, standing(), body)
			}
		}
	})
}

// TestADealWithoutAVolumeEndsAtWhatIsAvailable cancels a deal that states no volume, which the inbox values at what is available.
func TestADealWithoutAVolumeEndsAtWhatIsAvailable(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.sellDemo()
	buyer := d.buyer("Harbour", acme)
	b := d.signedIn(d.operator("Mara"))
	deal := d.book(buyer, d.quote(buyer, "ctv-sports-replay", "PD", 0, 3, 9), "")
	page := "/console/deals/" + deal.ID
	form := b.form(page, page+"/cancel")
	form.values.Set("reason", "over")
	if status, body := b.post(form.action, form.values); status != http.StatusOK || !strings.Contains(body, "Cancel this deal, up to ") || !strings.Contains(body, "at what is available over its flight") {
		t.Errorf("%d\n%.3000s", status, body)
	}
}

// How a form that ends something says what that does: in a part of the page that is opened for it, or on a page that shows it first; or it is
// sent with one click, and what it ended is begun again with another.
const (
	toldBeside = "told beside it"
	looked     = "looked at first"
	begunAgain = "begun again"
)

var (
	endingPaths = regexp.MustCompile(`/(cancel|remove|revoke|delete|end|off|withdraw|give-up|archive|disable|pause|release|transition|answer)$`)
	endingForms = map[string]string{
		"/deals/{id}/cancel": looked, "/orders/{id}/transition": looked, "/negotiations/{id}/answer": looked,
		"/destinations/{id}/remove": toldBeside, "/destinations/{id}/pause": toldBeside, "/destinations/{id}/mapping/remove": toldBeside,
		"/agents/{id}/remove": toldBeside, "/keys/{id}/revoke": looked, "/packages/{id}/archive": toldBeside,
		"/pricing/rules/{id}/delete": toldBeside, "/approval-rules/{id}/delete": toldBeside, "/negotiation-profiles/{id}/delete": toldBeside,
		"/activations/{id}/withdraw": toldBeside, "/activations/{id}/give-up": toldBeside, "/activations/{id}/pause": toldBeside,
		"/deals/{id}/share/{share}/end": begunAgain, "/notices/{id}/off": begunAgain, "/webhooks/{id}/disable": begunAgain, "/sign-ins/{id}/end": begunAgain,
		"/negotiations/{id}/pause": begunAgain, "/quotes/{id}/release": begunAgain, "/delivery/profiles/{id}/remove": begunAgain,
		"/activations/{id}/release": begunAgain, // of what was held: it sends, and ends nothing
	}
	postForms   = regexp.MustCompile(`(?s)(<details class="act"[^>]*><summary[^>]*>[^<]*</summary>\s*)?<form[^>]* method="post" action="/console([^"]*)"[^>]*>(.*?)</form>`)
	dangerous   = regexp.MustCompile(`(?s)<button[^>]*class="danger"[^>]*>([^<]*)`)
	saysPlainly = regexp.MustCompile(`<p>[^<]{20,}`)
)

// TestWhatEndsSomethingSaysSo holds every form that ends something to its way of saying what that does, and knows of no other one.
func TestWhatEndsSomethingSaysSo(t *testing.T) {
	t.Parallel()
	for _, path := range console.Writes() {
		if endingPaths.MatchString(path) && endingForms[path] == "" {
			t.Errorf("%s ends something, and it is not told how it says what", path)
		}
	}
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	w.share(w.deal.ID)
	pages := w.everyPage()
	pages["open-negotiation"] = "/negotiations/" + w.propose(w.buyer, "ctv-news-evening", "PD", "18.50", 2_000_000, 6, 20).NegotiationID
	pages["gate"] = "/approval-rules/" + must[seller.Listing[parley.ApprovalRule]](t)(w.service.ApprovalRules().List(context.Background(), seller.Terminal("test"), seller.Page{})).Items[0].ID
	seen := map[string]bool{}
	for name, page := range pages {
		_, body := b.get("/console" + page)
		for _, form := range postForms.FindAllStringSubmatch(body, -1) {
			opened, path, inside := form[1] != "", console.FormOf(html.UnescapeString(form[2])), form[3]
			how := endingForms[path]
			seen[path] = true
			buttons := dangerous.FindAllStringSubmatch(inside, -1)
			switch {
			case how == "" && len(buttons) > 0 && !strings.Contains(inside, `name="decision"`) && (!opened || !saysPlainly.MatchString(inside)): // answers are taken back
				t.Errorf("%s: the form of %s has the button %q, and says nowhere what that does", name, path, buttons[0][1])
			case how == toldBeside && (!opened || !saysPlainly.MatchString(inside)):
				t.Errorf("%s: the form of %s says nothing of what it does:\n%.600s", name, path, inside)
			case how == looked:
				for _, button := range buttons {
					if !strings.HasSuffix(strings.TrimSpace(button[1]), "…") {
						t.Errorf("%s: the button %q does not say that something is shown first", name, button[1])
					}
				}
			}
		}
	}
	for path, how := range endingForms {
		if how != begunAgain && !seen[path] && !strings.HasPrefix(path, "/activations/") { // which depend on where it stands
			t.Errorf("the form of %s is on no page", path)
		}
	}
}
