package condition_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley/condition"
)

// shelf is a catalog of two products, and of a kind of inventory without one.
var shelf = condition.World{Subjects: []condition.Subject{
	{ProductID: "video-home", InventoryType: "video", Currency: "USD"},
	{ProductID: "banner-home", InventoryType: "display", Currency: "EUR"},
	{InventoryType: "audio"},
}}

func TestConditionsThatAreNeverTrue(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		`product_id.startsWith("nope")`:                                              "line 1, column 22: can never be true",
		`inventory_type.contains("ctvv")`:                                            "can never be true",
		`price > 1 && inventory_type.endsWith("tv")`:                                 "can never be true",
		`["nope"].exists(x, x == product_id)`:                                        "can never be true",
		`["nope", "never"].exists(x, product_id.contains(x))`:                        "can never be true",
		`["video", "audio"].all(x, x == inventory_type)`:                             "can never be true",
		`discount_pct > 101`:                                                         "can never be true",
		`deal_value < 0`:                                                             "can never be true",
		`deal_value > 1e20`:                                                          "can never be true",
		`value_today > 1e20`:                                                         "can never be true",
		`value_open >= 9300000000000`:                                                "can never be true",
		`impressions > 1e20`:                                                         "can never be true",
		`value_open >= 9200000000000`:                                                "",
		`price >= 0 && false`:                                                        "column 15: can never be true",
		`impressions >= 1000000 &&` + "\n" + `price < 0`:                             "line 2, column 7: can never be true",
		`deal_type == "PG" && deal_type == "PD"`:                                     "line 1, column 1: can never be true: its parts exclude one another",
		`deal_type == "PG" && !(deal_type in ["PG", "PA"])`:                          "exclude one another",
		`price > 20 && price < 10`:                                                   "exclude one another",
		`price > 20 && !(price >= 15)`:                                               "exclude one another",
		`price == 20 && price > 20`:                                                  "exclude one another",
		`product_id == "video-home" && inventory_type == "display"`:                  "exclude one another",
		`inventory_type == "audio" && product_id == "video-home"`:                    "exclude one another",
		`currency == "EUR" && currency == "USD"`:                                     "exclude one another",
		`product_id == "video-home" && currency == "EUR"`:                            "exclude one another",
		`currency != "USD" && product_id.startsWith("video")`:                        "exclude one another",
		`currency in ["EUR", "JPY"] && product_id in ["video-home"]`:                 "exclude one another",
		`product_id != "banner-home" && currency == "EUR" && currency == "USD"`:      "exclude one another",
		`flight_days > 2000`:                                                         "can never be true",
		`price * 2 < 0`:                                                              "can never be true",
		`-price > 1`:                                                                 "can never be true",
		`size(product_id) > 0 ? deal_value < 0 : false`:                              "can never be true",
		`(buyer_tier == "seat" || buyer_tier == "agency") && buyer_tier == "public"`: "exclude one another",
		`recommendation == "accept" && recommendation == "counter"`:                  "exclude one another",

		`product_id.startsWith("video")`:                             "",
		`product_id == "banner-home" && currency == "EUR"`:           "",
		`product_id == "video-home" || currency == "EUR"`:            "",
		`inventory_type == "video" && currency == "EUR"`:             "", // such a product may come
		`product_id != "video-home" && currency == "JPY"`:            "",
		`inventory_type == "audio"`:                                  "",
		`inventory_type == "audio" && product_id != "video-home"`:    "",
		`inventory_type == "audio" && size(product_id) > 20`:         "",
		`["nope", "video-home"].exists(x, x == product_id)`:          "",
		`discount_pct > 99 || deal_value < 0`:                        "",
		`discount_pct < -50`:                                         "",
		`price < ask && ask < price`:                                 "", // which no bounds tell
		`deal_value >= 1000000000000 && impressions > 1000000000000`: "",
		`price >= 20 && price <= 20`:                                 "",
		`deal_type != "PG" && deal_type != "PD"`:                     "",
		`deal_value / price > 3`:                                     "",
		`true`:                                                       "",
	} {
		program, err := condition.Approval.Compile(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		check(t, expression, program.Never(shelf), want)
	}
}

func check(t *testing.T, what string, refused error, want string) {
	t.Helper()
	got := fmt.Sprint(refused)
	if want == "" && !strings.Contains(got, "nil") || !strings.Contains(got, want) {
		t.Errorf("%s: %s, want %q", what, got, want)
	}
}

func TestConditionsAreWeighedWithinTheirRule(t *testing.T) {
	t.Parallel()
	within := shelf
	within.Subjects = shelf.Subjects[:1]
	within.Only = map[condition.Variable][]string{condition.DealType: {"PG"}, condition.BuyerTier: {"seat", "agency"}}
	for expression, want := range map[string]string{
		`deal_type == "PD"`:                                    "can never be true",
		`buyer_tier == "public"`:                               "can never be true",
		`inventory_type == "display"`:                          "can never be true",
		`seat_id == "a" && seat_id == "b"`:                     "exclude one another",
		`buyer_tier == "seat" && deal_type == "PG"`:            "",
		`seat_id == "a" && agency_id.startsWith("b")`:          "",
		`"US" in geo_targets`:                                  "",
		`geo_targets.exists(g, g == "US") && seat_id == "a"`:   "",
		`geo_targets.all(g, g.startsWith("U"))`:                "",
		`geo_targets.exists(g, false)`:                         "can never be true",
		`size(ad_formats) > 1`:                                 "",
		`product_id + seat_id == "video-homea"`:                "",
		`["a", "b"].exists(s, seat_id == s) && seat_id == "c"`: "exclude one another",
	} {
		program, err := condition.Pricing.Compile(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		check(t, expression, program.Never(within), want)
	}
}

// TestALargeCatalogIsAnyProduct looks through none.
func TestALargeCatalogIsAnyProduct(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{`product_id.startsWith("nope")`, `product_id == "x" && inventory_type == "y"`} {
		program, err := condition.Pricing.Compile(expression)
		if err != nil {
			t.Fatal(err)
		}
		for _, world := range []condition.World{{}, {Subjects: []condition.Subject{{}}}} {
			check(t, expression, program.Never(world), "")
		}
	}
	known := condition.World{Subjects: []condition.Subject{{ProductID: "x", InventoryType: "video", Currency: "USD"}, {}}}
	for expression, want := range map[string]string{
		`product_id == "x" && inventory_type == "y"`:           "exclude one another",
		`product_id == "x" && currency == "EUR"`:               "exclude one another",
		`product_id != "x" && currency == "EUR"`:               "",
		`product_id.startsWith("x") && inventory_type == "y"`:  "",
		`product_id in ["x", "other"] && currency == "EUR"`:    "",
		`product_id == "x" && currency != "EUR" && price > 10`: "",
	} {
		program, err := condition.Approval.Compile(expression)
		if err != nil {
			t.Fatal(err)
		}
		check(t, expression, program.Never(known), want)
	}
}

// TestWeighingIsBounded weighs conditions with very many cases.
func TestWeighingIsBounded(t *testing.T) {
	t.Parallel()
	world := condition.World{}
	for i := range 2000 {
		world.Subjects = append(world.Subjects, condition.Subject{ProductID: fmt.Sprint("p-", i), InventoryType: "video"})
	}
	var parts []string
	for i := range 60 {
		parts = append(parts, fmt.Sprintf(`(price > %d || ask > %d || impressions > %d || product_id == "q-%d")`, i, i, i, i))
	}
	program, err := condition.Approval.Compile(strings.Join(parts[:20], " && ") + ` && deal_type == "PG" && deal_type == "PD"`)
	if err != nil {
		t.Fatal(err)
	}
	check(t, "more cases than are looked at one by one", program.Never(world), "can never be true")
}

// TestWhatHoldsOnceIsNeverRefused makes conditions and cases: one that is true of some case is never called impossible.
func TestWhatHoldsOnceIsNeverRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var part func(depth int) string
		part = func(depth int) string {
			if depth > 0 {
				switch a, b := part(depth-1), part(depth-1); rapid.SampledFrom([]string{"&&", "||", "!", "?"}).Draw(t, "operator") {
				case "&&":
					return "(" + a + " && " + b + ")"
				case "||":
					return "(" + a + " || " + b + ")"
				case "!":
					return "!" + a
				default:
					return "(" + a + " ? " + b + " : " + part(depth-1) + ")"
				}
			}
			return rapid.SampledFrom([]string{
				`(price > 10)`, `(price <= 10)`, `(10 < price)`, `(price == 10)`, `(price != 12)`, `(price in [9, 12])`, `(price * 2 > 20)`,
				`(price - ask > 1)`, `(discount_pct > 50)`, `(deal_type == "PG")`, `("PD" != deal_type)`, `(deal_type in ["PG", "PA"])`,
				`product_id.startsWith("video")`, `product_id.contains("home")`, `(inventory_type == "display")`,
				`["video-home", "x"].exists(x, x == product_id)`, `["h", "o"].all(x, product_id.contains(x))`, `(size(product_id) > 10)`,
				`(currency == "EUR")`, `(currency != "USD")`, `(price > ask)`, `((price > 5) == (ask > 5))`,
			}).Draw(t, "part")
		}
		expression := part(rapid.IntRange(0, 3).Draw(t, "depth"))
		program, err := condition.Approval.Compile(expression)
		if err != nil {
			t.Skip(err)
		}
		var values condition.Values
		subject := rapid.SampledFrom(shelf.Subjects[:2]).Draw(t, "subject")
		values.SetText(condition.ProductID, subject.ProductID)
		values.SetText(condition.InventoryType, subject.InventoryType)
		values.SetText(condition.DealType, rapid.SampledFrom([]string{"PG", "PD", "PA"}).Draw(t, "deal type"))
		values.SetText(condition.Currency, subject.Currency)
		amount := rapid.SampledFrom([]int64{0, 5_000_000, 9_000_000, 10_000_000, 10_000_001, 12_000_000, 40_000_000})
		values.SetAmount(condition.Price, amount.Draw(t, "price"))
		values.SetAmount(condition.Ask, amount.Draw(t, "ask"))
		values.SetNumber(condition.DiscountPct, rapid.Float64Range(-100, 100).Draw(t, "discount"))
		holds, err := program.Eval(&values)
		if err != nil {
			t.Fatal(err)
		}
		if refused := program.Never(shelf); holds && refused != nil {
			t.Fatalf("%s holds, and is refused: %v", expression, refused)
		}
	})
}
