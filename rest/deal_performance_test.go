package rest_test

import (
	"testing"
	"time"
)

// TestPerformanceIsWhatIsKnown of a deal before, in and after its flight: nothing of it is made up.
func TestPerformanceIsWhatIsKnown(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 310000,
			"flight_start": "2026-07-02", "flight_end": "2026-07-11"}`).word("quote_id")
		id := s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": quote}).word("deal_id")
		order := s.must(201, "POST", "/api/v1/orders", s.buyer, map[string]any{"deal_id": id}).word("order_id")
		path := "/api/v1/deals/" + id + "/performance"
		for _, c := range []struct {
			later                      time.Duration
			elapsed, remaining, pacing string
		}{
			{0, "0", "10", "not_started"}, {24 * time.Hour, "0", "10", "null"}, {3 * 24 * time.Hour, "3", "7", "null"}, {90 * 24 * time.Hour, "10", "0", "null"},
		} {
			s.clock.Move(c.later)
			got := s.must(200, "GET", path, s.buyer, nil)
			check(t, got, map[string]string{
				"deal_id": id, "status": "booked", "terms.impressions": "310000", "impressions_available": "310000", "flight_days": "10",
				"elapsed_days": c.elapsed, "remaining_days": c.remaining, "delivery_pacing": c.pacing,
			})
			for _, unknown := range []string{"delivery_source", "impressions_served", "fill_rate", "win_rate", "avg_cpm_actual"} {
				if value, there := got.body[unknown]; value != nil || !there {
					t.Errorf("%s is %v", unknown, value)
				}
			}
			orders := rowsOf(got, "orders")
			if first, _ := orders[0].(map[string]any); len(orders) != 1 || first["order_id"] != order || first["status"] != "draft" {
				t.Errorf("orders: %s", got.text)
			}
			s.must(200, "GET", path, s.viewer, nil)
			s.must(404, "GET", path, s.rival, nil)
			s.must(401, "GET", path, "", nil)
		}

		preferred := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD", "impressions": 999999999}`)
		id = s.must(201, "POST", "/api/v1/deals", s.buyer, map[string]any{"quote_id": preferred.word("quote_id")}).word("deal_id")
		check(t, s.must(200, "GET", "/api/v1/deals/"+id+"/performance", s.buyer, nil), map[string]string{"impressions_available": "null"})
	})
}
