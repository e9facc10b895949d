package seller_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/catalogfile"
	"parley/internal/racedetector"
	"parley/seller"
	"parley/storage"
	"parley/storage/storagetest"
)

// fact is a column of product files, by the names of the forms that have it.
type fact struct {
	field          parley.ProductField
	iab            string // its name in the IAB form; empty: it has none
	had, stated    string // as files write it: what the product has, and what a file says
	json           string // what a file says, as JSON
	cleared        string // what an empty cell leaves; needed facts have no such thing
	needed, unsaid bool   // needed by every product; unsaid: the IAB form gives a new product all of it
	kept           bool   // an empty cell leaves it as it is, and null is refused
}

var facts = []fact{
	{field: parley.FieldName, iab: "name", had: "Home", stated: "House", json: `"House"`, needed: true},
	{field: parley.FieldInventoryType, iab: "inventory_type", had: "video", stated: "display", json: `"display"`, needed: true},
	{field: parley.FieldDealTypes, had: "PG|PD", stated: "PA", json: `["PA"]`, needed: true, unsaid: true},
	{field: parley.FieldBaseCPM, had: "12.00", stated: "13.50", json: `13.50`},
	{field: parley.FieldFloorCPM, iab: "floor_price_cpm", had: "8.00", stated: "9.25", json: `9.25`, cleared: "0.00"},
	{field: parley.FieldCurrency, iab: "currency", had: "EUR", stated: "CAD", json: `"CAD"`, cleared: "USD"},
	{field: parley.FieldMinimumImpressions, had: "1000", stated: "2000", json: `2000`, cleared: "0"},
	{field: parley.FieldDailyImpressions, had: "50000", stated: "60000", json: `60000`},
	{field: parley.FieldAdFormats, iab: "ad_formats", had: "video", stated: "banner|native", json: `["banner", "native"]`},
	{field: parley.FieldDeviceTypes, iab: "device_types", had: "1|2", stated: "3", json: `["3"]`},
	{field: parley.FieldGeoTargets, iab: "geo_targets", had: "US", stated: "CA", json: `["CA"]`},
	{field: parley.FieldContentCategories, iab: "content_categories", had: "IAB1", stated: "IAB2", json: `["IAB2"]`},
	{field: parley.FieldDescription, iab: "description", had: "what it is", stated: "what it was", json: `"what it was"`},
	{field: parley.FieldStatus, iab: "status", had: "paused", stated: "retired", json: `"retired"`, cleared: "active", kept: true},
}

// fileForms write one row with some columns: what is in cells is stated, empty text is an empty cell.
var fileForms = map[string]struct {
	named func(fact) string
	write func(cells map[string]string, said map[string]string) string
	id    string
}{
	"csv": {func(f fact) string { return f.field.String() }, writeCSV, "product_id"},
	"json": {func(f fact) string { return f.field.String() }, func(cells, said map[string]string) string {
		members := []string{}
		for name, cell := range cells {
			value := said[name]
			if cell == "" {
				value = "null"
			} else if value == "" {
				value = `"` + cell + `"`
			}
			members = append(members, `"`+name+`": `+value)
		}
		return "[{" + strings.Join(members, ", ") + "}]"
	}, "product_id"},
	"iab": {func(f fact) string { return f.iab }, writeCSV, "id"}, // which is known by its floor
}

func writeCSV(cells, _ map[string]string) string {
	names := slices.Sorted(maps.Keys(cells))
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = cells[name]
	}
	return strings.Join(names, ",") + "\n" + strings.Join(values, ",") + "\n"
}

func TestAFileLeavesWhatItDoesNotState(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	ctx, admin := context.Background(), seller.Terminal("test")
	onEach(t, func(t *testing.T, d *desk) {
		importing := func(file string) error {
			_, err := d.service.ImportCatalog(ctx, admin, seller.CatalogImport{Feed: func(stage func(int, parley.ProductChange) error) error {
				_, err := catalogfile.Read(strings.NewReader(file), catalogfile.Options{}, stage)
				return err
			}})
			return err
		}
		n := 0
		fresh := func() string { n++; return fmt.Sprintf("p-%d", n) }
		had := func(form string) string {
			t.Helper()
			id, cells := fresh(), map[string]string{}
			cells["product_id"] = id
			for _, f := range facts {
				cells[f.field.String()] = f.had
			}
			if form == "iab" {
				cells["base_cpm"] = "" // which that form has no word for, and another currency needs
			}
			if err := importing(writeCSV(cells, nil)); err != nil {
				t.Fatal(err)
			}
			return id
		}
		read := func(id string) parley.Product {
			t.Helper()
			p, err := d.service.CatalogProduct(ctx, admin, id)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		for form, as := range fileForms {
			for _, f := range facts {
				name := as.named(f)
				if name == "" {
					continue
				}
				row := func(id string) (map[string]string, map[string]string) {
					cells, said := map[string]string{as.id: id}, map[string]string{}
					if form == "iab" && f.field != parley.FieldFloorCPM {
						cells["floor_price_cpm"] = "8.00"
					}
					if form != "iab" && f.field == parley.FieldCurrency {
						cells["base_cpm"], cells["floor_cpm"], said["base_cpm"], said["floor_cpm"] = "12.00", "8.00", "12.00", "8.00"
					}
					return cells, said
				}
				// Of a product that there is: one column stated, one column emptied, and all columns but one.
				id := had(form)
				before := read(id)
				cells, said := row(id)
				cells[name], said[name] = f.stated, f.json
				if err := importing(as.write(cells, said)); err != nil {
					t.Errorf("%s: stating %s: %v", form, name, err)
				}
				after := read(id)
				if got := after.Text(f.field); got != f.stated {
					t.Errorf("%s: %s is %q, want %q", form, name, got, f.stated)
				}
				if other := before.Differences(after) &^ f.field; other != 0 {
					t.Errorf("%s: stating %s alone changed %s", form, name, other)
				}

				id = had(form)
				before = read(id)
				cells, said = row(id)
				cells[name] = ""
				err := importing(as.write(cells, said))
				after = read(id)
				switch {
				case f.needed && (err == nil || before.Differences(after) != 0):
					t.Errorf("%s: emptying %s: %v, %s changed", form, name, err, before.Differences(after))
				case f.needed:
				case f.kept && form == "json":
					if err == nil || !strings.Contains(err.Error(), name) || before.Differences(after) != 0 {
						t.Errorf("%s: %s as null: %v, %s changed", form, name, err, before.Differences(after))
					}
				case f.kept:
					if err != nil || before.Differences(after) != 0 {
						t.Errorf("%s: emptying %s: %v, %s changed", form, name, err, before.Differences(after))
					}
				case err != nil || after.Text(f.field) != f.cleared || before.Differences(after)&^f.field != 0:
					t.Errorf("%s: emptying %s: %v, %q and %s changed", form, name, err, after.Text(f.field), before.Differences(after))
				}

				id = had(form)
				cells, said = row(id)
				for _, other := range facts {
					if at := as.named(other); at != "" && other.field != f.field {
						cells[at], said[at] = other.stated, other.json
					}
				}
				if priced := f.field == parley.FieldBaseCPM || f.field == parley.FieldFloorCPM; priced && form != "iab" {
					cells["currency"], said["currency"] = "EUR", `"EUR"`
				}
				if form == "iab" && f.field == parley.FieldFloorCPM {
					delete(cells, "floor_price_cpm")
				} else {
					if err := importing(as.write(cells, said)); err != nil {
						t.Errorf("%s: all but %s: %v", form, name, err)
					}
					if after := read(id); after.Text(f.field) != f.had {
						t.Errorf("%s: without a column %s it became %q, and was %q", form, name, after.Text(f.field), f.had)
					}
				}

				// Of a product that is new: all columns but one, which is left out or empty.
				for _, empty := range []bool{false, true} {
					id = fresh()
					cells[as.id] = id
					delete(cells, name)
					if empty {
						cells[name] = ""
					}
					if form == "iab" && f.field == parley.FieldFloorCPM && !empty {
						continue
					}
					err := importing(as.write(cells, said))
					if f.needed && !f.unsaid || f.unsaid && form != "iab" || f.kept && empty && form == "json" {
						if err == nil || !strings.Contains(err.Error(), name) {
							t.Errorf("%s: a new product without %s (empty: %v): %v", form, name, empty, err)
						}
						continue
					}
					if err != nil {
						t.Errorf("%s: a new product without %s (empty: %v): %v", form, name, empty, err)
					} else if got := read(id).Text(f.field); got != f.cleared {
						t.Errorf("%s: a new product without %s (empty: %v) has %q, want %q", form, name, empty, got, f.cleared)
					}
				}
			}
		}
	})
}

// TestAPreviewIsTheImport looks at an import first, does it, and does it again.
func TestAPreviewIsTheImport(t *testing.T) {
	t.Parallel()
	ctx, admin := context.Background(), seller.Terminal("test")
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(), video(func(p *parley.Product) { p.ID = "same" }))
		from := int64(60_000)
		file := seller.CatalogImport{DailyImpressions: &from, Feed: func(stage func(int, parley.ProductChange) error) error {
			_, err := catalogfile.Read(strings.NewReader("product_id,name,inventory_type,deal_types,base_cpm,floor_cpm\n"+
				"video-home,Home page,video,PG|PD|PA,12,8\nnew,New,audio,PG,5,1\nsame,Home page video,video,PG|PD|PA,12,8\n"), catalogfile.Options{}, stage)
			return err
		}}
		for _, call := range []seller.Call{d.operator(parley.ScopeApprover), d.buyer(acme)} {
			_, err := d.service.PreviewImport(ctx, call, file, 10)
			wantCode(t, err, parley.CodeForbidden)
		}
		preview, err := d.service.PreviewImport(ctx, admin, file, 10)
		if err != nil {
			t.Fatal(err)
		}
		if want := (storage.ImportReport{Added: 1, Changed: 1, Unchanged: 1}); preview.ImportReport != want || preview.UnguaranteedTotal != 0 {
			t.Errorf("previewed %+v, want %+v", preview.ImportSummary, want)
		}
		if len(preview.Diffs) != 2 || preview.Diffs[0].Line != 2 || preview.Diffs[0].Before.Differences(preview.Diffs[0].After) != parley.FieldName ||
			preview.Diffs[1].Before != nil || preview.Diffs[1].After.ID != "new" {
			t.Errorf("previewed %+v", preview.Diffs)
		}
		_, err = d.service.CatalogProduct(ctx, admin, "new")
		wantCode(t, err, parley.CodeNotFound)
		if few, err := d.service.PreviewImport(ctx, admin, file, 1); err != nil || len(few.Diffs) != 1 || few.Added != 1 {
			t.Errorf("one change of the preview: %+v, %v", few, err)
		}
		done, err := d.service.ImportCatalog(ctx, admin, file)
		if err != nil || done.ImportReport != preview.ImportReport {
			t.Errorf("imported %+v, %v", done, err)
		}
		audits, err := d.service.Audits(ctx, admin, seller.AuditFilter{Resource: "product", ResourceID: "video-home"})
		if err != nil || audits.Total != 2 {
			t.Fatalf("%d audit entries of the product, %v", audits.Total, err)
		}
		if a := audits.Items[1]; string(a.Before) != `{"name":"Home page video"}` || string(a.After) != `{"name":"Home page"}` {
			t.Errorf("the change was recorded as %s -> %s", a.Before, a.After)
		}
		if again, err := d.service.PreviewImport(ctx, admin, file, 10); err != nil || again.Unchanged != 3 || len(again.Diffs) != 0 {
			t.Errorf("after the import: %+v, %v", again, err)
		}
	})
}

// TestAPreviewWaitsForNobody looks at an import while another one, of the same products, has yet to commit.
func TestAPreviewWaitsForNobody(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		feed := func(stage func(int, parley.ProductChange) error) error {
			return errors.Join(stage(2, storagetest.WholeProduct(video(func(p *parley.Product) { p.Name = "Renamed" }))),
				stage(3, storagetest.WholeProduct(video(func(p *parley.Product) { p.ID = "new" }))))
		}
		ctx, end := context.WithTimeout(t.Context(), time.Minute)
		defer end()
		_, err := d.store.ImportProducts(ctx, time.Now(), storage.ProductImport{Feed: feed, Finish: func(*storage.Tx, storage.ImportSummary) error {
			preview, err := d.service.PreviewImport(ctx, seller.Terminal("test"), seller.CatalogImport{Feed: feed}, 10)
			if want := (storage.ImportReport{Added: 1, Changed: 1}); err == nil && preview.ImportReport != want {
				t.Errorf("previewed %+v, want %+v", preview.ImportReport, want)
			}
			return err
		}})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestAPreviewCountsTheQuotesItTouches looks at imports and prices while quotes are open, and at what then becomes of these.
func TestAPreviewCountsTheQuotesItTouches(t *testing.T) {
	t.Parallel()
	ctx, admin := context.Background(), seller.Terminal("test")
	onEach(t, func(t *testing.T, d *desk) {
		other := video(func(p *parley.Product) { p.ID = "other" })
		d.sell(video(), other)
		buyer := d.buyer(acme)
		quoted := func(product, dealType string) parley.Quote {
			request := ask(1000)
			request.ProductID, request.DealType = product, dealType
			return d.quote(buyer, request)
		}
		guaranteed, preferred := quoted("video-home", "PG"), quoted("video-home", "PD")
		quoted("other", "PD")
		must(d.book(buyer, quoted("video-home", "PG").ID))
		file := func(change func(*parley.Product)) seller.CatalogImport {
			return seller.CatalogImport{Feed: func(stage func(int, parley.ProductChange) error) error {
				return errors.Join(stage(2, storagetest.WholeProduct(video(change))), stage(3, storagetest.WholeProduct(other)))
			}}
		}
		for name, test := range map[string]struct {
			change       func(*parley.Product)
			open, unsold int64
		}{
			"another name":    {func(p *parley.Product) { p.Name = "Home" }, 0, 0},
			"another price":   {func(p *parley.Product) { p.BaseCPM = of(int64(20_000_000)) }, 2, 0},
			"another floor":   {func(p *parley.Product) { p.FloorCPM = 9_000_000 }, 2, 0},
			"another minimum": {func(p *parley.Product) { p.MinimumImpressions = 5000 }, 2, 0},
			"not as PD":       {func(p *parley.Product) { p.DealTypes = []parley.DealType{"PG"} }, 2, 1},
			"paused":          {func(p *parley.Product) { p.Status = parley.ProductPaused }, 2, 2},
			"linear":          {func(p *parley.Product) { p.InventoryType = "linear" }, 2, 2},
		} {
			preview, err := d.service.PreviewImport(ctx, admin, file(test.change), 10)
			if err != nil || preview.OpenQuotes != test.open || preview.Unsold != test.unsold {
				t.Errorf("%s: %d open, %d unsold, want %d and %d (%v)", name, preview.OpenQuotes, preview.Unsold, test.open, test.unsold, err)
			}
		}
		draft := seller.PricingDraft{Rule: &parley.PricingRule{Name: "dearer", Enabled: true, Selector: parley.Selector{ProductIDs: []string{"video-home"}}, BaseCPM: &parley.Money{Micros: 20_000_000, Currency: parley.USD}}}
		if preview, err := d.service.PreviewPricing(ctx, admin, draft); err != nil || preview.OpenQuotes != 2 {
			t.Errorf("of a price rule: %d quotes are open, want 2 (%v)", preview.OpenQuotes, err)
		}
		draft.Rule.ProductIDs = []string{"none"}
		if preview, err := d.service.PreviewPricing(ctx, admin, draft); err != nil || preview.OpenQuotes != 0 {
			t.Errorf("of a price rule for nothing: %d quotes are open (%v)", preview.OpenQuotes, err)
		}
		// It comes as it was said.
		if _, err := d.service.ImportCatalog(ctx, admin, file(func(p *parley.Product) { p.DealTypes, p.BaseCPM = []parley.DealType{"PG"}, of(int64(20_000_000)) })); err != nil {
			t.Fatal(err)
		}
		if deal, err := d.book(buyer, guaranteed.ID); err != nil || deal.Price.FinalCPM != guaranteed.Price.FinalCPM {
			t.Errorf("the quote kept is booked at %d (%v)", deal.Price.FinalCPM, err)
		}
		if _, err := d.book(buyer, preferred.ID); err == nil {
			t.Error("what is not sold that way any more was booked")
		}
		d.clock.Move(25 * time.Hour)
		if preview, err := d.service.PreviewImport(ctx, admin, file(func(p *parley.Product) { p.BaseCPM = of(int64(30_000_000)) }), 10); err != nil || preview.OpenQuotes != 0 {
			t.Errorf("after they have expired, %d are open (%v)", preview.OpenQuotes, err)
		}
	})
}
