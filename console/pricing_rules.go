package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"parley"
	"parley/seller"
)

var pricingRules = ruleKind{
	RuleKind: parley.PricingRules, path: "/pricing", at: "/pricing/rules",
	deeds: []deed{{"Make a pricing rule", "/pricing/rules/new", true}},
}

func (c *console) pricingRules() rulebook[parley.PricingRule] {
	return rulebook[parley.PricingRule]{
		Rulebook: c.service.PricingRules(), ruleKind: pricingRules,
		gone:   "The rule is out of force. Its history stays.",
		about:  func(r parley.PricingRule) (id, title string, priority int) { return r.ID, r.Name, r.Priority },
		values: ruleValues, unset: url.Values{"enabled": {"on"}, "priority": {"100"}},
		ask: (*exchange).askForRule, change: c.changeRule, draft: (*exchange).draftRule,
	}
}

// rulePage is the form of a pricing rule, with what it would change and what it was before.
type rulePage struct {
	past[parley.PricingRule]
	Form     *form
	Brackets []cardRow
	Effect   *effect
	Tiers    []parley.Tier
	Types    []parley.DealType
}

func (x *exchange) askForRule(status int, f *form) error { return x.askForRuleWith(status, f, nil) }

// askForRuleWith shows the form with what it would change.
func (x *exchange) askForRuleWith(status int, f *form, effect *effect) error {
	was, err := x.pricingRules().past(x)
	if err != nil {
		return err
	}
	return x.show("rule", status, page{Title: was.title, Section: "pricing", Data: rulePage{
		past: was, Form: f, Effect: effect, Brackets: bracketRows(f), Tiers: parley.Tiers[:], Types: parley.DealTypes[:],
	}})
}

// ruleValues are the form's fields for a rule.
func ruleValues(r parley.PricingRule) url.Values {
	v := url.Values{
		"version": {plain(r.Version)}, "name": {r.Name}, "priority": {strconv.Itoa(r.Priority)}, "condition": {r.Condition},
		"holding_companies": {strings.Join(r.HoldingCompanies, ", ")}, "currency": {string(r.Currency)},
	}
	setSelector(v, r.Selector)
	if r.Enabled {
		v.Set("enabled", "on")
	}
	for name, day := range map[string]*parley.Date{
		"flight_from": r.FlightFrom, "flight_to": r.FlightTo, "valid_from": r.ValidFrom, "valid_to": r.ValidTo,
	} {
		if day != nil {
			v.Set(name, day.String())
		}
	}
	for name, money := range map[string]*parley.Money{"base_cpm": r.BaseCPM, "floor_cpm": r.FloorCPM, "ceiling_cpm": r.CeilingCPM} {
		if money != nil {
			v.Set(name, typed(money.Micros, money.Currency.MinorDigits()))
			v.Set("currency", string(money.Currency))
		}
	}
	if r.Discount > 0 {
		v.Set("discount", rate(r.Discount))
	}
	setBrackets(v, r.VolumeBrackets)
	return v
}

// readRule reads the form, and the values to show it with again.
func (r *reader) readRule(id string) (parley.PricingRule, url.Values) {
	shown := url.Values{}
	for name, values := range r.values {
		if !strings.HasPrefix(name, "volume_brackets") {
			shown[name] = values
		}
	}
	rule := parley.PricingRule{
		ID: id, Name: r.text("name"), Priority: int(r.number("priority")), Enabled: r.text("enabled") != "",
		Selector: r.selector(), HoldingCompanies: r.list("holding_companies"),
		FlightFrom: r.date("flight_from"), FlightTo: r.date("flight_to"), ValidFrom: r.date("valid_from"), ValidTo: r.date("valid_to"),
		Condition: r.text("condition"), Discount: r.percent("discount"),
	}
	if rule.Name == "" {
		r.problems.Add("name", "is required: it shows in every price that the rule changes")
	}
	for name, target := range map[string]**parley.Money{
		"base_cpm": &rule.BaseCPM, "floor_cpm": &rule.FloorCPM, "ceiling_cpm": &rule.CeilingCPM,
	} {
		if r.text(name) != "" {
			money := r.money(name, "currency", name)
			*target = &money
		}
	}
	if stated, _ := rule.PricedIn(); stated == "" {
		rule.Currency = parley.Currency(strings.ToUpper(r.text("currency")))
	}
	rule.VolumeBrackets = r.brackets(shown)
	return rule, shown
}

// draftRule shows the form of a rule with what it would change.
func (x *exchange) draftRule() error {
	r := reader{values: x.PostForm}
	rule, shown := r.readRule(x.PathValue("id"))
	f := newForm(shown)
	var effect *effect
	volume := r.number("volume")
	err := r.problems.Err()
	if err == nil {
		effect, err = x.effectOf(seller.PricingDraft{Rule: &rule, Impressions: volume}, shown)
	}
	var was past[parley.PricingRule]
	if err == nil {
		was, err = x.pricingRules().past(x)
	}
	if err != nil {
		return x.again(f, err, "pricing rule", x.askForRule)
	}
	effect.floors(floorOf(was.Rule), floorOf(&rule), shown)
	return x.askForRuleWith(http.StatusOK, f, effect)
}

// floorOf is the floor of a rule, where it has one.
func floorOf(rule *parley.PricingRule) []parley.Money {
	if rule == nil || rule.FloorCPM == nil {
		return nil
	}
	return []parley.Money{*rule.FloorCPM}
}

// changeRule shows what a rule would change, and puts it in force when that has been shown.
func (c *console) changeRule(x *exchange) error {
	r := reader{values: x.PostForm}
	rule, shown := r.readRule(x.PathValue("id"))
	f := newForm(shown)
	if !x.confirmed(shown) {
		return x.look(x.draftRule)
	}
	err := r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.pricingRules().keep(x, rule, r.version())
	}
	if err != nil {
		return x.again(f, err, "pricing rule", x.askForRule)
	}
	x.follow(answer, "The rule \u201c"+rule.Name+"\u201d is in force.")
	return nil
}
