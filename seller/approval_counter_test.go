package seller_test

import (
	"testing"

	"parley"
	"parley/seller"
)

// TestTheDesksCounterMeetsTheFloorOfNow raises the floor, or takes the product off sale, while a price waits for the desk.
func TestTheDesksCounterMeetsTheFloorOfNow(t *testing.T) {
	onEach(t, func(t *testing.T, d *desk) {
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision})
		d.gate(parley.ApprovalRule{Gate: parley.GateNegotiationAccept})
		buyer, operator := d.buyer(acme), d.operator()
		for name, wait := range map[string]func(t *testing.T){
			"a proposal": func(*testing.T) { d.submit(buyer, propose(10_800_000, 1_000_000)) },
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
				d.sell(video(func(p *parley.Product) { p.FloorCPM = 9_500_000 }))
				wantCode(t, counter(9_490_000), parley.CodeValidation)
				d.sell(video(func(p *parley.Product) { p.Status = parley.ProductPaused }))
				wantCode(t, counter(10_000_000), parley.CodeValidation)
				d.sell(video(func(p *parley.Product) { p.FloorCPM = 9_500_000 }))
				if err := counter(9_500_000); err != nil {
					t.Errorf("a counter at the floor: %v", err)
				}
			})
		}
	})
}
