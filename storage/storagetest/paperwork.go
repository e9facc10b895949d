package storagetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/storage"
)

var paperwork = map[string]func(*testing.T, *fixture){
	"is kept as it was filed last": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, one := f.booked("buyer/a//")
		_, other := f.booked("buyer/a//")
		of := func(ids ...string) []parley.Paperwork {
			return read(f, func(r *storage.Reader) *storage.Pending[[]parley.Paperwork] { return r.PaperworkOf(ids) })
		}
		same(f, of(one.ID, other.ID), []parley.Paperwork{})
		filed := parley.Paperwork{
			DealID: one.ID, PurchaseOrder: "PO-1", Labels: []string{"Upfront", "Q4 push"}, Note: "to the agency", UpdatedBy: "operator:me", UpdatedAt: noon, Version: 1,
		}
		f.write(func(tx *storage.Tx) { tx.PutPaperwork(filed) })
		same(f, of(one.ID, other.ID), []parley.Paperwork{filed})
		filed.Labels, filed.Note, filed.Version = []string{}, "", 2
		f.write(func(tx *storage.Tx) { tx.PutPaperwork(filed) })
		same(f, of(one.ID), []parley.Paperwork{filed})
		same(f, f.filed("", "upfront"), []string{})
		filed.DealID = "none"
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.PutPaperwork(filed) })
		filed.DealID, filed.Note = one.ID, strings.Repeat("n", 2001)
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.PutPaperwork(filed) })
	},
	"finds deals by words of it and whole labels": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		var ids []string
		for i, p := range []parley.Paperwork{
			{PurchaseOrder: "PO-2026/114", Labels: []string{"Upfront"}, Note: "invoices → agency"},
			{PurchaseOrder: "PO-2026/115", Labels: []string{"Up"}},
			{Labels: []string{"Öster", "Q4 push"}, Note: "%_'"},
			{},
		} {
			_, deal := f.booked("buyer/a//")
			ids = append(ids, deal.ID)
			p.DealID, p.UpdatedBy, p.UpdatedAt, p.Version = deal.ID, fmt.Sprintf("operator:%d", i), noon, 1
			f.write(func(tx *storage.Tx) { tx.PutPaperwork(p) })
		}
		for _, c := range []struct {
			search, label string
			want          []string
		}{
			{want: ids}, {search: "po-2026/114", want: ids[:1]}, {search: "PO", want: ids[:2]}, {search: "agen", want: ids[:1]},
			{search: "up", want: ids[:2]}, {label: "up", want: ids[1:2]}, {label: "UPFRONT", want: ids[:1]}, {label: "upfro"},
			{search: "öst", want: ids[2:3]}, {label: "q4 PUSH", want: ids[2:3]}, {label: "q4"}, {search: "#q4", want: ids[2:3]},
			{search: "%"}, {search: "' OR 1=1 --"}, {search: "2026 115", label: "up", want: ids[1:2]}, {search: "114", label: "up"},
		} {
			same(f, slices.Sorted(slices.Values(f.filed(c.search, c.label))), slices.Sorted(slices.Values(c.want)))
			listing := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Paperwork]] {
				return r.Paperwork(storage.PaperworkFilter{Search: c.search, Label: c.label})
			})
			same(f, len(listing.Items), len(c.want))
		}
	},
}

// filed are the deals that a list narrowed to what is filed holds, in the order of each sort.
func (f *fixture) filed(search, label string) []string {
	f.Helper()
	var found []string
	for i, sort := range []storage.DealSort{storage.DealsByCreation, storage.DealsByCPM, storage.DealsByStart} {
		ids := []string{}
		listing := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Deal]] {
			return r.Deals(storage.DealFilter{Filed: search, Label: label, Sort: sort, Page: storage.Page{Limit: 50, CountTo: 100}})
		})
		for _, deal := range listing.Items {
			ids = append(ids, deal.ID)
		}
		if i > 0 {
			same(f, slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(found)))
		}
		found = ids
	}
	return found
}
