package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

var dealShares = map[string]func(*testing.T, *fixture){
	"are found by their secret, and end once": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, deal := f.booked("buyer/a//")
		share := parley.DealShare{
			ID: f.id(parley.PrefixShare), DealID: deal.ID, Hash: f.id("hash-"), CreatedBy: "operator:me", CreatedAt: noon, ExpiresAt: noon.Add(time.Hour),
		}
		f.write(func(tx *storage.Tx) { tx.InsertDealShare(share) })
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.DealShare] { return r.DealShareByHash(share.Hash) }), share)
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]parley.DealShare] { return r.DealShares(deal.ID, 9) }), []parley.DealShare{share})
		again := share
		again.ID = f.id(parley.PrefixShare)
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.InsertDealShare(again) })
		again.Hash, again.DealID = f.id("hash-"), "none"
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.InsertDealShare(again) })
		share.EndedBy, share.EndedAt = "operator:you", ptr(noon.Add(time.Minute))
		f.write(func(tx *storage.Tx) { tx.EndDealShare(share) })
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.DealShare] { return r.DealShare(share.ID) }), share)
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.EndDealShare(share) })
	},
}
