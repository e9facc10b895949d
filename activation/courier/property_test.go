package courier_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley"
	"parley/activation/admanager"
	"parley/activation/courier"
	"parley/activation/filedrop"
	gam "parley/internal/fake/admanager"
	receiver "parley/internal/fake/dealsapi"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// remoteSystem is what deals are sent to.
type remoteSystem struct {
	add func(d *desk)
	// breaks has the next calls go wrong in some ways, which draw draws; nil: none does any more.
	breaks func(d *desk, draw func() fault)
	// check finds what is wrong with what a deal has there.
	check func(d *desk, deal parley.Deal, at rest) error
	once  bool // whether a process can be killed in the middle of a call
	asks  bool // whether a person says what became of what was sent
}

// rest is what a deal ought to be at a destination; the zero value: on.
type rest struct{ ended, paused bool }

var remoteSystems = map[string]remoteSystem{
	"an ad server in memory": {
		add: func(d *desk) { d.destination(adServerKind) }, once: true,
		breaks: func(d *desk, draw func() fault) {
			if draw == nil {
				d.server.breaks(nil)
				return
			}
			d.server.breaks(func(string, string) fault { return draw() })
		},
		check: func(d *desk, deal parley.Deal, at rest) error {
			terms := fmt.Sprintf(`"impressions":%d,`, deal.Impressions)
			for _, kind := range []string{"order", "line"} {
				held := d.server.holds(kind, deal.ID)
				switch {
				case len(held) > 1:
					return fmt.Errorf("there are %d of the %s", len(held), kind)
				case at.ended && len(held) == 1 && !held[0].ended:
					return fmt.Errorf("the %s is on", kind)
				case !at.ended && (len(held) == 0 || held[0].ended || held[0].rests != at.paused || !strings.Contains(held[0].body, terms)):
					return fmt.Errorf("the %s is %+v, want %s", kind, held, terms)
				}
			}
			return nil
		},
	},
	"Ad Manager": {
		add: func(d *desk) {
			d.network.Serves()
			d.adManager(admanager.HeaderBidding, `, "approve": true`)
		},
		breaks: func(d *desk, draw func() fault) {
			if draw == nil {
				d.network.Breaks(nil)
				return
			}
			d.network.Breaks(func(string, string) gam.Fault {
				return map[fault]gam.Fault{
					refuses: gam.Answers + "400", isAway: gam.Answers + "503", losesBefore: gam.DropsBefore, losesAfter: gam.DropsAfter,
					stopsBefore: gam.Answers + "500", stopsAfter: gam.Cuts,
				}[draw()]
			})
		},
		check: func(d *desk, deal parley.Deal, at rest) error {
			for collection, member := range map[string]string{
				"orders": "poNumber", "customTargetingValues": "adTagName", "lineItems": "externalLineItemId",
			} {
				held := 0
				for _, o := range d.network.Made(collection) {
					if o[member] != deal.ID {
						continue
					}
					held++
					on := o["archived"] != true && o["status"] != "PAUSED"
					if collection == "lineItems" && (at.ended || at.paused) && on {
						return fmt.Errorf("the line item is on: %v", o)
					}
					if goal := fmt.Sprint(o["goal"]); collection == "lineItems" && !at.ended && (on == at.paused || !strings.Contains(goal, fmt.Sprint(deal.Impressions))) {
						return fmt.Errorf("the line item is %v, want %d", o, deal.Impressions)
					}
				}
				if held > 1 || held == 0 && !at.ended {
					return fmt.Errorf("there are %d %s", held, collection)
				}
			}
			return nil
		},
	},
	"a folder of sheets": {
		asks: true,
		add:  func(d *desk) { d.destination(filedrop.Kind) },
		// What goes wrong with a folder is that it is not there: a file stands in its place.
		breaks: func(d *desk, draw func() fault) {
			away := d.folder + ".away"
			if _, err := os.Stat(away); err == nil {
				d.must(errors.Join(os.Remove(d.folder), os.Rename(away, d.folder)))
			}
			if draw != nil && draw() != "" {
				d.must(errors.Join(os.Rename(d.folder, away), os.WriteFile(d.folder, nil, 0o600)))
			}
		},
		check: func(d *desk, deal parley.Deal, at rest) error {
			sheets, err := filepath.Glob(filepath.Join(d.folder, deal.ID+"_r*.csv"))
			if err != nil || len(sheets) == 0 {
				if at.ended {
					return err // it ended before anybody was told of it
				}
				return fmt.Errorf("there is no sheet: %w", err)
			}
			revision := func(sheet string) (n int) {
				_, text, _ := strings.Cut(strings.TrimSuffix(sheet, ".csv"), "_r")
				n, _ = strconv.Atoi(text)
				return n
			}
			newest := slices.MaxFunc(sheets, func(a, b string) int { return revision(a) - revision(b) })
			text, err := os.ReadFile(newest)
			if err != nil {
				return err
			}
			rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
			if err != nil || len(rows) != 2 {
				return fmt.Errorf("the sheet has %d rows: %w", len(rows), err)
			}
			cell := func(column string) string { return rows[1][slices.Index(rows[0], column)] }
			want := map[rest][]string{{}: {"create", "change"}, {paused: true}: {"pause"}, {ended: true}: {"end"}}[at]
			if !slices.Contains(want, cell("action")) || !at.ended && cell("impressions") != fmt.Sprint(deal.Impressions) {
				return fmt.Errorf("the sheet %s says %s of %s impressions, want %s of %d", newest, cell("action"), cell("impressions"), want, deal.Impressions)
			}
			return nil
		},
	},
	"a receiver of the Deals API": {
		add: func(d *desk) { d.deals = d.receiver(`, "accepted_when": {"PG": [0]}`) },
		breaks: func(d *desk, draw func() fault) {
			if draw == nil {
				d.deals.Breaks(nil)
				return
			}
			d.deals.Breaks(func(string) receiver.Fault {
				return map[fault]receiver.Fault{
					refuses: receiver.Answers + "400", isAway: receiver.Answers + "503", losesBefore: receiver.DropsBefore, losesAfter: receiver.DropsAfter,
					stopsBefore: receiver.Answers + "500", stopsAfter: receiver.Huge,
				}[draw()]
			})
		},
		check: func(d *desk, deal parley.Deal, at rest) error {
			held, there := d.deals.Deal(deal.ID)
			terms, _ := held.Document["terms"].(map[string]any)
			want := map[rest]string{{}: "0", {paused: true}: "1", {ended: true}: "4"}[at]
			if there && fmt.Sprint(held.Document["sellerstatus"]) != want || !at.ended && (!there || fmt.Sprint(terms["units"]) != fmt.Sprint(deal.Impressions)) {
				return fmt.Errorf("the receiver has %s, want %d", held.Body, deal.Impressions)
			}
			return nil
		},
	},
}

// TestAtRestTheAdServerHasWhatIsWanted books, changes, cancels and orders again at random, while calls go wrong, processes are
// killed, nodes take turns and clocks are off. When all that is over, the ad server has one of each thing at the most, with the
// deal's terms, and what ended is off.
func TestAtRestTheAdServerHasWhatIsWanted(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	for kind, system := range remoteSystems {
		for name, with := range map[string]struct {
			open func(testing.TB) *storage.Store
			runs int
		}{"sqlite": {stores.SQLite, 50}, "postgres": {stores.Postgres, 15}} {
			t.Run(kind+", "+name, func(t *testing.T) {
				t.Parallel()
				d := open(t, with.open(t))
				system.add(d)
				runs, most := 0, with.runs
				if !system.once {
					most /= 3 // calls over a socket take longer
				}
				rapid.Check(t, func(r *rapid.T) {
					if runs++; runs > most {
						return
					}
					ahead := d.node(func() time.Time { return d.clock.Read().Add(5 * time.Minute) })
					(&chance{desk: d, T: r, system: system, ahead: ahead}).run()
				})
			})
		}
	}
}

// chance is one run of things that happen at random to a few deals.
type chance struct {
	*desk
	*rapid.T
	system remoteSystem
	ahead  *seller.Service // a node whose clock runs ahead
	ids    []string
}

func (c *chance) run() {
	c.system.breaks(c.desk, nil)
	for range rapid.IntRange(5, 25).Draw(c.T, "steps") {
		switch rapid.IntRange(0, 8).Draw(c.T, "step") {
		case 0, 1:
			if len(c.ids) < 4 {
				deal, _ := c.ordered()
				c.ids = append(c.ids, deal.ID)
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
		case 8:
			c.some(c.pauseOrResume)
		case 7:
			service, node := c.service, "node"
			if rapid.Bool().Draw(c.T, "ahead") {
				service, node = c.ahead, "ahead"
			}
			c.once(service, node)
		}
	}
	c.settle()
	for _, id := range c.ids {
		c.check(id)
	}
}

// some does something to one of the deals; where that cannot be done now, nothing is.
func (c *chance) some(do func(dealID string) error) {
	if len(c.ids) == 0 {
		return
	}
	id := rapid.SampledFrom(c.ids).Draw(c.T, "deal")
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

// pauseOrResume pauses what runs, and has run again what was paused.
func (c *chance) pauseOrResume(dealID string) error {
	a := c.only(dealID)
	if a.Intent == parley.IntentPause {
		return c.act(c.service.ResumeActivation, a.ID)
	}
	return c.pause(a.ID)
}

// goWrong has the next calls go wrong in some ways.
func (c *chance) goWrong() {
	next := rapid.SliceOfN(rapid.SampledFrom([]fault{"", "", refuses, isAway, losesBefore, losesAfter, stopsBefore, stopsAfter}), 1, 6).Draw(c.T, "faults")
	var mu sync.Mutex
	c.system.breaks(c.desk, func() fault {
		mu.Lock()
		defer mu.Unlock()
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
			ended <- courier.New(service, c.clock.Read, c.log(), courier.Limits{}).Deliver(context.Background(), node, a.ID)
		}()
		if err := <-ended; err != nil {
			c.Fatal(err)
		}
	}
}

// settle ends what goes wrong, has people try again what failed, and lets time pass.
func (c *chance) settle() {
	c.system.breaks(c.desk, nil)
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
		for _, id := range c.ids {
			for _, a := range c.activations(id) {
				if c.system.asks && !a.Applied() {
					if err := c.act(c.acknowledge, a.ID); err != nil && !parley.Is(err, parley.CodeConflict) && !parley.Is(err, parley.CodeValidation) {
						c.Fatal(err)
					}
				}
				if a.Status == parley.ActivationFailed || a.Failures > 0 {
					if err := c.act(c.service.RetryActivation, a.ID); err != nil && !parley.Is(err, parley.CodeConflict) {
						c.Fatal(err)
					}
				}
			}
		}
	}
}

// acknowledge says that somebody has done what the last sheet says.
func (c *chance) acknowledge(ctx context.Context, call seller.Call, id string, encode seller.Encode[parley.Activation]) (seller.Answer, error) {
	return c.service.AcknowledgeActivation(ctx, call, id, "line/"+id, encode)
}

func (c *chance) check(dealID string) {
	a := c.only(dealID)
	deal, err := c.service.Deal(context.Background(), c.admin, dealID)
	if err != nil {
		c.Fatal(err)
	}
	at := rest{ended: a.Status == parley.ActivationWithdrawn, paused: a.Intent == parley.IntentPause}
	if !at.ended && a.Status != parley.ActivationLive && !a.Paused() {
		c.Fatalf("the activation of %s is %s: %+v", dealID, a.Status, a.Failure)
	}
	if err := c.system.check(c.desk, deal, at); err != nil {
		c.Fatalf("of %s, whose activation is %s, %v", dealID, a.Status, err)
	}
	if deal.Status == parley.DealCancelled && a.Status != parley.ActivationWithdrawn || !a.Applied() {
		c.Fatalf("the deal is %s, its activation %s: %d of %d applied", deal.Status, a.Status, a.AppliedVersion, a.WantedVersion)
	}
}
