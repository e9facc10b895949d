package storage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Page selects a part of a list. Lists are ordered by id, which is the order of creation, so that rows added meanwhile
// come after everything already there and no page repeats or skips a row; Newest turns the order around.
type Page struct {
	Limit  int // 0: no limit
	Offset int
	After  string // id of the last row of the page before; excludes Offset
	Newest bool
	// CountTo is where the counting of the whole list ends, for a list whose last million nobody asks for; 0: it is counted
	// to its end.
	CountTo int
}

// Listing is a page of a list and how many rows the whole list has, as far as Page.CountTo has them counted.
type Listing[T any] struct {
	Items []T
	Total int64
}

// where collects the conditions of a query and their arguments.
type where struct {
	conditions []string
	args       []any
}

// arg adds an argument and answers its placeholder.
func (w *where) arg(value any) string {
	w.args = append(w.args, value)
	return fmt.Sprintf("$%d", len(w.args))
}

// and adds a condition; each ? in it stands for the next of values.
func (w *where) and(condition string, values ...any) {
	for _, value := range values {
		condition = strings.Replace(condition, "?", w.arg(value), 1)
	}
	w.conditions = append(w.conditions, condition)
}

// equal adds column = value unless the value is its type's zero.
func equal[T ~string](w *where, column string, value T) {
	if value != "" {
		w.and(column+" = ?", string(value))
	}
}

// owned narrows to an owner, when one is given.
func (w *where) owned(owner *string) {
	if owner != nil {
		w.and("owner = ?", *owner)
	}
}

func (w *where) clause() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

// paged is a list's table, the columns that order it, and the row that Page.After names.
type paged struct {
	table   string
	columns string
	// order are the columns that order the list, comma-separated; id is the column that Page.After holds.
	order string
	id    string
	// rows and key are where the row that Page.After names is looked up, and its columns there that order compares with; empty:
	// table and order.
	rows, key string
	// countBy is the order in which rows are counted when not all of them are; empty: any.
	countBy string
	// owner is whose the row that Page.After names has to be; nil: anybody's. Another's is like one that does not exist, so
	// that going on from it tells nothing of it.
	owner *string
}

// tail completes a query to one page of it: the keyset condition, the order and the limit.
func (l paged) tail(w *where, page Page) string {
	order, comparison := l.order, ">"
	if page.Newest {
		order, comparison = strings.ReplaceAll(l.order, ",", " DESC,")+" DESC", "<"
	}
	if page.After != "" {
		if l.order == l.id {
			w.and(l.id+" "+comparison+" ?", page.After)
		} else {
			place, named := "SELECT "+cmp.Or(l.key, l.order)+" FROM "+cmp.Or(l.rows, l.table)+" WHERE "+l.id+" = ?", []any{page.After}
			if l.owner != nil {
				place, named = place+" AND owner = ?", append(named, *l.owner)
			}
			w.and("("+l.order+") "+comparison+" ("+place+")", named...)
		}
	}
	tail := w.clause() + " ORDER BY " + order
	if page.Limit > 0 {
		tail += " LIMIT " + w.arg(page.Limit)
		if page.Offset > 0 && page.After == "" {
			tail += " OFFSET " + w.arg(page.Offset)
		}
	}
	return tail
}

func (l paged) counting() string {
	if l.countBy == "" {
		return ""
	}
	return " ORDER BY " + l.countBy
}

// listing asks for a page of a list and the number of all its rows.
func listing[T any](r *Reader, l paged, w where, page Page, scan scanner[T]) *Pending[Listing[T]] {
	p := asking[Listing[T]](r)
	p.value.Items = []T{}
	counted := where{conditions: slices.Clip(w.conditions), args: slices.Clip(w.args)}
	count := "SELECT COUNT(*) FROM " + l.table + counted.clause()
	if page.CountTo > 0 {
		count = "SELECT COUNT(*) FROM (SELECT 1 FROM " + l.table + counted.clause() + l.counting() + " LIMIT " + counted.arg(page.CountTo) + ") AS counted"
	}
	r.add(Stmt{SQL: count, Args: counted.args, Long: true, Scan: func(rows Rows) error {
		for rows.Next() {
			if err := rows.Scan(&p.value.Total); err != nil {
				return err
			}
		}
		return rows.Err()
	}})
	rest := where{conditions: slices.Clip(w.conditions), args: slices.Clip(w.args)}
	tail := l.tail(&rest, page)
	r.add(Stmt{
		SQL: "SELECT " + l.columns + " FROM " + l.table + tail, Args: rest.args, Long: true, Scan: collect(&p.value.Items, scan),
	})
	return p
}
