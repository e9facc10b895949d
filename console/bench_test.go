package console_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley"
	"parley/console"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
	"parley/storage/postgres"
	"parley/wire"
)

// deals is how many there are in the benchmark of pages, and agencies how many have them.
const (
	deals    = 1_000_000
	agencies = 997
)

// fillWithDeals copies a deal into the store until there are a million: of every status, over all products, many buyers,
// prices, volumes and flights, booked in the two years before. Half of the flights are over.
func fillWithDeals(b *testing.B, d *desk, sample parley.Deal) {
	b.Helper()
	products := must[seller.Listing[seller.PricedProduct]](b)(d.service.Products(context.Background(), seller.Terminal("test"), seller.ProductFilter{}))
	statuses := []parley.DealStatus{
		parley.DealBooked, parley.DealBooked, parley.DealBooked, parley.DealActive, parley.DealCompleted, parley.DealCancelled,
	}
	const batch = 250 // the sums that are kept with deals become slow when one transaction moves them often
	for from := 0; from < deals; from += batch {
		err := d.store.Tx(b.Context(), func(tx *storage.Tx) error {
			for i := from; i < from+batch; i++ {
				deal := sample
				product := products.Items[i%len(products.Items)].Product
				deal.ID, deal.Status = fmt.Sprintf("NORTH-%010d", i), statuses[i%len(statuses)]
				deal.QuoteID, deal.ProductID, deal.ProductName = "", product.ID, product.Name
				deal.Impressions, deal.Price.FinalCPM = int64(1_000*(1+i*7%4_999)), sample.Price.FinalCPM+int64(i*31%9_973*1_000)
				deal.Flight = flightOf(sample, i)
				deal.Identity.AgencyID = fmt.Sprintf("agency-%d", i%agencies)
				deal.Identity.AgencyName = fmt.Sprintf("Agency %d", i%agencies)
				deal.Owner = parley.Principal{Role: parley.RoleBuyer, Identity: deal.Identity}.Owner()
				deal.BookedOn = sample.BookedOn - parley.Date(i*13%730)
				deal.CreatedAt = sample.CreatedAt.AddDate(0, 0, -(i * 13 % 730))
				tx.InsertDeal(deal)
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// flightOf is the flight of the deal with a number, within a year of that of the sample.
func flightOf(sample parley.Deal, number int) parley.Flight {
	later := parley.Date(number*11%730 - 365)
	return parley.Flight{Start: sample.Flight.Start + later, End: sample.Flight.End + later}
}

// deliverIn has every deal that runs in a month deliver on each of its days in it, by one source, of which a file has as many rows as it may, and
// what they earned be kept. upkeep is what the database does by itself meanwhile.
func deliverIn(b *testing.B, d *desk, sample parley.Deal, days parley.Flight, upkeep func()) {
	b.Helper()
	const file = 500_000 // rows
	day, next := parley.DeliveryDay{}, 0
	for more := true; more; {
		from := next
		must[seller.DeliveryReport](b)(d.service.ImportDelivery(context.Background(), seller.Terminal("test"), seller.DeliveryFile{
			Source: "ad server", Digest: func() string { return fmt.Sprint("from ", from) },
			Feed: func(stage func(int, parley.DeliveryDay) error) error {
				rows := 0
				for next = from; next < deals && rows < file-int(days.End-days.Start)-1; next++ {
					flight := flightOf(sample, next)
					for on := max(days.Start, flight.Start); on <= min(days.End, flight.End); on++ {
						rows++
						day.DealID, day.Day, day.Impressions = fmt.Sprintf("NORTH-%010d", next), on, int64(1+next%9_999)
						if err := stage(rows, day); err != nil {
							return err
						}
					}
				}
				return nil
			},
		}, false))
		more = next < deals
	}
	upkeep()
	for reckoned := 1; reckoned > 0; {
		reckoned = must[int](b)(d.service.ReckonEarnings(context.Background()))
	}
}

// vacuumed opens PostgreSQL. What its autovacuum does within minutes of so many changes, upkeep does at once.
func vacuumed(b *testing.B) (store *storage.Store, upkeep func()) {
	b.Helper()
	pool := must[*pgxpool.Pool](b)(pgxpool.New(b.Context(), stores.PostgresURL(b)))
	b.Cleanup(pool.Close)
	store = must[*storage.Store](b)(postgres.Open(b.Context(), pool.Config().ConnString(), postgres.Options{Patience: time.Minute}))
	b.Cleanup(func() {
		if err := store.Close(); err != nil {
			b.Error(err)
		}
	})
	return store, func() {
		must[pgconn.CommandTag](b)(pool.Exec(b.Context(), "VACUUM ANALYZE"))
	}
}

// BenchmarkPagesOverAMillionDeals measures pages as a browser gets them, from the request to the last byte. The reported
// p99-ms is the time that all but one of a hundred stay under.
func BenchmarkPagesOverAMillionDeals(b *testing.B) {
	for name, open := range map[string]func(*testing.B) (*storage.Store, func()){
		"sqlite":   func(b *testing.B) (*storage.Store, func()) { return stores.SQLite(b), func() {} },
		"postgres": vacuumed,
	} {
		b.Run(name, func(b *testing.B) {
			store, upkeep := open(b)
			d := openDeskOver(b, store)
			w := openWorld(d)
			for i := range agencies {
				d.buyer("agent of an agency", parley.Identity{SeatID: w.deal.Identity.SeatID, AgencyID: fmt.Sprintf("agency-%d", i), AgencyName: fmt.Sprintf("Agency %d", i)})
			}
			agency := must[seller.Listing[parley.Account]](b)(d.service.Accounts(b.Context(), seller.Terminal("test"), seller.AccountFilter{Search: "agency-500"})).Items[0]
			fillWithDeals(b, d, w.deal)
			delivering := seller.MonthOf(parley.DateOf(d.clock.read(), time.UTC).MonthStart(-1)) // the last one
			deliverIn(b, d, w.deal, delivering.Days(), upkeep)
			upkeep()
			month, flights := wire.MonthText(seller.MonthOf(w.deal.BookedOn.MonthStart(-3))), wire.MonthText(delivering)
			handler := d.handler(console.Options{})
			cookies := cookiesOf(b, handler, w.viewer, func(*http.Request) {})
			middle := fmt.Sprintf("NORTH-%010d", deals/2)
			for _, page := range []struct{ name, path string }{
				{"newest", "/deals"}, {"next", "/deals?after=" + middle}, {"oldest", "/deals?sort=oldest"},
				{"by-status", "/deals?status=cancelled"}, {"by-product", "/deals?product_id=ctv-sports-live"}, {"search", "/deals?q=agency+991"},
				{"search-all", "/deals?q=agency"}, {"search-none", "/deals?q=agency+nobody"}, {"by-cpm", "/deals?sort=cpm"},
				{"by-impressions", "/deals?sort=impressions-up"}, {"by-start", "/deals?sort=start-up&starts_from=2020-01-01"},
				{"search-by-cpm", "/deals?q=agency+99&sort=cpm"}, {"status-by-cpm", "/deals?status=cancelled&sort=cpm-up"},
				{"one", "/deals/" + middle}, {"inbox", "/inbox"}, {"system", "/system"},
				{"overlap", "/deals?runs_from=" + flights + "-01&runs_to=" + flights + "-28"},
				{"home", "/home"}, {"find", "/find?q=agency+500"}, {"find-none", "/find?q=zebra+crossing"},
				{"buyers", "/accounts"}, {"buyer", "/accounts/" + agency.ID},
				{"availability", "/availability?product_id=ctv-sports-live"}, {"products", "/inventory"}, {"product", "/inventory/ctv-sports-live"},
				{"report-month", "/reports?from=" + month + "&to=" + month}, {"report", "/reports"},
				{"report-month.csv", "/reports.csv?from=" + month + "&to=" + month},
				{"report-accounts", "/reports?by=account&from=" + month + "&to=" + month},
				{"negotiations", "/reports/negotiations"}, {"finance", "/finance?month=" + month},
				{"finance-flight", "/finance?by=flight&month=" + flights}, {"keys", "/keys"}, {"orders", "/orders"}, {"audit", "/audit"}, {"events", "/events"},
				{"by-account", "/deals?account_id=" + agency.ID}, {"by-account-cpm", "/deals?account_id=" + agency.ID + "&sort=cpm"},
				{"overlap-account", "/deals?account_id=" + agency.ID + "&runs_from=" + flights + "-01&runs_to=" + flights + "-28"},
				{"finance-delivery", "/finance?by=delivery&month=" + flights}, {"report-accounts-year", "/reports?by=account"},
				{"quotes", "/quotes"}, {"proposals", "/proposals"}, {"negotiating", "/negotiations"}, {"packages", "/packages"}, {"pricing", "/pricing"},
				{"whatif", "/whatif"}, {"webhooks", "/webhooks"}, {"notices", "/notices"}, {"agents", "/agents"}, {"destinations", "/destinations"},
				{"activations", "/activations"}, {"delivery", "/delivery"}, {"approval-rules", "/approval-rules"},
				{"negotiation-profiles", "/negotiation-profiles"}, {"mappings", "/mappings"}, {"board", "/availability"},
				{"sheet", "/deals/" + middle + "/sheet"},
			} {
				b.Run(page.name, func(b *testing.B) {
					var took []time.Duration
					for b.Loop() {
						started := time.Now()
						if answer := pageOf(handler, page.path, cookies); answer.Code != http.StatusOK {
							b.Fatalf("%d\n%s", answer.Code, answer.Body)
						}
						took = append(took, time.Since(started))
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
				})
			}
		})
	}
}
