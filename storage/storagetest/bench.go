package storagetest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"

	"parley"
	"parley/storage"
)

// BenchmarkInsertQuote measures durable inserts of one quote each, by several goroutines at a time.
func BenchmarkInsertQuote(b *testing.B, open func(b *testing.B) *storage.Store) {
	for _, writers := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			store := open(b)
			Stock(b, store, 1)
			quote := Quote(0)
			ids := parley.NewIDs(parley.SystemClock, rand.Reader)
			todo := make(chan struct{}, writers)
			var group sync.WaitGroup
			for range writers {
				group.Go(func() {
					for range todo {
						q := quote
						q.ID = ids.New(parley.PrefixQuote)
						if err := store.Tx(b.Context(), func(tx *storage.Tx) error { tx.InsertQuote(q); return nil }); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for b.Loop() {
				todo <- struct{}{}
			}
			close(todo)
			group.Wait()
		})
	}
}

// BenchmarkImport measures an import of 200,000 products.
func BenchmarkImport(b *testing.B, open func(b *testing.B) *storage.Store) {
	for b.Loop() {
		Stock(b, open(b), 200_000)
	}
}

// Stock imports n products.
func Stock(tb testing.TB, store *storage.Store, n int) {
	tb.Helper()
	feed := func(stage func(int, parley.ProductChange) error) error {
		var failed error
		for i := range n {
			failed = errors.Join(failed, stage(i+2, WholeProduct(Product(i))))
		}
		return failed
	}
	report, err := store.ImportProducts(tb.Context(), noon, storage.ProductImport{Feed: feed, Finish: noFinish})
	if err != nil || report.Added != int64(n) {
		tb.Fatalf("imported %+v: %v", report, err)
	}
}

// Product is the n-th of a run of different products.
func Product(n int) parley.Product { return (&fixture{}).product(fmt.Sprintf("product-%07d", n)) }

// Quote is the n-th of a run of different quotes for the first product.
func Quote(n int) parley.Quote {
	q := (&fixture{}).quote(Product(0).ID, fmt.Sprintf("buyer/%d", n%1000))
	q.ID = fmt.Sprintf("%s%026d", parley.PrefixQuote, n)
	return q
}
