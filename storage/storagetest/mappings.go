package storagetest

import (
	"encoding/json"
	"testing"

	"parley"
	"parley/storage"
)

// mapping is one of a destination that is not stored.
func (f *fixture) mapping(destinationID string, about parley.MappingAbout, name string) parley.Mapping {
	return parley.Mapping{
		ID: f.id(parley.PrefixMapping), DestinationID: destinationID, About: about, Name: name, Refs: json.RawMessage(`{"name": "Käufer", "n": 10000000000000001}`),
		Version: 1, UpdatedAt: noon,
	}
}

func askMapping(id string) func(*storage.Reader) *storage.Pending[parley.Mapping] {
	return func(r *storage.Reader) *storage.Pending[parley.Mapping] { return r.Mapping(id) }
}

var mappings = map[string]func(*testing.T, *fixture){
	"are kept as they are": func(_ *testing.T, f *fixture) {
		to := f.destination(f.id("drop-"))
		m := f.mapping(to.ID, parley.MapsSeat, "seat-1")
		f.write(func(tx *storage.Tx) { tx.InsertDestination(to); tx.InsertMapping(m) })
		same(f, read(f, askMapping(m.ID)), m)
		m.Refs, m.Version, m.UpdatedAt = json.RawMessage(`{}`), 2, m.UpdatedAt.Add(1000)
		f.write(func(tx *storage.Tx) { tx.UpdateMapping(m) })
		same(f, read(f, askMapping(m.ID)), m)
		f.write(func(tx *storage.Tx) { tx.DeleteMapping(m.ID) })
		missing(f, askMapping(m.ID))
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.DeleteMapping(m.ID) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.UpdateMapping(m) })
	},
	"are one of a thing at a destination, and end with it": func(_ *testing.T, f *fixture) {
		to, other := f.destination(f.id("drop-")), f.destination(f.id("drop-"))
		m := f.mapping(to.ID, parley.MapsProduct, "p")
		f.write(func(tx *storage.Tx) { tx.InsertDestination(to); tx.InsertDestination(other); tx.InsertMapping(m) })
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertMapping(f.mapping(to.ID, parley.MapsProduct, "p")) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.InsertMapping(f.mapping("none", parley.MapsProduct, "p")) })
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.InsertMapping(f.mapping(to.ID, "weather", "p")) })
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.InsertMapping(f.mapping(to.ID, parley.MapsDSP, "")) })
		f.write(func(tx *storage.Tx) {
			tx.InsertMapping(f.mapping(to.ID, parley.MapsProduct, "P")) // ids of products have capitals
			tx.InsertMapping(f.mapping(to.ID, parley.MapsSeat, "p"))
			tx.InsertMapping(f.mapping(other.ID, parley.MapsProduct, "p"))
			tx.DeleteDestination(to.ID)
		})
		missing(f, askMapping(m.ID))
	},
	"are found by a deal's names": func(t *testing.T, f *fixture) {
		to, other := f.destination(f.id("drop-")), f.destination(f.id("drop-"))
		want := []parley.Mapping{f.mapping(to.ID, parley.MapsProduct, "p"), f.mapping(to.ID, parley.MapsDSP, "ttd")}
		f.write(func(tx *storage.Tx) {
			tx.InsertDestination(to)
			tx.InsertDestination(other)
			for _, m := range want {
				tx.InsertMapping(m)
			}
			tx.InsertMapping(f.mapping(to.ID, parley.MapsSeat, "p"))
			tx.InsertMapping(f.mapping(to.ID, parley.MapsAgency, "other"))
			tx.InsertMapping(f.mapping(other.ID, parley.MapsProduct, "p"))
		})
		for dsp, count := range map[string]int{"ttd": 2, "the trade desk": 2, "kokai": 2, "dv360": 1, "": 1} {
			names := map[parley.MappingAbout]string{parley.MapsProduct: "p", parley.MapsAgency: "p", parley.MapsDSP: dsp}
			found := read(f, func(r *storage.Reader) *storage.Pending[[]parley.Mapping] { return r.MappingsAt(to.ID, names) })
			if len(found) != count || found[0].ID != want[0].ID || count == 2 && found[1].ID != want[1].ID {
				t.Errorf("at %q: found %v", dsp, found)
			}
		}
	},
	"are missing of products on sale": func(t *testing.T, f *fixture) {
		gone := f.product("c")
		gone.Status = parley.ProductRetired
		f.stock(f.product("b"), f.product("a"), gone, f.product("d"))
		to := f.destination(f.id("drop-"))
		f.write(func(tx *storage.Tx) {
			tx.InsertDestination(to)
			tx.InsertMapping(f.mapping(to.ID, parley.MapsProduct, "b"))
			tx.InsertMapping(f.mapping(to.ID, parley.MapsSeat, "a"))
		})
		ask := func(limit int) []string {
			return read(f, func(r *storage.Reader) *storage.Pending[[]string] { return r.UnmappedProducts(to.ID, limit) })
		}
		if found := ask(10); len(found) != 2 || found[0] != "a" || found[1] != "d" {
			t.Errorf("missing: %v", found)
		}
		if found := ask(1); len(found) != 1 || found[0] != "a" {
			t.Errorf("missing: %v", found)
		}
	},
	"are listed": func(_ *testing.T, f *fixture) {
		to := f.destination(f.id("drop-"))
		var ids []string
		f.write(func(tx *storage.Tx) {
			tx.InsertDestination(to)
			for _, name := range []string{"a", "b", "c"} {
				m := f.mapping(to.ID, parley.MapsAdvertiser, name)
				ids = append(ids, m.ID)
				tx.InsertMapping(m)
			}
		})
		for name, want := range map[string][]string{"": ids, "b": ids[1:2], "d": nil} {
			pages(f, want, func(m parley.Mapping) string { return m.ID },
				func(r *storage.Reader, page storage.Page) *storage.Pending[storage.Listing[parley.Mapping]] {
					return r.Mappings(storage.MappingFilter{DestinationID: to.ID, About: parley.MapsAdvertiser, Name: name, Page: page})
				})
		}
	},
}
