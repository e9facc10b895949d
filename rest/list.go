package rest

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/seller"
)

const defaultLimit = 50

// Paging are the parameters of every list.
type Paging struct {
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"500" doc:"Rows on a page."`
	Offset int    `query:"offset" default:"0" minimum:"0" doc:"Rows to skip. A cursor is steadier while rows are being added."`
	Cursor string `query:"cursor" maxLength:"256" doc:"next_cursor of the page before; instead of offset."`
	Order  string `query:"order" default:"oldest" enum:"oldest,newest" doc:"Which rows come first."`
}

// pager is a parameter struct that embeds Paging.
type pager interface{ paging() Paging }

func (p Paging) paging() Paging { return p }

// The kinds of cursor: after a row's id, after a number of rows where rows have no id to go on from, and after what has
// been waited for.
const (
	cursorAfter  = "a:"
	cursorOffset = "o:"
	cursorFollow = "f:"
)

var errCursor = parley.Invalid("cursor", "is not one that this list gave; start again without it")

// page is what the store is asked for. list names the list, whose cursors are good for it alone; byID tells whether they
// name rows.
func (p Paging) page(list string, byID bool) (seller.Page, error) {
	asked := seller.Page{Limit: p.Limit, Offset: p.Offset, Newest: p.Order == "newest"}
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
		if problem := textProblem([]byte(id), id); problem != "" || id == "" {
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

func nextCursor[R any](list string, asked seller.Page, last R, id func(R) string) string {
	if id == nil {
		return base64.RawURLEncoding.EncodeToString([]byte(list + " " + cursorOffset + strconv.Itoa(asked.Offset+asked.Limit)))
	}
	return base64.RawURLEncoding.EncodeToString([]byte(list + " " + cursorAfter + id(last)))
}

// awaited is what a list was waited for, and the position to go on waiting from.
type awaited[R any] struct {
	items    []R
	position string
}

// page always has a cursor: the list goes on as long as anything happens. Its total is that of the rows at hand.
func (a awaited[R]) page(plural string, limit int, render func(R) any) page {
	shown := page{plural: plural, total: int64(len(a.items)), limit: limit, next: followCursor(a.position)}
	for _, item := range a.items {
		shown.rows = append(shown.rows, render(item))
	}
	return shown
}

func followCursor(position string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(cursorFollow + position))
}

// follows answers the position that a cursor follows from, and whether it is such a cursor.
func (p Paging) follows() (position string, ok bool) {
	decoded, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil || textProblem(decoded, string(decoded)) != "" {
		return "", false
	}
	return strings.CutPrefix(string(decoded), cursorFollow)
}

// page is the body of a list.
type page struct {
	plural string
	rows   []any
	total  int64
	limit  int
	offset int
	next   string
}

// MarshalJSON puts the rows under the list's own name.
func (p page) MarshalJSON() ([]byte, error) {
	body := map[string]any{
		p.plural: p.rows, "total_count": p.total, "limit": p.limit, "offset": p.offset, "next_cursor": nil,
	}
	if p.rows == nil {
		body[p.plural] = []any{}
	}
	if p.next != "" {
		body["next_cursor"] = p.next
	}
	return encode(body)
}

func pageSchema(plural string, row *huma.Schema) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeObject,
		Properties: map[string]*huma.Schema{
			plural:        {Type: huma.TypeArray, Items: row},
			"total_count": {Type: huma.TypeInteger, Format: "int64", Description: "Rows of the whole list."},
			"limit":       {Type: huma.TypeInteger},
			"offset":      {Type: huma.TypeInteger},
			"next_cursor": {Type: huma.TypeString, Nullable: true, Description: "Cursor of the next page; null on the last."},
		},
		Required: []string{plural, "total_count", "limit", "offset", "next_cursor"},
	}
}
