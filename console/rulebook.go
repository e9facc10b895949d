package console

import (
	"net/url"
	"slices"

	"parley"
	"parley/seller"
)

// ruleKind is what other pages know of a kind of rule.
type ruleKind struct {
	parley.RuleKind
	path  string // of the page that shows all of them, such as "/pricing"
	at    string // below which each has its page, such as "/pricing/rules"
	shows []goTo // pages of the navigation
	group string // where in the navigation
	deeds []deed
}

// ruleKinds are all of them, and ruleRoutes their pages.
var ruleKinds = []ruleKind{pricingRules, approvalRules, profiles}

func (c *console) ruleRoutes() []route {
	return slices.Concat(c.pricingRules().routes(), c.profiles().routes(), c.approvalRules().routes())
}

// rulesIn are the pages of kinds of rules in a group of the navigation.
func rulesIn(group string) []goTo {
	var pages []goTo
	for _, kind := range ruleKinds {
		if kind.group == group {
			pages = append(pages, kind.shows...)
		}
	}
	return pages
}

// deedsOfRules are what can be done about them.
func deedsOfRules() []deed {
	var all []deed
	for _, kind := range ruleKinds {
		all = append(all, kind.deeds...)
	}
	return all
}

// rulebook is a kind of rule as its pages reach it. All kinds are made, changed, taken out of force and read back alike.
type rulebook[T any] struct {
	seller.Rulebook[T]
	ruleKind
	index  action // shows all of them; nil: another page does
	gone   string // what taking one out of force did
	about  func(T) (id, title string, priority int)
	values func(T) url.Values // in the fields of its form
	unset  url.Values         // those of a new one
	ask    func(x *exchange, status int, f *form) error
	change action
	draft  action // shows the form with what it would change; nil: that is not shown
}

// routes are those of the pages of each rule.
func (b rulebook[T]) routes() []route {
	pages := []route{
		getFor(admins, b.at+"/new", b.page),
		post(admins, b.at+"/new", b.change),
		get(b.at+"/{id}", b.page),
		post(admins, b.at+"/{id}", b.change).over(b.now),
		post(admins, b.at+"/{id}/delete", b.delete),
	}
	if b.index != nil {
		pages = append(pages, get(b.path, b.index))
	}
	return pages
}

// all are the rules in the order in which they are looked at.
func (b rulebook[T]) all(x *exchange) ([]T, error) {
	rules, err := seller.AllRows(func(rule T) string { id, _, _ := b.about(rule); return id },
		func(page seller.Page) (seller.Listing[T], error) { return b.List(x.Context(), x.call, page) })
	slices.SortStableFunc(rules, func(one, other T) int {
		_, _, first := b.about(one)
		_, _, second := b.about(other)
		return second - first
	})
	return rules, err
}

// past is what a rule was, and what it is.
type past[T any] struct {
	Rule    *T // its last version; nil: a new one
	Deleted bool
	History []T // newest first
	title   string
}

// past reads the rule that the page's address names, none on the page of a new one.
func (b rulebook[T]) past(x *exchange) (past[T], error) {
	id := x.PathValue("id")
	if id == "" {
		return past[T]{title: "New " + b.Words}, nil
	}
	history, err := b.History(x.Context(), x.call, id)
	if err != nil {
		return past[T]{}, missing(err, b.Words, id)
	}
	slices.Reverse(history)
	_, err = b.Read(x.Context(), x.call, id)
	_, title, _ := b.about(history[0])
	return past[T]{Rule: &history[0], Deleted: parley.Is(err, parley.CodeNotFound), History: history, title: title}, nil
}

// page shows the form of a new rule, or of the one that the page's address names. One that was deleted still has its history.
func (b rulebook[T]) page(x *exchange) error {
	if b.draft != nil && x.looking() {
		return b.draft(x)
	}
	values := b.unset
	if id := x.PathValue("id"); id != "" {
		rule, err := b.Read(x.Context(), x.call, id)
		switch {
		case err == nil:
			values = b.values(rule)
		case parley.Is(err, parley.CodeNotFound):
			values = nil
		default:
			return err
		}
	}
	status, f := x.refusedOr(newForm(values))
	return b.ask(x, status, f)
}

// now has the rule as it stands in the fields of its form.
func (b rulebook[T]) now(x *exchange) (url.Values, error) {
	rule, err := b.Read(x.Context(), x.call, x.PathValue("id"))
	return b.values(rule), missing(err, b.Words, x.PathValue("id"))
}

// keep puts what a form says in force, for the rule that the page's address names or as a new one.
func (b rulebook[T]) keep(x *exchange, rule T, version *int64) (seller.Answer, error) {
	if x.PathValue("id") == "" {
		return b.Create(x.Context(), x.call, rule, b.toList())
	}
	return b.Replace(x.Context(), x.call, rule, version, b.toList())
}

// delete takes the rule out of force that the page's address names, and tells what that did.
func (b rulebook[T]) delete(x *exchange) error {
	r := reader{values: x.PostForm}
	answer, err := b.Delete(x.Context(), x.call, x.PathValue("id"), r.version(), b.toList())
	if err != nil {
		return missing(err, b.Words, x.PathValue("id"))
	}
	x.follow(answer, b.gone)
	return nil
}

func (b rulebook[T]) toList() seller.Encode[T] { return thenGo(func(T) string { return b.path }) }
