package negotiation_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley"
	"parley/negotiation"
)

// TestByHand has people and the agent take turns against any buyer: no price of the seller's rises, or is under the floor or what the
// buyer offers; what the buyer pays is its own price or the seller's; a held price concedes nothing; and once it is over nothing more is said.
func TestByHand(t *testing.T) {
	t.Parallel()
	for _, strategy := range negotiation.Strategies() {
		t.Run(strategy, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				n := genNegotiation(strategy).Draw(t, "negotiation")
				for range rapid.IntRange(1, 12).Draw(t, "turns") {
					standing := n.StandingCPM()
					d, err := byHandOrAgent(t, n)
					if err != nil {
						continue // refused, without a round
					}
					if d.Round.SellerCPM > standing || d.Round.SellerCPM < n.FloorCPM && d.Round.SellerCPM != standing {
						t.Fatalf("from %d to %d over a floor of %d: %+v", standing, d.Round.SellerCPM, n.FloorCPM, d)
					}
					if offered := d.Round.BuyerCPM; d.Round.Action != parley.ActionReject && d.Round.SellerCPM < min(offered, standing) {
						t.Fatalf("%d where the buyer offers %d: %+v", d.Round.SellerCPM, offered, d)
					}
					if d.Trace.Rule == negotiation.RuleHeldForDesk && (d.Round.SellerCPM != standing || d.Status != parley.NegotiationActive) {
						t.Fatalf("held: %+v", d)
					}
					if d.Round.Number != len(n.Rounds)+1 {
						t.Fatalf("round %d after %d", d.Round.Number, len(n.Rounds))
					}
					held := d.Trace.Rule == negotiation.RuleHeldForDesk
					n = d.Record(n, n.StartedAt)
					if negotiation.AwaitsDesk(n) != held {
						t.Fatalf("awaits the desk: %v after %s", !held, d.Trace.Rule)
					}
					// What a buyer is told are left: none once it is over, 0 after a final offer, and else one more at least is answered.
					left, final := negotiation.RoundsRemaining(n), d.Round.Action == parley.ActionFinalOffer
					if over := n.Status.Concluded(); over != (left == nil) || !over && final != (*left == 0) {
						t.Fatalf("%+v leaves %v", d.Round, left)
					}
					if diff := cmp.Diff(d.RoundsRemaining, left); diff != "" {
						t.Fatal(diff)
					}
					if n.Status.Concluded() {
						if _, err := negotiation.ByHand(n, parley.ActionCounter, n.StandingCPM()); !parley.Is(err, parley.CodeNegotiationClosed) {
							t.Fatalf("an answer after the end: %v", err)
						}
						return
					}
				}
			})
		})
	}
}

// byHandOrAgent is the next turn: the agent's or a person's.
func byHandOrAgent(t *rapid.T, n parley.Negotiation) (negotiation.Decision, error) {
	price := rapid.Int64Range(1, n.BaseCPM+2).Draw(t, "price")
	price -= price % max(1, n.Currency.MinorUnit())
	switch rapid.SampledFrom([]string{"hold", "agent", "counter", "final_offer", "accept", "next"}).Draw(t, "turn") {
	case "hold":
		return negotiation.Hold(n, price)
	case "agent":
		return negotiation.Evaluate(n, price)
	case "counter":
		return negotiation.ByHand(n, parley.ActionCounter, price)
	case "final_offer":
		return negotiation.ByHand(n, parley.ActionFinalOffer, price)
	case "accept":
		return negotiation.ByHand(n, parley.ActionAccept, 0)
	}
	d, ok, err := negotiation.NextMove(n)
	if !ok && err == nil {
		err = parley.Errorf(parley.CodeConflict, "nothing to answer")
	}
	return d, err
}

func TestByHandRefusals(t *testing.T) {
	t.Parallel()
	n := parley.Negotiation{
		Status: parley.NegotiationActive, Currency: parley.USD, BaseCPM: 30_000_000, FloorCPM: 20_000_000,
		Limits: negotiation.Defaults(parley.TierAgency),
	}
	for _, c := range []struct {
		action parley.NegotiationAction
		price  int64
		want   parley.Code
	}{
		{parley.ActionCounter, 30_010_000, parley.CodeValidation}, {parley.ActionCounter, 19_990_000, parley.CodeValidation},
		{parley.ActionCounter, 25_005_000, parley.CodeValidation}, {parley.ActionAccept, 0, parley.CodeValidation},
		{parley.ActionFinalOffer, 20_000_000, ""}, {parley.ActionCounter, 30_000_000, ""}, {parley.ActionReject, 0, ""},
	} {
		_, err := negotiation.ByHand(n, c.action, c.price)
		if (err == nil) != (c.want == "") || err != nil && !parley.Is(err, c.want) {
			t.Errorf("%s at %d: %v", c.action, c.price, err)
		}
	}
	n.Rounds = []parley.NegotiationRound{{Number: 1, Action: parley.ActionCounter, BuyerCPM: 25_000_000, SellerCPM: 28_000_000}}
	for _, action := range []parley.NegotiationAction{parley.ActionCounter, parley.ActionFinalOffer} {
		if _, err := negotiation.ByHand(n, action, 24_990_000); !parley.Is(err, parley.CodeValidation) {
			t.Errorf("%s under what the buyer offers: %v", action, err)
		}
		if _, err := negotiation.ByHand(n, action, 25_000_000); err != nil {
			t.Errorf("%s at what the buyer offers: %v", action, err)
		}
	}
}
