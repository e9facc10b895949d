package storage

import (
	"context"
	"errors"

	"parley"
)

// Driver takes statements to one kind of database.
type Driver interface {
	// Write runs fn in one read-write transaction, sends what fn answers as its last statements, and commits; an error takes all
	// of it back. fn is run again when the database gave the transaction up for another one's sake. It is given what the
	// transaction may be told from memory; nil: nothing.
	Write(ctx context.Context, fn func(Conn, *Recall) ([]Stmt, error)) error

	// Read runs fn over one consistent, read-only snapshot.
	Read(ctx context.Context, fn func(Conn) error) error

	// Lanes are the store's short ways to the database.
	Lanes() Lanes

	// Import has feed fill a temporary table outside any lock, and then runs merge with the connection that sees the table.
	Import(ctx context.Context, into Staged, feed func(stage func(row []any) error) error, merge func(Session) error) error

	// SchemaVersion, Ping and Close are the store's.
	SchemaVersion(ctx context.Context) (int64, error)
	Ping(ctx context.Context) error
	Close() error

	// Connections are what the store's figures have of them.
	Connections() Connections
}

// Session is a connection with temporary tables of its own, which go with it.
type Session interface {
	// Look runs fn over one snapshot. It may make and change temporary tables, which then stay, and keeps nobody waiting.
	Look(ctx context.Context, fn func(Conn) ([]Stmt, error)) error
	// Write runs fn as Driver.Write does.
	Write(ctx context.Context, fn func(Conn) ([]Stmt, error)) error
}

// Lanes are for callers that come at the same time, whose batches share a round trip and a transaction: questions, each batch to a
// snapshot of its own, and appends, which only add rows, and of which nothing is stored when one of them fails. What has to be
// run on its own is ErrApart. Nil: there is none, since a transaction for each costs no more.
type Lanes struct{ Questions, Appends Conn }

// Staged is a temporary table that an import fills before it merges.
type Staged struct {
	Table   string
	Columns []StagedColumn
	Index   string // a column that rows are found by; empty: there is none yet
}

// StagedColumn is a column of it, with its type on PostgreSQL.
type StagedColumn struct{ Name, Type string }

// Names are the columns' names, in order.
func (s Staged) Names() []string {
	names := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		names[i] = c.Name
	}
	return names
}

// Conn sends statements to the database, in order, inside one transaction. It runs each statement's Scan and Affected as the
// answers come in, and stops at the first error, which it returns mapped by Stmt.Failed.
type Conn interface {
	Batch(ctx context.Context, stmts []Stmt) error
}

var (
	// ErrApart says that nothing of what was sent by a lane was stored, and that it has to be run on its own.
	ErrApart = errors.New("storage: the append has to be run on its own")
	// ErrClosed says that the store does not take anything more.
	ErrClosed = &parley.Error{Code: parley.CodeUnavailable, Message: "The server is shutting down. Retry in a moment."}
)
