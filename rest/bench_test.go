package rest_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/rest"
	"parley/seller"
	"parley/storage"
)

// BenchmarkQuote measures a durable quote from the request's bytes to the answer's, without the network. It fails when a
// quote takes more allocations than its budget, which leaves a tenth over what they were when it was set.
func BenchmarkQuote(b *testing.B) {
	// What is prepared and cached with the first requests counts among few.
	const fewest = 1000
	for _, on := range []struct {
		store  string
		open   func(testing.TB) *storage.Store
		budget uint64 // allocations of one quote, its request and recorder included
	}{{"sqlite", stores.SQLite, 290}, {"postgres", stores.Postgres, 415}} {
		b.Run(on.store, func(b *testing.B) {
			s := openShopOn(b, on.open(b), rest.Options{})
			const body = `{"product_id":"ctv-sports","deal_type":"PG","impressions":100000,"flight_start":"2026-08-01","flight_end":"2026-08-30"}`
			b.SetParallelism(16)
			b.ReportAllocs()
			b.ResetTimer()
			before := processorTime(b)
			var start, end runtime.MemStats
			runtime.ReadMemStats(&start)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/api/v1/quotes", strings.NewReader(body))
					request.Header.Set("Authorization", "Bearer "+s.buyer)
					request.Header.Set("Content-Type", "application/json")
					answer := httptest.NewRecorder()
					s.handler.ServeHTTP(answer, request)
					if answer.Code != http.StatusCreated {
						b.Fatalf("answered %d: %s", answer.Code, answer.Body)
					}
				}
			})
			runtime.ReadMemStats(&end)
			b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
			if each := (end.Mallocs - start.Mallocs) / uint64(b.N); b.N >= fewest && each > on.budget {
				b.Errorf("a quote takes %d allocations; its budget is %d", each, on.budget)
			}
		})
	}
}

// BenchmarkQuoteBesideStreams measures what a quote costs while other buyers listen to their own events, of which there
// are none.
func BenchmarkQuoteBesideStreams(b *testing.B) {
	for _, listening := range []int{0, 400} {
		b.Run(strconv.Itoa(listening), func(b *testing.B) {
			s := openShop(b, rest.Options{})
			for i := range listening {
				identity := parley.Identity{SeatID: "listener-" + strconv.Itoa(i)}
				s.listen(s.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "listener", Identity: identity}), "").next()
			}
			b.ResetTimer()
			before := processorTime(b)
			for b.Loop() {
				s.quoteBy(s.buyer)
			}
			b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
		})
	}
}

// BenchmarkDealPage measures a page of fifty deals.
func BenchmarkDealPage(b *testing.B) {
	s := openShopOn(b, stores.SQLite(b), rest.Options{})
	for range 50 {
		s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": s.quoteBy(s.buyer)})
	}
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	for b.Loop() {
		s.must(200, "GET", "/api/v1/deals?limit=50", s.buyer, nil)
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
}

// processorTime is what this process has used of the processors: of two runs on a machine that is busy otherwise it is
// what can be compared.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
