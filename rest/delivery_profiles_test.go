package rest_test

import (
	"fmt"
	"testing"
	"time"
)

// TestFilesAreReadAsTheirSourceWrites keeps how a source writes its files, takes one in so, and forgets it again.
func TestFilesAreReadAsTheirSourceWrites(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		dealID, _ := s.bookedDeal()
		s.clock.Move(60 * 24 * time.Hour)
		const profiles = "/api/v1/delivery/profiles"
		for _, body := range []string{
			`{"source": " "}`, `{"source": "x", "separator": "x"}`, `{"source": "x", "thousands": ".", "decimal": "."}`, `{"source": "x", "thousands": "."}`,
			`{"source": "x", "decimal": ";"}`, `{"source": "x", "columns": {"": "day"}}`, `{"source": "x", "columns": {"Date": ""}}`,
			`{"source": "x", "columns": {"Date": "dya"}}`, `{"source": "x", "columns": {"Lost": "loss_0x1"}}`,
		} {
			s.must(422, "PUT", profiles, s.operator, body)
		}
		s.must(403, "PUT", profiles, s.viewer, `{"source": "ad server"}`)
		made := s.must(200, "PUT", profiles, s.operator, `{"source": "ad server", "columns": {"Datum": "day"}, "separator": ";", "thousands": ".", "decimal": ","}`)
		again := s.must(200, "PUT", profiles, s.operator, `{"source": "ad server", "columns": {"Datum": "day", "Deal": "deal_id"}, "separator": ";", "thousands": ".", "decimal": ","}`)
		if again.word("version") != "2" || again.word("profile_id") != made.word("profile_id") {
			t.Errorf("said again: %s", again.text)
		}
		if listed := s.must(200, "GET", profiles, s.viewer, nil); told(listed, "profiles.0.columns.Deal") != "deal_id" || listed.word("total_count") != "1" {
			t.Errorf("listed: %s", listed.text)
		}
		file := fmt.Sprintf("Datum;Deal;Impressions;Spend;Currency\n2026-08-01;%s;1.234;1.250,5;USD\n", dealID)
		const path = "/api/v1/delivery/imports?source="
		s.must(422, "POST", path+"dsp", s.operator, file, "Content-Type", "text/csv")
		taken := s.must(200, "POST", path+"ad+server", s.operator, file, "Content-Type", "text/csv")
		if taken.word("changed") != "1" {
			t.Errorf("taken: %s", taken.text)
		}
		if got := s.must(200, "GET", "/api/v1/deals/"+dealID+"/delivery", s.operator, nil); told(got, "total.impressions") != "1234" || told(got, "total.spend") != "1250.50" {
			t.Errorf("delivered: %s", got.text)
		}
		s.must(200, "DELETE", profiles+"/"+made.word("profile_id"), s.operator, nil)
		s.must(404, "DELETE", profiles+"/"+made.word("profile_id"), s.operator, nil)
		s.must(422, "POST", path+"ad+server", s.operator, file+"\n", "Content-Type", "text/csv")
	})
}
