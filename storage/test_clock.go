package storage

import "time"

// TestClock answers by how much the clock of a test world is ahead of the machine's. CodeNotFound: what is traded here is real.
func (r *Reader) TestClock() *Pending[time.Duration] {
	return one(r, scanAhead, "clock of a test world", "", `SELECT ahead FROM test_clock`)
}

// BeginTestWorld makes a database that nothing has been done with that of a test world, and leaves any other as it is.
func (tx *Tx) BeginTestWorld() {
	const begin = `INSERT INTO test_clock (id, ahead) SELECT 1, 0 WHERE NOT EXISTS (SELECT 1 FROM keys) AND NOT EXISTS (SELECT 1 FROM products)
		AND NOT EXISTS (SELECT 1 FROM secrets) AND NOT EXISTS (SELECT 1 FROM leases) ON CONFLICT (id) DO NOTHING`
	tx.add(Stmt{SQL: begin})
}

// MoveTestClock puts the clock of a test world ahead by a time, and as far at least as it is said to be, and answers how far it is
// then. CodeNotFound: that were further than a clock goes, or what is traded here is real.
func (tx *Tx) MoveTestClock(by, atLeast time.Duration) *Pending[time.Duration] {
	const move = `UPDATE test_clock SET ahead = CASE WHEN ahead + $1 > $2 THEN ahead + $1 ELSE $2 END
		WHERE ahead + $1 <= $3 AND $2 <= $3 RETURNING ahead`
	return one(&tx.Reader, scanAhead, "clock of a test world", "", move, by.Microseconds(), atLeast.Microseconds(), MostAhead.Microseconds())
}

// MostAhead is as far as the clock of a test world can be ahead: ten years.
const MostAhead = 10 * 365 * 24 * time.Hour

func scanAhead(rows Rows, ahead *time.Duration) error {
	var micros int64
	err := rows.Scan(&micros)
	*ahead = time.Duration(micros) * time.Microsecond
	return err
}
