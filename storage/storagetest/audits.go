package storagetest

import (
	"encoding/json"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

var audits = map[string]func(*testing.T, *fixture){
	"are listed and filtered": func(t *testing.T, f *fixture) {
		var entries []parley.AuditEntry
		for i := range 6 {
			entry := parley.AuditEntry{
				At: noon.Add(time.Duration(i) * time.Hour), Actor: "operator:1", Action: "deal.book", Resource: "deal", ResourceID: "d",
				RequestID: "r", Before: json.RawMessage(`{"n":1}`),
			}
			if i%2 == 1 {
				entry.Actor, entry.Resource, entry.ResourceID, entry.Before, entry.After = "buyer:1", "key", "k", nil, json.RawMessage(`[]`)
			}
			f.write(func(tx *storage.Tx) { tx.InsertAudit(entry) })
			entries = append(entries, entry)
		}
		ask := func(filter storage.AuditFilter) storage.Listing[parley.AuditEntry] {
			t.Helper()
			return read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.AuditEntry]] { return r.Audits(filter) })
		}
		all := ask(storage.AuditFilter{})
		for i, entry := range all.Items {
			if i > 0 && entry.Seq <= all.Items[i-1].Seq {
				t.Errorf("the sequence does not grow: %d after %d", entry.Seq, all.Items[i-1].Seq)
			}
			entry.Seq = 0
			same(f, entry, entries[i])
		}
		for _, c := range []struct {
			filter storage.AuditFilter
			want   []int
		}{
			{storage.AuditFilter{}, []int{0, 1, 2, 3, 4, 5}},
			{storage.AuditFilter{Resource: "key"}, []int{1, 3, 5}},
			{storage.AuditFilter{Resource: "key", ResourceID: "d"}, nil},
			{storage.AuditFilter{Actors: []string{"operator:1"}}, []int{0, 2, 4}},
			{storage.AuditFilter{Actors: []string{"operator:none", "operator:1"}}, []int{0, 2, 4}},
			{storage.AuditFilter{Since: noon.Add(time.Hour), Until: noon.Add(4 * time.Hour)}, []int{1, 2, 3}},
		} {
			got := ask(c.filter)
			same(f, got.Total, int64(len(c.want)))
			for i, entry := range got.Items {
				same(f, entry, all.Items[c.want[i]])
			}
		}
		newest := ask(storage.AuditFilter{Page: storage.Page{Limit: 2, Offset: 1, Newest: true}})
		same(f, newest.Items, []parley.AuditEntry{all.Items[4], all.Items[3]})
	},
}
