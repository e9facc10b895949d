package storage

// Named is what something is called.
type Named struct{ ID, Name string }

func scanNamed(rows Rows, n *Named) error { return rows.Scan(&n.ID, &n.Name) }

// ProductNames answers what products are called. Those that there are not are left out.
func (r *Reader) ProductNames(ids []string) *Pending[[]Named] {
	among, arg := r.among(ids)
	return many(r, scanNamed, `SELECT id, name FROM products WHERE id `+among+` ORDER BY id`, arg)
}
