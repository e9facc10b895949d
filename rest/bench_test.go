package rest_test

import (
	"net/http"
	"net/http/httptest"
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

// BenchmarkQuote measures a durable quote from the request's bytes to the answer's, without the network. Its allocations
// are the budget of the quote path.
func BenchmarkQuote(b *testing.B) {
	for name, open := range map[string]func(testing.TB) storage.Store{"sqlite": stores.SQLite, "postgres": stores.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := openShopOn(b, open(b), rest.Options{})
			const body = `{"product_id":"ctv-sports","deal_type":"PG","impressions":100000,"flight_start":"2026-08-01","flight_end":"2026-08-30"}`
			b.SetParallelism(16)
			b.ReportAllocs()
			b.ResetTimer()
			before := processorTime(b)
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
			b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
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

// processorTime is what this process has used of the processors: of two runs on a machine that is busy otherwise it is
// what can be compared.
func processorTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
