package sqlstore

import (
	"time"

	"parley"
	"parley/storage"
)

const sessionColumns = `id, owner, COALESCE(context_id, ''), status, identity, metadata, messages, created_at, updated_at, expires_at, closed_at`

func scanSession(rows Rows, s *parley.Session) error {
	return rows.Scan(&s.ID, &s.Owner, &s.ContextID, (*string)(&s.Status), decoded(&s.Identity), raw(&s.Metadata), &s.Messages,
		instant(&s.CreatedAt), instant(&s.UpdatedAt), instant(&s.ExpiresAt), maybeInstant(&s.ClosedAt))
}

// Session implements storage.Sessions.
func (tx *Tx) Session(id string) storage.Pending[parley.Session] {
	return one(tx, scanSession, "session", id, `SELECT `+sessionColumns+` FROM sessions WHERE id = $1`, id)
}

// SessionForUpdate implements storage.SessionWriter.
func (tx *Tx) SessionForUpdate(id string) storage.Pending[parley.Session] {
	return one(tx, scanSession, "session", id, `SELECT `+sessionColumns+` FROM sessions WHERE id = $1`+tx.dialect.ForUpdate, id)
}

// SessionIn implements storage.Sessions.
func (tx *Tx) SessionIn(owner, contextID string) storage.Pending[*parley.Session] {
	found := many(tx, scanSession, `SELECT `+sessionColumns+` FROM sessions WHERE owner = $1 AND context_id = $2`, owner, contextID)
	return &mapped[[]parley.Session, *parley.Session]{from: found, through: func(sessions []parley.Session) *parley.Session {
		if len(sessions) == 0 {
			return nil
		}
		return &sessions[0]
	}}
}

// Sessions implements storage.Sessions.
func (tx *Tx) Sessions(filter storage.SessionFilter) storage.Pending[storage.Listing[parley.Session]] {
	var w where
	w.owned(filter.Owner)
	switch filter.Status {
	case "":
	case parley.SessionExpired:
		w.and("status = 'active' AND expires_at <= ?", micros(filter.Now))
	case parley.SessionActive:
		w.and("status = 'active' AND expires_at > ?", micros(filter.Now))
	case parley.SessionClosed:
		w.and("status = 'closed'")
	}
	if filter.Live {
		w.and("expires_at > ?", micros(filter.Now))
	}
	return listing(tx, paged{table: "sessions", columns: sessionColumns, order: "id", id: "id"}, w, filter.Page, scanSession)
}

const messageColumns = `number, role, message_type, content, metadata, actor, at`

func scanSessionMessage(rows Rows, m *parley.SessionMessage) error {
	return rows.Scan(&m.Number, &m.Role, &m.Type, &m.Content, raw(&m.Metadata), &m.Actor, instant(&m.At))
}

// SessionMessages implements storage.Sessions.
func (tx *Tx) SessionMessages(id string, page storage.Page) storage.Pending[storage.Listing[parley.SessionMessage]] {
	var w where
	w.and("session_id = ?", id)
	page.After = ""
	return listing(tx, paged{table: "session_messages", columns: messageColumns, order: "number", id: "number"}, w, page, scanSessionMessage)
}

// SessionNegotiations implements storage.Sessions.
func (tx *Tx) SessionNegotiations(id string, now time.Time, limit int) storage.Pending[[]string] {
	const query = `SELECT id FROM negotiations WHERE (status = 'active' AND expires_at > $2 OR status = 'pending_approval')
		AND id IN (SELECT negotiation_id FROM events WHERE session_id = $1 AND negotiation_id IS NOT NULL) ORDER BY id LIMIT $3`
	return many(tx, scalar[string], query, id, micros(now), limit)
}

// SessionDeals implements storage.Sessions.
func (tx *Tx) SessionDeals(id string, limit int) storage.Pending[[]string] {
	const query = `SELECT id FROM deals WHERE status NOT IN ('completed', 'cancelled', 'rejected', 'expired')
		AND id IN (SELECT deal_id FROM events WHERE session_id = $1 AND deal_id IS NOT NULL) ORDER BY id LIMIT $2`
	return many(tx, scalar[string], query, id, limit)
}

// LockSessions implements storage.SessionWriter.
func (tx *Tx) LockSessions(owner string) {
	if tx.dialect.LockKey != "" && !tx.appending {
		tx.exec(tx.dialect.LockKey, "sessions\n"+owner)
	}
}

// InsertSession implements storage.SessionWriter.
func (tx *Tx) InsertSession(s parley.Session) {
	tx.add(Stmt{
		SQL: `INSERT INTO sessions (id, owner, context_id, status, identity, metadata, messages, created_at, updated_at, expires_at, closed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, Adds: true,
		Args: []any{
			s.ID, s.Owner, maybeText(s.ContextID), string(s.Status), tx.json(s.Identity), rawText(s.Metadata), s.Messages,
			micros(s.CreatedAt), micros(s.UpdatedAt), micros(s.ExpiresAt), maybeMicros(s.ClosedAt),
		},
		Refused: func(met Constraint) *parley.Error {
			switch met {
			case PrimaryKey:
				return parley.Errorf(parley.CodeConflict, "The session %q exists.", s.ID)
			case Unique:
				return parley.Errorf(parley.CodeContention, "There is a session of the context %q already.", s.ContextID)
			case ForeignKey, Check:
			}
			return nil
		},
	})
}

// UpdateSession implements storage.SessionWriter.
func (tx *Tx) UpdateSession(s parley.Session) {
	tx.add(Stmt{
		SQL:      `UPDATE sessions SET status = $2, messages = $3, updated_at = $4, closed_at = $5 WHERE id = $1`,
		Args:     []any{s.ID, string(s.Status), s.Messages, micros(s.UpdatedAt), maybeMicros(s.ClosedAt)},
		Affected: exactlyOne(notFound("session", s.ID)),
	})
}

// InsertSessionMessage implements storage.SessionWriter.
func (tx *Tx) InsertSessionMessage(id string, m parley.SessionMessage) {
	tx.add(Stmt{
		SQL:  `INSERT INTO session_messages (session_id, ` + messageColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		Args: []any{id, m.Number, m.Role, m.Type, m.Content, rawText(m.Metadata), m.Actor, micros(m.At)},
		Refused: func(met Constraint) *parley.Error {
			switch met {
			case PrimaryKey:
				return parley.Errorf(parley.CodeContention, "Session %s has been written to meanwhile. Send the message again.", id)
			case ForeignKey:
				return notFound("session", id)
			case Unique, Check:
			}
			return nil
		},
	})
}

// DeleteSessions implements storage.SessionWriter.
func (tx *Tx) DeleteSessions(before time.Time, limit int) storage.Pending[int64] {
	const old = `(SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at, id LIMIT $2)`
	tx.exec(`DELETE FROM session_messages WHERE session_id IN `+old, micros(before), limit)
	return affected(tx, `DELETE FROM sessions WHERE id IN `+old, micros(before), limit)
}
