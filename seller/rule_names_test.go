package seller_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/seller"
	"parley/storage"
)

// TestARuleThatCanNeverMatchIsRefused saves rules of each kind that name what there is not, each with its place and the
// nearest name.
func TestARuleThatCanNeverMatchIsRefused(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, admin := context.Background(), seller.Terminal("test")
		d.sell(video(), video(func(p *parley.Product) { p.ID, p.InventoryType = "banner-home", "display" }),
			video(func(p *parley.Product) {
				p.ID, p.Currency, p.BaseCPM, p.FloorCPM = "video-yen", "JPY", new(int64(900_000_000)), 0
			}))
		gate := func(condition string) error {
			r := rule("r", parley.GateDealBooking, parley.ScopeApprover, 1, condition)
			_, err := d.service.ApprovalRules().Create(ctx, admin, r, keep(&r))
			return err
		}
		price := func(r parley.PricingRule) error {
			r.Name, r.Enabled, r.Discount = "r", true, 100
			_, err := d.service.PricingRules().Create(ctx, admin, r, keep(&r))
			return err
		}
		profile := func(p parley.NegotiationProfile) error {
			p.Name, p.Enabled = "p", true
			_, err := d.service.NegotiationProfiles().Create(ctx, admin, p, keep(&p))
			return err
		}
		card := func(inventoryType string, currency parley.Currency) error {
			c := parley.RateCard{Entries: []parley.RateCardEntry{{InventoryType: inventoryType, BaseCPM: parley.Money{Micros: 1_000_000, Currency: currency}}}}
			_, err := d.service.ReplaceRateCard(ctx, admin, c, nil, keep(&c))
			return err
		}
		for name, c := range map[string]struct {
			err         error
			path, words string
		}{
			"approval, product":       {gate(`price > 1 && product_id == "video-hme"`), "condition", `line 1, column 28: there is no product "video-hme": it can be named once it is in the catalog; did you mean "video-home"?`},
			"approval, products":      {gate(`product_id in ["video-home", "no-such-product"]`), "condition", `there is no product "no-such-product"`},
			"approval, inventory":     {gate(`inventory_type == "ctvv"`), "condition", `there is no inventory type "ctvv": these are "audio", "ctv", "display", "dooh", "mobile_app", "native", "video"; did you mean "ctv"?`},
			"approval, case":          {gate(`inventory_type == "Display"`), "condition", `did you mean "display"?`},
			"approval, deal type":     {gate(`deal_type == "programmatic_guaranteed"`), "condition", `did you mean "PG"?`},
			"pricing, product":        {price(parley.PricingRule{Selector: parley.Selector{ProductIDs: []string{"video-home", "banner-hom"}}}), "product_ids[1]", `did you mean "banner-home"?`},
			"pricing, inventory":      {price(parley.PricingRule{Selector: parley.Selector{InventoryTypes: []string{"vidoe"}}}), "inventory_types[0]", `did you mean "video"?`},
			"pricing, condition":      {price(parley.PricingRule{Condition: `product_id == "x"`}), "condition", `there is no product "x"`},
			"pricing, tier":           {price(parley.PricingRule{Condition: `buyer_tier == "gold"`}), "condition", `buyer_tier is never "gold"`},
			"pricing, only blanks":    {price(parley.PricingRule{Selector: parley.Selector{AgencyIDs: []string{"  "}}}), "agency_ids[0]", "is empty"},
			"profile, product":        {profile(parley.NegotiationProfile{Name: "p", Selector: parley.Selector{ProductIDs: []string{"x"}}}), "product_ids[0]", `there is no product "x"`},
			"profile, inventory":      {profile(parley.NegotiationProfile{Name: "p", Selector: parley.Selector{InventoryTypes: []string{"ctvv"}}}), "inventory_types[0]", `did you mean "ctv"?`},
			"rate card, inventory":    {card("ctvv", parley.USD), "entries[0].inventory_type", `did you mean "ctv"?`},
			"a kind sold before long": {card("audio", "SEK"), "", ""},
			"rate card, currency":     {card("display", "SEK"), "entries[0].currency", "is SEK, and the products of the type display are in USD"},
			"rate card, one of them":  {card("video", "JPY"), "", ""},
			"pricing, all in others":  {price(parley.PricingRule{Currency: "SEK"}), "currency", "the products that the rule is for are in JPY and USD"},
			"pricing, of a kind":      {price(parley.PricingRule{Currency: "JPY", Selector: parley.Selector{InventoryTypes: []string{"display"}}}), "currency", "are in USD"},
			"pricing, of products":    {price(parley.PricingRule{Currency: "JPY", Selector: parley.Selector{ProductIDs: []string{"banner-home"}}}), "currency", "none of the products named is"},
			"pricing, by its amount":  {price(parley.PricingRule{FloorCPM: &parley.Money{Micros: 1_000_000, Currency: "SEK"}}), "floor_cpm", "are in JPY and USD"},
			"pricing, no currency":    {price(parley.PricingRule{Currency: "usd"}), "currency", "must be an ISO 4217 currency code"},
			"pricing, yen":            {price(parley.PricingRule{Currency: "JPY", Selector: parley.Selector{InventoryTypes: []string{"video"}}}), "", ""},
			"a kind that is there":    {gate(`inventory_type == "display" && product_id == "banner-home"`), "", ""},
		} {
			if c.path == "" {
				if c.err != nil {
					t.Errorf("%s: %v", name, c.err)
				}
				continue
			}
			fields := wantError(t, c.err, parley.CodeValidation).Fields
			if len(fields) != 1 || fields[0].Path != c.path || !strings.Contains(fields[0].Message, c.words) {
				t.Errorf("%s: %+v, want %s %s", name, fields, c.path, c.words)
			}
		}
	})
}

// TestARuleIsWeighedWithTheCasesOfItsGate saves rules with conditions at each gate: those that no case there can meet are refused.
func TestARuleIsWeighedWithTheCasesOfItsGate(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		countered := []parley.Gate{parley.GateProposalDecision}
		for condition, meets := range map[string][]parley.Gate{
			`flight_days < 1`:  nil,
			`flight_days == 0`: nil,
			`flight_days <= 1`: parley.Gates[:],
			`!(deal_type == "PG") && !(deal_type == "PD") && !(deal_type == "PA")`: nil,
			`deal_type != "PG" && deal_type != "PD"`:                               parley.Gates[:],
			`!(buyer_tier in ["public", "seat", "agency", "advertiser"])`:          nil,
			`buyer_tier != "public" && buyer_tier != "seat"`:                       parley.Gates[:],
			`recommendation == "counter"`:                                          countered,
			`!(recommendation == "accept") && recommendation == "counter"`:         countered,
			`recommendation == "accept"`:                                           parley.Gates[:],
			`recommendation != "counter"`:                                          parley.Gates[:],
			`recommendation == "accept" || recommendation == "counter"`:            parley.Gates[:],
		} {
			for _, gate := range parley.Gates {
				r := rule("r", gate, parley.ScopeApprover, 1, condition)
				_, err := d.service.ApprovalRules().Create(context.Background(), seller.Terminal("test"), r, keep(&r))
				if slices.Contains(meets, gate) {
					if err != nil {
						t.Errorf("%s at %s: %v", condition, gate, err)
					}
				} else if fields := wantError(t, err, parley.CodeValidation).Fields; len(fields) != 1 || !strings.Contains(fields[0].Message, "never be true") {
					t.Errorf("%s at %s: %+v", condition, gate, fields)
				}
			}
		}
	})
}

// TestSelectorsAreComparedAlike writes names in other capitals and with blanks, in what selects and in what is selected.
func TestSelectorsAreComparedAlike(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, admin := context.Background(), seller.Terminal("test")
		d.sell(video(func(p *parley.Product) { p.InventoryType = "display" }))
		made := parley.PricingRule{
			Name: "upfront", Enabled: true, Discount: 5_000, Selector: parley.Selector{InventoryTypes: []string{" Display", "display"}, AgencyIDs: []string{"Meridian "}, ProductIDs: []string{" video-home "}},
			HoldingCompanies: []string{"Omni Group "},
		}
		if _, err := d.service.PricingRules().Create(ctx, admin, made, keep(&made)); err != nil {
			t.Fatal(err)
		}
		if len(made.InventoryTypes) != 1 || made.InventoryTypes[0] != "display" || made.AgencyIDs[0] != "Meridian" || made.ProductIDs[0] != "video-home" {
			t.Errorf("kept as %+v", made)
		}
		buyer := d.buyer(parley.Identity{SeatID: "s", AgencyID: "meridian", AgencyHoldingCompany: "OMNI GROUP"})
		if q := d.quote(buyer, ask(1000)); q.Price.RuleDiscount != 5_000 {
			t.Errorf("the rule does not match: %+v", q.Price)
		}
		limits := parley.NegotiationProfile{Name: "p", Enabled: true, Selector: parley.Selector{InventoryTypes: []string{"DISPLAY"}, AgencyIDs: []string{"MERIDIAN"}}, MaxRounds: new(1)}
		if _, err := d.service.NegotiationProfiles().Create(ctx, admin, limits, keep(&limits)); err != nil {
			t.Fatal(err)
		}
		turn, err := d.say(buyer, seller.Message{QuoteID: d.quote(buyer, ask(1000)).ID, Action: "counter", Price: &parley.Money{Micros: 1_000_000}})
		if err != nil || turn.Negotiation.Limits.MaxRounds != 1 {
			t.Errorf("the profile does not match: %+v, %v", turn.Negotiation.Limits, err)
		}
	})
}

// TestStoredRulesKeepWorking puts rules in force as a program before checked them.
func TestStoredRulesKeepWorking(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		old := parley.PricingRule{
			ID: "rule-old", Name: "old", Enabled: true, Discount: 5_000, Selector: parley.Selector{InventoryTypes: []string{"Video "}}, Version: 1, CreatedAt: noon, UpdatedAt: noon,
		}
		gate := parley.ApprovalRule{
			ID: "gate-old", Name: "old", Gate: parley.GateDealBooking, Enabled: true, Role: parley.ScopeApprover, Timeout: 3600e9,
			OnTimeout: parley.TimeoutRejects, Condition: `deal_type == "programmatic_guaranteed" || product_id != "gone"`, Version: 1,
			CreatedAt: noon, UpdatedAt: noon,
		}
		if err := d.store.Tx(ctx, func(tx *storage.Tx) error {
			storage.PricingRules.Insert(tx, old)
			storage.ApprovalRules.Insert(tx, gate)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		buyer := d.buyer(acme)
		if q := d.quote(buyer, ask(1000)); q.Price.RuleDiscount != 5_000 {
			t.Errorf("%+v", q.Price)
		}
		if !d.holds(buyer, ask(1000)) {
			t.Error("the rule stops nothing any more")
		}
	})
}

// TestConfiguredRulesAreComparedWithTheCatalog tells of rules that were read without one.
func TestConfiguredRulesAreComparedWithTheCatalog(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		settings := seller.DefaultSettings()
		settings.ApprovalRules = []parley.ApprovalRule{
			rule("good", parley.GateDealBooking, parley.ScopeApprover, 1, `product_id == "video-home"`),
			rule("bad", parley.GateDealBooking, parley.ScopeApprover, 1, `product_id == "video-hme"`),
		}
		d = openDesk(t, d.store, settings)
		d.sell(video())
		problems, err := d.service.MisnamedRules(context.Background())
		if err != nil || len(problems) != 1 || problems[0].Path != "bad" || !strings.Contains(problems[0].Message, `did you mean "video-home"?`) {
			t.Errorf("%+v, %v", problems, err)
		}
	})
}

// TestConfiguredRulesPickFromAccounts asks a person about one account's bookings and not about others', and tells of an account that there
// is not.
func TestConfiguredRulesPickFromAccounts(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		picked, other := d.buyer(zenith), d.buyer(acme)
		ours := rule("ours", parley.GateDealBooking, parley.ScopeApprover, 1, "")
		ours.ID, ours.Enabled, ours.Timeout, ours.OnTimeout = "config:ours", true, time.Hour, parley.TimeoutRejects
		ours.AccountIDs = []string{d.accountNamed(parley.AccountAdvertiser, zenith.AdvertiserID).ID}
		nobodys := rule("nobody's", parley.GateDealBooking, parley.ScopeApprover, 1, "")
		nobodys.ID, nobodys.AccountIDs = "config:nobody's", []string{"acct-none"}
		settings := seller.DefaultSettings()
		settings.ApprovalRules = []parley.ApprovalRule{ours, nobodys}
		d = openDesk(t, d.store, settings)
		d.sell(video())
		if !d.holds(picked, ask(1000)) || d.holds(other, ask(1000)) {
			t.Errorf("the account's bookings are asked about: %v, another's: %v", d.holds(picked, ask(1000)), d.holds(other, ask(1000)))
		}
		problems, err := d.service.MisnamedRules(context.Background())
		if err != nil || len(problems) != 1 || problems[0].Path != "nobody's" || !strings.Contains(problems[0].Message, "no account's id") {
			t.Errorf("%+v, %v", problems, err)
		}
	})
}

// TestARuleThatNothingCanMeetIsRefused saves rules that name only what there is, and contradict themselves, the calendar or the
// catalog.
func TestARuleThatNothingCanMeetIsRefused(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, admin := context.Background(), seller.Terminal("test")
		d.sell(video(), video(func(p *parley.Product) { p.ID, p.InventoryType = "banner-home", "display" }),
			video(func(p *parley.Product) { p.ID, p.InventoryType = "prime-time", "linear_tv" }),
			video(func(p *parley.Product) { p.ID, p.Currency = "video-euro", "EUR" }))
		gate := func(condition string) error {
			r := rule("r", parley.GateDealBooking, parley.ScopeApprover, 1, condition)
			_, err := d.service.ApprovalRules().Create(ctx, admin, r, keep(&r))
			return err
		}
		price := func(change func(*parley.PricingRule)) error {
			r := parley.PricingRule{Name: "r", Enabled: true, Discount: 100}
			change(&r)
			_, err := d.service.PricingRules().Create(ctx, admin, r, keep(&r))
			return err
		}
		given := func(condition string) error {
			return price(func(r *parley.PricingRule) {
				r.Condition, r.DealTypes, r.Tiers = condition, []parley.DealType{"PG"}, []parley.Tier{parley.TierAgency}
			})
		}
		profile := func(p parley.NegotiationProfile) error {
			p.Name, p.Enabled, p.MaxRounds = "p", true, new(1)
			_, err := d.service.NegotiationProfiles().Create(ctx, admin, p, keep(&p))
			return err
		}
		card := func(inventoryType string) error {
			c := parley.RateCard{Entries: []parley.RateCardEntry{{InventoryType: inventoryType, BaseCPM: parley.Money{Micros: 1_000_000, Currency: parley.USD}}}}
			_, err := d.service.ReplaceRateCard(ctx, admin, c, nil, keep(&c))
			return err
		}
		today := parley.DateOf(noon, time.UTC)
		yesterday := today - 1
		usd := func(units int64) *parley.Money { return &parley.Money{Micros: units * 1_000_000, Currency: parley.USD} }
		for name, c := range map[string]struct {
			err         error
			path, words string
		}{
			"past":                {price(func(r *parley.PricingRule) { r.ValidTo = &yesterday }), "valid_to", "is past"},
			"past flights":        {price(func(r *parley.PricingRule) { r.FlightTo = &yesterday }), "flight_to", "is past"},
			"past, and off":       {price(func(r *parley.PricingRule) { r.ValidTo, r.Enabled = &yesterday, false }), "", ""},
			"until today":         {price(func(r *parley.PricingRule) { r.ValidTo = &today }), "", ""},
			"floor above ceiling": {price(func(r *parley.PricingRule) { r.FloorCPM, r.CeilingCPM = usd(9), usd(8) }), "ceiling_cpm", "must not be below the floor of"},
			"floor at ceiling":    {price(func(r *parley.PricingRule) { r.FloorCPM, r.CeilingCPM = usd(8), usd(8) }), "", ""},
			"no effect":           {price(func(r *parley.PricingRule) { r.Discount = 0 }), "discount", "the rule changes no price"},
			"other kinds": {price(func(r *parley.PricingRule) {
				r.ProductIDs, r.InventoryTypes = []string{"video-home"}, []string{"display"}
			}), "inventory_types", "has none of what the products named are: [video]"},
			"one of the kinds": {price(func(r *parley.PricingRule) {
				r.ProductIDs, r.InventoryTypes = []string{"video-home", "banner-home"}, []string{"display"}
			}), "", ""},
			"another currency": {price(func(r *parley.PricingRule) { r.ProductIDs, r.FloorCPM = []string{"video-euro"}, usd(8) }), "floor_cpm", "is in USD, and none of the products named is"},
			"currency of one":  {price(func(r *parley.PricingRule) { r.ProductIDs, r.FloorCPM = []string{"video-euro", "video-home"}, usd(8) }), "", ""},
			"currency, other kind": {price(func(r *parley.PricingRule) {
				r.ProductIDs, r.InventoryTypes, r.FloorCPM = []string{"video-euro", "banner-home"}, []string{"video"}, usd(8)
			}), "floor_cpm", "is in USD"},
			"linear product":       {price(func(r *parley.PricingRule) { r.ProductIDs = []string{"prime-time"} }), "product_ids", "linear television"},
			"linear kind":          {price(func(r *parley.PricingRule) { r.InventoryTypes = []string{"linear_tv"} }), "inventory_types[0]", "is linear television"},
			"linear rate":          {card("linear_tv"), "entries[0].inventory_type", "is linear television"},
			"profile, other kinds": {profile(parley.NegotiationProfile{Name: "p", Selector: parley.Selector{ProductIDs: []string{"video-home"}, InventoryTypes: []string{"display"}}}), "inventory_types", "has none"},
			"profile, linear":      {profile(parley.NegotiationProfile{Name: "p", Selector: parley.Selector{ProductIDs: []string{"prime-time"}}}), "product_ids", "linear television"},
			"other deal type":      {given(`impressions > 5 && deal_type == "PD"`), "condition", "can never be true"},
			"other tier":           {given(`buyer_tier != "agency"`), "condition", "can never be true"},
			"that deal type":       {given(`deal_type == "PG" && buyer_tier == "agency"`), "", ""},
			"named, other": {price(func(r *parley.PricingRule) {
				r.ProductIDs, r.Condition = []string{"video-home"}, `inventory_type == "display"`
			}), "condition", "can never be true"},
			"kind, other": {price(func(r *parley.PricingRule) {
				r.InventoryTypes, r.Condition = []string{"display"}, `product_id == "video-home"`
			}), "condition", "can never be true"},
			"prefix":                  {gate(`price > 5 && product_id.startsWith("nope")`), "condition", "line 1, column 35: can never be true"},
			"part":                    {gate(`inventory_type.contains("ctvv")`), "condition", "can never be true"},
			"loop":                    {gate(`["nope"].exists(x, x == product_id)`), "condition", "can never be true"},
			"linear, by part":         {gate(`product_id.startsWith("prime")`), "condition", "can never be true"},
			"bounds":                  {gate(`discount_pct > 101`), "condition", "can never be true"},
			"contradiction":           {gate(`deal_type == "PG" && deal_type == "PD"`), "condition", "exclude one another"},
			"product of other kind":   {gate(`product_id == "video-home" && inventory_type == "display"`), "condition", "exclude one another"},
			"product, other currency": {gate(`product_id == "video-home" && currency == "EUR"`), "condition", "exclude one another"},
			"product, own currency":   {gate(`product_id == "video-euro" && currency == "EUR"`), "", ""},
			"a kind that may come":    {gate(`inventory_type.startsWith("aud") && product_id != "video-home"`), "", ""},
			"prefix of one":           {gate(`product_id.startsWith("video-")`), "", ""},
		} {
			if c.path == "" {
				if c.err != nil {
					t.Errorf("%s: %v", name, c.err)
				}
				continue
			}
			fields := wantError(t, c.err, parley.CodeValidation).Fields
			if len(fields) != 1 || fields[0].Path != c.path || !strings.Contains(fields[0].Message, c.words) {
				t.Errorf("%s: %+v, want %s %s", name, fields, c.path, c.words)
			}
		}
	})
}
