package courier_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/seller"
)

// delivers takes in a file that says the same of each day of a deal's flight.
func (d *desk) delivers(deal parley.Deal, name string, each int64, final bool) {
	d.t.Helper()
	d.must(d.tryDeliver(deal, name, each, final))
}

func (d *desk) tryDeliver(deal parley.Deal, name string, each int64, final bool) error {
	_, err := d.service.ImportDelivery(context.Background(), d.admin, seller.DeliveryFile{
		Source: "ad server", Digest: func() string { return name },
		Feed: func(stage func(int, parley.DeliveryDay) error) error {
			for i := range deal.Flight.Days() {
				day := parley.DeliveryDay{DealID: deal.ID, Day: deal.Flight.Start + parley.Date(i), Final: final}
				day.Impressions = each
				if err := stage(int(i)+1, day); err != nil {
					return err
				}
			}
			return nil
		},
	}, false)
	return err
}

// counted takes in a file of a source about the first day of a deal's flight.
func (d *desk) counted(source string, deal parley.Deal) {
	d.t.Helper()
	_, err := d.service.ImportDelivery(context.Background(), d.admin, firstDay(source, deal), false)
	d.must(err)
}

// firstDay is a file of the first day of a deal's flight.
func firstDay(source string, deal parley.Deal) seller.DeliveryFile {
	return seller.DeliveryFile{
		Source: source, Digest: func() string { return source + deal.ID },
		Feed: func(stage func(int, parley.DeliveryDay) error) error {
			return stage(1, parley.DeliveryDay{DealID: deal.ID, Day: deal.Flight.Start, DeliveryFigures: parley.DeliveryFigures{Impressions: 1}})
		},
	}
}

// completes runs what completes deals.
func (d *desk) completes() {
	d.t.Helper()
	_, err := d.service.CompleteDeals(context.Background())
	d.must(err)
}

// TestADealIsCompletedByItsFigures completes a deal and its order when the flight is over and its figures are final, or two weeks
// later with the last ones, and lets nobody do it by hand before.
func TestADealIsCompletedByItsFigures(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		prompt, promptOrder := d.ordered()
		slow, slowOrder := d.ordered()
		silent, silentOrder := d.ordered()
		alone := d.book() // without an order
		d.deliver(d.service, "node")
		d.at(prompt.ID, promptOrder.ID, parley.ActivationLive, parley.OrderBooked, parley.DealBooked)

		d.clock.Move(19 * 24 * time.Hour) // 20 June, the day after the flights
		d.deliver(d.service, "node")
		d.delivers(prompt, "first", 100_000, false)
		d.delivers(slow, "second", 90_000, false)
		d.completes()
		d.at(prompt.ID, promptOrder.ID, parley.ActivationEnded, parley.OrderBooked, parley.DealActive)
		if err := d.move(d.admin, promptOrder.ID, parley.OrderCompleted); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("completed by hand: %v", err)
		}
		d.clock.Move(time.Hour) // figures of the same instant would not replace what is known
		d.delivers(prompt, "third", 100_000, true)
		d.delivers(alone, "fourth", 100_000, true)
		d.completes()
		d.at(prompt.ID, promptOrder.ID, parley.ActivationEnded, parley.OrderCompleted, parley.DealCompleted)
		d.at(slow.ID, slowOrder.ID, parley.ActivationEnded, parley.OrderBooked, parley.DealActive)
		if found, err := d.service.Deal(t.Context(), d.admin, alone.ID); err != nil || found.Status != parley.DealCompleted {
			t.Errorf("without an order it is %s (%v)", found.Status, err)
		}
		told, err := d.service.Events(t.Context(), d.buyer, seller.EventFilter{Type: parley.EventDealCompleted, Page: seller.Page{Limit: 10}})
		if err != nil || len(told.Items) != 2 || told.Items[0].Owner != prompt.Owner {
			t.Errorf("the buyer was told %+v (%v)", told.Items, err)
		}

		d.clock.Move(time.Date(2026, 7, 3, 23, 59, 59, 0, time.UTC).Sub(d.clock.Read())) // the flights ended with 19 June
		d.completes()
		d.at(slow.ID, slowOrder.ID, parley.ActivationEnded, parley.OrderBooked, parley.DealActive)
		if err := d.move(d.admin, silentOrder.ID, parley.OrderCompleted); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("completed by hand: %v", err)
		}
		d.clock.Move(time.Second) // two weeks after their end
		d.completes()
		d.at(slow.ID, slowOrder.ID, parley.ActivationEnded, parley.OrderCompleted, parley.DealCompleted)
		o, err := d.service.Order(t.Context(), d.admin, slowOrder.ID)
		d.must(err)
		if last := o.History[len(o.History)-1]; last.Reason != "The flight is over, and these are its last figures." || last.Actor != "operator:activation" {
			t.Errorf("completed by %s: %s", last.Actor, last.Reason)
		}
		d.at(silent.ID, silentOrder.ID, parley.ActivationEnded, parley.OrderBooked, parley.DealBooked)
		d.must(d.move(d.admin, silentOrder.ID, parley.OrderCompleted)) // nothing will come of it any more
	})
}

// TestFiguresThatCountReachTheLedger has an import fail once its figures count, and everything done with them by what completes deals: the
// next one is what looks after the imports of processes that have ended.
func TestFiguresThatCountReachTheLedger(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		deal, order := d.ordered()
		d.deliver(d.service, "node")
		d.clock.Move(19 * 24 * time.Hour) // 20 June, the day after the flight
		d.deliver(d.service, "node")
		breaks, mends := `CREATE TRIGGER broken BEFORE INSERT ON delivery_days BEGIN SELECT RAISE(ABORT, 'broken'); END`, `DROP TRIGGER broken`
		if strings.HasSuffix(t.Name(), "postgres") {
			stores.Run(t, d.store, `CREATE FUNCTION broken() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$ LANGUAGE plpgsql`)
			breaks, mends = `CREATE TRIGGER broken BEFORE INSERT ON delivery_days FOR EACH ROW EXECUTE FUNCTION broken()`, `DROP TRIGGER broken ON delivery_days`
		}
		stores.Run(t, d.store, breaks)
		if err := d.tryDeliver(deal, "all", 100_000, true); err == nil {
			t.Fatal("the figures reached the ledger")
		}
		if _, err := d.service.CompleteDeals(t.Context()); err == nil {
			t.Error("the figures reached the ledger by the way")
		}
		d.at(deal.ID, order.ID, parley.ActivationEnded, parley.OrderBooked, parley.DealBooked)
		stores.Run(t, d.store, mends)
		d.completes()
		d.at(deal.ID, order.ID, parley.ActivationEnded, parley.OrderCompleted, parley.DealCompleted)
		d.delivers(deal, "again", 100_000, true) // another file is not kept waiting
	})
}

// TestADealWaitsForItsOrder keeps a delivered deal whose order was never booked for a person.
func TestADealWaitsForItsOrder(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		deal, order := d.ordered()
		d.clock.Move(19 * 24 * time.Hour)
		d.delivers(deal, "all", 100_000, true)
		d.completes()
		for _, to := range []parley.OrderStatus{parley.OrderInProgress, parley.OrderSyncing, parley.OrderBooked} {
			if found, err := d.service.Deal(t.Context(), d.admin, deal.ID); err != nil || found.Status != parley.DealActive {
				t.Fatalf("the deal is %s (%v)", found.Status, err)
			}
			d.must(d.move(d.admin, order.ID, to))
		}
		d.completes()
		if found, err := d.service.Deal(t.Context(), d.admin, deal.ID); err != nil || found.Status != parley.DealCompleted {
			t.Errorf("the deal is %s (%v)", found.Status, err)
		}
	})
}

// TestAnOrderFailsWithWhatItWaitsFor fails an order whose required destination has refused the deal for longer than anybody waits.
func TestAnOrderFailsWithWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(adServerKind)
		d.server.breaks(func(string, string) fault { return refuses })
		deal, order := d.ordered()
		d.deliver(d.service, "node")
		sweep := func() {
			t.Helper()
			_, err := d.service.FailOrders(t.Context())
			d.must(err)
		}
		d.clock.Move(3*24*time.Hour - time.Minute)
		sweep()
		d.at(deal.ID, order.ID, parley.ActivationFailed, parley.OrderInProgress, parley.DealBooked)
		d.clock.Move(time.Minute)
		sweep()
		d.server.breaks(nil)
		d.deliver(d.service, "node")
		d.at(deal.ID, order.ID, parley.ActivationWithdrawn, parley.OrderFailed, parley.DealBooked)
	})
}

// TestManyDealsAreCompleted completes more deals than one sweep takes.
func TestManyDealsAreCompleted(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		const many = 102
		deals := make([]parley.Deal, many)
		for i := range deals {
			deals[i] = d.book()
		}
		d.clock.Move(19 * 24 * time.Hour)
		for i, deal := range deals {
			d.delivers(deal, fmt.Sprint(i), 100_000, true)
		}
		d.completes()
		d.completes()
		if found, err := d.service.Deals(t.Context(), d.admin, seller.DealFilter{Status: parley.DealCompleted, Page: seller.Page{Limit: 1, CountTo: 1000}}); err != nil || found.Total != many {
			t.Errorf("%d are completed (%v)", found.Total, err)
		}
	})
}
