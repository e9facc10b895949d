package rest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestOnePublicPrice asks everything that states a price to a caller without a key. All of it is the list price, 35.00: as
// itself where one number is asked for, and as the range around it, 28.00 to 42.00, where prices are published.
func TestOnePublicPrice(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		whole := s.must(201, "POST", "/api/v1/packages", s.operator,
			`{"name": "Sports alone", "is_featured": true, "products": [{"product_id": "ctv-sports"}]}`).word("package_id")
		unpriced := s.must(201, "POST", "/api/v1/packages", s.operator,
			`{"name": "Podcasts", "products": [{"product_id": "audio-unpriced"}]}`).word("package_id")
		const (
			exact, low, high = "35.00", "28.00", "42.00"
			none             = "<nil>"
			flight           = `"flight_start": "2026-08-01", "flight_end": "2026-08-31"`
		)
		published := map[string]string{
			"price": none, "price_range.low": low, "price_range.high": high, "price_range.currency": "USD",
			"base_price": none, "pricing_type": "fixed", "buyer_tier": "public",
		}
		packaged := map[string]string{
			"price_range": "$28.00-$42.00 CPM", "exact_price": none, "base_price": none, "pricing_type": "fixed", "buyer_tier": "public",
		}
		quoted := map[string]string{
			"pricing.final_cpm": exact, "pricing.base_cpm": exact, "pricing.pricing_type": "fixed", "quote.pricing.final_cpm.amount_micros": "35000000",
			"buyer_tier": "public",
		}
		for _, test := range []struct {
			name, method, path, body string
			of                       string // where in the answer the product is; empty: the answer itself
			want                     map[string]string
		}{
			{"catalog", "GET", "/products?inventory_type=ctv", "", "products.0", published},
			{"search", "GET", "/products?search=sports", "", "products.0", published},
			{"product", "GET", "/products/ctv-sports", "", "", published},
			{"pricing", "POST", "/pricing", `{"product_id": "ctv-sports"}`, "", map[string]string{
				"pricing": none, "price_range.low": low, "price_range.high": high, "buyer_tier": "public",
			}},
			{"pricing of a volume", "POST", "/pricing", `{"product_id": "ctv-sports", "volume": 30000000}`, "", map[string]string{
				"pricing": none, "price_range.low": low, "price_range.high": high,
			}},
			{"avails", "POST", "/products/avails", `{"product_id": "ctv-sports", ` + flight + `, "impressions": 10000}`, "", map[string]string{
				"price": none, "pricing": none, "price_range.low": low, "price_range.high": high, "estimatedCpm": exact, "totalCost": "350.00",
			}},
			{"avails as the contract asks", "POST", "/products/avails", `{"productid": "ctv-sports", "startdate": "2026-08-01T00:00:00Z",
				"enddate": "2026-08-31T23:59:59Z"}`, "", map[string]string{"price": none, "price_range.low": low, "estimatedCpm": exact}},
			{"avails of several", "POST", "/products/avails", `{` + augustSearch + `, "productids": ["ctv-sports"]}`, "avails.0", map[string]string{"price": exact}},
			{"quote", "POST", "/api/v1/quotes", `{"product_id": "ctv-sports", "deal_type": "PD", ` + flight + `}`, "", quoted},
			{"quote of a volume", "POST", "/api/v1/quotes", `{"product_id": "ctv-sports", "deal_type": "PG", "impressions": 30000000, ` + flight + `}`, "", quoted},
			{"quotes of a package", "POST", "/api/v1/packages/" + whole + "/quotes", `{"deal_type": "PD", ` + flight + `}`, "quotes.0", quoted},
			{"media kit", "GET", "/media-kit", "", "featured.0", packaged},
			{"package", "GET", "/media-kit/packages/" + whole, "", "", packaged},
			{"packages", "GET", "/media-kit/packages?featured_only=true", "", "packages.0", packaged},
			{"media kit search", "POST", "/media-kit/search", `{"query": "alone"}`, "results.0", packaged},

			{"product without a price", "GET", "/products/audio-unpriced", "", "", map[string]string{
				"price": none, "price_range": none, "base_price": none, "pricing_type": "on_request",
			}},
			{"avails without a price", "POST", "/products/avails", `{"product_id": "audio-unpriced"}`, "", map[string]string{
				"estimatedCpm": none, "totalCost": none, "price_range": none,
			}},
			{"package without a price", "GET", "/media-kit/packages/" + unpriced, "", "", map[string]string{
				"price_range": "Price on request", "pricing_type": "on_request", "base_price": none,
			}},
		} {
			t.Run(test.name, func(t *testing.T) {
				var body any
				if test.body != "" {
					body = test.body
				}
				answer := s.call(test.method, test.path, "", body)
				if answer.status != 200 && answer.status != 201 {
					t.Fatalf("answered %d %s", answer.status, answer.text)
				}
				var whole any
				decoder := json.NewDecoder(strings.NewReader(answer.text))
				decoder.UseNumber()
				if err := decoder.Decode(&whole); err != nil {
					t.Fatal(err)
				}
				at := whole
				if test.of != "" {
					list, index, _ := strings.Cut(test.of, ".")
					rows, _ := follow(whole, list).([]any)
					if index != "0" || len(rows) == 0 {
						t.Fatalf("no %s in %s", test.of, answer.text)
					}
					at = rows[0]
				}
				for member, want := range test.want {
					if got := fmt.Sprint(follow(at, strings.Split(member, ".")...)); got != want {
						t.Errorf("%s is %s, want %s: %s", member, got, want, answer.text)
					}
				}
			})
		}
	})
}
