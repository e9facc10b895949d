package postgres

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"parley/storage"
)

// mostRows bounds the rows of one statement: a connection prepares each number of rows, which is a power of two, once.
const mostRows = 16

// joined puts rows of the same table that callers add in the same place of the same sequence into statements of several rows: what
// the server and the driver do once for a statement is more than what a row costs them. Each caller's own statements keep their
// order.
func joined(group []*part) []storage.Stmt {
	var stmts []storage.Stmt
	for len(group) > 0 {
		alike, others := []*part{group[0]}, []*part(nil)
		for _, p := range group[1:] {
			if slices.EqualFunc(p.stmts, group[0].stmts, sameRow) {
				alike = append(alike, p)
			} else {
				others = append(others, p)
			}
		}
		for len(alike) > 0 {
			n := 1
			for 2*n <= min(len(alike), mostRows) {
				n *= 2
			}
			for i := range alike[0].stmts {
				stmts = append(stmts, several(alike[:n], i))
			}
			alike = alike[n:]
		}
		group = others
	}
	return stmts
}

// sameRow tells whether two statements may be one of two rows.
func sameRow(a, b storage.Stmt) bool {
	return a.Adds && b.Adds && a.SQL == b.SQL && len(a.Args) == len(b.Args)
}

// several is the i-th statement of all of some callers, for whom it adds the same kind of row.
func several(of []*part, i int) storage.Stmt {
	first := of[0].stmts[i]
	if len(of) == 1 {
		return first
	}
	args := make([]any, 0, len(of)*len(first.Args))
	for _, p := range of {
		args = append(args, p.stmts[i].Args...)
	}
	return storage.Stmt{SQL: ofRows(first.SQL, len(first.Args), len(of)), Args: args, Adds: true}
}

// rowed are the statements of several rows, by that of one and their number: the text of one is as long as a page.
var rowed sync.Map

type rowsOf struct {
	sql  string
	rows int
}

// ofRows writes an INSERT of one row, which ends with its VALUES, for several.
func ofRows(sql string, width, rows int) string {
	key := rowsOf{sql, rows}
	if known, there := rowed.Load(key); there {
		text, _ := known.(string) // nothing else is in there
		return text
	}
	var text strings.Builder
	text.WriteString(sql)
	for n := width; n < rows*width; n++ {
		if n%width == 0 {
			text.WriteString(", (")
		}
		text.WriteString("$" + strconv.Itoa(n+1))
		if n%width == width-1 {
			text.WriteString(")")
		} else {
			text.WriteString(", ")
		}
	}
	rowed.Store(key, text.String())
	return text.String()
}
