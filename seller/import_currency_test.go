package seller_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/catalogfile"
	"parley/internal/racedetector"
	"parley/seller"
)

// TestAFileWithoutCurrenciesIsInThoseOfTheProducts states prices with and without their currency, in each form, for products in
// currencies of none, two and three digits.
func TestAFileWithoutCurrenciesIsInThoseOfTheProducts(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, d *desk) {
		ctx, admin := context.Background(), seller.Terminal("test")
		amount := func(micros int64) *int64 { return &micros }
		in := func(id string, currency parley.Currency, base *int64, floor int64) parley.Product {
			return video(func(p *parley.Product) { p.ID, p.Currency, p.BaseCPM, p.FloorCPM = id, currency, base, floor })
		}
		prices := func(id string) string {
			p, err := d.service.CatalogProduct(ctx, admin, id)
			if err != nil {
				return err.Error()
			}
			return p.Text(parley.FieldBaseCPM) + " over " + p.Text(parley.FieldFloorCPM) + " " + string(p.Currency)
		}
		for _, c := range []struct{ file, id, want, refused string }{
			{"product_id,base_cpm\nyen,2900.5\n", "yen", "", "line 2, column base_cpm: must be a whole number of 1 JPY; the nearest price is 2901"},
			{"product_id,floor_cpm\nyen,900.5\n", "yen", "", "line 2, column floor_cpm: must be a whole number of 1 JPY"},
			{"product_id,base_cpm\nyen,2901\n", "yen", "2901 over 1000 JPY", ""},
			{"product_id,base_cpm\nkwd,5.123\n", "kwd", "5.123 over 1.000 KWD", ""},
			{"product_id,base_cpm\nkwd,5.1234\n", "kwd", "", "must be a whole number of 0.001 KWD"},
			{"product_id,base_cpm\nusd,9.123\n", "usd", "", "must be a whole number of 0.01 USD"},
			{"product_id,base_cpm,floor_cpm\nusd,5.12,1.01\n", "usd", "5.12 over 1.01 USD", ""},
			{`[{"product_id": "yen", "base_cpm": 2900.5}]`, "yen", "", "must be a whole number of 1 JPY"},
			{`[{"product_id": "kwd", "base_cpm": 5.123, "floor_cpm": 1.001}]`, "kwd", "5.123 over 1.001 KWD", ""},
			{"product_id,name,inventory_type,deal_types,base_cpm\nnew,New,video,PD,5.123\n", "new", "", "must be a whole number of 0.01 USD"},
			{"id,floor_price_cpm\nyen,1000.5\n", "yen", "2900 over 1001 JPY", ""},
			{"id,floor_price_cpm\nkwd,1.0001\n", "kwd", "12.000 over 1.001 KWD", ""},
			{"id,floor_price_cpm\nyen,3000.5\n", "yen", "3001 over 3001 JPY", ""},

			{"product_id,currency\nusd,JPY\n", "usd", "", "line 2, column currency: would go from USD to JPY without the prices: state base_cpm, floor_cpm with it"},
			{"product_id,currency,base_cpm\nusd,JPY,1200\n", "usd", "", "state floor_cpm with it"},
			{"product_id,currency,floor_cpm\nusd,JPY,900\n", "usd", "", "state base_cpm with it"},
			{"product_id,currency\nyen,\n", "yen", "", "would go from JPY to USD without the prices"},
			{`[{"product_id": "usd", "currency": "EUR"}]`, "usd", "", "would go from USD to EUR without the prices"},
			{"id,currency,floor_price_cpm\nusd,EUR,9.00\n", "usd", "", "state base_cpm with it"},
			{"product_id,currency\nusd,USD\n", "usd", "12.00 over 8.00 USD", ""},
			{"product_id,currency\nunpriced,JPY\n", "unpriced", " over 0 JPY", ""},
			{"product_id,currency,base_cpm,floor_cpm\nusd,JPY,1200,900\n", "usd", "1200 over 900 JPY", ""},
			{"product_id,currency,base_cpm,floor_cpm\nusd,JPY,,\n", "usd", " over 0 JPY", ""},
		} {
			d.sell(in("yen", "JPY", amount(2_900_000_000), 1_000_000_000), in("kwd", "KWD", amount(12_000_000), 1_000_000),
				in("usd", "USD", amount(12_000_000), 8_000_000), in("unpriced", "USD", nil, 0))
			before := prices(c.id)
			_, err := d.service.ImportCatalog(ctx, admin, seller.CatalogImport{Feed: func(stage func(int, parley.ProductChange) error) error {
				_, err := catalogfile.Read(strings.NewReader(c.file), catalogfile.Options{}, stage)
				return err
			}})
			switch {
			case c.refused != "":
				if err == nil || !strings.Contains(err.Error(), c.refused) || prices(c.id) != before {
					t.Errorf("%q: %v, and it costs %s", c.file, err, prices(c.id))
				}
			case err != nil || prices(c.id) != c.want:
				t.Errorf("%q: %v, and it costs %s, want %s", c.file, err, prices(c.id), c.want)
			}
		}
	})
}
