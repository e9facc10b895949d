package seller_test

import (
	"context"
	"testing"

	"parley"
	"parley/seller"
)

// TestAnOperatorsQuoteIsItsBuyers has an operator quote for a buyer, and for nobody, and others try to get at both.
func TestAnOperatorsQuoteIsItsBuyers(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		operator, rival := d.operator(parley.ScopeApprover), d.buyer(zenith)
		nobody := seller.Call{Address: "192.0.2.7"}
		var made seller.CreatedKey
		encode := func(k seller.CreatedKey) (seller.Answer, error) {
			if k.Secret != "" {
				made = k
			}
			return seller.Answer{Status: 201}, nil
		}
		request := seller.KeyRequest{Role: parley.RoleBuyer, Label: "seat", Identity: parley.Identity{SeatID: "seat-9"}}
		if _, err := d.service.CreateKey(ctx, seller.Terminal("test"), request, encode); err != nil {
			t.Fatal(err)
		}
		buyer := seller.Call{Secret: made.Secret, Address: "192.0.2.1"}

		asked := ask(1_000_000)
		own := d.quote(operator, asked)
		asked.BuyerKeyID = made.ID
		theirs := d.quote(operator, asked)
		if theirs.Tier != parley.TierSeat || theirs.Price.FinalCPM != 11_400_000 || theirs.Identity.SeatID != "seat-9" {
			t.Errorf("quoted for the seat: %s at %d for %+v", theirs.Tier, theirs.Price.FinalCPM, theirs.Identity)
		}
		for name, c := range map[string]struct {
			call        seller.Call
			own, theirs bool
		}{
			"operator": {operator, true, true}, "viewer": {d.operator(parley.ScopeViewer), true, true},
			"its buyer": {buyer, false, true}, "another buyer": {rival, false, false}, "nobody": {nobody, false, false},
		} {
			for quote, may := range map[string]bool{own.ID: c.own, theirs.ID: c.theirs} {
				_, err := d.service.Quote(ctx, c.call, quote)
				if may != (err == nil) || err != nil && !parley.Is(err, parley.CodeNotFound) {
					t.Errorf("%s reads: %v", name, err)
				}
			}
		}
		for _, call := range []seller.Call{buyer, rival} {
			_, err := d.book(call, own.ID)
			wantCode(t, err, parley.CodeNotFound)
			_, err = d.say(call, seller.Message{QuoteID: own.ID, Action: "counter", Price: &parley.Money{Micros: 10_000_000}})
			wantCode(t, err, parley.CodeNotFound)
		}
		_, err := d.book(rival, theirs.ID)
		wantCode(t, err, parley.CodeNotFound)
		if deal, err := d.book(buyer, theirs.ID); err != nil || deal.Price.FinalCPM != 11_400_000 {
			t.Errorf("its buyer books: %+v, %v", deal.Price, err)
		}
		listed, err := d.service.Quotes(ctx, buyer, seller.QuoteFilter{})
		if err != nil || len(listed.Items) != 1 || listed.Items[0].ID != theirs.ID {
			t.Errorf("the buyer's list: %+v, %v", listed.Items, err)
		}

		// Whom a quote is for is the operator's to say, and must be a buyer that trades.
		for name, wrong := range map[string]struct {
			call  seller.Call
			keyID string
		}{
			"a buyer's own": {buyer, made.ID}, "a rival's": {rival, made.ID}, "nobody's": {nobody, made.ID},
			"an unknown key": {operator, "key-none"}, "an operator's": {operator, d.keyID(operator)},
		} {
			asked.BuyerKeyID = wrong.keyID
			_, err := d.service.RequestQuote(ctx, wrong.call, asked, keep(new(parley.Quote)))
			if fields := wantError(t, err, parley.CodeValidation).Fields; len(fields) != 1 || fields[0].Path != "buyer_key_id" {
				t.Errorf("%s: %+v", name, fields)
			}
		}
		if _, err := d.service.RevokeKey(ctx, seller.Terminal("test"), made.ID, keep(new(parley.Key))); err != nil {
			t.Fatal(err)
		}
		asked.BuyerKeyID = made.ID
		_, err = d.service.RequestQuote(ctx, operator, asked, keep(new(parley.Quote)))
		wantCode(t, err, parley.CodeValidation)
		_, err = d.service.SubmitProposal(ctx, operator, propose(10_800_000, 1000), keep(new(parley.Proposal)))
		wantCode(t, err, parley.CodeForbidden)
	})
}

// keyID is the id of the key that a call presents.
func (d *desk) keyID(call seller.Call) string {
	d.t.Helper()
	who, err := d.service.Screen(context.Background(), call)
	if err != nil {
		d.t.Fatal(err)
	}
	return who.KeyID
}

// TestWhoWroteAQuoteDoesNotGrantIt has an operator decide the booking of a quote of its own.
func TestWhoWroteAQuoteDoesNotGrantIt(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(rule("desk", parley.GateDealBooking, parley.ScopeApprover, 1, ""))
		d.gate(rule("agreements", parley.GateNegotiationAccept, parley.ScopeApprover, 1, "price < 10.7"))
		buyer, wrote, other := d.buyer(acme), d.operator(), d.operator(parley.ScopeApprover)
		asked := ask(1000)
		asked.BuyerKeyID = d.keyID(buyer)
		deal, err := d.book(buyer, d.quote(wrote, asked).ID)
		if err != nil || deal.Status != parley.DealProposed {
			t.Fatalf("%s, %v", deal.Status, err)
		}
		wantCode(t, d.decide(wrote, d.pending().ID, "approve", nil), parley.CodeForbidden)
		if err := d.decide(other, d.pending().ID, "approve", nil); err != nil {
			t.Fatal(err)
		}
		turn, err := d.say(buyer, seller.Message{QuoteID: d.quote(wrote, asked).ID, Action: "counter", Price: &parley.Money{Micros: 10_600_000}})
		if err != nil || turn.Negotiation.Status != parley.NegotiationPendingApproval {
			t.Fatalf("%s, %v", turn.Negotiation.Status, err)
		}
		wantCode(t, d.decide(wrote, d.pending().ID, "approve", nil), parley.CodeForbidden)
	})
}
