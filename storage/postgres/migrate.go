package postgres

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"parley/storage"
)

//go:embed migrations/*.sql
var migrations embed.FS

// SchemaFingerprint tells this program's schema from any other: it is a hash of the migrations, 12 hexadecimal digits.
// What is kept of a schema between runs, such as a template that tests copy, carries it in its name.
func SchemaFingerprint() string {
	hash := sha256.New()
	err := fs.WalkDir(migrations, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := migrations.ReadFile(path)
		fmt.Fprintf(hash, "%s %d\n%s", path, len(content), content)
		return err
	})
	if err != nil {
		panic("postgres: the program's own migrations cannot be read: " + err.Error())
	}
	return hex.EncodeToString(hash.Sum(nil))[:12]
}

// Migrate brings the database's schema up to date. Nodes that start together wait for the first of them. A schema newer than
// this program's is left as it is, and refused when it is no longer one for this program.
func Migrate(ctx context.Context, dsn string) error {
	return onSchema(ctx, dsn, func(s *schema) error {
		if err := s.refused(ctx); err != nil {
			return err
		}
		if err := makeSchema(ctx, s.db, s.name); err != nil {
			return explain(err)
		}
		if s.Version < s.Known {
			if _, err := s.provider.Up(ctx); err != nil {
				return fmt.Errorf("postgres: migrate: %w", err)
			}
		}
		return adoptEvents(ctx, s.db)
	})
}

// Check tells what Open would find, and answers the error of a database that it would refuse. It changes nothing. Direct is as in Options.
func Check(ctx context.Context, dsn, direct string) (found storage.Standing, err error) {
	if direct != "" { // dsn leads elsewhere
		pooled, err := pgx.Connect(ctx, dsn)
		if err == nil {
			err = errors.Join(pooled.Ping(ctx), pooled.Close(ctx))
		}
		if err != nil {
			return storage.Standing{}, explain(err)
		}
	}
	err = onSchema(ctx, cmp.Or(direct, dsn), func(s *schema) error {
		if err := s.refused(ctx); err != nil {
			return err
		}
		if err := s.Look(ctx, s.db, func(table string) (bool, error) { return hasTable(ctx, s.db, table) }); err != nil {
			return explain(err)
		}
		found = s.Standing
		return nil
	})
	return found, err
}

// schema is a database that may be migrated.
type schema struct {
	storage.Standing
	db       *sql.DB
	name     string // that the URL has as its search_path; empty: the database's own
	provider *goose.Provider
}

// onSchema runs work on the database that is to be migrated, past whatever pooler.
func onSchema(ctx context.Context, dsn string, work func(*schema) error) (err error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	// A migration that waits for a lock on a table, behind a dump for example, holds up everybody who comes after it.
	config.RuntimeParams["lock_timeout"] = "10s"
	s := &schema{db: stdlib.OpenDB(*config), name: config.RuntimeParams["search_path"]}
	defer func() { err = errors.Join(err, s.db.Close()) }()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	// Asked every second, for two minutes.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	s.provider, err = goose.NewProvider(goose.DialectPostgres, s.db, files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	sources := s.provider.ListSources()
	s.Known = sources[len(sources)-1].Version
	if s.Version, err = schemaVersion(ctx, s.db); err != nil {
		return poolerBefore(err)
	}
	return work(s)
}

// refused is why the schema cannot be brought up to date, or worked on.
func (s *schema) refused(ctx context.Context) error {
	// A standby is read-only too. It may become the one that is written to, so that it is waited for.
	var readOnly bool
	if err := s.db.QueryRowContext(ctx, `SELECT current_setting('transaction_read_only')::boolean`).Scan(&readOnly); err != nil {
		return explain(err)
	}
	if readOnly {
		return unavailable(errReadOnly)
	}
	if s.Version > s.Known {
		if err := storage.SupportsProgram(ctx, s.db, s.Version, s.Known); err != nil {
			return explain(err)
		}
	}
	if err := s.foreign(ctx); err != nil {
		return err
	}
	var may, what string
	switch {
	case s.Version == 0 && s.name != "":
		may = `COALESCE(has_schema_privilege(current_schema(), 'CREATE'), has_database_privilege(current_database(), 'CREATE'))`
		what = "make its schema and tables"
	case s.Version == 0:
		may, what = `COALESCE(has_schema_privilege(current_schema(), 'CREATE'), FALSE)`, "make its tables"
	case s.Version < s.Known:
		may, what = `pg_has_role((SELECT relowner FROM pg_class WHERE oid = to_regclass('goose_db_version')), 'USAGE')`, "bring its tables up to date"
	default:
		may, what = `has_table_privilege('events', 'UPDATE')`, "change its tables"
	}
	var can bool
	if err := s.db.QueryRowContext(ctx, `SELECT `+may).Scan(&can); err != nil {
		return explain(err)
	}
	if !can {
		return fmt.Errorf("postgres: the role of the database URL may not %s: use the one that the database was made for", what)
	}
	return nil
}

// foreign refuses a schema that others keep tables in. Those of extensions are the server's, and those in other schemas nobody's business.
func (s *schema) foreign(ctx context.Context) error {
	if s.Version > 0 {
		for _, own := range []string{"agents", "answers"} { // which the first migration makes
			if is, err := hasTable(ctx, s.db, own); err != nil || !is {
				return cmp.Or(explain(err), storage.ErrOtherSchema)
			}
		}
		return nil
	}
	names, err := storage.NamesOthers(ctx, s.db, `SELECT relname FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
		AND relkind IN ('r', 'p', 'v', 'm', 'f') AND relname <> 'goose_db_version'
		AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')
		ORDER BY relname LIMIT 4`)
	if err != nil || len(names) == 0 {
		return explain(err)
	}
	if s.Version, err = schemaVersion(ctx, s.db); err != nil || s.Version > 0 { // another node has made them meanwhile
		return err
	}
	return fmt.Errorf("%w, or a schema of its own, as with search_path=parley in the query of the URL", storage.SomebodyElses(names))
}

var errReadOnly = errors.New("postgres: the database takes no writes: it is a standby, or default_transaction_read_only is on: " +
	"name the server that is written to, or turn that off")

// poolerBefore tells an operator of the pooler that refuses what a migration asks of a connection.
func poolerBefore(err error) error {
	var failure *pgconn.PgError
	if errors.As(err, &failure) && failure.Code == protocolViolation && strings.Contains(failure.Message, "unsupported startup parameter") {
		return fmt.Errorf("postgres: a pooler is before the database: name the database itself in database-direct-url: %w", err)
	}
	return explain(err)
}

// makeSchema makes the schema that a URL names as its search_path, if there is none: a part of a database that others may have beside
// it, such as the test world. Empty: the database's own.
func makeSchema(ctx context.Context, db *sql.DB, name string) error {
	if name == "" {
		return nil
	}
	there := func() (is bool, err error) {
		err = db.QueryRowContext(ctx, `SELECT current_schema() IS NOT NULL`).Scan(&is)
		return is, err
	}
	if is, err := there(); err != nil || is {
		return err
	}
	_, err := db.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS `+pgx.Identifier{name}.Sanitize())
	if is, looking := there(); looking == nil && is { // another node was faster
		return nil
	}
	return err
}

// SchemaVersion implements storage.Driver.
func (db *database) SchemaVersion(ctx context.Context) (int64, error) {
	pool := stdlib.OpenDBFromPool(db.pool)
	version, err := schemaVersion(ctx, pool)
	return version, errors.Join(err, pool.Close())
}

// schemaVersion reads the version without making the table that holds it.
func schemaVersion(ctx context.Context, db *sql.DB) (int64, error) {
	if exists, err := hasTable(ctx, db, "goose_db_version"); err != nil || !exists {
		return 0, explain(err)
	}
	var version int64
	err := db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version, explain(err)
}

func hasTable(ctx context.Context, db *sql.DB, name string) (is bool, err error) {
	err = db.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, name).Scan(&is)
	return is, err
}
