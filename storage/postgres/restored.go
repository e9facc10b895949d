package postgres

import (
	"context"
	"database/sql"
)

// adoptEvents makes the events of a dump that was restored from another cluster this cluster's own. They name transactions
// of the former, whose numbers may be ahead of this one's: their readers would wait for transactions that never come, and
// later events would sort before them. What is seen with a number that has not been given out yet tells such a dump; all
// events there are then count as one transaction, older than any other, in the order of their places.
func adoptEvents(ctx context.Context, db *sql.DB) error {
	const adopt = `UPDATE events SET xact = '3' WHERE xact <> '3'
		AND EXISTS (SELECT FROM events WHERE xact >= pg_snapshot_xmax(pg_current_snapshot()))`
	_, err := db.ExecContext(ctx, adopt)
	return explain(err)
}
