package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

// rulebook is how one kind of versioned rule is asked for and changed.
type rulebook[T any] struct {
	make    func(*fixture) T
	id      func(T) string
	next    func(T) T // the next version, with another content
	state   func(*storage.Reader) *storage.Pending[int64]
	rule    func(*storage.Reader, string) *storage.Pending[T]
	page    func(*storage.Reader, storage.Page) *storage.Pending[storage.Listing[T]]
	history func(*storage.Reader, string) *storage.Pending[[]T]
	all     func(*fixture) (version int64, rules []T)
	insert  func(*storage.Tx, T)
	update  func(*storage.Tx, T)
	remove  func(tx *storage.Tx, id string, version int64, at time.Time, by string)
}

// hold says what every kind of versioned rule must hold.
func (b rulebook[T]) hold(f *fixture) {
	ask := func(id string) func(*storage.Reader) *storage.Pending[T] {
		return func(r *storage.Reader) *storage.Pending[T] { return b.rule(r, id) }
	}
	version := read(f, b.state)
	moved := func() {
		f.Helper()
		now := read(f, b.state)
		if now == version {
			f.Fatal("the version of all rules has not moved")
		}
		version = now
	}
	first := b.make(f)
	second := b.next(first)
	id := b.id(first)
	f.write(func(tx *storage.Tx) { b.insert(tx, first) })
	moved()
	same(f, read(f, ask(id)), first)
	f.refused(parley.CodeConflict, func(tx *storage.Tx) { b.insert(tx, first) })
	errs := race(10, func(int) error {
		return f.store.Tx(f.Context(), func(tx *storage.Tx) error { b.update(tx, second); return nil })
	})
	same(f, tally(errs), map[parley.Code]int{"": 1, parley.CodePreconditionFailed: 9})
	moved()
	same(f, read(f, ask(id)), second)
	all, rules := b.all(f)
	same(f, all, version)
	same(f, rules, []T{second})
	f.refused(parley.CodePreconditionFailed, func(tx *storage.Tx) { b.remove(tx, id, 1, noon, "operator:1") })
	f.write(func(tx *storage.Tx) { b.remove(tx, id, 2, noon, "operator:1") })
	moved()
	missing(f, ask(id))
	f.refused(parley.CodePreconditionFailed, func(tx *storage.Tx) { b.update(tx, b.next(second)) })
	history := func(id string) []T {
		return read(f, func(r *storage.Reader) *storage.Pending[[]T] { return b.history(r, id) })
	}
	same(f, history(id), []T{first, second})
	same(f, history("none"), []T{})
	var ids []string
	f.write(func(tx *storage.Tx) {
		for range 7 {
			rule := b.make(f)
			b.insert(tx, rule)
			ids = append(ids, b.id(rule))
		}
	})
	pages(f, ids, b.id, b.page)
}

var approvalRules = map[string]func(*testing.T, *fixture){
	"are versioned": func(_ *testing.T, f *fixture) {
		rulebook[parley.ApprovalRule]{
			make: func(f *fixture) parley.ApprovalRule {
				return parley.ApprovalRule{
					ID: f.id(parley.PrefixApprovalRule), Name: "Bïg", Gate: parley.GateDealBooking, Condition: "deal_value > 5.0",
					Role: parley.ScopeFinance, Timeout: 36 * time.Hour, OnTimeout: parley.TimeoutEscalates, EscalateTo: parley.ScopeLegal,
					Priority: -7, Enabled: true, Version: 1, CreatedAt: noon, UpdatedAt: noon, UpdatedBy: "operator:1",
				}
			},
			id: func(r parley.ApprovalRule) string { return r.ID },
			next: func(r parley.ApprovalRule) parley.ApprovalRule {
				r.Condition, r.Enabled, r.Version, r.UpdatedAt = "", false, r.Version+1, noon.Add(time.Hour)
				return r
			},
			state: func(r *storage.Reader) *storage.Pending[int64] { return r.ApprovalVersion() },
			rule:  func(r *storage.Reader, id string) *storage.Pending[parley.ApprovalRule] { return r.ApprovalRule(id) },
			page: func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.ApprovalRule]] {
				return r.ApprovalRules(p)
			},
			history: func(r *storage.Reader, id string) *storage.Pending[[]parley.ApprovalRule] {
				return r.ApprovalRuleHistory(id)
			},
			all: func(f *fixture) (int64, []parley.ApprovalRule) {
				config := read(f, func(r *storage.Reader) *storage.Pending[storage.ApprovalConfig] { return r.ApprovalConfig() })
				return config.Version, config.Rules
			},
			insert: (*storage.Tx).InsertApprovalRule, update: (*storage.Tx).UpdateApprovalRule, remove: (*storage.Tx).DeleteApprovalRule,
		}.hold(f)
	},
}

var profiles = map[string]func(*testing.T, *fixture){
	"are versioned": func(_ *testing.T, f *fixture) {
		rulebook[parley.NegotiationProfile]{
			make: func(f *fixture) parley.NegotiationProfile {
				return parley.NegotiationProfile{
					ID: f.id("prof-"), Name: "Prömium", Priority: 3, Enabled: true, Tiers: []parley.Tier{parley.TierAgency},
					ProductIDs: []string{"a"}, InventoryTypes: []string{}, DealTypes: []parley.DealType{parley.PreferredDeal},
					AgencyIDs: []string{"ag"}, AdvertiserIDs: []string{}, Strategy: ptr("boulware"), MaxRounds: ptr(7),
					RoundCap: ptr(parley.BasisPoints(500)), BuyerShare: ptr(parley.BasisPoints(0)), Exponent: ptr(2000), LowballDepth: ptr(1500),
					Tolerance: ptr(parley.BasisPoints(250)), Version: 1, CreatedAt: noon, UpdatedAt: noon, UpdatedBy: "operator:1",
				}
			},
			id: func(p parley.NegotiationProfile) string { return p.ID },
			next: func(p parley.NegotiationProfile) parley.NegotiationProfile {
				p.Strategy, p.MaxRounds, p.TotalCap, p.Version = nil, nil, ptr(parley.BasisPoints(9)), p.Version+1
				return p
			},
			state: func(r *storage.Reader) *storage.Pending[int64] { return r.NegotiationVersion() },
			rule: func(r *storage.Reader, id string) *storage.Pending[parley.NegotiationProfile] {
				return r.NegotiationProfile(id)
			},
			page: func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.NegotiationProfile]] {
				return r.NegotiationProfiles(p)
			},
			history: func(r *storage.Reader, id string) *storage.Pending[[]parley.NegotiationProfile] {
				return r.NegotiationProfileHistory(id)
			},
			all: func(f *fixture) (int64, []parley.NegotiationProfile) {
				config := read(f, func(r *storage.Reader) *storage.Pending[storage.NegotiationConfig] { return r.NegotiationConfig() })
				return config.Version, config.Profiles
			},
			insert: (*storage.Tx).InsertNegotiationProfile, update: (*storage.Tx).UpdateNegotiationProfile,
			remove: (*storage.Tx).DeleteNegotiationProfile,
		}.hold(f)
	},
}
