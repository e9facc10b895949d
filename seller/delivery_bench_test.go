package seller_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
	"parley/storage/storagetest"
)

// BenchmarkImportDelivery takes in as many rows as a file may have, of a hundred deals, and then the same again with other
// figures, in each turn. first-s and again-s are what the last turn took of each, in seconds, and peak-heap-B is the most memory that was in
// use meanwhile.
func BenchmarkImportDelivery(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *storage.Store{"sqlite": stores.SQLite, "postgres": stores.Postgres} {
		b.Run(name, func(b *testing.B) {
			const rows, deals, days = 500_000, 100, 50
			store := open(b)
			service := seller.New(store, seller.Parts{}, seller.DefaultSettings(), parley.SystemClock, rand.Reader, slog.New(slog.NewTextHandler(io.Discard, nil)))
			ids := benchDeals(b, store, deals)
			b.ReportAllocs()
			n := 0
			take := func(which string) {
				n++
				began := time.Now()
				peak, stop := watchHeap()
				_, err := service.ImportDelivery(context.Background(), seller.Terminal("bench"), seller.DeliveryFile{
					Source: "ad server", Digest: func() string { return fmt.Sprint(n) },
					Feed: func(stage func(int, parley.DeliveryDay) error) error {
						for i := range rows {
							d := parley.DeliveryDay{DealID: ids[i%deals], Day: 20454 + parley.Date(i/deals%days), Line: fmt.Sprint(i / deals / days)}
							d.Impressions = int64(i + n)
							if err := stage(i+2, d); err != nil {
								return err
							}
						}
						return nil
					},
				}, false)
				stop()
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(*peak), "peak-heap-B")
				b.ReportMetric(time.Since(began).Seconds(), which)
			}
			for b.Loop() {
				take("first-s")
				take("again-s")
			}
		})
	}
}

// BenchmarkDealDelivery reads what a deal has delivered of which two sources have sent half a million rows: 5,000 lines on each of 50
// days. It is read from 100 sums. peak-heap-B is the most memory that was in use meanwhile.
func BenchmarkDealDelivery(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *storage.Store{"sqlite": stores.SQLite, "postgres": stores.Postgres} {
		b.Run(name, func(b *testing.B) {
			const lines, days, sources = 5_000, 50, 2
			store := open(b)
			service := seller.New(store, seller.Parts{}, seller.DefaultSettings(), parley.SystemClock, rand.Reader, slog.New(slog.NewTextHandler(io.Discard, nil)))
			id := benchDeals(b, store, 1)[0]
			for source := range sources {
				_, err := service.ImportDelivery(context.Background(), seller.Terminal("bench"), seller.DeliveryFile{
					Source: fmt.Sprint("source ", source), Digest: func() string { return "bench" },
					Feed: func(stage func(int, parley.DeliveryDay) error) error {
						for i := range lines * days {
							d := parley.DeliveryDay{DealID: id, Day: 20635 - 180 + parley.Date(i%days), Line: fmt.Sprint(i / days)}
							d.Impressions, d.Losses = int64(i), map[string]int64{"101": 1, "102": int64(i)}
							if err := stage(i+2, d); err != nil {
								return err
							}
						}
						return nil
					},
				}, false)
				if err != nil {
					b.Fatal(err)
				}
			}
			runtime.GC()
			b.ReportAllocs()
			peak, stop := watchHeap()
			for b.Loop() {
				if d, err := service.DealDelivery(context.Background(), seller.Terminal("bench"), id); err != nil || len(d.Days) != days {
					b.Fatal(len(d.Days), err)
				}
			}
			stop()
			b.ReportMetric(float64(*peak), "peak-heap-B")
		})
	}
}

// watchHeap notes the most memory that is in use until it is stopped.
func watchHeap() (peak *uint64, stop func()) {
	peak = new(uint64)
	ended := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		beat := time.NewTicker(100 * time.Millisecond)
		defer beat.Stop()
		for {
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			*peak = max(*peak, memory.HeapInuse)
			select {
			case <-ended:
				return
			case <-beat.C:
			}
		}
	})
	return peak, func() {
		close(ended)
		watching.Wait()
	}
}

// benchDeals stores deals that figures can be of.
func benchDeals(b *testing.B, store *storage.Store, n int) []string {
	b.Helper()
	_, err := store.ImportProducts(context.Background(), time.Now(), storage.ProductImport{
		Feed: func(stage func(int, parley.ProductChange) error) error {
			return stage(2, storagetest.WholeProduct(video()))
		},
		Finish: func(*storage.Tx, storage.ImportSummary) error { return nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	ids := make([]string, n)
	err = store.Tx(context.Background(), func(tx *storage.Tx) error {
		for i := range ids {
			ids[i] = fmt.Sprintf("PRLY-%d", i)
			tx.InsertDeal(parley.Deal{
				ID: ids[i], Owner: "buyer/a//", Status: parley.DealActive, ProductID: "video-home", ProductName: "V", InventoryType: "video",
				DealType: parley.PreferredDeal, MediaType: parley.MediaDigital, Flight: parley.Flight{Start: 20635, End: 20684}, Version: 1,
				Price: parley.PriceDecision{Currency: parley.USD, FinalCPM: 12_000_000}, CreatedAt: time.Now(), UpdatedAt: time.Now(),
			})
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return ids
}
