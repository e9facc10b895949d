package parley

// RuleKind is a kind of rules that operators keep: versioned, audited, in force at once on every node.
type RuleKind struct {
	Name    string    // in audit entries and events, such as "pricing_rule"
	Words   string    // in messages, such as "pricing rule"
	Prefix  string    // of the ids of its rules
	Changed EventType // says that a rule was made, changed or taken out of force
}

// RuleKinds are all of them. Each layer has a list with what it knows of each kind.
var RuleKinds = [...]RuleKind{PricingRules, ApprovalRules, NegotiationProfiles}

// changesOfRules are what happens to rules.
func changesOfRules() []EventType {
	var types []EventType
	for _, kind := range RuleKinds {
		types = append(types, kind.Changed)
	}
	return types
}
