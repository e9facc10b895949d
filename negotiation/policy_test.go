package negotiation_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/negotiation"
)

func TestDefaults(t *testing.T) {
	t.Parallel()
	for _, tier := range parley.Tiers {
		if err := negotiation.Validate(negotiation.Defaults(tier)); err != nil {
			t.Errorf("%s: %v", tier, err)
		}
	}
	want := parley.NegotiationLimits{
		Strategy: negotiation.GapSplit, MaxRounds: 5, RoundCap: 500, TotalCap: 1_500, BuyerShare: 5_000,
		AcceptanceThreshold: 250, Exponent: 500, LowballDepth: 2_000,
	}
	if diff := cmp.Diff(want, negotiation.Defaults(parley.TierAgency)); diff != "" {
		t.Error(diff)
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	profiles := []parley.NegotiationProfile{
		{ID: "a-ctv", Enabled: true, Priority: 10, Selector: parley.Selector{InventoryTypes: []string{"ctv"}}, TotalCap: new(parley.BasisPoints(500)), MaxRounds: new(2)},
		{ID: "b-adv", Enabled: true, Priority: 20, Selector: parley.Selector{AdvertiserIDs: []string{"adv-1"}}, Strategy: new(negotiation.Boulware), MaxRounds: new(8)},
		{ID: "c-off", Priority: 99, MaxRounds: new(1)},
		{ID: "d-tie", Enabled: true, Priority: 10, TotalCap: new(parley.BasisPoints(900)), Tolerance: new(parley.BasisPoints(100))},
		{ID: "e-pa", Enabled: true, Selector: parley.Selector{DealTypes: []parley.DealType{parley.PrivateAuction}}, RoundCap: new(parley.BasisPoints(0))},
		{ID: "f-public", Enabled: true, Selector: parley.Selector{Tiers: []parley.Tier{parley.TierPublic}, ProductIDs: []string{"p-1"}}, BuyerShare: new(parley.BasisPoints(1))},
		{ID: "g-empty", Enabled: true},
		{ID: "h-agency", Enabled: true, Selector: parley.Selector{AgencyIDs: []string{"ag-1"}}, Exponent: new(2_000), LowballDepth: new(3_000), AcceptanceThreshold: new(parley.BasisPoints(0))},
	}
	agency := negotiation.Defaults(parley.TierAgency)
	changed := func(limits parley.NegotiationLimits, change func(*parley.NegotiationLimits)) parley.NegotiationLimits {
		change(&limits)
		return limits
	}
	tests := []struct {
		name    string
		request negotiation.Request
		want    negotiation.Selection
	}{
		{
			"what matches everything", negotiation.Request{Tier: parley.TierAgency, DealType: parley.PreferredDeal},
			negotiation.Selection{
				Limits:    changed(agency, func(l *parley.NegotiationLimits) { l.TotalCap = 900 }),
				Tolerance: 100, ProfileIDs: []string{"d-tie"},
			},
		},
		{
			"the higher priority wins field by field, ties by id",
			negotiation.Request{
				Tier: parley.TierAgency, InventoryType: "ctv",
				Identity: parley.Identity{AdvertiserID: "adv-1", AgencyID: "ag-1"},
			},
			negotiation.Selection{
				Limits: parley.NegotiationLimits{
					Strategy: negotiation.Boulware, MaxRounds: 8, RoundCap: 500, TotalCap: 500, BuyerShare: 5_000, Exponent: 2_000,
					LowballDepth: 3_000,
				},
				Tolerance: 100, ProfileIDs: []string{"b-adv", "a-ctv", "d-tie", "h-agency"},
			},
		},
		{
			"a deal type", negotiation.Request{Tier: parley.TierAgency, DealType: parley.PrivateAuction},
			negotiation.Selection{
				Limits:    changed(agency, func(l *parley.NegotiationLimits) { l.TotalCap, l.RoundCap = 900, 0 }),
				Tolerance: 100, ProfileIDs: []string{"d-tie", "e-pa"},
			},
		},
		{
			"every condition has to hold", negotiation.Request{Tier: parley.TierPublic, ProductID: "p-1"},
			negotiation.Selection{
				Limits: changed(negotiation.Defaults(parley.TierPublic), func(l *parley.NegotiationLimits) {
					l.TotalCap, l.BuyerShare = 900, 1
				}),
				Tolerance: 100, ProfileIDs: []string{"d-tie", "f-public"},
			},
		},
	}
	shuffle := rand.New(rand.NewPCG(1, 2))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for range 5 {
				shuffle.Shuffle(len(profiles), func(i, j int) { profiles[i], profiles[j] = profiles[j], profiles[i] })
				policy, err := negotiation.Compile(profiles)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, policy.Select(test.request)); diff != "" {
					t.Fatal(diff)
				}
			}
		})
	}
}

func TestProfilesThatCannotBeNegotiatedBy(t *testing.T) {
	t.Parallel()
	broken := parley.NegotiationProfile{
		ID:       "x",
		Selector: parley.Selector{Tiers: []parley.Tier{9}, DealTypes: []parley.DealType{"XX"}},

		Strategy:            new("bluff"),
		MaxRounds:           new(0),
		RoundCap:            new(parley.BasisPoints(-1)),
		TotalCap:            new(parley.BasisPoints(10_000)),
		BuyerShare:          new(parley.BasisPoints(10_001)),
		AcceptanceThreshold: new(parley.BasisPoints(-1)),
		Exponent:            new(9),
		Tolerance:           new(parley.BasisPoints(10_000)),
	}
	fields := []string{"tiers", "deal_types", "strategy", "max_rounds", "round_cap_pct", "total_cap_pct",
		"buyer_share_pct", "acceptance_threshold_pct", "exponent", "tolerance_pct"}
	if diff := cmp.Diff(append([]string{"name"}, fields...), paths(t, negotiation.ValidateProfile(broken))); diff != "" {
		t.Error(diff)
	}
	want := []string{"profiles[].id", "profiles[y].id"}
	for _, field := range fields {
		want = append(want, "profiles[x]."+field)
	}
	_, err := negotiation.Compile([]parley.NegotiationProfile{{}, {ID: "y"}, {ID: "y"}, broken})
	if diff := cmp.Diff(want, paths(t, err)); diff != "" {
		t.Error(diff)
	}
}

func TestLimitsThatCannotBeNegotiatedBy(t *testing.T) {
	t.Parallel()
	limits := negotiation.Defaults(parley.TierSeat)
	limits.Strategy, limits.Exponent = negotiation.Boulware, 0
	if diff := cmp.Diff([]string{"exponent"}, paths(t, negotiation.Validate(limits))); diff != "" {
		t.Error(diff)
	}
	limits.Strategy = negotiation.TitForTat
	if err := negotiation.Validate(limits); err != nil {
		t.Errorf("tit for tat has no use for an exponent: %v", err)
	}
}

func paths(t *testing.T, err error) []string {
	t.Helper()
	var invalid *parley.Error
	if !errors.As(err, &invalid) || invalid.Code != parley.CodeValidation {
		t.Fatalf("got %v, want a validation error", err)
	}
	var found []string
	for _, field := range invalid.Fields {
		found = append(found, field.Path)
	}
	return found
}
