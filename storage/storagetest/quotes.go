package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func askQuote(id string) func(*storage.Reader) *storage.Pending[parley.Quote] {
	return func(r *storage.Reader) *storage.Pending[parley.Quote] { return r.Quote(id) }
}

func quoteIDs(quotes []parley.Quote) []string {
	ids := make([]string, len(quotes))
	for i, q := range quotes {
		ids[i] = q.ID
	}
	return ids
}

var quotes = map[string]func(*testing.T, *fixture){
	"come back as they were given": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		full, bare := f.quote("a", "buyer/1"), f.quote("a", "")
		bare.DealType, bare.Impressions, bare.TargetCPM, bare.Available = parley.PreferredDeal, 0, nil, nil
		bare.Identity, bare.Claimed = parley.Identity{}, parley.Identity{}
		bare.Carried, bare.Tier = parley.Carried{}, parley.TierPublic
		f.write(func(tx *storage.Tx) {
			tx.InsertQuote(full)
			tx.InsertQuote(bare)
		})
		for _, q := range []parley.Quote{full, bare} {
			same(f, read(f, askQuote(q.ID)), q)
			f.tx(func(tx *storage.Tx) error {
				same(f, get(t.Context(), f, tx.QuoteForUpdate(q.ID)), q)
				return nil
			})
		}
		missing(f, askQuote("qt-none"))
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertQuote(full) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.InsertQuote(f.quote("none", "")) })
	},
	"are booked by one of a hundred": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		q := f.quote("a", "buyer/1")
		f.write(func(tx *storage.Tx) { tx.InsertQuote(q) })
		errs := race(100, func(i int) error {
			d := f.deal(q)
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				found, err := tx.QuoteForUpdate(q.ID).Get(t.Context())
				if err != nil {
					return err
				}
				if i%2 == 0 && found.Status != parley.QuoteAvailable {
					return parley.Errorf(parley.CodeContention, "seen under the lock")
				}
				tx.InsertDeal(d)
				tx.BookQuote(q.ID, d.ID)
				return nil
			})
		})
		same(f, tally(errs), map[parley.Code]int{"": 1, parley.CodeContention: 99})
		same(f, read(f, askQuote(q.ID)).Status, parley.QuoteBooked)
	},
	"are booked only when available": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		q, d := f.booked("buyer/1")
		same(f, read(f, askQuote(q.ID)), q)
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.BookQuote(q.ID, d.ID) })
		f.write(func(tx *storage.Tx) { tx.DeclineQuote(q.ID) })
		same(f, read(f, askQuote(q.ID)).Status, parley.QuoteDeclined)
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.BookQuote(q.ID, d.ID) })
	},
	"expire in order and in portions": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		var ids []string
		f.write(func(tx *storage.Tx) {
			for i := range 5 {
				q := f.quote("a", "buyer/1")
				q.ExpiresAt = noon.Add(time.Duration(i) * time.Hour)
				tx.InsertQuote(q)
				ids = append(ids, q.ID)
			}
		})
		booked, _ := f.booked("buyer/1")
		now := noon.Add(3 * time.Hour)
		var expired []string
		for _, want := range []int{3, 1, 0} {
			due := dueIDs(read(f, askDue(storage.DueQuotes, now, storage.Due{}, 3)))
			f.tx(func(tx *storage.Tx) error {
				portion := get(t.Context(), f, tx.ExpireQuotes(now, append(due, booked.ID, ids[4], "none")))
				same(f, len(portion), want)
				for _, q := range portion {
					same(f, q.Status, parley.QuoteExpired)
				}
				expired = append(expired, quoteIDs(portion)...)
				return nil
			})
		}
		same(f, len(expired), 4)
		same(f, read(f, askQuote(ids[4])).Status, parley.QuoteAvailable)
		same(f, read(f, askQuote(booked.ID)).Status, parley.QuoteBooked)
	},
	"that are open are counted by product and deal type": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"), f.product("c"))
		f.write(func(tx *storage.Tx) {
			for i, of := range []struct {
				product  string
				dealType parley.DealType
				status   parley.QuoteStatus
			}{
				{"a", "PG", parley.QuoteAvailable}, {"a", "PG", parley.QuoteAvailable}, {"a", "PD", parley.QuoteAvailable}, {"a", "PD", parley.QuoteDeclined},
				{"b", "PA", parley.QuoteAvailable}, {"c", "PA", parley.QuoteAvailable},
			} {
				q := f.quote(of.product, "buyer/1")
				q.DealType, q.Status, q.ExpiresAt = of.dealType, of.status, noon.Add(time.Duration(i+1)*time.Hour)
				tx.InsertQuote(q)
			}
		})
		open := func(at time.Time) []storage.OpenQuotes {
			return read(f, func(r *storage.Reader) *storage.Pending[[]storage.OpenQuotes] {
				return r.OpenQuotes([]string{"b", "a", "none"}, at)
			})
		}
		same(f, open(noon), []storage.OpenQuotes{{ProductID: "a", DealType: "PD", Count: 1}, {ProductID: "a", DealType: "PG", Count: 2}, {ProductID: "b", DealType: "PA", Count: 1}})
		same(f, open(noon.Add(time.Hour)), []storage.OpenQuotes{{ProductID: "a", DealType: "PD", Count: 1}, {ProductID: "a", DealType: "PG", Count: 1}, {ProductID: "b", DealType: "PA", Count: 1}})
	},
	"are removed when they have expired and nothing came of them": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		var ids []string
		for i := range 6 {
			q := f.quote("a", "buyer/1")
			q.Status, q.ExpiresAt = parley.QuoteExpired, noon.Add(time.Duration(i/2)*time.Hour) // two at a time
			f.write(func(tx *storage.Tx) { tx.InsertQuote(q) })
			ids = append(ids, q.ID)
		}
		live := f.quote("a", "buyer/1")
		f.write(func(tx *storage.Tx) { tx.InsertQuote(live) })
		booked, _ := f.booked("buyer/1")
		bargained := f.quote("a", "buyer/1")
		bargained.Status = parley.QuoteExpired
		n := f.talk()
		n.ProposalID, n.QuoteID = "", bargained.ID
		f.write(func(tx *storage.Tx) {
			tx.InsertQuote(bargained)
			tx.InsertNegotiation(n)
		})
		var found []string
		after := storage.Due{}
		for {
			portion := read(f, askDue(storage.OldQuotes, noon.Add(2*time.Hour-time.Second), after, 3))
			for _, q := range portion {
				found = append(found, q.ID)
			}
			if len(portion) < 3 {
				break
			}
			after = portion[len(portion)-1]
		}
		same(f, found, ids[:4])
		var removed int64
		f.tx(func(tx *storage.Tx) error {
			removed = get(t.Context(), f, tx.DeleteQuotes(append([]string{live.ID, booked.ID, bargained.ID, "qt-none"}, ids[:4]...), noon))
			return nil
		})
		same(f, removed, int64(4))
		left := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Quote]] {
			return r.Quotes(storage.QuoteFilter{})
		})
		same(f, quoteIDs(left.Items), append(ids[4:], live.ID, booked.ID, bargained.ID))
		f.write(func(tx *storage.Tx) { tx.DeleteQuotes(nil, noon) })
	},
	"are listed as they stand now": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"))
		now := noon.Add(time.Hour)
		var live, over, mine []string
		for i := range 8 {
			q := f.quote("a", "buyer/1")
			switch i % 4 {
			case 0:
				live = append(live, q.ID)
			case 1:
				q.ExpiresAt = now
				over = append(over, q.ID)
			case 2:
				q.Status = parley.QuoteExpired
				over = append(over, q.ID)
			case 3:
				q.Owner, q.ProductID = "buyer/2", "b"
				mine = append(mine, q.ID)
				live = append(live, q.ID)
			}
			f.write(func(tx *storage.Tx) { tx.InsertQuote(q) })
		}
		id := func(q parley.Quote) string { return q.ID }
		for _, c := range []struct {
			filter storage.QuoteFilter
			want   []string
		}{
			{storage.QuoteFilter{Status: parley.QuoteAvailable}, live},
			{storage.QuoteFilter{Status: parley.QuoteExpired}, over},
			{storage.QuoteFilter{Status: parley.QuoteBooked}, nil},
			{storage.QuoteFilter{Owner: ptr("buyer/2")}, mine},
			{storage.QuoteFilter{Owner: ptr("")}, nil},
			{storage.QuoteFilter{ProductID: "b", Owner: ptr("buyer/2")}, mine},
		} {
			pages(f, c.want, id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Quote]] {
				c.filter.Page, c.filter.Now = p, now
				return r.Quotes(c.filter)
			})
		}
	},
	"page without repeating or skipping while others come in": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		insert := func() string {
			q := f.quote("a", "buyer/1")
			f.write(func(tx *storage.Tx) { tx.InsertQuote(q) })
			return q.ID
		}
		var want []string
		for range 30 {
			want = append(want, insert())
		}
		for _, keyset := range []bool{false, true} {
			var got []string
			page := storage.Page{Limit: 4}
			for len(got) < len(want) {
				list := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Quote]] {
					return r.Quotes(storage.QuoteFilter{Page: page})
				})
				got = append(got, quoteIDs(list.Items)...)
				if keyset {
					page.After = got[len(got)-1]
				} else {
					page.Offset = len(got)
				}
				insert()
			}
			same(f, got[:len(want)], want)
		}
	},
}
