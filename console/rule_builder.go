package console

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"parley"
	"parley/seller"
)

// part is one comparison that the builder puts into a condition.
type part struct {
	Field, Label string
	kind         partKind
}

type partKind int

const (
	ofAmount partKind = iota
	ofPercent
	ofCount
	ofText
)

// choosable are what a condition can compare.
var choosable = []part{
	{"deal_value", "deal value", ofAmount}, {"price", "price, CPM", ofAmount}, {"ask", "ask, CPM", ofAmount}, {"discount_pct", "discount, %", ofPercent},
	{"impressions", "impressions", ofCount}, {"flight_days", "days of the flight", ofCount}, {"deal_type", "deal type", ofText},
	{"buyer_tier", "buyer tier", ofText}, {"product_id", "product id", ofText}, {"inventory_type", "inventory type", ofText},
	{"recommendation", "recommendation", ofText}, {"currency", "currency", ofText}, {"value_today", "else booked today", ofAmount}, {"value_open", "else running", ofAmount},
}

// builderRows is how many comparisons are put in at once.
const builderRows = 3

// builderRow is a comparison that is being chosen.
type builderRow struct{ Field, Compare, Value Field }

// Builder are the rows to choose comparisons in.
func (p approvalRulePage) Builder() []builderRow {
	fields := []string{"="}
	for _, c := range choosable {
		fields = append(fields, c.Field+"="+c.Label)
	}
	var rows []builderRow
	for i := range builderRows {
		n := strconv.Itoa(i + 1)
		row := builderRow{p.Form.Choice("part"+n, "Compare in line "+n, "", fields), p.Form.Text("how"+n, "How in line "+n, ""), p.Form.Text("with"+n, "With what in line "+n, "")}
		row.Compare.Type, row.Value.Known = "select", "known"
		for _, how := range []string{">=", ">", "<=", "<", "==", "!="} {
			row.Compare.Options = append(row.Compare.Options, Option{how, comparisonWords[how], how == row.Compare.Value})
		}
		rows = append(rows, row)
	}
	return rows
}

// mostKnownProducts can be picked for a comparison; ids of others are typed.
const mostKnownProducts = 200

// wordsOfConditions are the words that conditions compare with and that can be picked instead of typed.
func (x *exchange) wordsOfConditions() ([]Option, error) {
	var known []Option
	add := func(label string, values ...string) {
		for _, value := range values {
			known = append(known, Option{Value: value, Label: label})
		}
	}
	for _, t := range parley.DealTypes {
		add("deal type", string(t))
	}
	for _, tier := range parley.Tiers {
		add("buyer tier", tier.String())
	}
	add("recommendation", string(parley.RecommendAccept), string(parley.RecommendCounter), string(parley.RecommendReject))
	products, err := x.service.CatalogProducts(x.Context(), x.call, seller.ProductFilter{Page: seller.Page{Limit: mostKnownProducts}})
	if err != nil {
		return nil, err
	}
	currencies, types := map[string]bool{}, map[string]bool{}
	for _, product := range products.Items {
		currencies[string(product.Currency)], types[product.InventoryType] = true, true
	}
	add("currency", slices.Sorted(maps.Keys(currencies))...)
	add("inventory type", slices.Sorted(maps.Keys(types))...)
	for _, product := range products.Items {
		add(product.Name, product.ID)
	}
	return known, nil
}

var comparisonWords = map[string]string{">=": "at least", ">": "more than", "<=": "at most", "<": "less than", "==": "is", "!=": "is not"}

// built is the comparisons of a form as a condition.
func (r *reader) built() string {
	var terms []string
	for i := range builderRows {
		n := strconv.Itoa(i + 1)
		field, how, with := r.text("part"+n), r.text("how"+n), r.text("with"+n)
		if field == "" {
			continue
		}
		if _, known := comparisonWords[how]; !known {
			r.problems.Add("how"+n, "must be chosen")
			continue
		}
		for _, c := range choosable {
			if c.Field == field {
				if literal := r.literal("with"+n, c.kind, how); literal != "" {
					terms = append(terms, field+" "+how+" "+literal)
				}
			}
		}
		if with == "" {
			r.problems.Add("with"+n, "is required")
		}
	}
	joint := " && "
	if r.text("joint") == "any" {
		joint = " || "
	}
	return strings.Join(terms, joint)
}

// literal is what a comparison is made with, as conditions write it; empty where it cannot be read.
func (r *reader) literal(name string, kind partKind, how string) string {
	if r.text(name) == "" {
		return ""
	}
	switch kind {
	case ofText:
		if how != "==" && how != "!=" {
			r.problems.Add(strings.Replace(name, "with", "how", 1), "must be is or is not: words are not more or less")
			return ""
		}
		return strconv.Quote(r.text(name))
	case ofCount:
		if n := r.count(name); n != nil {
			return strconv.FormatInt(*n, 10)
		}
	case ofAmount, ofPercent:
		if n := r.micros(name); n != nil {
			return parley.FormatMicros(*n, 0)
		}
	}
	return ""
}

// buildCondition puts what was chosen into the condition, which is then as it would have been typed.
func (c *console) buildCondition(x *exchange) error {
	r := reader{values: x.PostForm}
	built := r.built()
	f := newForm(x.PostForm)
	if err := r.problems.Err(); err != nil {
		return x.again(f, err, "approval rule", x.askForApprovalRule)
	}
	if typed := r.text("condition"); typed != "" && built != "" {
		built = "(" + typed + ") && (" + built + ")"
	}
	if built != "" {
		f.Values.Set("condition", built)
		for i := range builderRows {
			n := strconv.Itoa(i + 1)
			f.Values.Del("part" + n)
			f.Values.Del("with" + n)
		}
	}
	return x.ruleShown(f)
}

// ruleShown shows the form of a rule again, without anything having been done.
func (x *exchange) ruleShown(f *form) error {
	if x.showLater(x.formPage(), later{Status: http.StatusOK, Values: saidIn(f.Values), Said: f.Said}) {
		return nil
	}
	return x.askForApprovalRule(http.StatusOK, f)
}

// lookBack shows what the rule, as it is in the form, would have stopped.
func (c *console) lookBack(x *exchange) error {
	r := reader{values: x.PostForm}
	f := newForm(x.PostForm)
	back, err := c.service.LookBack(x.Context(), x.call, parley.ApprovalRule{Gate: parley.Gate(r.text("gate")), Condition: r.text("condition"), AccountIDs: r.list("account_ids")})
	if err != nil {
		return x.again(f, err, "approval rule", x.askForApprovalRule)
	}
	f.Said = lookbackWords(back) + decimalsIn(r.text("condition"))
	return x.ruleShown(f)
}

var (
	quoted       = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	looksGrouped = regexp.MustCompile(`(?:^|[^\w.])([1-9]\d{0,2}\.\d{3})(?:$|[^\w.])`)
)

// decimalsIn says how a number of a condition was read that may have been meant with its thousands apart; empty where there is none.
func decimalsIn(condition string) string {
	found := looksGrouped.FindStringSubmatch(quoted.ReplaceAllString(condition, `""`))
	if found == nil {
		return ""
	}
	micros, err := parley.ParseMicros(found[1])
	if err != nil {
		return ""
	}
	return " In a condition a point stands before the decimals: " + found[1] + " was read as " + parley.FormatMicros(micros, 0) + ", and not as " +
		strings.ReplaceAll(found[1], ".", "") + "."
}

// lookbackWords say what a rule would have stopped.
func lookbackWords(l seller.Lookback) string {
	if l.Deals == 0 {
		return "Nothing was booked, or came to a rule, in the last 90 days that it could be tried on."
	}
	said := "It would have stopped " + count(l.Stopped) + " of the last " + count(l.Deals) + ", booked or not, as they are now"
	for _, s := range l.Sums {
		if s.Value == 0 {
			continue
		}
		if share, err := parley.MulDiv(s.Stopped, int64(parley.OneHundredPercent), s.Value, parley.HalfUp); err == nil {
			said += ", " + percent(parley.BasisPoints(share)) + " of the " + worth(s.Value, s.Currency)
		}
	}
	return said + "."
}
