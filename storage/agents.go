package storage

import "parley"

// AgentFilter narrows a list of registered agents. Zero values match all.
type AgentFilter struct {
	Trust parley.Trust
	Page  Page
}

// Agents reads the registry of buyer agents.
type Agents interface {
	Agent(id string) Pending[parley.Agent]
	// AgentAt answers the agent with a URL; one with an empty ID when there is none.
	AgentAt(url string) Pending[parley.Agent]
	Agents(filter AgentFilter) Pending[Listing[parley.Agent]]
}

// AgentWriter changes the registry.
type AgentWriter interface {
	AgentForUpdate(id string) Pending[parley.Agent]
	// InsertAgent registers an agent; CodeContention when its URL is registered.
	InsertAgent(a parley.Agent)
	// UpdateAgent stores trust, card and the time of the update.
	UpdateAgent(a parley.Agent)
	DeleteAgent(id string)
}
