package seller_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// TestTheDesksCounterMeetsTheFloorOfNow raises the floor, or takes the product off sale, while a price waits for the desk.
func TestTheDesksCounterMeetsTheFloorOfNow(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision})
		d.gate(parley.ApprovalRule{Gate: parley.GateNegotiationAccept})
		buyer, operator := d.buyer(acme), d.operator()
		for name, wait := range map[string]func(t *testing.T){
			"a proposal": func(*testing.T) { d.submit(buyer, propose(10_700_000, 1_000_000)) },
			"a negotiation over a quote": func(t *testing.T) {
				price := parley.Money{Micros: 10_700_000, Currency: "USD"}
				if _, err := d.say(buyer, seller.Message{QuoteID: d.quote(buyer, ask(1_000_000)).ID, Action: "counter", Price: &price}); err != nil {
					t.Fatal(err)
				}
			},
		} {
			t.Run(name, func(t *testing.T) {
				d.sell(video())
				wait(t)
				asked := d.pending()
				counter := func(cpm int64) error {
					return d.decide(operator, asked.ID, "counter", &parley.Modifications{CounterCPM: &cpm})
				}
				d.sell(video(func(p *parley.Product) { p.FloorCPM = 10_750_000 }))
				wantCode(t, counter(10_740_000), parley.CodeValidation)
				d.sell(video(func(p *parley.Product) { p.Status = parley.ProductPaused }))
				wantCode(t, counter(10_780_000), parley.CodeValidation)
				d.sell(video(func(p *parley.Product) { p.FloorCPM = 10_750_000 }))
				if err := counter(10_750_000); err != nil {
					t.Errorf("a counter at the floor: %v", err)
				}
			})
		}
	})
}

// TestTheDesksCounterIsShownWhole has the desk offer each combination of price, volume and dates, and books what the buyer is
// shown: nothing else becomes of it, at once or after another round.
func TestTheDesksCounterIsShownWhole(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision})
		operator := d.operator()
		for _, volume := range []*int64{nil, of(int64(500_000)), of(int64(2_000_000))} {
			for _, price := range []*int64{nil, of(int64(10_700_000))} {
				for _, days := range []parley.Date{0, 3} {
					for _, again := range []bool{false, true} {
						m := &parley.Modifications{CounterCPM: price, Impressions: volume}
						asked := propose(10_600_000, 1_000_000)
						if days > 0 {
							m.FlightStart, m.FlightEnd = of(*asked.Start+days), of(*asked.End+days)
						}
						if m.CounterCPM == nil && m.Impressions == nil && days == 0 || again && price == nil {
							continue
						}
						t.Run(fmt.Sprintf("%v %v %d days %t", volume != nil, price != nil, days, again), func(t *testing.T) {
							// Each has a day of its own to negotiate in.
							buyer := d.buyer(parley.Identity{SeatID: "seat-1", AgencyID: t.Name()})
							p := d.submit(buyer, asked)
							must(0, d.decide(operator, p.ApprovalID, "counter", m))
							must(d.resume(operator, p.ApprovalID))
							if again {
								turn := must(d.counter(buyer, p.ID, 9_000_000))
								if turn.Round.Action != parley.ActionCounter {
									t.Fatalf("%+v", turn.Round)
								}
							}
							shown := must(d.service.Proposal(context.Background(), buyer, p.ID)).CounterTerms
							want := parley.Deal{Impressions: asked.Impressions, Flight: parley.Flight{Start: *asked.Start, End: *asked.End}}
							if shown.MaxImpressions != nil {
								want.Impressions = *shown.MaxImpressions
							}
							if shown.FlightStart != nil {
								want.Flight = parley.Flight{Start: *shown.FlightStart, End: *shown.FlightEnd}
							}
							if told := strings.Contains(shown.Reason, "impressions"); told != (volume != nil) {
								t.Errorf("told of another volume %t: %s", told, shown.Reason)
							}
							must(d.counter(buyer, p.ID, shown.ProposedCPM))
							d.granted(d.pending().ID)
							deal := must(d.bookProposal(buyer, p.ID))
							if deal.Price.FinalCPM != shown.ProposedCPM || deal.Impressions != want.Impressions || deal.Flight != want.Flight {
								t.Errorf("booked %d at %d over %+v; shown is %+v", deal.Impressions, deal.Price.FinalCPM, deal.Flight, shown)
							}
							must(d.cancel(operator, deal.ID))
						})
					}
				}
			}
		}
	})
}

// TestTheDeskOffersNoVolumeThatIsNotSold refuses, as it is decided, a volume that is not there or under the minimum.
func TestTheDeskOffersNoVolumeThatIsNotSold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video()) // a million a day, at least 1,000
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Condition: "price < ask"})
		buyer, operator := d.buyer(acme), d.operator()
		p := d.submit(buyer, propose(10_600_000, 1_000_000))
		asked := d.pending().ID
		d.dealOf(d.buyer(zenith), 4_000_000)
		for _, test := range []struct {
			m    parley.Modifications
			says string
		}{
			{parley.Modifications{Impressions: of(int64(999))}, "modifications.impressions must be at least the product's minimum of 1000"},
			{parley.Modifications{Impressions: of(int64(6_000_001))}, "modifications.impressions must be at most 6000000, which is available over the flight"},
			{parley.Modifications{Impressions: of(int64(6_000_001)), CounterCPM: of(int64(10_700_000))}, "modifications.impressions must be at most 6000000"},
			{parley.Modifications{Impressions: of(int64(600_000)), FlightStart: of(mustDay("2026-06-19"))}, ""},
		} {
			err := d.decide(operator, asked, "counter", &test.m)
			if test.says == "" {
				must(0, err)
			} else if e := wantError(t, err, parley.CodeValidation); !strings.Contains(e.Error(), test.says) {
				t.Errorf("%v, want %s", e, test.says)
			}
		}
		must(d.resume(operator, asked))
		if now := must(d.service.Proposal(context.Background(), buyer, p.ID)); *now.CounterTerms.MaxImpressions != 600_000 {
			t.Errorf("%+v", now.CounterTerms)
		}
	})
}

// TestTheDeskAsksNoLessThanIsOffered: a counter by the desk under what the buyer would pay for the same gives money away, at each gate that
// can be countered. For another volume or other dates it may.
func TestTheDeskAsksNoLessThanIsOffered(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision})
		d.gate(parley.ApprovalRule{Name: "agreements", Gate: parley.GateNegotiationAccept})
		buyer, operator := d.buyer(acme), d.operator()
		for name, wait := range map[string]func() (approval string, offered int64){
			"a proposal that would be accepted": func() (string, int64) {
				p := d.submit(buyer, propose(10_800_000, 1_000_000))
				return p.ApprovalID, 10_800_000
			},
			"a proposal that would be countered": func() (string, int64) {
				p := d.submit(buyer, propose(10_100_000, 1_000_000))
				return p.ApprovalID, 10_100_000
			},
			"a price agreed over a proposal": func() (string, int64) {
				p := d.submit(buyer, propose(10_100_000, 1_000_000))
				must(0, d.decide(operator, p.ApprovalID, "counter", &parley.Modifications{CounterCPM: of(int64(11_200_000))}))
				must(d.resume(operator, p.ApprovalID))
				must(d.counter(buyer, p.ID, 11_200_000))
				return d.pending().ID, 11_200_000
			},
		} {
			t.Run(name, func(t *testing.T) {
				id, offered := wait()
				less := offered - 10_000
				e := wantError(t, d.decide(operator, id, "counter", &parley.Modifications{CounterCPM: &less}), parley.CodeValidation)
				if !strings.Contains(e.Error(), "counter_cpm must be at least what the buyer offers") {
					t.Error(e)
				}
				if err := d.decide(operator, id, "counter", &parley.Modifications{CounterCPM: &less, Impressions: of(int64(1_200_000))}); err != nil {
					t.Errorf("for another volume: %v", err)
				}
			})
		}
	})
}
