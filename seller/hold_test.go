package seller_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/inventory"
	"parley/seller"
	"parley/storage"
)

func (d *desk) hold(call seller.Call, quoteID string, length time.Duration) (parley.Hold, error) {
	var hold parley.Hold
	_, err := d.service.HoldQuote(context.Background(), call, seller.HoldRequest{QuoteID: quoteID, For: length}, keep(&hold))
	return hold, err
}

func (d *desk) release(call seller.Call, quoteID string) (parley.Hold, error) {
	var hold parley.Hold
	_, err := d.service.ReleaseHold(context.Background(), call, quoteID, keep(&hold))
	return hold, err
}

// roomy are settings under which buyers hold what they like.
func roomy() seller.Settings {
	settings := seller.DefaultSettings()
	settings.Holds = seller.HoldLimits{Count: 3, Time: 48 * time.Hour, Percent: 100}
	return settings
}

// TestHoldsAreBounded by their number, their time and their share of what is free, of each side by its own limits.
func TestHoldsAreBounded(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(), video(func(p *parley.Product) { p.ID = "other" }))
		buyer, rival, operator := d.buyer(acme), d.buyer(zenith), d.operator(parley.ScopeApprover)
		// Ten days of 1,000,000 are free: a tenth of them is a million.
		large := d.quote(buyer, ask(1_000_001)).ID
		_, err := d.hold(buyer, large, 0)
		if e := wantError(t, err, parley.CodeContention); e.Facts["available_impressions"] != int64(1_000_000) {
			t.Errorf("more than a tenth: %v", e.Facts)
		}
		first := d.quote(buyer, ask(600_000)).ID
		held := must(d.hold(buyer, first, 6*time.Hour))
		if held.Until != noon.Add(6*time.Hour) || held.Status != parley.HoldActive || d.reserved("video-home", "2026-06-10", "2026-06-19") != 600_000 {
			t.Errorf("held: %+v", held)
		}
		if again := must(d.hold(buyer, first, time.Hour)); again.ID != held.ID || again.Until != held.Until {
			t.Errorf("held again: %+v", again)
		}
		_, err = d.hold(buyer, d.quote(buyer, ask(400_001)).ID, 0)
		if e := wantError(t, err, parley.CodeContention); e.Facts["available_impressions"] != int64(400_000) {
			t.Errorf("more than a tenth together: %v", e.Facts)
		}
		second := must(d.hold(buyer, d.quote(buyer, ask(100_000)).ID, 0))
		if second.Until != noon.Add(24*time.Hour) {
			t.Errorf("a hold outlives its quote: %s", second.Until)
		}
		_, err = d.hold(buyer, d.quote(buyer, ask(100_000)).ID, 0)
		if e := wantError(t, err, parley.CodeContention); e.Facts["most_holds"] != 2 {
			t.Errorf("a third: %v", e)
		}
		other := ask(100_000)
		other.ProductID = "other"
		must(d.hold(buyer, d.quote(buyer, other).ID, 0))
		must(d.hold(rival, d.quote(rival, ask(100_000)).ID, 0))

		// The desk has limits of its own, and keeps the quote open.
		theirs := d.quote(rival, ask(9_000_000)).ID
		kept := must(d.hold(operator, theirs, 72*time.Hour))
		if quote := must(d.service.Quote(context.Background(), rival, theirs)); !kept.ByDesk || !quote.ExpiresAt.Equal(noon.Add(72*time.Hour)) {
			t.Errorf("the desk's hold %+v, its quote ends at %s", kept, quote.ExpiresAt)
		}
		_, err = d.hold(operator, d.quote(rival, ask(1000)).ID, 15*24*time.Hour)
		wantCode(t, err, parley.CodeValidation)

		// What cannot be held, and by whom.
		preferred := ask(1000)
		preferred.DealType = "PD"
		for name, c := range map[string]struct {
			call  seller.Call
			quote string
			code  parley.Code
		}{
			"another's":      {rival, first, parley.CodeNotFound},
			"nobody's call":  {seller.Call{Address: "192.0.2.9"}, first, parley.CodeUnauthorized},
			"one who looks":  {d.operator(parley.ScopeViewer), first, parley.CodeForbidden},
			"unknown":        {buyer, "qt-none", parley.CodeNotFound},
			"not guaranteed": {buyer, d.quote(buyer, preferred).ID, parley.CodeValidation},
			"for nobody":     {operator, d.quote(operator, ask(1000)).ID, parley.CodeValidation},
		} {
			if _, err := d.hold(c.call, c.quote, 0); !parley.Is(err, c.code) {
				t.Errorf("%s: %v, want %s", name, err, c.code)
			}
		}
		for _, call := range []seller.Call{rival, {Address: "192.0.2.9"}} {
			if _, err := d.release(call, first); err == nil {
				t.Error("another gave the hold back")
			}
			if _, err := d.service.QuoteHold(context.Background(), call, first); err == nil {
				t.Error("another read the hold")
			}
		}
		listed, err := d.service.Holds(context.Background(), buyer, seller.HoldFilter{Status: parley.HoldActive})
		if err != nil || len(listed.Items) != 3 {
			t.Errorf("the buyer's: %d (%v)", len(listed.Items), err)
		}
	})
}

// TestHoldsEndWithTheirQuotes takes a held quote to each end that it can have, and looks at what is left in the ledger.
func TestHoldsEndWithTheirQuotes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	sweep := func(d *desk) {
		for what, sweep := range d.service.Sweeps() {
			if _, err := sweep(ctx); err != nil {
				d.t.Fatalf("%s: %v", what, err)
			}
		}
	}
	ends := map[string]struct {
		end  func(d *desk, buyer, operator seller.Call, quoteID string)
		want parley.HoldStatus
		left int64 // impressions that are still reserved
	}{
		"booked": {func(d *desk, buyer, _ seller.Call, id string) { must(d.book(buyer, id)) }, parley.HoldTaken, 500_000},
		"booked after its time, not swept": {func(d *desk, buyer, _ seller.Call, id string) {
			d.clock.Move(7 * time.Hour)
			must(d.book(buyer, id))
		}, parley.HoldTaken, 500_000},
		"booked and the deal cancelled": {func(d *desk, buyer, operator seller.Call, id string) {
			must(d.cancel(operator, must(d.book(buyer, id)).ID))
		}, parley.HoldTaken, 0},
		"given back":         {func(d *desk, buyer, _ seller.Call, id string) { must(d.release(buyer, id)) }, parley.HoldReleased, 0},
		"given back by desk": {func(d *desk, _, operator seller.Call, id string) { must(d.release(operator, id)) }, parley.HoldReleased, 0},
		"given back and booked": {func(d *desk, buyer, _ seller.Call, id string) {
			must(d.release(buyer, id))
			must(d.book(buyer, id))
		}, parley.HoldReleased, 500_000},
		"its time over": {func(d *desk, _, _ seller.Call, _ string) { d.clock.Move(6 * time.Hour); sweep(d) }, parley.HoldExpired, 0},
		"before it":     {func(d *desk, _, _ seller.Call, _ string) { d.clock.Move(6*time.Hour - time.Microsecond); sweep(d) }, parley.HoldActive, 500_000},
		"quote expired": {func(d *desk, _, _ seller.Call, _ string) { d.clock.Move(24 * time.Hour); sweep(d) }, parley.HoldExpired, 0},
		"product paused": {func(d *desk, buyer, _ seller.Call, id string) {
			d.sell(video(func(p *parley.Product) { p.Status = parley.ProductPaused }))
			_, err := d.book(buyer, id)
			wantCode(d.t, err, parley.CodeConflict)
		}, parley.HoldActive, 500_000},
		"capacity lowered": {func(d *desk, buyer, _ seller.Call, id string) {
			from, to := days("2026-06-10", "2026-06-19")
			for daily, code := range map[int64]parley.Code{49_999: parley.CodeContention, 50_000: ""} {
				_, err := d.service.SetCapacity(ctx, seller.Terminal("test"), seller.CapacityRequest{
					ProductID: "video-home", Range: parley.Flight{Start: *from, End: *to}, Daily: of(daily),
				}, keep(new(parley.Avails)))
				if parley.CodeOf(err) != code {
					d.t.Errorf("a capacity of %d: %v", daily, err)
				}
			}
			must(d.book(buyer, id))
		}, parley.HoldTaken, 500_000},
	}
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		for name, c := range ends {
			d := openDesk(t, store, roomy())
			d.sell(video(func(p *parley.Product) { p.Status = parley.ProductActive }))
			buyer, operator := d.buyer(acme), d.operator()
			before := d.reserved("video-home", "2026-06-10", "2026-06-19")
			if before != 0 {
				t.Fatalf("%s: %d are reserved before", name, before)
			}
			quote := d.quote(buyer, ask(500_000))
			must(d.hold(buyer, quote.ID, 6*time.Hour))
			c.end(d, buyer, operator, quote.ID)
			hold, err := d.service.QuoteHold(ctx, operator, quote.ID)
			if err != nil || hold.Status != c.want {
				t.Errorf("%s: the hold is %s (%v)", name, hold.Status, err)
			}
			if got := d.reserved("video-home", "2026-06-10", "2026-06-19"); got != c.left {
				t.Errorf("%s: %d are reserved, want %d", name, got, c.left)
			}
			d.clearLedger(operator, quote.ID)
		}
	})
}

// clearLedger gives back what a quote has come to hold.
func (d *desk) clearLedger(operator seller.Call, quoteID string) {
	d.t.Helper()
	quote := must(d.service.PricingTrace(context.Background(), operator, quoteID))
	if quote.DealID != "" {
		if deal := must(d.service.Deal(context.Background(), operator, quote.DealID)); deal.Status.Runs() {
			must(d.cancel(operator, deal.ID))
		}
		return
	}
	must(d.release(operator, quoteID))
}

// TestABookingUsesWhatWasHeldForItsAgreement: what is held of a quote is had by another one that books what was negotiated on it.
func TestABookingUsesWhatWasHeldForItsAgreement(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDesk(t, store, roomy())
		d.sell(video())
		buyer := d.buyer(acme)
		quote := d.quote(buyer, ask(10_000_000)) // all that there is
		must(d.hold(buyer, quote.ID, 0))
		said, err := d.say(buyer, seller.Message{QuoteID: quote.ID, Action: "counter", Price: &parley.Money{Micros: 9_700_000}})
		if err != nil {
			t.Fatal(err)
		}
		if said.Negotiation.Status == parley.NegotiationActive {
			if said, err = d.say(buyer, seller.Message{NegotiationID: said.Negotiation.ID, Action: "accept"}); err != nil {
				t.Fatal(err)
			}
		}
		again := ask(10_000_000)
		again.TargetCPM = &parley.Money{Micros: *said.Negotiation.AgreedCPM}
		bound := d.quote(buyer, again)
		if bound.NegotiationID == "" {
			t.Fatalf("the second quote is not bound: %+v", bound.Price)
		}
		deal := must(d.book(buyer, bound.ID))
		hold := must(d.service.QuoteHold(context.Background(), buyer, quote.ID))
		if hold.Status != parley.HoldTaken || hold.DealID != deal.ID || d.reserved("video-home", "2026-06-10", "2026-06-19") != 10_000_000 {
			t.Errorf("the hold is %s by %q", hold.Status, hold.DealID)
		}
	})
}

// TestTheLastImpressions are held or booked by many at once, over a hold whose time is over that no sweep has come to.
func TestTheLastImpressions(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDesk(t, store, roomy())
		d.sell(video())
		first := d.buyer(parley.Identity{SeatID: "first"})
		must(d.hold(first, d.quote(first, ask(10_000_000)).ID, time.Hour))
		d.clock.Move(time.Hour)
		const each, many = 2_000_000, 12
		var all sync.WaitGroup
		failed := make([]error, many)
		for i := range many {
			buyer := d.buyer(parley.Identity{SeatID: fmt.Sprintf("seat-%d", i)})
			quote := d.quote(buyer, ask(each)).ID
			all.Go(func() {
				if i%2 == 0 {
					_, failed[i] = d.hold(buyer, quote, 0)
				} else {
					_, failed[i] = d.book(buyer, quote)
				}
			})
		}
		all.Wait()
		won := 0
		for _, err := range failed {
			if err == nil {
				won++
			} else {
				wantCode(t, err, parley.CodeContention)
			}
		}
		if got := d.reserved("video-home", "2026-06-10", "2026-06-19"); won != 5 || got != 10_000_000 {
			t.Errorf("%d have something, %d are reserved", won, got)
		}
	})
}

// TestOneBuyersHoldsAtOnce are as many as its limit, and one of each quote.
func TestOneBuyersHoldsAtOnce(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDesk(t, store, roomy())
		d.sell(video())
		buyer := d.buyer(acme)
		var quotes []string
		for range 5 {
			quotes = append(quotes, d.quote(buyer, ask(1000)).ID)
		}
		var all sync.WaitGroup
		for i := range 15 {
			all.Go(func() { _, _ = d.hold(buyer, quotes[i%5], 0) })
		}
		all.Wait()
		if got := d.reserved("video-home", "2026-06-10", "2026-06-19"); got != 3000 {
			t.Errorf("%d are reserved, want those of three holds", got)
		}
	})
}

// TestTheLedgerIsTheSumOfDealsAndHolds does random things with quotes and holds, and after each holds every day of the ledger against
// the deals and the holds, none of which outlives its end by more than a sweep.
func TestTheLedgerIsTheSumOfDealsAndHolds(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	ctx := context.Background()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		cases := 0
		rapid.Check(t, func(rt *rapid.T) {
			cases++
			d := openDesk(t, store, roomy())
			product := fmt.Sprintf("video-%d", cases)
			d.sell(video(func(p *parley.Product) { p.ID = product }))
			buyers := []seller.Call{d.buyer(acme), d.buyer(zenith), d.operator()}
			var quotes []string
			for range rapid.IntRange(1, 10).Draw(rt, "steps") {
				who := rapid.IntRange(0, 1).Draw(rt, "who")
				did := rapid.SampledFrom([]string{"quote", "hold", "hold", "book", "release", "desk", "wait", "sweep"}).Draw(rt, "does")
				var err error
				if did != "quote" && did != "wait" && did != "sweep" && len(quotes) == 0 {
					did = "quote"
				}
				switch did {
				case "quote":
					request := ask(rapid.Int64Range(1000, 9_000_000).Draw(rt, "volume"))
					request.ProductID = product
					quotes = append(quotes, d.quote(buyers[who], request).ID)
				case "hold":
					_, err = d.hold(buyers[who], rapid.SampledFrom(quotes).Draw(rt, "of"), time.Duration(rapid.IntRange(0, 48).Draw(rt, "hours"))*time.Hour)
				case "desk":
					_, err = d.hold(buyers[2], rapid.SampledFrom(quotes).Draw(rt, "of"), time.Duration(rapid.IntRange(0, 300).Draw(rt, "hours"))*time.Hour)
				case "book":
					_, err = d.book(buyers[who], rapid.SampledFrom(quotes).Draw(rt, "of"))
				case "release":
					_, err = d.release(buyers[who], rapid.SampledFrom(quotes).Draw(rt, "of"))
				case "wait":
					d.clock.Move(time.Duration(rapid.IntRange(1, 30).Draw(rt, "hours")) * time.Hour)
				case "sweep":
					if _, err := d.service.EndHolds(ctx); err != nil {
						rt.Fatal(err)
					}
					overdue, err := d.service.Holds(ctx, seller.Terminal("test"), seller.HoldFilter{ProductID: product, Status: parley.HoldExpired})
					if err != nil {
						rt.Fatal(err)
					}
					for _, h := range overdue.Items {
						if h.EndedAt == nil {
							rt.Fatalf("%s outlives its end", h.ID)
						}
					}
				}
				if err != nil && !slices.Contains([]parley.Code{parley.CodeContention, parley.CodeNotFound, parley.CodeQuoteExpired}, parley.CodeOf(err)) {
					rt.Fatalf("%s: %v", did, err)
				}
				d.sums(rt, product)
			}
		})
	})
}

// sums compares what is reserved of a product with what its deals and its holds have.
func (d *desk) sums(t *rapid.T, product string) {
	ctx := context.Background()
	from, to := days("2026-06-01", "2026-08-01")
	span := parley.Flight{Start: *from, End: *to}
	deals, err := d.service.Deals(ctx, seller.Terminal("test"), storage.DealFilter{ProductID: product})
	if err != nil {
		t.Fatal(err)
	}
	had := make([]int64, span.Days())
	add := func(impressions int64, flight parley.Flight) {
		for i, n := range inventory.Spread(impressions, flight) {
			had[flight.Start-span.Start+parley.Date(i)] += n
		}
	}
	for _, deal := range deals.Items {
		add(deal.Impressions, deal.Flight)
	}
	holds, err := d.service.Holds(ctx, seller.Terminal("test"), seller.HoldFilter{ProductID: product})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range holds.Items {
		if h.EndedAt == nil {
			add(h.Impressions, h.Flight)
		}
	}
	capacity, err := d.service.Capacity(ctx, seller.Terminal("test"), product, span)
	if err != nil {
		t.Fatal(err)
	}
	for i, day := range capacity.Days {
		if day.Reserved != had[i] || day.Reserved > *day.Capacity {
			t.Fatalf("%s: %d reserved of %d, the deals and holds have %d", day.Day, day.Reserved, *day.Capacity, had[i])
		}
	}
}
