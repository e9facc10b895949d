package console_test

import (
	"context"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestBrowserNegotiatesByHand pauses the agent, answers a buyer with a price and a note, sees what the agent would have said, hands
// back, and accepts another's price: on both stores.
func TestBrowserNegotiatesByHand(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		talks := w.propose(w.buyer, "ctv-news-evening", "PD", "18.50", 2_000_000, 6, 20)
		read := func() parley.Negotiation {
			return must[parley.Negotiation](t)(w.service.Negotiation(context.Background(), seller.Terminal("test"), talks.NegotiationID))
		}
		b := w.open(t, w.approver)
		page := "/negotiations/" + talks.NegotiationID
		b.visit(page)
		b.shows("h2#hand", "The agent answers this buyer")
		b.shows(".next", "To the same price again the agent would")
		b.leave(`form[action$="/pause"] button`)
		b.shows("h2#hand", "Jonas Weber answers this buyer")
		standing := read().StandingCPM()
		turn := w.counter(w.buyer, talks, "18.90")
		if turn.Round.Action != parley.ActionCounter || turn.Round.SellerCPM != standing {
			t.Errorf("held, the price is answered with %+v", turn.Round)
		}
		b.shows("main .note.wait", "The buyer's price, 18.90 USD, waits for a person")
		b.shows(".next", "Handed back, the agent would counter with")

		// Not under the floor, of which no preview is shown.
		b.run(fill("#f-price", "0,50"))
		b.leave(`button[value=counter]`)
		b.shows("main .error", "must be at least the floor of these terms")
		counter := parley.FormatMicros(standing-100_000, 2)
		b.run(fill("#f-price", counter), fill("#f-note", "With first position"))
		b.leave(`button[value=counter]`)
		b.shows("main li", "Send counter "+counter+" USD")
		b.leave(`button[value=commit]`)
		b.shows("main .note.good", "The buyer has your answer")
		last := read().Rounds[len(read().Rounds)-1]
		if last.SellerCPM != standing-100_000 || last.BuyerCPM != 18_900_000 {
			t.Errorf("the answer is %+v", last)
		}
		b.shows("main table", "counter")
		w.counter(w.buyer, talks, "19.00")
		b.visit("/inbox")
		b.shows("main", "Negotiations that a person answers 1")
		b.shows("main", "their price waits: 19.00 USD")
		b.visit(page)
		b.leave(`form[action$="/hand-back"] button`)
		b.shows("h2#hand", "The agent answers this buyer")
		if n := read(); n.HeldBy != "" || seller.AwaitsDesk(n) || n.StandingCPM() >= standing-100_000 {
			t.Errorf("handed back, it is %+v", n)
		}
		b.leave(`button[value=accept]`)
		b.shows("h1", "Answer")
		b.leave(`button[value=commit]`)
		b.shows("h1", "accepted")
		if n := read(); n.AgreedCPM == nil || *n.AgreedCPM != 19_000_000 {
			t.Errorf("agreed is %+v", n.AgreedCPM)
		}
	})
}
