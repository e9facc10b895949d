package wire

import (
	"cmp"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/seller"
	"parley/wire/document"
)

// MostCounted is where counting the rows of a list ends: beyond it a page says that there are more.
const MostCounted = 10_000

// DefaultLimit is how many rows a page has when nobody says.
const DefaultLimit = 50

// Paging are the parameters of every list.
type Paging = document.Paging

// Pager is a parameter struct that embeds Paging.
type Pager interface{ Asked() Paging }

// The kinds of cursor: after a row's id, after a number of rows where rows have no id to go on from, and after what has
// been waited for.
const (
	cursorAfter  = "a:"
	cursorOffset = "o:"
	cursorFollow = "f:"
)

var errCursor = parley.Invalid("cursor", "is not one that this list gave; start again without it")

// pageOf is what the store is asked for. list names the list, whose cursors are good for it alone; byID tells whether they
// name rows.
func pageOf(p Paging, list string, byID bool) (seller.Page, error) {
	asked := seller.Page{Limit: cmp.Or(p.Limit, DefaultLimit), Offset: p.Offset, Newest: p.Order == "newest"}
	if p.Cursor == "" {
		return asked, nil
	}
	if p.Offset != 0 {
		return asked, parley.Invalid("cursor", "and offset exclude each other; send one")
	}
	decoded, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return asked, errCursor
	}
	place, ok := strings.CutPrefix(string(decoded), list+" ")
	if !ok {
		return asked, errCursor
	}
	if id, ok := strings.CutPrefix(place, cursorAfter); ok && byID {
		if problem := textProblem(id); problem != "" || id == "" {
			return asked, errCursor
		}
		asked.After = id
		return asked, nil
	}
	count, ok := strings.CutPrefix(place, cursorOffset)
	if asked.Offset, err = strconv.Atoi(count); !ok || err != nil || byID || asked.Offset < 0 {
		return asked, errCursor
	}
	return asked, nil
}

// ReadPage reads a page of a list, of rows that id names for the cursor; without it, cursors count rows. run is asked for one
// row more than is shown, which tells whether there is a next page.
func ReadPage[R, O any](
	plural string, p Paging, id func(R) string, run func(seller.Page) (seller.Listing[R], error), render func(R) O,
) (Page, error) {
	asked, err := pageOf(p, plural, id != nil)
	if err != nil {
		return Page{}, err
	}
	wanted := asked
	wanted.Limit++
	wanted.CountTo = MostCounted + 1
	found, err := run(wanted)
	if err != nil {
		return Page{}, err
	}
	shown := Page{
		Plural: plural, Total: min(found.Total, MostCounted), Capped: found.Total > MostCounted, Limit: asked.Limit, Offset: asked.Offset,
	}
	for i, item := range found.Items {
		if i == asked.Limit {
			shown.Next = nextCursor(plural, asked, found.Items[i-1], id)
			break
		}
		shown.Rows = append(shown.Rows, render(item))
	}
	return shown, nil
}

// nextCursor is where the page after goes on: behind its last row, or a number of rows on where rows have no id.
func nextCursor[R any](list string, asked seller.Page, last R, id func(R) string) string {
	if id == nil {
		return base64.RawURLEncoding.EncodeToString([]byte(list + " " + cursorOffset + strconv.Itoa(asked.Offset+asked.Limit)))
	}
	return base64.RawURLEncoding.EncodeToString([]byte(list + " " + cursorAfter + id(last)))
}

// Awaited is what a list was waited for, and the position to go on waiting from.
type Awaited[R any] struct {
	Items    []R
	Position string
}

// Page always has a cursor: the list goes on as long as anything happens. Its total is that of the rows at hand.
func (a Awaited[R]) Page(plural string, limit int, render func(R) any) Page {
	shown := Page{Plural: plural, Total: int64(len(a.Items)), Limit: limit, Next: followCursor(a.Position)}
	for _, item := range a.Items {
		shown.Rows = append(shown.Rows, render(item))
	}
	return shown
}

func followCursor(position string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(cursorFollow + position))
}

// Follows answers the position that a cursor follows from, and whether it is such a cursor.
func Follows(p Paging) (position string, ok bool) {
	decoded, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil || textProblem(string(decoded)) != "" {
		return "", false
	}
	return strings.CutPrefix(string(decoded), cursorFollow)
}

// Page is the body of a list.
type Page struct {
	Plural string
	Rows   []any
	Total  int64
	Capped bool // there are more than Total
	Limit  int
	Offset int
	Next   string
}

// MarshalJSON puts the rows under the list's own name.
func (p Page) MarshalJSON() ([]byte, error) { return Encode(p.members()) }

func (p Page) members() map[string]any {
	body := map[string]any{
		p.Plural: p.Rows, "total_count": p.Total, "total_count_capped": p.Capped, "limit": p.Limit, "offset": p.Offset, "next_cursor": nil,
	}
	if p.Rows == nil {
		body[p.Plural] = []any{}
	}
	if p.Next != "" {
		body["next_cursor"] = p.Next
	}
	return body
}

// PageSchema describes a page of rows.
func PageSchema(plural string, row *huma.Schema) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeObject,
		Properties: map[string]*huma.Schema{
			plural:               {Type: huma.TypeArray, Items: row},
			"total_count":        {Type: huma.TypeInteger, Format: "int64", Description: "Rows of the whole list, counted to 10,000."},
			"total_count_capped": {Type: huma.TypeBoolean, Description: "Whether the list has more rows than total_count."},
			"limit":              {Type: huma.TypeInteger},
			"offset":             {Type: huma.TypeInteger},
			"next_cursor":        {Type: huma.TypeString, Nullable: true, Description: "Cursor of the next page; null on the last."},
		},
		Required: []string{plural, "total_count", "total_count_capped", "limit", "offset", "next_cursor"},
	}
}
