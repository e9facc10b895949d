package deliveryfile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"parley"
)

const (
	// MostRows is how many rows a file may have.
	MostRows = 500_000
	// MostBytes is how long a file may be.
	MostBytes = 64 << 20
	// mostProblems is how many problems are named.
	mostProblems = 20
	mostColumns  = 300
	longestCell  = 1000
)

// Options say how a file is read.
type Options struct {
	// Columns are the columns of headings that are called otherwise, such as "day" for "Date", or Ignored. Headings are compared
	// in any case, and with _ for blanks.
	Columns map[string]string

	separator rune // between the cells of a CSV; 0: a comma
	thousands string
	decimal   string // empty: a point
}

// OptionsOf are how the files of a source are read, with columns that are called otherwise in this one; those come first.
func OptionsOf(r parley.DeliveryReading, columns map[string]string) Options {
	o := Options{Columns: map[string]string{}, thousands: r.Thousands, decimal: r.Decimal}
	for _, separator := range r.Separator {
		o.separator = separator
	}
	for heading, column := range r.Columns {
		o.Columns[folded(heading)] = column
	}
	for heading, column := range columns {
		o.Columns[folded(heading)] = column
	}
	return o
}

// Ignored is the column of a heading that says nothing that is taken in.
const Ignored = parley.IgnoredColumn

// rows hands on rows, and collects what is wrong with them.
type rows struct {
	stage    func(line int, d parley.DeliveryDay) error
	problems parley.Problems
	named    int
	count    int
}

// take hands on a row, unless something was wrong with it or with one before.
func (r *rows) take(line int, read *row) error {
	if r.count++; r.count > MostRows {
		return parley.Invalid("file", "must have at most %d rows", MostRows)
	}
	day := read.finish()
	for _, problem := range read.problems {
		r.problems.Add(fmt.Sprintf("line %d", line), "%s", problem)
		if r.named++; r.named >= mostProblems {
			return r.problems.Err()
		}
	}
	if r.named > 0 {
		return nil
	}
	return r.stage(line, day)
}

// Read hands each row of a file to stage, with its line, or the number of the row in JSON. What is wrong with rows is one
// validation error, which names lines and columns; nothing after the first wrong row is staged. A file that begins with [ or { is
// JSON: a list of rows, or an object whose rows are one.
func Read(from io.Reader, options Options, stage func(line int, d parley.DeliveryDay) error) error {
	limited := &limit{from: from, left: MostBytes}
	text := bufio.NewReaderSize(limited, 64<<10)
	r := &rows{stage: stage}
	first, err := firstByte(text)
	if err != nil {
		return unreadable(err)
	}
	if first == '[' || first == '{' {
		err = r.json(text, first, options)
	} else {
		err = r.csv(text, options)
	}
	if err != nil {
		return unreadable(err)
	}
	return r.problems.Err()
}

// limit fails a file that is too long, rather than cutting it.
type limit struct {
	from io.Reader
	left int64
}

var errTooLong = parley.Errorf(parley.CodeTooLarge, "The file is longer than %d MiB. Send it in parts.", MostBytes>>20)

// Read implements io.Reader.
func (l *limit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		if n, err := l.from.Read(make([]byte, 1)); n == 0 && err != nil {
			return 0, err
		}
		return 0, errTooLong
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.from.Read(p)
	l.left -= int64(n)
	return n, err
}

// firstByte is the first byte that is no white space, which stays to be read.
func firstByte(text *bufio.Reader) (byte, error) {
	for {
		ahead, err := text.Peek(1)
		if err != nil {
			if errors.Is(err, io.EOF) {
				return 0, parley.Invalid("file", "is empty")
			}
			return 0, err
		}
		if !bytes.ContainsAny(ahead, " \t\r\n") {
			return ahead[0], nil
		}
		if _, err := text.Discard(1); err != nil {
			return 0, err
		}
	}
}

// unreadable says what is wrong with a file that cannot be taken apart.
func unreadable(err error) error {
	var own *parley.Error
	if errors.As(err, &own) {
		return own
	}
	var form *csv.ParseError
	if errors.As(err, &form) {
		return parley.Invalid(fmt.Sprintf("line %d", form.Line), "is no CSV: %v", form.Err)
	}
	return err
}

func (r *rows) csv(text io.Reader, options Options) error {
	reader := csv.NewReader(text)
	reader.ReuseRecord = true
	if options.separator != 0 {
		reader.Comma = options.separator
	}
	header, err := reader.Read()
	if err != nil {
		return err
	}
	if len(header) > mostColumns {
		return parley.Invalid("file", "must have at most %d columns", mostColumns)
	}
	columns := make([]string, len(header))
	for i, heading := range header {
		if columns[i], err = options.column(heading); err != nil {
			return err
		}
		if columns[i] != Ignored && slices.Contains(columns[:i], columns[i]) {
			return parley.Invalid("line 1", "has the column %s twice", columns[i])
		}
	}
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		line, _ := reader.FieldPos(0)
		read := newRow(options)
		for i, cell := range record {
			if len(cell) > longestCell {
				read.wrong(columns[i], "must be at most %d bytes", longestCell)
				continue
			}
			if !utf8.ValidString(cell) || strings.ContainsRune(cell, 0) {
				read.wrong(columns[i], "must be UTF-8 text")
				continue
			}
			read.set(columns[i], cell)
		}
		if err := r.take(line, read); err != nil {
			return err
		}
	}
}

// column is the column that a heading stands for.
func (o Options) column(heading string) (string, error) {
	name := folded(heading)
	for from, column := range o.Columns {
		if folded(from) == name {
			name = column
			break
		}
	}
	if name != Ignored && !parley.IsDeliveryColumn(name) {
		return "", parley.Invalid("line 1", "has a column that is none of a file of figures: %q; name what it is, or ignore", cut(heading))
	}
	return name, nil
}

func cut(text string) string {
	const most = 60
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}
