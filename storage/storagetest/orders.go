package storagetest

import (
	"encoding/json"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func askOrder(id string) func(*storage.Reader) *storage.Pending[parley.Order] {
	return func(r *storage.Reader) *storage.Pending[parley.Order] { return r.Order(id) }
}

var orders = map[string]func(*testing.T, *fixture){
	"come back with their history": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, d := f.booked("buyer/1")
		o := f.order(d)
		f.write(func(tx *storage.Tx) { tx.InsertOrder(o, false) })
		same(f, read(f, askOrder(o.ID)), o)
		move := parley.OrderTransition{
			From: parley.OrderDraft, To: parley.OrderSubmitted, Actor: "buyer:1", Reason: "go", Metadata: json.RawMessage(`{"n":1}`),
			At: noon.Add(time.Hour),
		}
		f.write(func(tx *storage.Tx) { tx.MoveOrder(o.ID, move) })
		o.Status, o.Version, o.UpdatedAt, o.History = parley.OrderSubmitted, 2, move.At, append(o.History, move)
		same(f, read(f, askOrder(o.ID)), o)
		f.tx(func(tx *storage.Tx) error {
			same(f, get(t.Context(), f, tx.OrderForUpdate(o.ID)), o)
			return nil
		})
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.MoveOrder(o.ID, move) })
		same(f, read(f, askOrder(o.ID)), o)
		missing(f, askOrder("ORD-NONE"))
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertOrder(o, false) })
		other := f.order(d)
		other.DealID = "NORTH-NONE"
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.InsertOrder(other, false) })
	},
	"are exclusive when asked to be": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, d := f.booked("buyer/1")
		errs := race(20, func(int) error {
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error { tx.InsertOrder(f.order(d), true); return nil })
		})
		same(f, tally(errs), map[parley.Code]int{"": 1, parley.CodeContention: 19})
		f.write(func(tx *storage.Tx) { tx.InsertOrder(f.order(d), false) })
	},
	"move once from a state": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, d := f.booked("buyer/1")
		o := f.order(d)
		f.write(func(tx *storage.Tx) { tx.InsertOrder(o, false) })
		errs := race(20, func(i int) error {
			to := parley.OrderSubmitted
			if i%2 == 0 {
				to = parley.OrderCancelled
			}
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				tx.MoveOrder(o.ID, parley.OrderTransition{From: parley.OrderDraft, To: to, Actor: "x", At: noon})
				return nil
			})
		})
		same(f, tally(errs), map[parley.Code]int{"": 1, parley.CodeContention: 19})
		same(f, len(read(f, askOrder(o.ID)).History), 2)
	},
	"that have come to their end make room for another": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, d := f.booked("buyer/1")
		first, second, third := f.order(d), f.order(d), f.order(d)
		f.write(func(tx *storage.Tx) { tx.InsertOrder(first, true) })
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.InsertOrder(second, true) })
		unended := func() int64 {
			return read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Order]] {
				return r.Orders(storage.OrderFilter{DealID: d.ID, Unended: true})
			}).Total
		}
		same(f, unended(), int64(1))
		f.write(func(tx *storage.Tx) {
			tx.MoveOrder(first.ID, parley.OrderTransition{From: parley.OrderDraft, To: parley.OrderCancelled, Actor: "x", At: noon})
		})
		same(f, unended(), int64(0))
		f.write(func(tx *storage.Tx) { tx.InsertOrder(second, true) })
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.InsertOrder(third, true) })
	},
	"that live are found for the end of their deal": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, d := f.booked("buyer/1")
		_, other := f.booked("buyer/1")
		var living []string
		for _, status := range parley.OrderStatuses {
			o := f.order(d)
			o.Status = status
			if _, lives := status.EndWithDeal(); lives {
				living = append(living, o.ID)
			}
			f.write(func(tx *storage.Tx) {
				tx.InsertOrder(o, false)
				tx.InsertOrder(f.order(other), false)
			})
		}
		f.tx(func(tx *storage.Tx) error {
			var found []string
			for _, o := range get(t.Context(), f, tx.LivingOrdersForUpdate(d.ID)) {
				found = append(found, o.ID)
				same(f, len(o.History), 1)
			}
			same(f, found, living)
			return nil
		})
	},
	"have a deal sent, the newest that goes on first": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, d := f.booked("buyer/1")
		sent := func() string {
			return read(f, func(r *storage.Reader) *storage.Pending[string] { return r.OrderOfDelivery(d.ID) })
		}
		same(f, sent(), "")
		order := func(status parley.OrderStatus, was ...parley.OrderStatus) parley.Order {
			o := f.order(d)
			o.Status = status
			for _, to := range was {
				o.History = append(o.History, parley.OrderTransition{From: o.History[len(o.History)-1].To, To: to, Actor: "x", At: noon})
			}
			f.write(func(tx *storage.Tx) { tx.InsertOrder(o, false) })
			return o
		}
		order(parley.OrderCancelled, parley.OrderCancelled) // which was never approved
		order(parley.OrderDraft)
		same(f, sent(), "")
		ended := order(parley.OrderUnbooked, parley.OrderSubmitted, parley.OrderApproved)
		same(f, sent(), ended.ID)
		runs := order(parley.OrderApproved, parley.OrderSubmitted, parley.OrderApproved)
		order(parley.OrderFailed, parley.OrderSubmitted, parley.OrderApproved)
		same(f, sent(), runs.ID)
		f.write(func(tx *storage.Tx) {
			tx.MoveOrder(runs.ID, parley.OrderTransition{From: parley.OrderApproved, To: parley.OrderCancelled, Actor: "x", At: noon})
		})
		same(f, sent() > runs.ID, true) // the failed one is newer
	},
	"are past their gate in some states": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		for _, status := range parley.OrderStatuses {
			_, d := f.booked("buyer/1")
			o := f.order(d)
			o.Status = status
			f.write(func(tx *storage.Tx) { tx.InsertOrder(o, false) })
			f.tx(func(tx *storage.Tx) error {
				same(f, get(t.Context(), f, tx.OrderPastGate(d.ID)), status.PastGate())
				return nil
			})
		}
		_, none := f.booked("buyer/1")
		f.tx(func(tx *storage.Tx) error {
			same(f, get(t.Context(), f, tx.OrderPastGate(none.ID)), false)
			return nil
		})
	},
	"are listed with their histories, and counted": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, d := f.booked("buyer/1")
		_, other := f.booked("buyer/2")
		var all, submitted []string
		for i := range 8 {
			o := f.order(d)
			if i%4 == 0 {
				o = f.order(other)
			}
			f.write(func(tx *storage.Tx) { tx.InsertOrder(o, false) })
			all = append(all, o.ID)
			if i%2 == 0 {
				submitted = append(submitted, o.ID)
				f.write(func(tx *storage.Tx) {
					tx.MoveOrder(o.ID, parley.OrderTransition{From: parley.OrderDraft, To: parley.OrderSubmitted, Actor: "buyer:x", At: noon})
				})
			}
		}
		id := func(o parley.Order) string { return o.ID }
		pages(f, all, id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Order]] {
			return r.Orders(storage.OrderFilter{Page: p})
		})
		pages(f, submitted, id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Order]] {
			return r.Orders(storage.OrderFilter{Status: parley.OrderSubmitted, Page: p})
		})
		list := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Order]] {
			return r.Orders(storage.OrderFilter{DealID: other.ID, Owner: ptr("buyer/2"), Page: storage.Page{Limit: 1, Newest: true}})
		})
		same(f, list.Total, int64(2))
		same(f, list.Items[0], read(f, askOrder(all[4])))
		report := func(owner *string) parley.OrderReport {
			return read(f, func(r *storage.Reader) *storage.Pending[parley.OrderReport] {
				return r.OrderReport(owner, storage.Period{})
			})
		}
		for _, c := range []struct {
			period storage.Period
			want   int64
		}{
			{storage.Period{From: noon}, 8}, {storage.Period{To: noon.Add(time.Microsecond)}, 8}, {storage.Period{From: noon, To: noon.Add(time.Microsecond)}, 8},
			{storage.Period{To: noon}, 0}, {storage.Period{From: noon.Add(time.Microsecond)}, 0},
		} {
			counted := read(f, func(r *storage.Reader) *storage.Pending[parley.OrderReport] {
				return r.OrderReport(ptr(d.Owner), c.period)
			})
			moved := counted.Transitions["draft->submitted"]
			same(f, []int64{counted.Total, moved}, []int64{c.want * 6 / 8, c.want * 2 / 8})
		}
		same(f, report(nil), parley.OrderReport{
			Total: 8, ByStatus: map[parley.OrderStatus]int64{parley.OrderDraft: 4, parley.OrderSubmitted: 4},
			Transitions: map[string]int64{"draft->submitted": 4}, Actors: map[string]int64{"buyer:x": 4},
			Changes: map[parley.ChangeStatus]int64{},
		})
		same(f, report(ptr("buyer/2")), parley.OrderReport{
			Total: 2, ByStatus: map[parley.OrderStatus]int64{parley.OrderSubmitted: 2},
			Transitions: map[string]int64{"draft->submitted": 2}, Actors: map[string]int64{"buyer:x": 2},
			Changes: map[parley.ChangeStatus]int64{},
		})
	},
}
