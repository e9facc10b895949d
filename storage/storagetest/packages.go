package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

// bundle is a package of products a and b.
func (f *fixture) bundle() parley.Package {
	return parley.Package{
		ID: f.id(parley.PrefixPackage), Name: "Spört", Description: "a %_ package", Layer: parley.PackageCurated, Status: parley.PackageActive,
		Products: []parley.PackageProduct{{ProductID: "b", Weight: 7000}, {ProductID: "a", Weight: 3000}}, ContentCategories: []string{"IAB19"},
		ContentTaxonomy: 2, AdFormats: []string{"video"}, DeviceTypes: []int{3, 7}, GeoTargets: []string{"US", "US-NY"}, Tags: []string{"live 🎬"},
		Featured: true, SeasonalLabel: "Q4", Version: 1, CreatedAt: noon, UpdatedAt: noon, UpdatedBy: "operator:1",
	}
}

func askPackage(id string) func(*storage.Reader) *storage.Pending[parley.Package] {
	return func(r *storage.Reader) *storage.Pending[parley.Package] { return r.Package(id) }
}

var packages = map[string]func(*testing.T, *fixture){
	"come back as they were given, and change by version": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"), f.product("c"))
		p := f.bundle()
		f.write(func(tx *storage.Tx) { tx.InsertPackage(p) })
		same(f, read(f, askPackage(p.ID)), p)
		missing(f, askPackage("none"))
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertPackage(p) })
		p.Name, p.Description, p.Layer, p.Status, p.Featured, p.SeasonalLabel = "Other", "", parley.PackageSynced, parley.PackageArchived, false, ""
		p.Products = []parley.PackageProduct{{ProductID: "a", Weight: 1}, {ProductID: "c", Weight: 10_000}}
		p.ContentCategories, p.AdFormats, p.DeviceTypes, p.GeoTargets, p.Tags = []string{}, []string{}, []int{}, []string{}, []string{}
		p.ContentTaxonomy, p.Version, p.UpdatedAt, p.UpdatedBy = 7, 2, noon.Add(time.Hour), "operator:2"
		errs := race(10, func(int) error {
			return f.store.Tx(f.Context(), func(tx *storage.Tx) error { tx.UpdatePackage(p); return nil })
		})
		same(f, tally(errs), map[parley.Code]int{"": 1, parley.CodePreconditionFailed: 9})
		same(f, read(f, askPackage(p.ID)), p)
		f.tx(func(tx *storage.Tx) error {
			same(f, get(f.Context(), f, tx.PackageForUpdate(p.ID)), p)
			return nil
		})
	},
	"hold products that there are, each once": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"))
		p := f.bundle()
		p.Products[0].ProductID = "none"
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.InsertPackage(p) })
		missing(f, askPackage(p.ID))
		p.Products[0].ProductID = "a"
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.InsertPackage(p) })
		p.Products = []parley.PackageProduct{{ProductID: "a"}}
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.InsertPackage(p) })
		p.Products[0].Weight, p.Name = 1, ""
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.InsertPackage(p) })
	},
	"are listed by status and layer, with their products": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"))
		var ids, active []string
		f.write(func(tx *storage.Tx) {
			tx.LockPackages()
			for i := range 7 {
				p := f.bundle()
				if i%3 == 0 {
					p.Status, p.Layer = parley.PackageDraft, parley.PackageDynamic
				} else {
					active = append(active, p.ID)
				}
				ids = append(ids, p.ID)
				tx.InsertPackage(p)
			}
		})
		for _, c := range []struct {
			filter storage.PackageFilter
			want   []string
		}{
			{storage.PackageFilter{}, ids},
			{storage.PackageFilter{Status: parley.PackageActive}, active},
			{storage.PackageFilter{Layer: parley.PackageCurated}, active},
			{storage.PackageFilter{Layer: parley.PackageSynced}, nil},
		} {
			pages(f, c.want, func(p parley.Package) string { return p.ID },
				func(r *storage.Reader, page storage.Page) *storage.Pending[storage.Listing[parley.Package]] {
					filter := c.filter
					filter.Page = page
					return r.Packages(filter)
				})
		}
		list := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Package]] {
			return r.Packages(storage.PackageFilter{Page: storage.Page{Limit: 2, Offset: 1}})
		})
		for _, p := range list.Items {
			same(f, p.Products, []parley.PackageProduct{{ProductID: "b", Weight: 7000}, {ProductID: "a", Weight: 3000}})
		}
	},
}
