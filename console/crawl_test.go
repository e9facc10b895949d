package console_test

import (
	"encoding/csv"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/console"
	"parley/internal/racedetector"
)

var (
	hrefs   = regexp.MustCompile(` href="([^"]*)"`)
	anyForm = regexp.MustCompile(`<form[^>]*>`)
	actions = regexp.MustCompile(` action="([^"]*)"`)
	// What is shown as it is kept, or to be copied, and what only the markup has.
	machineText = regexp.MustCompile(`(?s)<pre.*?</pre>|<code(?: class="copy"[^>]*)?>.*?</code>|<[^>]*>`)
	shownKey    = regexp.MustCompile(`.{0,80}\bkey-[0-9a-z]{4,}.{0,40}`)
)

// crawled is an answer that somebody came to by links and forms that ask for a page.
type crawled struct {
	address *url.URL
	from    string // the page with the link
	status  int
	body    string
}

// crawl follows every link from the first page on, exports included. Of addresses that differ in the values of their parameters alone it
// follows two, since calendars have no end.
func (b *browser) crawl(visit func(crawled)) {
	b.d.t.Helper()
	type stop struct{ address, from string }
	left, alike, known := []stop{{"/console/home", ""}}, map[string]int{}, map[string]bool{}
	for len(left) > 0 {
		next := left[0]
		left = left[1:]
		base := must[*url.URL](b.d.t)(url.Parse(next.address))
		status, body := b.get(next.address)
		visit(crawled{base, next.from, status, body})
		var links []string
		for _, found := range hrefs.FindAllStringSubmatch(body, -1) {
			links = append(links, found[1])
		}
		for _, form := range anyForm.FindAllString(body, -1) {
			if action := actions.FindStringSubmatch(form); action != nil && !strings.Contains(form, `method="post"`) {
				links = append(links, action[1])
			}
		}
		for _, link := range links {
			to := must[*url.URL](b.d.t)(base.Parse(html.UnescapeString(link)))
			to.Fragment = ""
			if to.Host != "" || !strings.HasPrefix(to.Path, "/console/") || known[to.String()] {
				continue
			}
			known[to.String()] = true
			shape := to.Path + "?" + strings.Join(slices.Sorted(maps.Keys(to.Query())), "&")
			if alike[shape]++; alike[shape] <= 2 {
				left = append(left, stop{to.String(), next.address})
			}
		}
	}
}

// shownByAForm are the pages that no link leads to: a form or the browser's script does.
var shownByAForm = []string{"/{$}", "/live", "/review", "/refused", "/kept"}

// TestEveryLinkLeadsSomewhere follows each link, as people of each role: none leads nowhere, each form goes to something that they may
// do, and between them they come to every page that there is.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	come := map[string]bool{}
	scopes := []parley.Scope{parley.ScopeAdmin, parley.ScopeViewer, parley.ScopeApprover, parley.ScopeFinance, parley.ScopeLegal}
	people := map[parley.Scope]string{}
	for _, scope := range scopes { // before any page has learned their names
		people[scope] = w.operator("One who is "+string(scope), scope)
	}
	for _, scope := range scopes {
		b := w.signedIn(people[scope])
		b.crawl(func(at crawled) {
			come[console.PageOf(strings.TrimPrefix(at.address.EscapedPath(), "/console"))] = true
			if at.status != http.StatusOK {
				t.Errorf("%s: %s leads to %s: %d\n%.600s", scope, at.from, at.address, at.status, at.body)
			}
			if !strings.HasSuffix(at.address.Path, ".csv") && !strings.HasPrefix(at.address.Path, "/console/events") {
				if id := shownKey.FindString(machineText.ReplaceAllString(at.body, "")); id != "" {
					t.Errorf("%s: %s shows a key's id where its holder has a name: %s", scope, at.address, id)
				}
			}
			for _, form := range anyForm.FindAllString(at.body, -1) {
				action := actions.FindStringSubmatch(form)
				if action == nil || !strings.Contains(form, `method="post"`) {
					continue
				}
				to := must[*url.URL](t)(at.address.Parse(html.UnescapeString(action[1])))
				if !console.MaySend(strings.TrimPrefix(to.EscapedPath(), "/console"), scope) {
					t.Errorf("%s: the form of %s to %s is none that may be sent", scope, at.address, to)
				}
			}
		})
	}
	for _, page := range console.Pages() {
		if !come[page] && !slices.Contains(shownByAForm, page) {
			t.Errorf("no link leads to %s", page)
		}
	}
}

// TestNoFileHasAFormula downloads every CSV of a publisher whose buyers, products and people have names that spreadsheets would compute.
func TestNoFileHasAFormula(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	const formula = `=HYPERLINK("http://evil.example","x")`
	d := openDesk(t)
	w := openNamedWorld(d, func(text string) string { return formula + text })
	b := w.signedIn(w.admin)
	files, met := map[string]bool{}, map[string]bool{}
	b.crawl(func(at crawled) {
		if !strings.HasSuffix(at.address.Path, ".csv") || at.status != http.StatusOK {
			return
		}
		page := console.PageOf(strings.TrimPrefix(at.address.EscapedPath(), "/console"))
		files[page] = true
		for _, row := range must[[][]string](t)(csv.NewReader(strings.NewReader(at.body)).ReadAll()) {
			for _, cell := range row {
				if parley.InertCell(cell) != cell && parley.CellText(cell) == cell {
					t.Errorf("%s has the cell %q", at.address, cell)
				}
				met[page] = met[page] || strings.Contains(cell, "HYPERLINK")
			}
		}
	})
	for _, page := range console.Pages() {
		if strings.HasSuffix(page, ".csv") && !files[page] {
			t.Errorf("%s is not looked at", page)
		}
	}
	if len(met) < 5 {
		t.Errorf("only %v have a hostile name at all", met)
	}
}
