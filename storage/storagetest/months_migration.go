package storagetest

import (
	"fmt"
	"testing"

	"parley"
	"parley/storage"
)

// MonthsMigration has the sums of flights' months put right that former schemas made of flights at the edges of months: former runs
// statements in a database that is at the version BeforeMonths, upTo migrates it to another one, and migrated opens it with the present schema.
// nextSeq is the dialect's NextDealSeq.
func MonthsMigration(t *testing.T, nextSeq string, former func(sql string, args ...any), upTo func(version int64), migrated func() *storage.Store) {
	t.Helper()
	f := &fixture{T: t}
	first := parley.Date(noon.Unix() / (24 * 3600)).MonthStart(-5)
	all := f.edgeDeals(first)
	formerProduct(former)
	insert := func(deals []parley.Deal) {
		for _, d := range deals {
			formerDeal(former, nextSeq, d)
		}
	}
	insert(all[:len(all)/2]) // counted by the migration that first had sums of months
	upTo(withWrongMonths)
	insert(all[len(all)/2:]) // counted by its triggers
	f.store = migrated()
	f.checkEdgeSums(all, first)
}

// formerProduct and formerDeal write the product a, and a deal of it, into a database of a former version of the schema.
func formerProduct(former func(sql string, args ...any)) {
	former(`INSERT INTO products (id, name, description, inventory_type, deal_types, floor_cpm, currency, minimum_impressions, ad_formats, device_types,
			geo_targets, content_categories, search, version, created_at, updated_at)
		VALUES ('a', '', '', '', '[]', 1, 'USD', 1, '[]', '[]', '[]', '[]', '', 1, 1, 1)`)
}

func formerDeal(former func(sql string, args ...any), nextSeq string, d parley.Deal) {
	former(`INSERT INTO deals (seq, id, owner, status, product_id, product_name, inventory_type, deal_type, media_type, impressions, flight_start,
			flight_end, final_micros, currency, price, tier, identity, carried, notes, search, version, created_at, updated_at)
		VALUES (`+nextSeq+`, $1, 'key-1', 'booked', 'a', '', '', 'PD', '', $2, $3, $4, $5, $6, '`+fmt.Sprintf(`{"base_micros": %d}`, d.Price.BaseCPM)+`',
			'public', '{}', '{}', '', '', 1, 1, 1)`,
		d.ID, d.Impressions, int64(d.Flight.Start), int64(d.Flight.End), d.Price.FinalCPM, string(d.Price.Currency))
}

// BeforeMonths is the last version of the schema that has no sums of flights' months, and withWrongMonths the last that has wrong ones.
const (
	BeforeMonths    = 77
	withWrongMonths = 117
)
