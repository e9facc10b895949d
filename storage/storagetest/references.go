package storagetest

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

// referenced is a list that can be narrowed to what an identifier points at, to an account, and to a time.
type referenced[T any] struct {
	prefix string
	insert func(tx *storage.Tx, id, owner, about string, at time.Time)
	list   func(r *storage.Reader, search string, created storage.Period, page storage.Page) *storage.Pending[storage.Listing[T]]
	id     func(T) string
}

// check fills the list with what is about one thing or another, a day apart, and narrows it.
func (l referenced[T]) check(f *fixture, one, other string) {
	f.Helper()
	const acme, key = "buyer/seat-1/acme/", "key-01hzz"
	var ids []string
	day := func(i int) time.Time { return noon.Add(time.Duration(i) * 24 * time.Hour) }
	for i := range 8 {
		about, owner := one, acme
		if i%2 == 1 {
			about = other
		}
		if i%4 == 3 {
			owner = key
		}
		id := parley.NewIDs(func() time.Time { return day(i).Add(-time.Minute) }, rand.Reader).New(l.prefix)
		f.write(func(tx *storage.Tx) { l.insert(tx, id, owner, about, day(i)) })
		ids = append(ids, id)
	}
	for _, c := range []struct {
		search  string
		created storage.Period
		want    []string
	}{
		{want: ids},
		{search: ids[2], want: ids[2:3]},
		{search: strings.ToUpper(ids[2]), want: ids[2:3]},
		{search: strings.ToLower(ids[2][:len(ids[2])-4]), want: ids[2:3]},
		{search: l.prefix, want: ids},
		{search: ids[2] + "0"},
		{search: ids[2][1:]},
		{search: one, want: []string{ids[0], ids[2], ids[4], ids[6]}},
		{search: other, want: []string{ids[1], ids[3], ids[5], ids[7]}},
		{search: acme, want: []string{ids[0], ids[1], ids[2], ids[4], ids[5], ids[6]}},
		{search: key, want: []string{ids[3], ids[7]}},
		{search: "key"},
		{search: "%"}, {search: "' OR 1=1 --"}, {search: l.prefix + "%"}, {search: "buyer/%"}, {search: "🎬"},
		{created: storage.Period{From: day(2)}, want: ids[2:]},
		{created: storage.Period{From: day(2).Add(time.Microsecond)}, want: ids[3:]},
		{created: storage.Period{To: day(2)}, want: ids[:2]},
		{created: storage.Period{From: day(1), To: day(4).Add(time.Microsecond)}, search: one, want: []string{ids[2], ids[4]}},
		{created: storage.Period{From: time.Unix(-1e9, 0), To: time.Unix(1e12, 0)}, want: ids},
		{created: storage.Period{From: day(4), To: day(2)}},
	} {
		pages(f, c.want, l.id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[T]] {
			return l.list(r, c.search, c.created, p)
		})
	}
}

var references = map[string]func(*testing.T, *fixture){
	"to quotes": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"))
		referenced[parley.Quote]{
			prefix: parley.PrefixQuote,
			insert: func(tx *storage.Tx, id, owner, about string, at time.Time) {
				q := f.quote(about, owner)
				q.ID, q.CreatedAt = id, at
				tx.InsertQuote(q)
			},
			list: func(r *storage.Reader, search string, created storage.Period, page storage.Page) *storage.Pending[storage.Listing[parley.Quote]] {
				return r.Quotes(storage.QuoteFilter{Search: search, Created: created, Page: page})
			},
			id: func(q parley.Quote) string { return q.ID },
		}.check(f, "a", "b")
	},
	"to proposals": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"))
		referenced[parley.Proposal]{
			prefix: parley.PrefixProposal,
			insert: func(tx *storage.Tx, id, owner, about string, at time.Time) {
				p := f.offer(about, owner)
				p.ID, p.CreatedAt = id, at
				tx.InsertProposal(p)
			},
			list: func(r *storage.Reader, search string, created storage.Period, page storage.Page) *storage.Pending[storage.Listing[parley.Proposal]] {
				return r.Proposals(storage.ProposalFilter{Search: search, Created: created, Page: page})
			},
			id: func(p parley.Proposal) string { return p.ID },
		}.check(f, "a", "b")
	},
	"to orders": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, one := f.booked("buyer/1")
		_, other := f.booked("buyer/2")
		l := referenced[parley.Order]{
			prefix: parley.PrefixOrder,
			insert: func(tx *storage.Tx, id, owner, about string, at time.Time) {
				d := one
				if about == other.ID {
					d = other
				}
				o := f.order(d)
				o.ID, o.Owner, o.CreatedAt = id, owner, at
				tx.InsertOrder(o, false)
			},
			list: func(r *storage.Reader, search string, created storage.Period, page storage.Page) *storage.Pending[storage.Listing[parley.Order]] {
				return r.Orders(storage.OrderFilter{Search: search, Created: created, Page: page})
			},
			id: func(o parley.Order) string { return o.ID },
		}
		l.check(f, one.ID, other.ID)
		quoted := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Order]] {
			return r.Orders(storage.OrderFilter{Search: other.QuoteID})
		})
		same(f, len(quoted.Items), 4)
		same(f, quoted.Items[0].QuoteID, other.QuoteID)
	},
}
