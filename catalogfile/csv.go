package catalogfile

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"parley"
)

// readCSV reads the product CSV and the IAB form.
func (in *intake) readCSV(source *bufio.Reader, limit *rowLimit) error {
	r := csv.NewReader(source)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	var columns []column
	last := 0 // the line on which the last row's last cell begins
	for {
		limit.nextRow()
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.Is(err, errTooLong) {
			in.errors.add(Problem{Line: last + 1, Message: errTooLong.Error()})
			return errStopped
		}
		if malformed, ok := errors.AsType[*csv.ParseError](err); ok {
			in.errors.add(Problem{Line: malformed.StartLine, Message: "is not CSV: " + malformed.Err.Error()})
			if columns == nil {
				return errStopped
			}
			continue
		}
		if err != nil {
			return err
		}
		line, _ := r.FieldPos(0)
		last, _ = r.FieldPos(len(record) - 1)
		if columns == nil {
			if columns, err = in.header(line, record); err != nil {
				return err
			}
			continue
		}
		if len(record) != len(columns) {
			in.errors.add(Problem{Line: line, Message: fmt.Sprintf("has %d cells where the header has %d",
				len(record), len(columns))})
			continue
		}
		cells := in.cells(r, record, columns)
		if cells.empty() {
			continue
		}
		if err := in.take(line, &cells); err != nil {
			return err
		}
	}
	if columns == nil {
		in.errors.add(Problem{Line: 1, Message: "the file is empty: it must begin with a header of column names"})
	}
	return nil
}

// leftOut stands for a column that the form does not keep.
const leftOut = columnCount

// header finds the column of each cell.
func (in *intake) header(line int, record []string) ([]column, error) {
	names := make([]string, len(record))
	for i, n := range record {
		names[i] = strings.ToLower(strings.TrimSpace(n))
	}
	form := &productCSV
	if isIAB(names) {
		form = &iabCSV
	}
	in.begin(form)

	if !utf8.ValidString(strings.Join(record, "")) {
		in.errors.add(Problem{Line: line, Message: "the file must be UTF-8 text"})
		return nil, errStopped
	}
	if len(names) == 1 && strings.ContainsAny(names[0], ";\t") {
		in.errors.add(Problem{Line: line, Message: "columns must be separated by commas" + was(names[0])})
		return nil, errStopped
	}
	columns := make([]column, len(names))
	var found [columnCount + 1]bool
	for i, n := range names {
		c, known := form.find(n)
		switch {
		case !known && form.lenient:
			c = leftOut
		case !known:
			in.errors.add(unknownColumn(line, n, form))
		case found[c]:
			in.errors.add(Problem{line, n, "is in the header twice"})
		}
		columns[i] = c
		found[c] = true
	}
	if !found[productID] {
		in.errors.add(Problem{line, form.names[productID], "is missing in the header"})
	}
	if in.errors.Total > 0 {
		return nil, errStopped
	}
	return columns, nil
}

// cells sorts the cells of a record into their columns.
func (in *intake) cells(r *csv.Reader, record []string, columns []column) row {
	var sorted row
	for i, value := range record {
		at := columns[i]
		if at == leftOut {
			continue
		}
		line, _ := r.FieldPos(i)
		sorted[at].line, sorted[at].given = line, true
		if value = strings.TrimSpace(parley.CellText(strings.TrimSpace(value))); value == "" {
			continue
		}
		if at.kind() != list {
			sorted[at].text = value
			continue
		}
		for entry := range strings.SplitSeq(value, "|") {
			if entry = strings.TrimSpace(entry); entry != "" {
				sorted[at].entries = append(sorted[at].entries, entry)
			}
		}
	}
	return sorted
}
