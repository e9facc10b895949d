package deliveryfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"parley"
)

// json reads a list of rows, or an object whose only member is one, to the end of the file: what is broken after the last row
// may be the half of a file.
func (r *rows) json(text io.Reader, first byte, options Options) error {
	decoder := json.NewDecoder(text)
	decoder.UseNumber()
	if first == '{' {
		if err := seekRows(decoder); err != nil {
			return err
		}
	}
	if start, err := decoder.Token(); err != nil || start != json.Delim('[') {
		return broken(err, "file", "must be a list of rows, or an object whose rows are one")
	}
	number := 0
	for decoder.More() {
		number++
		read, err := jsonRow(decoder, number, options)
		if err != nil {
			return err
		}
		if err := r.take(number, read); err != nil {
			return err
		}
	}
	if err := closed(decoder, number, ']'); err != nil {
		return err
	}
	if first == '{' {
		if err := closed(decoder, number, '}'); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return broken(err, "file", "goes on after its list of rows, which ends with line %d", number)
	}
	return nil
}

// broken is a problem with the file's form, unless it could not be read at all.
func broken(err error, place, format string, args ...any) error {
	var syntax *json.SyntaxError
	if err == nil || errors.As(err, &syntax) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return parley.Invalid(place, format, args...)
	}
	return err
}

// closed reads the end of the list, or of the object around it.
func closed(decoder *json.Decoder, number int, end json.Delim) error {
	token, err := decoder.Token()
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return parley.Invalid("file", "is cut off after line %d", number)
	case err != nil:
		return broken(err, "file", "is no JSON after line %d: %v", number, err)
	}
	if name, is := token.(string); is {
		return parley.Invalid("file", "has the member %q after its rows; rows must be its only one", cut(name))
	}
	if token != end {
		return parley.Invalid("file", "is no JSON after line %d", number)
	}
	return nil
}

// jsonRow reads a row member by member, so that one that is given twice is seen.
func jsonRow(decoder *json.Decoder, number int, options Options) (*row, error) {
	line := fmt.Sprintf("line %d", number)
	unreadable := func(err error) error { return broken(err, line, "is no JSON object: %v", err) }
	start, err := decoder.Token()
	if err != nil {
		return nil, unreadable(err)
	}
	if start != json.Delim('{') {
		return nil, parley.Invalid(line, "must be an object")
	}
	read, given := newRow(options), map[string]bool{}
	for members := 1; decoder.More(); members++ {
		if members > mostColumns {
			return nil, parley.Invalid(line, "must have at most %d members", mostColumns)
		}
		name, err := decoder.Token()
		if err != nil {
			return nil, unreadable(err)
		}
		value, err := decoder.Token()
		if err != nil {
			return nil, unreadable(err)
		}
		heading, _ := name.(string)
		column, err := options.column(heading)
		if err != nil {
			column = cut(heading)
			read.wrong(column, "is none of a row of figures")
		}
		if _, nested := value.(json.Delim); nested {
			return nil, parley.Invalid(line, "column %s must be a plain value", column)
		}
		if given[column] && column != Ignored {
			read.wrong(column, "is given twice")
		}
		given[column] = true
		cell := fmt.Sprint(value)
		switch {
		case err != nil || value == nil:
		case len(cell) > longestCell:
			read.wrong(column, "must be at most %d bytes", longestCell)
		default:
			read.set(column, cell)
		}
	}
	if _, err := decoder.Token(); err != nil {
		return nil, unreadable(err)
	}
	slices.Sort(read.problems)
	return read, nil
}

// seekRows goes to the value of the member rows, which comes first.
func seekRows(decoder *json.Decoder) error {
	_, err := decoder.Token()
	var name json.Token
	if err == nil {
		name, err = decoder.Token()
	}
	if err != nil || name != "rows" {
		return broken(err, "file", "must be a list of rows, or an object whose first member is rows")
	}
	return nil
}
