package sqlstore

import "parley/storage"

// Secret implements storage.SecretWriter.
func (tx *Tx) Secret(name string, fresh []byte) storage.Pending[[]byte] {
	// Setting the name to itself makes the statement answer the row that is there.
	const keep = `INSERT INTO secrets (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING value`
	scan := func(rows Rows, value *[]byte) error { return rows.Scan(value) }
	return one(tx, scan, "secret", name, keep, name, fresh)
}
