package catalogfile

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxProblems is how many problems of a file are kept; further ones are only counted.
const MaxProblems = 1000

// Problem is what is wrong, or worth knowing, about one place of a file.
type Problem struct {
	Line    int    // counted from 1; of a row that spans lines, the one that it or its cell begins on
	Column  string // as the file names it; empty: the row as a whole
	Message string
}

// String names the place and the problem in one line of text.
func (p Problem) String() string {
	if p.Column == "" {
		return fmt.Sprintf("line %d: %s", p.Line, p.Message)
	}
	return fmt.Sprintf("line %d, column %s: %s", p.Line, p.Column, p.Message)
}

// RowErrors says everything that is wrong with the rows of a file.
type RowErrors struct {
	Problems []Problem // the first MaxProblems of them, by line
	Total    int
}

// Error has one line of text for each problem.
func (e *RowErrors) Error() string {
	var lines strings.Builder
	for i, p := range e.Problems {
		if i > 0 {
			lines.WriteByte('\n')
		}
		lines.WriteString(p.String())
	}
	if hidden := e.Total - len(e.Problems); hidden > 0 {
		fmt.Fprintf(&lines, "\nand %d more", hidden)
	}
	return lines.String()
}

func (e *RowErrors) add(p Problem) {
	if e.Total++; len(e.Problems) < MaxProblems {
		e.Problems = append(e.Problems, p)
	}
}

// err is the errors, or nil when there are none.
func (e *RowErrors) err() error {
	if e.Total == 0 {
		return nil
	}
	return e
}

// was says what a cell held.
func was(value string) string { return " (was " + excerpt(value) + ")" }

// excerpt quotes a text of the file, cut to a length that a line bears and without anything that a terminal acts on.
func excerpt(value string) string {
	const longest = 40
	if runes := []rune(value); len(runes) > longest {
		value = string(runes[:longest]) + "..."
	}
	return strconv.Quote(value)
}

// unknownColumn is the problem with a name that the form does not have.
func unknownColumn(line int, columnName string, s *schema) Problem {
	return Problem{Line: line, Message: "unknown column " + excerpt(columnName) + ": use " +
		strings.Join(s.columnNames(), ", ")}
}
