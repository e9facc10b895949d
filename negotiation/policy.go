package negotiation

import (
	"cmp"
	"slices"

	"parley"
)

// Policy chooses the limits of a new negotiation. It is immutable.
type Policy struct {
	profiles []parley.NegotiationProfile // enabled ones, highest priority first, ties by ID
}

// Request is what limits are chosen for.
type Request struct {
	Tier          parley.Tier
	ProductID     string
	InventoryType string
	DealType      parley.DealType
	Accounts      []parley.AccountRef // that the identity names, and those above them; looked up where a profile picks by account
	Identity      parley.Identity
}

// Selection is what a policy chose, and from what.
type Selection struct {
	Limits     parley.NegotiationLimits
	Tolerance  parley.BasisPoints // how far under the ask, of the ask, a proposal is accepted as it is
	ProfileIDs []string           // the profiles that set something, highest priority first
}

// Compile prepares a policy. The order of the profiles does not matter. Profiles that cannot be negotiated by, enabled or
// not, are refused with one validation error that names every field as profiles[ID].field.
func Compile(profiles []parley.NegotiationProfile) (*Policy, error) {
	var problems parley.Problems
	policy := &Policy{}
	seen := make(map[string]bool, len(profiles))
	for _, profile := range profiles {
		path := "profiles[" + profile.ID + "]."
		switch {
		case profile.ID == "":
			problems.Add("profiles[].id", "is missing")
		case seen[profile.ID]:
			problems.Add(path+"id", "is that of two profiles")
		}
		seen[profile.ID] = true
		checkProfile(&problems, path, profile)
		if profile.Enabled {
			policy.profiles = append(policy.profiles, selecting(profile))
		}
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	slices.SortFunc(policy.profiles, func(a, b parley.NegotiationProfile) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.ID, b.ID))
	})
	return policy, nil
}

// ValidateProfile tells whether negotiations can be led by a profile. The error is one validation error that names every
// field. Every field is valid by itself, so profiles can be laid over each other in any way.
func ValidateProfile(profile parley.NegotiationProfile) error {
	var problems parley.Problems
	if profile.Name == "" {
		problems.Add("name", "is required") // profiles of former versions may have none, and go on being negotiated by
	}
	checkProfile(&problems, "", profile)
	return problems.Err()
}

// PicksAccounts tells whether a profile picks buyers by their accounts.
func (p *Policy) PicksAccounts() bool {
	return slices.ContainsFunc(p.profiles, func(profile parley.NegotiationProfile) bool { return len(profile.AccountIDs) > 0 })
}

// Select lays the matching profiles over the defaults of the tier: each limit is that of the profile with the highest
// priority that sets it.
func (p *Policy) Select(request Request) Selection {
	chosen := Selection{Limits: Defaults(request.Tier)}
	request.InventoryType, request.Identity.AgencyID = parley.Folded(request.InventoryType), parley.AlikeName(request.Identity.AgencyID)
	request.Identity.AdvertiserID = parley.AlikeName(request.Identity.AdvertiserID)
	for _, profile := range slices.Backward(p.profiles) {
		if matches(profile, request) && chosen.apply(profile) {
			chosen.ProfileIDs = append(chosen.ProfileIDs, profile.ID)
		}
	}
	slices.Reverse(chosen.ProfileIDs)
	return chosen
}

// apply tells whether the profile sets anything.
func (s *Selection) apply(profile parley.NegotiationProfile) bool {
	applied := []bool{
		set(&s.Limits.Strategy, profile.Strategy),
		set(&s.Limits.MaxRounds, profile.MaxRounds),
		set(&s.Limits.RoundCap, profile.RoundCap),
		set(&s.Limits.TotalCap, profile.TotalCap),
		set(&s.Limits.BuyerShare, profile.BuyerShare),
		set(&s.Limits.AcceptanceThreshold, profile.AcceptanceThreshold),
		set(&s.Limits.Exponent, profile.Exponent),
		set(&s.Limits.LowballDepth, profile.LowballDepth),
		set(&s.Tolerance, profile.Tolerance),
	}
	return slices.Contains(applied, true)
}

func set[T any](limit, override *T) bool {
	if override == nil {
		return false
	}
	*limit = *override
	return true
}

// selecting is a profile whose selectors are in the form in which they are compared.
func selecting(profile parley.NegotiationProfile) parley.NegotiationProfile {
	each := func(names []string, form func(string) string) []string {
		formed := make([]string, len(names))
		for i, name := range names {
			formed[i] = form(name)
		}
		return formed
	}
	profile.InventoryTypes, profile.AgencyIDs = each(profile.InventoryTypes, parley.Folded), each(profile.AgencyIDs, parley.AlikeName)
	profile.AdvertiserIDs = each(profile.AdvertiserIDs, parley.AlikeName)
	return profile
}

func matches(profile parley.NegotiationProfile, request Request) bool {
	_, picked := parley.PickedBy(profile.AccountIDs, request.Accounts)
	return picked && covers(profile.Tiers, request.Tier) &&
		covers(profile.ProductIDs, request.ProductID) &&
		covers(profile.InventoryTypes, request.InventoryType) &&
		covers(profile.DealTypes, request.DealType) &&
		covers(profile.AgencyIDs, request.Identity.AgencyID) &&
		covers(profile.AdvertiserIDs, request.Identity.AdvertiserID)
}

// covers is true of an empty list, which matches everything.
func covers[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

func checkProfile(problems *parley.Problems, path string, profile parley.NegotiationProfile) {
	for _, tier := range profile.Tiers {
		if !slices.Contains(parley.Tiers[:], tier) {
			problems.Add(path+"tiers", "names a tier that does not exist")
		}
	}
	for _, dealType := range profile.DealTypes {
		if !slices.Contains(parley.DealTypes[:], dealType) {
			problems.Add(path+"deal_types", "must be PG, PD or PA, not %q", dealType)
		}
	}
	check(problems, path+"strategy", profile.Strategy, checkStrategy)
	check(problems, path+"max_rounds", profile.MaxRounds, checkRounds)
	check(problems, path+"round_cap_pct", profile.RoundCap, checkRate)
	check(problems, path+"total_cap_pct", profile.TotalCap, checkTotalCap)
	check(problems, path+"buyer_share_pct", profile.BuyerShare, checkRate)
	check(problems, path+"acceptance_threshold_pct", profile.AcceptanceThreshold, checkRate)
	check(problems, path+"exponent", profile.Exponent, checkExponent)
	check(problems, path+"lowball_depth", profile.LowballDepth, checkLowballDepth)
	check(problems, path+"tolerance_pct", profile.Tolerance, checkTotalCap)
}

func check[T any](problems *parley.Problems, path string, value *T, rule func(*parley.Problems, string, T)) {
	if value != nil {
		rule(problems, path, *value)
	}
}
