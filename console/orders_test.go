package console_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestASubmittedOrderIsNotPutToNobody reads orders that no approval rule held: the desk approves one or ends it, and is not offered to have it
// wait for an approval that nobody would be asked for. One that a program has put there says so, and goes on from its page.
func TestASubmittedOrderIsNotPutToNobody(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.sellDemo()
	buyer, secret := d.buyer("Harbour", acme), d.operator("Mara")
	b := d.signedIn(secret)
	order := d.order(buyer, d.book(buyer, d.quote(buyer, "ctv-sports-replay", "PD", 300_000, 3, 9), ""))
	moves := func() (said, offered string) {
		_, body := b.get("/console/orders/" + order.ID)
		var all []string
		for _, found := range offeredMoves.FindAllStringSubmatch(body, -1) {
			all = append(all, found[1])
		}
		return wordsOf(body), strings.Join(all, " ")
	}
	d.move(buyer, order, "on", parley.OrderSubmitted)
	if said, offered := moves(); offered != "approved cancelled failed" || !strings.Contains(said, "No approval rule held it when it was submitted.") {
		t.Errorf("submitted, it offers %q:\n%.1500s", offered, said)
	}
	d.move(seller.Call{Secret: secret}, order, "on", parley.OrderPendingApproval)
	if said, offered := moves(); offered != "approved rejected cancelled" || !strings.Contains(said, "Nobody was asked about it") {
		t.Errorf("put to an approval by hand, it offers %q:\n%.1500s", offered, said)
	}
}

// TestAnOrderTellsOfChangesOfItsDeal reads the page of an order whose deal has changes that are approved and not made yet: it says what each
// makes of the deal, who makes it, and leads there. Work for a person, and what is made, is not told.
func TestAnOrderTellsOfChangesOfItsDeal(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDeskOver(t, store)
		d.sellDemo()
		buyer, secret := d.buyer("Harbour", acme), d.operator("Mara")
		b, here := d.signedIn(secret), seller.Call{Secret: secret}
		deal := d.book(buyer, d.quote(buyer, "ctv-sports-replay", "PD", 300_000, 3, 9), "")
		order := d.order(buyer, deal)
		said := func() string {
			_, body := b.get("/console/orders/" + order.ID)
			if told := strings.Contains(body, `href="/console/deals/`+deal.ID+`#changes"`); told != strings.Contains(body, "change of this order") {
				t.Errorf("it leads to the deal's changes: %t", told)
			}
			return wordsOf(body)
		}
		ask := func(call seller.Call, in seller.ChangeInput) (c parley.ChangeRequest) {
			in.DealID, in.Reason = deal.ID, "So"
			must[seller.Answer](t)(d.service.RequestChange(context.Background(), call, in, keep(&c)))
			if c.Status == parley.ChangePendingApproval {
				must[seller.Answer](t)(d.service.DecideAndResume(context.Background(), here,
					seller.DecisionRequest{ApprovalID: c.ApprovalID, Decision: "approve"}, keep(new(parley.Approval))))
			}
			if c = must[parley.ChangeRequest](t)(d.service.Change(context.Background(), here, c.ID)); c.Status != parley.ChangeApproved {
				t.Fatalf("it is %s", c.Status)
			}
			return c
		}
		ask(buyer, seller.ChangeInput{Type: parley.ChangeCreative, Proposed: []byte(`{"creative_id":"cr-2"}`)})
		if text := said(); strings.Contains(text, "change of this order") {
			t.Errorf("work for a person is told:\n%.800s", text)
		}
		dearer := deal.Price.FinalCPM + 1_000_000
		ask(seller.Terminal("test"), seller.ChangeInput{Type: parley.ChangePricing, Terms: parley.ChangeTerms{CPM: &dearer}})
		if text := said(); !strings.Contains(text, "is approved and waits for the buyer to agree: Price: ") {
			t.Errorf("what waits for the buyer is not told:\n%.800s", text)
		}
		days := ask(buyer, seller.ChangeInput{Type: parley.ChangeFlightDates, Terms: parley.ChangeTerms{FlightEnd: in(10)}})
		if text := said(); !strings.Contains(text, "An approved change of this order's deal is not made yet: Flight end: ") || !strings.Contains(text, " becomes ") {
			t.Errorf("what is to be made is not told:\n%.800s", text)
		}
		if status, body := b.submit("/console/deals/"+deal.ID+"/changes/"+days.ID+"/apply", url.Values{}); status != 200 {
			t.Fatalf("making it: %d\n%.500s", status, body)
		}
		if text := said(); strings.Contains(text, "is not made yet") {
			t.Errorf("what is made is told:\n%.800s", text)
		}
	})
}
