package storage

import "time"

// Revisit is how far the activations at a destination have been looked at since what is said of it changed.
type Revisit struct {
	DestinationID string
	UpTo          string // the activation looked at last; empty: none has been
	All           bool   // the settings changed, so that each is sent again
}

// RevisitActivations has all activations at a destination looked at again, from the first one on; all has each of them sent
// again. What is planned there and not sent is planned anew. The caller holds the destination.
func (tx *Tx) RevisitActivations(destinationID string, all bool) {
	tx.locks(destinationRow, destinationID)
	tx.add(Stmt{
		SQL:   `UPDATE destinations SET revisited_to = '', revisit_all = (revisit_all OR $2) WHERE id = $1`,
		Args:  []any{destinationID, all},
		Wants: 1, Otherwise: notFound("destination", destinationID),
	})
	tx.exec(`UPDATE activations SET planned_version = 0 WHERE destination_id = $1 AND status = 'queued' AND planned_version > 0`, destinationID)
}

// Revisits answers where activations are yet to be looked at again, by destination.
func (r *Reader) Revisits() *Pending[[]Revisit] {
	return many(r, func(rows Rows, v *Revisit) error { return rows.Scan(&v.DestinationID, &v.UpTo, &v.All) },
		`SELECT id, revisited_to, revisit_all FROM destinations WHERE revisited_to IS NOT NULL ORDER BY id`)
}

// ActivationsToRevisit answers the next activations of a revisit, at most limit of them: those that have been sent, or tried, and
// are to run.
func (r *Reader) ActivationsToRevisit(v Revisit, limit int) *Pending[[]string] {
	return many(r, scalar[string], `SELECT id FROM activations WHERE destination_id = $1 AND id > $2 AND fence > 0 AND intent = 'run'
		AND status IN ('held', 'sending', 'waiting', 'live', 'failed') ORDER BY id LIMIT $3`, v.DestinationID, v.UpTo, limit)
}

// Revisited notes that a revisit has come to an activation, or to the last one when upTo is empty. It comes to nothing where the
// revisit has begun anew.
func (tx *Tx) Revisited(v Revisit, upTo string) {
	tx.locks(destinationRow, v.DestinationID)
	tx.exec(`UPDATE destinations SET revisited_to = CAST($3 AS TEXT), revisit_all = (revisit_all AND CAST($3 AS TEXT) IS NOT NULL)
		WHERE id = $1 AND revisited_to = $2`, v.DestinationID, v.UpTo, maybeText(upTo))
}

// SentActivations counts the activations at a destination that a change of its mappings or settings is looked at for.
func (r *Reader) SentActivations(destinationID string) *Pending[int64] {
	return one(r, scalar[int64], "destination", destinationID, `SELECT COUNT(*) FROM activations WHERE destination_id = $1 AND fence > 0
		AND intent = 'run' AND status IN ('held', 'sending', 'waiting', 'live', 'failed')`, destinationID)
}

// MissedRevisit is an activation that could not be looked at since what is said of its destination changed.
type MissedRevisit struct {
	ActivationID  string
	All           bool // it is sent again in any case
	Since, NextAt time.Time
	Tries         int
	Text          string // why, for people
}

const missedColumns = `activation_id, sent_anyway, since, next_at, tries, text`

func scanMissed(rows Rows, m *MissedRevisit) error {
	return rows.Scan(&m.ActivationID, &m.All, instant(&m.Since), instant(&m.NextAt), &m.Tries, &m.Text)
}

// MissedRevisits answers at most limit activations that could not be looked at, by id.
func (r *Reader) MissedRevisits(limit int) *Pending[[]MissedRevisit] {
	return many(r, scanMissed, `SELECT `+missedColumns+` FROM missed_revisits ORDER BY activation_id LIMIT $1`, limit)
}

// DueRevisits answers at most limit of those that are to be tried again at an instant, the longest due first.
func (r *Reader) DueRevisits(now time.Time, limit int) *Pending[[]MissedRevisit] {
	return many(r, scanMissed, `SELECT `+missedColumns+` FROM missed_revisits WHERE next_at <= $1 ORDER BY next_at, activation_id LIMIT $2`, micros(now), limit)
}

// MissedRevisit answers whether, and why, an activation could not be looked at: nothing, or one.
func (r *Reader) MissedRevisit(activationID string) *Pending[[]MissedRevisit] {
	return many(r, scanMissed, `SELECT `+missedColumns+` FROM missed_revisits WHERE activation_id = $1`, activationID)
}

// MissRevisit notes that an activation could not be looked at. What was to be sent in any case stays so, and since stays what it was.
func (tx *Tx) MissRevisit(m MissedRevisit) {
	tx.exec(`INSERT INTO missed_revisits (activation_id, sent_anyway, since, next_at, tries, text) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (activation_id) DO UPDATE SET sent_anyway = (missed_revisits.sent_anyway OR excluded.sent_anyway),
			next_at = excluded.next_at, tries = excluded.tries, text = excluded.text`,
		m.ActivationID, m.All, micros(m.Since), micros(m.NextAt), m.Tries, m.Text)
}

// ForgetRevisit notes that an activation was looked at.
func (tx *Tx) ForgetRevisit(activationID string) {
	tx.exec(`DELETE FROM missed_revisits WHERE activation_id = $1`, activationID)
}
