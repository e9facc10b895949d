package storage

import "parley"

// firstOf is the first key of the person whose key is $1.
const firstOf = `(SELECT id FROM (WITH RECURSIVE line (id, back) AS (SELECT keys.id, 0 FROM keys WHERE keys.id = $1
	UNION ALL SELECT k.former, line.back + 1 FROM key_rotations AS k JOIN line ON k.successor = line.id)
	SELECT id FROM line ORDER BY back DESC LIMIT 1) AS earliest)`

// SavedViews answers the views of the person with a key, of all pages, in the order of their names.
func (r *Reader) SavedViews(keyID string) *Pending[[]parley.SavedView] {
	scan := func(rows Rows, v *parley.SavedView) error {
		return rows.Scan(&v.KeyID, (*string)(&v.Page), &v.Name, &v.Query, instant(&v.SavedAt))
	}
	return many(r, scan, `SELECT key_id, page, name, query, saved_at FROM saved_views WHERE key_id = `+firstOf+` ORDER BY name`, keyID)
}

// PutSavedView stores a view in the place of the person's of that name. An unknown key is CodeNotFound, a name that a view of another page
// has CodeConflict.
func (tx *Tx) PutSavedView(v parley.SavedView) {
	tx.add(Stmt{
		SQL: `INSERT INTO saved_views (key_id, name, query, saved_at, page) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (key_id, name) DO UPDATE SET query = excluded.query, saved_at = excluded.saved_at WHERE saved_views.page = excluded.page`,
		Args:  []any{v.KeyID, v.Name, v.Query, micros(v.SavedAt), string(v.Page)},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeConflict, "A view of another page is called %q.", v.Name),
		Refused: func(met Constraint) *parley.Error {
			if met == ForeignKey {
				return notFound("key", v.KeyID)
			}
			return nil
		},
	})
}

// DeleteSavedView removes a view of a page of a person's by its name; an unknown one is CodeNotFound.
func (tx *Tx) DeleteSavedView(keyID string, page parley.ViewPage, name string) {
	tx.add(Stmt{
		SQL: `DELETE FROM saved_views WHERE key_id = $1 AND name = $2 AND page = $3`, Args: []any{keyID, name, string(page)},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeNotFound, "There is no view called %q.", name),
	})
}
