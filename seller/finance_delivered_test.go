package seller_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	random "math/rand/v2"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestFinanceByDeliveryIsWhatDealsDelivered has deals of each type deliver over three months, by two sources, more than was contracted and
// on days of nobody's, while their prices and volumes change, and holds each line of each month against the deal's own days, these against the
// prices that held on them, and the totals against the lines.
func TestFinanceByDeliveryIsWhatDealsDelivered(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		settings := roomy()
		settings.BillingSource = "the server"
		d := openDesk(t, store, settings)
		d.sell(video(), video(func(p *parley.Product) { p.ID, p.Currency = "euro", "EUR" }))
		buyer, viewer := d.buyer(zenith), d.operator(parley.ScopeViewer)
		chance := random.New(random.NewPCG(17, 4))
		var deals []parley.Deal
		for i, kind := range parley.DealTypes {
			for n, product := range []string{"video-home", "euro", "video-home"} {
				request := ask(100_003 + int64(n))
				if n == 2 && !kind.Guaranteed() {
					request.Impressions = 0
				}
				request.ProductID, request.DealType = product, string(kind)
				request.FlightStart, request.FlightEnd = days("2026-06-2"+string(rune('0'+i+n)), "2026-08-0"+string(rune('3'+n)))
				deals = append(deals, must(d.book(buyer, d.quote(buyer, request).ID)))
			}
		}
		operator := d.operator()
		prices := map[string]map[parley.Date]int64{} // of deals, from the days on which they were changed to them
		for _, deal := range deals {
			prices[deal.ID] = map[parley.Date]int64{0: deal.Price.FinalCPM}
		}
		figures := func(source string) {
			_, err := d.service.ImportDelivery(ctx, d.operator(), seller.DeliveryFile{
				Source: source, AsOf: d.clock.Read(), Digest: func() string { return source + d.clock.Read().String() },
				Feed: func(stage func(int, parley.DeliveryDay) error) error {
					line := 0
					for i, deal := range deals {
						for day := deal.Flight.Start - 5; day <= min(deal.Flight.End+5, parley.DateOf(d.clock.Read(), time.UTC)); day++ {
							if line++; chance.IntN(3) == 0 || source == "the server" && i%4 == 3 {
								continue
							}
							row := parley.DeliveryDay{DealID: deal.ID, Day: day}
							row.Impressions = chance.Int64N(7_001)
							if spent := chance.Int64N(1_000_003); i%2 == 0 {
								row.SpendMicros, row.Currency = &spent, deal.Price.Currency
								if day%5 == 0 { // kept, and added to nothing
									row.Currency = "CHF"
								}
							}
							if err := stage(line, row); err != nil {
								return err
							}
						}
					}
					return nil
				},
			}, false)
			if err != nil {
				t.Fatal(err)
			}
		}
		june := seller.MonthOf(parley.DateOf(noon, time.UTC))
		for week := range 8 {
			d.clock.Move(7 * 24 * time.Hour)
			today := parley.DateOf(d.clock.Read(), time.UTC)
			if week == 5 {
				figures("the server")
				if n := must(d.service.ReckonEarnings(ctx)); n == 0 {
					t.Error("nothing was reckoned")
				}
			}
			for i, deal := range deals {
				for range chance.IntN(3) { // twice on a day, too
					cpm, volume := 9_000_000+10_000*chance.Int64N(1_000), 50_000+chance.Int64N(150_000)
					terms := parley.ChangeTerms{CPM: &cpm}
					if i%2 == 0 {
						terms.Impressions = &volume
					}
					d.changed(buyer, operator, deal.ID, terms)
					prices[deal.ID][today] = cpm
				}
			}
		}
		d.totalsAreOfLines(viewer, june, june.Next()) // changes have moved some of what is kept
		d.clock.Move(34 * 24 * time.Hour)
		figures("a buyer") // is the first by name, and does not count where the server has figures
		figures("the server")

		kept := func(want int) {
			t.Helper()
			if n := must(d.service.ReckonEarnings(ctx)); n != want {
				t.Errorf("%d deals were reckoned, want %d", n, want)
			}
			if n := must(d.service.ReckonEarnings(ctx)); n != 0 {
				t.Errorf("%d deals were reckoned again", n)
			}
		}
		asDelivered := func() {
			t.Helper()
			unspent, lines, changed := 0, 0, 0
			for month := june; month <= june.Next().Next(); month = month.Next() {
				page := seller.Page{Limit: 4}
				for {
					found := must(d.service.FinanceMonth(ctx, viewer, month, seller.FinanceByDelivery, page))
					for _, l := range found.Items {
						lines++
						own := must(d.service.DealDelivery(ctx, viewer, l.Deal.ID))
						var impressions, earned, spent, all int64
						several := map[int64]bool{}
						for _, day := range own.Days {
							if own := day.SpendMicros != nil && day.Currency == l.Deal.Price.Currency; own && !day.Outside {
								all += *day.SpendMicros
							}
							if days := month.Days(); day.Day < days.Start || day.Day > days.End || day.Outside {
								continue
							}
							impressions, earned = impressions+day.Impressions, earned+day.Earned
							held := parley.Date(0)
							for from := range prices[l.Deal.ID] {
								if from <= day.Day {
									held = max(held, from)
								}
							}
							cpm := prices[l.Deal.ID][held]
							if day.Impressions > 0 {
								several[cpm] = true
							}
							if worth, err := parley.DealValue(cpm, day.Impressions); err != nil || l.Deal.DealType == parley.PreferredDeal && max(day.Earned-worth, worth-day.Earned) > 1 {
								t.Errorf("%s: %v earned %d at a price of %d, not %d", l.Deal.ID, day.Day, day.Earned, cpm, worth)
							}
							if day.SpendMicros != nil && day.Currency == l.Deal.Price.Currency {
								spent += *day.SpendMicros
							}
						}
						if sum := own.Total.SpendMicros; sum == nil && all > 0 || sum != nil && (*sum != all || own.Total.Currency != l.Deal.Price.Currency || own.Spent.Part != all) {
							t.Errorf("%s: its days have %d micros in its currency, the sum is %+v, of which %+v were paid", l.Deal.ID, all, own.Total, own.Spent)
						}
						if l.Deal.DealType == parley.PrivateAuction {
							earned = spent
						}
						if l.Unspent {
							unspent++
							earned = 0
						}
						if l.Source != own.Source || l.Impressions != impressions || l.Net != earned || l.Unstated() {
							t.Errorf("%v, %s %s: %d by %q, %d micros; its days have %d by %q, %d micros", parley.Date(month), l.Deal.DealType, l.Deal.ID,
								l.Impressions, l.Source, l.Net, impressions, own.Source, earned)
						}
						if l.CPM == nil != (len(several) > 1) || l.CPM != nil && len(several) == 1 && !several[*l.CPM] {
							t.Errorf("%v, %s: a price of %v, and its days have %v", parley.Date(month), l.Deal.ID, l.CPM, several)
						}
						changed += len(several) / 2
						if base, err := parley.DealValue(l.Deal.Price.BaseCPM, impressions); err != nil || !l.Deal.DealType.Guaranteed() && max(l.List-base, base-l.List) > 1 {
							t.Errorf("%s: %d at the list price, not %d", l.Deal.ID, l.List, base)
						}
					}
					if found.Total != int64(len(deals)) {
						t.Errorf("%v has %d lines, want %d", parley.Date(month), found.Total, len(deals))
					}
					if len(found.Items) < page.Limit {
						break
					}
					page.After = found.Items[page.Limit-1].Deal.ID
				}
			}
			d.totalsAreOfLines(viewer, june, june.Next().Next())
			if unspent == 0 || unspent == lines || lines != 3*len(deals) {
				t.Errorf("%d of %d lines are of auctions of which nobody says what was spent", unspent, lines)
			}
			if changed == 0 {
				t.Error("the price of no deal changed within a month")
			}
		}
		asDelivered() // nothing of it is kept yet
		kept(len(deals))
		asDelivered()
		figures("a third")
		figures("the server, corrected")
		asDelivered() // some of it is
		kept(len(deals))
		asDelivered()
		for _, change := range []func(*seller.Settings){
			func(s *seller.Settings) { s.BillingSource = "a third" },
			func(s *seller.Settings) { s.TimeZone = time.FixedZone("Elsewhere", 11*60*60) },
			func(s *seller.Settings) { s.TimeZone, s.BillingSource = time.UTC, "" },
		} {
			change(&settings)
			d.service = seller.New(store, anyParts, settings, d.clock.Read, rand.Reader, slog.Default())
			d.totalsAreOfLines(viewer, june, june.Next().Next())
			if n := must(d.service.ReckonEarnings(ctx)); n == 0 {
				t.Error("nothing was reckoned anew by other settings")
			}
			d.totalsAreOfLines(viewer, june, june.Next().Next())
		}
		_, err := d.service.FinanceTotals(ctx, buyer, june, seller.FinanceByDelivery)
		wantCode(t, err, parley.CodeForbidden)
	})
}

// totalsAreOfLines holds what deals earned in all, in each month from one to another, against its lines.
func (d *desk) totalsAreOfLines(viewer seller.Call, from, to seller.Month) {
	d.t.Helper()
	for month := from; month <= to; month = month.Next() {
		totals := map[parley.Currency]seller.FinanceTotal{}
		for _, l := range must(d.service.FinanceMonth(context.Background(), viewer, month, seller.FinanceByDelivery, seller.Page{})).Items {
			total := totals[l.Deal.Price.Currency]
			total.Currency, total.Deals, total.Impressions = l.Deal.Price.Currency, total.Deals+1, total.Impressions+l.Impressions
			total.List, total.Net = total.List+l.List, total.Net+l.Net
			if l.Unspent {
				total.Unstated++
			}
			totals[l.Deal.Price.Currency] = total
		}
		sums := must(d.service.FinanceTotals(context.Background(), viewer, month, seller.FinanceByDelivery))
		if len(sums) != len(totals) || len(sums) == 0 {
			d.t.Errorf("%v: totals %+v, want %+v", parley.Date(month), sums, totals)
		}
		for _, sum := range sums {
			if sum != totals[sum.Currency] {
				d.t.Errorf("%v: %+v in all, the lines come to %+v", parley.Date(month), sum, totals[sum.Currency])
			}
		}
	}
}

// changed has the buyer ask for a change, the desk approve it, and the buyer apply it.
func (d *desk) changed(buyer, operator seller.Call, dealID string, terms parley.ChangeTerms) {
	d.t.Helper()
	c := d.mustAsk(buyer, seller.ChangeInput{Type: parley.ChangeOther, DealID: dealID, Terms: terms})
	if c.Status == parley.ChangePendingApproval {
		c = must(d.review(operator, c.ID, "approve"))
	}
	if c = must(d.applyChange(buyer, c.ID)); c.Status != parley.ChangeApplied {
		d.t.Fatalf("the change is %s: %s", c.Status, c.FailureReason)
	}
}

// TestAPriceHoldsFromTheDayOfItsChange has a source call a day final, changes the price, and reads what that day and the month before have
// earned: as before. Figures of that day that come later earn at its price, and the days are the publisher's.
func TestAPriceHoldsFromTheDayOfItsChange(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		settings := roomy()
		settings.TimeZone = time.FixedZone("behind", -5*3600)
		d := openDesk(t, store, settings)
		d.sell(video())
		buyer, operator := d.buyer(zenith), d.operator()
		request := ask(300_000)
		request.DealType = string(parley.PreferredDeal)
		request.FlightStart, request.FlightEnd = days("2026-06-29", "2026-07-10")
		deal := must(d.book(buyer, d.quote(buyer, request).ID))
		price := func(cpm int64) {
			d.changed(buyer, operator, deal.ID, parley.ChangeTerms{CPM: &cpm})
		}
		price(9_500_000) // before the flight: it has never earned at another
		file := 0
		deliver := func(day string, impressions int64) {
			on, _ := days(day, day)
			file++
			digest := fmt.Sprint(file)
			must(d.service.ImportDelivery(ctx, operator, seller.DeliveryFile{
				Source: "the server", Digest: func() string { return digest }, Reason: "counted again",
				Feed: func(stage func(int, parley.DeliveryDay) error) error {
					row := parley.DeliveryDay{DealID: deal.ID, Day: *on, Final: true}
					row.Impressions = impressions
					return stage(1, row)
				},
			}, false))
		}
		holds := func(step string, june, july int64, cpms ...int64) {
			t.Helper()
			own := must(d.service.DealDelivery(ctx, buyer, deal.ID))
			if own.Earned == nil || *own.Earned != june+july {
				t.Errorf("%s: earned %v, want %d", step, own.Earned, june+july)
			}
			month := seller.MonthOf(*request.FlightStart)
			for i, want := range []int64{june, july} {
				page := must(d.service.FinanceMonth(ctx, operator, month, seller.FinanceByDelivery, seller.Page{Limit: 2})).Items
				totals := must(d.service.FinanceTotals(ctx, operator, month, seller.FinanceByDelivery))
				if i >= len(cpms) {
					continue
				}
				if len(page) != 1 || page[0].Net != want || totals[0].Net != want {
					t.Fatalf("%s: month %d has %+v, in all %+v, want %d", step, i, page, totals, want)
				}
				if cpm := page[0].CPM; cpms[i] == 0 && cpm != nil || cpms[i] > 0 && (cpm == nil || *cpm != cpms[i]) {
					t.Errorf("%s: month %d has the price %v, want %d", step, i, cpm, cpms[i])
				}
				month = month.Next()
			}
		}
		until := func(at string) { d.clock.Move(must(time.Parse(time.RFC3339, at)).Sub(d.clock.Read())) }
		until("2026-07-02T03:00:00Z") // the first of July here
		deliver("2026-06-29", 100_000)
		deliver("2026-07-01", 1_000)
		holds("before any change", 950_000_000, 9_500_000, 9_500_000, 9_500_000)
		price(50_000_000)
		holds("from the first on", 950_000_000, 50_000_000, 9_500_000, 50_000_000)
		until("2026-07-03T06:00:00Z")
		price(60_000_000)
		price(12_000_000) // the same day, which ends with it
		deliver("2026-07-02", 1_000)
		deliver("2026-07-03", 1_000)
		holds("from the third on", 950_000_000, 112_000_000, 9_500_000, 0)
		deliver("2026-06-29", 100_001)
		holds("counted again", 950_009_500, 112_000_000, 9_500_000, 0)
	})
}
