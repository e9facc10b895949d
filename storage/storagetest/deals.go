package storagetest

import (
	"errors"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func askDeal(id string) func(storage.Reader) storage.Pending[parley.Deal] {
	return func(r storage.Reader) storage.Pending[parley.Deal] { return r.Deal(id) }
}

var deals = map[string]func(*testing.T, *fixture){
	"come back as they were given": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, d := f.booked("buyer/1")
		same(f, read(f, askDeal(d.ID)), d)
		f.tx(func(tx storage.Tx) error {
			same(f, get(t.Context(), f, tx.DealForUpdate(d.ID)), d)
			return nil
		})
		missing(f, askDeal("NORTH-NONE"))
		fromProposal := f.deal(f.quote("a", ""))
		fromProposal.QuoteID, fromProposal.ProposalID, fromProposal.NegotiationID = "", f.proposal(), ""
		f.write(func(tx storage.Tx) { tx.InsertDeal(fromProposal) })
		same(f, read(f, askDeal(fromProposal.ID)), fromProposal)
	},
	"have one id, and one quote or proposal": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		q, d := f.booked("buyer/1")
		other := f.quote("a", "buyer/1")
		f.write(func(tx storage.Tx) { tx.InsertQuote(other) })
		taken := f.deal(other)
		taken.ID = d.ID
		err := f.refusal(func(tx storage.Tx) { tx.InsertDeal(taken) })
		f.code(err, parley.CodeConflict)
		if !errors.Is(err, storage.ErrDealIDTaken) {
			t.Errorf("the error does not say that the id is taken: %v", err)
		}
		err = f.refusal(func(tx storage.Tx) { tx.InsertDeal(f.deal(q)) })
		f.code(err, parley.CodeContention)
		if errors.Is(err, storage.ErrDealIDTaken) {
			t.Errorf("a second deal for a quote is not about the id: %v", err)
		}
		proposed := f.deal(q)
		proposed.QuoteID, proposed.ProposalID = "", f.proposal()
		f.write(func(tx storage.Tx) { tx.InsertDeal(proposed) })
		proposed.ID = "NORTH-" + f.id("")
		f.refused(parley.CodeContention, func(tx storage.Tx) { tx.InsertDeal(proposed) })
		unknown := f.deal(f.quote("a", ""))
		f.refused(parley.CodeInternal, func(tx storage.Tx) { tx.InsertDeal(unknown) })
	},
	"change from one version to the next": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, d := f.booked("buyer/1")
		d.Status, d.Version, d.Notes, d.UpdatedAt = parley.DealCancelled, 2, "over", noon.Add(time.Hour)
		d.Impressions, d.Flight.End, d.Price.FinalCPM = 500, flight.End-1, 1
		f.write(func(tx storage.Tx) { tx.UpdateDeal(d) })
		same(f, read(f, askDeal(d.ID)), d)
		f.refused(parley.CodeContention, func(tx storage.Tx) { tx.UpdateDeal(d) })
		d.Version = 4
		f.refused(parley.CodeContention, func(tx storage.Tx) { tx.UpdateDeal(d) })
	},
	"are listed by their creation": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"))
		var all, second []string
		for i := range 8 {
			q := f.quote("a", "buyer/1")
			if i%2 == 1 {
				q.ProductID, q.Owner, q.ProductName = "b", "buyer/seat_2/50%25/orion", "Rhône"
				q.DealType = parley.PreferredDeal
			}
			d := f.deal(q)
			// Ids fall while time goes on.
			d.ID = string(rune('Z'-i)) + d.ID
			f.write(func(tx storage.Tx) {
				tx.InsertQuote(q)
				tx.InsertDeal(d)
			})
			if all = append(all, d.ID); i%2 == 1 {
				second = append(second, d.ID)
			}
		}
		id := func(d parley.Deal) string { return d.ID }
		for _, c := range []struct {
			filter storage.DealFilter
			want   []string
		}{
			{storage.DealFilter{}, all},
			{storage.DealFilter{Owner: ptr("buyer/seat_2/50%25/orion")}, second},
			{storage.DealFilter{Buyer: "seat_2"}, second},
			{storage.DealFilter{Buyer: "50%"}, second},
			{storage.DealFilter{Buyer: "Orion"}, second},
			{storage.DealFilter{Buyer: "ori"}, nil},
			{storage.DealFilter{Buyer: "%"}, nil},
			{storage.DealFilter{Buyer: "seat-2"}, nil},
			{storage.DealFilter{ProductID: "b"}, second},
			{storage.DealFilter{DealType: parley.PreferredDeal, Status: parley.DealBooked}, second},
			{storage.DealFilter{Search: "RHÔNE"}, second},
			{storage.DealFilter{Search: all[0][:10]}, all[:1]},
			{storage.DealFilter{Search: `BACK`}, all},
			{storage.DealFilter{Status: parley.DealCancelled}, nil},
		} {
			pages(f, c.want, id, func(r storage.Reader, p storage.Page) storage.Pending[storage.Listing[parley.Deal]] {
				c.filter.Page = p
				return r.Deals(c.filter)
			})
		}
	},
}
