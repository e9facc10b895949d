package client

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"reflect"
	"time"

	"parley/wire/document"
)

// Listing is one page of a list.
type Listing[T any] struct {
	Items []T
	Total int64 // rows of the whole list
	// Capped tells that the list has more rows than Total, which counts to 10,000.
	Capped bool
	Next   string // cursor of the next page; empty on the last
}

// query are the parameters that a filter's members are, by their tags. Members that are zero are left out.
func query(filter any) url.Values {
	values, members := url.Values{}, reflect.ValueOf(filter)
	for _, field := range reflect.VisibleFields(members.Type()) {
		name, member := field.Tag.Get("query"), members.FieldByIndex(field.Index)
		if name == "" || member.IsZero() {
			continue
		}
		if member.Kind() == reflect.Pointer {
			member = member.Elem()
		}
		switch said := member.Interface().(type) {
		case time.Time:
			values.Set(name, said.UTC().Format(time.RFC3339Nano))
		default:
			values.Set(name, fmt.Sprint(said))
		}
	}
	return values
}

// list reads a page whose rows are under the list's own name.
func list[T any](ctx context.Context, c *Client, path, plural string, filter any) (Listing[T], error) {
	var found Listing[T]
	body, err := get[map[string]json.RawMessage](ctx, c, path, query(filter))
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
func each[T any](page *document.Paging, read func() (Listing[T], error)) iter.Seq2[T, error] {
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
