package storage

// Secret answers the named secret. The first call stores fresh, which has at least 16 bytes, and answers it; every
// later call answers what the first one stored.
func (tx *Tx) Secret(name string, fresh []byte) *Pending[[]byte] {
	// Setting the name to itself makes the statement answer the row that is there.
	const keep = `INSERT INTO secrets (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING value`
	scan := func(rows Rows, value *[]byte) error { return rows.Scan(value) }
	return one(&tx.Reader, scan, "secret", name, keep, name, fresh)
}
