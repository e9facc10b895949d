package seller_test

import (
	"context"
	"fmt"
	random "math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestWhatIsKeptFollowsFiguresOfAnyProgram has figures come by every path, by one after the other in any order, some of them of programs that
// mark nothing of what this one keeps, while it sweeps now and then. After each a month's totals are those of its lines, and the deals that need
// somebody soonest are the first of all.
func TestWhatIsKeptFollowsFiguresOfAnyProgram(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		settings := roomy()
		settings.BillingSource = "the server"
		d := openDesk(t, store, settings)
		d.sell(video())
		buyer, viewer := d.buyer(zenith), d.operator(parley.ScopeViewer)
		var deals []parley.Deal
		for i, kind := range parley.DealTypes {
			for range 2 {
				request := ask(100_003 + int64(i))
				request.DealType = string(kind)
				request.FlightStart, request.FlightEnd = days("2026-06-25", "2026-08-05")
				deals = append(deals, must(d.book(buyer, d.quote(buyer, request).ID)))
			}
		}
		d.clock.Move(must(time.Parse(time.DateOnly, "2026-07-28")).Sub(d.clock.Read()))
		chance := random.New(random.NewPCG(3, 8))
		n := int64(0)
		former := func() string { return fmt.Sprintf("zz-former-%03d", n) }
		// Some deals, a day of their flight, and how much they deliver on it.
		drawn := func() (some []parley.Deal, day parley.Date, much int64) {
			n++
			first := chance.IntN(len(deals))
			return deals[first:min(first+2, len(deals))], deals[0].Flight.Start + parley.Date(chance.IntN(30)), 1_000 + chance.Int64N(9_000)
		}
		file := func(source string) {
			some, day, much := drawn()
			if err := d.sendFigures(source, fmt.Sprint(source, n), some, day, much); err != nil {
				t.Fatal(err)
			}
		}
		// of selects, of the deals drawn, values of columns that end with what the deal delivered.
		of := func(values string) string {
			some, day, much := drawn()
			var ids []string
			for _, deal := range some {
				ids = append(ids, deal.ID)
			}
			values = strings.NewReplacer("{day}", fmt.Sprint(int64(day)), "{n}", fmt.Sprint(n), "{much}", fmt.Sprint(much), "{as_of}", fmt.Sprint(d.clock.Read().UnixMicro()), "{import}", former()).Replace(values)
			return ` SELECT id, ` + values + ` FROM deals WHERE id IN ('` + strings.Join(ids, "', '") + `')`
		}
		const sums = `, impressions, spend_micros, currency, spent_on, mixed, as_of, final)`
		const sum = `{much}, {much}00, currency, {much}, FALSE, {as_of}, FALSE`
		imported := func() string {
			return fmt.Sprintf(`INSERT INTO delivery_imports (id, source, digest, row_count, skipped, changed, first_day, last_day, as_of, imported_by, imported_at)
				VALUES ('%s', 'the server', 'former %d', 1, 0, 1, 0, 0, 0, 'a key', 0)`, former(), n)
		}
		paths := map[string]func(){
			"a file":               func() { file("the server") },
			"a file of another":    func() { file("a buyer") },
			"a file of whom it is": func() { file(fmt.Sprint("source ", chance.IntN(3))) },
			"a program without marks": func() {
				stores.Run(t, store, `INSERT INTO delivery_sums (deal_id, source, day`+sums+of(`'the server', {day}, `+sum)+`
					ON CONFLICT (deal_id, source, day) DO UPDATE SET impressions = excluded.impressions, spend_micros = excluded.spend_micros,
						currency = excluded.currency, spent_on = excluded.spent_on, as_of = excluded.as_of`)
			},
			"a program without sums": func() {
				lines := of(`{day}, 'the server', 'line {n}', {much}, {much}00, currency, {as_of}, FALSE, '{import}'`)
				stores.Run(t, store, imported(), `INSERT INTO delivery_days (deal_id, day, source, line, impressions, spend_micros, currency, as_of, final, import_id)`+lines)
				must(d.service.CompleteDeals(ctx))
			},
			"a program that ended": func() {
				arriving := of(`'the server', {day}, ` + sum)
				stores.Run(t, store, imported(), `INSERT INTO delivery_summed (import_id) VALUES ('`+former()+`')`,
					`INSERT INTO delivery_arrival (one, import_id, source, as_of, claimed_until, shown) VALUES (1, '`+former()+`', 'the server', 0, 0, FALSE)`,
					`INSERT INTO delivery_arriving_sums (deal_id, source, day`+sums+arriving, `UPDATE delivery_arrival SET shown = TRUE`)
				d.totalsAreOfLines(viewer, seller.MonthOf(deals[0].Flight.Start), seller.MonthOf(deals[0].Flight.Start).Next())
				d.sweptEarnings()
				must(d.service.CompleteDeals(ctx))
			},
		}
		var order []string
		for path := range paths {
			order = append(order, path, path, path)
		}
		slices.Sort(order)
		chance.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		june := seller.MonthOf(deals[0].Flight.Start)
		if err := d.sendFigures("the server", "the first", deals, deals[0].Flight.Start, 10); err != nil {
			t.Fatal(err)
		}
		if err := d.sendFigures("the server", "the second", deals, deals[0].Flight.Start+20, 10); err != nil {
			t.Fatal(err)
		}
		for i, path := range order {
			if i == 0 || chance.IntN(3) > 0 {
				d.sweptEarnings()
			}
			paths[path]()
			d.totalsAreOfLines(viewer, june, june.Next())
			all, first := must(d.service.DeliveryHealth(ctx, viewer, 100)), must(d.service.DeliveryHealth(ctx, viewer, 2))
			for k, found := range first {
				if found.Deal.ID != all[k].Deal.ID || found.AtRisk != all[k].AtRisk {
					t.Errorf("%s is the deal %d that needs somebody, and %s is of all", found.Deal.ID, k, all[k].Deal.ID)
				}
			}
			if t.Failed() {
				t.Fatalf("after %q, the last of %v", path, order[:i+1])
			}
		}
	})
}

// sendFigures takes in a file of one day of deals.
func (d *desk) sendFigures(source, digest string, deals []parley.Deal, day parley.Date, much int64) error {
	_, err := d.service.ImportDelivery(context.Background(), seller.Terminal("test"), seller.DeliveryFile{
		Source: source, AsOf: d.clock.Read(), Digest: func() string { return digest },
		Feed: func(stage func(int, parley.DeliveryDay) error) error {
			for i, deal := range deals {
				spent := 100 * much
				row := parley.DeliveryDay{DealID: deal.ID, Day: day, Line: digest}
				row.Impressions, row.SpendMicros, row.Currency = much, &spent, deal.Price.Currency
				if err := stage(i+1, row); err != nil {
					return err
				}
			}
			return nil
		},
	}, false)
	return err
}

// sweptEarnings has everything kept of what deals earned, and of how they stand.
func (d *desk) sweptEarnings() {
	d.t.Helper()
	for must(d.service.ReckonEarnings(context.Background())) > 0 {
	}
}

// TestFiguresComeWhileDealsChange has files of figures of all deals taken in, their terms changed and what they earned reckoned at the same time: none
// waits for another in a circle, which the store would refuse, and at the end what is kept is of all of it.
func TestFiguresComeWhileDealsChange(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	ctx := context.Background()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDesk(t, store, roomy())
		d.sell(video())
		buyer, operator := d.buyer(zenith), d.operator()
		var deals []parley.Deal
		for range 6 {
			request := ask(100_000)
			request.DealType = string(parley.PreferredDeal)
			request.FlightStart, request.FlightEnd = days("2026-06-25", "2026-08-05")
			deals = append(deals, must(d.book(buyer, d.quote(buyer, request).ID)))
		}
		d.clock.Move(must(time.Parse(time.DateOnly, "2026-07-28")).Sub(d.clock.Read()))
		first := deals[0].Flight.Start
		if err := d.sendFigures("the server", "the first", deals, first, 10); err != nil { // a change is not of a deal that becomes active meanwhile
			t.Fatal(err)
		}
		var coming, sweeping sync.WaitGroup
		for _, source := range []string{"the server", "a buyer"} {
			coming.Go(func() {
				for i := range 8 {
					day := first + parley.Date(i%3*15)
					if err := d.sendFigures(source, fmt.Sprint(i), deals, min(day, first+30), int64(1_000+i)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		coming.Go(func() {
			for i := range 2 {
				for _, deal := range deals {
					cpm := int64(20_000_000 + 10_000*i)
					d.changed(buyer, operator, deal.ID, parley.ChangeTerms{CPM: &cpm})
				}
			}
		})
		over := make(chan struct{})
		sweeping.Go(func() {
			for {
				select {
				case <-over:
					return
				default:
				}
				if _, err := d.service.ReckonEarnings(ctx); err != nil {
					t.Error(err)
					return
				}
			}
		})
		coming.Wait()
		close(over)
		sweeping.Wait()
		june := seller.MonthOf(first)
		d.totalsAreOfLines(operator, june, june.Next())
		d.sweptEarnings()
		d.totalsAreOfLines(operator, june, june.Next())
	})
}
