package courier_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley"
	"parley/activation/courier"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestAtRestTheAdServerHasWhatIsWanted books, changes, cancels and orders again at random, while calls go wrong, processes are
// killed, nodes take turns and clocks are off. When all that is over, the ad server has one of each thing at the most, with the
// deal's terms, and what ended is off.
func TestAtRestTheAdServerHasWhatIsWanted(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]struct {
		open func(testing.TB) *storage.Store
		runs int
	}{"sqlite": {stores.SQLite, 50}, "postgres": {stores.Postgres, 15}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t, with.open(t))
			d.destination(adServerKind)
			runs := 0
			rapid.Check(t, func(r *rapid.T) {
				if runs++; runs > with.runs {
					return
				}
				(&chance{desk: d, T: r, ahead: d.node(func() time.Time { return d.clock.Read().Add(5 * time.Minute) })}).run()
			})
		})
	}
}

// chance is one run of things that happen at random to a few deals.
type chance struct {
	*desk
	*rapid.T
	ahead *seller.Service // a node whose clock runs ahead
	deals []string
}

func (c *chance) run() {
	c.server.breaks(func(string, string) fault { return "" })
	for range rapid.IntRange(5, 25).Draw(c.T, "steps") {
		switch rapid.IntRange(0, 7).Draw(c.T, "step") {
		case 0, 1:
			if len(c.deals) < 4 {
				deal, _ := c.ordered()
				c.deals = append(c.deals, deal.ID)
			}
		case 2:
			c.some(func(id string) error {
				return c.change(id, rapid.Int64Range(500_000, 1_500_000).Draw(c.T, "impressions"))
			})
		case 3:
			c.some(c.cancel)
		case 4:
			c.some(c.orderAnew)
		case 5:
			c.goWrong()
		case 6:
			c.clock.Move(time.Duration(rapid.IntRange(1, 300).Draw(c.T, "seconds")) * time.Second)
		case 7:
			service, node := c.service, "node"
			if rapid.Bool().Draw(c.T, "ahead") {
				service, node = c.ahead, "ahead"
			}
			c.once(service, node)
		}
	}
	c.settle()
	for _, id := range c.deals {
		c.check(id)
	}
}

// some does something to one of the deals; where that cannot be done now, nothing is.
func (c *chance) some(do func(dealID string) error) {
	if len(c.deals) == 0 {
		return
	}
	id := rapid.SampledFrom(c.deals).Draw(c.T, "deal")
	if err := do(id); err != nil && !parley.Is(err, parley.CodeConflict) && !parley.Is(err, parley.CodeValidation) && !parley.Is(err, parley.CodeContention) {
		c.Fatal(err)
	}
}

// orderAnew ends a deal's order, or takes one that has ended up again.
func (c *chance) orderAnew(dealID string) error {
	orders, err := c.service.Orders(context.Background(), c.admin, seller.OrderFilter{DealID: dealID, Page: seller.Page{Limit: 1}})
	if err != nil {
		return err
	}
	order := orders.Items[0]
	end, lives := order.Status.EndWithDeal()
	if lives && end != parley.OrderCancelled {
		return c.move(c.admin, order.ID, end)
	}
	for _, to := range []parley.OrderStatus{parley.OrderDraft, parley.OrderSubmitted, parley.OrderApproved} {
		if err := c.move(c.admin, order.ID, to); err != nil {
			return err
		}
	}
	return nil
}

// goWrong has the next calls go wrong in some ways.
func (c *chance) goWrong() {
	next := rapid.SliceOfN(rapid.SampledFrom([]fault{"", "", refuses, isAway, losesBefore, losesAfter, stopsBefore, stopsAfter}), 1, 6).Draw(c.T, "faults")
	c.server.breaks(func(string, string) fault {
		if len(next) == 0 {
			return ""
		}
		f := next[0]
		next = next[1:]
		return f
	})
}

// once brings everything that is due on a node, each in a process that may be killed.
func (c *chance) once(service *seller.Service, node string) {
	due, _, err := service.DueActivations(context.Background(), 1000)
	if err != nil {
		c.Fatal(err)
	}
	for _, a := range due {
		ended := make(chan error, 1)
		go func() {
			defer close(ended)
			ended <- courier.New(service, c.clock.Read, c.log()).Deliver(context.Background(), node, a.ID)
		}()
		if err := <-ended; err != nil {
			c.Fatal(err)
		}
	}
}

// settle ends what goes wrong, has people try again what failed, and lets time pass.
func (c *chance) settle() {
	c.server.breaks(nil)
	destinations, err := c.service.Destinations(context.Background(), c.admin, seller.DestinationFilter{})
	if err != nil {
		c.Fatal(err)
	}
	var resumed parley.Destination
	if _, err := c.service.ResumeDestination(context.Background(), c.admin, destinations.Items[0].ID, keep(&resumed)); err != nil {
		c.Fatal(err)
	}
	for range 3 {
		for range 12 {
			c.once(c.service, "node")
			c.clock.Move(2 * time.Minute)
		}
		for _, id := range c.deals {
			for _, a := range c.activations(id) {
				if a.Status == parley.ActivationFailed || a.Failures > 0 {
					if err := c.act(c.service.RetryActivation, a.ID); err != nil && !parley.Is(err, parley.CodeConflict) {
						c.Fatal(err)
					}
				}
			}
		}
	}
}

func (c *chance) check(dealID string) {
	a := c.only(dealID)
	deal, err := c.service.Deal(context.Background(), c.admin, dealID)
	if err != nil {
		c.Fatal(err)
	}
	terms := fmt.Sprintf(`"impressions":%d,`, deal.Impressions)
	for _, kind := range []string{"order", "line"} {
		held := c.server.holds(kind, dealID)
		switch {
		case len(held) > 1:
			c.Fatalf("there are %d of the %s of %s", len(held), kind, dealID)
		case a.Status == parley.ActivationWithdrawn:
			if len(held) == 1 && !held[0].ended {
				c.Fatalf("the %s of %s is on, and its activation %s", kind, dealID, a.Status)
			}
		case a.Status != parley.ActivationLive:
			c.Fatalf("the activation of %s is %s: %+v", dealID, a.Status, a)
		case len(held) == 0 || held[0].ended || !strings.Contains(held[0].body, terms):
			c.Fatalf("the %s of %s is %+v, want %s", kind, dealID, held, terms)
		}
	}
	if deal.Status == parley.DealCancelled && a.Status != parley.ActivationWithdrawn || !a.Applied() {
		c.Fatalf("the deal is %s, its activation %s: %d of %d applied", deal.Status, a.Status, a.AppliedVersion, a.WantedVersion)
	}
}
