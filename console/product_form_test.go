package console_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestPricesOfAProductAreLookedAt changes a product by its form: a price is shown with what it comes to before it is kept, one far from
// what it was is kept with a tick alone, and what moves no price is kept at once.
func TestPricesOfAProductAreLookedAt(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		b := w.signedIn(w.admin)
		const at = "/console/inventory/ctv-sports-live/edit"
		kept := func() parley.Product {
			return must[parley.Product](t)(w.service.CatalogProduct(context.Background(), seller.Terminal("test"), "ctv-sports-live"))
		}
		was := kept()
		named := b.form(at, at)
		named.values.Set("name", "Named anew")
		if status, body := b.post(at, named.values); status != http.StatusOK || kept().Name != "Named anew" {
			t.Fatalf("a name: %d\n%.3000s", status, body)
		}
		for _, c := range []struct {
			field, value string
			far          bool
		}{
			{"base_cpm", "45", false}, {"base_cpm", "4500", true}, {"base_cpm", "50", true}, {"floor_cpm", "0.10", true},
		} {
			before := kept()
			f := b.form(at, at)
			f.values.Set(c.field, c.value)
			status, body := b.post(at, f.values)
			if status != http.StatusOK || !strings.Contains(body, "What would change") || strings.Contains(body, `name="_sure"`) != c.far {
				t.Fatalf("%s %s: %d\n%s", c.field, c.value, status, body)
			}
			if kept().Version != before.Version {
				t.Fatalf("%s %s is kept before it is looked at", c.field, c.value)
			}
			if c.field == "base_cpm" && !strings.Contains(body, "At the last 30 days") {
				t.Errorf("%s %s is not shown in money\n%.3000s", c.field, c.value, body)
			}
			f = b.formIn(body, at)
			f.values.Set("_do", "commit")
			if c.far {
				if status, body = b.post(at, f.values); kept().Version != before.Version {
					t.Fatalf("%s %s is kept without the tick: %d", c.field, c.value, status)
				}
				f = b.formIn(body, at)
				f.values.Set("_do", "commit")
				f.values.Set("_sure", "on")
			}
			if status, body = b.post(at, f.values); status != http.StatusOK || kept().Version != before.Version+1 {
				t.Fatalf("%s %s is not kept: %d\n%.3000s", c.field, c.value, status, body)
			}
		}
		if now := kept(); *now.BaseCPM != 50_000_000 || now.FloorCPM != 100_000 || *was.BaseCPM == *now.BaseCPM {
			t.Errorf("kept %+v", now)
		}
		// A price as the form writes it is read as that price, also in a currency of three decimals.
		for _, micros := range []int64{1_125_000, 1_005_000, 7_000_000} {
			stores.Run(t, store, fmt.Sprintf("UPDATE products SET currency = 'KWD', base_cpm = %d, floor_cpm = %d, version = version + 1 WHERE id = 'ctv-sports-live'", micros, micros-1000))
			f := b.form(at, at)
			described := fmt.Sprint("Described at ", micros)
			f.values.Set("description", described)
			if status, body := b.post(at, f.values); status != http.StatusOK || *kept().BaseCPM != micros || kept().FloorCPM != micros-1000 || kept().Description != described {
				t.Errorf("a description beside %d: %d\n%.3000s", micros, status, body)
			}
		}
		taken := b.form("/console/inventory/new", "/console/inventory/new")
		taken.values.Set("product_id", "ctv-sports-live")
		taken.values.Set("name", "Another")
		taken.values.Set("inventory_type", "ctv")
		if status, body := b.post("/console/inventory/new", taken.values); status != http.StatusUnprocessableEntity || !strings.Contains(body, "that there is already") {
			t.Errorf("an id that is taken: %d\n%.3000s", status, body)
		}
	})
}
