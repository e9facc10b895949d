package storagetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

// stored is a product as the catalog has it after its first import.
func stored(p parley.Product) parley.Product {
	p.Version, p.CreatedAt, p.UpdatedAt = 1, noon, noon
	return p
}

var catalog = map[string]func(*testing.T, *fixture){
	"products come back as they were imported": func(t *testing.T, f *fixture) {
		full, bare := f.product("a"), f.product("b")
		bare.BaseCPM, bare.DailyImpressions = nil, nil
		bare.AdFormats, bare.DeviceTypes, bare.GeoTargets, bare.ContentCategories, bare.AudienceSegments = []string{}, []string{}, []string{}, []string{}, []string{}
		same(f, f.stock(full, bare), storage.ImportReport{Added: 2})
		for _, p := range []parley.Product{full, bare} {
			same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Product] { return r.Product(p.ID) }), stored(p))
		}
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Product] { return r.Product("A") })
		found := read(f, func(r *storage.Reader) *storage.Pending[[]parley.Product] {
			return r.ProductsByID([]string{"b", "none", "a", "b"})
		})
		same(f, found, []parley.Product{stored(bare), stored(full)})
		found = read(f, func(r *storage.Reader) *storage.Pending[[]parley.Product] { return r.ProductsByID(nil) })
		same(f, found, []parley.Product{})
		q := f.quote("b", "")
		f.write(func(tx *storage.Tx) { tx.InsertQuote(q) })
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Product] { return r.ProductOfQuote(q.ID) }), stored(bare))
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Product] { return r.ProductOfQuote("qt-none") })
	},
	"segments are sold where a product for sale carries some": func(t *testing.T, f *fixture) {
		sold := func() bool {
			return read(f, func(r *storage.Reader) *storage.Pending[bool] { return r.SellsSegments() })
		}
		a, b := f.product("a"), f.product("b")
		a.AudienceSegments, b.Status = nil, parley.ProductPaused
		f.stock(a, b)
		same(f, sold(), false)
		b.Status = parley.ProductActive
		f.stock(b)
		same(f, sold(), true)
	},
	"an import adds, changes and leaves alone": func(t *testing.T, f *fixture) {
		a, b := f.product("a"), f.product("b")
		f.stock(a, b)
		later := noon.Add(time.Hour)
		b.BaseCPM = nil
		feed := func(stage func(int, parley.ProductChange) error) error {
			return errors.Join(stage(1, WholeProduct(a)), stage(2, WholeProduct(b)), stage(3, WholeProduct(f.product("c"))))
		}
		var told storage.ImportSummary
		var diffs []storage.ProductDiff
		report, err := f.store.ImportProducts(t.Context(), later, storage.ProductImport{
			Feed: feed,
			Diffs: func(_ *storage.Tx, some []storage.ProductDiff) error {
				diffs = append(diffs, some...)
				return nil
			},
			Finish: func(tx *storage.Tx, report storage.ImportSummary) error {
				told = report
				tx.InsertEvent(f.event(parley.EventCatalogChanged, ""))
				return nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		same(f, report, storage.ImportSummary{ImportReport: storage.ImportReport{Added: 1, Changed: 1, Unchanged: 1}, Unguaranteed: []string{}})
		same(f, diffs, []storage.ProductDiff{{Line: 2, Before: ptr(stored(f.product("b"))), After: b}, {Line: 3, After: f.product("c")}})
		same(f, told, report)
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Product] { return r.Product("a") }), stored(a))
		b.Version, b.CreatedAt, b.UpdatedAt = 2, noon, later
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Product] { return r.Product("b") }), b)
		events := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Event]] {
			return r.Events(storage.EventFilter{})
		})
		same(f, events.Total, int64(1))
	},
	"an import leaves what it does not state": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"), f.product("c"), f.product("d"))
		a := parley.ProductChange{Product: parley.Product{ID: "a", FloorCPM: 26_000_000, Name: "not stated"}, Given: parley.FieldFloorCPM, RaiseBase: true}
		b := parley.ProductChange{Product: parley.Product{ID: "b", Currency: parley.USD}, Given: parley.FieldDescription | parley.FieldGeoTargets |
			parley.FieldDailyImpressions}
		c := parley.ProductChange{Product: parley.Product{ID: "c", Name: "Sea"}, Given: parley.FieldName}
		d := parley.ProductChange{Product: parley.Product{ID: "d"}}
		fresh := parley.ProductChange{Product: f.product("e"), Given: parley.FieldName}
		fresh.Product.DailyImpressions = nil
		feed := func(stage func(int, parley.ProductChange) error) error {
			return errors.Join(stage(2, a), stage(3, b), stage(4, c), stage(5, d), stage(6, fresh))
		}
		later := noon.Add(time.Hour)
		done, err := f.store.ImportProducts(t.Context(), later, storage.ProductImport{Feed: feed, Finish: noFinish})
		if err != nil {
			t.Fatal(err)
		}
		same(f, done, storage.ImportSummary{
			ImportReport: storage.ImportReport{Added: 1, Changed: 3, Unchanged: 1}, Unguaranteed: []string{"b", "e"}, UnguaranteedTotal: 2,
		})
		present := func(id string) parley.Product {
			return read(f, func(r *storage.Reader) *storage.Pending[parley.Product] { return r.Product(id) })
		}
		want := func(id string, change func(*parley.Product)) {
			f.Helper()
			p := stored(f.product(id))
			p.Version, p.UpdatedAt = 2, later
			change(&p)
			same(f, present(id), p)
		}
		want("a", func(p *parley.Product) { p.FloorCPM, p.BaseCPM = 26_000_000, ptr(int64(26_000_000)) })
		want("b", func(p *parley.Product) { p.Description, p.GeoTargets, p.DailyImpressions = "", []string{}, nil })
		want("c", func(p *parley.Product) { p.Name = "Sea" })
		same(f, present("d"), stored(f.product("d")))
		found := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Product]] {
			return r.Products(storage.ProductFilter{Search: "sea"})
		})
		same(f, found.Total, int64(1))

		done, err = f.store.ImportProducts(t.Context(), later, storage.ProductImport{Feed: feed, Finish: noFinish, DailyImpressions: ptr(int64(70))})
		if err != nil {
			t.Fatal(err)
		}
		same(f, done, storage.ImportSummary{ImportReport: storage.ImportReport{Changed: 2, Unchanged: 3}, Unguaranteed: []string{}})
		same(f, present("e").DailyImpressions, ptr(int64(70)))
		same(f, present("c").DailyImpressions, ptr(int64(100)))
	},
	"an import that makes no product names its lines": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"))
		feed := func(stage func(int, parley.ProductChange) error) error {
			return errors.Join(
				stage(2, parley.ProductChange{Product: parley.Product{ID: "new", Name: "New"}, Given: parley.FieldName}),
				stage(3, parley.ProductChange{Product: parley.Product{ID: "a", FloorCPM: 26_000_000}, Given: parley.FieldFloorCPM}),
				stage(4, parley.ProductChange{Product: parley.Product{ID: "b", BaseCPM: ptr(int64(12_000_000))}, Given: parley.FieldBaseCPM}),
			)
		}
		_, err := f.store.ImportProducts(t.Context(), noon, storage.ProductImport{Feed: feed, Finish: noFinish})
		f.code(err, parley.CodeValidation)
		var refused *parley.Error
		if !errors.As(err, &refused) {
			t.Fatal(err)
		}
		var paths []string
		for _, field := range refused.Fields {
			paths = append(paths, field.Path)
		}
		same(f, paths, []string{
			"line 2, column inventory_type", "line 2, column deal_types", "line 3, column base_cpm", "line 4, column base_cpm",
		})
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Product] { return r.Product("new") })
	},
	"an import is all or nothing": func(t *testing.T, f *fixture) {
		_, err := f.imports(f.product("a"), f.product("b"), f.product("a"))
		f.code(err, parley.CodeValidation)
		if text := err.Error(); !strings.Contains(text, "line 2") || !strings.Contains(text, "line 4") {
			t.Errorf("the error does not name both lines: %s", text)
		}
		fails := func(stage func(int, parley.ProductChange) error) error {
			return errors.Join(stage(1, WholeProduct(f.product("a"))), errMind)
		}
		_, err = f.store.ImportProducts(t.Context(), noon, storage.ProductImport{Feed: fails, Finish: noFinish})
		if !errors.Is(err, errMind) {
			t.Errorf("a failing feed: %v", err)
		}
		feed := func(stage func(int, parley.ProductChange) error) error {
			return stage(1, WholeProduct(f.product("a")))
		}
		_, err = f.store.ImportProducts(t.Context(), noon, storage.ProductImport{
			Feed: feed, Finish: func(*storage.Tx, storage.ImportSummary) error { return errMind },
		})
		if !errors.Is(err, errMind) {
			t.Errorf("a failing finish: %v", err)
		}
		list := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Product]] {
			return r.Products(storage.ProductFilter{})
		})
		same(f, list.Total, int64(0))
		same(f, f.stock(f.product("a")), storage.ImportReport{Added: 1})
	},
	"an import moves the capacity of days that follow it, never under what is reserved": func(t *testing.T, f *fixture) {
		p := f.product("a")
		f.stock(p)
		first := parley.Flight{Start: flight.Start, End: flight.Start}
		f.write(func(tx *storage.Tx) {
			tx.Reserve("a", flight, 600)
			tx.SetCapacity("a", first, ptr(int64(80)))
		})
		p.DailyImpressions = ptr(int64(70))
		f.stock(p)
		days := read(f, func(r *storage.Reader) *storage.Pending[[]parley.DayCapacity] { return r.Capacity("a", flight) })
		same(f, days[0], parley.DayCapacity{Day: flight.Start, Capacity: ptr(int64(80)), Reserved: 60, Declared: true})
		same(f, days[1], parley.DayCapacity{Day: flight.Start + 1, Capacity: ptr(int64(70)), Reserved: 60})
		p.DailyImpressions = ptr(int64(59))
		_, err := f.imports(f.product("b"), p)
		f.code(err, parley.CodeContention)
		if !errors.Is(err, storage.ErrCapacity) || !strings.Contains(err.Error(), "a ") || !strings.Contains(err.Error(), (flight.Start+1).String()) {
			t.Errorf("the error does not name product and day: %v", err)
		}
		missing(f, func(r *storage.Reader) *storage.Pending[parley.Product] { return r.Product("b") })
		p.DailyImpressions = nil
		_, err = f.imports(p)
		f.short(err)
		// Days before the one that is named are as they were, whatever was reserved on them.
		of := func(from parley.Date) storage.ProductImport {
			return storage.ProductImport{Feed: func(stage func(int, parley.ProductChange) error) error { return stage(1, WholeProduct(p)) }, Finish: noFinish, From: from}
		}
		_, err = f.store.ImportProducts(t.Context(), noon, of(flight.End))
		f.short(err)
		if _, err := f.store.ImportProducts(t.Context(), noon, of(flight.End+1)); err != nil {
			t.Error(err)
		}
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.DayCapacity] { return r.Capacity("a", flight) }), days)
		f.write(func(tx *storage.Tx) { tx.Release("a", flight, 600) })
		f.stock(p)
		later := parley.Flight{Start: flight.Start + 1, End: flight.End}
		f.short(f.refusal(func(tx *storage.Tx) { tx.Reserve("a", later, 1) }))
		f.write(func(tx *storage.Tx) { tx.Reserve("a", first, 80) })
	},
	"products are listed and searched": func(t *testing.T, f *fixture) {
		var products []parley.Product
		var all []string
		for i := range 8 {
			p := f.product(fmt.Sprintf("p-%d", i))
			if i%2 == 0 {
				p.Name, p.InventoryType, p.DealTypes = "ÉTÉ 50%_off", "audio", []parley.DealType{parley.PrivateAuction}
			}
			products, all = append(products, p), append(all, p.ID)
		}
		f.stock(products...)
		id := func(p parley.Product) string { return p.ID }
		for _, c := range []struct {
			filter storage.ProductFilter
			want   []string
		}{
			{storage.ProductFilter{}, all},
			{storage.ProductFilter{InventoryType: "audio"}, []string{"p-0", "p-2", "p-4", "p-6"}},
			{storage.ProductFilter{DealType: parley.PreferredDeal}, []string{"p-1", "p-3", "p-5", "p-7"}},
			{storage.ProductFilter{DealType: parley.PrivateAuction, InventoryType: "ctv"}, nil},
			{storage.ProductFilter{Search: "été"}, []string{"p-0", "p-2", "p-4", "p-6"}},
			{storage.ProductFilter{Search: "%_OFF"}, []string{"p-0", "p-2", "p-4", "p-6"}},
			{storage.ProductFilter{Search: "P-3"}, []string{"p-3"}},
			{storage.ProductFilter{Search: "_"}, []string{"p-0", "p-2", "p-4", "p-6"}},
			{storage.ProductFilter{Search: `\`}, nil},
		} {
			pages(f, c.want, id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Product]] {
				c.filter.Page = p
				return r.Products(c.filter)
			})
		}
	},
	"products for sale are told from the others": func(t *testing.T, f *fixture) {
		plain, paused, retired, linear := f.product("plain"), f.product("paused"), f.product("retired"), f.product("linear")
		plain.Status = "" // which is active
		paused.Status, retired.Status, linear.InventoryType = parley.ProductPaused, parley.ProductRetired, "linear_tv"
		paused.InventoryType, retired.InventoryType = "audio", "native"
		f.stock(plain, paused, retired, linear)
		for _, p := range []parley.Product{plain, paused, retired, linear} {
			p.Status = cmp.Or(p.Status, parley.ProductActive)
			same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Product] { return r.Product(p.ID) }), stored(p))
		}
		id := func(p parley.Product) string { return p.ID }
		for _, c := range []struct {
			filter storage.ProductFilter
			want   []string
		}{
			{storage.ProductFilter{ForSale: true}, []string{"plain"}},
			{storage.ProductFilter{Status: parley.ProductActive}, []string{"linear", "plain"}},
			{storage.ProductFilter{Status: parley.ProductPaused}, []string{"paused"}},
			{storage.ProductFilter{Status: parley.ProductRetired, ForSale: true}, nil},
			{storage.ProductFilter{}, []string{"linear", "paused", "plain", "retired"}},
		} {
			pages(f, c.want, id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Product]] {
				c.filter.Page = p
				return r.Products(c.filter)
			})
		}
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]string] { return r.InventoryTypes() }), []string{"ctv"})
		kinds := read(f, func(r *storage.Reader) *storage.Pending[[]storage.PricedKind] { return r.PricedKinds() })
		if !slices.Contains(kinds, storage.PricedKind{InventoryType: "ctv", Currency: parley.USD}) {
			f.Errorf("the kinds with their currencies are %v", kinds)
		}
		wrong := f.product("wrong")
		wrong.Status = "sold"
		if _, err := f.imports(wrong); err == nil {
			t.Error("a state that there is not was stored")
		}
	},
	"one product is added and changed": func(t *testing.T, f *fixture) {
		p := stored(f.product("a"))
		f.write(func(tx *storage.Tx) { tx.InsertProduct(p) })
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Product] { return r.Product("a") }), p)
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.InsertProduct(p) })

		f.write(func(tx *storage.Tx) {
			tx.Reserve("a", flight, 600)
			tx.SetCapacity("a", parley.Flight{Start: flight.Start, End: flight.Start}, ptr(int64(80)))
		})
		changed := p
		changed.Version, changed.UpdatedAt = 2, noon.Add(time.Hour)
		changed.Name, changed.Description, changed.InventoryType, changed.Status = "Été", "", "audio", parley.ProductPaused
		changed.DealTypes, changed.BaseCPM, changed.FloorCPM = []parley.DealType{parley.PrivateAuction}, nil, 0
		changed.Currency, changed.MinimumImpressions, changed.DailyImpressions = "EUR", 0, ptr(int64(70))
		changed.AdFormats, changed.DeviceTypes, changed.GeoTargets, changed.ContentCategories = []string{}, []string{}, []string{}, []string{}
		changed.AudienceSegments = []string{}
		f.refused(parley.CodePreconditionFailed, func(tx *storage.Tx) {
			stale := changed
			stale.Version = 3
			tx.UpdateProduct(stale, flight.Start)
		})
		f.write(func(tx *storage.Tx) { tx.UpdateProduct(changed, flight.Start) })
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Product] { return r.Product("a") }), changed)
		found := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Product]] {
			return r.Products(storage.ProductFilter{Search: "été"})
		})
		same(f, found.Total, int64(1))
		days := read(f, func(r *storage.Reader) *storage.Pending[[]parley.DayCapacity] { return r.Capacity("a", flight) })
		same(f, days[0], parley.DayCapacity{Day: flight.Start, Capacity: ptr(int64(80)), Reserved: 60, Declared: true})
		same(f, days[1], parley.DayCapacity{Day: flight.Start + 1, Capacity: ptr(int64(70)), Reserved: 60})

		tight := changed
		tight.Version, tight.DailyImpressions = 3, ptr(int64(59))
		f.short(f.refusal(func(tx *storage.Tx) { tx.UpdateProduct(tight, flight.Start) }))
		tight.DailyImpressions = nil
		f.short(f.refusal(func(tx *storage.Tx) { tx.UpdateProduct(tight, flight.Start) }))
		// Days before the one that is named are as they were, whatever was reserved on them.
		f.short(f.refusal(func(tx *storage.Tx) { tx.UpdateProduct(tight, flight.End) }))
		f.write(func(tx *storage.Tx) { tx.UpdateProduct(tight, flight.End+1) })
		changed = tight
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.DayCapacity] { return r.Capacity("a", flight) }), days)
		err := f.store.Tx(t.Context(), func(tx *storage.Tx) error {
			held, err := tx.ProductForUpdate("a").Get(t.Context())
			same(f, held, changed)
			return err
		})
		if err != nil {
			t.Error(err)
		}
		err = f.store.Tx(t.Context(), func(tx *storage.Tx) error {
			_, err := tx.ProductForUpdate("none").Get(t.Context())
			return err
		})
		f.code(err, parley.CodeNotFound)
	},
	"all products stream in the order of their bytes": func(t *testing.T, f *fixture) {
		f.stock(f.product("b"), f.product("B"), f.product("_"), f.product("a-2"), f.product("a1"))
		var got []string
		err := f.store.EachProduct(t.Context(), func(p parley.Product) error {
			got = append(got, p.ID)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		same(f, got, []string{"B", "_", "a-2", "a1", "b"})
		err = f.store.EachProduct(t.Context(), func(parley.Product) error { return errMind })
		if !errors.Is(err, errMind) {
			t.Errorf("a failing reader: %v", err)
		}
	},
}
