package storage

import (
	"time"

	"parley"
)

// AgentFilter narrows a list of registered agents. Zero values match all.
type AgentFilter struct {
	Trust parley.Trust
	Page  Page
}

// Agents reads the registry of buyer agents.
type Agents interface {
	Agent(id string) Pending[parley.Agent]
	// AgentAt answers the agent with a URL, also one that was removed and stays blocked; one with an empty ID when there is
	// none.
	AgentAt(url string) Pending[parley.Agent]
	Agents(filter AgentFilter) Pending[Listing[parley.Agent]]
}

// AgentWriter changes the registry.
type AgentWriter interface {
	AgentForUpdate(id string) Pending[parley.Agent]
	// RegisterAgent stores an agent and answers it as it is then. Where its URL is known, also of one that was removed, the
	// agent there keeps its id and its trust, as they are when the statement runs, and gets the card.
	RegisterAgent(a parley.Agent) Pending[parley.Agent]
	// TrustAgent stores how far an agent is trusted, and touches nothing else.
	TrustAgent(id string, trust parley.Trust, at time.Time)
	// RemoveAgent takes an agent out of the registry. Its keys are what they were before it was registered, except a blocked
	// one's: they stay blocked.
	RemoveAgent(id string, at time.Time)
}
