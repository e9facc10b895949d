package seller_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/seller"
)

// TestAskedAndAgreed negotiates in two months and two currencies, to each end that there is and with and without a volume, and holds the
// report against the negotiations themselves.
func TestAskedAndAgreed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(), video(func(p *parley.Product) { p.ID, p.Currency = "euro", "EUR" }))
		buyer, viewer := d.buyer(zenith), d.operator(parley.ScopeViewer)
		june := seller.MonthOf(parley.DateOf(noon, time.UTC))
		type key struct {
			month    seller.Month
			product  string
			currency parley.Currency
		}
		want := map[key]seller.NegotiationTotal{}
		quoted := func(product, kind string, volume int64) string {
			from, to := days("2026-08-10", "2026-08-19")
			request := ask(volume)
			request.ProductID, request.DealType, request.FlightStart, request.FlightEnd = product, kind, from, to
			return d.quote(buyer, request).ID
		}
		say := func(m seller.Message) parley.Negotiation {
			said, err := d.say(buyer, m)
			if err != nil {
				t.Fatal(err)
			}
			return said.Negotiation
		}
		value := func(cpm, volume int64) int64 { return must(parley.DealValue(cpm, volume)) }
		agree := func(product, kind string, volume int64, offered int64) {
			n := say(seller.Message{QuoteID: quoted(product, kind, volume), Action: "counter", Price: &parley.Money{Micros: offered}})
			if n.Status == parley.NegotiationActive {
				n = say(seller.Message{NegotiationID: n.ID, Action: "accept"})
			}
			at := key{seller.MonthOf(parley.DateOf(n.StartedAt, time.UTC)), product, n.Currency}
			sum := want[at]
			sum.Opened, sum.Agreed = sum.Opened+1, sum.Agreed+1
			if volume == 0 {
				sum.Unstated++
			}
			sum.Impressions += volume
			sum.Asked, sum.Offered, sum.AgreedValue = sum.Asked+value(n.BaseCPM, volume), sum.Offered+value(offered, volume), sum.AgreedValue+value(*n.AgreedCPM, volume)
			want[at] = sum
		}
		count := func(product string, end func(*seller.NegotiationTotal)) {
			at := key{seller.MonthOf(parley.DateOf(d.clock.Read(), time.UTC)), product, parley.USD}
			sum := want[at]
			sum.Opened++
			end(&sum)
			want[at] = sum
		}
		open := func() parley.Negotiation {
			return say(seller.Message{QuoteID: quoted("video-home", "PG", 5000), Action: "counter", Price: &parley.Money{Micros: 9_000_000}})
		}
		agree("video-home", "PG", 100_000, 10_100_000)
		agree("video-home", "PD", 0, 10_000_000)
		agree("euro", "PG", 50_001, 9_900_000)
		say(seller.Message{NegotiationID: open().ID, Action: "reject"})
		count("video-home", func(t *seller.NegotiationTotal) { t.Rejected++ })
		open() // runs out
		count("video-home", func(t *seller.NegotiationTotal) { t.Expired++ })
		d.clock.Move(30 * 24 * time.Hour)
		agree("video-home", "PD", 77_777, 10_050_000)
		open()
		count("video-home", func(t *seller.NegotiationTotal) { t.Open++ })

		report := must(d.service.NegotiationReport(ctx, viewer, june, june.Next()))
		got := map[key]seller.NegotiationTotal{}
		for _, row := range report.Rows {
			total := row.NegotiationTotal
			at := key{row.Month, total.ProductID, total.Currency}
			total.ProductID, total.Currency = "", ""
			got[at] = total
		}
		if len(got) != len(want) {
			t.Errorf("%d rows, want %d", len(got), len(want))
		}
		for at, w := range want {
			if got[at] != w {
				t.Errorf("%v: %+v, want %+v", at, got[at], w)
			}
		}
		currencies := []parley.Currency{}
		for _, sum := range report.Sums {
			currencies = append(currencies, sum.Currency)
			if yield, known := sum.Yield(); !known || yield <= 0 || yield > parley.OneHundredPercent {
				t.Errorf("the yield in %s is %v, %v", sum.Currency, yield, known)
			}
		}
		if !slices.Equal(currencies, []parley.Currency{"EUR", parley.USD}) {
			t.Errorf("sums in %v", currencies)
		}
		if usd := report.Sums[1]; usd.Opened != 6 || usd.Agreed != 3 {
			t.Errorf("in all: %+v", usd)
		}
		_, err := d.service.NegotiationReport(ctx, viewer, june.Next(), june)
		wantCode(t, err, parley.CodeValidation)
		_, err = d.service.NegotiationReport(ctx, buyer, june, june)
		wantCode(t, err, parley.CodeForbidden)
	})
}
