package seller_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// several is a desk that takes several orders for one deal.
func several(t *testing.T, store *storage.Store) *desk {
	settings := seller.DefaultSettings()
	settings.SeveralOrdersPerDeal = true
	return openDesk(t, store, settings)
}

func (d *desk) order(call seller.Call, dealID string) (parley.Order, error) {
	var order parley.Order
	_, err := d.service.CreateOrder(context.Background(), call, seller.OrderRequest{DealID: dealID}, keep(&order))
	return order, err
}

func (d *desk) move(call seller.Call, orderID string, to parley.OrderStatus) (parley.Order, error) {
	var order parley.Order
	_, err := d.service.TransitionOrder(context.Background(), call, seller.TransitionRequest{OrderID: orderID, To: to}, keep(&order))
	return order, err
}

func (d *desk) cancel(call seller.Call, dealID string) (parley.Deal, error) {
	var deal parley.Deal
	_, err := d.service.CancelDeal(context.Background(), call, dealID, "a test", keep(&deal))
	return deal, err
}

// wayTo is the shortest way of an order to a state.
func wayTo(to parley.OrderStatus) []parley.OrderStatus {
	ways := map[parley.OrderStatus][]parley.OrderStatus{parley.OrderDraft: {}}
	for open := []parley.OrderStatus{parley.OrderDraft}; len(open) > 0; open = open[1:] {
		for _, next := range open[0].Next() {
			if _, known := ways[next]; !known {
				ways[next] = append(append([]parley.OrderStatus{}, ways[open[0]]...), next)
				open = append(open, next)
			}
		}
	}
	return ways[to]
}

// hangs is what hangs on a deal of the matrix.
type hangs struct {
	orders    []parley.Order
	approvals []string // pending
	granted   []string // and not resumed
	changes   []parley.ChangeRequest
}

// asked are the pending approvals about a deal.
func (d *desk) asked(dealID string) []parley.Approval {
	d.t.Helper()
	listing, err := d.service.Approvals(context.Background(), seller.Terminal("test"), storage.ApprovalFilter{DealID: dealID})
	if err != nil {
		d.t.Fatal(err)
	}
	return listing.Items
}

// hangers put something on a deal, each in one of the states that it can be in.
func hangers() map[string]func(d *desk, operator, buyer seller.Call, deal parley.Deal, h *hangs) {
	all := map[string]func(d *desk, operator, buyer seller.Call, deal parley.Deal, h *hangs){}
	for _, status := range parley.OrderStatuses {
		all["an order "+string(status)] = func(d *desk, operator, buyer seller.Call, deal parley.Deal, h *hangs) {
			order := must(d.order(buyer, deal.ID))
			for _, to := range wayTo(status) {
				order = must(d.move(operator, order.ID, to))
			}
			h.orders = append(h.orders, order)
		}
	}
	for _, granted := range []bool{false, true} {
		all[fmt.Sprintf("an order at its gate, granted: %t", granted)] = func(d *desk, operator, buyer seller.Call, deal parley.Deal, h *hangs) {
			rule := d.gate(parley.ApprovalRule{Gate: parley.GateOrderSubmission, Condition: "true"})
			order := must(d.move(buyer, must(d.order(buyer, deal.ID)).ID, parley.OrderSubmitted))
			if order.Status != parley.OrderPendingApproval {
				panic("the order is " + order.Status)
			}
			if _, err := d.service.ApprovalRules().Delete(context.Background(), seller.Terminal("test"), rule.ID, &rule.Version, keep(new(parley.ApprovalRule))); err != nil {
				panic(err)
			}
			h.orders = append(h.orders, order)
			h.question(d, operator, deal, granted, func(a parley.Approval) bool { return a.OrderID == order.ID })
		}
	}
	volume := func(d *desk, buyer seller.Call, deal parley.Deal, impressions int64) parley.ChangeRequest {
		return must(d.askChange(buyer, seller.ChangeInput{
			Type: parley.ChangeImpressions, DealID: deal.ID, Terms: parley.ChangeTerms{Impressions: &impressions},
		}))
	}
	for _, status := range []parley.ChangeStatus{parley.ChangePendingApproval, parley.ChangeApproved, parley.ChangeRejected} {
		all["a change "+string(status)] = func(d *desk, operator, buyer seller.Call, deal parley.Deal, h *hangs) {
			c := volume(d, buyer, deal, 90_000)
			if decision := map[parley.ChangeStatus]string{parley.ChangeApproved: "approve", parley.ChangeRejected: "reject"}[status]; decision != "" {
				c = must(d.review(operator, c.ID, decision))
			}
			h.changes = append(h.changes, c)
		}
	}
	all["a change granted"] = func(d *desk, operator, buyer seller.Call, deal parley.Deal, h *hangs) {
		c := volume(d, buyer, deal, 80_000)
		h.changes = append(h.changes, c)
		h.question(d, operator, deal, true, func(a parley.Approval) bool { return a.ChangeID == c.ID })
	}
	return all
}

// question notes the pending approval that is meant, or grants it and notes that.
func (h *hangs) question(d *desk, operator seller.Call, deal parley.Deal, granted bool, is func(parley.Approval) bool) {
	for _, a := range d.asked(deal.ID) {
		switch {
		case !is(a):
		case granted:
			if err := d.decide(operator, a.ID, "approve", nil); err != nil {
				panic(err)
			}
			h.granted = append(h.granted, a.ID)
		default:
			h.approvals = append(h.approvals, a.ID)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// waysToEnd are the ways in which a deal that runs ends.
var waysToEnd = map[string]func(d *desk, operator, buyer seller.Call, deal parley.Deal){
	"cancelled by the desk": func(d *desk, operator, _ seller.Call, deal parley.Deal) { must(d.cancel(operator, deal.ID)) },
	"cancelled by the desk, once a rule let it": func(d *desk, operator, _ seller.Call, deal parley.Deal) {
		must(d.cancel(operator, d.letCancelled(operator, deal).DealID))
	},
	"cancelled by the desk, once a rule let it, as a change": func(d *desk, operator, _ seller.Call, deal parley.Deal) {
		must(d.applyChange(operator, d.letCancelled(operator, deal).ID))
	},
	"cancelled by a change": func(d *desk, operator, buyer seller.Call, deal parley.Deal) {
		d.cancelByChange(operator, buyer, deal, parley.Cancellation{Share: parley.WholeDeal})
	},
	"all its volume given up": func(d *desk, operator, buyer seller.Call, deal parley.Deal) {
		d.cancelByChange(operator, buyer, deal, parley.Cancellation{Share: parley.WholeDeal - 1})
	},
}

// letCancelled has a rule hold the cancellation of a deal, and somebody grant it.
func (d *desk) letCancelled(operator seller.Call, deal parley.Deal) parley.ChangeRequest {
	rule := d.gate(parley.ApprovalRule{Gate: parley.GateChangeRequest, Condition: fmt.Sprintf("product_id == %q", deal.ProductID)})
	held := must(d.cancel(operator, deal.ID))
	at := slices.IndexFunc(held.Changes, parley.ChangeRequest.Direct)
	if held.Status != deal.Status || at < 0 {
		panic("a rule holds the cancellation, and the deal is " + held.Status)
	}
	c := must(d.review(d.operator(), held.Changes[at].ID, "approve"))
	if c.Status != parley.ChangeApproved {
		panic("the granted cancellation is " + c.Status)
	}
	if _, err := d.service.ApprovalRules().Delete(context.Background(), seller.Terminal("test"), rule.ID, &rule.Version, keep(new(parley.ApprovalRule))); err != nil {
		panic(err)
	}
	return c
}

func (d *desk) cancelByChange(operator, buyer seller.Call, deal parley.Deal, cancel parley.Cancellation) {
	c := must(d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeCancellation, DealID: deal.ID, Terms: parley.ChangeTerms{Cancel: &cancel}}))
	if c.Status != parley.ChangePendingApproval {
		panic("a cancellation that no person decides is " + c.Status)
	}
	must(d.review(operator, c.ID, "approve"))
	if c = must(d.applyChange(buyer, c.ID)); c.Status != parley.ChangeApplied {
		panic("the cancellation is " + string(c.Status) + ": " + c.FailureReason)
	}
}

// put puts a deal into a state that no flow leads to yet.
func (d *desk) put(dealID string, status parley.DealStatus) parley.Deal {
	var deal parley.Deal
	err := d.store.Tx(context.Background(), func(tx *storage.Tx) (err error) {
		if deal, err = tx.DealForUpdate(dealID).Get(context.Background()); err == nil && deal.Status != status {
			deal.Status = status
			deal.Version++
			tx.UpdateDeal(deal)
		}
		return err
	})
	if err != nil {
		panic(err)
	}
	return deal
}

// TestHowADealEndsAndWhatHangsOnIt is the matrix: each way in which a deal ends, from each state in which it runs, with each
// thing on it that hangs on deals, alone and all at once.
func TestHowADealEndsAndWhatHangsOnIt(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := several(t, store)
		operator, buyer := d.operator(), d.buyer(acme)
		cells := 0
		cell := func(name string, status parley.DealStatus, end func(*desk, seller.Call, seller.Call, parley.Deal), on ...func(*desk, seller.Call, seller.Call, parley.Deal, *hangs)) {
			cells++
			product := fmt.Sprint("product-", cells)
			d.sell(video(func(p *parley.Product) { p.ID = product }))
			request := ask(100_000)
			request.ProductID = product
			deal := d.put(must(d.book(buyer, d.quote(buyer, request).ID)).ID, status)
			var h hangs
			for _, hang := range on {
				hang(d, operator, buyer, deal, &h)
			}
			end(d, operator, buyer, deal)
			d.isOver(name, operator, buyer, product, deal.ID, parley.DealCancelled, h)
		}
		for way, end := range waysToEnd {
			for _, status := range parley.DealStatuses {
				if !status.Runs() {
					continue
				}
				all := hangers()
				var every []func(*desk, seller.Call, seller.Call, parley.Deal, *hangs)
				for name, hang := range all {
					every = append(every, hang)
					if status == parley.DealBooked {
						cell(way+" with "+name, status, end, hang)
					}
				}
				cell(fmt.Sprintf("%s from %s with everything", way, status), status, end, every...)
				cell(fmt.Sprintf("%s from %s with nothing", way, status), status, end)
			}
		}
		t.Logf("%d cells", cells)
	})
}

// isOver checks what is left of a deal that has ended and of what hung on it.
func (d *desk) isOver(name string, operator, buyer seller.Call, product, dealID string, status parley.DealStatus, h hangs) {
	ctx := context.Background()
	d.t.Helper()
	fail := func(format string, args ...any) {
		d.t.Helper()
		d.t.Errorf("%s: "+format, append([]any{name}, args...)...)
	}
	if deal := must(d.service.Deal(ctx, buyer, dealID)); deal.Status != status {
		fail("the deal is %s", deal.Status)
	}
	if sum := d.reserved(product, "2026-06-01", "2026-07-30"); sum != 0 {
		fail("%d impressions are still reserved", sum)
	}
	if asked := d.asked(dealID); len(asked) != 0 {
		fail("%d approvals are pending", len(asked))
	}
	for _, id := range h.approvals {
		if a := must(d.service.Approval(ctx, operator, id)); a.Status != parley.ApprovalWithdrawn {
			fail("the approval is %s", a.Status)
		}
		if err := d.decide(operator, id, "approve", nil); !parley.Is(err, parley.CodeConflict) {
			fail("deciding: %v", err)
		}
		if _, err := d.resume(operator, id); !parley.Is(err, parley.CodeConflict) {
			fail("resuming what is withdrawn: %v", err)
		}
	}
	for _, id := range h.granted {
		if _, err := d.resume(operator, id); err != nil {
			fail("resuming: %v", err)
		}
	}
	for _, was := range h.orders {
		want, lives := was.Status.EndWithDeal()
		if !lives {
			want = was.Status
		}
		order := must(d.service.Order(ctx, buyer, was.ID))
		if order.Status != want {
			fail("the order that was %s is %s, want %s", was.Status, order.Status, want)
		}
		for _, to := range order.Status.Next() {
			if moved, err := d.move(operator, order.ID, to); to.Forward() && !parley.Is(err, parley.CodeConflict) {
				fail("the order went on from %s to %s (%v)", order.Status, moved.Status, err)
			}
		}
	}
	for _, was := range h.changes {
		want := map[parley.ChangeStatus]parley.ChangeStatus{
			parley.ChangePendingApproval: parley.ChangeRejected, parley.ChangeApproved: parley.ChangeFailed, parley.ChangeRejected: parley.ChangeRejected,
		}[was.Status]
		c := must(d.service.Change(ctx, buyer, was.ID))
		if c.Status != want || c.RejectionReason+c.FailureReason == "" {
			fail("the change that was %s is %s (%q), want %s", was.Status, c.Status, c.RejectionReason+c.FailureReason, want)
		}
		if again, err := d.applyChange(buyer, c.ID); err == nil && again.Status != parley.ChangeFailed {
			fail("the change was applied: %s", again.Status)
		}
		if _, err := d.review(operator, c.ID, "approve"); !parley.Is(err, parley.CodeConflict) {
			fail("reviewing: %v", err)
		}
	}
	_, err := d.order(buyer, dealID)
	_, asking := d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeCancellation, DealID: dealID})
	_, again := d.cancel(operator, dealID)
	for what, err := range map[string]error{"a new order": err, "a new change": asking, "cancelling": again} {
		if !parley.Is(err, parley.CodeConflict) {
			fail("%s: %v", what, err)
		}
	}
}

// TestHowAHeldDealEnds is the part of the matrix for deals that wait at their gate, on which only their approval hangs.
func TestHowAHeldDealEnds(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := several(t, store)
		operator, buyer := d.operator(), d.buyer(acme)
		d.gate(parley.ApprovalRule{Gate: parley.GateDealBooking, Condition: "true", Timeout: time.Hour, OnTimeout: parley.TimeoutRejects})
		resumed := func(decision string) func(parley.Deal) {
			return func(deal parley.Deal) {
				id := d.asked(deal.ID)[0].ID
				if err := d.decide(operator, id, decision, nil); err != nil {
					t.Fatal(err)
				}
				must(d.resume(operator, id))
			}
		}
		cells := 0
		for way, end := range map[string]struct {
			as  parley.DealStatus
			end func(parley.Deal)
		}{
			"cancelled by the desk": {parley.DealCancelled, func(deal parley.Deal) { must(d.cancel(operator, deal.ID)) }},
			"granted, cancelled before it was carried out": {parley.DealCancelled, func(deal parley.Deal) {
				id := d.asked(deal.ID)[0].ID
				if err := d.decide(operator, id, "approve", nil); err != nil {
					t.Fatal(err)
				}
				must(d.cancel(operator, deal.ID))
				must(d.resume(operator, id))
			}},
			"rejected": {parley.DealRejected, resumed("reject")},
			"timed out": {parley.DealExpired, func(parley.Deal) {
				d.clock.Move(2 * time.Hour)
				if n, err := d.service.SweepApprovals(context.Background()); n != 1 || err != nil {
					t.Fatalf("swept %d (%v)", n, err)
				}
			}},
		} {
			for _, from := range []string{"quote", "proposal"} {
				cells++
				product := fmt.Sprint("product-", cells)
				d.sell(video(func(p *parley.Product) { p.ID = product }))
				var deal parley.Deal
				var proposal parley.Proposal
				if from == "quote" {
					request := ask(100_000)
					request.ProductID = product
					deal = must(d.book(buyer, d.quote(buyer, request).ID))
				} else {
					offer := propose(10_800_000, 100_000)
					offer.ProductID, offer.DealType = product, "PG"
					proposal = d.submit(buyer, offer)
					deal = must(d.bookProposal(buyer, proposal.ID))
				}
				if deal.Status != parley.DealProposed {
					t.Fatalf("the deal is %s", deal.Status)
				}
				if _, err := d.order(buyer, deal.ID); !parley.Is(err, parley.CodeConflict) {
					t.Errorf("a held deal was ordered: %v", err)
				}
				end.end(deal)
				d.isOver(way+" from a "+from, operator, buyer, product, deal.ID, end.as, hangs{})
				if from == "quote" {
					if q := must(d.service.Quote(context.Background(), operator, deal.QuoteID)); q.Status != parley.QuoteDeclined {
						t.Errorf("%s: the quote is %s", way, q.Status)
					}
				} else if p := must(d.service.Proposal(context.Background(), operator, proposal.ID)); p.Status != parley.ProposalFailed || len(p.Errors) == 0 {
					t.Errorf("%s: the proposal is %s (%v)", way, p.Status, p.Errors)
				}
			}
		}
	})
}

// TestAnOrderEndsAlone cancels orders at every point where that is possible, and orders their deal again.
func TestAnOrderEndsAlone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		operator, buyer := d.operator(), d.buyer(acme)
		for _, status := range parley.OrderStatuses {
			deal := d.dealOf(buyer, 10_000)
			order := must(d.order(buyer, deal.ID))
			for _, to := range wayTo(status) {
				order = must(d.move(operator, order.ID, to))
			}
			if status.Allows(parley.OrderCancelled) {
				order = must(d.move(buyer, order.ID, parley.OrderCancelled))
			}
			if read := must(d.service.Deal(context.Background(), buyer, deal.ID)); read.Status != parley.DealBooked {
				t.Errorf("the deal of an order that was %s is %s", status, read.Status)
			}
			again, err := d.order(buyer, deal.ID)
			if over := len(order.Status.Next()) == 0; over != (err == nil) {
				t.Errorf("with an order that is %s, another one: %s (%v)", order.Status, again.Status, err)
			}
			if _, err := d.order(buyer, deal.ID); !parley.Is(err, parley.CodeConflict) {
				t.Errorf("two orders for one deal (%v)", err)
			}
		}
		if sum := d.reserved("video-home", "2026-06-01", "2026-07-30"); sum != int64(len(parley.OrderStatuses))*10_000 {
			t.Errorf("%d are reserved", sum)
		}
	})
}

// cancellations are the ways in which somebody asks for the end of a deal that runs. Each answers the approval that holds it,
// "" where it was carried out, and how it is carried out once it is granted.
var cancellations = map[string]func(d *desk, operator, buyer seller.Call, deal parley.Deal) (approvalID string, carryOut func() error){
	"cancelled by the desk": func(d *desk, operator, _ seller.Call, deal parley.Deal) (string, func() error) {
		return d.heldBy(must(d.cancel(operator, deal.ID))), func() error {
			_, err := d.cancel(operator, deal.ID)
			return err
		}
	},
	"cancelled by the desk, then applied": func(d *desk, operator, _ seller.Call, deal parley.Deal) (string, func() error) {
		held := must(d.cancel(operator, deal.ID))
		return d.heldBy(held), func() error {
			_, err := d.applyChange(operator, held.Changes[0].ID)
			return err
		}
	},
	"a change that the desk asks for":  asksToCancel(parley.WholeDeal, false),
	"a change that the buyer asks for": asksToCancel(parley.WholeDeal, true),
	"all its volume given up":          asksToCancel(parley.WholeDeal-1, true),
}

func asksToCancel(share int64, byBuyer bool) func(d *desk, operator, buyer seller.Call, deal parley.Deal) (string, func() error) {
	return func(d *desk, operator, buyer seller.Call, deal parley.Deal) (string, func() error) {
		by := operator
		if byBuyer {
			by = buyer
		}
		c := must(d.askChange(by, seller.ChangeInput{
			Type: parley.ChangeCancellation, DealID: deal.ID, Terms: parley.ChangeTerms{Cancel: &parley.Cancellation{Share: share}},
		}))
		return c.ApprovalID, func() error {
			_, err := d.applyChange(buyer, c.ID)
			return err
		}
	}
}

// heldBy is the approval that holds a cancelled deal; "" when none does.
func (d *desk) heldBy(deal parley.Deal) string {
	for _, c := range deal.Changes {
		if c.Direct() {
			return c.ApprovalID
		}
	}
	return ""
}

// TestTheEndOfADealMeetsItsRuleByEveryWay is the matrix of gates: each way of asking for the end of a deal, with a rule that is
// about it and one that is not, and each way in which the question is answered.
func TestTheEndOfADealMeetsItsRuleByEveryWay(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, d *desk) {
		operator, buyer, legal, approver := d.operator(), d.buyer(acme), d.operator(parley.ScopeFinance), d.operator(parley.ScopeApprover)
		cells := 0
		for way, cancel := range cancellations {
			for _, answer := range []string{"not about it", "approve", "reject", "timed out", "approve, with another rule by then", "withdrawn rule"} {
				cells++
				name := way + ", " + answer
				product := fmt.Sprint("product-", cells)
				d.sell(video(func(p *parley.Product) { p.ID = product }))
				request := ask(100_000)
				request.ProductID = product
				deal := must(d.book(buyer, d.quote(buyer, request).ID))
				condition := fmt.Sprintf("product_id == %q", product)
				if answer == "not about it" {
					condition += " && impressions > 100000"
				}
				rule := d.gate(parley.ApprovalRule{Name: name, Gate: parley.GateChangeRequest, Condition: condition, Role: parley.ScopeFinance, Timeout: time.Hour, OnTimeout: parley.TimeoutRejects})
				approvalID, carryOut := cancel(d, operator, buyer, deal)
				status := func() parley.DealStatus { return must(d.service.Deal(context.Background(), buyer, deal.ID)).Status }
				asked := d.asked(deal.ID)
				if answer == "not about it" {
					if len(asked) > 0 && asked[0].RuleID == rule.ID || len(asked) == 0 && status() != parley.DealCancelled {
						t.Errorf("%s: asked is %+v, the deal is %s", name, asked, status())
					}
					continue
				}
				if len(asked) != 1 || asked[0].ID != approvalID || asked[0].RuleID != rule.ID || status() != parley.DealBooked {
					t.Fatalf("%s: asked is %+v, %s, the deal is %s", name, asked, approvalID, status())
				}
				if d.reserved(product, "2026-06-01", "2026-07-30") != 100_000 {
					t.Errorf("%s: nothing is decided, and the inventory is free", name)
				}
				// Asking once more, by the shortest way, asks nobody anew and ends nothing.
				if again := must(d.cancel(operator, deal.ID)); again.Status != parley.DealBooked {
					t.Errorf("%s: cancelled again, the deal is %s", name, again.Status)
				}
				wantCode(t, d.decide(approver, approvalID, "approve", nil), parley.CodeForbidden)
				want := parley.DealBooked
				switch answer {
				case "approve":
					want = parley.DealCancelled
					d.mustResume(legal, approvalID, "approve")
				case "reject":
					d.mustResume(legal, approvalID, "reject")
				case "timed out":
					d.clock.Move(2 * time.Hour)
					if _, err := d.service.SweepApprovals(context.Background()); err != nil {
						t.Fatal(err)
					}
					d.clock.Move(-2 * time.Hour)
				case "approve, with another rule by then":
					d.mustResume(legal, approvalID, "approve")
					d.gate(parley.ApprovalRule{Name: name + " too", Gate: parley.GateChangeRequest, Condition: condition, Role: parley.ScopeAdmin})
				case "withdrawn rule":
					if _, err := d.service.ApprovalRules().Delete(context.Background(), seller.Terminal("test"), rule.ID, &rule.Version, keep(new(parley.ApprovalRule))); err != nil {
						t.Fatal(err)
					}
					d.mustResume(legal, approvalID, "approve")
					want = parley.DealCancelled
				}
				err := carryOut()
				if want == parley.DealCancelled && err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if status() != want {
					t.Errorf("%s: the deal is %s, want %s", name, status(), want)
				}
				if answer == "approve, with another rule by then" && len(d.asked(deal.ID)) == 0 {
					t.Errorf("%s: the other rule is not asked", name)
				}
			}
		}
	})
}

func (d *desk) mustResume(call seller.Call, approvalID, decision string) {
	d.t.Helper()
	if err := d.decide(call, approvalID, decision, nil); err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.resume(call, approvalID); err != nil {
		d.t.Fatal(err)
	}
}

// TestAGrantedCancellationIsOneOfTheDealAsItWas changes a deal after its cancellation was granted, and cancels it again: that
// is asked about anew. A deal whose flight is over is not cancelled any more.
func TestAGrantedCancellationIsOneOfTheDealAsItWas(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		operator, buyer := d.operator(), d.buyer(acme)
		deal := d.dealOf(buyer, 100_000)
		moved := d.mustAsk(buyer, seller.ChangeInput{
			Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: of(deal.Flight.End + 1)},
		})
		d.gate(parley.ApprovalRule{Gate: parley.GateChangeRequest, Condition: "price > 0"})
		first := must(d.cancel(operator, deal.ID))
		d.mustResume(d.operator(), d.heldBy(first), "approve")
		if c := must(d.applyChange(buyer, moved.ID)); c.Status == parley.ChangePendingApproval {
			d.mustResume(d.operator(), c.ApprovalID, "approve")
			must(d.applyChange(buyer, moved.ID))
		}
		second := must(d.cancel(operator, deal.ID))
		if second.Status != parley.DealBooked || d.heldBy(second) == "" || d.heldBy(second) == d.heldBy(first) {
			t.Fatalf("the deal is %s, held by %q", second.Status, d.heldBy(second))
		}
		d.mustResume(d.operator(), d.heldBy(second), "approve")
		if last := must(d.cancel(operator, deal.ID)); last.Status != parley.DealCancelled || len(last.Changes) != 0 {
			t.Errorf("granted, the deal is %s with %v", last.Status, last.Changes)
		}

		ran := d.dealOf(buyer, 100_000)
		d.clock.Move(ran.Flight.End.Midnight().Add(36 * time.Hour).Sub(noon))
		_, err := d.cancel(operator, ran.ID)
		wantCode(t, err, parley.CodeConflict)
	})
}
