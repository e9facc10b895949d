package rest_test

import (
	"strings"
	"testing"

	"parley/rest"
)

// TestErrorsNameTheCallersOwnField has requests that may call one thing by several names get it wrong by each of them.
func TestErrorsNameTheCallersOwnField(t *testing.T) {
	t.Parallel()
	s := openShop(t, rest.Options{})
	dealID, _ := s.bookedDeal()
	const far, much, past = `"2999-01-01"`, `4000000000000000`, `"2020-01-01"`
	for _, c := range []struct{ path, body, field string }{
		{"/products/avails", `{"product_id": "ctv-sports", "impressions": ` + much + `}`, "impressions"},
		{"/products/avails", `{"productid": "ctv-sports", "requestedImpressions": ` + much + `}`, "requestedImpressions"},
		{"/products/avails", `{"product_id": "ctv-sports", "flight_start": ` + past + `, "flight_end": ` + far + `}`, "flight_end"},
		{"/products/avails", `{"product_id": "ctv-sports", "flight_start": ` + past + `}`, "flight_start"},
		{"/products/avails", `{"product_id": "ctv-sports", "start_date": ` + past + `}`, "start_date"},
		{"/products/avails", `{"product_id": "ctv-sports", "end_date": ` + past + `}`, "end_date"},
		{"/products/avails", `{"productid": "ctv-sports", "startdate": "2020-01-01T00:00:00Z"}`, "startdate"},
		{"/products/avails", `{"productid": "ctv-sports", "enddate": "2020-01-01T00:00:00Z"}`, "enddate"},
		{"/products/avails", `{"accountid": "a", "advertiserbrandid": "b", "productids": ["ctv-sports"], "startdate": "2020-01-01T00:00:00Z", "enddate": "2020-01-02T00:00:00Z"}`, "enddate"},
		{"/products/avails", `{"accountid": "a", "advertiserbrandid": "b", "productids": ["ctv-sports"], "startdate": "2026-08-01T00:00:00Z",
			"enddate": "2026-08-02T00:00:00Z", "producttargeting": [{"target": "requestedimpressions", "targetvalues": ["` + much + `"]}]}`, "producttargeting"},
		{"/registry/agents/discover", `{"url": "mailto:x"}`, "url"},
		{"/registry/agents/discover", `{"agent_url": "mailto:x"}`, "agent_url"},
		{"/pricing", `{"product_id": "ctv-sports", "volume": ` + much + `}`, "volume"},
		{"/pricing", `{"product_id": "ctv-sports", "impressions": ` + much + `}`, "impressions"},
		{"/api/v1/change-requests", `"change_type": "pricing", "proposed_values": {"price": 30.255}`, "proposed_values.price"},
		{"/api/v1/change-requests", `"change_type": "pricing", "proposed_values": {"cpm": 30.255}`, "proposed_values.cpm"},
		{"/api/v1/change-requests", `"change_type": "pricing", "proposed_values": {"final_cpm": 0}`, "proposed_values.final_cpm"},
		{"/api/v1/change-requests", `"change_type": "pricing", "proposed_values": {"cpm": {"amount_micros": 30000000, "currency": "EUR"}}`, "proposed_values.cpm.currency"},
		{"/api/v1/change-requests", `"change_type": "pricing", "diffs": [{"field": "impressions"}, {"field": "price", "new_value": 30.255}]`, "diffs[1].new_value"},
		{"/api/v1/change-requests", `"change_type": "impressions", "diffs": [{"field": "impressions", "old_value": "many", "new_value": 5}]`, "diffs[0].old_value"},
		{"/api/v1/change-requests", `"change_type": "flight_dates", "proposed_values": {"end_date": ` + far + `}`, "proposed_values.end_date"},
		{"/api/v1/change-requests", `"change_type": "flight_dates", "proposed_values": {"flight_end": ` + far + `}`, "proposed_values.flight_end"},
		{"/api/v1/change-requests", `"change_type": "flight_dates", "proposed_values": {"start_date": ` + past + `}`, "proposed_values.start_date"},
	} {
		body := c.body
		if c.path == "/api/v1/change-requests" {
			body = `{"deal_id": "` + dealID + `", ` + body + `}`
		}
		who := s.buyer
		if strings.HasPrefix(c.path, "/registry/") {
			who = s.operator
		}
		got := s.must(422, "POST", c.path, who, body)
		if !got.names(c.field) {
			t.Errorf("%s %s: %s", c.path, body, got.text)
		}
		checkEnvelope(t, got)
	}
}
