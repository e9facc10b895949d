package storage

import (
	"time"

	"parley"
)

// SessionFilter narrows a list of sessions. Zero values match all.
type SessionFilter struct {
	Owner  *string
	Status parley.SessionStatus // as stored, or expired by Now
	Now    time.Time
	Live   bool // only those whose time has not run out by Now
	Page   Page
}

const sessionColumns = `id, owner, COALESCE(context_id, ''), status, identity, metadata, messages, created_at, updated_at, expires_at, closed_at`

func scanSession(rows Rows, s *parley.Session) error {
	return rows.Scan(&s.ID, &s.Owner, &s.ContextID, (*string)(&s.Status), decoded(&s.Identity), raw(&s.Metadata), &s.Messages,
		instant(&s.CreatedAt), instant(&s.UpdatedAt), instant(&s.ExpiresAt), maybeInstant(&s.ClosedAt))
}

// Session answers a session as it is stored; see parley.Session.At.
func (r *Reader) Session(id string) *Pending[parley.Session] {
	return one(r, scanSession, "session", id, `SELECT `+sessionColumns+` FROM sessions WHERE id = $1`, id)
}

// SessionForUpdate reads the session and keeps it from changing until the transaction ends.
func (tx *Tx) SessionForUpdate(id string) *Pending[parley.Session] {
	return one(&tx.Reader, scanSession, "session", id, `SELECT `+sessionColumns+` FROM sessions WHERE id = $1`+tx.dialect.ForUpdate, id)
}

// SessionIn answers the session that its owner names by a context, or nil.
func (r *Reader) SessionIn(owner, contextID string) *Pending[*parley.Session] {
	return orNil(many(r, scanSession, `SELECT `+sessionColumns+` FROM sessions WHERE owner = $1 AND context_id = $2`, owner, contextID))
}

// Sessions lists sessions as they are stored; see parley.Session.At.
func (r *Reader) Sessions(filter SessionFilter) *Pending[Listing[parley.Session]] {
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
	return listing(r, paged{table: "sessions", columns: sessionColumns, order: "id", id: "id"}, w, filter.Page, scanSession)
}

const messageColumns = `number, role, message_type, content, metadata, actor, at`

func scanSessionMessage(rows Rows, m *parley.SessionMessage) error {
	return rows.Scan(&m.Number, &m.Role, &m.Type, &m.Content, raw(&m.Metadata), &m.Actor, instant(&m.At))
}

// SessionMessages answers a session's messages in their order; Page.After is not used.
func (r *Reader) SessionMessages(id string, page Page) *Pending[Listing[parley.SessionMessage]] {
	var w where
	w.and("session_id = ?", id)
	page.After = ""
	return listing(r, paged{table: "session_messages", columns: messageColumns, order: "number", id: "number"}, w, page, scanSessionMessage)
}

// SessionNegotiations answers by session, in their order, the ids of the negotiations that its events name and that are under
// way at now.
func (r *Reader) SessionNegotiations(sessions []string, now time.Time) *Pending[map[string][]string] {
	// COALESCE keeps the index of statuses out of this, which would lead with all negotiations that are under way.
	query := `SELECT DISTINCT events.session_id, negotiations.id FROM events JOIN negotiations ON negotiations.id = events.negotiation_id
			AND (COALESCE(negotiations.status, '') = 'active' AND negotiations.expires_at > $2
				OR COALESCE(negotiations.status, '') = 'pending_approval')
		WHERE events.session_id IN (` + r.dialect.Elements + `) ORDER BY events.session_id, negotiations.id`
	return r.bySession(query, r.json(orEmpty(sessions)), micros(now))
}

// SessionDeals answers by session, in their order, the ids of the deals that its events name and that are not over.
func (r *Reader) SessionDeals(sessions []string) *Pending[map[string][]string] {
	query := `SELECT DISTINCT events.session_id, deals.id FROM events JOIN deals ON deals.id = events.deal_id
			AND deals.status NOT IN ('completed', 'cancelled', 'rejected', 'expired')
		WHERE events.session_id IN (` + r.dialect.Elements + `) ORDER BY events.session_id, deals.id`
	return r.bySession(query, r.json(orEmpty(sessions)))
}

func (r *Reader) bySession(query string, args ...any) *Pending[map[string][]string] {
	scan := func(rows Rows, found *[2]string) error { return rows.Scan(&found[0], &found[1]) }
	return then(many(r, scan, query, args...), func(found [][2]string) (map[string][]string, error) {
		ids := map[string][]string{}
		for _, f := range found {
			ids[f[0]] = append(ids[f[0]], f[1])
		}
		return ids, nil
	})
}

// LockSessions waits until no other transaction opens a session of this owner, and keeps others waiting until this one
// ends. Where rows are added apart it does nothing.
func (tx *Tx) LockSessions(owner string) {
	if tx.apart == nil {
		tx.lock("sessions\n" + owner)
	}
}

// InsertSession stores a new session; it may be part of an append. A context that its owner has used is CodeContention.
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

// UpdateSession stores the status, the number of messages and the times of a session.
func (tx *Tx) UpdateSession(s parley.Session) {
	tx.add(Stmt{
		SQL:   `UPDATE sessions SET status = $2, messages = $3, updated_at = $4, closed_at = $5 WHERE id = $1`,
		Args:  []any{s.ID, string(s.Status), s.Messages, micros(s.UpdatedAt), maybeMicros(s.ClosedAt)},
		Wants: 1, Otherwise: notFound("session", s.ID),
	})
}

// InsertSessionMessage stores a message; a number that is there already is CodeContention.
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

// DeleteSessions removes at most limit sessions whose time was over before an instant, with their messages, but for the first
// ones that are skipped, and says how many.
func (tx *Tx) DeleteSessions(before time.Time, limit, skip int) *Pending[int64] {
	const old = `(SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at, id LIMIT $2 OFFSET $3)`
	tx.exec(`DELETE FROM session_messages WHERE session_id IN `+old, micros(before), limit, skip)
	return affected(tx, `DELETE FROM sessions WHERE id IN `+old, micros(before), limit, skip)
}
