package approval_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley"
	"parley/approval"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// asked is a case of 1,000,000 impressions at 10.00 with an ask of 12.00.
func asked() parley.ApprovalCase {
	return parley.ApprovalCase{
		DealValue:      10_000 * parley.MicrosPerUnit,
		Price:          10 * parley.MicrosPerUnit,
		Ask:            12 * parley.MicrosPerUnit,
		Currency:       parley.USD,
		Impressions:    1_000_000,
		FlightDays:     31,
		DealType:       parley.ProgrammaticGuaranteed,
		BuyerTier:      parley.TierAgency,
		ProductID:      "ctv-premium",
		InventoryType:  "ctv",
		Recommendation: "accept",
	}
}

func ruled(id, expression string) parley.ApprovalRule {
	return parley.ApprovalRule{ID: id, Name: "rule " + id, Gate: parley.GateDealBooking, Condition: expression, Enabled: true}
}

func compile(t testing.TB, rules ...parley.ApprovalRule) *approval.Gatekeeper {
	t.Helper()
	keeper, err := approval.Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	return keeper
}

func met(t testing.TB, keeper *approval.Gatekeeper, c parley.ApprovalCase, gates ...parley.Gate) []string {
	t.Helper()
	rules, err := keeper.Match(c, gates...)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestBoundaries(t *testing.T) {
	t.Parallel()
	const cent = 10_000
	tests := []struct {
		name      string
		condition string
		change    func(*parley.ApprovalCase)
		want      bool
	}{
		{"value at the limit", `deal_value >= 10000`, func(*parley.ApprovalCase) {}, true},
		{"a cent under it", `deal_value >= 10000`, func(c *parley.ApprovalCase) { c.DealValue -= cent }, false},
		{"a micro under it", `deal_value >= 10000.0`, func(c *parley.ApprovalCase) { c.DealValue-- }, false},
		{"not above itself", `deal_value > 10000.00`, func(*parley.ApprovalCase) {}, false},
		{"a micro above", `deal_value > 10000`, func(c *parley.ApprovalCase) { c.DealValue++ }, true},
		{"a price in cents", `price == 9.99`, func(c *parley.ApprovalCase) { c.Price = 999 * cent }, true},
		{"a price in micros", `price < 9.990001`, func(c *parley.ApprovalCase) { c.Price = 9_990_001 }, false},
		{"a discount of exactly 10%", `discount_pct >= 10`, func(c *parley.ApprovalCase) { c.Price = 10_800_000 }, true},
		{"and not more", `discount_pct > 10`, func(c *parley.ApprovalCase) { c.Price = 10_800_000 }, false},
		{"a micro more than 10%", `discount_pct > 10`, func(c *parley.ApprovalCase) { c.Price = 10_799_999 }, true},
		{"8.33%", `discount_pct == 8.33`, func(c *parley.ApprovalCase) { c.Ask, c.Price = 10_000_000, 9_167_000 }, true},
		{"no discount above the ask", `discount_pct == 0`, func(c *parley.ApprovalCase) { c.Price = c.Ask + 1 }, true},
		{"no discount without an ask", `discount_pct == 0`, func(c *parley.ApprovalCase) { c.Ask = 0 }, true},
		{"volume", `impressions >= 1000000 && flight_days == 31`, func(*parley.ApprovalCase) {}, true},
		{
			"words", `deal_type == "PG" && buyer_tier == "agency" && product_id == "ctv-premium" && inventory_type == "ctv" && ` +
				`recommendation == "accept" && ask == 12`, func(*parley.ApprovalCase) {}, true,
		},
		{"nothing to ask", ``, func(*parley.ApprovalCase) {}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := asked()
			test.change(&c)
			if got := len(met(t, compile(t, ruled("g", test.condition)), c, parley.GateDealBooking)) == 1; got != test.want {
				t.Errorf("%s: got %v, want %v", test.condition, got, test.want)
			}
		})
	}
}

// TestAmountsCompareAsWritten holds conditions to the digits that an operator writes, for any amount below 9 billion.
func TestAmountsCompareAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Int64Range(0, 9_000_000_000*parley.MicrosPerUnit).Draw(t, "limit")
		c := asked()
		c.DealValue = limit + rapid.Int64Range(-3, 3).Draw(t, "off")
		keeper, err := approval.Compile([]parley.ApprovalRule{ruled("g", "deal_value >= "+parley.FormatMicros(limit, 0))})
		if err != nil {
			t.Fatal(err)
		}
		rules, err := keeper.Match(c, parley.GateDealBooking)
		if err != nil || (len(rules) == 1) != (c.DealValue >= limit) {
			t.Fatalf("%d against %d: %v, %v", c.DealValue, limit, rules, err)
		}
	})
}

func TestTheChoiceDoesNotDependOnTheOrder(t *testing.T) {
	t.Parallel()
	with := func(r parley.ApprovalRule, change func(*parley.ApprovalRule)) parley.ApprovalRule {
		change(&r)
		return r
	}
	rules := []parley.ApprovalRule{
		ruled("c", `price > 1`),
		ruled("b", ``),
		with(ruled("d", `deal_value > 1`), func(r *parley.ApprovalRule) { r.Priority = 5 }),
		with(ruled("a", ``), func(r *parley.ApprovalRule) { r.Priority = -1 }),
		with(ruled("off", ``), func(r *parley.ApprovalRule) { r.Priority, r.Enabled = 99, false }),
		with(ruled("other", ``), func(r *parley.ApprovalRule) { r.Priority, r.Gate = 1, parley.GateNegotiationAccept }),
		ruled("never", `price > 100`),
	}
	shuffle := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		shuffle.Shuffle(len(rules), func(i, j int) { rules[i], rules[j] = rules[j], rules[i] })
		keeper := compile(t, rules...)
		if diff := cmp.Diff([]string{"d", "b", "c", "a"}, met(t, keeper, asked(), parley.GateDealBooking)); diff != "" {
			t.Fatal(diff)
		}
		both := met(t, keeper, asked(), parley.GateDealBooking, parley.GateNegotiationAccept)
		if diff := cmp.Diff([]string{"d", "other", "b", "c", "a"}, both); diff != "" {
			t.Fatal(diff)
		}
		if got := met(t, keeper, asked(), parley.GateChangeRequest); len(got) > 0 {
			t.Fatalf("a gate without rules stopped for %v", got)
		}
	}
}

func TestRulesThatCannotBeDecidedBy(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*parley.ApprovalRule)
		want   []string
	}{
		{"no name", func(r *parley.ApprovalRule) { r.Name = "" }, []string{"name"}},
		{"no gate", func(r *parley.ApprovalRule) { r.Gate = "" }, []string{"gate"}},
		{"a viewer", func(r *parley.ApprovalRule) { r.Role = parley.ScopeViewer }, []string{"role"}},
		{"who takes in figures", func(r *parley.ApprovalRule) { r.Role = parley.ScopeDelivery }, []string{"role"}},
		{"nobody", func(r *parley.ApprovalRule) { r.Role = "boss" }, []string{"role"}},
		{"no time", func(r *parley.ApprovalRule) { r.Timeout = -time.Second }, []string{"timeout"}},
		{"for ever", func(r *parley.ApprovalRule) { r.Timeout = 366 * 24 * time.Hour }, []string{"timeout"}},
		{"unknown timeout", func(r *parley.ApprovalRule) { r.OnTimeout = "approve" }, []string{"on_timeout"}},
		{"to nobody", func(r *parley.ApprovalRule) { r.OnTimeout = parley.TimeoutEscalates }, []string{"escalate_to"}},
		{
			"to a viewer",
			func(r *parley.ApprovalRule) { r.OnTimeout, r.EscalateTo = parley.TimeoutEscalates, parley.ScopeViewer },
			[]string{"escalate_to"},
		},
		{
			"to the same role",
			func(r *parley.ApprovalRule) {
				r.OnTimeout, r.EscalateTo = parley.TimeoutEscalates, parley.ScopeApprover
			},
			[]string{"escalate_to"},
		},
		{"broken condition", func(r *parley.ApprovalRule) { r.Condition = "price >" }, []string{"condition"}},
		{
			"all at once", func(r *parley.ApprovalRule) { *r = parley.ApprovalRule{ID: "g", Role: "boss", Condition: "1"} },
			[]string{"name", "gate", "role", "condition"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := ruled("g", "")
			r.Enabled = false // a broken rule is refused whether or not it is in force
			test.change(&r)
			if diff := cmp.Diff(test.want, paths(t, approval.ValidateRule(r))); diff != "" {
				t.Error(diff)
			}
			var want []string
			for _, field := range test.want {
				want = append(want, "rules[g]."+field)
			}
			_, err := approval.Compile([]parley.ApprovalRule{ruled("fine", ""), r})
			if diff := cmp.Diff(want, paths(t, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestABrokenConditionIsNamedWithItsPlace(t *testing.T) {
	t.Parallel()
	r := ruled("", "deal_value > 1 &&\n  pirce > 2")
	r.Name = "big deals"
	_, err := approval.Compile([]parley.ApprovalRule{r})
	if want := "rules[big deals].condition line 2, column 3: unknown name pirce"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	var invalid *parley.Error
	if err := approval.ValidateRule(r); !errors.As(err, &invalid) || invalid.Facts["line"] != 2 || invalid.Facts["column"] != 3 {
		t.Errorf("got %+v, want line 2, column 3", err)
	}
}

func TestTooMuchWorkLetsNothingPass(t *testing.T) {
	t.Parallel()
	list := "[" + strings.Repeat("1,", 300) + "1]"
	r := ruled("g", list+".all(a, "+list+".all(b, a + b > 0))") // 90,601 sums
	rules, err := compile(t, r).Match(asked(), parley.GateDealBooking)
	if !parley.Is(err, parley.CodeInternal) {
		t.Errorf("got %v, %v; want an internal error", rules, err)
	}
}

func paths(t *testing.T, err error) []string {
	t.Helper()
	var invalid *parley.Error
	if !errors.As(err, &invalid) || invalid.Code != parley.CodeValidation {
		t.Fatalf("got %v, want a validation error", err)
	}
	var found []string
	for _, field := range invalid.Fields {
		found = append(found, field.Path)
	}
	return found
}

func TestRequestAndTimeOut(t *testing.T) {
	t.Parallel()
	r := ruled("g", "")
	r.Timeout, r.OnTimeout, r.EscalateTo = time.Hour, parley.TimeoutEscalates, parley.ScopeFinance
	rules, err := compile(t, r).Match(asked(), parley.GateDealBooking)
	if err != nil || len(rules) != 1 {
		t.Fatal(rules, err)
	}
	a := approval.Request(rules[0], asked(), noon)
	want := parley.Approval{
		Gate: parley.GateDealBooking, Status: parley.ApprovalPending, RuleID: "g", RuleName: "rule g",
		RuleRole: parley.ScopeApprover, Role: parley.ScopeApprover,
		Case: asked(), RequestedAt: noon, TimeoutAt: noon.Add(time.Hour), OnTimeout: parley.TimeoutEscalates,
		EscalateTo: parley.ScopeFinance, Version: 1,
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Fatal(diff)
	}

	if same, moved := approval.TimeOut(a, noon.Add(time.Hour-1)); moved || !cmp.Equal(same, a) {
		t.Errorf("moved before its time: %+v", same)
	}
	late := noon.Add(90 * time.Minute) // when the sweep came
	escalated, moved := approval.TimeOut(a, late)
	want.Role, want.EscalateTo, want.OnTimeout, want.TimeoutAt = parley.ScopeFinance, "", parley.TimeoutRejects, late.Add(time.Hour)
	if diff := cmp.Diff(want, escalated); diff != "" || !moved {
		t.Errorf("escalated to: %s", diff)
	}
	if _, moved := approval.TimeOut(escalated, late); moved {
		t.Error("the role that it was escalated to had no time")
	}
	over, moved := approval.TimeOut(escalated, late.Add(time.Hour))
	want.Status = parley.ApprovalTimedOut
	if diff := cmp.Diff(want, over); diff != "" || !moved {
		t.Errorf("timed out as: %s", diff)
	}
	if _, moved := approval.TimeOut(over, late.Add(9*time.Hour)); moved {
		t.Error("what is over was moved again")
	}
	a.Status = parley.ApprovalApproved
	if _, moved := approval.TimeOut(a, late); moved {
		t.Error("a decided approval timed out")
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	got := approval.WithDefaults(parley.ApprovalRule{})
	want := parley.ApprovalRule{Role: parley.ScopeApprover, Timeout: 24 * time.Hour, OnTimeout: parley.TimeoutRejects}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	set := parley.ApprovalRule{Role: parley.ScopeLegal, Timeout: time.Minute, OnTimeout: parley.TimeoutEscalates}
	if diff := cmp.Diff(set, approval.WithDefaults(set)); diff != "" {
		t.Error(diff)
	}
}

// TestACaseIsKeptExactly matters to approvals, which are decided from the case as it was stored.
func TestACaseIsKeptExactly(t *testing.T) {
	t.Parallel()
	c := asked()
	c.DealValue = 9_007_199_254_740_993 // what a float64 cannot hold
	stored, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var read parley.ApprovalCase
	if err := json.Unmarshal(stored, &read); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, read); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkMatch50Rules(b *testing.B) {
	expressions := []string{
		`deal_value >= 1000000`, `discount_pct > 25.5`, `buyer_tier == "public" && deal_type == "PA"`,
		`impressions > 50000000 || flight_days > 365`, `inventory_type in ["audio", "native"]`,
	}
	var rules []parley.ApprovalRule
	for i := range 50 {
		rules = append(rules, ruled(fmt.Sprintf("g-%02d", i), expressions[i%len(expressions)]))
	}
	keeper := compile(b, rules...)
	c := asked()
	b.ReportAllocs()
	for b.Loop() {
		if rules, err := keeper.Match(c, parley.GateDealBooking); err != nil || len(rules) > 0 {
			b.Fatal(rules, err)
		}
	}
}
