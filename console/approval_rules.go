package console

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley"
	"parley/seller"
)

var approvalRules = ruleKind{
	RuleKind: parley.ApprovalRules, path: "/approval-rules", at: "/approval-rules",
	group: groupPublisher, shows: []goTo{{"approvals", "approval-rules", "Approval rules", "r"}},
	deeds: []deed{
		{"Make an approval rule", "/approval-rules/new", true},
		{"Try a case on the approval rules", "/approval-rules", false},
	},
}

func (c *console) approvalRules() rulebook[parley.ApprovalRule] {
	return rulebook[parley.ApprovalRule]{
		Rulebook: c.service.ApprovalRules(), ruleKind: approvalRules, index: c.approvalRuleList,
		gone:   "The rule is out of force. What it has stopped still waits for a decision.",
		about:  func(r parley.ApprovalRule) (id, title string, priority int) { return r.ID, r.Name, r.Priority },
		values: approvalRuleValues, unset: url.Values{
			"enabled": {"on"}, "priority": {"100"}, "gate": {string(parley.GateProposalDecision)},
			"role": {string(parley.ScopeApprover)}, "timeout": {"24h"}, "on_timeout": {string(parley.TimeoutRejects)},
		},
		ask: (*exchange).askForApprovalRule, change: c.changeApprovalRule,
	}
}

// approvalRulesPage lists the rules and tries them on a case.
type approvalRulesPage struct {
	Stored     []parley.ApprovalRule
	Configured []parley.ApprovalRule
	Form       *form
	Gates      []string
	Tried      bool
	Matches    []parley.ApprovalRule
}

// gateChoices are the gates with their names in words.
func gateChoices() []string {
	var choices []string
	for _, gate := range parley.Gates {
		choices = append(choices, string(gate)+"="+words(gate))
	}
	return choices
}

func (c *console) approvalRuleList(x *exchange) error {
	rules, err := x.approvalRules().all(x)
	if err != nil {
		return err
	}
	q := x.query()
	content := approvalRulesPage{
		Stored: rules, Configured: c.service.ConfiguredApprovalRules(), Form: q.filterForm(), Gates: gateChoices(),
		Tried: q.text("gate") != "",
	}
	status := http.StatusOK
	if content.Tried {
		if status, err = x.tryApprovalRules(&content); err != nil {
			return err
		}
	}
	return x.show("approvalrules", status, page{
		Title: "Approval rules", Section: "approvals", Live: []string{"approval_rules."}, Data: content,
	})
}

// tryApprovalRules asks which rules would stop a case.
func (x *exchange) tryApprovalRules(content *approvalRulesPage) (int, error) {
	r := reader{values: content.Form.Values}
	price, ask := r.micros("price"), r.micros("ask")
	tier, _ := parley.ParseTier(r.text("tier"))
	today, open := r.micros("value_today"), r.micros("value_open")
	facts := parley.ApprovalCase{
		Impressions: r.number("impressions"), FlightDays: r.number("flight_days"), DealType: parley.DealType(r.text("deal_type")),
		BuyerTier: tier, ProductID: r.text("product_id"), InventoryType: r.text("inventory_type"), Currency: parley.Currency(cmp.Or(strings.ToUpper(r.text("currency")), string(parley.USD))),
		Recommendation: r.text("recommendation"),
	}
	if !facts.Currency.Valid() {
		r.problems.Add("currency", "must be an ISO 4217 currency code such as USD")
	}
	if facts.Impressions == 0 {
		facts.Volume = parley.VolumeUnknown
	}
	if today != nil {
		facts.ValueToday = *today
	}
	if open != nil {
		facts.ValueOpen = *open
	}
	if price == nil {
		r.problems.Add("price", "is required")
	} else {
		facts.Price, facts.Ask = *price, *price
	}
	if ask != nil {
		facts.Ask = *ask
	}
	err := r.problems.Err()
	if err == nil {
		err = weigh(&facts)
	}
	if err == nil {
		content.Matches, err = x.service.TestApprovalRules(x.Context(), x.call, parley.Gate(r.text("gate")), facts)
	}
	if err == nil {
		return http.StatusOK, nil
	}
	content.Tried = false
	status, ok := content.Form.refused(x, err)
	if !ok {
		return 0, err
	}
	return status, nil
}

// weigh fills in what follows from the price and the volume of a case.
func weigh(facts *parley.ApprovalCase) error {
	if facts.Price < 0 {
		return parley.Invalid("price", "must be at least 0")
	}
	if facts.Impressions < 0 {
		return parley.Invalid("impressions", "must be at least 0")
	}
	value, err := parley.DealValue(facts.Price, facts.Impressions)
	if err != nil {
		return parley.Invalid("impressions", "and the price make a deal that is too large")
	}
	facts.DealValue = value
	return nil
}

// approvalRulePage is the form of an approval rule and what it was before.
type approvalRulePage struct {
	past[parley.ApprovalRule]
	Form  *form
	Gates []string
	Known []Option // to pick in the builder
}

// approvalRuleValues are the form's fields for a rule.
func approvalRuleValues(rule parley.ApprovalRule) url.Values {
	v := url.Values{
		"version": {plain(rule.Version)}, "name": {rule.Name}, "gate": {string(rule.Gate)}, "condition": {rule.Condition},
		"role": {string(rule.Role)}, "second_role": {string(rule.SecondRole)}, "timeout": {parley.FormatSpan(rule.Timeout)}, "on_timeout": {string(rule.OnTimeout)},
		"account_ids": {strings.Join(rule.AccountIDs, ", ")}, "escalate_to": {string(rule.EscalateTo)}, "priority": {strconv.Itoa(rule.Priority)},
	}
	if rule.Enabled {
		v.Set("enabled", "on")
	}
	return v
}

func (x *exchange) askForApprovalRule(status int, f *form) error {
	was, err := x.approvalRules().past(x)
	if err != nil {
		return err
	}
	known, err := x.wordsOfConditions()
	if err != nil {
		return err
	}
	return x.show("approvalrule", status, page{Title: was.title, Section: "approvals", Data: approvalRulePage{was, f, gateChoices(), known}})
}

func (c *console) changeApprovalRule(x *exchange) error {
	r := reader{values: x.PostForm}
	switch r.text("_do") {
	case "build":
		return c.buildCondition(x)
	case "look-back":
		return c.lookBack(x)
	}
	rule := parley.ApprovalRule{
		ID: x.PathValue("id"), Name: r.text("name"), Gate: parley.Gate(r.text("gate")), Condition: r.text("condition"),
		AccountIDs: r.list("account_ids"), Role: parley.Scope(r.text("role")), SecondRole: parley.Scope(r.text("second_role")), Timeout: r.span("timeout"), OnTimeout: parley.OnTimeout(r.text("on_timeout")),
		Priority: int(r.number("priority")), Enabled: r.text("enabled") != "",
	}
	if rule.OnTimeout == parley.TimeoutEscalates {
		rule.EscalateTo = parley.Scope(r.text("escalate_to"))
	}
	err := r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.approvalRules().keep(x, rule, r.version())
	}
	if err != nil {
		return x.again(newForm(x.PostForm), err, "approval rule", x.askForApprovalRule)
	}
	x.follow(answer, "The rule \u201c"+rule.Name+"\u201d is in force for what comes from now on.")
	return nil
}

// span reads a time such as 90m, 24h or 3d.
func (r *reader) span(name string) time.Duration {
	text := r.text(name)
	if text == "" {
		return 0
	}
	duration, err := parley.ParseSpan(text)
	switch {
	case err != nil:
		r.problems.Add(name, "must be a time such as 90m, 24h or 3d")
	case duration == 0:
		r.problems.Add(name, "must be more than 0; leave it empty for what is usual")
	}
	return duration
}
