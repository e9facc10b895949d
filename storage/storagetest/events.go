package storagetest

import (
	"encoding/json"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func askAfter(id string, filter storage.EventFilter) func(*storage.Reader) *storage.Pending[[]parley.Event] {
	return func(r *storage.Reader) *storage.Pending[[]parley.Event] { return r.EventsAfter(id, filter) }
}

func lastEventID(r *storage.Reader) *storage.Pending[string] {
	return r.LastEventID(storage.EventFilter{})
}

// settle waits until the event that was written last is final. On a server that has other databases as well, a transaction
// under way in one of them can keep it from that for a while.
func settle(f *fixture, last string) {
	for read(f, lastEventID) != last {
		runtime.Gosched()
	}
}

var events = map[string]func(*testing.T, *fixture){
	"come back as they were given": func(t *testing.T, f *fixture) {
		full, bare := f.event(parley.EventDealBooked, "buyer/1"), parley.Event{ID: f.id("evt-"), Type: "x", OccurredAt: noon}
		full.ProposalID, full.NegotiationID, full.DealID, full.OrderID, full.ApprovalID = "p", "n", "d", "o", "a"
		full.Detail = json.RawMessage(`{"floor": 1}`)
		f.write(func(tx *storage.Tx) {
			tx.InsertEvent(full)
			tx.InsertEvent(bare)
		})
		for _, e := range []parley.Event{full, bare} {
			same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Event] { return r.Event(e.ID) }), e)
		}
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Event] { return r.Event("evt-none") })
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertEvent(full) })
	},
	"are listed and filtered": func(t *testing.T, f *fixture) {
		var all, second []string
		f.write(func(tx *storage.Tx) {
			for i := range 8 {
				e := f.event(parley.EventQuoteCreated, "buyer/1")
				if i%2 == 1 {
					e = parley.Event{
						ID: e.ID, Type: parley.EventOrderCreated, Owner: "buyer/2", OccurredAt: noon.Add(time.Hour), FlowID: "f", QuoteID: "q",
						ProposalID: "p", NegotiationID: "n", DealID: "d", OrderID: "o",
					}
					second = append(second, e.ID)
				}
				all = append(all, e.ID)
				tx.InsertEvent(e)
			}
		})
		settle(f, all[len(all)-1])
		id := func(e parley.Event) string { return e.ID }
		for _, filter := range []storage.EventFilter{
			{Owner: ptr("buyer/2")}, {Type: parley.EventOrderCreated}, {FlowID: "f"}, {QuoteID: "q"}, {ProposalID: "p"},
			{NegotiationID: "n"}, {DealID: "d"}, {OrderID: "o"}, {Since: noon.Add(time.Hour)},
		} {
			pages(f, second, id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Event]] {
				filter.Page = p
				return r.Events(filter)
			})
			filter.Page = storage.Page{}
			var got []string
			for _, e := range read(f, askAfter(all[1], filter)) {
				got = append(got, e.ID)
			}
			same(f, got, second[1:])
			last := func(r *storage.Reader) *storage.Pending[string] { return r.LastEventID(filter) }
			same(f, read(f, last), second[len(second)-1])
		}
		nobody := storage.EventFilter{Owner: ptr("buyer/3")}
		same(f, read(f, func(r *storage.Reader) *storage.Pending[string] { return r.LastEventID(nobody) }), "")
		pages(f, all, id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Event]] {
			return r.Events(storage.EventFilter{Page: p})
		})
	},
	"follow one another": func(t *testing.T, f *fixture) {
		same(f, read(f, lastEventID), "")
		same(f, read(f, askAfter("", storage.EventFilter{})), []parley.Event{})
		var ids []string
		f.write(func(tx *storage.Tx) {
			// Ids of one millisecond do not tell the order in which they were written.
			for _, id := range []string{"evt-c", "evt-a", "evt-b"} {
				e := f.event(parley.EventQuoteCreated, "")
				e.ID = id
				tx.InsertEvent(e)
				ids = append(ids, id)
			}
		})
		settle(f, "evt-b")
		for i, after := range append([]string{""}, ids...) {
			got := []string{}
			for _, e := range read(f, askAfter(after, storage.EventFilter{Page: storage.Page{Limit: 2}})) {
				got = append(got, e.ID)
			}
			same(f, got, ids[i:min(i+2, len(ids))])
		}
		_, err := try(f, askAfter("evt-none", storage.EventFilter{}))
		f.code(err, parley.CodeNotFound)
		before := func(id string, filter storage.EventFilter) func(*storage.Reader) *storage.Pending[string] {
			return func(r *storage.Reader) *storage.Pending[string] { return r.EventBefore(id, filter) }
		}
		for i, id := range ids {
			same(f, read(f, before(id, storage.EventFilter{})), append([]string{""}, ids...)[i])
		}
		for _, unknown := range []func(*storage.Reader) *storage.Pending[string]{
			before("evt-none", storage.EventFilter{}), before("evt-a", storage.EventFilter{Owner: ptr("buyer/3")}),
		} {
			_, err := try(f, unknown)
			f.code(err, parley.CodeNotFound)
		}
	},
	"reach a reader once each, however their transactions overlap": func(t *testing.T, f *fixture) {
		const writers, each = 8, 25
		var left atomic.Int64
		left.Store(writers)
		var got []string
		errs := race(writers+1, func(i int) error {
			if i < writers {
				defer left.Add(-1)
				for range each {
					err := f.store.Tx(t.Context(), func(tx *storage.Tx) error {
						tx.InsertEvent(f.event(parley.EventQuoteCreated, ""))
						// A look in between keeps the transaction open while others commit.
						if _, err := storage.PricingRules.Version(&tx.Reader).Get(t.Context()); err != nil {
							return err
						}
						tx.InsertEvent(f.event(parley.EventQuoteBooked, ""))
						return nil
					})
					if err != nil {
						return err
					}
				}
				return nil
			}
			end := parley.Event{} // written after all others, so that it comes after them
			for last := ""; ; {
				if end.ID == "" && left.Load() == 0 {
					end = f.event(parley.EventQuoteExpired, "")
					if err := f.store.Tx(t.Context(), func(tx *storage.Tx) error { tx.InsertEvent(end); return nil }); err != nil {
						return err
					}
				}
				next, err := try(f, askAfter(last, storage.EventFilter{Page: storage.Page{Limit: 7}}))
				if err != nil {
					return err
				}
				for _, e := range next {
					if e.ID == end.ID {
						return nil
					}
					got, last = append(got, e.ID), e.ID
				}
			}
		})
		same(f, tally(errs), map[parley.Code]int{"": writers + 1})
		slices.Sort(got)
		if distinct := slices.Compact(slices.Clone(got)); len(got) != 2*writers*each || len(distinct) != len(got) {
			t.Errorf("the reader got %d events, %d of them distinct; %d were written", len(got), len(distinct), 2*writers*each)
		}
	},
}
