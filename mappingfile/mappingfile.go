package mappingfile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"parley"
)

// MostBytes is how long a file may be.
const MostBytes = 16 << 20

var columns = []string{"about", "name", "refs"}

// entry is a mapping as files have it.
type entry struct {
	About parley.MappingAbout `json:"about"`
	Name  string              `json:"name"`
	Refs  json.RawMessage     `json:"refs"`
}

// Read reads a file, of which it finds out the format. Of the mappings only About, Name and Refs are set, and those as they stand
// there; Refs is JSON. An error is parley.CodeValidation, and names the line or the row.
func Read(from io.Reader) ([]parley.Mapping, error) {
	mappings, _, err := ReadLines(from)
	return mappings, err
}

// ReadLines is Read, with the line of the file that each mapping begins on, from 1.
func ReadLines(from io.Reader) (mappings []parley.Mapping, lines []int, err error) {
	text, err := io.ReadAll(io.LimitReader(from, MostBytes+1))
	if err != nil {
		return nil, nil, err
	}
	if len(text) > MostBytes {
		return nil, nil, parley.Invalid("file", "must be at most %d MiB", MostBytes>>20)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if start := bytes.TrimLeftFunc(text, unicode.IsSpace); len(start) > 0 && start[0] == '[' {
		return readJSON(text)
	}
	return readCSV(text)
}

func readJSON(text []byte) (mappings []parley.Mapping, lines []int, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if _, err := decoder.Token(); err != nil {
		return nil, nil, errNoList
	}
	for decoder.More() {
		var e entry
		from := decoder.InputOffset()
		if err := decoder.Decode(&e); err != nil {
			return nil, nil, errNoList
		}
		begins := from + int64(max(bytes.IndexByte(text[from:], '{'), 0))
		lines = append(lines, 1+bytes.Count(text[:begins], []byte("\n")))
		mappings = append(mappings, parley.Mapping{About: e.About, Name: e.Name, Refs: e.Refs})
	}
	if _, err := decoder.Token(); err != nil {
		return nil, nil, errNoList
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, parley.Invalid("file", "must be one list")
	}
	return mappings, lines, nil
}

var errNoList = parley.Invalid("file", "must be a list of objects with about, name and refs, and with nothing else")

func readCSV(text []byte) (mappings []parley.Mapping, lines []int, err error) {
	reader := csv.NewReader(bytes.NewReader(text))
	head, err := reader.Read()
	if err != nil {
		return nil, nil, parley.Invalid("line 1", "must name the columns about, name and refs")
	}
	place := make([]int, len(columns))
	for i, name := range columns {
		place[i] = slices.IndexFunc(head, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) })
		if place[i] < 0 || len(head) != len(columns) {
			return nil, nil, parley.Invalid("line 1", "must name the columns about, name and refs, and no others")
		}
	}
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return mappings, lines, nil
		}
		line, _ := reader.FieldPos(0)
		if err != nil {
			return nil, nil, parley.Invalid("file", "cannot be read: %v", err)
		}
		m := parley.Mapping{
			About: parley.MappingAbout(strings.TrimSpace(row[place[0]])), Name: parley.CellText(row[place[1]]), Refs: json.RawMessage(row[place[2]]),
		}
		if !json.Valid(m.Refs) {
			return nil, nil, parley.Invalid(fmt.Sprintf("line %d", line), "has no JSON object under refs")
		}
		mappings, lines = append(mappings, m), append(lines, line)
	}
}

// WriteCSV writes mappings as a file that Read reads.
func WriteCSV(to io.Writer, mappings []parley.Mapping) error {
	w := csv.NewWriter(to)
	if err := w.Write(columns); err != nil {
		return err
	}
	for _, m := range mappings {
		if err := w.Write([]string{string(m.About), parley.InertCell(m.Name), string(m.Refs)}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// WriteJSON writes mappings as a file that Read reads, one on each line.
func WriteJSON(to io.Writer, mappings []parley.Mapping) error {
	w := bufio.NewWriter(to)
	for i, m := range mappings {
		raw, err := json.Marshal(entry{m.About, m.Name, m.Refs})
		if err != nil {
			return err
		}
		before := ",\n"
		if i == 0 {
			before = "[\n"
		}
		_, _ = w.WriteString(before) // Flush tells
		_, _ = w.Write(raw)
	}
	end := "\n]\n"
	if len(mappings) == 0 {
		end = "[]\n"
	}
	_, _ = w.WriteString(end)
	return w.Flush()
}
