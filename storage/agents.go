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

const agentColumns = `id, agent_url, trust, card, version, created_at, updated_at`

func scanAgent(rows Rows, a *parley.Agent) error {
	return rows.Scan(&a.ID, &a.URL, (*string)(&a.Trust), raw(&a.Card), &a.Version, instant(&a.CreatedAt), instant(&a.UpdatedAt))
}

// Agent answers an agent that has not been removed.
func (r *Reader) Agent(id string) *Pending[parley.Agent] {
	return one(r, scanAgent, "agent", id, `SELECT `+agentColumns+` FROM agents WHERE id = $1 AND removed_at IS NULL`, id)
}

// AgentForUpdate reads the agent and keeps it from changing until the transaction ends.
func (tx *Tx) AgentForUpdate(id string) *Pending[parley.Agent] {
	return one(&tx.Reader, scanAgent, "agent", id, `SELECT `+agentColumns+` FROM agents WHERE id = $1 AND removed_at IS NULL`+tx.dialect.ForUpdate, id)
}

// AgentAt answers the agent with a URL, also one that was removed and stays blocked; one with an empty ID when there is
// none.
func (r *Reader) AgentAt(url string) *Pending[parley.Agent] {
	return maybe(r, scanAgent, `SELECT `+agentColumns+` FROM agents WHERE agent_url = $1`, url)
}

// AgentFor answers the agent that a URL on a host counts as: the one at it, else the least trusted of those on the host; one with an
// empty ID when there is none.
func (r *Reader) AgentFor(url, host string) *Pending[parley.Agent] {
	return maybe(r, scanAgent, `SELECT `+agentColumns+` FROM agents WHERE agent_host = $2 ORDER BY agent_url = $1 DESC, `+byTrust+` LIMIT 1`, url, host)
}

// byTrust puts the least trusted agent first.
const byTrust = `CASE trust WHEN 'blocked' THEN 0 WHEN 'unknown' THEN 1 WHEN 'registered' THEN 2 WHEN 'approved' THEN 3 ELSE 4 END`

// Agents lists the agents that have not been removed.
func (r *Reader) Agents(filter AgentFilter) *Pending[Listing[parley.Agent]] {
	var w where
	w.and("removed_at IS NULL")
	equal(&w, "trust", filter.Trust)
	return listing(r, paged{table: "agents", columns: agentColumns, order: "id", id: "id"}, w, filter.Page, scanAgent)
}

// RegisterAgent stores an agent and answers it as it is then. Where its URL is known, also of one that was removed, the
// agent there keeps its id and its trust, as they are when the statement runs, and gets the card and the next version.
func (tx *Tx) RegisterAgent(a parley.Agent) *Pending[parley.Agent] {
	const register = `INSERT INTO agents (` + agentColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (agent_url) DO UPDATE SET card = excluded.card, version = agents.version + 1, updated_at = excluded.updated_at, removed_at = NULL
		RETURNING ` + agentColumns
	return one(&tx.Reader, scanAgent, "agent", a.ID, register,
		a.ID, a.URL, string(a.Trust), rawText(a.Card), a.Version, micros(a.CreatedAt), micros(a.UpdatedAt))
}

// TrustAgent stores how far an agent is trusted, under the next version, and touches nothing else.
func (tx *Tx) TrustAgent(id string, trust parley.Trust, at time.Time) {
	tx.add(Stmt{
		SQL:   `UPDATE agents SET trust = $2, version = version + 1, updated_at = $3 WHERE id = $1 AND removed_at IS NULL`,
		Args:  []any{id, string(trust), micros(at)},
		Wants: 1, Otherwise: notFound("agent", id),
	})
}

// RemoveAgent takes an agent out of the registry. Its keys are what they were before it was registered, except a
// blocked one's: they stay blocked. The row of a blocked agent stays, out of sight; on PostgreSQL too it is the trust
// at the time of the statement that decides, since the first one locks the row.
func (tx *Tx) RemoveAgent(id string, at time.Time) {
	tx.add(Stmt{
		SQL:   `UPDATE agents SET removed_at = CASE WHEN trust = 'blocked' THEN CAST($2 AS BIGINT) END WHERE id = $1 AND removed_at IS NULL`,
		Args:  []any{id, micros(at)},
		Wants: 1, Otherwise: notFound("agent", id),
	})
	tx.exec(`DELETE FROM agents WHERE id = $1 AND removed_at IS NULL`, id)
}
