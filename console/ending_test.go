package console_test

import (
	"context"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
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
