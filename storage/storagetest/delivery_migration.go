package storagetest

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

// DeliverySums has what was known before there were sums of days added up: by the migrations, which are among files, and, of what a program
// without sums takes in beside a present one, by SumDelivery. Both must be the sums that an import makes itself. raw runs a statement in
// the store's database.
func DeliverySums(t *testing.T, files fs.FS, store *storage.Store, raw func(sql string)) {
	t.Helper()
	f := &fixture{T: t, store: store}
	f.stock(f.product("a"))
	_, one := f.booked("buyer/a//")
	_, two := f.booked("buyer/a//")
	for i, source := range []string{"gam", "dsp"} {
		var rows []parley.DeliveryDay
		for n := range int64(60) {
			d := figure([]string{one.ID, two.ID}[n%2], flight.Start+parley.Date(n%5), n)
			d.Line, d.Final, d.Clicks = fmt.Sprint(n), n > 20, ptr(n)
			if n%3 != 0 {
				d.Bids, d.SpendMicros, d.Currency, d.Losses = ptr(n*parley.MaxImpressions), ptr(n), parley.USD, map[string]int64{fmt.Sprint(n % 4): n}
			}
			if n%4 != 0 {
				d.Wins = ptr(n)
			}
			if n == 55 {
				d.Currency = "EUR"
			}
			rows = append(rows, d)
		}
		if _, _, err := f.figures(source, "d", noon.Add(time.Duration(i)*time.Hour), nil, rows...); err != nil {
			t.Fatal(err)
		}
	}
	want := [2][]storage.DeliveredDay{f.deliveredDays(one.ID), f.deliveredDays(two.ID)}
	if len(want[0]) != 10 || len(want[1]) != 10 {
		t.Fatalf("%d and %d days", len(want[0]), len(want[1]))
	}
	clear := func() {
		t.Helper()
		raw(`DELETE FROM delivery_sums`)
		raw(`DELETE FROM delivery_losses`)
		same(f, f.deliveredDays(one.ID), []storage.DeliveredDay{})
	}
	check := func() {
		t.Helper()
		same(f, [2][]storage.DeliveredDay{f.deliveredDays(one.ID), f.deliveredDays(two.ID)}, want)
	}
	clear()
	for _, name := range []string{"00085_delivery_sums.sql", "00100_own_spend.sql"} {
		migration, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		for statement := range strings.SplitSeq(string(migration), ";\n") {
			if i := strings.Index(statement, "INSERT INTO delivery_"); i >= 0 && !strings.Contains(statement, "delivery_summed") {
				raw(statement[i:])
			}
		}
	}
	check()
	clear()
	raw(`DELETE FROM delivery_summed`)
	for _, left := range []int{2, 0} {
		imports := read(f, func(r *storage.Reader) *storage.Pending[[]string] { return r.NotSummed() })
		if len(imports) != left {
			t.Errorf("%d imports are not added up, want %d", len(imports), left)
		}
		f.write(func(tx *storage.Tx) { tx.SumDelivery(imports) })
		check()
	}
}
