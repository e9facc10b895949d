package seller_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// TestWhatTheDeskGrantsARestrictedAccount has the desk say yes, in each way in which it can, to what waits at each gate for a buyer whose
// account has been paused or blocked since: a paused one has what was open go on, and a blocked one has nothing but ends. No is always
// possible, and yes again when the account is active.
func TestWhatTheDeskGrantsARestrictedAccount(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	more, none := int64(4000), parley.ChangeTerms{}
	change := func(kind parley.ChangeType, terms parley.ChangeTerms) func(d *desk, buyer seller.Call) string {
		return func(d *desk, buyer seller.Call) string {
			deal := must(d.book(buyer, d.quote(buyer, ask(1000)).ID))
			return must(d.askChange(buyer, seller.ChangeInput{Type: kind, DealID: deal.ID, Reason: "plans", Terms: terms, Proposed: json.RawMessage(`{}`)})).ApprovalID
		}
	}
	large := ask(2000)
	waits := map[string]struct {
		gate parley.Gate
		open func(d *desk, buyer seller.Call) string // answers the approval
		ends bool
	}{
		"a booking": {gate: parley.GateDealBooking, open: func(d *desk, buyer seller.Call) string {
			return d.asked(must(d.book(buyer, d.quote(buyer, large).ID)).ID)[0].ID
		}},
		"the booking of a proposal": {gate: parley.GateDealBooking, open: func(d *desk, buyer seller.Call) string {
			deal := must(d.bookProposal(buyer, d.submit(buyer, propose(20_000_000, 1500)).ID))
			return d.asked(deal.ID)[0].ID
		}},
		"a proposal": {gate: parley.GateProposalDecision, open: func(d *desk, buyer seller.Call) string {
			return d.submit(buyer, propose(20_000_000, 2000)).ApprovalID
		}},
		"a price agreed over a quote": {gate: parley.GateNegotiationAccept, open: func(d *desk, buyer seller.Call) string {
			id := d.quote(buyer, large).ID
			price := parley.Money{Micros: 8_500_000}
			must(d.say(buyer, seller.Message{QuoteID: id, Action: "counter", Price: &price}))
			return must(d.say(buyer, seller.Message{QuoteID: id, Action: "accept"})).Negotiation.ApprovalID
		}},
		"an order": {gate: parley.GateOrderSubmission, open: func(d *desk, buyer seller.Call) string {
			deal := must(d.book(buyer, d.quote(buyer, ask(1000)).ID))
			must(d.move(buyer, must(d.order(buyer, deal.ID)).ID, parley.OrderSubmitted))
			return d.asked(deal.ID)[0].ID
		}},
		"a larger deal":            {gate: parley.GateChangeRequest, open: change(parley.ChangeImpressions, parley.ChangeTerms{Impressions: &more})},
		"work for a person":        {gate: parley.GateChangeRequest, open: change(parley.ChangeOther, none)},
		"the cancelling of a deal": {gate: parley.GateChangeRequest, open: change(parley.ChangeCancellation, none), ends: true},
	}
	decide := func(d *desk, desk seller.Call, id, decision string) error {
		_, err := d.service.DecideAndResume(ctx, desk, seller.DecisionRequest{ApprovalID: id, Decision: decision}, keep(new(parley.Approval)))
		return err
	}
	// Each answers what says yes once the account is as it is then.
	ways := map[string]func(d *desk, desk seller.Call, id string) func() error{
		"approve and resume": func(d *desk, desk seller.Call, id string) func() error {
			return func() error { return decide(d, desk, id, "approve") }
		},
		"approve": func(d *desk, desk seller.Call, id string) func() error {
			return func() error { return d.decide(desk, id, "approve", nil) }
		},
		"approve many": func(d *desk, desk seller.Call, id string) func() error {
			return func() error {
				return must(d.service.DecideAll(ctx, desk, []seller.DecisionRequest{{ApprovalID: id, Decision: "approve"}}, true))[0].Err
			}
		},
		"resume": func(d *desk, desk seller.Call, id string) func() error {
			if err := d.decide(desk, id, "approve", nil); err != nil {
				d.t.Fatal(err)
			}
			return func() error { _, err := d.resume(desk, id); return err }
		},
		"plan": func(d *desk, desk seller.Call, id string) func() error {
			return func() error { return d.plan(desk, id, "approve") }
		},
		"planned before": func(d *desk, desk seller.Call, id string) func() error {
			if err := d.plan(desk, id, "approve"); err != nil {
				d.t.Fatal(err)
			}
			return func() error {
				d.clock.Move(seller.TakeBackTime + time.Second)
				d.carryOut()
				if a := d.approval(id); a.Status == parley.ApprovalPending {
					return parley.Errorf(parley.CodeConflict, "%s", a.Planned.Failure).With("account_id", "told").With("account_status", "told")
				}
				return nil
			}
		},
		"review": func(d *desk, desk seller.Call, id string) func() error {
			return func() error {
				a := d.approval(id)
				if a.ChangeID == "" {
					return decide(d, desk, id, "approve")
				}
				_, err := d.review(desk, a.ChangeID, "approve")
				return err
			}
		},
	}
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		for _, gate := range []parley.Gate{parley.GateProposalDecision, parley.GateNegotiationAccept, parley.GateDealBooking, parley.GateChangeRequest, parley.GateOrderSubmission} {
			condition := map[parley.Gate]string{parley.GateDealBooking: "impressions >= 1500 && impressions < 2500"}[gate]
			if gate == parley.GateProposalDecision || gate == parley.GateNegotiationAccept {
				condition = "impressions == 2000"
			}
			d.gate(parley.ApprovalRule{Gate: gate, Condition: condition, Timeout: 24 * time.Hour})
		}
		desk := d.operator()
		n := 0
		for _, what := range slices.Sorted(maps.Keys(waits)) {
			for _, way := range slices.Sorted(maps.Keys(ways)) {
				for _, status := range []parley.AccountStatus{parley.AccountPaused, parley.AccountBlocked} {
					n++
					at := []string{"seat", "agency", "advertiser"}[n%3]
					id := strings.NewReplacer(" ", "-", "'", "").Replace(what + way + string(status))
					buyer := d.buyer(parley.Identity{SeatID: "seat-" + id, AgencyID: "agency-" + id, AdvertiserID: "advertiser-" + id})
					approval := waits[what].open(d, buyer)
					if approval == "" {
						t.Fatalf("%s does not wait", what)
					}
					yes := ways[way](d, desk, approval)
					account := d.accountNamed(parley.AccountKind(at), at+"-"+id)
					d.setStanding(account.ID, status)
					if item := must(d.service.InboxItem(ctx, desk, approval)); item.Status == parley.ApprovalPending {
						refuses := status == parley.AccountBlocked && !waits[what].ends
						if told := item.Prospect.Blocked; strings.Contains(told, "is blocked") != refuses || strings.HasSuffix(told, ".") {
							t.Errorf("of %s of an account that is %s the inbox says %q", what, status, told)
						}
					}
					err := yes()
					if status == parley.AccountPaused || waits[what].ends {
						if err != nil {
							t.Errorf("%s, %s, %s: %v", what, way, status, err)
						}
						continue
					}
					refused := wantError(t, err, parley.CodeConflict)
					if refused == nil || refused.Facts["account_id"] == nil || !strings.Contains(refused.Message, at+"-"+id) || !strings.Contains(refused.Message, "give the account back") {
						t.Errorf("%s, %s: refused with %v", what, way, refused)
					}
					if n%2 == 0 && way != "resume" {
						if err := decide(d, desk, approval, "reject"); err != nil {
							t.Errorf("%s is declined: %v", what, err)
						}
						continue
					}
					d.setStanding(account.ID, parley.AccountActive)
					if way == "planned before" {
						continue // it waits again, for another answer
					}
					if err := yes(); err != nil {
						t.Errorf("%s, %s, when it may again: %v", what, way, err)
					}
				}
			}
		}
	})
}

// TestTheDeskDoesNotGoAroundABlock applies, answers and moves by hand for a buyer that is blocked since.
func TestTheDeskDoesNotGoAroundABlock(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	more := int64(1100)
	acts := map[string]func(d *desk, desk, buyer seller.Call) func() error{
		"apply what was approved": func(d *desk, desk, buyer seller.Call) func() error {
			deal := must(d.book(buyer, d.quote(buyer, ask(1000)).ID))
			c := must(d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeImpressions, DealID: deal.ID, Reason: "plans", Terms: parley.ChangeTerms{Impressions: &more}, Proposed: json.RawMessage(`{}`)}))
			if c.Status == parley.ChangePendingApproval {
				must(d.review(desk, c.ID, "approve"))
			}
			return func() error { _, err := d.applyChange(desk, c.ID); return err }
		},
		"accept a price by hand": func(d *desk, desk, buyer seller.Call) func() error {
			n := d.submit(buyer, propose(8_500_000, 1000)).NegotiationID
			must(d.counter(buyer, must(d.service.Negotiation(ctx, desk, n)).ProposalID, 9_000_000))
			return func() error {
				_, err := d.service.AnswerNegotiation(ctx, desk, seller.HandAnswer{NegotiationID: n, Action: "accept"}, keep(new(seller.Turn)))
				return err
			}
		},
		"submit an order": func(d *desk, desk, buyer seller.Call) func() error {
			id := must(d.order(buyer, must(d.book(buyer, d.quote(buyer, ask(1000)).ID)).ID)).ID
			return func() error { _, err := d.move(desk, id, parley.OrderSubmitted); return err }
		},
		"approve an order": func(d *desk, desk, buyer seller.Call) func() error {
			id := must(d.order(buyer, must(d.book(buyer, d.quote(buyer, ask(1000)).ID)).ID)).ID
			must(d.move(buyer, id, parley.OrderSubmitted))
			return func() error { _, err := d.move(desk, id, parley.OrderApproved); return err }
		},
	}
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		desk := d.operator()
		for what, open := range acts {
			id := strings.ReplaceAll(what, " ", "-")
			act := open(d, desk, d.buyer(parley.Identity{SeatID: "s-" + id, AgencyID: id}))
			d.setStanding(d.accountNamed(parley.AccountAgency, id).ID, parley.AccountBlocked)
			if refused := wantError(t, act(), parley.CodeConflict); refused.Facts["account_id"] == nil {
				t.Errorf("%s: %v", what, refused)
			}
			d.setStanding(d.accountNamed(parley.AccountAgency, id).ID, parley.AccountPaused)
			if err := act(); err != nil {
				t.Errorf("%s, when it is paused: %v", what, err)
			}
		}
	})
}

// TestNoClaimSellsToABlockedSeat has a buyer that may buy name a seat that may not, in every body that can name one.
func TestNoClaimSellsToABlockedSeat(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		d.buyer(parley.Identity{SeatID: "bad", DSPPlatform: "ttd"})
		bad := d.accountNamed(parley.AccountSeat, "bad").ID
		buyer := d.buyer(parley.Identity{AgencyID: "good"})
		d.buyer(parley.Identity{SeatID: "bad"})                                                 // one of which nobody said where it is leads nobody around the other
		same := d.buyer(parley.Identity{AgencyID: "good", SeatID: "bad", DSPPlatform: "dv360"}) // a seat of its own, at another DSP
		quote, proposal := d.quote(buyer, ask(1000)).ID, d.submit(buyer, propose(20_000_000, 1000)).ID
		claimed := ask(1000)
		claimed.Identity = parley.Identity{SeatID: "bad"}
		before := d.quote(buyer, claimed).ID
		own := d.quote(same, ask(1000)).ID
		sells := map[string]func(i parley.Identity) error{
			"a quote": func(i parley.Identity) error {
				request := ask(1000)
				request.Identity = i
				_, err := d.service.RequestQuote(ctx, buyer, request, keep(new(parley.Quote)))
				return err
			},
			"an anonymous quote": func(i parley.Identity) error {
				request := ask(1000)
				request.Identity = i
				_, err := d.service.RequestQuote(ctx, seller.Call{Address: "192.0.2.9"}, request, keep(new(parley.Quote)))
				return err
			},
			"a proposal": func(i parley.Identity) error {
				request := propose(20_000_000, 1000)
				request.Identity = i
				_, err := d.service.SubmitProposal(ctx, buyer, request, keep(new(parley.Proposal)))
				return err
			},
			"a booking": func(i parley.Identity) error {
				_, err := d.service.BookDeal(ctx, buyer, seller.BookingRequest{QuoteID: quote, Identity: i}, keep(new(parley.Deal)))
				return err
			},
			"a booking of what was quoted for it": func(parley.Identity) error { _, err := d.book(buyer, before); return err },
			"a booking of a proposal": func(i parley.Identity) error {
				_, err := d.service.BookProposal(ctx, buyer, seller.ProposalBooking{ProposalID: proposal, Identity: i}, keep(new(parley.Deal)))
				return err
			},
			"a booking of its own seat, at the other's DSP": func(i parley.Identity) error {
				_, err := d.service.BookDeal(ctx, same, seller.BookingRequest{QuoteID: own, Identity: parley.Identity{DSPPlatform: "The Trade Desk"}}, keep(new(parley.Deal)))
				return err
			},
		}
		for _, standing := range []parley.AccountStatus{parley.AccountBlocked, parley.AccountPaused} {
			d.setStanding(bad, standing)
			for what, sell := range sells {
				if standing == parley.AccountPaused && what == "a booking of what was quoted for it" {
					continue // what was open goes on
				}
				for _, i := range []parley.Identity{
					{SeatID: "bad"}, {SeatID: "BAD", DSPPlatform: "The Trade Desk"}, {SeatID: "bad", DSPPlatform: "thetradedesk.com"}, {SeatID: "bad", DSPPlatform: "zzz"},
				} {
					if err := sell(i); !parley.Is(err, parley.CodeForbidden) {
						t.Errorf("%s for the %s seat %v: %v", what, standing, i, err)
					}
				}
			}
		}
		d.setStanding(bad, parley.AccountActive)
		d.buyer(parley.Identity{AgencyID: "evil", AdvertiserID: "vice"})
		for kind, claims := range map[parley.AccountKind][]parley.Identity{
			parley.AccountAgency: {{AgencyID: "evil"}, {AgencyID: "EVIL"}}, parley.AccountAdvertiser: {{AdvertiserID: "vice"}},
		} {
			party := d.accountNamed(kind, map[parley.AccountKind]string{parley.AccountAgency: "evil", parley.AccountAdvertiser: "vice"}[kind]).ID
			d.setStanding(party, parley.AccountBlocked)
			for _, what := range []string{"a quote", "an anonymous quote", "a proposal", "a booking", "a booking of a proposal"} {
				for _, i := range claims {
					i.SeatID = "of-good"
					if err := sells[what](i); !parley.Is(err, parley.CodeForbidden) {
						t.Errorf("%s for %v: %v", what, i, err)
					}
				}
			}
			d.setStanding(party, parley.AccountActive)
		}
		for what, sell := range sells {
			if err := sell(parley.Identity{SeatID: "bad", DSPPlatform: "ttd"}); err != nil {
				t.Errorf("%s, when the seat may again: %v", what, err)
			}
		}
	})
}

// TestNoClaimGoesOnWithABlockedSeat begins everything for a seat that its buyer claims, and goes on with it when the seat may not buy.
func TestNoClaimGoesOnWithABlockedSeat(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		d.buyer(parley.Identity{SeatID: "bad", DSPPlatform: "ttd"})
		bad := d.accountNamed(parley.AccountSeat, "bad").ID
		buyer, operator := d.buyer(parley.Identity{AgencyID: "good"}), d.operator()
		for _, dsp := range []string{"ttd", "zzz", ""} {
			d.setStanding(bad, parley.AccountActive)
			claimed := ask(1000)
			claimed.Identity = parley.Identity{SeatID: "bad", DSPPlatform: dsp}
			quoted, talked, deal := d.quote(buyer, claimed).ID, d.quote(buyer, claimed).ID, must(d.book(buyer, d.quote(buyer, claimed).ID))
			unordered, order := must(d.book(buyer, d.quote(buyer, claimed).ID)), must(d.order(buyer, deal.ID))
			longer := func(in parley.Deal) seller.ChangeInput {
				end := in.Flight.End + 1
				return seller.ChangeInput{Type: parley.ChangeFlightDates, DealID: in.ID, Terms: parley.ChangeTerms{FlightEnd: &end}}
			}
			larger := func(in parley.Deal) seller.ChangeInput {
				more := in.Impressions * 3
				return seller.ChangeInput{Type: parley.ChangeImpressions, DealID: in.ID, Terms: parley.ChangeTerms{Impressions: &more}}
			}
			approved := must(d.askChange(buyer, longer(deal)))
			if approved.Status != parley.ChangeApproved {
				t.Fatalf("a day more is %s", approved.Status)
			}
			acts := map[string]func() error{
				"a hold":                    func() error { _, err := d.hold(buyer, quoted, time.Hour); return err },
				"an order":                  func() error { _, err := d.order(buyer, unordered.ID); return err },
				"an order submitted":        func() error { _, err := d.move(buyer, order.ID, parley.OrderSubmitted); return err },
				"a longer flight":           func() error { _, err := d.askChange(buyer, longer(unordered)); return err },
				"more impressions":          func() error { _, err := d.askChange(buyer, larger(unordered)); return err },
				"a change approved earlier": func() error { _, err := d.applyChange(buyer, approved.ID); return err },
				"a counter": func() error {
					_, err := d.say(buyer, seller.Message{Action: "counter", QuoteID: talked, Price: &parley.Money{Micros: 10_500_000}})
					return err
				},
			}
			desks := map[string]func() error{
				"the desk's hold":             func() error { _, err := d.hold(operator, quoted, time.Hour); return err },
				"the desk's order":            func() error { _, err := d.order(operator, unordered.ID); return err },
				"more impressions from there": func() error { _, err := d.askChange(operator, larger(unordered)); return err },
			}
			d.setStanding(bad, parley.AccountBlocked)
			for what, act := range acts {
				if err := act(); !parley.Is(err, parley.CodeForbidden) {
					t.Errorf("%s for the seat at %q: %v", what, dsp, err)
				}
			}
			for what, act := range desks {
				if err := act(); !parley.Is(err, parley.CodeValidation) {
					t.Errorf("%s for the seat at %q: %v", what, dsp, err)
				}
			}
			d.setStanding(bad, parley.AccountPaused)
			for _, what := range []string{"a hold", "a longer flight", "more impressions"} {
				if err := acts[what](); !parley.Is(err, parley.CodeForbidden) {
					t.Errorf("%s for the paused seat at %q: %v", what, dsp, err)
				}
			}
			if _, err := d.service.CancelDeal(ctx, operator, unordered.ID, "a test", keep(new(parley.Deal))); err != nil {
				t.Errorf("it cannot be ended: %v", err)
			}
		}
	})
}
