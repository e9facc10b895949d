package storage

import (
	"math"
	"time"
)

// Lease takes or renews the named lease for holder until the given instant, and says whether holder has it now: it was
// free, run out at now, or holder's already. One that ends later than twice the time asked for is of a clock that was
// off, and counts as run out.
func (tx *Tx) Lease(name, holder string, now, until time.Time) *Pending[bool] {
	const take = `INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $4)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
		WHERE leases.holder = excluded.holder OR leases.expires_at <= $3 OR leases.expires_at > $5`
	believed := int64(math.MaxInt64)
	if until.After(now) {
		believed = micros(until.Add(until.Sub(now)))
	}
	p := asking[bool](&tx.Reader)
	tx.add(Stmt{SQL: take, Args: []any{name, holder, micros(now), micros(until), believed}, Affected: func(n int64) error {
		p.value = n == 1
		return nil
	}})
	return p
}

// LeaseHolder answers who took the named lease last, whether or not it has run out; empty: nobody.
func (tx *Tx) LeaseHolder(name string) *Pending[string] {
	return maybe(&tx.Reader, scalar[string], `SELECT holder FROM leases WHERE name = $1`, name)
}
