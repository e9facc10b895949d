package storagetest

import (
	"encoding/json"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func (f *fixture) session(owner string) parley.Session {
	id := f.id(parley.PrefixSession)
	return parley.Session{
		ID: id, Owner: owner, ContextID: "ctx " + id, Status: parley.SessionActive, Identity: identity, Metadata: json.RawMessage(`{"a": "ü"}`),
		CreatedAt: noon, UpdatedAt: noon, ExpiresAt: noon.Add(time.Hour),
	}
}

func askSession(id string) func(*storage.Reader) *storage.Pending[parley.Session] {
	return func(r *storage.Reader) *storage.Pending[parley.Session] { return r.Session(id) }
}

var sessions = map[string]func(*testing.T, *fixture){
	"come back as they were given, and change": func(_ *testing.T, f *fixture) {
		s := f.session("buyer/a//")
		bare := f.session("buyer/a//")
		bare.ContextID, bare.Metadata = "", nil
		f.write(func(tx *storage.Tx) {
			tx.LockSessions(s.Owner)
			tx.InsertSession(s)
			tx.InsertSession(bare)
		})
		same(f, read(f, askSession(s.ID)), s)
		same(f, read(f, askSession(bare.ID)), bare)
		missing(f, askSession("none"))
		in := func(owner, context string) *parley.Session {
			return read(f, func(r *storage.Reader) *storage.Pending[*parley.Session] { return r.SessionIn(owner, context) })
		}
		same(f, in(s.Owner, s.ContextID), &s)
		same(f, in("buyer/b//", s.ContextID), nil)
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertSession(bare) })
		again := f.session(s.Owner)
		again.ContextID = s.ContextID
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.InsertSession(again) })
		again.ContextID, again.ClosedAt = "", ptr(noon)
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.InsertSession(again) })
		s.Status, s.Messages, s.UpdatedAt, s.ClosedAt = parley.SessionClosed, 3, noon.Add(time.Minute), ptr(noon.Add(time.Minute))
		f.tx(func(tx *storage.Tx) error {
			if found := get(f.Context(), f, tx.SessionForUpdate(s.ID)); found.Status != parley.SessionActive {
				f.Errorf("for update: %+v", found)
			}
			tx.UpdateSession(s)
			return nil
		})
		same(f, read(f, askSession(s.ID)), s)
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.UpdateSession(again) })
	},
	"may begin in an append": func(_ *testing.T, f *fixture) {
		s := f.session("buyer/a//")
		err := f.store.Append(f.Context(), func(tx *storage.Tx) error {
			tx.LockSessions(s.Owner)
			tx.InsertSession(s)
			return nil
		})
		if err != nil {
			f.Fatal(err)
		}
		same(f, read(f, askSession(s.ID)), s)
	},
	"are listed by owner and status": func(_ *testing.T, f *fixture) {
		open, closed, over, other := f.session("buyer/a//"), f.session("buyer/a//"), f.session("buyer/a//"), f.session("buyer/b//")
		closed.Status, closed.ClosedAt = parley.SessionClosed, ptr(noon)
		over.ExpiresAt = noon
		f.write(func(tx *storage.Tx) {
			for _, s := range []parley.Session{open, closed, over, other} {
				tx.InsertSession(s)
			}
		})
		own := ptr("buyer/a//")
		for _, c := range []struct {
			filter storage.SessionFilter
			want   []string
		}{
			{storage.SessionFilter{}, []string{open.ID, closed.ID, over.ID, other.ID}},
			{storage.SessionFilter{Owner: own}, []string{open.ID, closed.ID, over.ID}},
			{storage.SessionFilter{Owner: own, Status: parley.SessionActive, Now: noon}, []string{open.ID}},
			{storage.SessionFilter{Owner: own, Status: parley.SessionClosed, Now: noon}, []string{closed.ID}},
			{storage.SessionFilter{Owner: own, Status: parley.SessionExpired, Now: noon}, []string{over.ID}},
			{storage.SessionFilter{Owner: own, Live: true, Now: noon}, []string{open.ID, closed.ID}},
		} {
			pages(f, c.want, func(s parley.Session) string { return s.ID },
				func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Session]] {
					filter := c.filter
					filter.Page = p
					return r.Sessions(filter)
				})
		}
	},
	"keep messages in their order, each number once": func(_ *testing.T, f *fixture) {
		s := f.session("buyer/a//")
		message := func(number int) parley.SessionMessage {
			return parley.SessionMessage{
				Number: number, Role: parley.RoleOfBuyer, Type: "inquiry", Content: "was gibt's?", Metadata: json.RawMessage(`{"n": 1}`),
				Actor: "buyer:key-1", At: noon,
			}
		}
		answer := parley.SessionMessage{Number: 2, Role: parley.RoleOfSeller, Actor: "operator:key-2", At: noon.Add(time.Second)}
		f.write(func(tx *storage.Tx) {
			tx.InsertSession(s)
			tx.InsertSessionMessage(s.ID, message(1))
			tx.InsertSessionMessage(s.ID, answer)
		})
		list := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.SessionMessage]] {
			return r.SessionMessages(s.ID, storage.Page{Limit: 5})
		})
		same(f, list, storage.Listing[parley.SessionMessage]{Items: []parley.SessionMessage{message(1), answer}, Total: 2})
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.InsertSessionMessage(s.ID, message(2)) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.InsertSessionMessage("sess-none", message(1)) })
	},
	"group events, and what they name": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, booked := f.booked("buyer/a//")
		_, elsewhere := f.booked("buyer/a//")
		s := f.session("buyer/a//")
		in, out := f.event(parley.EventDealBooked, s.Owner), f.event(parley.EventDealBooked, s.Owner)
		in.SessionID, in.DealID, out.DealID = s.ID, booked.ID, elsewhere.ID
		f.write(func(tx *storage.Tx) {
			tx.InsertSession(s)
			tx.InsertEvent(in)
			tx.InsertEvent(out)
		})
		list := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Event]] {
			return r.Events(storage.EventFilter{SessionID: s.ID})
		})
		same(f, list.Items, []parley.Event{in})
		ids := []string{s.ID, "sess-other"}
		same(f, read(f, func(r *storage.Reader) *storage.Pending[map[string][]string] { return r.SessionDeals(ids) }), map[string][]string{s.ID: {booked.ID}})
		same(f, read(f, func(r *storage.Reader) *storage.Pending[map[string][]string] { return r.SessionNegotiations(ids, noon) }), map[string][]string{})
	},
	"go with their messages": func(_ *testing.T, f *fixture) {
		first, second, kept := f.session("buyer/a//"), f.session("buyer/a//"), f.session("buyer/a//")
		kept.ExpiresAt = noon.Add(3 * time.Hour)
		f.write(func(tx *storage.Tx) {
			for _, s := range []parley.Session{first, second, kept} {
				tx.InsertSession(s)
				tx.InsertSessionMessage(s.ID, parley.SessionMessage{Number: 1, Role: parley.RoleOfBuyer, Content: "x", Actor: "a", At: noon})
			}
		})
		for _, want := range []int64{1, 1, 0} {
			f.tx(func(tx *storage.Tx) error {
				same(f, get(f.Context(), f, tx.DeleteSessions(noon.Add(2*time.Hour), 1, 0)), want)
				return nil
			})
		}
		missing(f, askSession(first.ID))
		missing(f, askSession(second.ID))
		same(f, read(f, askSession(kept.ID)), kept)
	},
}
