package storage

import "parley"

const shareColumns = `id, deal_id, hash, created_by, created_at, expires_at, ended_by, ended_at`

func scanShare(rows Rows, s *parley.DealShare) error {
	return rows.Scan(&s.ID, &s.DealID, &s.Hash, &s.CreatedBy, instant(&s.CreatedAt), instant(&s.ExpiresAt), &s.EndedBy, maybeInstant(&s.EndedAt))
}

// DealShares answers the links to a deal's sheet, the oldest first, up to a number.
func (r *Reader) DealShares(dealID string, most int) *Pending[[]parley.DealShare] {
	return many(r, scanShare, `SELECT `+shareColumns+` FROM deal_shares WHERE deal_id = $1 ORDER BY id LIMIT $2`, dealID, most)
}

// DealShareByHash answers the link with a secret of this hash.
func (r *Reader) DealShareByHash(hash string) *Pending[parley.DealShare] {
	return one(r, scanShare, "link", "", `SELECT `+shareColumns+` FROM deal_shares WHERE hash = $1`, hash)
}

// DealShare answers a link by its id.
func (r *Reader) DealShare(id string) *Pending[parley.DealShare] {
	return one(r, scanShare, "link", id, `SELECT `+shareColumns+` FROM deal_shares WHERE id = $1`, id)
}

// InsertDealShare stores a new link; an unknown deal is CodeNotFound.
func (tx *Tx) InsertDealShare(s parley.DealShare) {
	tx.add(Stmt{
		SQL:  `INSERT INTO deal_shares (id, deal_id, hash, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		Args: []any{s.ID, s.DealID, s.Hash, s.CreatedBy, micros(s.CreatedAt), micros(s.ExpiresAt)},
		Refused: func(met Constraint) *parley.Error {
			if met == ForeignKey {
				return notFound("deal", s.DealID)
			}
			return nil
		},
	})
}

// EndDealShare ends a link; one that was ended already is CodeConflict.
func (tx *Tx) EndDealShare(s parley.DealShare) {
	tx.add(Stmt{
		SQL:   `UPDATE deal_shares SET ended_by = $2, ended_at = $3 WHERE id = $1 AND ended_at IS NULL`,
		Args:  []any{s.ID, s.EndedBy, maybeMicros(s.EndedAt)},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeConflict, "This link was ended already."),
	})
}
