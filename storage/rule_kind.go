package storage

import "parley"

// RuleKind is where the rules of one kind are kept.
type RuleKind struct {
	parley.RuleKind
	state    string // the table of the state, which has one row from the beginning
	table    string // and with _in_use the view
	versions string // the table of the versions
}

// RuleKinds are all kinds of rules: what is done with each of them goes over these.
var RuleKinds = []RuleKind{PricingRules.RuleKind, NegotiationProfiles.RuleKind, ApprovalRules.RuleKind}

// State is the table that has one row in a database that nothing has been done with, whose version moves with every change.
func (k RuleKind) State() string { return k.state }

// Tables are all that is kept of the kind.
func (k RuleKind) Tables() []string { return []string{k.state, k.table, k.versions} }

// move comes first in every change, so that two changes wait for each other.
func (k RuleKind) move(tx *Tx) { tx.exec(`UPDATE ` + k.state + ` SET version = version + 1`) }
