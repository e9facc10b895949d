package seller_test

import (
	"context"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestNoChangeGoesAroundAGate has a rule at each gate that asks finance about a deal's terms as a change makes them, and not about
// those before, and changes a deal with an order in each state, before and after the order is moved on. Whatever the gate, the
// change and the state: no order is past its gate on terms that finance was never asked about.
func TestNoChangeGoesAroundAGate(t *testing.T) {
	t.Parallel()
	part := parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal / 2}}
	changes := map[string]struct {
		condition string
		kind      parley.ChangeType
		terms     parley.ChangeTerms
	}{
		"minor days": {"flight_days > 11", parley.ChangeFlightDates, parley.ChangeTerms{FlightEnd: of(mustDay("2026-06-22"))}},
		"many days":  {"flight_days > 20", parley.ChangeFlightDates, parley.ChangeTerms{FlightEnd: of(mustDay("2026-07-09"))}},
		"volume":     {"impressions > 150000", parley.ChangeImpressions, parley.ChangeTerms{Impressions: of(int64(400_000))}},
		"price":      {"discount_pct > 5", parley.ChangePricing, price(9_000_000)},
		"a part":     {"impressions < 60000", parley.ChangeCancellation, part},
	}
	// The states that an order of the deal is moved through before the change is asked for, and after it was applied.
	smooth := []parley.OrderStatus{parley.OrderSubmitted, parley.OrderApproved, parley.OrderInProgress, parley.OrderSyncing, parley.OrderBooked}
	for _, gate := range parley.Gates {
		t.Run(string(gate), func(t *testing.T) {
			t.Parallel()
			stores.Each(t, func(t *testing.T, store *storage.Store) {
				t.Parallel()
				d := openDesk(t, store, seller.DefaultSettings())
				d.sell(video())
				buyer := d.buyer(acme)
				rules := map[string]string{}
				for name, change := range changes {
					rules[name] = d.gate(parley.ApprovalRule{Name: name, Gate: gate, Role: parley.ScopeFinance, Condition: change.condition}).ID
				}
				for name, change := range changes {
					for before := -1; before <= len(smooth); before++ {
						walk := orderWalk{d: d, buyer: buyer, rule: rules[name], deal: d.dealOf(buyer, 100_000)}
						if before >= 0 {
							walk.place()
							walk.on(smooth[:before]...)
						}
						c := must(d.askChange(buyer, seller.ChangeInput{Type: change.kind, DealID: walk.deal.ID, Terms: change.terms}))
						c = walk.granted(c)
						if before == 0 {
							walk.on(smooth[:2]...) // between the grant and the applying
						}
						if c = must(d.applyChange(buyer, c.ID)); c.Status == parley.ChangePendingApproval {
							walk.granted(c)
							c = must(d.applyChange(buyer, c.ID))
						}
						if c.Status != parley.ChangeApplied {
							t.Fatalf("%s, %d moves before it: the change is %s", name, before, c.Status)
						}
						if before < 0 {
							walk.place()
							walk.on(smooth[:1]...)
						}
						if !walk.asked {
							t.Errorf("%s, %d moves before it: finance was never asked", name, before)
						}
					}
				}
			})
		})
	}
}

// orderWalk is a deal with its order, and what finance was asked about it.
type orderWalk struct {
	d     *desk
	buyer seller.Call
	rule  string
	deal  parley.Deal
	order string
	asked bool
}

func (w *orderWalk) place() { w.order = must(w.d.order(w.buyer, w.deal.ID)).ID }

// granted is a change when everybody who is asked about it has granted it.
func (w *orderWalk) granted(c parley.ChangeRequest) parley.ChangeRequest {
	w.d.t.Helper()
	for c.Status == parley.ChangePendingApproval {
		w.grant(c.ApprovalID)
		c = must(w.d.service.Change(context.Background(), w.buyer, c.ID))
	}
	return c
}

// on moves the order on, and has everybody grant who is asked on the way.
func (w *orderWalk) on(through ...parley.OrderStatus) {
	w.d.t.Helper()
	read := func() parley.Order { return must(w.d.service.Order(context.Background(), w.buyer, w.order)) }
	for _, to := range through {
		if read().Status != to {
			must(w.d.move(w.d.operator(), w.order, to))
		}
		for read().Status == parley.OrderPendingApproval {
			filter := storage.ApprovalFilter{DealID: w.deal.ID, Status: parley.ApprovalPending, Now: noon, Page: storage.Page{Limit: 9}}
			for _, a := range must(w.d.service.Approvals(context.Background(), w.d.operator(), filter)).Items {
				if a.OrderID == w.order && a.ChangeID == "" {
					w.grant(a.ID)
				}
			}
		}
	}
}

func (w *orderWalk) grant(approvalID string) {
	w.d.t.Helper()
	a := must(w.d.service.Approval(context.Background(), w.d.operator(), approvalID))
	w.asked = w.asked || a.RuleID == w.rule
	if err := w.d.decideAndResume(w.d.operator(), approvalID, "approve"); err != nil {
		w.d.t.Fatal(err)
	}
}
