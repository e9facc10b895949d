package storagetest

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

// counted is what a deal counts for, by the words of its contract.
func counted(d parley.Deal, today parley.Date) (booked, open int64) {
	volume := d.Impressions
	if volume == 0 {
		volume = d.AssumedImpressions
	}
	value, err := parley.DealValue(d.Price.FinalCPM, volume)
	if err != nil {
		panic(err)
	}
	switch d.Status {
	case parley.DealBooked, parley.DealActive, parley.DealMakegoodPending, parley.DealPartiallyCancelled:
		if d.Flight.End >= today {
			open = value
		}
	case parley.DealCompleted:
	default:
		return 0, 0
	}
	on := d.BookedOn
	if on == 0 {
		on = parley.Date(d.CreatedAt.Unix() / (24 * 3600))
	}
	if on == today {
		booked = value
	}
	return booked, open
}

func askValue(account string, currency parley.Currency, today parley.Date) func(*storage.Reader) *storage.Pending[storage.BookedValue] {
	return func(r *storage.Reader) *storage.Pending[storage.BookedValue] {
		return r.BookedValue(account, currency, today)
	}
}

// ownerSums are what each owner has booked, by the words of the contract: by currency, the deals, those without a volume, and the value
// of the others.
func ownerSums(all []parley.Deal, owner string) map[parley.Currency][3]int64 {
	sums := map[parley.Currency][3]int64{}
	for _, d := range all {
		switch d.Status {
		case parley.DealBooked, parley.DealActive, parley.DealMakegoodPending, parley.DealPartiallyCancelled, parley.DealCompleted:
			if d.Owner != owner {
				continue
			}
			sum := sums[d.Price.Currency]
			sum[0]++
			if d.Impressions == 0 {
				sum[1]++
			} else if value, err := parley.DealValue(d.Price.FinalCPM, d.Impressions); err == nil {
				sum[2] += value
			}
			sums[d.Price.Currency] = sum
		default:
		}
	}
	return sums
}

// checkOwnerSums holds what is kept of owners against their deals.
func (f *fixture) checkOwnerSums(all []parley.Deal, owners ...string) {
	f.Helper()
	for _, owner := range owners {
		got := map[parley.Currency][3]int64{}
		for _, v := range read(f, func(r *storage.Reader) *storage.Pending[[]storage.OwnerValue] {
			return r.OwnerValues([]storage.AccountOwner{{Owner: owner}})
		}) {
			sum := got[v.Currency]
			got[v.Currency] = [3]int64{sum[0] + v.Deals, sum[1] + v.Unstated, sum[2] + v.Micros}
		}
		same(f, got, ownerSums(all, owner))
	}
}

var bookedValues = map[string]func(*testing.T, *fixture){
	"are sums of the volume since an instant, of the deals that count": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		add := func(owner string, at time.Time, change func(*parley.Deal)) {
			q := f.quote("a", owner)
			d := f.deal(q)
			d.DealType, d.CreatedAt = parley.PreferredDeal, at
			change(&d)
			f.write(func(tx *storage.Tx) { tx.InsertQuote(q); tx.InsertDeal(d) })
		}
		plain := func(d *parley.Deal) { d.Impressions = 100 }
		add("buyer/s1//", noon.Add(-time.Microsecond), plain)
		add("buyer/s1//", noon, plain)
		add("buyer/s1//", noon.Add(time.Hour), plain)
		add("buyer/s1//", noon.Add(time.Hour), func(d *parley.Deal) { d.Impressions = 0 }) // counts with what it is assumed to have
		add("buyer/s2//", noon.Add(time.Hour), plain)
		add("buyer/s2//", noon.Add(time.Hour), func(d *parley.Deal) { plain(d); d.Status = parley.DealCancelled })
		add("buyer/s2//", noon.Add(time.Hour), func(d *parley.Deal) { plain(d); d.Price.Currency = "JPY" })
		tier := f.quote("a", "buyer/s1//").Tier
		sold := func(owner string, currency parley.Currency, impressions int64) storage.SoldVolume {
			return storage.SoldVolume{ProductID: "a", Tier: tier, DealType: parley.PreferredDeal, Currency: currency, Owner: owner, Impressions: impressions}
		}
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]storage.SoldVolume] { return r.SoldVolumes(noon) }), []storage.SoldVolume{
			sold("buyer/s2//", "JPY", 100), sold("buyer/s1//", parley.USD, 207), sold("buyer/s2//", parley.USD, 100),
		})
		same(f, read(f, func(r *storage.Reader) *storage.Pending[[]storage.SoldVolume] {
			return r.SoldVolumes(noon.Add(2 * time.Hour))
		}), []storage.SoldVolume{})
	},
	"equal a recount, whatever becomes of the deals": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		random := rand.New(rand.NewPCG(7, 11)) //nolint:gosec // the same deals each time
		today := parley.Date(noon.Unix() / (24 * 3600))
		owners := []string{"buyer/s1/a1/v1", "buyer/s2/a2/v1", "buyer/s1/a1/", "buyer/s1//", "key-1"}
		currencies := []parley.Currency{parley.USD, "JPY"}
		statuses := []parley.DealStatus{
			parley.DealProposed, parley.DealBooked, parley.DealActive, parley.DealMakegoodPending, parley.DealPartiallyCancelled,
			parley.DealCompleted, parley.DealCancelled, parley.DealRejected, parley.DealExpired,
		}
		shape := func(d *parley.Deal) {
			d.Status = statuses[random.IntN(len(statuses))]
			d.Price.FinalCPM, d.Price.Currency = random.Int64N(100_000_000), currencies[random.IntN(2)]
			d.DealType, d.Impressions, d.AssumedImpressions = parley.PreferredDeal, random.Int64N(3)*random.Int64N(1_000_000), random.Int64N(1000)
			d.Flight = parley.Flight{Start: today - []parley.Date{2, 20, 75, 1000}[random.IntN(4)], End: today + parley.Date(random.IntN(5)) - 2}
			d.BookedOn = []parley.Date{0, today, today - 1}[random.IntN(3)]
		}
		var all []parley.Deal
		for range 60 {
			if len(all) < 15 || random.IntN(4) == 0 {
				q := f.quote("a", owners[random.IntN(len(owners))])
				d := f.deal(q)
				shape(&d)
				f.write(func(tx *storage.Tx) { tx.InsertQuote(q); tx.InsertDeal(d) })
				all = append(all, d)
				continue
			}
			d := &all[random.IntN(len(all))]
			shape(d)
			d.Version++
			f.write(func(tx *storage.Tx) { tx.UpdateDeal(*d) })
		}
		for _, owner := range owners {
			for _, currency := range currencies {
				var want storage.BookedValue
				for _, d := range all {
					if parley.Payer(d.Owner) == parley.Payer(owner) && d.Price.Currency == currency {
						booked, open := counted(d, today)
						want.Today, want.Open = want.Today+booked, want.Open+open
					}
				}
				same(f, read(f, askValue(parley.Payer(owner), currency, today)), want)
			}
		}
		same(f, read(f, askValue("nobody", parley.USD, today)), storage.BookedValue{})
		f.checkOwnerSums(all, owners...)
		f.checkDaySums(all, parley.Flight{Start: today - 1, End: today})
		f.checkDaySums(all, parley.Flight{Start: today, End: today})
		for months := -34; months < 2; months++ {
			f.checkMonthSums(all, parley.Flight{Start: today.MonthStart(months), End: today.MonthStart(months+1) - 1})
		}
	},
	"have a flight in the months that it has days in, and in no other": func(_ *testing.T, f *fixture) {
		f.stock(f.product("a"))
		first := parley.Date(noon.Unix() / (24 * 3600)).MonthStart(-5) // of 2026; in 2028 February has 29 days
		all := f.edgeDeals(first)
		f.write(func(tx *storage.Tx) {
			for _, d := range all {
				tx.InsertDeal(d)
			}
		})
		f.checkEdgeSums(all, first)
		update := func(change func(d *parley.Deal, flight parley.Flight)) {
			flights := edgeFlights(first)
			f.write(func(tx *storage.Tx) {
				for i := range all {
					change(&all[i], flights[(i+25)%len(flights)])
					all[i].Version++
					tx.UpdateDeal(all[i])
				}
			})
			f.checkEdgeSums(all, first)
		}
		update(func(d *parley.Deal, flight parley.Flight) { d.Flight = flight })
		update(func(d *parley.Deal, _ parley.Flight) { d.Status = parley.DealCancelled })
	},
	"stop at the largest amount": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		today := parley.Date(noon.Unix() / (24 * 3600))
		for range 3 {
			q := f.quote("a", "key-1")
			d := f.deal(q)
			d.Impressions, d.Price.FinalCPM, d.Flight = 9_000_000_000, parley.MaxCPM, parley.Flight{Start: today, End: today}
			d.BookedOn = today
			f.write(func(tx *storage.Tx) { tx.InsertQuote(q); tx.InsertDeal(d) })
		}
		same(f, read(f, askValue("key-1", parley.USD, today)), storage.BookedValue{Today: math.MaxInt64, Open: math.MaxInt64})
	},
	"are asked for by one at a time, however an account is written": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		brand := f.account(parley.AccountAdvertiser, "adv/1", "")
		brand.Names = append(brand.Names, "Brand")
		brand = f.keep(brand, "")
		seat := f.account(parley.AccountSeat, "s1", brand.ID)
		seat.DSP = "ttd"
		f.keep(seat, parley.AccountAdvertiser)
		var owners []string
		for _, i := range []parley.Identity{
			{AdvertiserID: "adv/1"}, {AdvertiserID: "ADV/1", AgencyID: "another"}, {AdvertiserID: "brand"}, {SeatID: "S1", DSPPlatform: "The Trade Desk"},
		} {
			k := f.key(parley.RoleBuyer)
			k.Identity = i
			f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
			k = read(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(k.ID) })
			owners = append(owners, k.Principal("").Owner())
		}
		const most = 5
		errs := race(20, func(n int) error {
			return f.store.Tx(t.Context(), func(tx *storage.Tx) error {
				q := f.quote("a", owners[n%len(owners)])
				d := f.deal(q)
				held, err := tx.BookedValueForUpdate(t.Context(), parley.Payer(q.Owner), parley.USD, 1_000_000)
				if err != nil {
					return err
				}
				d.Impressions, d.Price.FinalCPM, d.Flight.End = 1000, parley.MicrosPerUnit, 1_000_000
				if held.Open >= most*parley.MicrosPerUnit {
					return parley.Errorf(parley.CodeConflict, "enough")
				}
				tx.InsertQuote(q)
				tx.InsertDeal(d)
				return nil
			})
		})
		same(f, tally(errs), map[parley.Code]int{"": most, parley.CodeConflict: 20 - most})
	},
}

// daySums are what the deals of one product that were booked on some days come to, by the words of the contract, by currency and kind.
func daySums(all []parley.Deal, days parley.Flight) map[storage.DealTotal]bool {
	type of struct {
		currency parley.Currency
		kind     string
	}
	sums := map[of]storage.DealTotal{}
	for _, d := range all {
		key := of{d.Price.Currency, storage.BookedDeals}
		switch d.Status {
		case parley.DealBooked, parley.DealActive, parley.DealMakegoodPending, parley.DealPartiallyCancelled, parley.DealCompleted:
		case parley.DealCancelled:
			key.kind = storage.CancelledDeals
		default:
			continue
		}
		if d.BookedOn == 0 || d.BookedOn < days.Start || d.BookedOn > days.End {
			continue
		}
		sum := sums[key]
		sum.ProductID, sum.Currency, sum.Kind = d.ProductID, key.currency, key.kind
		sum.Deals, sum.Impressions = sum.Deals+1, sum.Impressions+d.Impressions
		if d.Impressions == 0 {
			sum.Unstated++
		} else if value, err := parley.DealValue(d.Price.FinalCPM, d.Impressions); err == nil {
			sum.Micros += value
		}
		sums[key] = sum
	}
	wanted := map[storage.DealTotal]bool{}
	for _, sum := range sums {
		wanted[sum] = true
	}
	return wanted
}

// checkDaySums holds what is kept of days and products against the deals of one product, and what is counted of its accounts.
func (f *fixture) checkDaySums(all []parley.Deal, days parley.Flight) {
	f.Helper()
	want, got, byAccount := daySums(all, days), map[storage.DealTotal]bool{}, map[storage.DealTotal]int64{}
	for _, t := range read(f, func(r *storage.Reader) *storage.Pending[[]storage.DealTotal] { return r.BookedTotals(days) }) {
		got[t] = true
		byAccount[storage.DealTotal{Currency: t.Currency, Kind: t.Kind}] += t.Micros
	}
	same(f, got, want)
	var told []storage.DealTotal
	if err := f.store.Read(f.Context(), func(r *storage.Reader) (err error) {
		told, err = r.BookedByAccount(f.Context(), days, 1000)
		return err
	}); err != nil {
		f.Fatal(err)
	}
	for _, t := range told {
		byAccount[storage.DealTotal{Currency: t.Currency, Kind: t.Kind}] -= t.Micros
	}
	for of, left := range byAccount {
		if left != 0 {
			f.Errorf("the accounts' %s in %s are %d micros off", of.Kind, of.Currency, left)
		}
	}
	for _, t := range read(f, func(r *storage.Reader) *storage.Pending[[]storage.FinanceTotal] { return r.FinanceByBooking(days) }) {
		whole := storage.DealTotal{ProductID: all[0].ProductID, Currency: t.Currency, Kind: storage.BookedDeals, Deals: t.Deals, Unstated: t.Unstated,
			Impressions: t.Impressions, Micros: t.Net}
		if !want[whole] {
			f.Errorf("finance has %+v", t)
		}
	}
}

// checkMonthSums holds what is kept of flights' months against the deals, day by day.
func (f *fixture) checkMonthSums(all []parley.Deal, days parley.Flight) {
	f.Helper()
	want := map[parley.Currency]storage.FinanceTotal{}
	for _, d := range all {
		switch d.Status {
		case parley.DealBooked, parley.DealActive, parley.DealMakegoodPending, parley.DealPartiallyCancelled, parley.DealCompleted:
		default:
			continue
		}
		if d.Flight.Start > days.End || d.Flight.End < days.Start {
			continue
		}
		var impressions int64
		long := int64(d.Flight.End-d.Flight.Start) + 1
		for day := max(d.Flight.Start, days.Start); day <= min(d.Flight.End, days.End); day++ {
			if impressions += d.Impressions / long; int64(day-d.Flight.Start) < d.Impressions%long {
				impressions++
			}
		}
		total := want[d.Price.Currency]
		total.Currency, total.Deals, total.Impressions = d.Price.Currency, total.Deals+1, total.Impressions+impressions
		if d.Impressions == 0 {
			total.Unstated++
		}
		list, err := parley.DealValue(d.Price.BaseCPM, impressions)
		if err != nil {
			f.Fatal(err)
		}
		net, err := parley.DealValue(d.Price.FinalCPM, impressions)
		if err != nil {
			f.Fatal(err)
		}
		total.List, total.Net = total.List+list, total.Net+net
		want[d.Price.Currency] = total
	}
	got := map[parley.Currency]storage.FinanceTotal{}
	for _, t := range read(f, func(r *storage.Reader) *storage.Pending[[]storage.FinanceTotal] { return r.FinanceByFlight(days) }) {
		got[t.Currency] = t
	}
	same(f, got, want)
}

// edgeFlights begin or end on each of the last and the first four days of months of every length: of one day, of a month's, and of two.
func edgeFlights(first parley.Date) []parley.Flight {
	var flights []parley.Flight
	for _, months := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 25, 26} {
		for at := first.MonthStart(months) - 4; at < first.MonthStart(months)+4; at++ {
			flights = append(flights, parley.Flight{Start: at, End: at}, parley.Flight{Start: at, End: at + 29}, parley.Flight{Start: at - 58, End: at})
		}
	}
	return flights
}

// checkEdgeSums holds the months' sums of deals with edgeFlights against these, from two months before the first to two after the last.
func (f *fixture) checkEdgeSums(all []parley.Deal, first parley.Date) {
	f.Helper()
	for months := -4; months < 30; months++ {
		f.checkMonthSums(all, parley.Flight{Start: first.MonthStart(months), End: first.MonthStart(months+1) - 1})
	}
}

// edgeDeals are deals with edgeFlights, one in each. Each has a currency of its own, and so sums of its own.
func (f *fixture) edgeDeals(first parley.Date) []parley.Deal {
	var all []parley.Deal
	for i, flight := range edgeFlights(first) {
		d := f.deal(f.quote("a", "key-1"))
		d.QuoteID, d.DealType, d.Flight, d.Impressions = "", parley.PreferredDeal, flight, int64(i%5)*(100_000+int64(i))
		d.Price.Currency = parley.Currency([]byte{'A' + byte(i/26/26), 'A' + byte(i/26%26), 'A' + byte(i%26)})
		all = append(all, d)
	}
	return all
}
