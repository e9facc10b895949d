package sqlstore

import (
	"math"
	"time"

	"parley/storage"
)

// Lease implements storage.LeaseWriter.
func (tx *Tx) Lease(name, holder string, now, until time.Time) storage.Pending[bool] {
	const take = `INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $4)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
		WHERE leases.holder = excluded.holder OR leases.expires_at <= $3 OR leases.expires_at > $5`
	believed := int64(math.MaxInt64)
	if until.After(now) {
		believed = micros(until.Add(until.Sub(now)))
	}
	p := &pending[bool]{tx: tx}
	tx.add(Stmt{SQL: take, Args: []any{name, holder, micros(now), micros(until), believed}, Affected: func(n int64) error {
		p.value = n == 1
		return nil
	}})
	return p
}

// LeaseHolder implements storage.LeaseWriter.
func (tx *Tx) LeaseHolder(name string) storage.Pending[string] {
	p := &pending[string]{tx: tx}
	tx.add(Stmt{SQL: `SELECT holder FROM leases WHERE name = $1`, Args: []any{name}, Scan: func(rows Rows) error {
		for rows.Next() {
			if err := rows.Scan(&p.value); err != nil {
				return err
			}
		}
		return rows.Err()
	}})
	return p
}
