package courier_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/seller"
	"parley/storage"
)

// TestWhoseFiguresCount has several sources count a deal, and destinations say which of them counts.
func TestWhoseFiguresCount(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		required := d.destination(adServerKind, func(r *seller.DestinationRequest) { r.Name = "ad server" })
		optional := d.destination(adServerKind, func(r *seller.DestinationRequest) { r.Name, r.Required = "exchange", false })
		held := d.destination(adServerKind, func(r *seller.DestinationRequest) {
			r.Name, r.Required, r.Release = "reseller", false, parley.ReleaseByPerson
		})
		deal, _ := d.ordered()
		d.deliver(d.service, "node")
		d.clock.Move(10 * 24 * time.Hour)
		// What the deal earned in the month is the same whether or not it is kept, and whatever has changed since.
		earned := func() {
			t.Helper()
			month := seller.MonthOf(deal.Flight.Start)
			lines, err := d.service.FinanceMonth(t.Context(), d.admin, month, seller.FinanceByDelivery, seller.Page{})
			d.must(err)
			totals, err := d.service.FinanceTotals(t.Context(), d.admin, month, seller.FinanceByDelivery)
			d.must(err)
			if len(lines.Items) != 1 || len(totals) != 1 || totals[0].Impressions != lines.Items[0].Impressions || totals[0].Net != lines.Items[0].Net {
				t.Errorf("%+v in all, of %+v", totals, lines.Items)
			}
		}
		counts := func(want string) {
			t.Helper()
			found, err := d.service.DealDelivery(t.Context(), d.admin, deal.ID)
			d.must(err)
			if found.Source != want {
				t.Errorf("%q counts, want %q", found.Source, want)
			}
			buyer, err := d.service.DealPerformance(t.Context(), d.buyer, deal.ID)
			d.must(err)
			if buyer.Delivery.Source != want {
				t.Errorf("of its performance %q counts, want %q", buyer.Delivery.Source, want)
			}
			earned()
			_, err = d.service.ReckonEarnings(t.Context())
			d.must(err)
			earned()
		}
		sent := func(sources ...string) {
			t.Helper()
			for _, source := range sources {
				file := firstDay(source, deal)
				file.Feed = func(stage func(int, parley.DeliveryDay) error) error {
					figures := parley.DeliveryFigures{Impressions: int64(1000*len(source)) + int64(source[1])} // each its own
					return stage(1, parley.DeliveryDay{DealID: deal.ID, Day: deal.Flight.Start, DeliveryFigures: figures})
				}
				_, err := d.service.ImportDelivery(t.Context(), d.admin, file, false)
				d.must(err)
			}
		}
		set := func(to *parley.Destination, source *string) {
			t.Helper()
			request := seller.DestinationRequest{Name: to.Name, Trigger: to.Trigger, Required: to.Required, BillingSource: source}
			_, err := d.service.ChangeDestination(t.Context(), d.admin, to.ID, nil, request, keep(to))
			d.must(err)
		}
		name := func(text string) *string { return &text }

		sent("exchange", "a dsp", "z counter")
		counts("exchange") // of nobody who is asked anything is said: the one that was heard of first
		sent("ad server")
		counts("ad server") // the destination that the order waits for
		set(&optional, name("z counter"))
		counts("z counter")
		set(&required, name(" exchange "))
		counts("exchange") // what the required one says goes before
		set(&required, nil)
		if required.BillingSource != "exchange" {
			t.Errorf("what nobody spoke of is %q by now", required.BillingSource)
		}
		set(&required, name("who sends nothing"))
		counts("z counter")
		set(&required, name(""))
		set(&optional, name(""))
		counts("ad server")
		later := d.destination(adServerKind, func(r *seller.DestinationRequest) {
			r.Name, r.Required, r.Trigger = "trader", false, parley.TriggerManual
		})
		set(&held, name("a dsp"))
		set(&later, name("z counter"))
		counts("ad server") // neither of them has the deal
		there, err := d.service.Activations(t.Context(), d.admin, storage.ActivationFilter{DealID: deal.ID, DestinationID: held.ID})
		d.must(err)
		d.must(d.act(d.service.ReleaseActivation, there.Items[0].ID))
		counts("a dsp")
		set(&held, name(""))
		counts("ad server")
		d.must(d.store.Tx(t.Context(), func(tx *storage.Tx) error {
			a := there.Items[0]
			a.ID, a.DestinationID, a.Status = "act-later", later.ID, parley.ActivationWithdrawn
			tx.InsertActivation(a)
			return nil
		}))
		counts("z counter")
		set(&later, name(""))
		counts("ad server")
		d.says("A DSP", deal, `"A DSP" and "a dsp" are two sources`, `those of "ad server" count and not these, as is set.`)
		for _, wrong := range []string{"\n", string(make([]byte, 101))} {
			request := seller.DestinationRequest{Name: "x", BillingSource: name("a" + wrong + "b")}
			_, err := d.service.ChangeDestination(t.Context(), d.admin, required.ID, nil, request, keep(&required))
			if !parley.Is(err, parley.CodeValidation) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
	})
}

// says takes in figures of a deal and wants sentences among what is said of it, also by the preview.
func (d *desk) says(source string, deal parley.Deal, want ...string) {
	d.t.Helper()
	for _, preview := range []bool{true, false} {
		report, err := d.service.ImportDelivery(context.Background(), d.admin, firstDay(source, deal), preview)
		d.must(err)
		said := strings.Join(report.Warnings, "\n")
		if len(report.Warnings) != len(want) {
			d.t.Errorf("preview %t: %q", preview, said)
		}
		for _, text := range want {
			if !strings.Contains(said, text) {
				d.t.Errorf("preview %t: %q does not say %q", preview, said, text)
			}
		}
	}
}

// TestAnImportSaysWhoseFiguresCount has sources send figures of deals for which nobody has set whose count.
func TestAnImportSaysWhoseFiguresCount(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		deal, other := d.bookAs("PD"), d.bookAs("PD")
		d.clock.Move(10 * 24 * time.Hour)
		d.says("zeta", deal)
		d.says("Alpha", other)
		d.says("Alpha", deal, "Of "+deal.ID+` figures of several sources are known, of which those of "zeta" count and not these, since it sent figures first.`)
		d.says("zeta", other, "Of "+other.ID+` figures of several sources are known, of which those of "zeta" count, since it sent figures first.`)
		found, err := d.service.DealDelivery(t.Context(), d.admin, other.ID)
		d.must(err)
		if found.Source != "zeta" || found.Said || len(found.Others) != 1 {
			t.Errorf("%q counts, set %t, beside %v", found.Source, found.Said, found.Others)
		}
		spent := func(text string, preview bool, want int, currency parley.Currency) {
			t.Helper()
			file := firstDay("zeta", deal)
			file.Digest, file.AsOf = func() string { return text }, d.clock.Read()
			file.Feed = func(stage func(int, parley.DeliveryDay) error) error {
				figures := parley.DeliveryFigures{Impressions: 2, Currency: currency}
				figures.SpendMicros = new(int64)
				return stage(1, parley.DeliveryDay{DealID: deal.ID, Day: deal.Flight.Start + 1, DeliveryFigures: figures})
			}
			report, err := d.service.ImportDelivery(t.Context(), d.admin, file, preview)
			d.must(err)
			if said := strings.Join(report.Warnings, "\n"); strings.Count(said, "Spend of "+deal.ID+" (USD, spent in EUR) is in another currency") != want {
				t.Errorf("%s: %q", currency, said)
			}
		}
		spent("dollars", true, 0, parley.USD)
		spent("euros", true, 1, "EUR")
		spent("euros", false, 1, "EUR")
		empty, err := d.service.ImportDelivery(t.Context(), d.admin, seller.DeliveryFile{
			Source: "zeta", Digest: func() string { return "empty" }, Feed: func(func(int, parley.DeliveryDay) error) error { return nil },
		}, false)
		d.must(err)
		if len(empty.Warnings) != 1 || !strings.Contains(empty.Warnings[0], "no rows") {
			t.Errorf("a file without rows: %v", empty.Warnings)
		}

		// Whoever may send figures can name as many sources as this, and no more.
		source := func(n int) error {
			_, err := d.service.ImportDelivery(t.Context(), d.admin, seller.DeliveryFile{
				Source: fmt.Sprint("source ", n), Digest: func() string { return "none" }, Feed: func(func(int, parley.DeliveryDay) error) error { return nil },
			}, false)
			return err
		}
		for n := range 98 { // with the two above
			d.must(source(n))
		}
		if err := source(98); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("one more source: %v", err)
		}
		d.must(source(97)) // a known one
	})
}
