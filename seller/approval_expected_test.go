package seller_test

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// told is a question with what its answer was told to do, and what has become of what is sold since.
type told struct {
	name        string
	kind        toldKind
	way         string // in which it is answered, and before or after what changes
	first, then func(*parley.Product)
	meanwhile   func(*desk, *told) // what is done beside; nil: nothing
	product     string
	buyer       seller.Call
	id          string
	was, now    parley.Effect
	refused     error
}

// toldKind is a kind of question, and how it is answered.
type toldKind struct {
	name     string
	gate     parley.Gate
	decision string
	own      *parley.Modifications
	holds    bool // what is asked about has its impressions already
	ask      func(d *desk, buyer seller.Call, product string) string
}

func (r told) request() seller.DecisionRequest {
	return seller.DecisionRequest{
		ApprovalID: r.id, Decision: r.kind.decision, Modifications: r.kind.own, Reason: "because", Expected: &parley.Expected{Shown: &r.was},
	}
}

// looks is what the answer does as things are now, as a page would say it.
func (r told) looks(d *desk, call seller.Call) parley.Effect {
	d.t.Helper()
	item := must(d.service.InboxItemOn(context.Background(), call, r.id, r.kind.own))
	to := parley.ApprovalApproved
	if r.kind.own != nil {
		to = parley.ApprovalCountered
	}
	return item.Does(to, r.kind.own)
}

// TestAnAnswerDoesWhatItWasToldOrNothing has answers of every kind be told what they do, in every way in which one is given, and what is sold
// change, before they are given or while they can be taken back: each does what it was told, or the question waits again and says what it
// would have done.
func TestAnAnswerDoesWhatItWasToldOrNothing(t *testing.T) {
	t.Parallel()
	offers := func(price int64) func(*desk, seller.Call, string) string {
		return func(d *desk, buyer seller.Call, product string) string {
			request := propose(price, 1_000_000)
			request.ProductID = product
			return d.submit(buyer, request).ApprovalID
		}
	}
	quoted := func(d *desk, buyer seller.Call, product string) parley.Quote {
		request := ask(1_000_000)
		request.ProductID = product
		return d.quote(buyer, request)
	}
	kinds := []toldKind{
		{name: "accept", gate: parley.GateProposalDecision, decision: "approve", ask: offers(12_000_000)},
		{name: "counter", gate: parley.GateProposalDecision, decision: "approve", ask: offers(9_000_000)},
		{
			name: "own", gate: parley.GateProposalDecision, decision: "counter", own: &parley.Modifications{CounterCPM: of[int64](12_500_000)},
			ask: offers(12_000_000),
		},
		{name: "agreement", gate: parley.GateNegotiationAccept, decision: "approve", holds: true, ask: func(d *desk, buyer seller.Call, product string) string {
			id, price := quoted(d, buyer, product).ID, parley.Money{Micros: 8_500_000}
			must(d.say(buyer, seller.Message{QuoteID: id, Action: "counter", Price: &price}))
			return must(d.say(buyer, seller.Message{QuoteID: id, Action: "accept"})).Negotiation.ApprovalID
		}},
		{name: "booking", gate: parley.GateDealBooking, decision: "approve", holds: true, ask: func(d *desk, buyer seller.Call, product string) string {
			return d.asked(must(d.book(buyer, quoted(d, buyer, product).ID)).ID)[0].ID
		}},
		{name: "open", gate: parley.GateDealBooking, decision: "approve", ask: func(d *desk, buyer seller.Call, product string) string {
			request := ask(0)
			request.ProductID, request.DealType = product, "PA"
			return d.asked(must(d.book(buyer, d.quote(buyer, request).ID)).ID)[0].ID
		}},
		{name: "change", gate: parley.GateChangeRequest, decision: "approve", holds: true, ask: func(d *desk, buyer seller.Call, product string) string {
			deal := must(d.book(buyer, quoted(d, buyer, product).ID))
			return d.mustAsk(buyer, seller.ChangeInput{
				Type: parley.ChangeImpressions, DealID: deal.ID, Reason: "more", Proposed: json.RawMessage(`{}`),
				Terms: parley.ChangeTerms{Impressions: of[int64](1_500_000)},
			}).ApprovalID
		}},
		{name: "order", gate: parley.GateOrderSubmission, decision: "approve", holds: true, ask: func(d *desk, buyer seller.Call, product string) string {
			deal := must(d.book(buyer, quoted(d, buyer, product).ID))
			must(d.move(buyer, must(d.order(buyer, deal.ID)).ID, parley.OrderSubmitted))
			return d.asked(deal.ID)[0].ID
		}},
	}
	less := func(p *parley.Product) { p.DailyImpressions = of[int64](60_000) }
	changes := []struct {
		name        string
		first, then func(*parley.Product)
		meanwhile   func(*desk, *told)
		capacity    bool
		of          []string // the kinds of questions that it concerns; nil: each
		blocks      bool     // its buyer is blocked meanwhile
	}{
		{name: "nothing"},
		{name: "less is left", then: less, capacity: true},
		{name: "more is there again", first: less, capacity: true},
		{name: "the price list rises", then: func(p *parley.Product) { p.BaseCPM = of[int64](13_000_000) }},
		{name: "paused", then: func(p *parley.Product) { p.Status = parley.ProductPaused }},
		{name: "a floor above", then: func(p *parley.Product) { p.BaseCPM, p.FloorCPM = of[int64](60_000_000), 50_000_000 }},
		{name: "another change is applied", of: []string{"change", "order"}, meanwhile: func(d *desk, r *told) {
			d.lessens(r.buyer, d.approval(r.id).DealID, 900_000)
		}},
		{name: "the buyer is blocked", blocks: true},
	}
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		buyer, debtor, desk := d.buyer(acme), d.buyer(zenith), d.operator(parley.ScopeApprover)
		var rows []*told
		for _, kind := range kinds {
			for _, c := range changes {
				if kind.holds && c.capacity || c.of != nil && !slices.Contains(c.of, kind.name) {
					continue
				}
				for _, way := range []string{"page before", "page within", "at once before", "many before"} {
					r := &told{kind: kind, way: way, first: c.first, then: c.then, meanwhile: c.meanwhile, buyer: buyer, name: kind.name + ", " + c.name + ", " + way}
					if c.blocks {
						r.buyer = debtor
					}
					r.product = kind.name + "-" + parley.FormatCount(int64(len(rows)))
					rows = append(rows, r)
				}
			}
		}
		sells := func(as func(r *told) func(*parley.Product)) {
			var products []parley.Product
			for _, r := range rows {
				products = append(products, video(func(p *parley.Product) {
					if p.ID = r.product; as(r) != nil {
						as(r)(p)
					}
				}))
			}
			d.sell(products...)
		}
		sells(func(*told) func(*parley.Product) { return nil })
		for _, kind := range kinds {
			d.gate(parley.ApprovalRule{Gate: kind.gate, Condition: `product_id.startsWith("` + kind.name + `-")`})
		}
		for _, r := range rows {
			if r.id = r.kind.ask(d, r.buyer, r.product); r.id == "" {
				t.Fatalf("%s: nothing is asked", r.name)
			}
		}
		plan := func(r *told) {
			_, r.refused = d.service.PlanDecision(ctx, desk, r.request(), keep(new(parley.Approval)))
		}
		sells(func(r *told) func(*parley.Product) { return r.first })
		for _, r := range rows {
			r.was = r.looks(d, desk)
			if r.way == "page within" {
				if plan(r); r.refused != nil {
					t.Fatalf("%s: %v", r.name, r.refused)
				}
			}
		}
		sells(func(r *told) func(*parley.Product) { return r.then })
		d.setStanding(d.accountNamed(parley.AccountAgency, zenith.AgencyID).ID, parley.AccountBlocked)
		for _, r := range rows {
			if r.meanwhile != nil {
				r.meanwhile(d, r)
			}
			r.now = r.looks(d, desk)
			switch r.way {
			case "page before":
				plan(r)
			case "at once before":
				_, r.refused = d.service.DecideAndResume(ctx, desk, r.request(), keep(new(parley.Approval)))
			case "many before":
				r.refused = must(d.service.DecideAll(ctx, desk, []seller.DecisionRequest{r.request()}, true))[0].Err
			}
		}
		d.clock.Move(seller.TakeBackTime)
		d.carryOut()
		carried, waits := 0, 0
		for _, r := range rows {
			a, does := d.approval(r.id), r.now.Same(r.was) && r.now.Refused == ""
			switch {
			case !does && a.Status != parley.ApprovalPending:
				t.Errorf("%s: it was told %+v, would do %+v, and is %s: %s", r.name, r.was, r.now, a.Status, a.Outcome)
			case !does && r.way == "page within" && (!a.NotCarriedOut() || *a.Planned.Told != r.was || r.now.Refused == "" && a.Planned.Would == nil):
				t.Errorf("%s: it waits, and does not say why: %+v", r.name, a.Planned)
			case !does && r.way != "page within" && (r.refused == nil || a.PlannedFor != nil):
				t.Errorf("%s: it would do something else, and is not refused", r.name)
			case !does:
				waits++
			default:
				carried++
				if did := d.did(desk, a); did != (parley.Effect{Deed: r.was.Deed, CPM: r.was.CPM, Impressions: r.now.Impressions}) {
					t.Errorf("%s: it was told %+v, and did %+v: %v, %s", r.name, r.was, did, r.refused, a.Outcome)
				}
			}
		}
		// Of the six kinds each is carried out where nothing moves but the ask, and none where it is paused, under the floor, or of who is blocked; capacity is
		// of the first two alone, since a counter of the desk's own is for what is left, too. An order is of what is agreed, and
		// what names no volume is for whatever is left.
		if want := (8*2 + 2 + 2) * 4; carried != want {
			t.Errorf("%d are carried out and %d wait, want %d carried out", carried, waits, want)
		}
	})
}

// lessens changes the volume of a deal, of which nobody is asked.
func (d *desk) lessens(buyer seller.Call, dealID string, impressions int64) {
	d.t.Helper()
	c := d.mustAsk(buyer, seller.ChangeInput{
		Type: parley.ChangeImpressions, DealID: dealID, Reason: "less", Proposed: json.RawMessage(`{}`), Terms: parley.ChangeTerms{Impressions: &impressions},
	})
	must(d.review(d.operator(), c.ID, "approve"))
	must(d.applyChange(buyer, c.ID))
}

// TestAYesBehindWhichARuleAsksSaysSo has two rules stop the same, of every kind: a yes to the first is passed on, and a yes to the second is
// carried out.
func TestAYesBehindWhichARuleAsksSaysSo(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		buyer, desk := d.buyer(acme), d.operator(parley.ScopeApprover)
		deal, orders, moved, told := d.dealOf(buyer, 100_000), d.dealOf(buyer, 100_000), d.dealOf(buyer, 200_000), d.dealOf(buyer, 220_000)
		for kind, c := range map[string]struct {
			gate parley.Gate
			of   string // condition
			ask  func() string
		}{
			"proposal": {parley.GateProposalDecision, "impressions == 1000000", func() string { return d.submit(buyer, propose(12_000_000, 1_000_000)).ApprovalID }},
			"change": {parley.GateChangeRequest, "impressions == 150000", func() string {
				return d.mustAsk(buyer, seller.ChangeInput{
					Type: parley.ChangeImpressions, DealID: deal.ID, Proposed: json.RawMessage(`{}`), Terms: parley.ChangeTerms{Impressions: of[int64](150_000)},
				}).ApprovalID
			}},
			"order": {parley.GateOrderSubmission, "impressions == 100000", func() string {
				must(d.move(buyer, must(d.order(buyer, orders.ID)).ID, parley.OrderSubmitted))
				return d.asked(orders.ID)[0].ID
			}},
			// A yes to the terms that its deal has by now is one to them: who said it is not asked again.
			"order of what was changed": {parley.GateOrderSubmission, "(impressions == 200000 || impressions == 160000)", func() string {
				must(d.move(buyer, must(d.order(buyer, moved.ID)).ID, parley.OrderSubmitted))
				d.lessens(buyer, moved.ID, 160_000)
				return d.asked(moved.ID)[0].ID
			}},
			"order by its parts": {parley.GateOrderSubmission, "(impressions == 220000 || impressions == 180000)", func() string {
				must(d.move(buyer, must(d.order(buyer, told.ID)).ID, parley.OrderSubmitted))
				d.lessens(buyer, told.ID, 180_000)
				return d.asked(told.ID)[0].ID
			}},
		} {
			behind := "Second of " + kind
			first := d.gate(parley.ApprovalRule{Name: "First of " + kind, Gate: c.gate, Condition: c.of, Priority: 5})
			second := d.gate(parley.ApprovalRule{Name: behind, Gate: c.gate, Condition: "value_today + deal_value > 1 && " + c.of})
			id := c.ask()
			for _, next := range []string{behind, ""} {
				item := must(d.service.InboxItem(ctx, desk, id))
				e := item.Does(parley.ApprovalApproved, nil)
				if e.Asks != next {
					t.Fatalf("behind %s asks %q, want %q (%s, %s)", item.RuleName, e.Asks, next, first.ID, second.ID)
				}
				numbers := parley.PlainNumbers()
				words, all := numbers.Effect(item, e), numbers.Together([]parley.InboxItem{item}, parley.ApprovalApproved)
				if passes := strings.HasPrefix(words, "Pass on to the rule "+behind+", which asks next: "); passes != (next != "") || passes != strings.HasPrefix(all, "Pass on 1 to another rule: ") {
					t.Errorf("with %q next, a yes says %q, and all together %q", next, words, all)
				}
				if !strings.Contains(words, numbers.Worth(e.Value, parley.USD)) {
					t.Errorf("with %q next, a yes does not say what it comes to: %q", next, words)
				}
				var a parley.Approval
				request := seller.DecisionRequest{ApprovalID: id, Decision: "approve", Expected: &parley.Expected{PassesOn: of(next == "")}}
				if _, err := d.service.DecideAndResume(ctx, desk, request, keep(&a)); !parley.Is(err, parley.CodeConflict) {
					t.Errorf("with %q next, a yes that expects otherwise: %v", next, err)
				}
				if request.Expected = (&parley.Expected{Shown: &e}); kind == "order by its parts" {
					request.Expected = &parley.Expected{
						CPM: &e.CPM, Impressions: &e.Impressions, FlightStart: &e.Flight.Start, FlightEnd: &e.Flight.End, PassesOn: of(next != ""),
					}
				}
				must(d.service.DecideAndResume(ctx, desk, request, keep(&a)))
				var done struct {
					Result     string `json:"result"`
					ApprovalID string `json:"approval_id"`
				}
				must(0, json.Unmarshal(a.Outcome, &done))
				if (done.Result == "held") != (next != "") {
					t.Errorf("with %q next, a yes came to %s", next, a.Outcome)
				}
				id = done.ApprovalID
			}
		}
	})
}

// did reads what the buyer has of what was asked about.
func (d *desk) did(call seller.Call, a parley.Approval) (e parley.Effect) {
	d.t.Helper()
	ctx := context.Background()
	var done struct {
		Result string `json:"result"`
	}
	if err := json.Unmarshal(a.Outcome, &done); err != nil {
		return e
	}
	switch {
	case a.ChangeID != "" && done.Result == "accepted":
		return parley.Effect{Deed: parley.DeedChange, CPM: a.Case.Price, Impressions: a.Case.Impressions}
	case a.OrderID != "" && done.Result == "accepted":
		deal := must(d.service.Deal(ctx, call, a.DealID))
		return parley.Effect{Deed: parley.DeedSubmit, CPM: deal.Price.FinalCPM, Impressions: deal.Impressions}
	case a.DealID != "" && done.Result == "booked":
		deal := must(d.service.Deal(ctx, call, a.DealID))
		return parley.Effect{Deed: parley.DeedAccept, CPM: deal.Price.FinalCPM, Impressions: cmp.Or(deal.Impressions, deal.AssumedImpressions)}
	case a.ProposalID != "" && done.Result == "accepted":
		p := must(d.service.Proposal(ctx, call, a.ProposalID))
		return parley.Effect{Deed: parley.DeedAccept, CPM: *p.AgreedCPM, Impressions: *p.AgreedImpressions}
	case a.ProposalID != "" && done.Result == "countered":
		p := must(d.service.Proposal(ctx, call, a.ProposalID))
		n := must(d.service.Negotiation(ctx, call, p.NegotiationID))
		return parley.Effect{Deed: parley.DeedCounter, CPM: n.StandingCPM(), Impressions: n.Impressions}
	case done.Result == "accepted":
		n := must(d.service.Negotiation(ctx, call, a.NegotiationID))
		return parley.Effect{Deed: parley.DeedAccept, CPM: *n.AgreedCPM, Impressions: n.Impressions}
	}
	return e
}
