package condition_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"parley"
	"parley/condition"
)

func approvalValues() *condition.Values {
	var v condition.Values
	v.SetAmount(condition.DealValue, 25_000_000_000)
	v.SetAmount(condition.Price, 12_340_000)
	v.SetAmount(condition.Ask, 12_500_000)
	v.SetNumber(condition.DiscountPct, 1.28)
	v.SetCount(condition.Impressions, 2_000_000)
	v.SetCount(condition.FlightDays, 31)
	v.SetText(condition.DealType, "PG")
	v.SetText(condition.BuyerTier, "agency")
	v.SetText(condition.ProductID, "ctv-premium")
	v.SetText(condition.InventoryType, "ctv")
	return &v
}

func TestApprovalConditions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		expression string
		want       bool
	}{
		{`deal_value >= 10000`, true},
		{`deal_value >= 25000.01`, false},
		{`10000 <= deal_value && deal_value < 1e6`, true},
		{`impressions > 1.5`, true},
		{`impressions == 2000000`, true},
		{`impressions == 2000000.0`, true},
		{`price == 12.34`, true},
		{`price < ask`, true},
		{`price * 2 > 10`, true},
		{`price * 2 + 1 - 0.5 > 25.18`, false},
		{`deal_value / impressions * 1000 == 12.5`, true},
		{`1 / 0 > 5`, true},
		{`-price < 0`, true},
		{`discount_pct > 1 && discount_pct < 2`, true},
		{`flight_days in [30, 31]`, true},
		{`deal_type == "PG" && buyer_tier in ["public", "seat"]`, false},
		{`deal_type == "PG" ? price < 13 : price > 13`, true},
		{`product_id.startsWith("ctv-") && product_id.endsWith("premium") && product_id.contains("-")`, true},
		{`size(product_id) == 11`, true},
		{`product_id.size() * 2 == 22 && ["a", "b"].size() == 2`, true},
		{`recommendation == ""`, true},
		{`!(inventory_type == "ctv")`, false},
		{`["ctv", "video"].exists(t, t == inventory_type)`, true},
		{`[1, 2.5, 3].all(n, n < price)`, true},
		{`9223372036854775807 + 9223372036854775807 > 0`, true},
		{`18446744073709551615u > 5`, true},
		{`true`, true},
		{"deal_type == \"PG\" &&\n  price > 1", true},
	}
	for _, test := range tests {
		t.Run(test.expression, func(t *testing.T) {
			program, err := condition.Approval.Compile(test.expression)
			if err != nil {
				t.Fatal(err)
			}
			got, err := program.Eval(approvalValues())
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestPricingConditions(t *testing.T) {
	t.Parallel()
	var v condition.Values
	v.SetList(condition.GeoTargets, []string{"US-CA", "US-NY"})
	v.SetList(condition.DeviceTypes, []string{"ctv"})
	v.SetText(condition.DSPPlatform, "ttd")
	v.SetAmount(condition.BaseCPM, 12_000_000)
	tests := []struct {
		expression string
		want       bool
	}{
		{`"US-CA" in geo_targets`, true},
		{`"GB" in geo_targets`, false},
		{`geo_targets.exists(g, g.startsWith("US-"))`, true},
		{`geo_targets.all(g, g == "US-CA")`, false},
		{`size(geo_targets) > 1.5 && size(geo_targets) == 2`, true},
		{`size(ad_formats) == 0 && !("video" in ad_formats)`, true},
		{`dsp_platform == "ttd" && seat_id == "" && agency_id == "" && advertiser_id == ""`, true},
		{`dsp_platform == "The Trade Desk" && "KOKAI" == dsp_platform && !(dsp_platform != "thetradedesk")`, true},
		{`dsp_platform in ["dv360", "the-trade-desk"] && !(dsp_platform in ["Xandr"]) && dsp_platform != "dv360"`, true},
		{`base_cpm >= 12 && device_types == ["ctv"]`, true},
	}
	for _, test := range tests {
		t.Run(test.expression, func(t *testing.T) {
			program, err := condition.Pricing.Compile(test.expression)
			if err != nil {
				t.Fatal(err)
			}
			got, err := program.Eval(&v)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestBrokenConditionsAreRefusedWithTheirPosition(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		expression   string
		line, column int
		says         string
	}{
		{"nothing", " ", 1, 1, "is empty"},
		{"syntax", `price >`, 1, 8, "Syntax error"},
		{"syntax on the second line", "price > 1 &&\n  price >= >= 2", 2, 12, "Syntax error"},
		{"unknown variable", `deal_value > 1 && pirce > 2`, 1, 19, "unknown name pirce: the variables are ask, buyer_tier"},
		{"variable of the other vocabulary", `seat_id == "s"`, 1, 1, "unknown name seat_id"},
		{"number", `price + 1`, 1, 1, "must be true or false, not double"},
		{"string against number", `deal_type > 3`, 1, 11, "no matching overload"},
		{"remainder", `price % 2 == 0`, 1, 7, "the operator % is not part"},
		{"conversion", `int("x") == 1`, 1, 4, "unknown name int"},
		{"regular expression", `product_id.matches("(a+)+$")`, 1, 19, "unknown name matches"},
		{"index", `["a"][7] == "a"`, 1, 6, "an index ([]) is not part"},
		{"field", `price.amount > 3`, 1, 6, "a field (.) is not part"},
		{"map", `{"a": 1} == {"a": 1}`, 1, 1, "a map or message"},
		{"message", `google.protobuf.Int32Value{value: 1} == 1`, 1, 27, "a map or message"},
		{"bytes", `b"a" == b"a"`, 1, 1, "bytes is not part"},
		{"mixed list", `price in [1, "a"]`, 1, 14, "expected type"},
		{"macro that is not there", `[1].map(x, x) == [1]`, 1, 8, "unknown name map"},
		{"too long", strings.Repeat("1", 2001), 1, 1, "longer than 2,000"},
		{"too deep", strings.Repeat("(", 400) + "true" + strings.Repeat(")", 400), 1, 1, "is nested too deeply"},
		{"not UTF-8", "\xff", 1, 1, "UTF-8"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := condition.Approval.Compile(test.expression)
			var refused *parley.Error
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want a *parley.Error", err)
			}
			if refused.Code != parley.CodeValidation || len(refused.Fields) != 1 || refused.Fields[0].Path != condition.Field {
				t.Errorf("got %+v, want a validation error about condition", refused)
			}
			if refused.Facts["line"] != test.line || refused.Facts["column"] != test.column {
				t.Errorf("got line %v, column %v, want %d, %d", refused.Facts["line"], refused.Facts["column"], test.line, test.column)
			}
			if !strings.Contains(refused.Message, test.says) {
				t.Errorf("%q does not say %q", refused.Message, test.says)
			}
		})
	}
}

func TestLongAndNestedConditions(t *testing.T) {
	t.Parallel()
	for name, expression := range map[string]string{
		"alternatives":      strings.Repeat(`ask == 1 || `, 120) + `price > 1`,
		"a sum":             strings.Repeat(`1 + `, 40) + `price > 1`,
		"a list":            `deal_type in [` + strings.Repeat(`"PA", `, 120) + `"PG"]`,
		"parentheses":       strings.Repeat("(", 10) + `price > 1` + strings.Repeat(")", 10),
		"choices":           strings.Repeat(`ask == 1 ? false : `, 10) + `price > 1`,
		"as long as can be": strings.Repeat(" ", condition.MaxLength-len(`price > 1`)) + `price > 1`,
	} {
		t.Run(name, func(t *testing.T) {
			program, err := condition.Approval.Compile(expression)
			if err != nil {
				t.Fatal(err)
			}
			if held, err := program.Eval(approvalValues()); err != nil || !held {
				t.Errorf("got %v, %v", held, err)
			}
		})
	}
}

func TestProgramsAndValuesAreShared(t *testing.T) {
	t.Parallel()
	program, err := condition.Approval.Compile(`["ctv", "video"].exists(t, t == inventory_type) && deal_value >= 10000`)
	if err != nil {
		t.Fatal(err)
	}
	values := approvalValues()
	var evaluations sync.WaitGroup
	for range 8 {
		evaluations.Go(func() {
			for range 100 {
				if held, err := program.Eval(values); err != nil || !held {
					t.Errorf("got %v, %v", held, err)
				}
			}
		})
	}
	evaluations.Wait()
}

func TestCostIsBounded(t *testing.T) {
	t.Parallel()
	program, err := condition.Pricing.Compile(
		`geo_targets.all(a, geo_targets.all(b, geo_targets.all(c, a + b + c != "")))`)
	if err != nil {
		t.Fatal(err)
	}
	var v condition.Values
	v.SetList(condition.GeoTargets, make([]string, 1_000))
	v.SetList(condition.GeoTargets, strings.Split(strings.Repeat("x ", 999)+"x", " "))
	if _, err := program.Eval(&v); err == nil {
		t.Error("a billion steps were allowed")
	}
}

func TestVocabularyNames(t *testing.T) {
	t.Parallel()
	for _, name := range condition.Pricing.Names() {
		if _, err := condition.Pricing.Compile(name + " == " + name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzCompileAndEval(f *testing.F) {
	for _, seed := range []string{
		`deal_value >= 10000`, `1 / 0 > 5`, `price in [1, 2]`, `["a"].exists(x, x == deal_type)`, `-(-9223372036854775808) > 1`,
		`{"a": 1}.b`, `"\xff" == deal_type`, `b"\xff" == b""`, `has(price.x)`, "price > 1 // comment", "`price` > 1", `a.?b`,
		`[[1], [2]] == [[]]`, `null == null`, `timestamp("x") > 1`, `optional.of(1)`, `price == 1 ? true : false`,
	} {
		f.Add(seed)
	}
	for _, part := range []string{"(", "[", "{", "!", "-", "1?", "true?true:", "[1].all(x,", "{1:", "a{b:", "1-(", "f(", "\\"} {
		f.Add(strings.Repeat(part, condition.MaxLength/len(part)))
	}
	values := approvalValues()
	f.Fuzz(func(t *testing.T, expression string) {
		program, err := condition.Approval.Compile(expression)
		if err != nil {
			if !parley.Is(err, parley.CodeValidation) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if _, err := program.Eval(values); err != nil && !strings.Contains(err.Error(), "cost limit") {
			t.Fatalf("a compiled condition failed: %v", err)
		}
	})
}

func BenchmarkGate50Rules(b *testing.B) {
	expressions := []string{
		`deal_value >= 1000000`, `discount_pct > 15`, `buyer_tier == "public"`, `impressions > 50000000.5`,
		`deal_type in ["PA", "PD"]`,
	}
	var programs []*condition.Program
	for i := range 50 {
		program, err := condition.Approval.Compile(expressions[i%len(expressions)])
		if err != nil {
			b.Fatal(err)
		}
		programs = append(programs, program)
	}
	b.ReportAllocs()
	for b.Loop() {
		values := approvalValues()
		for _, program := range programs {
			if held, err := program.Eval(values); err != nil || held {
				b.Fatal(held, err)
			}
		}
	}
}
