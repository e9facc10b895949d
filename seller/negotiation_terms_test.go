package seller_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
)

// TestNothingIsStatedUnderTodaysTerms changes a product while a negotiation over it is open, and says something.
func TestNothingIsStatedUnderTodaysTerms(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	price := func(micros int64) *parley.Money { return &parley.Money{Micros: micros} }
	says := map[string]seller.Message{
		"a counter":                 {Action: "counter", Price: price(9_500_000)},
		"a price close enough":      {Action: "counter", Price: price(11_300_000)},
		"what stands, as a counter": {Action: "counter", Price: price(11_400_000)},
		"an acceptance":             {Action: "accept"},
		"a last price":              {Action: "final_offer", Price: price(9_500_000)},
	}
	changes := map[string]func(*parley.Product){
		"a floor above what stands": func(p *parley.Product) { p.BaseCPM, p.FloorCPM = new(int64(30_000_000)), 30_000_000 },
		"another currency":          func(p *parley.Product) { p.Currency = "EUR" },
		"a higher minimum":          func(p *parley.Product) { p.MinimumImpressions = 2_000_000 },
		"not sold that way": func(p *parley.Product) {
			p.DealTypes = []parley.DealType{parley.PrivateAuction}
		},
		"paused": func(p *parley.Product) { p.Status = parley.ProductPaused },
	}
	onEach(t, func(t *testing.T, d *desk) {
		for what, change := range changes {
			for how, message := range says {
				for _, led := range []string{"proposal", "quote"} {
					t.Run(what+"/"+how+"/"+led, func(t *testing.T) {
						id := strings.ReplaceAll(what+how+led, " ", "-")
						sold := video(at120, func(p *parley.Product) { p.ID = id })
						d.sell(sold)
						buyer := d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: id, Identity: parley.Identity{AgencyID: id}})
						message := message
						if led == "proposal" {
							request := propose(9_000_000, 1_000_000)
							request.ProductID = id
							message.ProposalID = d.submit(buyer, request).ID
						} else {
							request := ask(1_000_000)
							request.ProductID = id
							message.QuoteID = d.quote(buyer, request).ID
							if _, err := d.say(buyer, seller.Message{QuoteID: message.QuoteID, Action: "counter", Price: price(9_000_000)}); err != nil {
								t.Fatal(err)
							}
						}
						change(&sold)
						d.sell(sold)
						turn, err := d.say(buyer, message)
						if err != nil {
							t.Fatal(err)
						}
						if turn.Round.Action != parley.ActionReject || turn.Negotiation.Status != parley.NegotiationRejected ||
							turn.Round.SellerCPM != 11_400_000 || turn.Round.Rationale == "" || strings.Contains(turn.Round.Rationale, "30") {
							t.Fatalf("answered %+v of a negotiation that is %s", turn.Round, turn.Negotiation.Status)
						}
						if led == "proposal" {
							read, err := d.service.Proposal(context.Background(), buyer, message.ProposalID)
							if err != nil || read.Status != parley.ProposalRejected || len(read.Errors) != 1 || read.Errors[0].Code == "no_agreement" {
								t.Errorf("the proposal is %s for %+v (%v)", read.Status, read.Errors, err)
							}
						}
						_, err = d.say(buyer, message)
						wantCode(t, err, parley.CodeNegotiationClosed)
					})
				}
			}
		}
	})
}

// TestAFloorThatRisesRaisesTheReservation lets the floor come between what would be conceded and what stands.
func TestAFloorThatRisesRaisesTheReservation(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		sold := video(at120)
		d.sell(sold)
		buyer := d.buyer(acme)
		proposal := d.submit(buyer, propose(9_000_000, 1_000_000))
		sold.FloorCPM = 11_200_000
		d.sell(sold)
		for range 6 {
			turn, err := d.counter(buyer, proposal.ID, 9_000_000)
			if err != nil {
				t.Fatal(err)
			}
			if turn.Round.SellerCPM < 11_200_000 {
				t.Fatalf("stated %d under the floor", turn.Round.SellerCPM)
			}
			if turn.Negotiation.Status.Concluded() {
				return
			}
		}
		t.Error("the negotiation has no end")
	})
}

// TestPricesAreWholeNumbersOfTheMinorUnit tries each way by which a price comes in.
func TestPricesAreWholeNumbersOfTheMinorUnit(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		yen := int64(2_900_000_000)
		d.sell(video(at120), video(func(p *parley.Product) {
			p.ID, p.Currency, p.BaseCPM, p.FloorCPM = "tokyo", "JPY", &yen, 0
		}))
		buyer := d.buyer(acme)
		for product, wrong := range map[string]int64{"video-home": 11_399_999, "tokyo": 2_500_500_000} {
			request := propose(wrong, 1_000_000)
			request.ProductID = product
			_, err := d.service.SubmitProposal(ctx, buyer, request, keep(new(parley.Proposal)))
			if e := wantError(t, err, parley.CodeValidation); !strings.Contains(e.Error(), "nearest price") {
				t.Errorf("a proposal: %v", e)
			}
			request.Price.Micros = map[string]int64{"video-home": 9_000_000, "tokyo": 2_200_000_000}[product]
			proposal := d.submit(buyer, request)
			quoted := ask(1_000_000)
			quoted.ProductID = product
			for _, message := range []seller.Message{
				{ProposalID: proposal.ID, Action: "counter"}, {ProposalID: proposal.ID, Action: "accept"},
				{ProposalID: proposal.ID, Action: "final_offer"}, {QuoteID: d.quote(buyer, quoted).ID, Action: "counter"},
			} {
				message.Price = &parley.Money{Micros: wrong}
				_, err := d.say(buyer, message)
				if e := wantError(t, err, parley.CodeValidation); !strings.Contains(e.Error(), "nearest price") {
					t.Errorf("%+v: %v", message, e)
				}
			}
			read, err := d.service.ProposalNegotiation(ctx, buyer, proposal.ID)
			if err != nil || len(read.Rounds) != 1 {
				t.Errorf("refused prices used %d rounds (%v)", len(read.Rounds)-1, err)
			}
		}
	})
}

// TestAProposalIsTakenWithinTheTolerance of the profile that its buyer falls under.
func TestAProposalIsTakenWithinTheTolerance(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		tolerance := parley.BasisPoints(3_000)
		profile := parley.NegotiationProfile{Name: "easy", Enabled: true, Tolerance: &tolerance}
		if _, err := d.service.NegotiationProfiles().Create(context.Background(), d.operator(), profile, keep(&profile)); err != nil {
			t.Fatal(err)
		}
		d.sell(video(at120))
		for price, want := range map[int64]parley.ProposalStatus{10_200_000: parley.ProposalAccepted, 10_190_000: parley.ProposalCounterOffered} {
			buyer := d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "x", Identity: parley.Identity{AgencyID: "ag"}})
			if p := d.submit(buyer, propose(price, 1_000_000)); p.Status != want {
				t.Errorf("%d is %s, want %s", price, p.Status, want)
			}
		}
	})
}

// TestAHeldPriceIsAnsweredAgain repeats and accepts a price that is with the deal desk, and says another.
func TestAHeldPriceIsAnsweredAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video(at120))
		d.gate(parley.ApprovalRule{Gate: parley.GateNegotiationAccept, Condition: "true"})
		buyer := d.buyer(acme)
		quote := d.quote(buyer, ask(1_000_000))
		price := func(micros int64) *parley.Money { return &parley.Money{Micros: micros} }
		held, err := d.say(buyer, seller.Message{QuoteID: quote.ID, Action: "counter", Price: price(11_800_000)})
		if err != nil || held.Negotiation.Status != parley.NegotiationPendingApproval {
			t.Fatalf("%+v, %v", held, err)
		}
		number := func(n int) *int { return &n }
		for name, message := range map[string]seller.Message{
			"the same price":           {Action: "counter", Price: price(11_800_000)},
			"as the next round":        {Action: "counter", Price: price(11_800_000), Round: number(2)},
			"as the same round":        {Action: "counter", Price: price(11_800_000), Round: number(1)},
			"accepting it":             {Action: "accept"},
			"accepting it by name":     {Action: "accept", Price: price(11_800_000), Round: number(2)},
			"as the buyer's last word": {Action: "final_offer", Price: price(11_800_000)},
		} {
			message.NegotiationID = held.Negotiation.ID
			again, err := d.say(buyer, message)
			if err != nil || again.Round.Number != 1 || again.Negotiation.Version != held.Negotiation.Version {
				t.Errorf("%s: %+v, %v", name, again.Round, err)
			}
		}
		for name, message := range map[string]seller.Message{
			"another price":           {Action: "counter", Price: price(11_700_000)},
			"accepting another price": {Action: "accept", Price: price(11_700_000)},
		} {
			message.NegotiationID = held.Negotiation.ID
			_, err := d.say(buyer, message)
			if wantCode(t, err, parley.CodeContention); err == nil {
				t.Error(name)
			}
		}
		read, err := d.service.Negotiation(ctx, d.operator(), held.Negotiation.ID)
		if err != nil || len(read.Rounds) != 1 || read.Version != held.Negotiation.Version {
			t.Errorf("there are %d rounds in version %d (%v)", len(read.Rounds), read.Version, err)
		}
	})
}
