package parley

import (
	"encoding/json"
	"time"
)

// Trusts are the levels that an operator can give a registered agent.
var Trusts = [...]Trust{TrustUnknown, TrustRegistered, TrustApproved, TrustPreferred, TrustBlocked}

// ParseTrust reads the name of a level of the agent registry.
func ParseTrust(name string) (Trust, bool) {
	for _, t := range Trusts {
		if string(t) == name {
			return t, true
		}
	}
	return TrustUnregistered, false
}

// Agent is a buyer agent in the registry. Keys that carry its URL reach no better tier than its trust allows.
type Agent struct {
	ID        string
	URL       string // as its card names it, normalized; no two agents have the same
	Trust     Trust
	Card      json.RawMessage // an object, as the agent published it: its own words, of which nothing is taken on trust
	Version   int64           // of its trust and card: 1, and one more with each change
	CreatedAt time.Time
	UpdatedAt time.Time
}
