package rest_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/deliveryfile"
	"parley/internal/racedetector"
	"parley/internal/stores"
)

// TestDeliveryComesBack takes in what a deal delivered, from before its flight to its end.
func TestDeliveryComesBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 310000,
			"flight_start": "2026-07-02", "flight_end": "2026-07-11"}`).word("quote_id")
		id := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote}).word("deal_id")
		path := "/api/v1/deals/" + id
		nothing := s.must(200, "GET", path+"/delivery", s.buyer, nil)
		if nothing.at("source") != nil || told(nothing, "pacing.state") != "not_started" || told(nothing, "final") != "false" {
			t.Errorf("nothing is known: %s", nothing.text)
		}

		unknown := func(r reply, members ...string) {
			t.Helper()
			for _, member := range members {
				if told(r, member) != "<nil>" {
					t.Errorf("nothing is known, and %s is %s: %s", member, told(r, member), r.text)
				}
			}
		}
		silence := func() {
			t.Helper()
			for _, key := range []string{s.buyer, s.operator} {
				got := s.must(200, "GET", path+"/delivery", key, nil)
				unknown(got, "source", "as_of", "earned", "pacing.delivered", "pacing.pace_pct", "pacing.projected")
				totals, _ := got.at("total").(map[string]any)
				if len(totals) != 9 {
					t.Errorf("the totals are %v", totals)
				}
				for member := range totals {
					unknown(got, "total."+member)
				}
				unknown(s.must(200, "GET", path+"/performance", key, nil), "delivery_source", "impressions_served", "fill_rate", "win_rate", "avg_cpm_actual")
			}
		}
		silence()

		upload := func(status int, query, body string) reply {
			t.Helper()
			return s.must(status, "POST", "/api/v1/delivery/imports?"+query, s.operator, body, "Content-Type", "text/csv")
		}
		s.clock.Move(4 * 24 * time.Hour) // the fifth, at noon: three days are complete
		if silent := s.must(200, "GET", "/api/v1/delivery/health", s.viewer, nil); told(silent, "deals.0.deal_id") != id || told(silent, "deals.0.pacing.state") != "no_data" {
			t.Errorf("it runs, and nothing is heard of it: %s", silent.text)
		} else {
			unknown(silent, "deals.0.pacing.delivered", "deals.0.pacing.pace_pct", "deals.0.source")
			silence()
		}
		file := "Date,Order,impressions,bids,wins,spend,currency,Notes\n" +
			fmt.Sprintf("2026-07-02,%s,31000,100,40,620.00,USD,x\n2026-07-03,%s,25000,100,20,500.00,USD,\n2026-07-04,%s,20000,,,,,\n", id, id, id)
		const named = "columns=Date%3Dday,Order%3Ddeal_id,Notes%3Dignore"
		preview := upload(200, "source=ad+server&preview=true&"+named, file)
		if preview.word("rows") != "3" || preview.word("changed") != "3" || told(preview, "preview") != "true" {
			t.Errorf("preview: %s", preview.text)
		}
		if got := s.must(200, "GET", path+"/delivery", s.buyer, nil); got.at("source") != nil {
			t.Errorf("the preview was stored: %s", got.text)
		}
		taken := upload(200, "source=ad+server&"+named, file)
		if taken.word("changed") != "3" || told(taken, "known") != "false" || taken.word("from") != "2026-07-02" {
			t.Errorf("taken: %s", taken.text)
		}
		again := upload(200, "source=ad+server&"+named, file)
		if told(again, "known") != "true" || again.word("import_id") != taken.word("import_id") {
			t.Errorf("again: %s", again.text)
		}

		got := s.must(200, "GET", path+"/delivery", s.buyer, nil)
		for member, want := range map[string]string{
			"status": "active", "source": "ad server", "total.impressions": "76000", "total.spend": "1120.00", "pacing.state": "behind",
			"pacing.delivered": "76000", "pacing.planned": "93000", "pacing.complete_days": "3", "pacing.pace_pct": "81.72", "pacing.projected": "253333",
			"days.0.planned": "31000", "days.2.spend": "<nil>", "final": "false", "contracted": "310000", "health.diagnosis.rung": "pace", "health.diagnosis.acts": "both",
			"health.ladder.6.rung": "wins", "health.ladder.6.result": "ok",
		} {
			if told(got, member) != want {
				t.Errorf("%s is %s, want %s: %s", member, told(got, member), want, got.text)
			}
		}
		performance := s.must(200, "GET", path+"/performance", s.buyer, nil)
		for member, want := range map[string]string{
			"delivery_source": "ad server", "impressions_served": "76000", "fill_rate": "0.245161", "win_rate": "0.30", "avg_cpm_actual": "20.00",
			"delivery_pacing": "behind", "delivery_final": "false", "delivery_diagnosis": "It is behind its plan: 81.72% of what was planned until now.",
		} {
			if told(performance, member) != want {
				t.Errorf("%s is %s, want %s", member, told(performance, member), want)
			}
		}
		health := s.must(200, "GET", "/api/v1/delivery/health", s.viewer, nil)
		if told(health, "deals.0.deal_id") != id || told(health, "deals.0.pacing.state") != "behind" || told(health, "deals.0.diagnosis.rung") != "pace" {
			t.Errorf("health: %s", health.text)
		}
		s.must(404, "GET", path+"/delivery", s.rival, nil)
		s.must(403, "GET", "/api/v1/delivery/health", s.buyer, nil)
		quote = s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "flight_start": "2026-07-05", "flight_end": "2026-07-11"}`).word("quote_id")
		today := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote}).word("deal_id")
		upload(200, "source=ad+server", fmt.Sprintf("day,deal_id,impressions\n2026-07-04,%s,5\n", today))
		if health := s.must(200, "GET", "/api/v1/delivery/health", s.viewer, nil); !strings.Contains(health.text, today) {
			t.Errorf("a deal that began today is not listed: %s", health.text)
		}

		// A second source is compared, and not added; a buyer does not read of it.
		upload(200, "source=dsp", fmt.Sprintf("day,deal_id,impressions\n2026-07-02,%s,29000\n", id))
		if got := s.must(200, "GET", path+"/delivery", s.operator, nil); got.word("total.impressions") != "76000" || told(got, "other_sources.0") != "dsp" {
			t.Errorf("two sources: %s", got.text)
		}
		if got := s.must(200, "GET", path+"/delivery", s.buyer, nil); strings.Contains(got.text, "dsp") {
			t.Errorf("the buyer reads of another source: %s", got.text)
		}

		// What is spent in another currency is in no sum of the deal's, and leaves the rest as it is.
		s.clock.Move(time.Minute)
		upload(200, "source=ad+server", fmt.Sprintf("day,deal_id,impressions,spend,currency\n2026-07-04,%s,20000,500.00,EUR\n", id))
		if got := s.must(200, "GET", path+"/performance", s.buyer, nil); told(got, "avg_cpm_actual") != "20.00" {
			t.Errorf("euros and dollars: %s", got.text)
		}
		if got := s.must(200, "GET", path+"/delivery", s.buyer, nil); told(got, "total.spend_currency") != "USD" || told(got, "days.2.spend_currency") != "EUR" {
			t.Errorf("euros and dollars: %s", got.text)
		}

		// It recovers, and completes.
		s.clock.Move(8 * 24 * time.Hour)
		var rest strings.Builder
		rest.WriteString("day,deal_id,impressions,final\n")
		for day, n := range []int{31000, 25000, 20000, 37000, 37000, 37000, 37000, 37000, 31000, 18000} {
			fmt.Fprintf(&rest, "2026-07-%02d,%s,%d,true\n", day+2, id, n)
		}
		upload(200, "source=ad+server", rest.String())
		got = s.must(200, "GET", path+"/delivery", s.buyer, nil)
		if told(got, "pacing.state") != "delivered" || told(got, "final") != "true" || told(got, "total.impressions") != "310000" {
			t.Errorf("in the end: %s", got.text)
		}
		s.clock.Move(time.Hour)
		refused := upload(422, "source=ad+server", fmt.Sprintf("day,deal_id,impressions\n2026-07-02,%s,1\n", id))
		if !strings.Contains(refused.text, "final") {
			t.Errorf("a final row: %s", refused.text)
		}
		upload(200, "source=ad+server&reason=recounted", fmt.Sprintf("day,deal_id,impressions\n2026-07-02,%s,30000\n", id))
	})
}

// TestACorrectionIsTakenBack has a source say one thing, then another, and then the first again: as of later that holds, once; as of no
// instant of its own, or of one before, it is the file that is known.
func TestACorrectionIsTakenBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 310000,
			"flight_start": "2026-07-02", "flight_end": "2026-07-11"}`).word("quote_id")
		id := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote}).word("deal_id")
		s.clock.Move(4 * 24 * time.Hour)
		file := func(n int) string { return fmt.Sprintf("day,deal_id,impressions\n2026-07-02,%s,%d\n", id, n) }
		upload := func(query, body string) reply {
			t.Helper()
			s.clock.Move(time.Hour)
			return s.must(200, "POST", "/api/v1/delivery/imports?source=ad+server&"+query, s.operator, body, "Content-Type", "text/csv")
		}
		total := func(want string) {
			t.Helper()
			if got := s.must(200, "GET", "/api/v1/deals/"+id+"/delivery", s.buyer, nil); got.word("total.impressions") != want {
				t.Errorf("%s are delivered, want %s", got.word("total.impressions"), want)
			}
		}
		at := func(ago time.Duration) string {
			return "as_of=" + url.QueryEscape(s.clock.Read().Add(-ago).Format(time.RFC3339))
		}
		first := upload("", file(31000))
		upload("", file(20000))
		total("20000")
		for name, as := range map[string]string{"": "", "before": at(10 * time.Hour)} {
			if again := upload(as, file(31000)); told(again, "known") != "true" || again.word("import_id") != first.word("import_id") {
				t.Errorf("again, as of %q: %s", name, again.text)
			}
			total("20000")
		}
		later := at(0)
		if preview := upload("preview=true&"+later, file(31000)); preview.word("changed") != "1" || told(preview, "known") != "false" {
			t.Errorf("a look at it: %s", preview.text)
		}
		total("20000")
		back := upload(later, file(31000))
		if told(back, "known") != "false" || back.word("changed") != "1" || back.word("import_id") == first.word("import_id") {
			t.Errorf("as of later: %s", back.text)
		}
		total("31000")
		if again := upload(later, file(31000)); told(again, "known") != "true" || again.word("import_id") != back.word("import_id") {
			t.Errorf("as of later, again: %s", again.text)
		}
		if again := upload(later, file(20000)); told(again, "known") != "false" {
			t.Errorf("the other, as of later than it was: %s", again.text)
		}
		total("31000") // what two files say as of one instant is what was said first
		if kept := strings.Count(stores.Dump(t, s.store), "\ndelivery_revisions | "); kept != 2 {
			t.Errorf("%d of the words that another took the place of are kept, want both", kept)
		}
	})
}

func TestFilesOfFiguresAreRefusedWhole(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		dealID, _ := s.bookedDeal()
		s.clock.Move(60 * 24 * time.Hour)
		for query, body := range map[string]string{
			"":                                    "day,deal_id,impressions\n",
			"source=%20":                          "day,deal_id,impressions\n",
			"source=x&as_of=yesterday":            "day,deal_id,impressions\n",
			"source=x&as_of=2100-01-01T00:00:00Z": "day,deal_id,impressions\n",
			// Go's zero time says that none was given, however it is written.
			"source=x&as_of=0001-01-01T00:00:00Z": "day,deal_id,impressions\n", "source=x&as_of=0001-01-01T05:00:00%2B05:00": "day,deal_id,impressions\n",
			"source=x&columns=Date": "day,deal_id,impressions\n",
			"source=x":              "day,deal_id,impressions\n2026-08-01,PRLY-NOBODY,1\n",
			"source=y":              "day,deal_id,impressions\n2026-08-01," + dealID + ",1\n2026-08-01," + dealID + ",2\n",
			"source=z":              "nonsense",
			"source=json":           `[{"day": "2026-08-01"}]`,
			"source=empty":          "",
		} {
			s.must(422, "POST", "/api/v1/delivery/imports?"+query, s.operator, body, "Content-Type", "text/csv")
		}
		if got := s.must(200, "GET", "/api/v1/delivery/imports", s.operator, nil); got.word("total_count") != "0" {
			t.Errorf("something of it was taken: %s", got.text)
		}
		skipped := s.must(200, "POST", "/api/v1/delivery/imports?source=x&skip_unknown=true", s.operator,
			"day,deal_id,impressions\n2026-08-01,PRLY-NOBODY,1\n2026-08-01,"+strings.ToLower(dealID)+",5\n", "Content-Type", "text/csv")
		if skipped.word("skipped") != "1" || skipped.word("changed") != "1" {
			t.Errorf("skipped: %s", skipped.text)
		}
	})
}

// TestABrokenFileOfFiguresIsRefusedWhole sends files whose first row is whole and would be taken.
func TestABrokenFileOfFiguresIsRefusedWhole(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		dealID, _ := s.bookedDeal()
		s.clock.Move(60 * 24 * time.Hour)
		row := fmt.Sprintf(`{"day": "2026-08-01", "deal_id": %q, "impressions": 1}`, dealID)
		for _, body := range []string{
			"[" + row + "]\n[" + row + "]", "[" + row + "]}}}", "[" + row + "] trailing", `{"rows": [` + row + "]", `{"rows": [` + row + `], "next": "page2"}`,
			`{"rows": [` + row + `], "rows": [` + row + "]}", "[" + `{"impressions": 2, ` + row[1:] + "]",
		} {
			s.must(422, "POST", "/api/v1/delivery/imports?source=x", s.operator, body)
		}
		if got := s.must(200, "GET", "/api/v1/delivery/imports", s.operator, nil); got.word("total_count") != "0" {
			t.Errorf("something of it was taken: %s", got.text)
		}
		s.must(200, "POST", "/api/v1/delivery/imports?source=x", s.operator, "["+row+"]\n")
	})
}

func TestAFileOfFiguresMayBeLong(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, s *shop) {
		dealID, _ := s.bookedDeal()
		row := fmt.Sprintf("2026-07-01,%s,7\n", dealID)
		note := strings.Repeat(","+strings.Repeat("x", 999), 250)
		long := "day,deal_id,impressions" + strings.Repeat(",note", 250) + "\n" + strings.TrimSpace(row) + note + "\n"
		for n := range 5 {
			long += fmt.Sprintf("2026-07-01,PRLY-NOBODY-%d,1%s\n", n, note)
		}
		const path = "/api/v1/delivery/imports?source=x&skip_unknown=true&columns=note%3Dignore"
		if got := s.must(200, "POST", path, s.operator, long, "Content-Type", "text/csv"); len(long) <= 1<<20 || got.word("changed") != "1" {
			t.Errorf("%d bytes: %s", len(long), got.text)
		}
		s.must(413, "PUT", "/api/v1/delivery/imports", s.operator, long, "Content-Type", "text/csv")
		tooLong := "day,deal_id,impressions\n" + row + strings.Repeat("\n", deliveryfile.MostBytes)
		s.must(413, "POST", path, s.operator, tooLong, "Content-Type", "text/csv")
		s.must(413, "POST", path, s.operator, tooLong[:deliveryfile.MostBytes+1], "Content-Type", "text/csv")
	})
}

func TestFiguresOfDaysToComeAreRefused(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		dealID, _ := s.bookedDeal()
		send := func(status int, query, day string) reply {
			t.Helper()
			return s.must(status, "POST", "/api/v1/delivery/imports?source=x"+query, s.operator,
				fmt.Sprintf("day,deal_id,impressions\n2026-06-30,%s,5\n%s,%s,5\n", dealID, day, dealID), "Content-Type", "text/csv")
		}
		for _, preview := range []string{"", "&preview=true"} {
			if got := send(422, preview, "2026-07-02"); !strings.Contains(got.text, "line 3") || !strings.Contains(got.text, "2026-07-02") {
				t.Errorf("tomorrow: %s", got.text)
			}
		}
		for zone, status := range map[string]int{"Nowhere/Land": 422, "Local": 422, "Pacific/Kiritimati": 200} {
			s.must(status, "PUT", "/api/v1/delivery/profiles", s.operator, map[string]any{"source": "y", "time_zone": zone})
		}
		first := fmt.Sprintf("day,deal_id,impressions\n2026-07-02,%s,5\n", dealID) // where the source is, that has begun
		for _, preview := range []string{"", "&preview=true"} {
			got := s.must(200, "POST", "/api/v1/delivery/imports?source=y"+preview, s.operator, first, "Content-Type", "text/csv")
			if !strings.Contains(got.text, `days of \"y\" are those of Pacific/Kiritimati`) {
				t.Errorf("it is not said that days begin elsewhere: %s", got.text)
			}
		}
		send(422, "&as_of=2026-06-30T23:59:59Z", "2026-07-01")
		send(200, "", "2026-07-01")
	})
}

// TestACancelledDealFallsNoFurtherBehind cancels a deal within its flight, of which too little is heard, and another one before it: both have the
// pace up to then, and nobody has to do anything. A third one is given more than it was to have on a day that is not over, which is told at once.
func TestACancelledDealFallsNoFurtherBehind(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		var deals []string
		for range 3 {
			id, _ := s.bookedDeal()
			deals = append(deals, id)
		}
		running, early, overserved := deals[0], deals[1], deals[2]
		cancel := func(id string) { s.must(200, "POST", "/api/v1/deals/"+id+"/cancel", s.operator, `{}`) }
		cancel(early)
		start, err := parley.ParseDate(told(s.must(200, "GET", "/api/v1/deals/"+running, s.buyer, nil), "terms.flight_start"))
		if err != nil {
			t.Fatal(err)
		}
		s.clock.Move((start + 4).Begins(time.UTC).Add(12 * time.Hour).Sub(s.clock.Read())) // four days are complete
		s.must(200, "POST", "/api/v1/delivery/imports?source=ad+server", s.operator, fmt.Sprintf("day,deal_id,impressions\n%s,%s,1\n%s,%s,2\n%s,%s,900000000\n",
			start, running, start+4, running, start+4, overserved), "Content-Type", "text/csv")
		is := func(id string, want map[string]string) {
			t.Helper()
			for _, key := range []string{s.buyer, s.operator} {
				got := s.must(200, "GET", "/api/v1/deals/"+id+"/delivery", key, nil)
				for member, value := range want {
					if told(got, member) != value {
						t.Errorf("%s is %s, want %s: %s", member, told(got, member), value, got.text)
					}
				}
			}
		}
		is(running, map[string]string{"pacing.state": "no_data", "pacing.delivered": "1", "pacing.heard_since": "2", "health.diagnosis.acts": "both"})
		is(overserved, map[string]string{"pacing.state": "delivered", "pacing.delivered": "0", "pacing.heard_since": "900000000"})
		cancel(running)
		s.clock.Move(9 * 24 * time.Hour)
		is(running, map[string]string{
			"status": "cancelled", "pacing.state": "called_off", "pacing.complete_days": "4", "pacing.days_left": "0", "pacing.delivered": "1", "pacing.heard_since": "2",
			"pacing.projected": "<nil>", "health.diagnosis": "<nil>",
		})
		is(early, map[string]string{"pacing.state": "called_off", "pacing.complete_days": "0", "pacing.days_left": "0", "pacing.planned": "<nil>", "health.diagnosis": "<nil>"})
		for id, pacing := range map[string]string{running: "called_off", early: "<nil>"} {
			got := s.must(200, "GET", "/api/v1/deals/"+id+"/performance", s.buyer, nil)
			if told(got, "delivery_pacing") != pacing || told(got, "delivery_diagnosis") != "<nil>" {
				t.Errorf("the buyer reads %s", got.text)
			}
		}
	})
}

// TestSpendInSeveralCurrenciesIsShown has a day's lines be paid for in three currencies: each is read, and that of the deal alone is in its sums.
func TestSpendInSeveralCurrenciesIsShown(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		id, _ := s.bookedDeal()
		s.clock.Move(60 * 24 * time.Hour)
		var file strings.Builder
		file.WriteString("day,deal_id,line,impressions,spend,currency\n")
		for line, spent := range []string{"5.00,USD", "6.00,EUR", "0.50,EUR", "700,JPY"} {
			fmt.Fprintf(&file, "2026-08-02,%s,%d,1000,%s\n", id, line, spent)
		}
		s.must(200, "POST", "/api/v1/delivery/imports?source=ad+server", s.operator, file.String(), "Content-Type", "text/csv")
		for _, key := range []string{s.buyer, s.operator} {
			got := s.must(200, "GET", "/api/v1/deals/"+id+"/delivery", key, nil)
			if strings.Count(got.text, `"spend":5.00,"spend_currency":"USD"`) != 2 || !strings.Contains(got.text, `"other_spend":{"EUR":6.50,"JPY":700}`) {
				t.Errorf("not all is shown: %s", got.text)
			}
		}
	})
}

// TestFiguresThatCannotBeAreWarnedOf: a part that is more than its whole is most likely another column; it is taken, and said.
func TestFiguresThatCannotBeAreWarnedOf(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		id, _ := s.bookedDeal()
		s.clock.Move(60 * 24 * time.Hour)
		const head = "day,deal_id,impressions,viewable,completions,bids,wins\n"
		sound := s.must(200, "POST", "/api/v1/delivery/imports?source=dsp", s.operator, head+"2026-08-02,"+id+",1000,1000,1000,5000,1000\n", "Content-Type", "text/csv")
		if strings.Contains(sound.text, "Rows with more") {
			t.Errorf("sound figures: %s", sound.text)
		}
		file := head + "2026-08-03," + id + ",1000,1001,,5000,2000\n2026-08-04," + id + ",1000,,1001,10,999\n2026-08-05," + id + ",1000,1001,,,\n"
		for _, query := range []string{"&preview=true", ""} {
			got := s.must(200, "POST", "/api/v1/delivery/imports?source=dsp"+query, s.operator, file, "Content-Type", "text/csv")
			for _, says := range []string{
				"Rows with more viewable impressions than impressions: 2.", "Rows with more completions than impressions: 1.",
				"Rows with more wins than bids: 1.", "Rows with more impressions than wins: 1.",
			} {
				if !strings.Contains(got.text, says) {
					t.Errorf("%q is not said: %s", says, got.text)
				}
			}
		}
	})
}
