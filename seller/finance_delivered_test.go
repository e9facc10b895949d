package seller_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestFinanceByDeliveryIsWhatDealsDelivered has deals of each type deliver over three months, by two sources, more than was contracted and
// on days of nobody's, and holds each line of each month against the deal's own days, and the totals against the lines.
func TestFinanceByDeliveryIsWhatDealsDelivered(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		settings := roomy()
		settings.BillingSource = "the server"
		d := openDesk(t, store, settings)
		d.sell(video(), video(func(p *parley.Product) { p.ID, p.Currency = "euro", "EUR" }))
		buyer, viewer := d.buyer(zenith), d.operator(parley.ScopeViewer)
		chance := rand.New(rand.NewPCG(17, 4))
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
		d.clock.Move(90 * 24 * time.Hour)
		figures := func(source string) {
			_, err := d.service.ImportDelivery(ctx, d.operator(), seller.DeliveryFile{
				Source: source, Digest: func() string { return source },
				Feed: func(stage func(int, parley.DeliveryDay) error) error {
					line := 0
					for i, deal := range deals {
						for day := deal.Flight.Start - 5; day <= deal.Flight.End+5; day++ {
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
		figures("a buyer") // is the first by name, and does not count where the server has figures
		figures("the server")

		june := seller.MonthOf(parley.DateOf(noon, time.UTC))
		unspent, lines := 0, 0
		for month := june; month <= june.Next().Next(); month = month.Next() {
			totals := map[parley.Currency]seller.FinanceTotal{}
			page := seller.Page{Limit: 4}
			for {
				found := must(d.service.FinanceMonth(ctx, viewer, month, seller.FinanceByDelivery, page))
				for _, l := range found.Items {
					lines++
					own := must(d.service.DealDelivery(ctx, viewer, l.Deal.ID))
					var impressions, earned, spent, all int64
					for _, day := range own.Days {
						if own := day.SpendMicros != nil && day.Currency == l.Deal.Price.Currency; own && !day.Outside {
							all += *day.SpendMicros
						}
						if days := month.Days(); day.Day < days.Start || day.Day > days.End || day.Outside {
							continue
						}
						impressions, earned = impressions+day.Impressions, earned+day.Earned
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
					if base, err := parley.DealValue(l.Deal.Price.BaseCPM, impressions); err != nil || !l.Deal.DealType.Guaranteed() && max(l.List-base, base-l.List) > 1 || l.List > base+1 {
						t.Errorf("%s: %d at the list price, not %d", l.Deal.ID, l.List, base)
					}
					total := totals[l.Deal.Price.Currency]
					total.Currency, total.Deals, total.Impressions = l.Deal.Price.Currency, total.Deals+1, total.Impressions+l.Impressions
					total.List, total.Net = total.List+l.List, total.Net+l.Net
					if l.Unspent {
						total.Unstated++
					}
					totals[l.Deal.Price.Currency] = total
				}
				if found.Total != int64(len(deals)) {
					t.Errorf("%v has %d lines, want %d", parley.Date(month), found.Total, len(deals))
				}
				if len(found.Items) < page.Limit {
					break
				}
				page.After = found.Items[page.Limit-1].Deal.ID
			}
			sums := must(d.service.FinanceTotals(ctx, viewer, month, seller.FinanceByDelivery))
			if len(sums) != len(totals) {
				t.Errorf("%v: totals %+v, want %+v", parley.Date(month), sums, totals)
			}
			for _, sum := range sums {
				if sum != totals[sum.Currency] {
					t.Errorf("%v: %+v in all, the lines come to %+v", parley.Date(month), sum, totals[sum.Currency])
				}
			}
		}
		if unspent == 0 || unspent == lines || lines != 3*len(deals) {
			t.Errorf("%d of %d lines are of auctions of which nobody says what was spent", unspent, lines)
		}
		_, err := d.service.FinanceTotals(ctx, buyer, june, seller.FinanceByDelivery)
		wantCode(t, err, parley.CodeForbidden)
	})
}
