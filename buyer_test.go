package parley_test

import (
	"cmp"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley"
)

func TestIdentityReachesTheTierOfItsMostSpecificParty(t *testing.T) {
	t.Parallel()
	tests := []struct {
		identity parley.Identity
		want     parley.Tier
	}{
		{parley.Identity{}, parley.TierPublic},
		{parley.Identity{DSPPlatform: "ttd", AgencyName: "Agency", AdvertiserName: "Brand"}, parley.TierPublic},
		{parley.Identity{SeatID: "s"}, parley.TierSeat},
		{parley.Identity{SeatID: "s", AgencyID: "a"}, parley.TierAgency},
		{parley.Identity{AgencyID: "a"}, parley.TierAgency},
		{parley.Identity{SeatID: "s", AgencyID: "a", AdvertiserID: "adv"}, parley.TierAdvertiser},
		{parley.Identity{AdvertiserID: "adv"}, parley.TierAdvertiser},
	}
	for _, test := range tests {
		if got := test.identity.Tier(); got != test.want {
			t.Errorf("%+v: got %s, want %s", test.identity, got, test.want)
		}
	}
}

func TestTrustCapsTheTier(t *testing.T) {
	t.Parallel()
	tests := []struct {
		trust  parley.Trust
		want   parley.Tier
		trades bool
	}{
		{parley.TrustUnregistered, parley.TierAdvertiser, true},
		{parley.TrustUnknown, parley.TierPublic, true},
		{parley.TrustRegistered, parley.TierSeat, true},
		{parley.TrustApproved, parley.TierAdvertiser, true},
		{parley.TrustPreferred, parley.TierAdvertiser, true},
		{parley.TrustBlocked, parley.TierPublic, false},
		{"no such trust", parley.TierPublic, true},
	}
	for _, test := range tests {
		if tier, trades := test.trust.Ceiling(); tier != test.want || trades != test.trades {
			t.Errorf("%q: got %s, %v, want %s, %v", test.trust, tier, trades, test.want, test.trades)
		}
		known := parley.Identity{AdvertiserID: "adv"}
		if got := parley.EffectiveTier(known, test.trust); got != test.want {
			t.Errorf("%q: an advertiser reaches %s, want %s", test.trust, got, test.want)
		}
		if got := parley.EffectiveTier(parley.Identity{}, test.trust); got != parley.TierPublic {
			t.Errorf("%q lifts nobody to %s", test.trust, got)
		}
	}
}

func TestIdentitiesAreToldApartMemberByMember(t *testing.T) {
	t.Parallel()
	members := func(i parley.Identity) []string {
		var texts []string
		for value := reflect.ValueOf(i); len(texts) < value.NumField(); {
			texts = append(texts, value.Field(len(texts)).String())
		}
		return texts
	}
	identity := rapid.Custom(func(t *rapid.T) parley.Identity {
		var i parley.Identity
		for n, value := 0, reflect.ValueOf(&i).Elem(); n < value.NumField(); n++ {
			value.Field(n).SetString(rapid.StringMatching(`[ab]?`).Draw(t, value.Type().Field(n).Name))
		}
		return i
	})
	rapid.Check(t, func(t *rapid.T) {
		facts, claim := identity.Draw(t, "facts"), identity.Draw(t, "claim")
		beyond, both := members(claim.Beyond(facts)), members(facts.Or(claim))
		claimed := members(claim)
		for n, fact := range members(facts) {
			if want := claimed[n]; want == fact && beyond[n] != "" || want != fact && beyond[n] != want {
				t.Errorf("the claim %q beyond the fact %q is %q", want, fact, beyond[n])
			}
			if want := cmp.Or(fact, claimed[n]); both[n] != want {
				t.Errorf("%q or %q is %q", fact, claimed[n], both[n])
			}
		}
	})
}

func TestTierNames(t *testing.T) {
	t.Parallel()
	for _, tier := range parley.Tiers {
		if parsed, ok := parley.ParseTier(tier.String()); !ok || parsed != tier {
			t.Errorf("%s: got %s, %v", tier, parsed, ok)
		}
		text, err := json.Marshal(tier)
		var decoded parley.Tier
		if err != nil || json.Unmarshal(text, &decoded) != nil || decoded != tier {
			t.Errorf("%s became %s and then %s", tier, text, decoded)
		}
	}
	var tier parley.Tier
	if err := tier.UnmarshalText([]byte("platinum")); !parley.Is(err, parley.CodeValidation) {
		t.Errorf("got %v, want a validation error", err)
	}
}

func TestPrincipals(t *testing.T) {
	t.Parallel()
	buyer := parley.Principal{Role: parley.RoleBuyer, KeyID: "key-1", Identity: parley.Identity{AgencyID: "a"}}
	sameBuyer := parley.Principal{Role: parley.RoleBuyer, KeyID: "key-2", Identity: parley.Identity{AgencyID: "a"}}
	nobody := parley.Principal{Role: parley.RoleBuyer, KeyID: "key-3"}
	operator := parley.Principal{Role: parley.RoleOperator, KeyID: "key-4", Scopes: []parley.Scope{parley.ScopeFinance}}

	if buyer.Owner() == "" || buyer.Owner() != sameBuyer.Owner() || buyer.Owner() == nobody.Owner() {
		t.Errorf("owners: %q, %q, %q", buyer.Owner(), sameBuyer.Owner(), nobody.Owner())
	}
	if operator.Owner() != "" || parley.Anonymous.Owner() != "" {
		t.Error("an operator or an anonymous caller owns something")
	}
	for _, test := range []struct {
		who   parley.Principal
		owner string
		want  bool
	}{
		{buyer, buyer.Owner(), true},
		{sameBuyer, buyer.Owner(), true},
		{nobody, buyer.Owner(), false},
		{parley.Anonymous, buyer.Owner(), false},
		{parley.Anonymous, "", true},
		{buyer, "", true},
		{operator, buyer.Owner(), true},
	} {
		if got := test.who.MaySee(test.owner); got != test.want {
			t.Errorf("%s and a resource of %q: got %v", test.who.Actor(), test.owner, got)
		}
	}
	if !operator.Has(parley.ScopeViewer) || !operator.Has(parley.ScopeFinance) || operator.Has(parley.ScopeAdmin) {
		t.Error("an operator has other scopes than its own and viewer")
	}
	if buyer.Has(parley.ScopeViewer) || parley.Anonymous.Has(parley.ScopeViewer) {
		t.Error("a buyer has an operator's scope")
	}
	if operator.Tier() != parley.TierAdvertiser || parley.Anonymous.Tier() != parley.TierPublic {
		t.Error("operators see the best tier, anonymous callers the public one")
	}
}

// TestOwnersDoNotRunIntoEachOther puts separators into the ids that an owner is made of.
func TestOwnersDoNotRunIntoEachOther(t *testing.T) {
	t.Parallel()
	part := rapid.StringMatching(`[a%/2F5]{0,4}`)
	identity := rapid.Custom(func(t *rapid.T) parley.Identity {
		return parley.Identity{SeatID: part.Draw(t, "seat"), AgencyID: part.Draw(t, "agency"), AdvertiserID: part.Draw(t, "advertiser")}
	})
	rapid.Check(t, func(t *rapid.T) {
		one := parley.Principal{Role: parley.RoleBuyer, KeyID: "key-1", Identity: identity.Draw(t, "one")}
		two := parley.Principal{Role: parley.RoleBuyer, KeyID: "key-2", Identity: identity.Draw(t, "two")}
		if one.Identity != two.Identity && one.Owner() == two.Owner() {
			t.Fatalf("%+v and %+v are both %q", one.Identity, two.Identity, one.Owner())
		}
	})
}

func TestKeyLifetime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	before, after := now.Add(-time.Second), now.Add(time.Second)
	for _, test := range []struct {
		key  parley.Key
		want bool
	}{
		{parley.Key{}, true},
		{parley.Key{ExpiresAt: &after}, true},
		{parley.Key{ExpiresAt: &now}, false},
		{parley.Key{ExpiresAt: &before}, false},
		{parley.Key{RevokedAt: &before}, false},
		{parley.Key{RevokedAt: &after}, false},
	} {
		if got := test.key.Live(now); got != test.want {
			t.Errorf("%+v: got %v", test.key, got)
		}
	}
	operator := parley.Key{Role: parley.RoleOperator}
	if !operator.Principal(parley.TrustUnregistered).Has(parley.ScopeAdmin) {
		t.Error("an operator key without scopes is not admin")
	}
}
