package console_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// TestAProductIsPausedRetiredAndOfferedAgain moves a product from each status to each other by the forms of its page, without a
// script.
func TestAProductIsPausedRetiredAndOfferedAgain(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b, looking := w.signedIn(w.admin), w.signedIn(w.viewer)
	const address = "/console/inventory/ctv-sports-live"
	product := func() parley.Product {
		return must[parley.Product](t)(w.service.CatalogProduct(context.Background(), seller.Terminal("test"), "ctv-sports-live"))
	}
	offered := map[parley.ProductStatus]string{parley.ProductActive: "Offer again", parley.ProductPaused: "Pause", parley.ProductRetired: "Retire"}
	move := func(to parley.ProductStatus, version int64) (int, string) {
		return b.submit(address+"/status", url.Values{"status": {string(to)}, "version": {fmt.Sprint(version)}})
	}
	paths := []parley.ProductStatus{
		parley.ProductPaused, parley.ProductActive, parley.ProductRetired, parley.ProductActive, parley.ProductPaused, parley.ProductRetired,
		parley.ProductPaused, parley.ProductActive,
	}
	for _, to := range paths {
		before := product()
		_, body := b.get(address)
		for status, ask := range offered {
			if has := strings.Contains(body, ask+"…</summary>"); has != (status != before.Status) {
				t.Errorf("%s offers %q: %v", before.Status, ask, has)
			}
		}
		if _, body := looking.get(address); strings.Contains(body, address+"/status") || !strings.Contains(body, ">"+string(before.Status)+"</span></h1>") {
			t.Errorf("a viewer is shown\n%.1000s", body)
		}
		if status, body := move(to, before.Version); status != http.StatusOK || !strings.Contains(body, ">"+string(to)+"</span></h1>") {
			t.Fatalf("%s to %s: %d\n%.2000s", before.Status, to, status, body)
		}
		if after := product(); after.Status != to || after.Version != before.Version+1 {
			t.Errorf("%s to %s left %s, version %d", before.Status, to, after.Status, after.Version)
		}
		// From a page that is out of date.
		if status, body := move(parley.ProductRetired, before.Version); status != http.StatusPreconditionFailed || !strings.Contains(body, "changed this meanwhile") {
			t.Errorf("from an old page: %d\n%.2000s", status, body)
		}
	}
	if status, _ := move("gone", product().Version); status != http.StatusUnprocessableEntity {
		t.Errorf("to no status: %d", status)
	}
	if status, _ := b.submit("/console/inventory/none/status", url.Values{"status": {"paused"}}); status != http.StatusNotFound {
		t.Errorf("of no product: %d", status)
	}
	move(parley.ProductRetired, product().Version)
	if _, body := b.get("/console/inventory?status=retired"); !strings.Contains(body, address) || strings.Contains(body, "/inventory/video-") {
		t.Errorf("the retired ones are\n%.3000s", body)
	}
}
