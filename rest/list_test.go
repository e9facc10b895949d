package rest_test

import (
	"testing"
)

func TestPagesRepeatNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		for range 7 {
			s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD"}`)
		}
		for _, order := range []string{"oldest", "newest"} {
			seen := map[any]bool{}
			cursor, pages := "", 0
			for {
				page := s.must(200, "GET", "/api/v1/quotes?limit=3&order="+order+"&cursor="+cursor, s.buyer, nil)
				rows, _ := page.at("quotes").([]any)
				for _, row := range rows {
					id := follow(row, "quote_id")
					if seen[id] {
						t.Fatalf("%v comes twice", id)
					}
					seen[id] = true
				}
				pages++
				if cursor = page.word("next_cursor"); cursor == "" {
					break
				}
				if order == "oldest" && pages == 1 {
					s.must(201, "POST", "/api/v1/quotes", s.buyer, `{"product_id": "ctv-sports", "deal_type": "PD"}`)
				}
			}
			if want := 8; len(seen) != want || pages != 3 {
				t.Errorf("%s first: %d rows on %d pages", order, len(seen), pages)
			}
		}
		if page := s.must(200, "GET", "/api/v1/quotes?limit=3&offset=6", s.buyer, nil); page.at("next_cursor") != nil || page.word("offset") != "6" {
			t.Errorf("the last page by offset: %s", page.text)
		}
	})
}
