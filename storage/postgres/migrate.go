package postgres

import (
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
func Migrate(ctx context.Context, dsn string) (err error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	// A migration that waits for a lock on a table, behind a dump for example, holds up everybody who comes after it.
	config.RuntimeParams["lock_timeout"] = "10s"
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := makeSchema(ctx, db, config.RuntimeParams["search_path"]); err != nil {
		return poolerBefore(err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	// Asked every second, for two minutes.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120))
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	current, err := schemaVersion(ctx, db)
	switch {
	case err != nil:
		return poolerBefore(err)
	case current > newest:
		if err := storage.SupportsProgram(ctx, db, current, newest); err != nil {
			return explain(err)
		}
	case current < newest:
		if _, err := provider.Up(ctx); err != nil {
			return fmt.Errorf("postgres: migrate: %w", err)
		}
	}
	return adoptEvents(ctx, db)
}

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
	var exists bool
	if err := db.QueryRowContext(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&exists); err != nil || !exists {
		return 0, explain(err)
	}
	var version int64
	err := db.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&version)
	return version, explain(err)
}
