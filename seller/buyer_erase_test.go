package seller_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// trades has a buyer's person leave their name wherever one can be left.
func (d *desk) trades(name string, identity parley.Identity) seller.Call {
	d.t.Helper()
	ctx := d.t.Context()
	did := func(_ seller.Answer, err error) {
		d.t.Helper()
		if err != nil {
			d.t.Fatal(err)
		}
	}
	metadata := json.RawMessage(`{"who": "` + name + `"}`)
	buyer := d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "Key of " + name, Identity: identity})
	account := d.accountOf(identity)
	notes := "Call " + name
	d.changeAccount(account.ID, seller.AccountChange{Notes: &notes, Reason: name + " asked for it", Contacts: &[]parley.Contact{{Name: name, Role: "buyer", Email: name + "@example.com", Phone: "+1 555 " + name}}})
	did(d.service.CreateWebhook(ctx, buyer, seller.WebhookRequest{URL: "https://hooks.example.com/parley", Label: "To " + name}, keep(new(seller.CreatedWebhook))))
	var session seller.SessionView
	did(d.service.OpenSession(ctx, buyer, seller.SessionRequest{Metadata: metadata}, keep(&session)))
	did(d.service.SendMessage(ctx, buyer, session.ID, seller.MessageRequest{Content: "I am " + name, Metadata: metadata}, keep(new(seller.SentMessage))))
	consents := ask(2000)
	consents.Carried.ConsentContext = json.RawMessage(`{"asked_by": "` + name + `", "gdpr": 1}`)
	talked := d.quote(buyer, consents)
	price := parley.Money{Micros: talked.Price.FinalCPM * 8 / 10, Currency: talked.Price.Currency}
	did(d.service.Negotiate(ctx, buyer, seller.Message{QuoteID: talked.ID, Action: "counter", Price: &price, Rationale: name + " says so"}, keep(new(seller.Turn))))
	var deal parley.Deal
	did(d.service.BookDeal(ctx, buyer, seller.BookingRequest{QuoteID: d.quote(buyer, ask(2000)).ID, Notes: "For " + name}, keep(&deal)))
	did(d.service.FilePaperwork(ctx, seller.Terminal("test"), seller.PaperworkInput{DealID: deal.ID, PurchaseOrder: "PO-1", Note: name}, keep(new(parley.Paperwork))))
	var order parley.Order
	did(d.service.CreateOrder(ctx, buyer, seller.OrderRequest{DealID: deal.ID, Metadata: metadata}, keep(&order)))
	did(d.service.TransitionOrder(ctx, buyer, seller.TransitionRequest{OrderID: order.ID, To: parley.OrderSubmitted, Reason: name + " submits", Metadata: metadata}, keep(&order)))
	did(d.service.RequestChange(ctx, buyer, seller.ChangeInput{Type: parley.ChangeCreative, DealID: deal.ID, Reason: name + " wants another", Proposed: json.RawMessage(`{"creative": "to ` + name + `", "creatives": [{"by": "` + name + `"}]}`)}, keep(new(parley.ChangeRequest))))
	return buyer
}

// accountOf is the agency that an identity names, or else the seat.
func (d *desk) accountOf(identity parley.Identity) parley.AccountRef {
	d.t.Helper()
	var named []parley.AccountRef
	err := d.store.Read(d.t.Context(), func(r *storage.Reader) (err error) {
		named, err = r.AccountsOf(identity, 0).Get(d.t.Context())
		return err
	})
	for _, kind := range []parley.AccountKind{parley.AccountAgency, parley.AccountSeat} {
		if at := slices.IndexFunc(named, func(a parley.AccountRef) bool { return a.Kind == kind && !a.Elsewhere }); at >= 0 {
			return named[at]
		}
	}
	d.t.Fatalf("%+v names %v, %v", identity, named, err)
	return parley.AccountRef{}
}

// rowsWith are the rows of every table that have a text, in capitals or not: what things are found by is in small letters.
func rowsWith(dump, text string) []string {
	text = strings.ToLower(text)
	return slices.DeleteFunc(strings.Split(dump, "\n"), func(row string) bool { return !strings.Contains(strings.ToLower(row), text) })
}

// TestASeatsPeopleAreThoseAtItsDSP erases the people of a seat, by its account and by a key, and keeps those of the seat with its id at another DSP.
func TestASeatsPeopleAreThoseAtItsDSP(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, terminal := t.Context(), seller.Terminal("test")
		d.sell(video())
		seat, other := parley.Identity{SeatID: "4711", DSPPlatform: "The Trade Desk"}, parley.Identity{SeatID: "4711", DSPPlatform: "DV360"}
		key := d.keyID(d.trades("Quintessa", seat))
		d.trades("Balthasar", other)
		theirs := rowsWith(stores.Dump(t, d.store), "Balthasar")
		for _, id := range []string{key, d.accountOf(seat).ID} {
			record, err := d.service.BuyerRecord(ctx, terminal, id)
			if err != nil || len(record.Keys) != 1 || len(record.Webhooks) != 1 || strings.Contains(fmt.Sprint(record.Words), "Balthasar") {
				t.Errorf("the record of %s is %+v, %v", id, record, err)
			}
			if _, err := d.service.EraseBuyer(ctx, terminal, id, true); err != nil {
				t.Fatal(err)
			}
		}
		after := stores.Dump(t, d.store)
		if left := rowsWith(after, "Quintessa"); len(left) > 0 {
			t.Errorf("it is left in\n%s", strings.Join(left, "\n"))
		}
		if !slices.Equal(rowsWith(after, "Balthasar"), theirs) {
			t.Error("another buyer's rows are others")
		}
	})
}

// TestABuyersPeopleAreErased looks for a name in every row of every table, before and after.
func TestABuyersPeopleAreErased(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, terminal := t.Context(), seller.Terminal("test")
		d.sell(video())
		buyer := d.trades("Quintessa", acme)
		d.trades("Balthasar", zenith)
		account := d.accountNamed(parley.AccountAgency, acme.AgencyID)
		before := stores.Dump(t, d.store)
		if found := rowsWith(before, "Quintessa"); len(found) < 16 {
			t.Fatalf("she left her name in %d rows alone:\n%s", len(found), strings.Join(found, "\n"))
		}

		// What is exported names her wherever a row does.
		record, err := d.service.BuyerRecord(ctx, terminal, account.ID)
		if err != nil || len(record.Keys) != 1 || len(record.Webhooks) != 1 || len(record.Accounts) < 2 || record.Accounts[0].Contacts[0].Name != "Quintessa" {
			t.Fatalf("the record is %+v, %v", record, err)
		}
		exported := 0
		for _, words := range record.Words {
			for _, row := range words.Rows {
				if strings.Contains(row.Text, "Balthasar") {
					t.Errorf("it has another buyer's %s: %s", words.Column, row.Text)
				}
				if strings.Contains(row.Text, "Quintessa") {
					exported++
				}
			}
		}
		if exported < 16 {
			t.Errorf("it names her %d times", exported)
		}

		counted, err := d.service.EraseBuyer(ctx, terminal, account.ID, false)
		if err != nil || len(counted) < 15 || stores.Dump(t, d.store) != before {
			t.Fatalf("a dry run counts %+v, %v, or changes something", counted, err)
		}
		if _, err := d.service.EraseBuyer(ctx, buyer, account.ID, true); !parley.Is(err, parley.CodeForbidden) {
			t.Errorf("a buyer erases: %v", err)
		}
		if _, err := d.service.EraseBuyer(ctx, terminal, "acct-none", true); !parley.Is(err, parley.CodeNotFound) {
			t.Errorf("nobody is erased: %v", err)
		}
		if _, err := d.service.EraseBuyer(ctx, terminal, account.ID, true); err != nil {
			t.Fatal(err)
		}
		after := stores.Dump(t, d.store)
		if left := rowsWith(after, "Quintessa"); len(left) > 0 {
			t.Errorf("it is left in\n%s", strings.Join(left, "\n"))
		}
		// One entry more, and everything of another buyer's as it was.
		if rows, were := strings.Count(after, "\n"), strings.Count(before, "\n"); rows != were+1 {
			t.Errorf("%d rows became %d", were, rows)
		}
		if !slices.Equal(rowsWith(after, "Balthasar"), rowsWith(before, "Balthasar")) {
			t.Error("another buyer's rows are others")
		}
		audits, err := d.service.Audits(ctx, terminal, seller.AuditFilter{Resource: "account", ResourceID: account.ID})
		if err != nil || audits.Items[len(audits.Items)-1].Action != "buyer.erase" {
			t.Errorf("the audit trail ends with %+v, %v", audits.Items, err)
		}
		// The buyer's key goes on, and so does what was bought.
		deals, err := d.service.Deals(ctx, buyer, seller.DealFilter{})
		if err != nil || len(deals.Items) != 1 || deals.Items[0].Price.FinalCPM == 0 || deals.Items[0].Notes != "erased" {
			t.Errorf("the deals are %+v, %v", deals.Items, err)
		}
		if again, err := d.service.EraseBuyer(ctx, terminal, account.ID, true); err != nil || len(again) > 0 {
			t.Errorf("once more: %+v, %v", again, err)
		}

		// A key of nobody's account is a buyer by itself.
		alone := d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "Key of Ottoline"})
		who, err := d.service.Screen(ctx, alone)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.service.EraseBuyer(ctx, terminal, who.KeyID, true); err != nil || len(rowsWith(stores.Dump(t, d.store), "Ottoline")) > 0 {
			t.Errorf("a key's: %v", err)
		}
	})
}
