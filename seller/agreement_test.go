package seller_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
)

func target(request seller.QuoteRequest, micros int64) seller.QuoteRequest {
	request.TargetCPM = &parley.Money{Micros: micros}
	return request
}

// agreedInProposal and agreedOverQuote agree on 11.40 for what ask(1_000_000) asks for.
func (d *desk) agreedInProposal(buyer seller.Call) string {
	d.t.Helper()
	p := d.submit(buyer, propose(9_000_000, 1_000_000))
	if _, err := d.say(buyer, seller.Message{ProposalID: p.ID, Action: "accept"}); err != nil {
		d.t.Fatal(err)
	}
	return p.ID
}

func (d *desk) agreedOverQuote(buyer seller.Call) string {
	d.t.Helper()
	q := d.quote(buyer, ask(1_000_000))
	for _, m := range []seller.Message{{Action: "counter", Price: &parley.Money{Micros: 9_000_000}}, {Action: "accept"}} {
		m.QuoteID = q.ID
		if _, err := d.say(buyer, m); err != nil {
			d.t.Fatal(err)
		}
	}
	return q.ID
}

// TestAnAgreementPricesTheQuote asks for quotes after an agreement: for what was agreed, and for other things.
func TestAnAgreementPricesTheQuote(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		buyer := d.buyer(acme)
		id := d.agreedInProposal(buyer)
		for name, c := range map[string]struct {
			who    seller.Call
			change func(*seller.QuoteRequest)
			want   int64
		}{
			"at the agreed price":      {buyer, func(*seller.QuoteRequest) {}, 11_400_000},
			"above it":                 {buyer, func(r *seller.QuoteRequest) { r.TargetCPM.Micros = 11_990_000 }, 11_400_000},
			"a cent under it":          {buyer, func(r *seller.QuoteRequest) { r.TargetCPM.Micros = 11_390_000 }, 12_000_000},
			"without a target":         {buyer, func(r *seller.QuoteRequest) { r.TargetCPM = nil }, 12_000_000},
			"for another volume":       {buyer, func(r *seller.QuoteRequest) { r.Impressions = 1_000_001 }, 12_000_000},
			"for other days":           {buyer, func(r *seller.QuoteRequest) { *r.FlightEnd++ }, 12_000_000},
			"for another type of deal": {buyer, func(r *seller.QuoteRequest) { r.DealType = "PD" }, 12_000_000},
			"by another buyer":         {d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "x", Identity: parley.Identity{AgencyID: "x"}}), func(*seller.QuoteRequest) {}, 12_000_000},
		} {
			request := target(ask(1_000_000), 11_400_000)
			c.change(&request)
			q := d.quote(c.who, request)
			if q.Price.FinalCPM != c.want {
				t.Errorf("%s: quoted %d, want %d", name, q.Price.FinalCPM, c.want)
			}
			if bound := q.ProposalID != ""; bound != (c.want == 11_400_000) || bound && !strings.Contains(q.Price.Rationale, "Agreed in proposal "+id) {
				t.Errorf("%s: bound to %q, says %q", name, q.ProposalID, q.Price.Rationale)
			}
		}
		bound := d.quote(buyer, target(ask(1_000_000), 11_400_000))
		_, err := d.say(buyer, seller.Message{QuoteID: bound.ID, Action: "counter", Price: &parley.Money{Micros: 9_000_000}})
		wantCode(t, err, parley.CodeNegotiationClosed)
	})
}

// TestOneDealComesOfAnAgreement books everything that is bound to an agreement at once, in a race.
func TestOneDealComesOfAnAgreement(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		for name, agree := range map[string]func(seller.Call) string{"proposal": d.agreedInProposal, "quote": d.agreedOverQuote} {
			d.sell(video(at120))
			buyer := d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: name, Identity: parley.Identity{AgencyID: name, SeatID: "seat-1"}})
			id := agree(buyer)
			var quotes []string
			for range 3 {
				q := d.quote(buyer, target(ask(1_000_000), 11_400_000))
				if q.Price.FinalCPM != 11_400_000 || q.NegotiationID == "" {
					t.Fatalf("%s: quoted %d, bound to %q", name, q.Price.FinalCPM, q.NegotiationID)
				}
				quotes = append(quotes, q.ID)
			}
			deals := make([]parley.Deal, 8)
			errs := race(len(deals), func(i int) (err error) {
				switch {
				case i%4 < 3:
					deals[i], err = d.book(buyer, quotes[i%4])
				case name == "proposal":
					deals[i], err = d.bookProposal(buyer, id)
				default:
					deals[i], err = d.book(buyer, id)
				}
				return err
			})
			made := map[string]bool{}
			for i, err := range errs {
				if err == nil {
					made[deals[i].ID] = true
					if deals[i].Price.FinalCPM != 11_400_000 || deals[i].NegotiationID == "" {
						t.Errorf("%s: a deal at %d of negotiation %q", name, deals[i].Price.FinalCPM, deals[i].NegotiationID)
					}
				} else if code := parley.CodeOf(err); code != parley.CodeContention && code != parley.CodeConflict {
					t.Errorf("%s: %v", name, err)
				}
			}
			if len(made) != 1 {
				t.Fatalf("%s: %d deals came of one agreement", name, len(made))
			}
			if name == "proposal" {
				again, err := d.bookProposal(buyer, id)
				if err != nil || !made[again.ID] {
					t.Errorf("the proposal answers %s (%v)", again.ID, err)
				}
			}
			must(d.service.DeclineQuotes(t.Context()))
			for _, quote := range quotes {
				d.usedUp(buyer, quote, made)
			}
			if q := d.quote(buyer, target(ask(1_000_000), 11_400_000)); q.Price.FinalCPM != 12_000_000 {
				t.Errorf("%s: what is used up prices a quote at %d", name, q.Price.FinalCPM)
			}
		}
	})
}

// usedUp holds a quote of a used agreement to be booked, or declined with its event, by every way to read it.
func (d *desk) usedUp(buyer seller.Call, id string, made map[string]bool) {
	d.t.Helper()
	q := must(d.service.Quote(d.t.Context(), buyer, id))
	told := map[parley.EventType]int{}
	events := must(d.service.Events(d.t.Context(), buyer, seller.EventFilter{FlowID: id, Page: seller.Page{Limit: 50}}))
	for _, e := range events.Items {
		told[e.Type]++
	}
	if q.Status == parley.QuoteBooked && made[q.DealID] && told[parley.EventQuoteBooked] == 1 && told[parley.EventQuoteDeclined] == 0 {
		return
	}
	if q.Status != parley.QuoteDeclined || told[parley.EventQuoteDeclined] != 1 {
		d.t.Errorf("the quote %s is %s, and of it is told %v", id, q.Status, told)
	}
	open := must(d.service.Quotes(d.t.Context(), buyer, seller.QuoteFilter{Status: parley.QuoteAvailable, Page: seller.Page{Limit: 50}}))
	for _, other := range open.Items {
		if other.ID == id {
			d.t.Errorf("the quote %s is in the list of those that are available", id)
		}
	}
	_, err := d.book(buyer, id)
	wantCode(d.t, err, parley.CodeContention)
	var refused *parley.Error
	if !errors.As(err, &refused) || !made[fmt.Sprint(refused.Facts["deal_id"])] {
		d.t.Errorf("booking it is refused without its deal: %v", err)
	}
}

// TestWhatAnAgreementPricedEndsWithIt ends agreements by each way there is, one after the other.
func TestWhatAnAgreementPricedEndsWithIt(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		buyer := d.buyer(acme)
		for name, c := range map[string]struct {
			agree func(seller.Call) string
			end   func(agreement, bound string) error
		}{
			"a proposal booked by itself":          {d.agreedInProposal, func(id, _ string) error { _, err := d.bookProposal(buyer, id); return err }},
			"a proposal booked by a quote":         {d.agreedInProposal, func(_, bound string) error { _, err := d.book(buyer, bound); return err }},
			"a negotiated quote booked":            {d.agreedOverQuote, func(id, _ string) error { _, err := d.book(buyer, id); return err }},
			"a negotiated quote booked by another": {d.agreedOverQuote, func(_, bound string) error { _, err := d.book(buyer, bound); return err }},
			"a proposal withdrawn": {d.agreedInProposal, func(id, _ string) error {
				_, err := d.service.WithdrawProposal(t.Context(), buyer, id, "", keep(&parley.Proposal{}))
				return err
			}},
		} {
			id := c.agree(buyer)
			other := d.quote(buyer, target(ask(1_000_000), 11_400_000))
			bound := d.quote(buyer, target(ask(1_000_000), 11_400_000))
			if err := c.end(id, bound.ID); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if q := must(d.service.Quote(t.Context(), buyer, other.ID)); q.Status != parley.QuoteDeclined {
				t.Errorf("%s: another quote at its price is %s", name, q.Status)
			}
			if n := must(d.service.DeclineQuotes(t.Context())); n != 0 {
				t.Errorf("%s: %d quotes were left", name, n)
			}
		}
	})
}
