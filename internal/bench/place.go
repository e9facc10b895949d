package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"parley/storage/pgtest"
)

// The kinds of store.
const (
	sqliteStore   = "sqlite"
	postgresStore = "postgres"
)

// place is an empty database of one kind, and the folder of whatever runs on it.
type place struct {
	store  string
	folder string
	url    string
}

// cluster starts a PostgreSQL that loses nothing it has acknowledged.
func cluster(ctx context.Context) (*pgtest.Cluster, error) {
	return pgtest.Start(ctx, pgtest.Options{Durable: true})
}

// newPlace makes a database; in PostgreSQL, in the cluster.
func newPlace(ctx context.Context, store, folder string, in *pgtest.Cluster) (place, error) {
	p := place{store: store}
	var err error
	if p.folder, err = os.MkdirTemp(folder, store+"-"); err != nil {
		return p, err
	}
	if store == sqliteStore {
		p.url = "sqlite:" + filepath.Join(p.folder, "parley.db")
		return p, nil
	}
	name := "bench_" + strings.ToLower(rand.Text())
	if err := execute(ctx, in.DSN(), "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return p, err
	}
	address, err := url.Parse(in.DSN())
	if err != nil {
		return p, err
	}
	address.Path = "/" + name
	p.url = address.String()
	return p, nil
}

// execute runs statements on PostgreSQL, each on its own.
func execute(ctx context.Context, dsn string, statements ...string) (err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
