package storage

import (
	"fmt"
	"strings"

	"parley"
)

// Rows are the rows that a statement answers, in database/sql's way, which pgx follows too.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
}

// Stmt is one statement on its way to the database. SQL has placeholders $1, $2 and so on; the text is the same for
// every call, so that it is prepared once for a connection.
type Stmt struct {
	SQL  string
	Args []any
	// Adds tells that the statement inserts one new row and does nothing else, so that it may be part of an append. Its text ends with
	// VALUES and a placeholder for each of Args in their order, so that a database may add further rows to it.
	Adds bool
	// Long tells that the statement may go through much of a table, so that it is worth interrupting when nobody waits for it any
	// more.
	Long bool
	// Last tells that the statement may come at the end of the transaction, or of several that share a commit: nothing of theirs asks
	// for what it writes.
	Last bool
	// Ledger is set when the statement changes nothing but the ledger of that product.
	Ledger string
	// Else is what to run when the statement changed that many rows; nil, or a nil answer: nothing. It is for a database that no
	// round trip leads to.
	Else func(int64) *Stmt
	// Scan reads the rows; nil for a statement that answers none.
	Scan func(Rows) error
	// Wants is how many rows the statement has to change, and Otherwise the error when it changes another number; nil: it may. It is
	// for a statement without Scan, whose text has no RETURNING: the database judges the last ones of a transaction by it.
	Wants     int64
	Otherwise *parley.Error
	// Affected judges how many rows the statement changed; nil takes any number. It is for a statement without Scan.
	Affected func(int64) error
	// Refused gives the domain's error for a constraint that stopped the statement; nil, or a nil answer, means that the
	// constraint was not expected to.
	Refused func(Constraint) *parley.Error
}

// Asks tells that the statement changes nothing.
func (s *Stmt) Asks() bool { return strings.HasPrefix(s.SQL, "SELECT") }

// Constraint is the kind of a constraint that a statement ran into.
type Constraint int

// The kinds that statements tell apart. A primary key is told from another unique key, which is all that SQLite's result
// codes allow.
const (
	PrimaryKey Constraint = iota + 1
	Unique
	ForeignKey
	Check // also one that a trigger holds
)

// Judge is the error of a statement without Scan that has changed that many rows.
func (s *Stmt) Judge(n int64) error {
	if s.Otherwise != nil && n != s.Wants {
		return s.Otherwise
	}
	if s.Affected != nil {
		return s.Affected(n)
	}
	return nil
}

// Failed gives the error of a statement that ran into a constraint; err is the database's own.
func (s *Stmt) Failed(constraint Constraint, err error) error {
	if s.Refused == nil {
		return fmt.Errorf("storage: %w", err)
	}
	refusal := s.Refused(constraint)
	if refusal == nil {
		return fmt.Errorf("storage: %w", err)
	}
	if refusal.Cause == nil {
		refusal.Cause = err
	} else {
		refusal.Cause = fmt.Errorf("%w: %w", refusal.Cause, err)
	}
	return refusal
}

// Dialect holds the fragments of SQL that differ between the databases.
type Dialect struct {
	// Shared tells that a writing transaction may see what another one has written that is not committed yet, since both share a
	// commit.
	Shared bool
	// TakeDays is a statement that reserves on the days of a flight that have a row, with the arguments of Reserve.
	TakeDays string
	// MakeDays is a statement that keeps the product $1, and with it its ledger, from changing, and makes rows of the days from $2 to $3
	// that have none; empty where TakeDays tells without a round trip that some had none.
	MakeDays string
	// LockKey is a statement that waits for, and holds until the transaction ends, the lock named by $1; empty where
	// a writing transaction is alone anyway.
	LockKey string
	// ForUpdate and SkipLocked end a SELECT whose rows are to stay as they are.
	ForUpdate, SkipLocked string
	// IndexedBy comes between a table and the name of the index to read it by, where the database would choose another; empty
	// where it knows better.
	IndexedBy string
	// Elements is a subquery over the texts in a JSON array given as $1.
	Elements string
	// BytesAlone comes behind a text whose letters are folded in A-Z alone, where the database would go by a language; empty where it does not.
	BytesAlone string
	// Members is a function of a JSON object in a column, which makes a table of its members, with the columns key and value.
	Members string
	// NextDealSeq is the value that a new row of deals gets for its place in the order of creation.
	NextDealSeq string
	// EventOrder are the columns, comma-separated, that put events in the order of their commits.
	EventOrder string
	// EventSettled is a condition on a row of events that no transaction still under way can put an event before it.
	EventSettled string
	// DealWords is a table of the deals beside their words, and DealPlace its column of the deals' places in the order of
	// creation.
	DealWords, DealPlace string
	// AddDealWords is a statement that stores the words of deal $1, which are $2 with a space between each two.
	AddDealWords string
	// HasWords is a condition on a row of DealWords, and the values that each ? in it stands for: the deal has each of the
	// whole words, and for each of begins a word that begins so, in one of its forms. Words hold letters, digits and marks alone, begins no
	// capitals, and there is at least one.
	HasWords func(whole, begins [][]string) (condition string, values []any)
	// Field writes the value of a field of an object in a column of JSON, as text or a number.
	Field func(column, field string) string
	// PlanEachTime is a statement that has the transaction's statements planned for the values that they are run with, where
	// a plan made for any value could be far off; empty where it makes no difference.
	PlanEachTime string
	// Probe joins each of some rows with the row of a table, by the name that it has there, whose primary key has the values: one after the
	// other, and by that key, whatever the database takes to be cheaper.
	Probe func(rows, table, as string, key, values []string) string
	// StepByIndex is a statement that has each of the transaction's statements reach the rows that it touches by an index, row by row,
	// however small a table seems to be; empty where they are reached so anyway.
	StepByIndex string
}

// placeholders writes ($1, $2, $3) and so on.
func placeholders(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, ", $%d", i+1)
	}
	return "(" + strings.TrimPrefix(text.String(), ", ") + ")"
}
