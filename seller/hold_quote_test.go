package seller_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestAQuoteIsOpenForLongerOnlyWhileItIsHeld ends a hold of the desk's, three days long over a quote of one, in each way and before and
// after the quote would have expired.
func TestAQuoteIsOpenForLongerOnlyWhileItIsHeld(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	release := func(d *desk, who seller.Call, id string) {
		if _, err := d.release(who, id); err != nil {
			d.t.Error(err)
		}
	}
	sweep := func(sweeps ...func(*seller.Service) func(context.Context) (int, error)) func(*desk, seller.Call, string) {
		return func(d *desk, _ seller.Call, _ string) {
			for _, s := range sweeps {
				if _, err := s(d.service)(ctx); err != nil {
					d.t.Error(err)
				}
			}
		}
	}
	holds := func(s *seller.Service) func(context.Context) (int, error) { return s.EndHolds }
	quotes := func(s *seller.Service) func(context.Context) (int, error) { return s.ExpireQuotes }
	ways := map[string]struct {
		byDesk bool
		end    func(d *desk, who seller.Call, id string)
		after  []time.Duration
	}{
		"given back by the desk":           {true, release, []time.Duration{time.Hour, 24 * time.Hour, 30 * time.Hour}},
		"given back by the buyer":          {false, release, []time.Duration{time.Hour, 24 * time.Hour, 30 * time.Hour}},
		"its time over":                    {true, sweep(holds), []time.Duration{72 * time.Hour, 80 * time.Hour}},
		"its time over, after the quote's": {true, sweep(quotes, holds), []time.Duration{72 * time.Hour, 80 * time.Hour}},
	}
	for name, way := range ways {
		for _, after := range way.after {
			t.Run(name+"/"+after.String(), func(t *testing.T) {
				t.Parallel()
				onEach(t, func(t *testing.T, d *desk) {
					d.sell(video())
					buyer, operator := d.buyer(acme), d.operator()
					quote := d.quote(buyer, ask(2000))
					must(d.hold(operator, quote.ID, 72*time.Hour))
					d.clock.Move(after)
					who := buyer
					if way.byDesk {
						who = operator
					}
					way.end(d, who, quote.ID)
					open := after < 24*time.Hour
					left, err := d.service.Quote(ctx, buyer, quote.ID)
					switch {
					case open && (err != nil || !left.ExpiresAt.Equal(quote.ExpiresAt) || left.Status != parley.QuoteAvailable):
						t.Errorf("the quote is %s until %s: %v", left.Status, left.ExpiresAt, err)
					case !open:
						wantCode(t, err, parley.CodeQuoteExpired)
					}
					events, err := d.service.Events(ctx, operator, storage.EventFilter{QuoteID: quote.ID})
					if err != nil {
						t.Fatal(err)
					}
					told := 0
					for _, e := range events.Items {
						if e.Type == parley.EventQuoteExpired {
							told++
						}
					}
					if open && told != 0 || !open && told != 1 {
						t.Errorf("it is told %d times that the quote expired", told)
					}
					if _, err := d.book(buyer, quote.ID); open != (err == nil) {
						t.Errorf("booked: %v", err)
					}
					if got := d.reserved("video-home", "2026-06-10", "2026-06-19"); open && got != 2000 || !open && got != 0 {
						t.Errorf("%d are reserved", got)
					}
				})
			})
		}
	}
}

// TestAHoldEndsWhileItsQuoteIsBooked has both done to many quotes at once, and the sweeps beside them.
func TestAHoldEndsWhileItsQuoteIsBooked(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDesk(t, store, roomy())
		d.sell(video())
		buyer, operator := d.buyer(acme), d.operator()
		var quotes []string
		for range 8 {
			quotes = append(quotes, d.quote(buyer, ask(2000)).ID)
			must(d.hold(operator, quotes[len(quotes)-1], 72*time.Hour))
		}
		d.clock.Move(30 * time.Hour)
		booked := make([]error, len(quotes))
		var all sync.WaitGroup
		for i, id := range quotes {
			all.Go(func() { _, booked[i] = d.book(buyer, id) })
			all.Go(func() {
				if _, err := d.release(operator, id); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				if _, err := d.service.EndHolds(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		var want int64
		for i, err := range booked {
			hold := must(d.service.QuoteHold(context.Background(), operator, quotes[i]))
			if err != nil {
				wantCode(t, err, parley.CodeQuoteExpired)
				continue
			}
			want += 2000
			if hold.Status != parley.HoldTaken {
				t.Errorf("booked, and the hold is %s", hold.Status)
			}
		}
		if got := d.reserved("video-home", "2026-06-10", "2026-06-19"); got != want {
			t.Errorf("%d are reserved, want %d", got, want)
		}
	})
}
