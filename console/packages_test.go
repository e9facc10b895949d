package console_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley"
	"parley/seller"
	"parley/storage/storagetest"
)

func (w *world) packages() []parley.Package {
	w.t.Helper()
	return must[seller.Listing[parley.Package]](w.t)(
		w.service.Packages(context.Background(), seller.Terminal("test"), seller.PackageFilter{})).Items
}

// TestPackagesOfARole offers and does for each role what the API would.
func TestPackagesOfARole(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	const path = "/console/packages/pkg-live-sports"
	for name, secret := range map[string]string{"a viewer": w.viewer, "an approver": w.approver} {
		b := w.signedIn(secret)
		if status, body := b.get(path); status != http.StatusOK || strings.Contains(body, `<button class="primary"`) {
			t.Errorf("%s: %d\n%.3000s", name, status, body)
		}
		for _, path := range []string{path, path + "/archive", "/console/packages/new"} {
			if status, body := b.submit(path, url.Values{"name": {"x"}, "products": {"ctv-sports-live"}, "version": {"1"}}); status != http.StatusForbidden {
				t.Errorf("%s posts %s: %d\n%.2000s", name, path, status, body)
			}
		}
	}
	before := len(w.packages())
	b := w.signedIn(w.admin)
	for _, c := range []struct {
		path, name, products, version string
		status                        int
		says                          string
	}{
		{path, "Second", "ctv-sports-live", "7", http.StatusPreconditionFailed, "Second"},
		{"/console/packages/new", "", "ctv-sports-live", "", http.StatusUnprocessableEntity, "is required"},
		{"/console/packages/new", "x", "", "", http.StatusUnprocessableEntity, "at least one product"},
		{"/console/packages/new", "x", "ctv-sports-live zero", "", http.StatusUnprocessableEntity, "a product and its weight"},
		{"/console/packages/new", "x", "none", "", http.StatusUnprocessableEntity, "names no product"},
		{"/console/packages/new", "By hand", "ctv-sports-live 0.7\r\nvideo-web-midroll 0.3\r\n", "", http.StatusOK, "By hand"},
	} {
		form := url.Values{"name": {c.name}, "products": {c.products}, "version": {c.version}}
		if status, body := b.submit(c.path, form); status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%+v: %d\n%.6000s", c, status, body)
		}
	}
	packages := w.packages()
	made := packages[0] // pkg-0…, before the demo's
	if len(packages) != before+1 || made.Name != "By hand" || len(made.Products) != 2 || made.Products[0].Weight != 7_000 {
		t.Fatalf("%+v", packages)
	}
	if _, body := b.get("/console/packages/" + made.ID); !strings.Contains(body, "Audit trail, 1 entry") {
		t.Errorf("its page does not tell its history\n%.6000s", body)
	}
	if status, body := b.submit("/console/packages/"+made.ID+"/archive", url.Values{"version": {"1"}}); status != http.StatusOK {
		t.Errorf("archived: %d\n%.2000s", status, body)
	}
	if now := w.packages()[0]; now.Status != parley.PackageArchived {
		t.Errorf("archived, it is %s", now.Status)
	}
}

// TestAPackageOfSeveralCurrenciesSaysSo in the list and on its page.
func TestAPackageOfSeveralCurrenciesSaysSo(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.viewer)
	if _, body := b.get("/console/packages"); strings.Contains(body, "several currencies") {
		t.Errorf("before: %.3000s", body)
	}
	product := must[parley.Product](t)(w.service.CatalogProduct(context.Background(), seller.Terminal("test"), "ctv-sports-live"))
	product.Currency = "EUR"
	change := seller.CatalogImport{Feed: func(stage func(int, parley.ProductChange) error) error {
		return stage(2, storagetest.WholeProduct(product))
	}}
	must[seller.ImportedCatalog](t)(w.service.ImportCatalog(context.Background(), seller.Terminal("test"), change))
	for _, path := range []string{"/console/packages", "/console/packages/pkg-live-sports"} {
		if status, body := b.get(path); status != http.StatusOK || !strings.Contains(body, "several currencies") || strings.Contains(body, "on request") {
			t.Errorf("%s: %d\n%.4000s", path, status, body)
		}
	}
}
