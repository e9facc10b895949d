package seller_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
	"parley/storage"
)

func TestAvailsFollowTheLedger(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video(), video(func(p *parley.Product) { p.ID, p.DailyImpressions = "open", nil }))
		buyer, admin := d.buyer(acme), d.operator()
		available := func(product string) *int64 {
			t.Helper()
			from, to := days("2026-06-10", "2026-06-19")
			answers, err := d.service.ProductAvails(ctx, buyer, seller.AvailsRequest{ProductIDs: []string{product}, FlightStart: from, FlightEnd: to})
			if err != nil {
				t.Fatal(err)
			}
			return answers[0].Avails.Available
		}
		if got := available("video-home"); got == nil || *got != 10_000_000 {
			t.Errorf("untouched: %v, want 10,000,000", got)
		}
		if got := available("open"); got != nil {
			t.Errorf("capacity not declared: %d, want no limit", *got)
		}
		if _, err := d.book(buyer, d.quote(buyer, ask(4_000_000)).ID); err != nil {
			t.Fatal(err)
		}
		if got := available("video-home"); got == nil || *got != 6_000_000 {
			t.Errorf("after a deal of 4,000,000: %v, want 6,000,000", got)
		}
		from, to := days("2026-06-12", "2026-06-12")
		few, fewer := int64(500_000), int64(399_999)
		set := func(daily *int64) error {
			_, err := d.service.SetCapacity(ctx, admin, seller.CapacityRequest{
				ProductID: "video-home", Range: parley.Flight{Start: *from, End: *to}, Daily: daily,
			}, keep(new(parley.Avails)))
			return err
		}
		if err := set(&few); err != nil {
			t.Fatal(err)
		}
		// The third day has 100,000 left; of an even spread over ten days only the two before it can take one more.
		if got := available("video-home"); got == nil || *got != 1_000_002 {
			t.Errorf("after a day of 500,000: %v, want 1,000,002: two days may take a remainder", got)
		}
		e := wantError(t, set(&fewer), parley.CodeContention)
		if fmt.Sprint(e.Facts["day"]) != "2026-06-12" || e.Facts["reserved"] != int64(400_000) {
			t.Errorf("the refusal does not name the day: %v", e.Facts)
		}
		// The product's own capacity is refused in the same words, for the days that follow it.
		product := parley.Product{ID: "video-home", DailyImpressions: &fewer}
		_, err := d.service.WriteProduct(ctx, admin, seller.ProductWrite{Change: parley.ProductChange{Product: product, Given: parley.FieldDailyImpressions}}, keep(new(seller.WrittenProduct)))
		if e := wantError(t, err, parley.CodeContention); fmt.Sprint(e.Facts["day"]) == "2026-06-12" || e.Facts["reserved"] != int64(400_000) {
			t.Errorf("the refusal does not name the day: %v", e.Facts)
		}
		if err := set(nil); err != nil {
			t.Fatal(err)
		}
		if got := available("video-home"); got == nil || *got != 6_000_000 {
			t.Errorf("after the declaration was taken back: %v, want 6,000,000", got)
		}
	})
}

func TestImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		second := video(func(p *parley.Product) { p.ID = "second" })
		_, err := d.service.ImportCatalog(ctx, seller.Terminal("test"), feed(second, second))
		wantCode(t, err, parley.CodeValidation)
		_, err = d.service.Product(ctx, seller.Terminal("test"), "second")
		wantCode(t, err, parley.CodeNotFound)

		report, err := d.service.ImportCatalog(ctx, seller.Terminal("test"), feed(video(), second))
		if want := (storage.ImportReport{Added: 1, Unchanged: 1}); err != nil || report.ImportReport != want {
			t.Errorf("report %+v (%v), want %+v", report, err, want)
		}
		renamed := video(func(p *parley.Product) { p.Name = "Renamed" })
		report, err = d.service.ImportCatalog(ctx, seller.Terminal("test"), feed(renamed, second))
		if want := (storage.ImportReport{Changed: 1, Unchanged: 1}); err != nil || report.ImportReport != want {
			t.Errorf("report %+v (%v), want %+v", report, err, want)
		}

		buyer := d.buyer(acme)
		if _, err := d.book(buyer, d.quote(buyer, ask(4_000_000)).ID); err != nil {
			t.Fatal(err)
		}
		tight := int64(399_999)
		_, err = d.service.ImportCatalog(ctx, seller.Terminal("test"), feed(video(func(p *parley.Product) { p.DailyImpressions = &tight })))
		wantCode(t, err, parley.CodeContention)
	})
}

// copies stores a quote until there are n of it, under ids older than any that the service makes from then on, and answers
// their ids.
func (d *desk) copies(q parley.Quote, n int) map[string]bool {
	d.t.Helper()
	d.clock.Move(time.Second)
	ids := parley.NewIDs(d.clock.Read, rand.Reader)
	made := map[string]bool{q.ID: true}
	for len(made) < n {
		err := d.store.Tx(context.Background(), func(tx *storage.Tx) error {
			for range min(2000, n-len(made)) {
				q.ID = ids.New(parley.PrefixQuote)
				made[q.ID] = true
				tx.InsertQuote(q)
			}
			return nil
		})
		if err != nil {
			d.t.Fatalf("store copies: %v", err)
		}
	}
	d.clock.Move(time.Minute)
	return made
}

func TestListsNeitherRepeatNorSkipWhileRowsAreAdded(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		buyer := d.buyer(acme)
		const before = 4_000
		want := d.copies(d.quote(buyer, ask(10_000)), before)
		for name, next := range map[string]func(p storage.Page, last string) storage.Page{
			"offset": func(p storage.Page, _ string) storage.Page { p.Offset += p.Limit; return p },
			"cursor": func(p storage.Page, last string) storage.Page { p.After = last; return p },
		} {
			seen := make(map[string]bool, before)
			for page := (storage.Page{Limit: before / 40}); ; {
				listing, err := d.service.Quotes(ctx, buyer, storage.QuoteFilter{Page: page})
				if err != nil {
					t.Fatal(err)
				}
				for _, q := range listing.Items {
					if seen[q.ID] {
						t.Errorf("%s: %s came twice", name, q.ID)
					}
					seen[q.ID] = true
				}
				if len(listing.Items) < page.Limit {
					break
				}
				page = next(page, listing.Items[len(listing.Items)-1].ID)
				d.quote(buyer, ask(10_000))
			}
			for id := range want {
				if !seen[id] {
					t.Errorf("%s: %s was skipped", name, id)
				}
			}
		}
	})
}
