package filedrop

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"parley/activation"
)

// Format is how sheets are written.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	JSON Format = "json"
	Both Format = "both"
)

// Settings are what a publisher decides about a file drop.
type Settings struct {
	Folder  string   `json:"folder,omitempty"`  // below the process's traffic folder, with slashes; empty: that folder itself
	Format  Format   `json:"format,omitempty"`  // empty: csv
	Columns []Column `json:"columns,omitempty"` // in their order; empty: all
}

// Column is a column of the CSV sheet.
type Column struct {
	Column  string `json:"column"`            // one of Columns
	Heading string `json:"heading,omitempty"` // empty: the column's name
}

// mostSettings is how many columns and how long a heading and a folder may be.
const (
	mostColumns = 100
	mostHeading = 200
	longestPath = 200
)

// plainFolder is what folders are called: by nothing that a file of a sheet, or another file beside it, can be called, and that no
// system takes for something else.
var plainFolder = regexp.MustCompile(`^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$`)

// read takes settings apart and finds what is wrong with them.
func read(raw json.RawMessage) (Settings, []activation.Problem) {
	var s Settings
	var problems []activation.Problem
	wrong := func(field, format string, args ...any) {
		problems = append(problems, activation.Problem{Code: "invalid", Field: field, Text: fmt.Sprintf(format, args...)})
	}
	if misread := activation.Read(raw, &s, "settings", "folder, format and columns"); misread != nil {
		return s, misread
	}
	if s.Folder != "" && (len(s.Folder) > longestPath || !plainFolder.MatchString(s.Folder)) {
		wrong("settings.folder", "must be names of letters, digits, - and _ with slashes between them, such as news/ctv")
	}
	if s.Folder == "" {
		s.Folder = "."
	}
	if s.Format == "" {
		s.Format = CSV
	}
	if s.Format != CSV && s.Format != JSON && s.Format != Both {
		wrong("settings.format", "must be csv, json or both")
	}
	if len(s.Columns) > mostColumns {
		wrong("settings.columns", "must be at most %d", mostColumns)
	}
	if len(s.Columns) == 0 {
		for _, name := range Columns {
			s.Columns = append(s.Columns, Column{Column: name})
		}
	}
	for _, needed := range [...]string{"deal_id", "action"} { // without them nobody knows what to do, and with which deal
		if !slices.ContainsFunc(s.Columns, func(c Column) bool { return c.Column == needed }) {
			wrong("settings.columns", "must have the column %q, since a sheet has to say which deal it is of and what is to be done with it", needed)
		}
	}
	for i := range s.Columns {
		c := &s.Columns[i]
		if !slices.Contains(Columns[:], c.Column) {
			wrong(fmt.Sprintf("settings.columns[%d].column", i), "must be one of %s", strings.Join(Columns[:], ", "))
		}
		if slices.ContainsFunc(s.Columns[:i], func(before Column) bool { return before.Column == c.Column }) {
			wrong(fmt.Sprintf("settings.columns[%d].column", i), "is there twice")
		}
		if len(c.Heading) > mostHeading {
			wrong(fmt.Sprintf("settings.columns[%d].heading", i), "must be at most %d bytes", mostHeading)
		}
		if c.Heading == "" {
			c.Heading = c.Column
		}
	}
	return s, problems
}
