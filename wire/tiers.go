package wire

import "parley"

// tiersOf reads the tiers that a rule is for. Their schema lists the names.
func tiersOf(names []string) []parley.Tier {
	var tiers []parley.Tier
	for _, name := range names {
		tier, _ := parley.ParseTier(name)
		tiers = append(tiers, tier)
	}
	return tiers
}

func tierNames(tiers []parley.Tier) []string {
	names := make([]string, len(tiers))
	for i, tier := range tiers {
		names[i] = tier.String()
	}
	return names
}

// dealTypesOf reads the deal types that a rule is for, of which the schema lists the names too.
func dealTypesOf(names []string) []parley.DealType {
	var types []parley.DealType
	for _, name := range names {
		types = append(types, parley.DealType(name))
	}
	return types
}
