package storagetest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

// deliveryFile is a file of a source, and whether it was known once it was taken in.
func (f *fixture) deliveryFile(source, digest string, asOf time.Time, rows ...parley.DeliveryDay) (file storage.DeliveryFile, known *bool) {
	known = new(bool)
	return storage.DeliveryFile{
		Import: parley.DeliveryImport{ID: f.id(parley.PrefixDelivery), Source: source, AsOf: asOf, By: "operator:key-1", At: noon},
		Feed: func(stage func(int, parley.DeliveryDay) error) error {
			for i, row := range rows {
				if err := stage(i+2, row); err != nil {
					return err
				}
			}
			return nil
		},
		Digest: func() string { return digest },
		Look: func(_ *storage.Tx, _ parley.DeliveryImport, before bool) error {
			*known = before
			return nil
		},
		Clock: func() time.Time { return noon },
	}, known
}

// figures takes in rows as a file of a source.
func (f *fixture) figures(source, digest string, asOf time.Time, change func(*storage.DeliveryFile), rows ...parley.DeliveryDay) (parley.DeliveryImport, bool, error) {
	file, known := f.deliveryFile(source, digest, asOf, rows...)
	if change != nil {
		change(&file)
	}
	done, err := f.store.ImportDelivery(f.Context(), file)
	return done, *known, err
}

func (f *fixture) deliveredDays(dealID string) []storage.DeliveredDay {
	f.Helper()
	return read(f, func(r *storage.Reader) *storage.Pending[[]storage.DeliveredDay] { return r.DeliveryDays(dealID) })
}

func figure(dealID string, day parley.Date, impressions int64) parley.DeliveryDay {
	return parley.DeliveryDay{DealID: dealID, Day: day, DeliveryFigures: parley.DeliveryFigures{Impressions: impressions}}
}

var delivered = map[string]func(*testing.T, *fixture){
	"is told how old, by source": func(_ *testing.T, f *fixture) {
		sources := func(limit int) []storage.DeliverySource {
			return read(f, func(r *storage.Reader) *storage.Pending[[]storage.DeliverySource] { return r.DeliverySources(limit) })
		}
		same(f, sources(10), []storage.DeliverySource{})
		f.stock(f.product("a"))
		_, deal := f.booked("buyer/a//")
		for i, source := range []string{"gam", "Käufer", "gam", "exchange", "gam"} {
			_, _, err := f.figures(source, f.id("d"), noon.Add(time.Duration(i%4)*time.Hour), nil, figure(deal.ID, flight.Start, int64(i)))
			if err != nil {
				f.Fatal(err)
			}
		}
		want := []storage.DeliverySource{
			{Name: "gam", AsOf: noon.Add(2 * time.Hour)}, {Name: "Käufer", AsOf: noon.Add(time.Hour)}, {Name: "exchange", AsOf: noon.Add(3 * time.Hour)},
		}
		same(f, sources(10), want)
		same(f, sources(2), want[:2])
	},
	"comes back as it was given": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, deal := f.booked("buyer/a//")
		full := figure(deal.ID, flight.Start, 100)
		full.Line, full.Final = "Zeile 1", true
		full.Clicks, full.Completions, full.Viewable, full.BidRequests = ptr(int64(1)), ptr(int64(2)), ptr(int64(3)), ptr(int64(4))
		full.Bids, full.Wins, full.SpendMicros, full.Currency = ptr(int64(5)), ptr(int64(0)), ptr(int64(7)), parley.USD
		full.Losses = map[string]int64{"101": 3, "201": 1}
		bare := figure(deal.ID, flight.Start+1, 0)
		done, known, err := f.figures("gam", "d1", noon, nil, full, bare)
		if err != nil || known || done.Rows != 2 || done.Changed != 2 || done.From != flight.Start || done.To != flight.Start+1 {
			f.Fatalf("%+v %v %v", done, known, err)
		}
		same(f, f.deliveredDays(deal.ID), []storage.DeliveredDay{
			{Source: "gam", Day: flight.Start, DeliveryFigures: full.DeliveryFigures, Won: full.Wins, WonOf: full.Bids, SpentOn: 100, AsOf: noon, Final: true},
			{Source: "gam", Day: flight.Start + 1, AsOf: noon},
		})
		again, known, err := f.figures("gam", "d1", noon.Add(time.Hour), nil, figure(deal.ID, flight.Start, 999))
		if err != nil || !known || again.ID != done.ID {
			f.Errorf("the same file again: %+v %v %v", again, known, err)
		}
	},
	"is one row for each day of a source, however many lines it has": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, deal := f.booked("buyer/a//")
		const lines = 400
		var rows []parley.DeliveryDay
		for i := range lines * 3 { // on one day all counts are there, on the next some, and on the third none
			d := figure(deal.ID, flight.Start+parley.Date(i%3), 1)
			d.Line, d.Final = fmt.Sprint(i), i != lines
			if i%3 == 0 || i%3 == 1 && i < 300 {
				d.Bids, d.Clicks, d.SpendMicros, d.Currency = ptr(int64(3)), ptr(parley.MaxImpressions), ptr(int64(1_999_999)), parley.USD
				d.Losses = map[string]int64{"101": 2, fmt.Sprint(i % 5): 1}
			}
			if i%2 == 0 {
				d.Wins = ptr(int64(1))
			}
			if i == 298 {
				d.Currency = "EUR"
			}
			rows = append(rows, d)
		}
		for i, source := range []string{"later by name", "a"} {
			if _, _, err := f.figures(source, "d", noon.Add(time.Duration(i)*time.Hour), nil, rows...); err != nil {
				f.Fatal(err)
			}
		}
		found := f.deliveredDays(deal.ID)
		if len(found) != 6 || found[0].Source != "later by name" || found[3].Source != "a" {
			f.Fatalf("%d rows of three days and two sources: %+v", len(found), found)
		}
		large := figure(deal.ID, flight.End, math.MaxInt64/2)
		large.Impressions, large.Clicks = 0, ptr(int64(math.MaxInt64/2))
		larger, largest := large, large
		large.Line, larger.Line, largest.Line = "a", "b", "c"
		for i, rows := range [][]parley.DeliveryDay{{large, larger}, {largest}} {
			if _, _, err := f.figures("z", fmt.Sprint("large ", i), noon, nil, rows...); err != nil {
				f.Fatal(err)
			}
			want := []int64{math.MaxInt64 - 1, math.MaxInt64}[i]
			if got := f.deliveredDays(deal.ID)[6].Clicks; got == nil || *got != want {
				f.Errorf("%d clicks, want %d", *got, want)
			}
		}
		n := func(n int64) *int64 { return &n }
		for i := range found {
			asOf := noon.Add(time.Duration(i/3) * time.Hour)
			want := [3]storage.DeliveredDay{
				{Won: n(200), WonOf: n(600), SpentOn: lines},
				{Won: n(50), WonOf: n(150), SpentOn: 99, Mixed: true},
				{},
			}[i%3]
			want.Source, want.Day, want.AsOf, want.Final = found[i].Source, flight.Start+parley.Date(i%3), asOf, i%3 != lines%3
			want.Impressions, want.Wins = lines, n(200)
			switch i % 3 {
			case 0:
				want.Bids, want.Clicks, want.SpendMicros, want.Currency = n(3*lines), n(lines*parley.MaxImpressions), n(lines*1_999_999), parley.USD
				want.Losses = map[string]int64{"101": 2 * lines, "0": 80, "1": 80, "2": 80, "3": 80, "4": 80}
			case 1:
				want.Bids, want.Clicks, want.SpendMicros, want.Currency = n(300), n(100*parley.MaxImpressions), n(99*1_999_999), parley.USD // but for one in euros
				want.Losses = map[string]int64{"101": 200, "0": 20, "1": 20, "2": 20, "3": 20, "4": 20}
				want.Foreign = []parley.Money{{Micros: 1_999_999, Currency: "EUR"}}
			}
			same(f, found[i], want)
		}
	},
	"is of the deal that a row names otherwise": func(_ *testing.T, f *fixture) {
		byAlias := f.activation()
		_, second := f.booked("buyer/a//")
		_, third := f.booked("buyer/a//")
		byLine, byWord := f.activationOf(second.ID, byAlias.DestinationID), f.activationOf(third.ID, byAlias.DestinationID)
		byWord.Acknowledged = &parley.Acknowledgement{Ref: "LI 7 / spring", Actor: "a", At: noon, Version: 1}
		f.write(func(tx *storage.Tx) {
			for _, a := range []parley.Activation{byAlias, byLine, byWord} {
				tx.InsertActivation(a)
			}
			tx.InsertDealAlias(parley.DealAlias{DealID: byAlias.DealID, System: "google", ID: "4711", DestinationID: byAlias.DestinationID})
			tx.SetActivationStep(byAlias.ID, parley.ActivationStep{Name: "order", Ref: "networks/1/orders/77"})
			tx.SetActivationStep(byLine.ID, parley.ActivationStep{Name: "line_item", Ref: "networks/1/lineItems/77"})
		})
		n := int64(0)
		row := func(change func(*parley.DeliveryDay)) parley.DeliveryDay {
			n++
			d := figure("", flight.Start+parley.Date(n), n)
			change(&d)
			return d
		}
		alias := func(name string) func(*parley.DeliveryDay) { return func(d *parley.DeliveryDay) { d.Alias = name } }
		line := func(name string) func(*parley.DeliveryDay) { return func(d *parley.DeliveryDay) { d.LineItem = name } }
		done, _, err := f.figures("gam", "d1", noon, nil,
			row(alias("4711")), row(line("77")), row(line("networks/1/lineItems/77")), row(line("LI 7 / spring")),
			row(func(d *parley.DeliveryDay) { d.Alias, d.LineItem = "4711", "77" }),
			row(func(d *parley.DeliveryDay) { d.DealID, d.Alias = third.ID, "4711" }))
		if err != nil || done.Changed != 6 {
			f.Fatalf("%+v %v", done, err)
		}
		for id, want := range map[string][]int64{byAlias.DealID: {1, 5}, byLine.DealID: {2, 3}, byWord.DealID: {4, 6}} {
			var got []int64
			for _, d := range f.deliveredDays(id) {
				got = append(got, d.Impressions)
			}
			same(f, got, want)
		}

		f.write(func(tx *storage.Tx) {
			tx.InsertDealAlias(parley.DealAlias{DealID: byLine.DealID, System: "other", ID: "4711", DestinationID: byAlias.DestinationID})
		})
		refused := func(text string, skip bool, rows ...parley.DeliveryDay) {
			f.Helper()
			n++
			_, _, err := f.figures("gam", "refused "+string(rune('a'+n)), noon, func(file *storage.DeliveryFile) { file.SkipUnknown = skip }, rows...)
			if err == nil || !parley.Is(err, parley.CodeValidation) || !strings.Contains(err.Error(), text) {
				f.Errorf("want %q: %v", text, err)
			}
		}
		refused("line 2 names several deals: 4711", true, row(alias("4711")))
		refused("line 2 names no deal that there is: 4712", false, row(alias("4712")))
		refused("line 2 names no deal that there is: LI 8", false, row(line("LI 8")))
		refused("is the second row of "+byWord.DealID, false, row(func(d *parley.DeliveryDay) { d.Day, d.LineItem = flight.Start, "LI 7 / spring" }),
			row(func(d *parley.DeliveryDay) { d.Day, d.DealID = flight.Start, byWord.DealID }))
		if done, _, err := f.figures("gam", "skipped", noon, func(file *storage.DeliveryFile) { file.SkipUnknown = true }, row(line("LI 8")), row(alias("9"))); err != nil || done.Skipped != 2 {
			f.Errorf("%+v %v", done, err)
		}
	},
	"is replaced by a later word": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, deal := f.booked("buyer/a//")
		row := func(n int64) parley.DeliveryDay { return figure(deal.ID, flight.Start, n) }
		for i, c := range []struct {
			source  string
			asOf    time.Duration
			row     parley.DeliveryDay
			changed int64
		}{
			{"gam", 0, row(100), 1}, {"gam", time.Hour, row(100), 0}, {"gam", 2 * time.Hour, row(120), 1}, {"gam", time.Minute, row(1), 0},
			{"gam", 2 * time.Hour, row(2), 0}, {"dsp", 0, row(90), 1},
		} {
			done, _, err := f.figures(c.source, string(rune('a'+i)), noon.Add(c.asOf), nil, c.row)
			if err != nil || done.Changed != c.changed {
				f.Errorf("file %d: %+v %v, want %d changed", i, done, err, c.changed)
			}
		}
		var got []int64
		for _, d := range f.deliveredDays(deal.ID) {
			got = append(got, d.Impressions)
		}
		same(f, got, []int64{120, 90})
	},
	"is refused whole": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, deal := f.booked("buyer/a//")
		final := figure(deal.ID, flight.Start, 100)
		final.Final = true
		if _, _, err := f.figures("gam", "first", noon, nil, final); err != nil {
			f.Fatal(err)
		}
		stop := errors.New("a preview")
		for name, c := range map[string]struct {
			change func(*storage.DeliveryFile)
			rows   []parley.DeliveryDay
		}{
			"an unknown deal": {nil, []parley.DeliveryDay{figure(deal.ID, flight.End, 1), figure("PRLY-0", flight.Start, 1)}},
			"a row twice":     {nil, []parley.DeliveryDay{figure(deal.ID, flight.End, 1), figure(deal.ID, flight.End, 2)}},
			"a final row":     {nil, []parley.DeliveryDay{figure(deal.ID, flight.End, 1), figure(deal.ID, flight.Start, 2)}},
			"taken back at last": {func(file *storage.DeliveryFile) {
				file.Finish = func(*storage.Tx, parley.DeliveryImport) error { return stop }
			}, []parley.DeliveryDay{figure(deal.ID, flight.End, 1)}},
		} {
			if _, _, err := f.figures("gam", name, noon.Add(time.Hour), c.change, c.rows...); err == nil || !errors.Is(err, stop) && !parley.Is(err, parley.CodeValidation) {
				f.Errorf("%s: %v", name, err)
			}
		}
		if found := f.deliveredDays(deal.ID); len(found) != 1 {
			f.Errorf("something of it is there: %+v", found)
		}
		done, _, err := f.figures("gam", "skip", noon.Add(time.Hour), func(file *storage.DeliveryFile) { file.SkipUnknown, file.Restate = true, true },
			figure("PRLY-0", flight.Start, 1), figure(deal.ID, flight.Start, 2))
		if err != nil || done.Rows != 2 || done.Skipped != 1 || done.Changed != 1 {
			f.Errorf("%+v %v", done, err)
		}
	},
	"is refused where a day would be counted whole and by its lines": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, deal := f.booked("buyer/a//")
		row := func(day int, line string, impressions int64) parley.DeliveryDay {
			d := figure(deal.ID, flight.Start+parley.Date(day), impressions)
			d.Line = line
			return d
		}
		bids := row(0, "", 0)
		bids.Bids = ptr(int64(9))
		for i, c := range []struct {
			source  string
			rows    []parley.DeliveryDay
			problem string // empty: they are taken in
		}{
			{"gam", []parley.DeliveryDay{row(0, "a", 1), row(0, "", 2)}, "line 3 is of no line"},
			{"gam", []parley.DeliveryDay{row(0, "", 2), row(1, "a", 1), row(1, "b", 1)}, ""}, // of other days
			{"gam", []parley.DeliveryDay{row(1, "b", 1), row(0, "a", 1), row(0, "b", 0)}, "line 3 is of a line"},
			{"gam", []parley.DeliveryDay{row(1, "", 2)}, "line 2 is of no line"},
			{"gam", []parley.DeliveryDay{row(1, "", 3), row(1, "a", 0)}, "line 2 is of no line"}, // b is left
			{"gam", []parley.DeliveryDay{row(1, "", 4), row(1, "a", 0), row(1, "b", 0)}, ""},     // the lines are taken back
			{"gam", []parley.DeliveryDay{row(0, "", 0), row(0, "a", 5), row(0, "b", 6)}, ""},     // the whole is taken back
			{"dsp", []parley.DeliveryDay{row(1, "a", 2), row(0, "", 2)}, ""},                     // which is another source
			{"bids", []parley.DeliveryDay{bids, row(0, "a", 2)}, ""},                             // each figure is counted once
		} {
			for _, preview := range []bool{true, false} {
				_, _, err := f.figures(c.source, string(rune('a'+i)), noon.Add(time.Duration(i)*time.Hour), func(file *storage.DeliveryFile) { file.Preview = preview }, c.rows...)
				if c.problem == "" && err != nil || c.problem != "" && (err == nil || !parley.Is(err, parley.CodeValidation) || !strings.Contains(err.Error(), c.problem)) {
					f.Errorf("file %d, preview %t: %v, want %q", i, preview, err, c.problem)
				}
			}
		}
		var got []int64
		for _, d := range f.deliveredDays(deal.ID) {
			got = append(got, d.Impressions)
		}
		same(f, got, []int64{11, 4, 2, 2, 2})
	},
	"is refused where sums could not be counted": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, deal := f.booked("buyer/a//")
		spent := func(day int, units int64, currency parley.Currency) parley.DeliveryDay {
			d := figure(deal.ID, flight.Start+parley.Date(day), 1)
			d.SpendMicros, d.Currency = ptr(units*parley.MicrosPerUnit), currency
			return d
		}
		shown := func(day int, impressions int64) parley.DeliveryDay {
			return figure(deal.ID, flight.Start+parley.Date(day), impressions)
		}
		mostShown := math.MaxInt64 / deal.Price.FinalCPM * 1000
		const half = math.MaxInt64 / parley.MicrosPerUnit / 2
		for i, c := range []struct {
			source  string
			rows    []parley.DeliveryDay
			problem string // empty: they are taken in
		}{
			{"gam", []parley.DeliveryDay{spent(0, 3, parley.USD), spent(1, half, parley.USD), spent(2, half-1, parley.USD), spent(3, 5, parley.USD)}, "line 3 has a spend"},
			{"gam", []parley.DeliveryDay{spent(0, half, parley.USD), spent(1, half, "EUR")}, ""},
			{"gam", []parley.DeliveryDay{spent(2, half, parley.USD)}, "line 2 has a spend"},        // with what is known
			{"gam", []parley.DeliveryDay{spent(2, half, parley.USD), spent(0, 7, parley.USD)}, ""}, // one is replaced
			{"dsp", []parley.DeliveryDay{spent(0, half, parley.USD)}, ""},                          // which is another source
			{"count", []parley.DeliveryDay{shown(0, 1), shown(1, mostShown-2000)}, ""},
			{"count", []parley.DeliveryDay{shown(3, 1), shown(2, 3000)}, "line 3 has more impressions"},
			{"count", []parley.DeliveryDay{shown(1, 5), shown(2, 3000)}, ""},
		} {
			_, _, err := f.figures(c.source, string(rune('a'+i)), noon.Add(time.Duration(i)*time.Hour), nil, c.rows...)
			if c.problem == "" && err != nil || c.problem != "" && (err == nil || !parley.Is(err, parley.CodeValidation) || !strings.Contains(err.Error(), c.problem)) {
				f.Errorf("file %d: %v, want %q", i, err, c.problem)
			}
		}
	},
	"tells which deals have begun": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, one := f.booked("buyer/a//")
		_, two := f.booked("buyer/a//")
		done, _, err := f.figures("gam", "d", noon, nil, figure(one.ID, flight.Start, 1), figure(one.ID, flight.End, 1), figure(two.ID, flight.Start, 0))
		if err != nil {
			f.Fatal(err)
		}
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]string] { return r.DeliveredDeals(done.ID, "", 10) }), []string{one.ID})
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]string] { return r.DeliveredDeals(done.ID, one.ID, 10) }), []string{})
		f.booked("buyer/a//") // nothing is known of it
		for _, c := range []struct {
			begun, since parley.Date
			want         []string
		}{
			{flight.Start, flight.End, []string{one.ID, two.ID}}, {flight.End, flight.Start, []string{one.ID, two.ID}},
			{flight.Start - 1, flight.Start, []string{}}, {flight.End + 9, flight.End + 1, []string{}},
		} {
			same(f, read(f, func(r *storage.Reader) *storage.Pending[[]string] {
				return r.StandingDeals(0, c.begun, c.since, "", 10, 10)
			}), c.want)
		}
	},
	"tells of which deals nothing is heard, however long they run": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		const today, since = parley.Date(20_800), parley.Date(20_740)
		var silent []string
		f.write(func(tx *storage.Tx) {
			for _, days := range []int32{1, 2, 61, 99, 100, 101, 102, 400} {
				for _, start := range []parley.Date{today - 500, since - parley.Date(days), since - parley.Date(days) + 1, since, today - 99, today - 1, today, today + 1, today + 99} {
					q := f.quote("a", "buyer/a//")
					q.Flight = parley.Flight{Start: start, End: start + parley.Date(days) - 1}
					d := f.deal(q)
					d.QuoteID = ""
					tx.InsertDeal(d)
					if start <= today && d.Flight.End >= since {
						silent = append(silent, d.ID)
					}
				}
			}
		})
		ask := func(limit int) []string {
			return read(f, func(r *storage.Reader) *storage.Pending[[]string] { return r.SilentDeals(today, since, 2, limit) })
		}
		found := ask(100)
		slices.Sort(found)
		slices.Sort(silent)
		same(f, found, silent)
		if _, _, err := f.figures("gam", "d", noon, nil, figure(silent[0], today, 1)); err != nil {
			f.Fatal(err)
		}
		same(f, len(ask(100)), len(silent)-1)
		same(f, len(ask(3)), 3)
	},
	"tells which deals are over": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, final := f.booked("buyer/a//")
		_, half := f.booked("buyer/a//")
		f.booked("buyer/a//") // nothing is known of it
		whole := func(id string, but parley.Date) (rows []parley.DeliveryDay) {
			for day := flight.Start; day <= flight.End; day++ {
				row := figure(id, day, 1)
				row.Final = day != but
				rows = append(rows, row)
			}
			return rows
		}
		if _, _, err := f.figures("gam", "d", noon, nil, append(whole(final.ID, 0), whole(half.ID, flight.End)...)...); err != nil {
			f.Fatal(err)
		}
		ended := func(today, late parley.Date, after storage.EndedDeal, limit int) (ids []string) {
			for _, d := range read(f, func(r *storage.Reader) *storage.Pending[[]storage.EndedDeal] {
				return r.EndedDeals(today, late, after, limit)
			}) {
				if d.End != flight.End {
					f.Errorf("%s ends on %s", d.ID, d.End)
				}
				ids = append(ids, d.ID)
			}
			return ids
		}
		first, second := min(final.ID, half.ID), max(final.ID, half.ID)
		same(f, ended(flight.End, flight.End-14, storage.EndedDeal{}, 10), nil)
		same(f, ended(flight.End+1, flight.End-13, storage.EndedDeal{}, 10), []string{final.ID})
		same(f, ended(flight.End+14, flight.End, storage.EndedDeal{}, 10), []string{first, second})
		same(f, ended(flight.End+14, flight.End, storage.EndedDeal{}, 1), []string{first})
		same(f, ended(flight.End+14, flight.End, storage.EndedDeal{End: flight.End, ID: first}, 10), []string{second})
	},
	"keep how the files of a source are read": func(_ *testing.T, f *fixture) {
		p := parley.DeliveryProfile{ID: f.id(parley.PrefixDeliveryProfile), Source: "ad server 東京", Version: 1, UpdatedAt: noon}
		p.Columns, p.Separator, p.Thousands, p.Decimal = map[string]string{"Date": "day"}, "\t", ".", ","
		f.write(func(tx *storage.Tx) { tx.InsertDeliveryProfile(p) })
		of := func(source string) []parley.DeliveryProfile {
			return read(f, func(r *storage.Reader) *storage.Pending[[]parley.DeliveryProfile] { return r.DeliveryProfileOf(source) })
		}
		same(f, of(p.Source), []parley.DeliveryProfile{p})
		same(f, len(of("dsp")), 0)
		p.Columns, p.Version, p.UpdatedAt = nil, 2, noon.Add(time.Hour)
		f.write(func(tx *storage.Tx) { tx.UpdateDeliveryProfile(p) })
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.DeliveryProfile] { return r.DeliveryProfile(p.ID) }), p)
		f.refused(parley.CodeConflict, func(tx *storage.Tx) {
			other := p
			other.ID = f.id(parley.PrefixDeliveryProfile)
			tx.InsertDeliveryProfile(other)
		})
		f.write(func(tx *storage.Tx) { tx.DeleteDeliveryProfile(p.ID) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.DeleteDeliveryProfile(p.ID) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.UpdateDeliveryProfile(p) })
	},
	"lists what was taken in": func(_ *testing.T, f *fixture) {
		var ids []string
		for _, digest := range []string{"a", "b", "c"} {
			done, _, err := f.figures("gam", digest, noon, nil)
			if err != nil {
				f.Fatal(err)
			}
			ids = append(ids, done.ID)
		}
		pages(f, ids, func(i parley.DeliveryImport) string { return i.ID },
			func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.DeliveryImport]] {
				return r.DeliveryImports(p)
			})
	},
}
