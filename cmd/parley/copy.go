package main

import (
	"fmt"

	"parley/config"
	"parley/storage/backend"
	"parley/storage/transfer"
)

type copyCommand struct {
	From config.DatabaseURL `required:"" placeholder:"URL" help:"The database to copy: sqlite:PATH or postgres://USER@HOST/DATABASE. Stop its servers first: what is written from the start of the copy on is not in it. A password can be in PGPASSWORD or PGPASSFILE."`
	To   config.DatabaseURL `required:"" placeholder:"URL" help:"The database to copy into, which must hold nothing; a file is made."`
}

// Run copies, and says what was copied once both have been found to be the same.
func (c copyCommand) Run(p *process) error {
	for _, end := range []struct {
		url config.DatabaseURL
		backend.Options
	}{{c.From, backend.Options{MustExist: true}}, {c.To, backend.Options{}}} {
		if err := p.migrated(end.url, end.Options); err != nil {
			return fmt.Errorf("open %s: %w", end.url.Redacted(), err)
		}
	}
	tables, err := transfer.Copy(p.ctx, endOf(c.From), endOf(c.To))
	if err != nil {
		return fmt.Errorf("nothing was copied: %w", err)
	}
	return p.tellCopied(tables, c.To.Redacted())
}

// tellCopied prints how much was copied of each table, and to where.
func (p *process) tellCopied(tables []transfer.Table, to string) error {
	var rows int64
	for _, table := range tables {
		rows += table.Rows
		if table.Rows > 0 {
			if _, err := fmt.Fprintf(p.out, "%9d %s\n", table.Rows, table.Name); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(p.out, "%d rows are copied to %s; counts and sums are the same in both\n", rows, to)
	return err
}

// migrated brings a database up to date, which opening it does.
func (p *process) migrated(url config.DatabaseURL, options backend.Options) error {
	store, err := backend.Open(p.ctx, string(url), options)
	if err != nil {
		return whyUnavailable(err)
	}
	return store.Close()
}

func endOf(url config.DatabaseURL) transfer.Database {
	if path, embedded := url.SQLite(); embedded {
		return transfer.SQLite(path)
	}
	return transfer.Postgres(url)
}
