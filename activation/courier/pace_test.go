package courier_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/admanager"
	"parley/activation/courier"
	"parley/activation/dealsapi"
	"parley/internal/racedetector"
	"parley/seller"
)

// TestADestinationIsAskedSoOften takes turns at a pace of two a second.
func TestADestinationIsAskedSoOften(t *testing.T) {
	t.Parallel()
	one := parley.Destination{ID: "one"}
	synctest.Test(t, func(t *testing.T) { // what a destination has set itself goes before, also when that changes
		turn, own := courier.PaceOf(courier.Limits{PerSecond: 1.0 / 3600, Burst: 1}), parley.Destination{ID: "one", RequestsPerMinute: 30}
		begun := time.Now()
		for i, want := range []time.Duration{0, 2 * time.Second, 4 * time.Second} {
			if err := turn(own)(t.Context()); err != nil || time.Since(begun) != want {
				t.Errorf("request %d goes after %s, want %s: %v", i+1, time.Since(begun), want, err)
			}
		}
		own.RequestsPerMinute = 600
		time.Sleep(time.Second)
		for range 10 {
			if err := turn(own)(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if took := time.Since(begun); took > 7*time.Second {
			t.Errorf("ten requests at ten a second end after %s", took)
		}
		if courier.PaceOf(courier.Limits{})(own) == nil {
			t.Error("where others have no limit it has none")
		}
	})
	synctest.Test(t, func(t *testing.T) {
		turn := courier.PaceOf(courier.Limits{PerSecond: 2, Burst: 2})
		begun := time.Now()
		for i, want := range []time.Duration{0, 0, time.Second / 2, time.Second, 3 * time.Second / 2, 2 * time.Second} {
			if err := turn(one)(t.Context()); err != nil || time.Since(begun) != want {
				t.Errorf("request %d goes after %s, want %s: %v", i+1, time.Since(begun), want, err)
			}
		}
		if err := turn(parley.Destination{ID: "other"})(t.Context()); err != nil || time.Since(begun) != 2*time.Second {
			t.Errorf("another destination waits until %s: %v", time.Since(begun), err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		turn := courier.PaceOf(courier.Limits{PerSecond: 1.0 / 3600, Burst: 1})(one)
		begun := time.Now()
		if err := turn(t.Context()); err != nil {
			t.Error(err)
		}
		for range 3 { // which take no later turn from each other
			err := turn(t.Context())
			failure := activation.Failure(err)
			if wait, again := activation.Wait(err, 1); err == nil || failure.Class != parley.ClassNotYet || !again || wait != time.Hour || time.Since(begun) != 0 {
				t.Errorf("a turn that comes in an hour: %v, in %s", err, wait)
			}
		}
	})
	if courier.PaceOf(courier.Limits{})(one) != nil {
		t.Error("without a limit there is a turn to wait for")
	}
}

// TestEachRequestWaitsItsTurn counts the turns that are waited for while deals are sent over a network, and the requests that come.
func TestEachRequestWaitsItsTurn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		receiver := d.receiver("")
		d.adManager(admanager.HeaderBidding, "")
		d.ordered()
		turns := 0
		ctx := activation.WithPace(t.Context(), func(context.Context) error { turns++; return nil })
		send := func(limits courier.Limits) {
			t.Helper()
			couriers := courier.New(d.service, d.clock.Read, d.log(), limits)
			due, _, err := d.service.DueActivations(ctx, 10)
			d.must(err)
			if len(due) == 0 {
				t.Fatal("nothing is sent")
			}
			for _, a := range due {
				d.must(couriers.Deliver(ctx, "node", a.ID))
			}
		}
		send(courier.Limits{})
		came := receiver.Calls() + len(d.network.Calls()) + d.network.Tokens()
		if turns == 0 || turns != came {
			t.Errorf("%d turns for %d requests", turns, came)
		}
		before := turns
		d.ordered()
		send(courier.Limits{PerSecond: 1_000_000, Burst: 1})
		if turns != before {
			t.Error("couriers with a limit go at another's pace")
		}
	})
}

// TestSoManyDealsAreSentAtATime has two destinations that answer when the test says so: each is sent as many deals at a time as it is set to,
// and neither keeps the other from its own.
func TestSoManyDealsAreSentAtATime(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		const deals, usual, own = 6, 2, 3
		var counting sync.Mutex
		now, most, came := map[string]int{}, map[string]int{}, make(chan string, 2*deals)
		goOn := make(chan struct{})
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			count := func(by int) {
				counting.Lock()
				defer counting.Unlock()
				now[r.URL.Path] += by
				most[r.URL.Path] = max(most[r.URL.Path], now[r.URL.Path])
			}
			count(1)
			came <- r.URL.Path
			<-goOn
			count(-1)
			_, _ = w.Write([]byte(`{}`))
		}))
		t.Cleanup(receiver.Close)
		for path, sends := range map[string]int{"/usual": 0, "/own": own} {
			d.destination(dealsapi.Kind, func(r *seller.DestinationRequest) {
				r.Name, r.Sends, r.Trigger, r.Required = path, &sends, parley.TriggerDealBooked, false
				r.Settings = fmt.Appendf(nil, `{"push_url": "%s%s", "origin": "exchange.example"}`, receiver.URL, path)
			})
		}
		for range deals {
			d.book()
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			courier.New(d.service, d.clock.Read, d.log(), courier.Limits{AtATime: usual}).Run(ctx, "node")
		}()
		for range usual + own { // as many as there are places, of both
			<-came
		}
		close(goOn)
		for range 2*deals - usual - own {
			<-came
		}
		stop()
		<-ended
		counting.Lock()
		defer counting.Unlock()
		if most["/usual"] != usual || most["/own"] != own {
			t.Errorf("at a time there were %v", most)
		}
	})
}
