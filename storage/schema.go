package storage

import (
	"context"
	"database/sql"
	"fmt"
)

// SupportsProgram refuses a database whose schema, of a version newer than the program knows, is not one that it can work on.
// A migration that only adds leaves the former program serving, which is how nodes are upgraded one after the other; one
// that takes away says in schema_support which program must be there by then.
func SupportsProgram(ctx context.Context, db *sql.DB, current, known int64) error {
	var oldest int64
	if err := db.QueryRowContext(ctx, `SELECT oldest_program FROM schema_support`).Scan(&oldest); err != nil {
		return fmt.Errorf("read which programs schema version %d is for: %w", current, err)
	}
	if known < oldest {
		return fmt.Errorf("the database has schema version %d, for programs that know version %d or a later one; this one knows %d: use a newer program",
			current, oldest, known)
	}
	return nil
}
