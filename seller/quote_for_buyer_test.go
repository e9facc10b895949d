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

// TestAnOfferIsAtThePublishersPrice has an operator offer a buyer prices of its own: from the floor to the ceiling of a rule, to a named
// buyer, looked at or made. The buyer reads the offer without a word of the price list's, does not negotiate on it, and books it past the
// rules, which see the discount from the price list.
func TestAnOfferIsAtThePublishersPrice(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video()) // 12.00, 10.80 to an agency's buyer; the floor is 8.00
		ceiling := parley.PricingRule{Name: "No more than", Enabled: true, Selector: parley.Selector{AdvertiserIDs: []string{"adv-zenith"}}, CeilingCPM: &parley.Money{Micros: 11_000_000, Currency: parley.USD}}
		if _, err := d.service.PricingRules().Create(ctx, seller.Terminal("test"), ceiling, keep(&ceiling)); err != nil {
			t.Fatal(err)
		}
		d.gate(rule("cheap", parley.GateDealBooking, parley.ScopeApprover, 1, "discount_pct > 15.0"))
		buyer, capped, operator, other := d.buyer(acme), d.buyer(parley.Identity{AdvertiserID: "adv-zenith"}), d.operator(parley.ScopeApprover), d.operator(parley.ScopeApprover)
		offer := func(call seller.Call, to string, micros int64, currency parley.Currency) (parley.Quote, error) {
			request := ask(1_000_000)
			request.BuyerKeyID, request.OfferCPM = to, &parley.Money{Micros: micros, Currency: currency}
			looked, refused := d.service.PreviewQuote(ctx, call, request)
			var made parley.Quote
			_, err := d.service.RequestQuote(ctx, call, request, keep(&made))
			if parley.CodeOf(err) != parley.CodeOf(refused) || err == nil && looked.Price.FinalCPM != made.Price.FinalCPM {
				t.Errorf("looked at: %v at %d; made: %v at %d", refused, looked.Price.FinalCPM, err, made.Price.FinalCPM)
			}
			return made, err
		}
		list := d.quote(buyer, ask(1_000_000)).Price.FinalCPM
		to := d.keyID(buyer)
		for name, c := range map[string]struct {
			call     seller.Call
			to       string
			micros   int64
			currency parley.Currency
			path     string // that is refused; empty: none
		}{
			"the floor":              {operator, to, 8_000_000, "", ""},
			"under the floor":        {operator, to, 7_990_000, "", "offer_cpm"},
			"above the list":         {operator, to, 2 * list, parley.USD, ""},
			"the ceiling":            {operator, d.keyID(capped), 11_000_000, "", ""},
			"above the ceiling":      {operator, d.keyID(capped), 11_010_000, "", "offer_cpm"},
			"0":                      {operator, to, 0, "", "offer_cpm"},
			"less than nothing":      {operator, to, -9_000_000, "", "offer_cpm"},
			"parts of a cent":        {operator, to, 9_005_000, "", "offer_cpm"},
			"another currency":       {operator, to, 9_000_000, "EUR", "offer_cpm.currency"},
			"to nobody":              {operator, "", 9_000_000, "", "offer_cpm"},
			"by the buyer itself":    {buyer, to, 9_000_000, "", "buyer_key_id"},
			"by the buyer to nobody": {buyer, "", 9_000_000, "", "offer_cpm"},
		} {
			made, err := offer(c.call, c.to, c.micros, c.currency)
			switch {
			case c.path == "" && (err != nil || made.Price.FinalCPM != c.micros || !made.Price.Offered()):
				t.Errorf("%s: %d, %v", name, made.Price.FinalCPM, err)
			case c.path != "":
				if fields := wantError(t, err, parley.CodeValidation).Fields; len(fields) != 1 || fields[0].Path != c.path {
					t.Errorf("%s: %+v", name, fields)
				}
			}
		}
		if _, err := offer(d.operator(parley.ScopeViewer), to, 9_000_000, ""); !parley.Is(err, parley.CodeForbidden) {
			t.Errorf("who only looks on offers: %v", err)
		}

		small, large := must(offer(operator, to, list-1_000_000, "")), must(offer(operator, to, 8_500_000, ""))
		if public := small.Price.Public(); small.Price.Asked() != list || public.Rationale != "Offered price: "+parley.FormatMicros(list-1_000_000, 2)+" USD CPM." {
			t.Errorf("asked %d; the buyer reads %q", small.Price.Asked(), public.Rationale)
		}
		_, err := d.say(buyer, seller.Message{QuoteID: small.ID, Action: "counter", Price: &parley.Money{Micros: 8_100_000}})
		wantCode(t, err, parley.CodeNegotiationClosed)
		if deal := must(d.book(buyer, small.ID)); deal.Status != parley.DealBooked || deal.Price.FinalCPM != list-1_000_000 {
			t.Errorf("booked %s at %d", deal.Status, deal.Price.FinalCPM)
		}
		if deal := must(d.book(buyer, large.ID)); deal.Status != parley.DealProposed {
			t.Errorf("a large discount is %s", deal.Status)
		}
		wantCode(t, d.decide(operator, d.pending().ID, "approve", nil), parley.CodeForbidden)
		if facts := d.pending().Case; facts.Ask != list {
			t.Errorf("the desk is asked with %d as the ask, not %d", facts.Ask, list)
		}
		if err := d.decide(other, d.pending().ID, "approve", nil); err != nil {
			t.Fatal(err)
		}
	})
}
