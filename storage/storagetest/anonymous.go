package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

var anonymous = map[string]func(*testing.T, *fixture){
	"are counted as far as asked": func(t *testing.T, f *fixture) {
		p := f.sold()
		for _, owner := range []string{"", "", "buyer/a", ""} {
			f.write(func(tx *storage.Tx) { tx.InsertQuote(f.quote(p.ID, owner)) })
		}
		for most, want := range map[int]int64{2: 2, 3: 3, 10: 3} {
			same(f, read(f, func(r *storage.Reader) *storage.Pending[int64] {
				return r.CountAnonymous(storage.AnonymousQuotes, most)
			}), want)
		}
		for _, kind := range []storage.AnonymousKind{storage.AnonymousProposals, storage.AnonymousNegotiations} {
			same(f, read(f, func(r *storage.Reader) *storage.Pending[int64] { return r.CountAnonymous(kind, 10) }), int64(0))
		}
	},
	"are removed when they are over, old, and nothing hangs on them": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		p := f.product("a")
		quote := func(owner string, change func(*parley.Quote)) string {
			q := f.quote(p.ID, owner)
			q.Status, q.CreatedBy = parley.QuoteExpired, ""
			change(&q)
			f.write(func(tx *storage.Tx) { tx.InsertQuote(q) })
			return q.ID
		}
		as := func(*parley.Quote) {}
		first, second := quote("", as), quote("", as)
		quote("buyer/a", as)
		quote("", func(q *parley.Quote) { q.CreatedBy = "operator/key-1" })
		quote("", func(q *parley.Quote) { q.Status = parley.QuoteAvailable })
		bargained := quote("", as)
		n := f.talk()
		n.ProposalID, n.QuoteID, n.Owner, n.ProductID = "", bargained, "", p.ID
		f.write(func(tx *storage.Tx) { tx.InsertNegotiation(n) })
		before := f.id("qt-")
		young := quote("", as)

		remove := func(kind storage.AnonymousKind, after, before string, limit int) (ids []string) {
			f.tx(func(tx *storage.Tx) error {
				ids = get(t.Context(), f, tx.AnonymousForDelete(kind, after, before, limit))
				tx.DeleteOver(kind, ids)
				return nil
			})
			return ids
		}
		same(f, remove(storage.AnonymousQuotes, "", before, 1), []string{first})
		same(f, remove(storage.AnonymousQuotes, second, before, 10), []string{})
		same(f, remove(storage.AnonymousQuotes, "", before, 10), []string{second})
		same(f, remove(storage.AnonymousNegotiations, "", f.id("neg-"), 10), []string{}) // it goes on
		n.Status, n.Version = parley.NegotiationRejected, n.Version+1
		n.EndedAt = &noon
		f.write(func(tx *storage.Tx) { tx.UpdateNegotiation(n) })
		same(f, remove(storage.AnonymousNegotiations, "", f.id("neg-"), 10), []string{n.ID})
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Negotiation] { return r.Negotiation(n.ID) })
		same(f, remove(storage.AnonymousQuotes, "", before, 10), []string{bargained})
		same(f, remove(storage.AnonymousQuotes, "", f.id("qt-"), 10), []string{young})
	},
	"have answers that are forgotten sooner": func(t *testing.T, f *fixture) {
		for scope, at := range map[string]time.Time{
			"session:a": noon, "session:b": noon.Add(time.Hour), "key:a": noon, "operator:a": noon,
		} {
			f.write(func(tx *storage.Tx) {
				tx.InsertAnswer(scope, "k", storage.Answer{Fingerprint: "f", Status: 201, Body: []byte("{}"), CreatedAt: at})
			})
		}
		f.tx(func(tx *storage.Tx) error {
			same(f, get(t.Context(), f, tx.DeleteSessionAnswers(noon.Add(time.Minute), 10, 0)), int64(1))
			for scope, want := range map[string]bool{"session:a": false, "session:b": true, "key:a": true, "operator:a": true} {
				if kept := get(t.Context(), f, tx.ClaimAnswer(scope, "k")) != nil; kept != want {
					t.Errorf("the answer of %s is kept: %v", scope, kept)
				}
			}
			return nil
		})
	},
}
