package client

import (
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"strconv"
)

// Page asks for a part of a list. The zero value is the first page, oldest first, of as many rows as the seller likes.
type Page struct {
	Limit  int    // rows, at most 500; 0: the seller's choice
	Cursor string // Listing.Next of the page before; empty: the first page
	Newest bool   // newest first
}

// Listing is one page of a list.
type Listing[T any] struct {
	Items []T
	Total int64 // rows of the whole list
	// Capped tells that the list has more rows than Total, which counts to 10,000.
	Capped bool
	Next   string // cursor of the next page; empty on the last
}

// query is a set of parameters in which empty values are left out.
type query url.Values

func (q query) set(name, value string) {
	if value != "" {
		q[name] = []string{value}
	}
}

func (p Page) into(q query) {
	if p.Limit != 0 {
		q.set("limit", strconv.Itoa(p.Limit))
	}
	q.set("cursor", p.Cursor)
	if p.Newest {
		q.set("order", "newest")
	}
}

// list reads a page whose rows are under the list's own name.
func list[T any](ctx context.Context, c *Client, path, plural string, q query) (Listing[T], error) {
	var found Listing[T]
	body, err := get[map[string]json.RawMessage](ctx, c, path, q)
	if err != nil {
		return found, err
	}
	var next *string
	for member, target := range map[string]any{plural: &found.Items, "total_count": &found.Total, "total_count_capped": &found.Capped, "next_cursor": &next} {
		if raw, present := body[member]; present {
			if err := json.Unmarshal(raw, target); err != nil {
				return Listing[T]{}, &unreadableError{err}
			}
		}
	}
	if next != nil {
		found.Next = *next
	}
	return found, nil
}

// each walks a list over all its pages, from the one that is asked for: read reads the page that page then names. It ends with the
// first error, which it hands out with a zero row.
func each[T any](page *Page, read func() (Listing[T], error)) iter.Seq2[T, error] {
	const perPage = 500
	first := *page
	if first.Limit == 0 {
		first.Limit = perPage
	}
	return func(yield func(T, error) bool) {
		for *page = first; ; {
			found, err := read()
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range found.Items {
				if !yield(item, nil) {
					return
				}
			}
			if found.Next == "" {
				return
			}
			page.Cursor = found.Next
		}
	}
}
