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
})

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
	// The ids of packages may be the publisher's own.
	if page := address(text); page != "" && (parley.WholeID(text) || strings.HasPrefix(text, parley.PrefixPackage)) {
		x.redirect(strings.TrimPrefix(page, root))
		return nil
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
	content.Groups = append(content.Groups, x.pagesFor(text), x.deedsFor(text))
	content.Groups = slices.DeleteFunc(content.Groups, func(g findGroup) bool { return len(g.Rows) == 0 })
	return x.show("find", http.StatusOK, page{Title: "Find", Section: "find", Data: content})
}

func (x *exchange) pagesFor(text string) findGroup {
	group := findGroup{Label: "Pages"}
	for _, to := range goTos {
		if seller.MatchesWords(text, to.Label) {
			group.Rows = append(group.Rows, findRow{to.Label, "", root + "/" + to.Path})
		}
	}
	return group
}

func (x *exchange) deedsFor(text string) findGroup {
	group := findGroup{Label: "What can be done"}
	for _, d := range deeds {
		if (!d.Admin || x.who.Has(parley.ScopeAdmin)) && seller.MatchesWords(text, d.Label) {
			group.Rows = append(group.Rows, findRow{d.Label, "", root + d.Path})
		}
	}
	return group
}
