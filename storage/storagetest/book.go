package storagetest

import (
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"parley"
	"parley/storage"
)

// BenchmarkReserve measures durable bookings of the ledger with one event each, by 1 and 32 writers: all of one day of
// one product, each of a day that no other one has under way, and all of the same 30 days. The first against the second
// is what a hot row costs, and is compared with a simulation in docs/scale.md.
func BenchmarkReserve(b *testing.B, open func(b *testing.B) *storage.Store) {
	const (
		products, days = 1000, 60
		firstDay       = parley.Date(20_000)
	)
	store := open(b)
	Stock(b, store, products)
	plenty := int64(1 << 60)
	if err := store.Tx(b.Context(), func(tx *storage.Tx) error {
		tx.SetCapacity(Product(0).ID, parley.Flight{Start: firstDay, End: firstDay + days}, &plenty)
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	ids := parley.NewIDs(parley.SystemClock, rand.Reader)
	for _, c := range []struct {
		name     string
		days     int
		distance int // between the first days of two bookings
	}{{"hot", 1, 0}, {"spread", 1, 1}, {"hot month", 30, 0}} {
		for _, writers := range []int{1, 32} {
			b.Run(fmt.Sprintf("%s/writers=%d", c.name, writers), func(b *testing.B) {
				var count atomic.Int64
				book := func() error {
					n := int(count.Add(1)) * c.distance
					first := firstDay + parley.Date(n/products%days)
					flight := parley.Flight{Start: first, End: first + parley.Date(c.days-1)}
					return store.Tx(b.Context(), func(tx *storage.Tx) error {
						tx.Reserve(Product(n%products).ID, flight, int64(c.days))
						tx.InsertEvent(parley.Event{ID: ids.New(parley.PrefixEvent), Type: parley.EventDealCreated})
						return nil
					})
				}
				todo := make(chan struct{}, writers)
				var group sync.WaitGroup
				for range writers {
					group.Go(func() {
						for range todo {
							if err := book(); err != nil {
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
}
