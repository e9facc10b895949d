package storagetest

import (
	"errors"
	"fmt"
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
		bare.AdFormats, bare.DeviceTypes, bare.GeoTargets, bare.ContentCategories = []string{}, []string{}, []string{}, []string{}
		same(f, f.stock(full, bare), storage.ImportReport{Added: 2})
		for _, p := range []parley.Product{full, bare} {
			same(f, read(f, func(r storage.Reader) storage.Pending[parley.Product] { return r.Product(p.ID) }), stored(p))
		}
		missing(f, func(r storage.Reader) storage.Pending[parley.Product] { return r.Product("A") })
		found := read(f, func(r storage.Reader) storage.Pending[[]parley.Product] {
			return r.ProductsByID([]string{"b", "none", "a", "b"})
		})
		same(f, found, []parley.Product{stored(bare), stored(full)})
		found = read(f, func(r storage.Reader) storage.Pending[[]parley.Product] { return r.ProductsByID(nil) })
		same(f, found, []parley.Product{})
	},
	"an import adds, changes and leaves alone": func(t *testing.T, f *fixture) {
		a, b := f.product("a"), f.product("b")
		f.stock(a, b)
		later := noon.Add(time.Hour)
		b.BaseCPM = nil
		feed := func(stage func(int, parley.Product) error) error {
			return errors.Join(stage(1, a), stage(2, b), stage(3, f.product("c")))
		}
		var told storage.ImportReport
		report, err := f.store.ImportProducts(t.Context(), later, feed, func(tx storage.Tx, report storage.ImportReport) error {
			told = report
			tx.InsertEvent(f.event(parley.EventCatalogChanged, ""))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		same(f, report, storage.ImportReport{Added: 1, Changed: 1, Unchanged: 1})
		same(f, told, report)
		same(f, read(f, func(r storage.Reader) storage.Pending[parley.Product] { return r.Product("a") }), stored(a))
		b.Version, b.CreatedAt, b.UpdatedAt = 2, noon, later
		same(f, read(f, func(r storage.Reader) storage.Pending[parley.Product] { return r.Product("b") }), b)
		events := read(f, func(r storage.Reader) storage.Pending[storage.Listing[parley.Event]] {
			return r.Events(storage.EventFilter{})
		})
		same(f, events.Total, int64(1))
	},
	"an import is all or nothing": func(t *testing.T, f *fixture) {
		_, err := f.imports(f.product("a"), f.product("b"), f.product("a"))
		f.code(err, parley.CodeValidation)
		if text := err.Error(); !strings.Contains(text, "line 2") || !strings.Contains(text, "line 4") {
			t.Errorf("the error does not name both lines: %s", text)
		}
		fails := func(stage func(int, parley.Product) error) error {
			return errors.Join(stage(1, f.product("a")), errMind)
		}
		_, err = f.store.ImportProducts(t.Context(), noon, fails, func(storage.Tx, storage.ImportReport) error { return nil })
		if !errors.Is(err, errMind) {
			t.Errorf("a failing feed: %v", err)
		}
		feed := func(stage func(int, parley.Product) error) error { return stage(1, f.product("a")) }
		_, err = f.store.ImportProducts(t.Context(), noon, feed, func(storage.Tx, storage.ImportReport) error { return errMind })
		if !errors.Is(err, errMind) {
			t.Errorf("a failing finish: %v", err)
		}
		list := read(f, func(r storage.Reader) storage.Pending[storage.Listing[parley.Product]] {
			return r.Products(storage.ProductFilter{})
		})
		same(f, list.Total, int64(0))
		same(f, f.stock(f.product("a")), storage.ImportReport{Added: 1})
	},
	"an import moves the capacity of days that follow it, never under what is reserved": func(t *testing.T, f *fixture) {
		p := f.product("a")
		f.stock(p)
		first := parley.Flight{Start: flight.Start, End: flight.Start}
		f.write(func(tx storage.Tx) {
			tx.Reserve("a", flight, 600)
			tx.SetCapacity("a", first, ptr(int64(80)))
		})
		p.DailyImpressions = ptr(int64(70))
		f.stock(p)
		days := read(f, func(r storage.Reader) storage.Pending[[]parley.DayCapacity] { return r.Capacity("a", flight) })
		same(f, days[0], parley.DayCapacity{Day: flight.Start, Capacity: ptr(int64(80)), Reserved: 60, Declared: true})
		same(f, days[1], parley.DayCapacity{Day: flight.Start + 1, Capacity: ptr(int64(70)), Reserved: 60})
		p.DailyImpressions = ptr(int64(59))
		_, err := f.imports(f.product("b"), p)
		f.code(err, parley.CodeContention)
		if !errors.Is(err, storage.ErrCapacity) || !strings.Contains(err.Error(), "a ") || !strings.Contains(err.Error(), (flight.Start+1).String()) {
			t.Errorf("the error does not name product and day: %v", err)
		}
		missing(f, func(r storage.Reader) storage.Pending[parley.Product] { return r.Product("b") })
		p.DailyImpressions = nil
		f.stock(p)
		f.write(func(tx storage.Tx) { tx.Reserve("a", parley.Flight{Start: flight.Start + 1, End: flight.End}, 9000) })
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
			pages(f, c.want, id, func(r storage.Reader, p storage.Page) storage.Pending[storage.Listing[parley.Product]] {
				c.filter.Page = p
				return r.Products(c.filter)
			})
		}
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
