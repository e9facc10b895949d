package console

import (
	"cmp"
	"encoding/csv"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley"
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

// onward is the list's address with another value of a parameter, on the page where it is; an empty value removes it.
func (q query) onward(name, value string) string {
	changed := maps.Clone(q.Values)
	changed.Del(name)
	if value != "" {
		changed.Set(name, value)
	}
	return "?" + changed.Encode()
}

// created is what every list is ordered by unless its address says otherwise.
const created = "created"

// sort is what the list is ordered by, and whether the least of it comes first. The newest come first unless the address
// asks for others, as in "oldest", "cpm", which has the highest first, or "cpm-up", which has the lowest.
func (q query) sort() (by string, up bool) {
	switch by = q.text("sort"); by {
	case "", "newest":
		return created, false
	case "oldest":
		return created, true
	}
	return strings.CutSuffix(by, "-up")
}

// dayFilters are the parameters of lists that are days.
var dayFilters = []string{"from", "to", "since", "until", "starts_from", "starts_to", "runs_from", "runs_to"}

// filterForm is the form of a list's filters, which says so of a day that is none: it narrows nothing.
func (q query) filterForm() *form {
	f := newForm(q.Values)
	for _, name := range dayFilters {
		if err := q.dayProblem(name); err != nil {
			f.Errors[name] = "narrows nothing: it " + err.Error()
		}
	}
	return f
}

func (q query) dayProblem(name string) error {
	if q.text(name) == "" {
		return nil
	}
	_, err := parley.ParseDate(q.text(name))
	return err
}

// createdIn is the time from the beginning of one day of the publisher's time zone to the end of another one that the query
// names.
func (x *exchange) createdIn(q query) seller.Period {
	zone := x.service.Settings().TimeZone
	var period seller.Period
	if from, err := parley.ParseDate(q.text("from")); err == nil {
		period.From = from.Begins(zone)
	}
	if to, err := parley.ParseDate(q.text("to")); err == nil {
		period.To = (to + 1).Begins(zone)
	}
	return period
}

// pager leads through the pages of a list.
type pager struct {
	Total       int64
	Shown       int
	query       query
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

// order is the head of a column that a list can be ordered by.
type order struct {
	Label     string
	Number    bool   // the column is one of numbers
	Direction string // in which the list is ordered by the column: "ascending", "descending" or ""
	Link      string // orders by the column or, when the list already is, the other way around
}

// By is the head of a column.
func (p pager) By(column, label string, number bool) order {
	by, up := p.query.sort()
	o := order{Label: label, Number: number}
	sorts := map[bool]string{false: column, true: column + "-up"}
	if column == created {
		sorts = map[bool]string{true: "oldest"}
	}
	if by != column {
		o.Link = p.query.with("sort", sorts[false])
		return o
	}
	o.Direction, o.Link = "descending", p.query.with("sort", sorts[!up])
	if up {
		o.Direction = "ascending"
	}
	return o
}

// list is what a page of rows is made of.
type list[T any] struct {
	what    string   // is listed
	file    string   // the page of the export, without its extension; empty: as what is listed
	saved   string   // the name that the export is saved under, without its extension; empty: as its page
	filters []string // names of the parameters that narrow the list
	id      func(T) string
	fetch   func(seller.Page) (seller.Listing[T], error)
}

// page answers the rows that the query asks for. Pages go on from an id rather than a number of rows, so that the last
// page of a long list costs what its first one does; the page before is looked up in the opposite order.
func (l list[T]) page(q query) ([]T, pager, error) {
	_, up := q.sort()
	before, after := q.text("before"), q.text("after")
	backwards := before != ""
	// One row more than fits tells whether there is a further page.
	asked := seller.Page{Limit: pageRows + 1, After: after, Newest: !up, CountTo: countTo + 1}
	if backwards {
		asked.After, asked.Newest = before, up
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
	p := pager{Total: listing.Total, Shown: len(rows), query: q, What: l.what}
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
	var problems parley.Problems
	for _, name := range l.filters {
		if slices.Contains(dayFilters, name) {
			if err := q.dayProblem(name); err != nil {
				problems.Add(name, "%s", err.Error())
			}
		}
	}
	if err := problems.Err(); err != nil {
		return err
	}
	_, up := q.sort()
	asked := seller.Page{Limit: exportRows, Newest: !up, CountTo: 1}
	listing, err := l.fetch(asked)
	if err != nil {
		return err
	}
	x.ResponseWriter.Header().Set("Content-Type", "text/csv; charset=utf-8")
	x.ResponseWriter.Header().Set("Content-Disposition", `attachment; filename="`+cmp.Or(l.saved, l.file, l.what)+`.csv"`)
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
				record[i] = parley.InertCell(c.cell(row))
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
