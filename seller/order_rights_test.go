package seller_test

import (
	"context"
	"slices"
	"testing"

	"parley"
	"parley/internal/racedetector"
)

// TestWhoMovesAnOrder has each role make each move of an order. Taking one back needs the role that ending its deal needs, and what
// a refusal names as allowed is what is.
func TestWhoMovesAnOrder(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		admin, buyer := d.operator(), d.buyer(acme)
		for _, role := range []parley.Scope{parley.ScopeViewer, parley.ScopeApprover, parley.ScopeFinance, parley.ScopeLegal, parley.ScopeAdmin} {
			operator := d.operator(role)
			desk := role != parley.ScopeViewer
			ends := role == parley.ScopeApprover || role == parley.ScopeAdmin
			deal := d.dealOf(buyer, 10_000)
			if _, err := d.cancel(operator, deal.ID); parley.Is(err, parley.CodeForbidden) == ends {
				t.Errorf("%s cancels a deal: %v", role, err)
			}
			for _, from := range parley.OrderStatuses {
				for _, to := range from.Next() {
					order := must(d.order(buyer, d.dealOf(buyer, 1_000).ID))
					for _, step := range wayTo(from) {
						order = must(d.move(admin, order.ID, step))
					}
					may := desk && (ends || to != parley.OrderCancelled && to != parley.OrderUnbooked)
					_, err := d.move(operator, order.ID, to)
					if may && err != nil || !may && !parley.Is(err, parley.CodeForbidden) {
						t.Errorf("%s moves an order from %s to %s: %v", role, from, to, err)
					}
					if may {
						continue
					}
					after, err := d.service.Order(context.Background(), admin, order.ID)
					if err != nil || after.Status != from {
						t.Errorf("after %s tried to move an order from %s to %s it is %s, %v", role, from, to, after.Status, err)
					}
				}
				if len(from.Next()) == 0 || !desk {
					continue
				}
				order := must(d.order(buyer, d.dealOf(buyer, 1_000).ID))
				for _, step := range wayTo(from) {
					order = must(d.move(admin, order.ID, step))
				}
				_, err := d.move(operator, order.ID, from)
				allowed, _ := wantError(t, err, parley.CodeConflict).Facts["allowed_transitions"].([]parley.OrderStatus)
				want := slices.DeleteFunc(slices.Clone(from.Next()), func(to parley.OrderStatus) bool {
					return !ends && (to == parley.OrderCancelled || to == parley.OrderUnbooked)
				})
				if !slices.Equal(allowed, want) {
					t.Errorf("%s is told that an order that is %s may become %v, want %v", role, from, allowed, want)
				}
			}
		}
	})
}
