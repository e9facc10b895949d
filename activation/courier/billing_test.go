package courier_test

import (
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// TestWhoseFiguresCount has several sources count a deal, and destinations say which of them counts.
func TestWhoseFiguresCount(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		required := d.destination(adServerKind, func(r *seller.DestinationRequest) { r.Name = "ad server" })
		optional := d.destination(adServerKind, func(r *seller.DestinationRequest) { r.Name, r.Required = "exchange", false })
		deal, _ := d.ordered()
		d.deliver(d.service, "node")
		d.clock.Move(10 * 24 * time.Hour)
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
		}
		sent := func(sources ...string) {
			t.Helper()
			for _, source := range sources {
				d.counted(source, deal)
			}
		}
		set := func(to *parley.Destination, source *string) {
			t.Helper()
			request := seller.DestinationRequest{Name: to.Name, Trigger: to.Trigger, Required: to.Required, BillingSource: source}
			_, err := d.service.ChangeDestination(t.Context(), d.admin, to.ID, nil, request, keep(to))
			d.must(err)
		}
		name := func(text string) *string { return &text }

		sent("a dsp", "exchange", "z counter")
		counts("a dsp") // of nobody who is asked anything is said: the first by name
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
		for _, wrong := range []string{"\n", string(make([]byte, 101))} {
			request := seller.DestinationRequest{Name: "x", BillingSource: name("a" + wrong + "b")}
			_, err := d.service.ChangeDestination(t.Context(), d.admin, required.ID, nil, request, keep(&required))
			if !parley.Is(err, parley.CodeValidation) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
	})
}
