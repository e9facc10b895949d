package rest_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/rest"
)

// exported is what an export answers, as text.
func (s *shop) exported(query, key string) reply {
	s.t.Helper()
	return s.must(200, "GET", "/api/v1/deals/export?"+query, key, nil)
}

func TestDealExport(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		book := func(key, dealType, notes string) reply {
			quote := s.must(201, "POST", "/api/v1/quotes", key, `{"product_id": "ctv-sports", "deal_type": "`+dealType+`", "impressions": 20000}`)
			return s.must(201, "POST", "/api/v1/deals", key, map[string]any{"quote_id": quote.word("quote_id"), "notes": notes})
		}
		first := book(s.buyer, "PG", `=1+1, "quoted"`)
		second := book(s.buyer, "PA", "")
		rivals := book(s.rival, "PD", "")
		cancelled := book(s.buyer, "PD", "")
		s.must(200, "POST", "/api/v1/deals/"+cancelled.word("deal_id")+"/cancel", s.operator, `{}`)

		file := s.exported("", s.buyer)
		rows, err := csv.NewReader(strings.NewReader(file.text)).ReadAll()
		if err != nil || len(rows) != 4 || rows[0][0] != "deal_id" || rows[1][0] != first.word("deal_id") || !strings.Contains(file.text, `"'=1+1, ""quoted"""`) {
			t.Errorf("%v: %s", err, file.text)
		}
		if kind := file.header.Get("Content-Type"); kind != "text/csv; charset=utf-8" || !strings.Contains(file.header.Get("Content-Disposition"), "deals.csv") {
			t.Errorf("%v", file.header)
		}
		tag := file.header.Get("ETag")
		if tag == "" || s.exported("", s.buyer).header.Get("ETag") != tag || s.exported("", s.operator).header.Get("ETag") == tag || s.exported("format=json", s.buyer).header.Get("ETag") == tag {
			t.Errorf("the tag of a file is %q", tag)
		}
		if same := s.must(304, "GET", "/api/v1/deals/export", s.buyer, nil, "If-None-Match", tag); same.text != "" || same.header.Get("ETag") != tag {
			t.Errorf("the same again: %v %s", same.header, same.text)
		}
		ids := func(export reply, member string) string {
			var named []string
			deals, _ := export.at("deals").([]any)
			for _, deal := range deals {
				named = append(named, fmt.Sprint(follow(deal, member)))
			}
			return strings.Join(named, " ")
		}
		mine := first.word("deal_id") + " " + second.word("deal_id")
		whole := s.exported("format=json", s.buyer)
		if ids(whole, "deal_id") != mine+" "+cancelled.word("deal_id") {
			t.Errorf("%s", whole.text)
		}
		read := s.must(200, "GET", "/api/v1/deals/"+first.word("deal_id"), s.buyer, nil)
		deals, _ := whole.at("deals").([]any)
		if mustJSON(t, deals[0]) != mustJSON(t, read.body) {
			t.Errorf("a deal is exported as %v, and read as %s", deals[0], read.text)
		}
		if traded := s.exported("format=openrtb", s.buyer); ids(traded, "id") != mine || ids(traded, "at") != "3 1" {
			t.Errorf("%s", traded.text)
		}
		if all := s.exported("format=openrtb", s.operator); ids(all, "id") != mine+" "+rivals.word("deal_id") {
			t.Errorf("%s", all.text)
		}
		if some := s.exported("format=json&deal_type=PA&status=booked", s.operator); ids(some, "deal_id") != second.word("deal_id") {
			t.Errorf("%s", some.text)
		}
		if none := s.exported("format=json&status=expired", s.operator); none.text != `{"deals":[]}`+"\n" {
			t.Errorf("%q", none.text)
		}
		for _, query := range []string{"format=xml", "limit=5", "staus=booked"} {
			s.must(422, "GET", "/api/v1/deals/export?"+query, s.buyer, nil)
		}
		s.must(401, "GET", "/api/v1/deals/export", "", nil)
		s.must(200, "POST", "/api/v1/deals/"+first.word("deal_id")+"/cancel", s.operator, `{}`)
		if changed := s.must(200, "GET", "/api/v1/deals/export", s.buyer, nil, "If-None-Match", tag); changed.header.Get("ETag") == tag {
			t.Error("a file has changed, and its tag has not")
		}
	})
}

// TestExportsGoOnFromPageToPage exports more deals than are read at a time.
func TestExportsGoOnFromPageToPage(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	s := openShop(t, rest.Options{})
	const deals = 1_001
	for range deals {
		quote := s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "display-news", "deal_type": "PD"}`)
		s.must(201, "POST", "/api/v1/deals", s.buyer, `{"quote_id": "`+quote.word("quote_id")+`"}`)
	}
	for format, beyond := range map[string]int{"csv": 1, "json": 0, "openrtb": 0} {
		file := s.exported("format="+format, s.buyer)
		seen := map[string]bool{}
		if format == "csv" {
			rows, err := csv.NewReader(strings.NewReader(file.text)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				seen[row[0]] = true
			}
		} else {
			rows, _ := file.at("deals").([]any)
			for _, row := range rows {
				seen[fmt.Sprint(follow(row, map[string]string{"json": "deal_id", "openrtb": "id"}[format]))] = true
			}
		}
		if len(seen) != deals+beyond {
			t.Errorf("%s: %d rows", format, len(seen))
		}
	}
}

// TestReservedWordsAreNoIDs: where a route's own word stands in the place of an id, no id can be that word.
func TestReservedWordsAreNoIDs(t *testing.T) {
	t.Parallel()
	minted := map[string]string{
		"{deal_id}": "-", "{order_id}": parley.PrefixOrder, "{event_id}": parley.PrefixEvent, "{approval_id}": parley.PrefixApproval,
		"{rule_id}": "-", "{negotiation_id}": parley.PrefixNegotiation,
	}
	found := 0
	for _, literal := range rest.Routes() {
		for _, open := range rest.Routes() {
			words, holes := strings.Split(literal.Path, "/"), strings.Split(open.Path, "/")
			if literal.Method != open.Method || len(words) != len(holes) {
				continue
			}
			hole, word := "", ""
			same := true
			for i := range words {
				switch {
				case words[i] == holes[i]:
				case strings.HasPrefix(holes[i], "{") && !strings.HasPrefix(words[i], "{") && hole == "":
					hole, word = holes[i], words[i]
				default:
					same = false
				}
			}
			if !same || hole == "" {
				continue
			}
			found++
			if mark := minted[hole]; mark == "" || strings.Contains(word, mark) {
				t.Errorf("%s %s hides %s of %s", literal.Method, literal.Path, hole, open.Path)
			}
		}
	}
	if found < 3 {
		t.Errorf("only %d reserved words were found", found)
	}
}
