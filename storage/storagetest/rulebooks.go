package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

// rulebook is one kind of versioned rule, with what a test makes of it.
type rulebook[T any] struct {
	*storage.Rulebook[T]
	make func(*fixture) T
	id   func(T) string
	next func(T) T // the next version, with another content
}

// hold says what every kind of versioned rule must hold.
func (b rulebook[T]) hold(f *fixture) {
	ask := func(id string) func(*storage.Reader) *storage.Pending[T] {
		return func(r *storage.Reader) *storage.Pending[T] { return b.One(r, id) }
	}
	version := read(f, b.Version)
	moved := func() {
		f.Helper()
		now := read(f, b.Version)
		if now == version {
			f.Fatal("the version of all rules has not moved")
		}
		version = now
	}
	first := b.make(f)
	second := b.next(first)
	id := b.id(first)
	f.write(func(tx *storage.Tx) { b.Insert(tx, first) })
	moved()
	same(f, read(f, ask(id)), first)
	f.refused(parley.CodeConflict, func(tx *storage.Tx) { b.Insert(tx, first) })
	errs := race(10, func(int) error {
		return f.store.Tx(f.Context(), func(tx *storage.Tx) error { b.Update(tx, second); return nil })
	})
	same(f, tally(errs), map[parley.Code]int{"": 1, parley.CodePreconditionFailed: 9})
	moved()
	same(f, read(f, ask(id)), second)
	same(f, read(f, b.InForce), storage.InForce[T]{Version: version, Rules: []T{second}})
	f.refused(parley.CodePreconditionFailed, func(tx *storage.Tx) { b.Delete(tx, id, 1, noon, "operator:1") })
	f.write(func(tx *storage.Tx) { b.Delete(tx, id, 2, noon, "operator:1") })
	moved()
	missing(f, ask(id))
	f.refused(parley.CodePreconditionFailed, func(tx *storage.Tx) { b.Update(tx, b.next(second)) })
	history := func(id string) []T {
		return read(f, func(r *storage.Reader) *storage.Pending[[]T] { return b.History(r, id) })
	}
	same(f, history(id), []T{first, second})
	same(f, history("none"), []T{})
	var ids []string
	f.write(func(tx *storage.Tx) {
		for range 7 {
			rule := b.make(f)
			b.Insert(tx, rule)
			ids = append(ids, b.id(rule))
		}
	})
	pages(f, ids, b.id, b.List)
}

// heldByKind has each kind tried.
var heldByKind = map[storage.RuleKind]func(*fixture){
	storage.PricingRules.RuleKind:        pricingRules.hold,
	storage.NegotiationProfiles.RuleKind: negotiationProfiles.hold,
	storage.ApprovalRules.RuleKind:       approvalRules.hold,
}

var versionedRules = func() map[string]func(*testing.T, *fixture) {
	tests := map[string]func(*testing.T, *fixture){}
	for _, kind := range storage.RuleKinds {
		tests[kind.Words+"s"] = func(_ *testing.T, f *fixture) {
			hold, tried := heldByKind[kind]
			if !tried {
				f.Fatalf("nobody says what holds of a %s", kind.Words)
			}
			hold(f)
		}
	}
	return tests
}()

var pricingRules = rulebook[parley.PricingRule]{
	Rulebook: &storage.PricingRules,
	make:     (*fixture).rule,
	id:       func(r parley.PricingRule) string { return r.ID },
	next: func(r parley.PricingRule) parley.PricingRule {
		r.Version, r.Name, r.BaseCPM, r.FlightFrom, r.UpdatedAt = r.Version+1, "other", nil, nil, noon.Add(time.Hour)
		return r
	},
}

var approvalRules = rulebook[parley.ApprovalRule]{
	Rulebook: &storage.ApprovalRules,
	make: func(f *fixture) parley.ApprovalRule {
		return parley.ApprovalRule{
			ID: f.id(parley.PrefixApprovalRule), Name: "Bïg", Gate: parley.GateDealBooking, Condition: "deal_value > 5.0",
			Role: parley.ScopeFinance, SecondRole: parley.ScopeApprover, Timeout: 36 * time.Hour, OnTimeout: parley.TimeoutEscalates, EscalateTo: parley.ScopeLegal,
			Priority: -7, Enabled: true, AccountIDs: []string{"acct-1"}, Version: 1, CreatedAt: noon, UpdatedAt: noon, UpdatedBy: "operator:1",
		}
	},
	id: func(r parley.ApprovalRule) string { return r.ID },
	next: func(r parley.ApprovalRule) parley.ApprovalRule {
		r.Condition, r.Enabled, r.Version, r.UpdatedAt = "", false, r.Version+1, noon.Add(time.Hour)
		return r
	},
}

var negotiationProfiles = rulebook[parley.NegotiationProfile]{
	Rulebook: &storage.NegotiationProfiles,
	make: func(f *fixture) parley.NegotiationProfile {
		return parley.NegotiationProfile{
			ID: f.id(parley.PrefixNegotiationProfile), Name: "Prömium", Priority: 3, Enabled: true,
			Selector: parley.Selector{
				Tiers: []parley.Tier{parley.TierAgency}, ProductIDs: []string{"a"}, InventoryTypes: []string{}, DealTypes: []parley.DealType{parley.PreferredDeal},
				AgencyIDs: []string{"ag"}, AdvertiserIDs: []string{}, AccountIDs: []string{"acct-1"},
			},
			Strategy: ptr("boulware"), MaxRounds: ptr(7),
			RoundCap: ptr(parley.BasisPoints(500)), BuyerShare: ptr(parley.BasisPoints(0)), Exponent: ptr(2000), LowballDepth: ptr(1500),
			Tolerance: ptr(parley.BasisPoints(250)), Version: 1, CreatedAt: noon, UpdatedAt: noon, UpdatedBy: "operator:1",
		}
	},
	id: func(p parley.NegotiationProfile) string { return p.ID },
	next: func(p parley.NegotiationProfile) parley.NegotiationProfile {
		p.Strategy, p.MaxRounds, p.TotalCap, p.Version = nil, nil, ptr(parley.BasisPoints(9)), p.Version+1
		return p
	},
}
