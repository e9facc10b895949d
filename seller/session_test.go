package seller_test

import (
	"context"
	"fmt"
	"testing"

	"parley"
	"parley/seller"
)

// TestNoBusinessIsRefusedForWantOfASession has a buyer begin more sessions than it may: what it does under a further context
// goes on without one.
func TestNoBusinessIsRefusedForWantOfASession(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		call := d.buyer(parley.Identity{AgencyID: "agency"})
		open := func(n int) error {
			_, err := d.service.OpenSession(context.Background(), call, seller.SessionRequest{ContextID: fmt.Sprint("context-", n)},
				keep(new(seller.SessionView)))
			return err
		}
		opened := 0
		for opened < 1000 && open(opened) == nil {
			opened++
		}
		if err := open(opened); !parley.Is(err, parley.CodeConflict) {
			t.Fatalf("%d sessions were opened; the next: %v", opened, err)
		}
		call.ContextID = "one more"
		var quote parley.Quote
		if _, err := d.service.RequestQuote(context.Background(), call, ask(500_000), keep(&quote)); err != nil {
			t.Fatal(err)
		}
		if quote.ID == "" {
			t.Error("no quote")
		}
	})
}
