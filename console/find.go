package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"parley"
	"parley/seller"
)

// deed is something that can be done, with its page.
type deed struct {
	Label, Path string
	Admin       bool // only admins
}

// deeds are what the box finds beside pages and what is traded.
var deeds = slices.Concat([]deed{
	{"Import products from a file", "/inventory/import", true},
	{"Make a product", "/inventory/new", true},
	{"Export the inventory", "/inventory", false},
	{"Declare capacity", "/inventory", true},
	{"Change the rate card", "/pricing", true},
}, deedsOfRules(), []deed{
	{"Make a key for a buyer or a person", "/keys/new", true},
	{"Register a buyer agent", "/agents", true},
	{"Make a package of products", "/packages/new", true},
	{"Make a destination", "/destinations/new", true},
	{"Take in delivery figures", "/delivery/import", true},
	{"See what a buyer would be quoted", "/whatif", false},
	{"Export the audit trail", "/audit", false},
	{"Export the deals", "/deals", false},
	{"Sign out, or end a session elsewhere", "/sign-ins", false},
	{"Choose what you are told by e-mail or chat", "/notices", false},
}, deedsOfStatuses())

// deedsOfStatuses lead to all deals and all orders of a status.
func deedsOfStatuses() []deed {
	var all []deed
	for _, status := range parley.DealStatuses {
		all = append(all, deed{"See the deals that are " + words(status), "/deals?status=" + string(status), false})
	}
	for _, status := range parley.OrderStatuses {
		all = append(all, deed{"See the orders that are " + words(status), "/orders?status=" + string(status), false})
	}
	return all
}

// Words that people look for a page or a deed by, beside those that it is called by.
var (
	alsoCalled = map[string]string{
		"inbox": "approvals questions", "notices": "settings preferences notifications alerts", "system": "settings about version health", "sessions": "sign out devices",
		"whatif": "test quote simulate", "keys": "people users operators", "approvals": "back-test gates", "activations": "traffic",
	}
	alsoMade = "new create add"
)

// findPage is what a text leads to, by kinds.
type findPage struct {
	Text    string
	Instead string
	Groups  []findGroup
	Deals   string // the list of deals with the same words
}

type findGroup struct {
	Label string
	Rows  []findRow
}

type findRow struct{ Title, Note, Link string }

var foundIn = map[seller.FoundKind]struct{ label, path string }{
	seller.FoundDeal: {"Deals", "/deals/"}, seller.FoundFiled: {"By PO, label or note", "/deals/"},
	seller.FoundAccount: {"Accounts", "/accounts/"},
	seller.FoundProduct: {"Products", "/inventory/"}, seller.FoundBuyer: {"Buyers", "/keys/"},
	seller.FoundAgent: {"Agents and domains", "/agents/"}, seller.FoundQuote: {"Quotes", "/quotes/"},
}

// find leads from an id, pasted from a mail or a DSP, to its page, and from any other text to what it may mean.
func (c *console) find(x *exchange) error {
	text := x.query().text("q")
	for _, id := range []string{text, strings.ToLower(text), strings.ToUpper(text)} {
		// The ids of packages may be the publisher's own.
		if page := address(id); page != "" && (parley.WholeID(id) || strings.HasPrefix(id, parley.PrefixPackage)) {
			x.redirect(strings.TrimPrefix(page, root))
			return nil
		}
	}
	if id := strings.ToUpper(text); strings.HasPrefix(id, x.service.Settings().DealPrefix+"-") {
		if _, err := c.service.Deal(x.Context(), x.call, id); !parley.Is(err, parley.CodeNotFound) {
			x.redirect("/deals/" + url.PathEscape(id))
			return nil
		}
	}
	found, err := c.service.Find(x.Context(), x.call, text)
	if err != nil {
		return err
	}
	shown, does := x.pagesFor(text), x.deedsFor(text)
	if found.Instead != "" && len(shown.Rows)+len(does.Rows) > 0 {
		found = seller.Findings{} // the text itself is what something is called
	} else if found.Instead != "" {
		shown, does = x.pagesFor(found.Instead), x.deedsFor(found.Instead)
	}
	content := findPage{Text: text, Instead: found.Instead, Deals: root + "/deals?" + url.Values{"q": {text}}.Encode()}
	for _, kind := range seller.FoundKinds {
		group := findGroup{Label: foundIn[kind].label}
		for _, f := range found.Found {
			if f.Kind == kind {
				group.Rows = append(group.Rows, findRow{f.Title, f.Note, root + foundIn[kind].path + url.PathEscape(f.ID)})
			}
		}
		content.Groups = append(content.Groups, group)
	}
	begun, err := x.begunBy(text)
	if err != nil {
		return err
	}
	content.Groups = append(content.Groups, begun, shown, does)
	content.Groups = slices.DeleteFunc(content.Groups, func(g findGroup) bool { return len(g.Rows) == 0 })
	nearest(content.Groups, text)
	if len(content.Groups) == 0 {
		content.Instead = ""
	}
	return x.show("find", http.StatusOK, page{Title: "Find", Section: "find", Data: content})
}

func (x *exchange) pagesFor(text string) findGroup {
	group := findGroup{Label: "Pages"}
	for _, to := range goTos {
		if seller.MatchesWords(text, to.Label, alsoCalled[to.Section]) {
			group.Rows = append(group.Rows, findRow{to.Label, "", root + "/" + to.Path})
		}
	}
	return group
}

func (x *exchange) deedsFor(text string) findGroup {
	group := findGroup{Label: "What can be done"}
	for _, d := range deeds {
		also := ""
		if strings.HasPrefix(d.Label, "Make ") {
			also = alsoMade
		}
		if (!d.Admin || x.who.Has(parley.ScopeAdmin)) && seller.MatchesWords(text, d.Label, also) {
			group.Rows = append(group.Rows, findRow{d.Label, "", root + d.Path})
		}
	}
	return group
}

// begunBy are the orders or proposals whose ids a text begins, in any case.
func (x *exchange) begunBy(text string) (findGroup, error) {
	group := findGroup{Label: "By the beginning of an id"}
	few := seller.Page{Limit: foundByID, Newest: true, CountTo: 1}
	begins := func(prefix string) bool {
		return len(text) > len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
	}
	add := func(what, id string) { group.Rows = append(group.Rows, findRow{id, what, address(id)}) }
	switch {
	case begins(parley.PrefixOrder):
		found, err := x.service.Orders(x.Context(), x.call, seller.OrderFilter{Search: text, Page: few})
		for _, o := range found.Items {
			add("order, "+words(o.Status), o.ID)
		}
		return group, err
	case begins(parley.PrefixProposal):
		found, err := x.service.Proposals(x.Context(), x.call, seller.ProposalFilter{Search: text, Page: few})
		for _, p := range found.Items {
			add("proposal, "+words(p.Status), p.ID)
		}
		return group, err
	}
	return group, nil
}

// foundByID is how many things are listed whose ids a text begins.
const foundByID = 8

// nearest puts what has a text as it was typed before what has its words apart.
func nearest(groups []findGroup, text string) {
	text = strings.ToLower(text)
	has := func(row findRow) bool { return strings.Contains(strings.ToLower(row.Title+"\n"+row.Note), text) }
	for _, group := range groups {
		slices.SortStableFunc(group.Rows, func(a, b findRow) int { return earlier(has(a), has(b)) })
	}
	slices.SortStableFunc(groups, func(a, b findGroup) int { return earlier(has(a.Rows[0]), has(b.Rows[0])) })
}

// earlier compares two truths: what is true comes first.
func earlier(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
