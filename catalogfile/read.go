package catalogfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"parley"
)

// MaxRowBytes is about how long one row may be.
const MaxRowBytes = 1 << 20

// Format is the form of a file.
type Format string

// The forms that Read knows.
const (
	CSV  Format = "csv"  // the product CSV
	JSON Format = "json" // an array of objects, or one object after the other
	IAB  Format = "iab"  // the inventory CSV of the IAB Tech Lab's seller agent
)

// Options say how a file is read.
type Options struct {
	// BaseMarkup is what the base price of a row of the IAB form is above its floor, rounded half up to the currency's minor
	// unit. Without one a new product sells at its floor, and one that there is keeps its base, which no floor passes.
	BaseMarkup parley.BasisPoints
}

// Report tells what a file held.
type Report struct {
	Format   Format
	Products int // yielded
	Warnings []Problem
	// WarningsTotal counts all warnings; Warnings holds the first MaxProblems of them.
	WarningsTotal int
}

// Read yields what a file says of products in its order, each with the line it begins on. A column or a member that is not
// there leaves what a product has, an empty one clears it; a product that is new has nothing there. Problems with rows do not end it,
// so that all of them are told at once, as a *RowErrors; after the first one no more products are yielded, since a file
// is imported whole or not at all. An error of yield ends it and is returned as it is.
func Read(r io.Reader, options Options, yield func(line int, change parley.ProductChange) error) (Report, error) {
	if options.BaseMarkup < 0 {
		return Report{}, parley.Invalid("base_markup", "must not be negative")
	}
	limit := &rowLimit{source: r}
	limit.nextRow()
	buffered := bufio.NewReaderSize(limit, readAhead)
	in := &intake{options: options, yield: yield}
	isJSON, err := sniff(buffered)
	switch {
	case err != nil:
	case isJSON:
		err = in.readJSON(buffered, limit)
	default:
		err = in.readCSV(buffered, limit)
	}
	if stopped, ok := errors.AsType[yieldError](err); ok {
		return in.report, stopped.cause
	}
	if err != nil && !errors.Is(err, errStopped) {
		return in.report, fmt.Errorf("read the catalog file: %w", err)
	}
	return in.report, in.errors.err()
}

// errStopped ends the reading of a file that cannot be read on; why is in the intake's errors.
var errStopped = errors.New("stopped")

// syntaxError says that the rows of a file cannot be told apart any more.
type syntaxError string

func (e syntaxError) Error() string { return string(e) }

const errTooLong = syntaxError("the row is longer than 1 MiB, or its end is not marked")

// yieldError carries an error of the caller's own through the readers.
type yieldError struct{ cause error }

func (e yieldError) Error() string { return e.cause.Error() }

// sniff skips a byte order mark and tells by the first character whether this is JSON.
func sniff(in *bufio.Reader) (isJSON bool, err error) {
	if mark, err := in.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		if _, err := in.Discard(len(mark)); err != nil {
			return false, err
		}
	}
	// White space before JSON is looked over but left, since lines are counted from the first. The window is the buffer.
	for size := 1; size <= readAhead; size++ {
		seen, err := in.Peek(size)
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		switch seen[size-1] {
		case ' ', '\t', '\r', '\n':
		case '[', '{':
			return true, nil
		default:
			return false, nil
		}
	}
	return false, nil
}

// readAhead is the size of the read buffer, which a row's limit does not count exactly.
const readAhead = 64 << 10

// rowLimit keeps a row without an end from being read into memory.
type rowLimit struct {
	source io.Reader
	left   int
}

// nextRow gives the next row its share.
func (l *rowLimit) nextRow() { l.left = MaxRowBytes + readAhead }

// Read implements io.Reader.
func (l *rowLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLong
	}
	n, err := l.source.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}

// intake turns rows into products, and keeps what is wrong with them.
type intake struct {
	schema  *schema
	options Options
	yield   func(line int, change parley.ProductChange) error
	report  Report
	errors  RowErrors
}

// begin takes the form of the file.
func (in *intake) begin(s *schema) {
	in.schema = s
	in.report.Format = s.format
}

func (in *intake) warn(line int, c column, message string) {
	if in.report.WarningsTotal++; len(in.report.Warnings) < MaxProblems {
		in.report.Warnings = append(in.report.Warnings, Problem{line, in.schema.names[c], message})
	}
}

// take hands on the product of a row.
func (in *intake) take(line int, r *row) error {
	change := in.change(line, r)
	if in.errors.Total > 0 {
		return nil
	}
	in.report.Products++
	if err := in.yield(line, change); err != nil {
		return yieldError{err}
	}
	return nil
}
