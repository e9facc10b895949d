package seller_test

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
	"parley/storage"
)

// The floor of the product as it is sold at first, and as it is raised to: above every price of these tests.
const (
	firstFloor  = 8_000_000
	raisedFloor = 30_000_000
)

// termsMove is one way in which what is sold may change while something is open.
type termsMove struct {
	name string
	move func(d *desk)
	// refuses tells whether what was agreed is refused afterwards, and promise whether the price of a quote that was not
	// negotiated is too: it holds until the quote expires, as long as the product is sold that way.
	refuses, promise bool
	floor            int64 // as it is afterwards
}

// selling changes the product that everything in these tests is about.
func selling(change func(*parley.Product)) func(*desk) {
	return func(d *desk) { d.sell(video(at120, change)) }
}

var termsMoves = []termsMove{
	{"nothing", func(*desk) {}, false, false, firstFloor},
	{"product floor raised", selling(func(p *parley.Product) {
		high := int64(60_000_000)
		p.FloorCPM, p.BaseCPM = raisedFloor, &high
	}), true, false, raisedFloor},
	{"global floor raised", func(d *desk) {
		card := parley.RateCard{GlobalFloors: []parley.Money{{Micros: raisedFloor, Currency: parley.USD}}}
		if _, err := d.service.ReplaceRateCard(context.Background(), seller.Terminal("test"), card, nil, keep(new(parley.RateCard))); err != nil {
			d.t.Fatal(err)
		}
	}, true, false, raisedFloor},
	{"rule floor raised", func(d *desk) {
		rule := parley.PricingRule{
			Name: "season", Enabled: true, Selector: parley.Selector{Tiers: []parley.Tier{parley.TierAgency}}, FloorCPM: &parley.Money{Micros: raisedFloor, Currency: parley.USD},
		}
		if _, err := d.service.PricingRules().Create(context.Background(), seller.Terminal("test"), rule, keep(&rule)); err != nil {
			d.t.Fatal(err)
		}
	}, true, false, raisedFloor},
	{"deal type withdrawn", selling(func(p *parley.Product) { p.DealTypes = []parley.DealType{parley.PrivateAuction} }), true, true, firstFloor},
	{"minimum raised", selling(func(p *parley.Product) { p.MinimumImpressions = 2_000_000 }), true, false, firstFloor},
	{"currency changed", selling(func(p *parley.Product) { p.Currency = "EUR" }), true, false, firstFloor},
	{"product paused", selling(func(p *parley.Product) { p.Status = parley.ProductPaused }), true, true, firstFloor},
	{"product retired", selling(func(p *parley.Product) { p.Status = parley.ProductRetired }), true, true, firstFloor},
	{"capacity lowered", selling(func(p *parley.Product) {
		daily := int64(90_000)
		p.DailyImpressions = &daily
	}), false, false, firstFloor},
}

// met is what became of something that was open when the terms moved.
type met struct {
	cpm     int64  // that was stated, accepted or booked; 0: none was
	refused string // what the buyer heard instead
}

// openState is something that is open when the terms move. open brings it about and answers how it goes on; a state that
// goes on without an agreement of before, such as a plain quote, is a promise.
type openState struct {
	name    string
	promise bool
	open    func(d *desk, buyer seller.Call) func() met
}

// heardOf is the error as a buyer hears it.
func heardOf(d *desk, err error) met {
	e := wantErrorOf(d.t, err, parley.CodeConflict, parley.CodeNegotiationClosed, parley.CodeContention)
	facts, _ := json.Marshal(e.Facts)
	return met{refused: e.Message + string(facts)}
}

func wantErrorOf(t testing.TB, err error, codes ...parley.Code) *parley.Error {
	t.Helper()
	for _, code := range codes {
		if parley.Is(err, code) {
			return wantError(t, err, code)
		}
	}
	return wantError(t, err, codes[0])
}

func bookedOr(d *desk, deal parley.Deal, err error) met {
	if err != nil {
		return heardOf(d, err)
	}
	return met{cpm: deal.Price.FinalCPM}
}

// granted approves what waits, carries it out, and answers what the deal desk reads of it.
func (d *desk) granted(approval string) string {
	d.t.Helper()
	terminal := seller.Terminal("test")
	if err := d.decide(terminal, approval, "approve", nil); err != nil {
		d.t.Fatalf("approve: %v", err)
	}
	resumed, err := d.resume(terminal, approval)
	if err != nil {
		d.t.Fatalf("resume: %v", err)
	}
	return string(resumed.Outcome)
}

// toProposal reads a proposal that was resumed.
func toProposal(d *desk, buyer seller.Call, id string) met {
	p, err := d.service.Proposal(context.Background(), buyer, id)
	if err != nil {
		d.t.Fatal(err)
	}
	switch p.Status { //nolint:exhaustive // the others are not reached by resuming
	case parley.ProposalAccepted:
		return met{cpm: *p.AgreedCPM}
	case parley.ProposalCounterOffered:
		return met{cpm: p.CounterTerms.ProposedCPM}
	case parley.ProposalRejected:
		said, _ := json.Marshal(p.Errors)
		return met{refused: string(said)}
	}
	d.t.Fatalf("the proposal is %s", p.Status)
	return met{}
}

// The offers of these tests are preferred deals over 1,000,000 impressions, for which an agency is asked 12.00.
func preferredQuote() seller.QuoteRequest {
	request := ask(1_000_000)
	request.DealType = "PD"
	return request
}

func preferredProposal(cpm int64) seller.ProposalRequest {
	request := propose(cpm, 1_000_000)
	request.DealType = "PD"
	return request
}

// openStates are what the matrix goes through. What else can be open while terms move has its line here.
var openStates = []openState{
	{"open quote", true, func(d *desk, buyer seller.Call) func() met {
		quote := d.quote(buyer, preferredQuote())
		return func() met {
			deal, err := d.book(buyer, quote.ID)
			return bookedOr(d, deal, err)
		}
	}},
	{"open negotiation on a quote, which is booked as quoted", true, func(d *desk, buyer seller.Call) func() met {
		quote := d.quote(buyer, preferredQuote())
		if _, err := d.say(buyer, seller.Message{QuoteID: quote.ID, Action: "counter", Price: &parley.Money{Micros: 10_000_000}}); err != nil {
			d.t.Fatal(err)
		}
		return func() met {
			deal, err := d.book(buyer, quote.ID)
			return bookedOr(d, deal, err)
		}
	}},
	{"open negotiation on a quote", false, func(d *desk, buyer seller.Call) func() met {
		message := seller.Message{QuoteID: d.quote(buyer, preferredQuote()).ID, Action: "counter", Price: &parley.Money{Micros: 9_500_000}}
		if _, err := d.say(buyer, message); err != nil {
			d.t.Fatal(err)
		}
		return func() met { return answered(d, buyer, message) }
	}},
	{"open negotiation on a quote, whose price is accepted", false, func(d *desk, buyer seller.Call) func() met {
		quote := d.quote(buyer, preferredQuote())
		if _, err := d.say(buyer, seller.Message{QuoteID: quote.ID, Action: "counter", Price: &parley.Money{Micros: 9_500_000}}); err != nil {
			d.t.Fatal(err)
		}
		return func() met { return answered(d, buyer, seller.Message{QuoteID: quote.ID, Action: "accept"}) }
	}},
	{"open negotiation on a proposal", false, func(d *desk, buyer seller.Call) func() met {
		proposal := d.submit(buyer, preferredProposal(9_500_000))
		return func() met {
			return answered(d, buyer, seller.Message{ProposalID: proposal.ID, Action: "counter", Price: &parley.Money{Micros: 9_600_000}})
		}
	}},
	{"open negotiation on a proposal, whose price is accepted", false, func(d *desk, buyer seller.Call) func() met {
		proposal := d.submit(buyer, preferredProposal(9_500_000))
		return func() met { return answered(d, buyer, seller.Message{ProposalID: proposal.ID, Action: "accept"}) }
	}},
	{"approved change of a flight", false, func(d *desk, buyer seller.Call) func() met {
		deal, err := d.book(buyer, d.quote(buyer, preferredQuote()).ID)
		if err != nil {
			d.t.Fatal(err)
		}
		end := deal.Flight.End + 20
		asked, err := d.askChange(buyer, seller.ChangeInput{
			Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: &end},
		})
		if err != nil {
			d.t.Fatal(err)
		}
		if _, err := d.review(seller.Terminal("test"), asked.ID, "approve"); err != nil {
			d.t.Fatal(err)
		}
		return func() met {
			applied, err := d.applyChange(buyer, asked.ID)
			if err != nil {
				return heardOf(d, err)
			}
			if applied.Status == parley.ChangePendingApproval { // it has come under the floor: the desk has to reject it
				applied = must(d.review(seller.Terminal("test"), applied.ID, "reject"))
			}
			if applied.Status != parley.ChangeApplied {
				return met{refused: cmp.Or(applied.FailureReason, applied.RejectionReason)}
			}
			return met{cpm: deal.Price.FinalCPM}
		}
	}},
	{"accepted negotiation on a quote", false, func(d *desk, buyer seller.Call) func() met {
		quote := d.quote(buyer, preferredQuote())
		turn, err := d.say(buyer, seller.Message{QuoteID: quote.ID, Action: "counter", Price: &parley.Money{Micros: 11_800_000}})
		if err != nil || turn.Negotiation.Status != parley.NegotiationAccepted {
			d.t.Fatalf("%+v, %v", turn.Negotiation, err)
		}
		return func() met {
			deal, err := d.book(buyer, quote.ID)
			return bookedOr(d, deal, err)
		}
	}},
	{"accepted proposal", false, func(d *desk, buyer seller.Call) func() met {
		proposal := d.submit(buyer, preferredProposal(12_000_000))
		return func() met {
			deal, err := d.bookProposal(buyer, proposal.ID)
			return bookedOr(d, deal, err)
		}
	}},
	{"proposal accepted in a negotiation", false, func(d *desk, buyer seller.Call) func() met {
		proposal := d.submit(buyer, preferredProposal(9_500_000))
		if turn, err := d.counter(buyer, proposal.ID, 11_800_000); err != nil || turn.Round.Action != parley.ActionAccept {
			d.t.Fatalf("%+v, %v", turn.Round, err)
		}
		return func() met {
			deal, err := d.bookProposal(buyer, proposal.ID)
			return bookedOr(d, deal, err)
		}
	}},
	{"pending approval of a proposal", false, func(d *desk, buyer seller.Call) func() met {
		d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Condition: "price > 0"})
		proposal := d.submit(buyer, preferredProposal(12_000_000))
		return func() met {
			d.granted(proposal.ApprovalID)
			return toProposal(d, buyer, proposal.ID)
		}
	}},
	{"pending approval of a proposal's negotiation", false, func(d *desk, buyer seller.Call) func() met {
		d.gate(parley.ApprovalRule{Gate: parley.GateNegotiationAccept, Condition: "price > 0"})
		proposal := d.submit(buyer, preferredProposal(9_500_000))
		turn, err := d.counter(buyer, proposal.ID, 11_800_000)
		if err != nil || turn.Negotiation.Status != parley.NegotiationPendingApproval {
			d.t.Fatalf("%+v, %v", turn, err)
		}
		return func() met {
			d.granted(turn.Negotiation.ApprovalID)
			return toProposal(d, buyer, proposal.ID)
		}
	}},
	{"pending approval of a negotiation on a quote", false, func(d *desk, buyer seller.Call) func() met {
		d.gate(parley.ApprovalRule{Gate: parley.GateNegotiationAccept, Condition: "price > 0"})
		quote := d.quote(buyer, preferredQuote())
		turn, err := d.say(buyer, seller.Message{QuoteID: quote.ID, Action: "counter", Price: &parley.Money{Micros: 11_800_000}})
		if err != nil || turn.Negotiation.Status != parley.NegotiationPendingApproval {
			d.t.Fatalf("%+v, %v", turn, err)
		}
		return func() met {
			reason := d.granted(turn.Negotiation.ApprovalID)
			n, err := d.service.Negotiation(context.Background(), buyer, turn.Negotiation.ID)
			if err != nil {
				d.t.Fatal(err)
			}
			if n.AgreedCPM != nil {
				return met{cpm: *n.AgreedCPM}
			}
			return met{refused: reason}
		}
	}},
	{"pending approval of a booking", false, func(d *desk, buyer seller.Call) func() met {
		d.gate(parley.ApprovalRule{Gate: parley.GateDealBooking, Condition: "price > 0"})
		deal, err := d.book(buyer, d.quote(buyer, preferredQuote()).ID)
		if err != nil || deal.Status != parley.DealProposed {
			d.t.Fatalf("%+v, %v", deal, err)
		}
		return func() met { return heldDeal(d, deal) }
	}},
	{"granted booking", false, func(d *desk, buyer seller.Call) func() met {
		d.gate(parley.ApprovalRule{Gate: parley.GateDealBooking, Condition: "price > 0"})
		deal := must(d.book(buyer, d.quote(buyer, preferredQuote()).ID))
		asked := d.pending().ID
		if err := d.decide(seller.Terminal("test"), asked, "approve", nil); err != nil {
			d.t.Fatal(err)
		}
		return func() met {
			return carriedOut(d, deal, string(must(d.resume(seller.Terminal("test"), asked)).Outcome))
		}
	}},
	{"pending approval of a proposal's booking", false, func(d *desk, buyer seller.Call) func() met {
		proposal := d.submit(buyer, preferredProposal(12_000_000))
		d.gate(parley.ApprovalRule{Gate: parley.GateDealBooking, Condition: "price > 0"})
		deal, err := d.bookProposal(buyer, proposal.ID)
		if err != nil || deal.Status != parley.DealProposed {
			d.t.Fatalf("%+v, %v", deal, err)
		}
		return func() met { return heldDeal(d, deal) }
	}},
}

// answered is the seller's turn in a negotiation.
func answered(d *desk, buyer seller.Call, message seller.Message) met {
	turn, err := d.say(buyer, message)
	switch {
	case err != nil:
		return heardOf(d, err)
	case turn.Round.Action == parley.ActionReject:
		return met{refused: turn.Round.Rationale}
	}
	return met{cpm: turn.Round.SellerCPM}
}

// heldDeal grants a booking that waits, or rejects it where it cannot be granted.
func heldDeal(d *desk, deal parley.Deal) met {
	terminal, asked := seller.Terminal("test"), d.pending().ID
	if err := d.decide(terminal, asked, "approve", nil); err != nil {
		if e := wantError(d.t, err, parley.CodeValidation); len(e.Fields) != 1 || e.Fields[0].Path != "decision" {
			d.t.Errorf("not granted: %v", e.Fields)
		}
		if err := d.decide(terminal, asked, "reject", nil); err != nil {
			d.t.Fatal(err)
		}
	}
	return carriedOut(d, deal, string(must(d.resume(terminal, asked)).Outcome))
}

// carriedOut reads a booking whose approval was resumed.
func carriedOut(d *desk, deal parley.Deal, reason string) met {
	d.t.Helper()
	read, err := d.service.Deal(context.Background(), seller.Terminal("test"), deal.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	if read.Status == parley.DealBooked {
		return met{cpm: read.Price.FinalCPM}
	}
	return met{refused: reason}
}

func TestTermsMoveWhileSomethingIsOpen(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, d *desk) {
		for _, open := range openStates {
			for _, moved := range termsMoves {
				t.Run(open.name+"/"+moved.name, func(t *testing.T) {
					d := &desk{t: t, store: d.store, service: d.service, clock: d.clock}
					d.sell(video(at120))
					d.clear()
					// Each has a day of its own to negotiate in.
					finish := open.open(d, d.buyer(parley.Identity{SeatID: "seat-1", AgencyID: t.Name()}))
					moved.move(d)
					got := finish()
					if refuses := moved.refuses && !open.promise || moved.promise; refuses != (got.cpm == 0) {
						t.Errorf("refused %t, want %t: %+v", got.cpm == 0, refuses, got)
					}
					if got.cpm > 0 && got.cpm < moved.floor && !open.promise {
						t.Errorf("%d under the floor of now, %d", got.cpm, moved.floor)
					}
					if said := strings.ToLower(got.refused); strings.Contains(said, "30.0") || strings.Contains(said, "30000000") ||
						strings.Contains(said, "floor") {
						t.Errorf("the refusal tells of the floor: %s", got.refused)
					}
				})
			}
		}
	})
}

// TestAQuotesPromiseEndsAtTheGate raises the floor under a quote: what nobody is asked about is booked at its price until it
// expires, and what waits for approval is not booked, before or after.
func TestAQuotesPromiseEndsAtTheGate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		buyer := d.buyer(acme)
		ungated := d.quote(buyer, preferredQuote())
		termsMoves[1].move(d)
		if deal := must(d.book(buyer, ungated.ID)); deal.Status != parley.DealBooked || deal.Price.FinalCPM != ungated.Price.FinalCPM {
			t.Errorf("without a gate: %s at %d", deal.Status, deal.Price.FinalCPM)
		}
		d.gate(parley.ApprovalRule{
			Gate: parley.GateDealBooking, Condition: "price > 0", Timeout: 72 * time.Hour, OnTimeout: parley.TimeoutRejects,
		})
		for _, late := range []time.Duration{0, -time.Second} {
			d.sell(video(at120))
			quote := d.quote(buyer, preferredQuote())
			deal := must(d.book(buyer, quote.ID))
			termsMoves[1].move(d)
			d.clock.Move(quote.ExpiresAt.Sub(d.clock.Read()) + late)
			if got := heldDeal(d, deal); got.cpm != 0 {
				t.Errorf("at %v of its end: %+v", late, got)
			}
		}
	})
}

// clear takes back what a test before this one on the same store has set.
func (d *desk) clear() {
	d.t.Helper()
	ctx, admin := context.Background(), seller.Terminal("test")
	if _, err := d.service.ReplaceRateCard(ctx, admin, parley.RateCard{}, nil, keep(new(parley.RateCard))); err != nil {
		d.t.Fatal(err)
	}
	rules, err := d.service.PricingRules().List(ctx, admin, storage.Page{Limit: 100})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, rule := range rules.Items {
		if _, err := d.service.PricingRules().Delete(ctx, admin, rule.ID, nil, keep(new(parley.PricingRule))); err != nil {
			d.t.Fatal(err)
		}
	}
	gates, err := d.service.ApprovalRules().List(ctx, admin, storage.Page{Limit: 100})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, gate := range gates.Items {
		if _, err := d.service.ApprovalRules().Delete(ctx, admin, gate.ID, nil, keep(new(parley.ApprovalRule))); err != nil {
			d.t.Fatal(err)
		}
	}
}
