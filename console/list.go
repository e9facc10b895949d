package console

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley/seller"
)

const (
	pageRows   = 50
	countTo    = 10_000 // rows that are counted; of a longer list the page says that there are more
	exportRows = 500    // on one look of an export
)

// query is what a list's address asks for.
type query struct{ url.Values }

func (x *exchange) query() query { return query{x.URL.Query()} }

// text is one of the query's filters.
func (q query) text(name string) string { return strings.TrimSpace(q.Get(name)) }

// with is the list's address with another value of a parameter and from its first page; an empty value removes it.
func (q query) with(name, value string) string {
	changed := url.Values{}
	for n, v := range q.Values {
		if n != "after" && n != "before" {
			changed[n] = v
		}
	}
	changed.Del(name)
	if value != "" {
		changed.Set(name, value)
	}
	return "?" + changed.Encode()
}

// pager leads through the pages of a list.
type pager struct {
	Total       int64
	Shown       int
	Oldest      bool // the oldest first
	Sort        string
	First       string // addresses; empty: there is no such page
	Next        string
	Previous    string
	Export      string
	What        string // is listed, such as "deals"
	HasFilter   bool
	ClearFilter string
}

// Count is Total for a comparison with Shown.
func (p pager) Count() int { return int(p.Total) }

// Counted is What, of one without its plural.
func (p pager) Counted() string {
	if p.Total != 1 {
		return p.What
	}
	if entry, ok := strings.CutSuffix(p.What, "entries"); ok {
		return entry + "entry"
	}
	return strings.TrimSuffix(p.What, "s")
}

// list is what a page of rows is made of.
type list[T any] struct {
	what    string   // is listed
	file    string   // of the export, without its extension; empty: as what is listed
	filters []string // names of the parameters that narrow the list
	id      func(T) string
	fetch   func(seller.Page) (seller.Listing[T], error)
}

// page answers the rows that the query asks for. Pages go on from an id rather than a number of rows, so that the last
// page of a long list costs what its first one does; the page before is looked up in the opposite order.
func (l list[T]) page(q query) ([]T, pager, error) {
	oldest := q.text("sort") == "oldest"
	before, after := q.text("before"), q.text("after")
	backwards := before != ""
	// One row more than fits tells whether there is a further page.
	asked := seller.Page{Limit: pageRows + 1, After: after, Newest: !oldest, CountTo: countTo + 1}
	if backwards {
		asked.After, asked.Newest = before, oldest
	}
	listing, err := l.fetch(asked)
	if err != nil {
		return nil, pager{}, err
	}
	rows := listing.Items
	more := len(rows) > pageRows
	if more {
		rows = rows[:pageRows]
	}
	if backwards {
		slices.Reverse(rows)
	}
	p := pager{Total: listing.Total, Shown: len(rows), Oldest: oldest, What: l.what}
	p.Sort = q.with("sort", map[bool]string{true: "", false: "oldest"}[oldest])
	first := q.with("before", "")
	if len(rows) > 0 {
		onward := first
		if onward != "?" {
			onward += "&"
		}
		if more || backwards {
			p.Next = onward + "after=" + url.QueryEscape(l.id(rows[len(rows)-1]))
		}
		if backwards && more || after != "" {
			p.Previous = onward + "before=" + url.QueryEscape(l.id(rows[0]))
		}
	}
	if after != "" || backwards {
		p.First = first
	}
	p.Export = cmp.Or(l.file, l.what) + ".csv" + first
	for _, name := range l.filters {
		p.HasFilter = p.HasFilter || q.text(name) != ""
	}
	p.ClearFilter = "?"
	return rows, p, nil
}

// column is a column of an export.
type column[T any] struct {
	name string
	cell func(T) string
}

// export writes every row that the query asks for as CSV.
func (l list[T]) export(x *exchange, columns []column[T]) error {
	q := x.query()
	asked := seller.Page{Limit: exportRows, Newest: q.text("sort") != "oldest", CountTo: 1}
	listing, err := l.fetch(asked)
	if err != nil {
		return err
	}
	x.ResponseWriter.Header().Set("Content-Type", "text/csv; charset=utf-8")
	x.ResponseWriter.Header().Set("Content-Disposition", `attachment; filename="`+cmp.Or(l.file, l.what)+`.csv"`)
	if err := l.writeCSV(csv.NewWriter(x.ResponseWriter), asked, listing, columns); err != nil {
		// Rows are on their way: a connection that breaks off is how a browser sees that the file is not whole.
		x.log.Error("an export broke off", "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// writeCSV writes a page of rows and all that follow it.
func (l list[T]) writeCSV(w *csv.Writer, asked seller.Page, rows seller.Listing[T], columns []column[T]) error {
	record := make([]string, len(columns))
	for i, c := range columns {
		record[i] = c.name
	}
	if err := w.Write(record); err != nil {
		return err
	}
	for {
		for _, row := range rows.Items {
			for i, c := range columns {
				record[i] = inert(c.cell(row))
			}
			if err := w.Write(record); err != nil {
				return err
			}
		}
		if len(rows.Items) < asked.Limit {
			w.Flush()
			return w.Error()
		}
		asked.After = l.id(rows.Items[len(rows.Items)-1])
		var err error
		if rows, err = l.fetch(asked); err != nil {
			return err
		}
	}
}

// instant writes when something happened for other programs; nothing when it has not.
func instant(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}

// inert keeps a spreadsheet from taking a text for a formula.
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
