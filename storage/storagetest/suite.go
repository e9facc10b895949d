// Package storagetest holds the suite that every backend of package storage passes.
//
// Run says what each method's contract demands, including the error codes, and races the methods that must hold under
// concurrency. A backend's own test opens an empty store and hands it over.
package storagetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/storage"
)

// Run runs the suite. open answers a fresh, empty, migrated store, which the suite does not close.
func Run(t *testing.T, open func(t *testing.T) *storage.Store) {
	for _, group := range []struct {
		name  string
		tests map[string]func(*testing.T, *fixture)
	}{
		{"transactions", transactions},
		{"appends", appends},
		{"what is remembered", remembered},
		{"anonymous", anonymous},
		{"keys", keys},
		{"accounts", accounts},
		{"agents", agents},
		{"answers", answers},
		{"catalog", catalog},
		{"ledger", ledger},
		{"pricing", pricing},
		{"quotes", quotes},
		{"holds", holds},
		{"deals", deals},
		{"booked values", bookedValues},
		{"orders", orders},
		{"events", events},
		{"audits", audits},
		{"webhooks", webhooks},
		{"destinations", destinations},
		{"mappings", mappings},
		{"activations", activations},
		{"aliases", aliases},
		{"paperwork", paperwork},
		{"deal shares", dealShares},
		{"delivery", delivered},
		{"packages", packages},
		{"sessions", sessions},
		{"sign-ins", signIns},
		{"leases", leases},
		{"figures", figures},
		{"secrets", secrets},
		{"clocks of test worlds", testClocks},
		{"proposals", proposals},
		{"negotiations", negotiations},
		{"negotiation days", negotiationDays},
		{"agreements", agreements},
		{"approvals", approvals},
		{"the inbox", inbox},
		{"notices", notices},
		{"change requests", changes},
		{"references", references},
		{"rules", versionedRules},
	} {
		t.Run(group.name, func(t *testing.T) {
			for name, test := range group.tests {
				t.Run(name, func(t *testing.T) { test(t, &fixture{T: t, store: open(t)}) })
			}
		})
	}
}

// noon is when everything happens unless a test says otherwise; it has microseconds, which a store must keep.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 123_456_000, time.UTC)

// flight is ten days from the first of July 2026.
var flight = parley.Flight{Start: 20635, End: 20644}

// fixture is an open store, with the steps that tests share.
type fixture struct {
	*testing.T
	store  *storage.Store
	minted atomic.Int64
}

// id mints an id that sorts after every one before it.
func (f *fixture) id(prefix string) string { return fmt.Sprintf("%s%026d", prefix, f.minted.Add(1)) }

// tx runs a transaction that must succeed.
func (f *fixture) tx(fn func(*storage.Tx) error) {
	f.Helper()
	if err := f.store.Tx(f.Context(), fn); err != nil {
		f.Fatal(err)
	}
}

// write runs a transaction that only queues writes and must succeed.
func (f *fixture) write(fn func(*storage.Tx)) {
	f.Helper()
	f.tx(func(tx *storage.Tx) error {
		fn(tx)
		return nil
	})
}

// refused runs a transaction that only queues writes and must fail with a code.
func (f *fixture) refused(want parley.Code, fn func(*storage.Tx)) {
	f.Helper()
	f.code(f.refusal(fn), want)
}

// refusal is the error of a transaction that only queues writes.
func (f *fixture) refusal(fn func(*storage.Tx)) error {
	f.Helper()
	return f.store.Tx(f.Context(), func(tx *storage.Tx) error {
		fn(tx)
		return nil
	})
}

// code checks an error's code.
func (f *fixture) code(err error, want parley.Code) {
	f.Helper()
	if !parley.Is(err, want) {
		f.Fatalf("the error is %v, want code %s", err, want)
	}
}

// read asks for one thing in a snapshot of its own.
func read[T any](f *fixture, ask func(*storage.Reader) *storage.Pending[T]) T {
	f.Helper()
	value, err := try(f, ask)
	if err != nil {
		f.Fatal(err)
	}
	return value
}

// try asks for one thing, which may fail.
func try[T any](f *fixture, ask func(*storage.Reader) *storage.Pending[T]) (T, error) {
	var value T
	err := f.store.Read(f.Context(), func(r *storage.Reader) error {
		var err error
		value, err = ask(r).Get(f.Context())
		return err
	})
	return value, err
}

// get asks inside a transaction for something that must be there.
func get[T any](ctx context.Context, f *fixture, p *storage.Pending[T]) T {
	f.Helper()
	value, err := p.Get(ctx)
	if err != nil {
		f.Fatal(err)
	}
	return value
}

// missing checks that an answer is CodeNotFound.
func missing[T any](f *fixture, ask func(*storage.Reader) *storage.Pending[T]) {
	f.Helper()
	_, err := try(f, ask)
	f.code(err, parley.CodeNotFound)
}

// same compares what is stored with what was given.
func same[T any](f *fixture, got, want T) {
	f.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		f.Fatalf("stored differs from given (-given +stored):\n%s", diff)
	}
}

// race runs n goroutines at once and answers their errors.
func race(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	group.Wait()
	return errs
}

// tally counts errors by code; success is "".
func tally(errs []error) map[parley.Code]int {
	counts := map[parley.Code]int{}
	for _, err := range errs {
		counts[parley.CodeOf(err)]++
	}
	return counts
}

// pages reads a whole list page by page in both ways and directions, and checks that every way gives the same rows.
func pages[T any](f *fixture, want []string, id func(T) string, ask func(*storage.Reader, storage.Page) *storage.Pending[storage.Listing[T]]) {
	f.Helper()
	walk := func(page storage.Page, next func(storage.Page, []T) storage.Page) []string {
		f.Helper()
		got := []string{}
		for {
			list := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[T]] { return ask(r, page) })
			if list.Total != int64(len(want)) {
				f.Fatalf("the list says it has %d rows, want %d", list.Total, len(want))
			}
			if list.Items == nil {
				f.Fatal("an empty page is nil")
			}
			for _, item := range list.Items {
				got = append(got, id(item))
			}
			if len(list.Items) < page.Limit {
				return got
			}
			page = next(page, list.Items)
		}
	}
	byOffset := func(page storage.Page, items []T) storage.Page {
		page.Offset += len(items)
		return page
	}
	byKey := func(page storage.Page, items []T) storage.Page {
		page.After = id(items[len(items)-1])
		return page
	}
	want = append([]string{}, want...)
	reversed := make([]string, len(want))
	for i, w := range want {
		reversed[len(want)-1-i] = w
	}
	same(f, walk(storage.Page{Limit: 3}, byOffset), want)
	same(f, walk(storage.Page{Limit: 3}, byKey), want)
	same(f, walk(storage.Page{Limit: 3, Newest: true}, byOffset), reversed)
	same(f, walk(storage.Page{Limit: 3, Newest: true}, byKey), reversed)
	same(f, walk(storage.Page{Limit: len(want) + 1}, byKey), want)
	for _, to := range []int{1, len(want), len(want) + 1} {
		list := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[T]] {
			return ask(r, storage.Page{Limit: 3, CountTo: to})
		})
		if counted := min(int64(to), int64(len(want))); to > 0 && list.Total != counted {
			f.Errorf("counted to %d, the list has %d rows, want %d", to, list.Total, counted)
		}
	}
}

func ptr[T any](v T) *T { return &v }
