package sqlstore

import (
	"time"

	"parley/storage"
)

// Lease implements storage.LeaseWriter.
func (tx *Tx) Lease(name, holder string, now, until time.Time) storage.Pending[bool] {
	const take = `INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $4)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
		WHERE leases.holder = excluded.holder OR leases.expires_at <= $3`
	p := &pending[bool]{tx: tx}
	tx.add(Stmt{SQL: take, Args: []any{name, holder, micros(now), micros(until)}, Affected: func(n int64) error {
		p.value = n == 1
		return nil
	}})
	return p
}
