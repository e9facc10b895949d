package storage

import "parley"

const profileColumns = `id, source, reading, version, updated_at`

func scanDeliveryProfile(rows Rows, p *parley.DeliveryProfile) error {
	return rows.Scan(&p.ID, &p.Source, decoded(&p.DeliveryReading), &p.Version, instant(&p.UpdatedAt))
}

// DeliveryProfile answers a profile.
func (r *Reader) DeliveryProfile(id string) *Pending[parley.DeliveryProfile] {
	return one(r, scanDeliveryProfile, "delivery profile", id, `SELECT `+profileColumns+` FROM delivery_profiles WHERE id = $1`, id)
}

// DeliveryProfileOf answers a source's profile, in a list of one; an empty list: it has none.
func (r *Reader) DeliveryProfileOf(source string) *Pending[[]parley.DeliveryProfile] {
	return many(r, scanDeliveryProfile, `SELECT `+profileColumns+` FROM delivery_profiles WHERE source = $1`, source)
}

// DeliveryProfiles lists profiles.
func (r *Reader) DeliveryProfiles(page Page) *Pending[Listing[parley.DeliveryProfile]] {
	return listing(r, paged{table: "delivery_profiles", columns: profileColumns, order: "id", id: "id"}, where{}, page, scanDeliveryProfile)
}

// LockDeliveryProfiles keeps profiles from being made, changed and removed by others until the transaction ends.
func (tx *Tx) LockDeliveryProfiles() { tx.lock("delivery profiles") }

// InsertDeliveryProfile stores a new profile; a source's second one is CodeConflict.
func (tx *Tx) InsertDeliveryProfile(p parley.DeliveryProfile) {
	tx.add(Stmt{
		SQL:  `INSERT INTO delivery_profiles (` + profileColumns + `) VALUES ($1, $2, $3, $4, $5)`,
		Args: []any{p.ID, p.Source, tx.json(p.DeliveryReading), p.Version, micros(p.UpdatedAt)},
		Refused: func(met Constraint) *parley.Error {
			if met == Unique || met == PrimaryKey {
				return parley.Errorf(parley.CodeConflict, "The source %q has a profile already.", p.Source)
			}
			return nil
		},
	})
}

// UpdateDeliveryProfile stores how a source's files are to be read; an unknown profile is CodeNotFound.
func (tx *Tx) UpdateDeliveryProfile(p parley.DeliveryProfile) {
	tx.add(Stmt{
		SQL:   `UPDATE delivery_profiles SET reading = $2, version = $3, updated_at = $4 WHERE id = $1`,
		Args:  []any{p.ID, tx.json(p.DeliveryReading), p.Version, micros(p.UpdatedAt)},
		Wants: 1, Otherwise: notFound("delivery profile", p.ID),
	})
}

// DeleteDeliveryProfile removes a profile; an unknown one is CodeNotFound.
func (tx *Tx) DeleteDeliveryProfile(id string) {
	tx.add(Stmt{SQL: `DELETE FROM delivery_profiles WHERE id = $1`, Args: []any{id}, Wants: 1, Otherwise: notFound("delivery profile", id)})
}
