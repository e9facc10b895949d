package console

import (
	"net/url"
	"slices"
	"strings"

	"parley"
)

// viewed are the pages whose looks are kept, with what narrows them.
var viewed = map[parley.ViewPage]struct {
	path       string
	parameters []string
}{
	parley.ViewInbox:        {"/inbox", append(slices.Clone(narrowing), "status")},
	parley.ViewReports:      {"/reports", []string{"from", "to", "by"}},
	parley.ViewNegotiations: {"/reports/negotiations", []string{"from", "to"}},
	parley.ViewFinance:      {"/finance", []string{"month", "by"}},
}

// viewLink is the address of a view.
func viewLink(v parley.SavedView) string { return root + viewed[v.Page].path + "?" + v.Query }

// looks are the views of a page that the person has kept, with the form that keeps what the page's address asks for as one more.
type looks struct {
	Page  parley.ViewPage
	Views []parley.SavedView
	Then  string // of the address, with its question mark
	Once  string
	Token string
}

func (x *exchange) looks(of parley.ViewPage) (looks, error) {
	views, err := x.service.SavedViews(x.Context(), x.call, of)
	return looks{Page: of, Views: views, Then: "?" + x.URL.RawQuery, Once: newForm(nil).Once}, err
}

// Looks are what the page shows of its views.
func (p page) Looks(l looks) looks {
	l.Token = p.Token
	return l
}

// saveView keeps what a page is narrowed to under a name, or forgets the view of that name. They are the person's own. What the address
// does not say is not kept: a report without months is of the last ones whenever it is looked at.
func (c *console) saveView(x *exchange) error {
	of, name, then := parley.ViewPage(x.PostForm.Get("page")), x.PostForm.Get("name"), x.PostForm.Get("then")
	place, known := viewed[of]
	if !known {
		return parley.Invalid("page", "has no views")
	}
	values, err := url.ParseQuery(strings.TrimPrefix(then, "?"))
	if err != nil {
		return parley.Invalid("then", "is no address of the page")
	}
	for parameter := range values {
		if values.Get(parameter) == "" || !slices.Contains(place.parameters, parameter) {
			values.Del(parameter)
		}
	}
	back := place.path
	if len(values) > 0 {
		back += "?" + values.Encode()
	}
	if of == parley.ViewInbox {
		back = x.thenInbox() // as it was on it
	}
	encode := thenGo(func(parley.SavedView) string { return back })
	if x.PostForm.Get("do") == "forget" {
		answer, err := c.service.ForgetView(x.Context(), x.call, of, name, encode)
		if err != nil {
			return err
		}
		x.follow(answer, "The view is forgotten.")
		return nil
	}
	answer, err := c.service.SaveView(x.Context(), x.call, of, name, values.Encode(), encode)
	if err != nil {
		return err
	}
	x.follow(answer, "The view is saved.")
	return nil
}
