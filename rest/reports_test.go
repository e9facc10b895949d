package rest_test

import (
	"fmt"
	"testing"
)

// TestReportsAndAvailability asks for what was booked and who has the days, and for what makes no sense.
func TestReportsAndAvailability(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, guaranteed).word("quote_id")
		deal := s.must(201, "POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+quote+`"}`)
		month := deal.word("created_at")[:7]
		for path, status := range map[string]int{
			"/api/v1/reports/deals":                                                                             422,
			"/api/v1/reports/deals?from=2026":                                                                   422,
			"/api/v1/reports/deals?from=2026-13":                                                                422,
			"/api/v1/reports/deals?from=2026-05&to=2026-04":                                                     422,
			"/api/v1/reports/deals?from=2000-01&to=2026-04":                                                     422,
			"/api/v1/reports/negotiations":                                                                      422,
			"/api/v1/reports/negotiations?from=2026-05&to=2026-04":                                              422,
			"/api/v1/reports/finance":                                                                           422,
			"/api/v1/reports/finance/totals":                                                                    422,
			"/api/v1/reports/finance/totals?month=2026-06&by=size":                                              422,
			"/api/v1/reports/finance?month=2026-06&by=size":                                                     422,
			"/api/v1/products/ctv-sports/availability":                                                          422,
			"/api/v1/products/ctv-sports/availability?start_date=2026-08-02&end_date=2026-08-01":                422,
			"/api/v1/products/ctv-sports/availability?start_date=2026-08-01&end_date=2026-08-02&impressions=-1": 422,
			"/api/v1/products/none/availability?start_date=2026-08-01&end_date=2026-08-02":                      404,
		} {
			if got := s.call("GET", path, s.viewer, nil); got.status != status {
				t.Errorf("%s: %d %s", path, got.status, got.text)
			}
		}
		if got := s.must(200, "GET", "/api/v1/reports/negotiations?from="+month, s.viewer, nil); got.word("from") != month {
			t.Errorf("asked and agreed: %s", got.text)
		}
		report := s.must(200, "GET", "/api/v1/reports/deals?from="+month, s.viewer, nil)
		sums, _ := report.at("sums").([]any)
		if first, _ := sums[0].(map[string]any); len(sums) != 1 || first["kind"] != "booked" || fmt.Sprint(first["deals"]) != "1" || first["month"] != nil {
			t.Errorf("the report: %s", report.text)
		}
		if lines := s.must(200, "GET", "/api/v1/reports/finance?month="+month, s.viewer, nil); lines.word("total_count") != "1" {
			t.Errorf("the month: %s", lines.text)
		}
		found := s.must(200, "GET", "/api/v1/reports/finance/totals?month="+month, s.viewer, nil)
		totals, _ := found.at("totals").([]any)
		line, _ := s.must(200, "GET", "/api/v1/reports/finance?month="+month, s.viewer, nil).at("lines").([]any)
		of, _ := line[0].(map[string]any)
		if total, _ := totals[0].(map[string]any); len(totals) != 1 || total["net"] != of["net"] || total["list"] != of["list"] || total["currency"] != of["currency"] {
			t.Errorf("the month's totals: %s, of %v", found.text, of)
		}
		if lines := s.must(200, "GET", "/api/v1/reports/finance?by=delivery&month="+month, s.viewer, nil); lines.word("total_count") != "0" {
			t.Errorf("nothing was delivered in the month: %s", lines.text)
		}
		days := s.must(200, "GET", "/api/v1/products/ctv-sports/availability?start_date=2026-08-01&end_date=2026-08-31", s.viewer, nil)
		if takers, _ := days.at("deals").([]any); len(takers) != 1 || days.word("booked") == "0" {
			t.Errorf("who has the days: %s", days.text)
		}
		for runs, count := range map[string]string{"runs_from=2026-08-01&runs_to=2026-08-02": "1", "runs_to=2026-07-01": "0"} {
			if got := s.must(200, "GET", "/api/v1/deals?"+runs, s.buyer, nil); got.word("total_count") != count {
				t.Errorf("deals by %s: %s", runs, got.text)
			}
		}
	})
}
