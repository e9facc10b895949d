package sqlstore

import (
	"parley"
	"parley/storage"
)

const agentColumns = `id, agent_url, trust, card, created_at, updated_at`

func scanAgent(rows Rows, a *parley.Agent) error {
	return rows.Scan(&a.ID, &a.URL, (*string)(&a.Trust), raw(&a.Card), instant(&a.CreatedAt), instant(&a.UpdatedAt))
}

// Agent implements storage.Agents.
func (tx *Tx) Agent(id string) storage.Pending[parley.Agent] {
	return one(tx, scanAgent, "agent", id, `SELECT `+agentColumns+` FROM agents WHERE id = $1`, id)
}

// AgentForUpdate implements storage.AgentWriter.
func (tx *Tx) AgentForUpdate(id string) storage.Pending[parley.Agent] {
	return one(tx, scanAgent, "agent", id, `SELECT `+agentColumns+` FROM agents WHERE id = $1`+tx.dialect.ForUpdate, id)
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
	equal(&w, "trust", filter.Trust)
	return listing(tx, paged{table: "agents", columns: agentColumns, order: "id", id: "id"}, w, filter.Page, scanAgent)
}

// InsertAgent implements storage.AgentWriter.
func (tx *Tx) InsertAgent(a parley.Agent) {
	tx.add(Stmt{
		SQL:     `INSERT INTO agents (` + agentColumns + `) VALUES ($1, $2, $3, $4, $5, $6)`,
		Args:    []any{a.ID, a.URL, string(a.Trust), rawText(a.Card), micros(a.CreatedAt), micros(a.UpdatedAt)},
		Refused: refuse(parley.Errorf(parley.CodeContention, "The agent at %q is registered already.", a.URL), PrimaryKey, Unique),
	})
}

// UpdateAgent implements storage.AgentWriter.
func (tx *Tx) UpdateAgent(a parley.Agent) {
	tx.add(Stmt{
		SQL:      `UPDATE agents SET trust = $2, card = $3, updated_at = $4 WHERE id = $1`,
		Args:     []any{a.ID, string(a.Trust), rawText(a.Card), micros(a.UpdatedAt)},
		Affected: exactlyOne(notFound("agent", a.ID)),
	})
}

// DeleteAgent implements storage.AgentWriter.
func (tx *Tx) DeleteAgent(id string) {
	tx.add(Stmt{SQL: `DELETE FROM agents WHERE id = $1`, Args: []any{id}, Affected: exactlyOne(notFound("agent", id))})
}
