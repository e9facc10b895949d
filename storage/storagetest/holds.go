package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func (f *fixture) hold(q parley.Quote) parley.Hold {
	return parley.Hold{
		ID: f.id(parley.PrefixHold), QuoteID: q.ID, Owner: q.Owner, ProductID: q.ProductID, Impressions: q.Impressions, Flight: q.Flight,
		Status: parley.HoldActive, Slot: 1, Until: noon.Add(time.Hour), CreatedBy: "buyer:kéy", CreatedAt: noon,
	}
}

func (f *fixture) quoted(owner string) parley.Quote {
	f.Helper()
	q := f.quote("a", owner)
	f.write(func(tx *storage.Tx) { tx.InsertQuote(q) })
	return q
}

var holds = map[string]func(*testing.T, *fixture){
	"come back as they were given, and as they ended": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		q, deal := f.booked("buyer/1")
		h := f.hold(q)
		h.ByDesk, h.QuoteUntil = true, &q.ExpiresAt
		f.write(func(tx *storage.Tx) { tx.InsertHold(h) })
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Hold] { return r.Hold(h.ID) }), h)
		newest := func(r *storage.Reader) *storage.Pending[parley.Hold] { return r.HoldOfQuote(q.ID) }
		same(f, read(f, newest), h)
		for _, ask := range []func(*storage.Reader) *storage.Pending[[]parley.Hold]{
			func(r *storage.Reader) *storage.Pending[[]parley.Hold] { return r.ActiveHolds([]string{q.ID, "none"}) },
			func(r *storage.Reader) *storage.Pending[[]parley.Hold] {
				return r.ActiveHoldsOfBuyer("buyer/1", "a", true)
			},
			func(r *storage.Reader) *storage.Pending[[]parley.Hold] {
				return r.ActiveHoldsOver("a", parley.Flight{Start: flight.End, End: flight.End + 1})
			},
		} {
			same(f, read(f, ask), []parley.Hold{h})
		}
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.Hold] {
			return r.ActiveHoldsOfBuyer("buyer/1", "a", false)
		}), []parley.Hold{})
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.Hold] {
			return r.ActiveHoldsOver("a", parley.Flight{Start: flight.End + 1, End: flight.End + 1})
		}), []parley.Hold{})
		ended := noon.Add(time.Minute)
		h.Status, h.DealID, h.EndedAt, h.Slot = parley.HoldTaken, deal.ID, &ended, 0
		f.write(func(tx *storage.Tx) { tx.EndHold(h) })
		same(f, read(f, newest), h)
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.EndHold(h) })
	},
	"are one of a quote and one in each place": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		one, other, third := f.hold(f.quoted("buyer/1")), f.hold(f.quoted("buyer/1")), f.hold(f.quoted("buyer/2"))
		f.write(func(tx *storage.Tx) { tx.InsertHold(one) })
		again := one
		again.ID, again.Slot = f.id(parley.PrefixHold), 2
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.InsertHold(again) })
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.InsertHold(other) })
		other.ByDesk = true
		f.write(func(tx *storage.Tx) {
			tx.InsertHold(other)
			tx.InsertHold(third)
		})
		ended := noon.Add(time.Minute)
		one.Status, one.EndedAt = parley.HoldReleased, &ended
		f.write(func(tx *storage.Tx) {
			tx.EndHold(one)
			tx.InsertHold(again)
		})
	},
	"count for parties, in places of theirs": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		one, other := f.hold(f.quoted("buyer/1")), f.hold(f.quoted("buyer/2"))
		f.write(func(tx *storage.Tx) {
			tx.InsertHold(one, storage.HoldPlace{Party: "p", Slot: 1}, storage.HoldPlace{Party: "q", Slot: 2})
		})
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.InsertHold(other, storage.HoldPlace{Party: "q", Slot: 2}) })
		f.write(func(tx *storage.Tx) { tx.InsertHold(other, storage.HoldPlace{Party: "q", Slot: 1}) })
		of := func(party string, byDesk bool, after time.Time) (found []storage.PartyHold) {
			f.write(func(tx *storage.Tx) { found = get(f.Context(), f, tx.HoldsFor(party, "a", byDesk, after)) })
			return found
		}
		placed := func(h parley.Hold, place int) storage.PartyHold {
			return storage.PartyHold{Hold: h, Identity: identity, Place: place}
		}
		same(f, of("p", false, one.Until), []storage.PartyHold{placed(one, 1)})
		same(f, of("q", false, one.Until), []storage.PartyHold{placed(one, 2), placed(other, 1)})
		same(f, of("q", true, noon), []storage.PartyHold{})
		same(f, of(one.Owner, false, one.Until), []storage.PartyHold{placed(one, 0)}) // for an owner, those that it has
		ended := noon.Add(time.Minute)
		one.Status, one.EndedAt, one.Slot = parley.HoldReleased, &ended, 0
		f.write(func(tx *storage.Tx) { tx.EndHold(one) })
		for _, party := range []string{"p", one.Owner} {
			same(f, of(party, false, ended.Add(-time.Microsecond)), []storage.PartyHold{placed(one, 0)})
			same(f, of(party, false, ended), []storage.PartyHold{})
		}
		third := f.hold(f.quoted("buyer/3"))
		f.write(func(tx *storage.Tx) {
			tx.InsertHold(third, storage.HoldPlace{Party: "p", Slot: 1}, storage.HoldPlace{Party: "q", Slot: 2})
		})
	},
	"prolong their quotes, and lapse with them": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		q := f.quoted("buyer/1")
		h := f.hold(q)
		later := q.ExpiresAt.Add(time.Hour)
		f.write(func(tx *storage.Tx) {
			tx.InsertHold(h)
			tx.QuoteUntil(q.ID, later)
		})
		same(f, read(f, askQuote(q.ID)).ExpiresAt, later)
		f.write(func(tx *storage.Tx) { tx.LapseHolds([]string{q.ID}, noon.Add(time.Minute)) })
		same(f, dueIDs(read(f, askDue(storage.DueHolds, noon.Add(time.Minute), storage.Due{}, 9))), []string{h.ID})
		f.write(func(tx *storage.Tx) { tx.DeclineQuote(q.ID) })
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.QuoteUntil(q.ID, later) })
	},
}
