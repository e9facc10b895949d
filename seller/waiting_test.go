package seller_test

import (
	"fmt"
	"sync"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestHowMuchOfABuyersWaits puts bookings and proposals of one product before the desk, by keys of one buyer, one after the other and at once:
// no more wait than can. What is answered or taken back makes room, and other products and other buyers have their own.
func TestHowMuchOfABuyersWaits(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		settings := seller.DefaultSettings()
		settings.MostWaiting = 3
		d := openDesk(t, store, settings)
		d.sell(video(), video(func(p *parley.Product) { p.ID = "other" }))
		d.gate(parley.ApprovalRule{Name: "bookings", Gate: parley.GateDealBooking})
		d.gate(parley.ApprovalRule{Name: "proposals", Gate: parley.GateProposalDecision, Condition: "impressions == 2000"})
		d.gate(parley.ApprovalRule{Name: "agreements", Gate: parley.GateNegotiationAccept, Condition: "impressions == 3000"})
		desk := d.operator()
		key := func(i int) seller.Call {
			return d.buyer(parley.Identity{SeatID: fmt.Sprintf("s%d", i), AgencyID: "ag", AdvertiserID: fmt.Sprintf("adv%d", i)})
		}
		refused := func(err error) {
			t.Helper()
			if e := wantError(t, err, parley.CodeContention); e.Facts["most_waiting"] != 3 {
				t.Errorf("refused with %v", e)
			}
		}
		first, second := key(1), key(2)
		waiting := must(d.book(first, d.quote(first, ask(1000)).ID))
		must(d.book(second, d.quote(second, ask(1000)).ID))
		proposal := d.submit(first, propose(20_000_000, 2000))
		if waiting.Status != parley.DealProposed || proposal.Status != parley.ProposalPendingApproval {
			t.Fatalf("%s and %s", waiting.Status, proposal.Status)
		}
		more := map[string]func() error{
			"a booking": func() error { _, err := d.book(second, d.quote(second, ask(1000)).ID); return err },
			"a proposal": func() error {
				_, err := d.service.SubmitProposal(t.Context(), second, propose(20_000_000, 2000), keep(new(parley.Proposal)))
				return err
			},
			"a proposal's booking": func() error {
				_, err := d.bookProposal(second, d.submit(second, propose(20_000_000, 1000)).ID)
				return err
			},
			"a price agreed over a proposal": func() error {
				_, err := d.say(second, seller.Message{ProposalID: d.submit(second, propose(8_500_000, 3000)).ID, Action: "accept"})
				return err
			},
		}
		for what, put := range more {
			t.Log(what)
			refused(put())
		}
		request := ask(1000)
		request.ProductID = "other"
		must(d.book(first, d.quote(first, request).ID))
		stranger := d.buyer(parley.Identity{SeatID: "s9", AgencyID: "ag9"})
		must(d.book(stranger, d.quote(stranger, ask(1000)).ID))
		for what, room := range map[string]func() error{ // each makes room for one
			"declined":   func() error { return d.decideAndResume(desk, d.asked(waiting.ID)[0].ID, "reject") },
			"taken back": func() error { return d.withdraw(first, proposal.ID) },
		} {
			if err := room(); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			must(d.book(second, d.quote(second, ask(1000)).ID))
			refused(more["a booking"]())
		}
		const keys = 6 // of another agency, at once
		var quotes [keys]string
		var calls [keys]seller.Call
		for i := range keys {
			calls[i] = d.buyer(parley.Identity{SeatID: fmt.Sprintf("t%d", i), AgencyID: "at-once"})
			quotes[i] = d.quote(calls[i], ask(1000)).ID
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		booked := 0
		for i := range keys {
			all.Go(func() {
				_, err := d.book(calls[i], quotes[i])
				if err != nil && !parley.Is(err, parley.CodeContention) {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					booked++
				}
			})
		}
		all.Wait()
		if booked != 3 {
			t.Errorf("%d bookings wait", booked)
		}
	})
}
