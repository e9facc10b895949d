package storagetest

import (
	"encoding/json"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func (f *fixture) round(number int) parley.NegotiationRound {
	return parley.NegotiationRound{
		Number: number, Action: parley.ActionCounter, BuyerCPM: 15_000_000, SellerCPM: 20_000_000, Concession: 10, Cumulative: 20,
		Rationale: "half wäy", BuyerReason: "budget", Trace: json.RawMessage(`{"gap":1}`), At: noon,
	}
}

// talk is a negotiation of a buyer over product a, on a proposal of its own.
func (f *fixture) talk() parley.Negotiation {
	f.Helper()
	return parley.Negotiation{
		ID: f.id(parley.PrefixNegotiation), Owner: "buyer/1", Party: "agency/ä", Status: parley.NegotiationActive, ProposalID: f.proposal(),
		ProductID: "a", DealType: parley.ProgrammaticGuaranteed, Impressions: 1000, Flight: flight, Tier: parley.TierSeat,
		Currency: parley.USD, BaseCPM: 22_500_000, FloorCPM: 12_500_000,
		Limits:    parley.NegotiationLimits{Strategy: "gap_split", MaxRounds: 5, RoundCap: 500, LowballDepth: 1500},
		LowestCPM: 1, Rounds: []parley.NegotiationRound{f.round(1)}, Version: 1, StartedAt: noon, UpdatedAt: noon, ExpiresAt: noon.Add(time.Hour),
	}
}

func askNegotiation(id string) func(*storage.Reader) *storage.Pending[parley.Negotiation] {
	return func(r *storage.Reader) *storage.Pending[parley.Negotiation] { return r.Negotiation(id) }
}

var negotiations = map[string]func(*testing.T, *fixture){
	"come back with their rounds": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		onProposal, onQuote := f.talk(), f.talk()
		q := f.quote("a", "buyer/1")
		onQuote.ProposalID, onQuote.QuoteID, onQuote.Rounds = "", q.ID, nil
		f.write(func(tx *storage.Tx) {
			tx.InsertQuote(q)
			tx.InsertNegotiation(onProposal)
			tx.InsertNegotiation(onQuote)
			tx.InsertRound(onProposal.ID, f.round(2))
		})
		onProposal.Rounds = append(onProposal.Rounds, f.round(2))
		for _, n := range []parley.Negotiation{onProposal, onQuote} {
			same(f, read(f, askNegotiation(n.ID)), n)
			f.tx(func(tx *storage.Tx) error {
				same(f, get(t.Context(), f, tx.NegotiationForUpdate(n.ID)), n)
				return nil
			})
		}
		missing(f, askNegotiation("neg-none"))
		on := func(id string) *parley.Negotiation {
			return read(f, func(r *storage.Reader) *storage.Pending[*parley.Negotiation] { return r.NegotiationOnQuote(id) })
		}
		same(f, on(q.ID), &onQuote)
		same(f, on("qt-none"), nil)
		again := f.talk()
		again.ProposalID = onProposal.ProposalID
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.InsertNegotiation(again) })
		again.ProposalID, again.QuoteID = "", q.ID
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.InsertNegotiation(again) })
	},
	"number their rounds once": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		n := f.talk()
		f.write(func(tx *storage.Tx) { tx.InsertNegotiation(n) })
		errs := race(20, func(int) error {
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error { tx.InsertRound(n.ID, f.round(2)); return nil })
		})
		same(f, tally(errs), map[parley.Code]int{"": 1, parley.CodeContention: 19})
		// Under the lock there is neither a gap nor a repetition.
		errs = race(20, func(int) error {
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				found, err := tx.NegotiationForUpdate(n.ID).Get(t.Context())
				if err != nil {
					return err
				}
				found.Version++
				tx.InsertRound(n.ID, f.round(len(found.Rounds)+1))
				tx.UpdateNegotiation(found)
				return nil
			})
		})
		same(f, tally(errs), map[parley.Code]int{"": 20})
		found := read(f, askNegotiation(n.ID))
		same(f, len(found.Rounds), 22)
		same(f, found.Version, int64(21))
		for i, r := range found.Rounds {
			same(f, r.Number, i+1)
		}
	},
	"change from one version to the next": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		n := f.talk()
		f.write(func(tx *storage.Tx) { tx.InsertNegotiation(n) })
		n.Status, n.AgreedCPM, n.ApprovalID, n.EndedAt = parley.NegotiationAccepted, ptr(int64(20_000_000)), "apr-1", ptr(noon.Add(time.Minute))
		n.FloorCPM, n.DealID, n.HeldBy = 13_000_000, "PRLY-1", "operator:kéy"
		n.Version, n.UpdatedAt, n.ExpiresAt = 2, noon.Add(time.Minute), noon.Add(2*time.Hour)
		f.write(func(tx *storage.Tx) { tx.UpdateNegotiation(n) })
		same(f, read(f, askNegotiation(n.ID)), n)
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.UpdateNegotiation(n) })
	},
	"expire in portions, when active": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		var last string
		for i := range 5 {
			n := f.talk()
			n.ExpiresAt = noon.Add(time.Duration(i) * time.Minute)
			f.write(func(tx *storage.Tx) { tx.InsertNegotiation(n) })
			last = n.ID
		}
		now := noon.Add(3 * time.Minute)
		for _, want := range []int{2, 2, 0} {
			due := dueIDs(read(f, askDue(storage.DueNegotiations, now, storage.Due{}, 2)))
			f.tx(func(tx *storage.Tx) error {
				portion := get(t.Context(), f, tx.ExpireNegotiations(now, append(due, last, "none")))
				same(f, len(portion), want)
				for _, n := range portion {
					same(f, n.Status, parley.NegotiationExpired)
				}
				return nil
			})
		}
	},
	"are listed as they stand now": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		now := noon.Add(time.Hour)
		var live, over, mine []string
		var one parley.Negotiation
		for i := range 6 {
			n := f.talk()
			switch i % 3 {
			case 0:
				over = append(over, n.ID)
			case 1:
				n.ExpiresAt = now.Add(1000)
				live, one = append(live, n.ID), n
			case 2:
				n.Owner, n.Status = "buyer/2", parley.NegotiationRejected
				mine = append(mine, n.ID)
			}
			f.write(func(tx *storage.Tx) { tx.InsertNegotiation(n) })
		}
		ask := func(filter storage.NegotiationFilter, want []string) {
			pages(f, want, func(n parley.Negotiation) string { return n.ID },
				func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Negotiation]] {
					filter.Page, filter.Now = p, now
					return r.Negotiations(filter)
				})
		}
		ask(storage.NegotiationFilter{Status: parley.NegotiationActive}, live)
		ask(storage.NegotiationFilter{Status: parley.NegotiationExpired}, over)
		ask(storage.NegotiationFilter{Owner: ptr("buyer/2")}, mine)
		ask(storage.NegotiationFilter{ProposalID: one.ProposalID, ProductID: "a"}, []string{one.ID})
		list := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Negotiation]] {
			return r.Negotiations(storage.NegotiationFilter{ProposalID: one.ProposalID})
		})
		same(f, list.Items, []parley.Negotiation{one})
	},
}
