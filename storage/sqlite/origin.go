package sqlite

import (
	"context"
	"errors"
)

// Origin tells databases apart, also in their backups: by when they were made and by their first key, and by the world that they are of.
type Origin struct {
	made  string // as the first migration noted it, to the second
	first int64  // when the first key was made, microseconds; 0: there is none yet
	test  bool   // a test world's
}

// Same tells whether both are one database, or a backup of it, at whatever moments.
func (o Origin) Same(other Origin) bool {
	return o.made == other.made && o.test == other.test && (o.first == other.first || o.first == 0 || other.first == 0)
}

// OriginOf reads the origin of a file, which it leaves as it is. It is an error where the file is no database of this product.
func OriginOf(ctx context.Context, path string) (found Origin, err error) {
	db, err := openAsItIs(path)
	if err != nil {
		return Origin{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	const origin = `SELECT CAST(MIN(tstamp) AS TEXT), COALESCE((SELECT MIN(created_at) FROM keys), 0),
		EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'test_clock') FROM goose_db_version`
	var knowsWorlds bool
	if err := db.QueryRowContext(ctx, origin).Scan(&found.made, &found.first, &knowsWorlds); err != nil {
		return Origin{}, explain(err)
	}
	if knowsWorlds {
		err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM test_clock)`).Scan(&found.test)
	}
	return found, explain(err)
}
