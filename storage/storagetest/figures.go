package storagetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

var figures = map[string]func(*testing.T, *fixture){
	"count transactions by how they ended, and events once they are committed": func(t *testing.T, f *fixture) {
		ended := f.event(parley.EventNegotiationConcluded, "buyer/1")
		ended.Data = json.RawMessage(`{"status": "accepted"}`)
		first := f.event(parley.EventQuoteCreated, "buyer/1")
		f.write(func(tx *storage.Tx) {
			tx.InsertEvent(first)
			tx.InsertEvent(ended)
		})
		if err := f.store.Append(t.Context(), func(tx *storage.Tx) error {
			tx.InsertEvent(f.event(parley.EventQuoteCreated, "buyer/1"))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertEvent(first) })
		got := f.store.Figures()
		for told, want := range map[storage.Told]int64{
			{Type: parley.EventQuoteCreated}: 2, {Type: parley.EventNegotiationConcluded, Outcome: "accepted"}: 1,
		} {
			if got.Events[told] != want {
				t.Errorf("%v: %d, want %d", told, got.Events[told], want)
			}
		}
		for how, want := range map[storage.Ended]int64{
			{Kind: storage.KindWrite, Outcome: storage.OutcomeCommitted}: 1, {Kind: storage.KindWrite, Outcome: storage.OutcomeRefused}: 1,
			{Kind: storage.KindAppend, Outcome: storage.OutcomeCommitted}: 1, {Kind: storage.KindWrite, Outcome: storage.OutcomeFailed}: 0,
		} {
			if got.Transactions[how].Count != want {
				t.Errorf("%v: %d, want %d", how, got.Transactions[how].Count, want)
			}
		}
		if c := got.Connections; c.Most < c.Open || c.Open < c.Busy || c.Open == 0 {
			t.Errorf("the connections are %+v", c)
		}
	},
	"count what a flow ends with an error of its own apart from what a statement failed of": func(t *testing.T, f *fixture) {
		own := errors.New("only tried")
		away := &parley.Error{Code: parley.CodeUnavailable, Message: "Another server is away."}
		for _, err := range []error{own, fmt.Errorf("found: %w", own), away, parley.Internal(own)} {
			if got := f.store.Tx(t.Context(), func(*storage.Tx) error { return err }); !errors.Is(got, err) {
				t.Errorf("%v became %v", err, got)
			}
			if got := f.store.Read(t.Context(), func(*storage.Reader) error { return err }); !errors.Is(got, err) {
				t.Errorf("%v became %v", err, got)
			}
			if got := f.store.Append(t.Context(), func(*storage.Tx) error { return err }); !errors.Is(got, err) {
				t.Errorf("%v became %v", err, got)
			}
		}
		spoiled := f.store.Tx(t.Context(), func(tx *storage.Tx) error {
			tx.InsertEvent(parley.Event{ID: "no UTF-8: \xff"})
			_, err := tx.Events(storage.EventFilter{}).Get(t.Context())
			return fmt.Errorf("%w: %w", own, err)
		})
		if !parley.Is(spoiled, parley.CodeValidation) {
			t.Errorf("spoiled: %v", spoiled)
		}
		got := f.store.Figures().Transactions
		for _, kind := range []storage.TransactionKind{storage.KindRead, storage.KindWrite, storage.KindAppend} {
			for outcome, want := range map[storage.Outcome]int64{storage.OutcomeUndone: 2, storage.OutcomeRefused: 1, storage.OutcomeFailed: 1} {
				if kind == storage.KindWrite && outcome == storage.OutcomeRefused {
					want++ // the spoiled one
				}
				if n := got[storage.Ended{Kind: kind, Outcome: outcome}].Count; n != want {
					t.Errorf("%s %s: %d, want %d", kind, outcome, n, want)
				}
			}
		}
	},
	"count what somebody who follows has before it": func(t *testing.T, f *fixture) {
		var ids []string
		for i := range 5 {
			e := f.event(parley.EventQuoteCreated, []string{"buyer/1", "buyer/2"}[i%2])
			e.OccurredAt = noon.Add(time.Duration(i) * time.Minute)
			ids = append(ids, e.ID)
			f.write(func(tx *storage.Tx) { tx.InsertEvent(e) })
		}
		settle(f, ids[4])
		for _, c := range []struct {
			after string
			owner *string
			most  int
			want  storage.Backlog
		}{
			{"", nil, 10, storage.Backlog{Count: 5, Oldest: noon}}, {"", nil, 3, storage.Backlog{Count: 3, Oldest: noon}},
			{ids[1], nil, 10, storage.Backlog{Count: 3, Oldest: noon.Add(2 * time.Minute)}}, {ids[4], nil, 10, storage.Backlog{}},
			{ids[1], ptr("buyer/2"), 10, storage.Backlog{Count: 1, Oldest: noon.Add(3 * time.Minute)}},
		} {
			same(f, read(f, func(r *storage.Reader) *storage.Pending[storage.Backlog] {
				return r.EventsBehind(c.after, storage.EventFilter{Owner: c.owner}, c.most)
			}), c.want)
		}
		same(f, read(f, (*storage.Reader).UnsettledEvents), storage.Backlog{})
	},
	"count the approvals that wait": func(t *testing.T, f *fixture) {
		same(f, read(f, (*storage.Reader).WaitingApprovals), storage.Backlog{})
		first, second, over := f.approval("prop-1"), f.approval("prop-2"), f.approval("prop-3")
		second.RequestedAt, over.RequestedAt = noon.Add(time.Minute), noon.Add(-time.Hour)
		f.write(func(tx *storage.Tx) {
			for _, a := range []parley.Approval{first, second, over} {
				tx.InsertApproval(a)
			}
			tx.UpdateApproval(decided(over, parley.ApprovalApproved))
		})
		same(f, read(f, (*storage.Reader).WaitingApprovals), storage.Backlog{Count: 2, Oldest: noon})
	},
}
