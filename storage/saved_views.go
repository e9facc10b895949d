package storage

import "parley"

// firstOf is the first key of the person whose key is $1.
const firstOf = `(SELECT id FROM (WITH RECURSIVE line (id, back) AS (SELECT keys.id, 0 FROM keys WHERE keys.id = $1
	UNION ALL SELECT k.former, line.back + 1 FROM key_rotations AS k JOIN line ON k.successor = line.id)
	SELECT id FROM line ORDER BY back DESC LIMIT 1) AS earliest)`

// SavedViews answers the views of the person with a key, in the order of their names.
func (r *Reader) SavedViews(keyID string) *Pending[[]parley.SavedView] {
	scan := func(rows Rows, v *parley.SavedView) error {
		return rows.Scan(&v.KeyID, &v.Name, &v.Query, instant(&v.SavedAt))
	}
	return many(r, scan, `SELECT key_id, name, query, saved_at FROM saved_views WHERE key_id = `+firstOf+` ORDER BY name`, keyID)
}

// PutSavedView stores a view in the place of the person's of that name. An unknown key is CodeNotFound.
func (tx *Tx) PutSavedView(v parley.SavedView) {
	tx.add(Stmt{
		SQL: `INSERT INTO saved_views (key_id, name, query, saved_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (key_id, name) DO UPDATE SET query = excluded.query, saved_at = excluded.saved_at`,
		Args: []any{v.KeyID, v.Name, v.Query, micros(v.SavedAt)},
		Refused: func(met Constraint) *parley.Error {
			if met == ForeignKey {
				return notFound("key", v.KeyID)
			}
			return nil
		},
	})
}

// DeleteSavedView removes a view of a person's by its name; an unknown one is CodeNotFound.
func (tx *Tx) DeleteSavedView(keyID, name string) {
	tx.add(Stmt{
		SQL: `DELETE FROM saved_views WHERE key_id = $1 AND name = $2`, Args: []any{keyID, name},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeNotFound, "There is no view called %q.", name),
	})
}
