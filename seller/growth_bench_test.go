package seller_test

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
	"parley/storage/pgtest"
)

const (
	// growthBound is how many times what the first costs the n-th of a day may cost.
	growthBound = 1.2
	// growthBlocks are measured of each flow, each of growthSamples after each past.
	growthBlocks  = 15
	growthSamples = 40
)

// pasts are how often everything has been done on the day already, all of it by one buyer and about one product.
var pasts = [...]int{0, 1_000, 10_000}

// daily is what happens all day. make readies what it needs, and answers the flow itself.
var daily = []struct {
	name string
	make func(*trader) func()
}{
	{"quote", func(r *trader) func() { return func() { r.quoted() } }},
	{"booking", func(r *trader) func() { quote := r.quoted(); return func() { r.booked(quote) } }},
	{"proposal", func(r *trader) func() { return func() { r.proposed(10_000) } }},
	{"counter", func(r *trader) func() { p := r.proposed(10_000); return func() { r.countered(p.ID) } }},
	{"negotiation", func(r *trader) func() { quote := r.quoted(); return func() { r.negotiated(quote) } }},
	{"approval", func(r *trader) func() { p := r.proposed(gated); return func() { r.approved(p.ApprovalID) } }},
	{"order", func(r *trader) func() { deal := r.booked(r.quoted()); return func() { r.ordered(deal) } }},
	{"cancellation", func(r *trader) func() {
		deal := r.booked(r.quoted())
		r.ordered(deal)
		return func() { r.cancelled(deal) }
	}},
}

// gated is a volume that a rule stops.
const gated = 20_001

// trader is the one buyer of a publisher with one product, and the desk that it meets.
type trader struct {
	*desk
	buyer, approver seller.Call
}

func openTrader(b *testing.B, store *storage.Store) *trader {
	settings := seller.DefaultSettings()
	settings.NegotiationsPerDay = math.MaxInt32 // all are counted, and answered the same
	d := openDesk(b, store, settings)
	d.sell(video(at120, func(p *parley.Product) { p.DailyImpressions = of(parley.MaxImpressions) }))
	d.gate(parley.ApprovalRule{Gate: parley.GateDealBooking, Condition: "value_today > 1e12 || value_open > 1e12"})
	d.gate(parley.ApprovalRule{Name: "gated", Gate: parley.GateProposalDecision, Condition: fmt.Sprint("impressions == ", gated)})
	return &trader{d, d.buyer(acme), d.operator()}
}

func (r *trader) quoted() string { return r.quote(r.buyer, ask(10_000)).ID }

func (r *trader) booked(quoteID string) string {
	deal, err := r.book(r.buyer, quoteID)
	r.done(err)
	return deal.ID
}

func (r *trader) proposed(impressions int64) parley.Proposal {
	return r.submit(r.buyer, propose(9_700_000, impressions))
}

func (r *trader) countered(proposalID string) {
	_, err := r.counter(r.buyer, proposalID, 9_800_000)
	r.done(err)
}

func (r *trader) negotiated(quoteID string) {
	_, err := r.say(r.buyer, seller.Message{QuoteID: quoteID, Action: "counter", Price: &parley.Money{Micros: 9_700_000}})
	r.done(err)
}

func (r *trader) approved(approvalID string) {
	r.done(r.decideAndResume(r.approver, approvalID, "approve"))
}

func (r *trader) ordered(dealID string) {
	order, err := r.order(r.buyer, dealID)
	r.done(err)
	_, err = r.move(r.buyer, order.ID, parley.OrderSubmitted)
	r.done(err)
}

func (r *trader) cancelled(dealID string) {
	_, err := r.cancel(r.approver, dealID)
	r.done(err)
}

func (r *trader) done(err error) {
	if err != nil {
		r.t.Helper()
		r.t.Error(err)
	}
}

// trade does everything n times, several at a time.
func (r *trader) trade(n int) {
	todo := make(chan struct{})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range todo {
				for _, flow := range daily {
					flow.make(r)()
				}
			}
		})
	}
	for range n {
		todo <- struct{}{}
	}
	close(todo)
	group.Wait()
}

// BenchmarkTheNth measures what happens all day for one buyer and one product, at the beginning of the day and late on it, as
// multiples of the beginning, and fails above a bound. The times of the day take turns within each block, so that whatever else the
// machine does meets all of them, and the blocks' median is what counts, so that one that was disturbed decides nothing.
func BenchmarkTheNth(b *testing.B) {
	for name, open := range map[string]func(testing.TB) (store *storage.Store, analyze func()){
		"sqlite": func(t testing.TB) (*storage.Store, func()) { return stores.SQLite(t), func() {} },
		"postgres": func(t testing.TB) (*storage.Store, func()) {
			url := stores.PostgresURL(t)
			return stores.PostgresAt(t, url), func() { pgtest.Analyze(t, url) }
		},
	} {
		b.Run(name, func(b *testing.B) {
			traders, analyze := make([]*trader, len(pasts)), make([]func(), len(pasts))
			for i, past := range pasts {
				var store *storage.Store
				store, analyze[i] = open(b)
				traders[i] = openTrader(b, store)
				traders[i].trade(past)
			}
			for _, flow := range daily {
				b.Run(flow.name, func(b *testing.B) {
					for b.Loop() {
						for _, do := range analyze {
							do()
						}
						var first []float64
						var ratios [len(pasts)][]float64
						for range growthBlocks {
							took := block(traders, flow.make)
							first = append(first, took[0])
							for i := range took {
								ratios[i] = append(ratios[i], took[i]/took[0])
							}
						}
						b.ReportMetric(median(first)/1e3, "µs-first")
						for i, past := range pasts[1:] {
							ratio := median(ratios[i+1])
							b.ReportMetric(ratio, fmt.Sprintf("x-after-%d", past))
							if ratio > growthBound {
								b.Errorf("after %d the %s takes %.2f times what the first takes, want at most %.1f", past, flow.name, ratio, growthBound)
							}
						}
					}
				})
			}
		})
	}
}

// block is what a flow takes at each time of the day, in nanoseconds: what one sample in ten stays under, for what else the machine
// does makes things slower, and never faster.
func block(traders []*trader, ready func(*trader) func()) (took [len(pasts)]float64) {
	var all [len(pasts)][]time.Duration
	for sample := range growthSamples {
		for at := range traders {
			i := (at + sample) % len(traders)
			run := ready(traders[i])
			started := time.Now()
			run()
			all[i] = append(all[i], time.Since(started))
		}
	}
	for i := range all {
		slices.Sort(all[i])
		took[i] = float64(all[i][len(all[i])/10])
	}
	return took
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}
