package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

var negotiationDays = map[string]func(*testing.T, *fixture){
	"begin with nothing and are kept apart": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"))
		const day = parley.Date(20_000)
		ask := func(tx *storage.Tx, party, product string, currency parley.Currency, on parley.Date) parley.NegotiationDay {
			return get(t.Context(), f, tx.NegotiationDay(party, product, currency, on))
		}
		want := parley.NegotiationDay{Party: "agency/ä", ProductID: "a", Currency: parley.USD, Day: day}
		f.tx(func(tx *storage.Tx) error {
			same(f, ask(tx, "agency/ä", "a", parley.USD, day), want)
			want.Opened, want.LowestCPM, want.BaseCPM = 7, 1, parley.MaxCPM
			tx.UpdateNegotiationDay(want)
			return nil
		})
		f.tx(func(tx *storage.Tx) error {
			same(f, ask(tx, "agency/ä", "a", parley.USD, day), want)
			same(f, ask(tx, "agency/Ä", "a", parley.USD, day).Opened, int64(0))
			same(f, ask(tx, "agency/ä", "b", parley.USD, day).Opened, int64(0))
			same(f, ask(tx, "agency/ä", "a", "EUR", day).Opened, int64(0))
			same(f, ask(tx, "agency/ä", "a", parley.USD, day+1).Opened, int64(0))
			return nil
		})
		other := want
		other.Day += 2 // which nobody has asked for
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.UpdateNegotiationDay(other) })
	},
	"count each that comes at once": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		errs := race(30, func(int) error {
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				day, err := tx.NegotiationDay("agency/1", "a", parley.USD, 1).Get(t.Context())
				if err != nil {
					return err
				}
				day.Opened++
				tx.UpdateNegotiationDay(day)
				return nil
			})
		})
		same(f, tally(errs), map[parley.Code]int{"": 30})
		f.tx(func(tx *storage.Tx) error {
			same(f, get(t.Context(), f, tx.NegotiationDay("agency/1", "a", parley.USD, 1)).Opened, int64(30))
			return nil
		})
	},
	"are removed in portions when they are over": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		f.tx(func(tx *storage.Tx) error {
			for day := range parley.Date(5) {
				get(t.Context(), f, tx.NegotiationDay("agency/1", "a", parley.USD, day))
			}
			return nil
		})
		for _, want := range []int64{2, 1, 0} {
			f.tx(func(tx *storage.Tx) error {
				same(f, get(t.Context(), f, tx.DeleteNegotiationDays(3, 2, 0)), want)
				return nil
			})
		}
	},
}

var agreements = map[string]func(*testing.T, *fixture){
	"are found by everything that they are about": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		accepted := f.offer("a", "buyer/1")
		accepted.Status, accepted.AgreedCPM, accepted.AgreedImpressions = parley.ProposalAccepted, ptr(int64(20_000_000)), ptr(int64(900))
		accepted.NegotiationID = "neg-1"
		asked := storage.AgreementFilter{
			Owner: "buyer/1", ProductID: "a", DealType: accepted.DealType, Flight: accepted.Flight, Impressions: 900,
			Currency: accepted.ProposedCPM.Currency, MaxCPM: 20_000_000, Now: accepted.ExpiresAt.Add(-time.Second),
		}
		find := func(change func(*storage.AgreementFilter)) *storage.Agreement {
			filter := asked
			change(&filter)
			return read(f, func(r *storage.Reader) *storage.Pending[*storage.Agreement] { return r.Agreement(filter) })
		}
		as := func(*storage.AgreementFilter) {}
		same(f, find(as), nil)
		f.write(func(tx *storage.Tx) { tx.InsertProposal(accepted) })
		want := &storage.Agreement{ProposalID: accepted.ID, NegotiationID: "neg-1", CPM: 20_000_000, ExpiresAt: accepted.ExpiresAt}
		same(f, find(as), want)
		for _, change := range []func(*storage.AgreementFilter){
			func(a *storage.AgreementFilter) { a.Owner = "buyer/2" },
			func(a *storage.AgreementFilter) { a.ProductID = "b" },
			func(a *storage.AgreementFilter) { a.DealType = parley.PrivateAuction },
			func(a *storage.AgreementFilter) { a.Flight.Start++ },
			func(a *storage.AgreementFilter) { a.Flight.End++ },
			func(a *storage.AgreementFilter) { a.Impressions = accepted.Impressions + 900 },
			func(a *storage.AgreementFilter) { a.Currency = "EUR" },
			func(a *storage.AgreementFilter) { a.MaxCPM-- },
			func(a *storage.AgreementFilter) { a.Now = accepted.ExpiresAt },
		} {
			same(f, find(change), nil)
		}
		cheaper := accepted
		cheaper.ID, cheaper.NegotiationID, cheaper.AgreedCPM = f.id(parley.PrefixProposal), "", ptr(int64(19_000_000))
		f.write(func(tx *storage.Tx) { tx.InsertProposal(cheaper) })
		same(f, find(as).ProposalID, cheaper.ID)
		cheaper.Status, cheaper.Version = parley.ProposalWithdrawn, cheaper.Version+1
		f.write(func(tx *storage.Tx) { tx.UpdateProposal(cheaper) })
		same(f, find(as), want)
	},
	"leave nothing available that they priced": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		first := f.quote("a", "buyer/1")
		n := f.talk()
		n.ProposalID, n.QuoteID, n.Status, n.AgreedCPM = "", first.ID, parley.NegotiationAccepted, ptr(int64(20_000_000))
		p := f.offer("a", "buyer/1")
		p.Status, p.AgreedCPM, p.AgreedImpressions = parley.ProposalAccepted, ptr(int64(20_000_000)), ptr(int64(900))
		bound := func(proposalID, negotiationID string) parley.Quote {
			q := f.quote("a", "buyer/1")
			q.ProposalID, q.NegotiationID = proposalID, negotiationID
			return q
		}
		proposed, negotiated, proposedToo, negotiatedToo := bound(p.ID, n.ID), bound("", n.ID), bound(p.ID, ""), bound("", n.ID)
		f.write(func(tx *storage.Tx) {
			for _, q := range []parley.Quote{first, proposed, negotiated} {
				tx.InsertQuote(q)
			}
			tx.InsertProposal(p)
			tx.InsertNegotiation(n)
		})
		declines := func(want []string, ask func(*storage.Tx) *storage.Pending[[]parley.Quote]) {
			t.Helper()
			f.tx(func(tx *storage.Tx) error {
				declined := get(t.Context(), f, ask(tx))
				same(f, quoteIDs(declined), want)
				for _, q := range declined {
					same(f, q.Status, parley.QuoteDeclined)
				}
				return nil
			})
		}
		sweep := func(tx *storage.Tx) *storage.Pending[[]parley.Quote] { return tx.DeclineSpentQuotes(1, 0) }
		declines([]string{}, sweep)
		declines([]string{proposed.ID}, func(tx *storage.Tx) *storage.Pending[[]parley.Quote] { return tx.DeclineBoundQuotes(p.ID, "") })
		declines([]string{negotiated.ID}, func(tx *storage.Tx) *storage.Pending[[]parley.Quote] { return tx.DeclineBoundQuotes("", n.ID) })
		n.DealID, n.Version = "PRLY-1", n.Version+1
		p.Status, p.Version = parley.ProposalWithdrawn, p.Version+1
		f.write(func(tx *storage.Tx) {
			tx.InsertQuote(proposedToo)
			tx.InsertQuote(negotiatedToo)
			tx.UpdateProposal(p)
			tx.UpdateNegotiation(n)
		})
		declines([]string{proposedToo.ID}, sweep)
		declines([]string{negotiatedToo.ID}, sweep)
		declines([]string{}, sweep)
		same(f, read(f, askQuote(first.ID)).Status, parley.QuoteAvailable)
	},
	"over quotes are found until they are used": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		q := f.quote("a", "buyer/1")
		n := f.talk()
		n.ProposalID, n.QuoteID, n.DealType, n.Flight, n.Impressions = "", q.ID, q.DealType, q.Flight, q.Impressions
		n.Status, n.AgreedCPM = parley.NegotiationAccepted, ptr(int64(20_000_000))
		f.write(func(tx *storage.Tx) { tx.InsertQuote(q); tx.InsertNegotiation(n) })
		find := func(now time.Time) *storage.Agreement {
			return read(f, func(r *storage.Reader) *storage.Pending[*storage.Agreement] {
				return r.Agreement(storage.AgreementFilter{
					Owner: "buyer/1", ProductID: "a", DealType: q.DealType, Flight: q.Flight, Impressions: q.Impressions,
					Currency: n.Currency, MaxCPM: 20_000_000, Now: now,
				})
			})
		}
		live := q.ExpiresAt.Add(-time.Second)
		want := &storage.Agreement{NegotiationID: n.ID, CPM: 20_000_000, ExpiresAt: q.ExpiresAt}
		same(f, find(live), want)
		same(f, find(q.ExpiresAt), nil)
		n.DealID, n.Version = "PRLY-1", 2
		f.write(func(tx *storage.Tx) { tx.UpdateNegotiation(n) })
		same(f, find(live), nil)
		n.DealID, n.Version = "", 3
		f.write(func(tx *storage.Tx) { tx.UpdateNegotiation(n) })
		same(f, find(live), want)
		f.write(func(tx *storage.Tx) { tx.SupersedeQuote(q.ID) })
		same(f, find(live), nil)
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.SupersedeQuote(q.ID) })
	},
}
