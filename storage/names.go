package storage

import "parley"

// Named is what something is called.
type Named struct{ ID, Name string }

func scanNamed(rows Rows, n *Named) error { return rows.Scan(&n.ID, &n.Name) }

// ProductNames answers what products are called. Those that there are not are left out.
func (r *Reader) ProductNames(ids []string) *Pending[[]Named] {
	among, arg := r.among(ids)
	return many(r, scanNamed, `SELECT id, name FROM products WHERE id `+among+` ORDER BY id`, arg)
}

// AccountNames answers what accounts are called, each by its kind and a name of it in the form of parley.AccountName, with a slash
// between them. Those that there are not are left out, and seats of one id at several DSPs. It goes through all names.
func (r *Reader) AccountNames(ids []string) *Pending[[]Named] {
	among, arg := r.among(ids)
	return many(r, scanNamed, `SELECT n.kind || '/' || n.folded, MIN(accounts.name) FROM account_names AS n JOIN accounts ON accounts.id = n.account_id
		WHERE n.kind || '/' || n.folded `+among+` GROUP BY n.kind, n.folded HAVING COUNT(*) = 1 ORDER BY n.kind, n.folded`, arg)
}

// PayerAccount is by which id AccountNames knows the account of a payer; empty of a key that names nobody.
func PayerAccount(payer string) string {
	kind, id := parley.PayerAccount(payer)
	if kind == "" {
		return ""
	}
	return string(kind) + "/" + parley.AccountName(id)
}
