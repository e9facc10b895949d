package sqlstore

import (
	"time"

	"parley"
	"parley/storage"
)

const agentColumns = `id, agent_url, trust, card, created_at, updated_at`

func scanAgent(rows Rows, a *parley.Agent) error {
	return rows.Scan(&a.ID, &a.URL, (*string)(&a.Trust), raw(&a.Card), instant(&a.CreatedAt), instant(&a.UpdatedAt))
}

// Agent implements storage.Agents.
func (tx *Tx) Agent(id string) storage.Pending[parley.Agent] {
	return one(tx, scanAgent, "agent", id, `SELECT `+agentColumns+` FROM agents WHERE id = $1 AND removed_at IS NULL`, id)
}

// AgentForUpdate implements storage.AgentWriter.
func (tx *Tx) AgentForUpdate(id string) storage.Pending[parley.Agent] {
	return one(tx, scanAgent, "agent", id, `SELECT `+agentColumns+` FROM agents WHERE id = $1 AND removed_at IS NULL`+tx.dialect.ForUpdate, id)
}

// AgentAt implements storage.Agents.
func (tx *Tx) AgentAt(url string) storage.Pending[parley.Agent] {
	p := &pending[parley.Agent]{tx: tx}
	tx.add(Stmt{SQL: `SELECT ` + agentColumns + ` FROM agents WHERE agent_url = $1`, Args: []any{url}, Scan: func(rows Rows) error {
		for rows.Next() {
			if err := scanAgent(rows, &p.value); err != nil {
				return err
			}
		}
		return rows.Err()
	}})
	return p
}

// Agents implements storage.Agents.
func (tx *Tx) Agents(filter storage.AgentFilter) storage.Pending[storage.Listing[parley.Agent]] {
	var w where
	w.and("removed_at IS NULL")
	equal(&w, "trust", filter.Trust)
	return listing(tx, paged{table: "agents", columns: agentColumns, order: "id", id: "id"}, w, filter.Page, scanAgent)
}

// RegisterAgent implements storage.AgentWriter.
func (tx *Tx) RegisterAgent(a parley.Agent) storage.Pending[parley.Agent] {
	const register = `INSERT INTO agents (` + agentColumns + `) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (agent_url) DO UPDATE SET card = excluded.card, updated_at = excluded.updated_at, removed_at = NULL
		RETURNING ` + agentColumns
	return one(tx, scanAgent, "agent", a.ID, register,
		a.ID, a.URL, string(a.Trust), rawText(a.Card), micros(a.CreatedAt), micros(a.UpdatedAt))
}

// TrustAgent implements storage.AgentWriter.
func (tx *Tx) TrustAgent(id string, trust parley.Trust, at time.Time) {
	tx.add(Stmt{
		SQL:      `UPDATE agents SET trust = $2, updated_at = $3 WHERE id = $1 AND removed_at IS NULL`,
		Args:     []any{id, string(trust), micros(at)},
		Affected: exactlyOne(notFound("agent", id)),
	})
}

// RemoveAgent implements storage.AgentWriter. The row of a blocked agent stays, out of sight; on PostgreSQL too it is the
// trust at the time of the statement that decides, since the first one locks the row.
func (tx *Tx) RemoveAgent(id string, at time.Time) {
	tx.add(Stmt{
		SQL:      `UPDATE agents SET removed_at = CASE WHEN trust = 'blocked' THEN CAST($2 AS BIGINT) END WHERE id = $1 AND removed_at IS NULL`,
		Args:     []any{id, micros(at)},
		Affected: exactlyOne(notFound("agent", id)),
	})
	tx.exec(`DELETE FROM agents WHERE id = $1 AND removed_at IS NULL`, id)
}
