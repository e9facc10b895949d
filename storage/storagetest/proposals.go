package storagetest

import (
	"encoding/json"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func (f *fixture) offer(productID, owner string) parley.Proposal {
	return parley.Proposal{
		ID: f.id(parley.PrefixProposal), Owner: owner, Party: "advertiser/ä", Status: parley.ProposalCounterOffered, Recommendation: parley.RecommendCounter,
		ProductID: productID, ProductName: "Näme", InventoryType: "ctv", DealType: parley.ProgrammaticGuaranteed,
		ProposedCPM: parley.Money{Micros: 20_000_000, Currency: parley.USD}, Impressions: 1000, Flight: flight, Ask: f.decision(),
		CounterTerms: &parley.CounterTerms{ProposedCPM: 21_000_000, FlightEnd: ptr(flight.End), Reason: "ünder the ask"},
		Errors:       []parley.ProposalError{{Stage: "price", Code: "low", Detail: "below"}},
		Trace:        []parley.EvaluationStep{{Stage: "validate", Outcome: "ok", Facts: map[string]any{"gap": "5"}}},
		Tier:         parley.TierAgency, Identity: identity, Claimed: claimed, Carried: parley.Carried{ConsentContext: json.RawMessage(`{"gdpr":true}`)},
		Version: 1, CreatedAt: noon, UpdatedAt: noon, ExpiresAt: noon.Add(time.Hour),
	}
}

// proposal stores a proposal that a deal can be made from, and answers its id.
func (f *fixture) proposal() string {
	f.Helper()
	p := f.offer("a", "buyer/1")
	f.write(func(tx *storage.Tx) { tx.InsertProposal(p) })
	return p.ID
}

func askProposal(id string) func(*storage.Reader) *storage.Pending[parley.Proposal] {
	return func(r *storage.Reader) *storage.Pending[parley.Proposal] { return r.Proposal(id) }
}

var proposals = map[string]func(*testing.T, *fixture){
	"come back as they were given": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		full, bare := f.offer("a", "buyer/1"), f.offer("a", "")
		bare.CounterTerms, bare.Errors, bare.Trace = nil, []parley.ProposalError{}, []parley.EvaluationStep{}
		full.Status, full.AgreedCPM, full.AgreedImpressions = parley.ProposalAccepted, ptr(int64(21_000_000)), ptr(int64(900))
		full.PricingVerified, full.VerificationReason, full.ApprovalID, full.NegotiationID = true, "quote qt-1", "apr-1", "neg-1"
		f.write(func(tx *storage.Tx) {
			tx.InsertProposal(full)
			tx.InsertProposal(bare)
		})
		for _, p := range []parley.Proposal{full, bare} {
			same(f, read(f, askProposal(p.ID)), p)
			f.tx(func(tx *storage.Tx) error {
				same(f, get(t.Context(), f, tx.ProposalForUpdate(p.ID)), p)
				return nil
			})
		}
		missing(f, askProposal("prop-none"))
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertProposal(full) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.InsertProposal(f.offer("none", "")) })
	},
	"change from one version to the next": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		p := f.offer("a", "buyer/1")
		f.write(func(tx *storage.Tx) { tx.InsertProposal(p) })
		p.Status, p.AgreedCPM, p.AgreedImpressions = parley.ProposalAccepted, ptr(int64(21_000_000)), ptr(int64(900))
		p.CounterTerms, p.Errors, p.NegotiationID, p.ApprovalID = nil, []parley.ProposalError{}, "neg-1", "apr-1"
		p.Trace, p.Version, p.UpdatedAt = append(p.Trace, parley.EvaluationStep{Stage: "decide", Outcome: "accept"}), 2, noon.Add(time.Minute)
		errs := race(10, func(int) error {
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error { tx.UpdateProposal(p); return nil })
		})
		same(f, tally(errs), map[parley.Code]int{"": 1, parley.CodeContention: 9})
		same(f, read(f, askProposal(p.ID)), p)
	},
	"expire in portions, when open": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		over := f.offer("a", "buyer/1")
		over.Status = parley.ProposalRejected
		f.write(func(tx *storage.Tx) {
			tx.InsertProposal(over)
			for i := range 5 {
				p := f.offer("a", "buyer/1")
				p.ExpiresAt = noon.Add(time.Duration(i) * time.Minute)
				tx.InsertProposal(p)
			}
		})
		for limit, want := range map[int]int{2: 2, 10: 4} {
			portion := read(f, askDue(storage.DueProposals, noon.Add(3*time.Minute), storage.Due{}, limit))
			same(f, len(portion), want)
			for i, p := range portion {
				same(f, p.At, noon.Add(time.Duration(i)*time.Minute))
			}
		}
		same(f, read(f, askProposal(over.ID)), over)
	},
	"are listed as they stand now": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"))
		now := noon.Add(time.Hour)
		var live, over, mine []string
		for i := range 8 {
			p := f.offer("a", "buyer/1")
			switch i % 4 {
			case 0:
				over = append(over, p.ID)
			case 1:
				p.ExpiresAt = now.Add(1000)
				live = append(live, p.ID)
			case 2:
				p.Status = parley.ProposalExpired
				over = append(over, p.ID)
			case 3:
				p.Owner, p.ProductID, p.Status = "buyer/2", "b", parley.ProposalRejected
				mine = append(mine, p.ID)
			}
			f.write(func(tx *storage.Tx) { tx.InsertProposal(p) })
		}
		for _, c := range []struct {
			filter storage.ProposalFilter
			want   []string
		}{
			{storage.ProposalFilter{Status: parley.ProposalCounterOffered}, live},
			{storage.ProposalFilter{Status: parley.ProposalExpired}, over},
			{storage.ProposalFilter{Status: parley.ProposalRejected}, mine},
			{storage.ProposalFilter{Owner: ptr("buyer/2")}, mine},
			{storage.ProposalFilter{ProductID: "b"}, mine},
		} {
			pages(f, c.want, func(p parley.Proposal) string { return p.ID },
				func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Proposal]] {
					c.filter.Page, c.filter.Now = p, now
					return r.Proposals(c.filter)
				})
		}
	},
	"are verified by a live quote of the same buyer": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"))
		q := f.quote("a", "buyer/1")
		f.write(func(tx *storage.Tx) { tx.InsertQuote(q) })
		final := q.Price.FinalCPM
		for _, c := range []struct {
			owner, product string
			low, high      int64
			now            time.Time
			want           string
		}{
			{"buyer/1", "a", final, final, noon, q.ID}, {"buyer/2", "a", final, final, noon, ""}, {"buyer/1", "b", final, final, noon, ""},
			{"buyer/1", "a", final + 1, final + 2, noon, ""}, {"buyer/1", "a", 0, final - 1, noon, ""},
			{"buyer/1", "a", final, final, q.ExpiresAt, ""},
		} {
			same(f, read(f, func(r *storage.Reader) *storage.Pending[string] {
				return r.VerifyingQuote(c.owner, c.product, c.low, c.high, c.now)
			}), c.want)
		}
	},
}
