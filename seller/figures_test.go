package seller_test

import (
	"testing"
	"time"

	"parley"
)

// TestFiguresTellWhatIsLate leaves a quote to itself until its time is over.
func TestFiguresTellWhatIsLate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		d.quote(d.buyer(parley.Identity{AgencyID: "a"}), ask(1_000_000))
		d.clock.Move(d.service.Settings().QuoteTTL + 7*time.Minute)
		late, err := d.service.Figures(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := late.Overdue["quotes"]; got != 7*time.Minute {
			t.Errorf("quotes are %s late", got)
		}
		if _, err := d.service.ExpireQuotes(t.Context()); err != nil {
			t.Fatal(err)
		}
		if now, err := d.service.Figures(t.Context()); err != nil || now.Overdue["quotes"] != 0 {
			t.Errorf("after the sweep quotes are %s late: %v", now.Overdue["quotes"], err)
		}
	})
}
