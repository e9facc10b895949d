package console

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// laterField is the parameter of a page's address that holds what a form came to, sealed.
const laterField = "_said"

// longestLater is how long that may be, in characters: proxies take lines of 8 KiB at least. What is longer is shown at once.
const longestLater = 6000

// later is what a form came to without anything being done: that it is refused, or is to be looked at first. The browser is sent
// on to a page that shows it, so that going back and reloading send nothing. Like the session it is in the browser alone.
type later struct {
	Status  int               `json:"s"`
	Values  url.Values        `json:"v,omitempty"` // of the form
	Message string            `json:"m,omitempty"`
	Errors  map[string]string `json:"e,omitempty"`
	Said    string            `json:"d,omitempty"` // of the form, without anything having been done
	Over    string            `json:"o,omitempty"` // as the form has them
	Theirs  []theirs          `json:"t,omitempty"`
	Anew    string            `json:"a,omitempty"`
	Look    bool              `json:"l,omitempty"` // what the form says is to be looked at
	More    json.RawMessage   `json:"x,omitempty"` // the page's own
}

// showLater sends the browser on to a page that shows what a form came to. ok is false where there is too much to carry: then the
// answer to the form itself shows it.
func (x *exchange) showLater(page string, what later) (ok bool) {
	if x.Method != http.MethodPost || namesSecret(what.Values) {
		return false
	}
	plain, err := json.Marshal(what)
	if err != nil {
		return false
	}
	address := page + "?" + url.Values{laterField: {x.sealer.sealPacked(x.laterPurpose(page), plain)}}.Encode()
	if len(address) > longestLater {
		return false
	}
	x.redirect(address)
	return true
}

// laterPurpose is one for each person and page.
func (x *exchange) laterPurpose(page string) string {
	return laterField + " " + x.who.KeyID + " " + page
}

// shownNow is what the page is to show that a form came to, if it came to anything.
func (x *exchange) shownNow() (what later, ok bool) {
	sealed := x.URL.Query().Get(laterField)
	if x.Method != http.MethodGet || sealed == "" {
		return later{}, false
	}
	plain, err := x.sealer.openPacked(x.laterPurpose(strings.TrimPrefix(x.URL.EscapedPath(), root)), sealed)
	if err != nil || json.Unmarshal(plain, &what) != nil {
		return later{}, false // another person's, or another page's: the page shows itself as it is
	}
	return what, true
}

// refusedOr is the form that was refused, with the status of that, where the page is to show one; else another one.
func (x *exchange) refusedOr(f *form) (status int, shown *form) {
	what, ok := x.shownNow()
	if !ok {
		return http.StatusOK, f
	}
	shown = &form{Values: what.Values, Message: what.Message, Errors: what.Errors, Said: what.Said, Over: what.Over, Theirs: what.Theirs, Anew: what.Anew, Once: rand.Text()}
	if shown.Values == nil {
		shown.Values = url.Values{}
	}
	if shown.Errors == nil {
		shown.Errors = map[string]string{}
	}
	return what.Status, shown
}

// look shows what the form would do, on the form's own page.
func (x *exchange) look(show func() error) error {
	if x.showLater(x.formPage(), later{Status: http.StatusOK, Values: x.said(), Look: true}) {
		return nil
	}
	return show()
}

// looking tells whether the page is to show what a form would do, and takes what the form says as if it were sent.
func (x *exchange) looking() bool {
	what, ok := x.shownNow()
	if ok && what.Look {
		x.PostForm = what.Values
	}
	return ok && what.Look
}

// formPage is the page, below root, that the form is on that is answered.
func (x *exchange) formPage() string {
	path := x.route.page
	for _, name := range []string{"id", "change"} {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(x.PathValue(name)))
	}
	return path
}

// Pages that show nothing but what a form came to.
const (
	reviewPath  = "/review"
	refusedPath = "/refused"
	keptPath    = "/kept"
)

func (c *console) laterRoutes() []route {
	return []route{get(reviewPath, c.reviewPage), get(refusedPath, c.refusedPage), get(keptPath, c.keptPage)}
}

// laterAs sends the browser on to a page that shows nothing but this.
func (x *exchange) laterAs(page string, status int, content any) bool {
	more, err := json.Marshal(content)
	return err == nil && x.showLater(page, later{Status: status, More: more})
}

// shownAs is what a page shows that shows nothing but what a form came to. Without that the person begins anew.
func (x *exchange) shownAs(into any) (status int, ok bool) {
	what, ok := x.shownNow()
	if !ok || json.Unmarshal(what.More, into) != nil {
		x.redirect("/")
		return 0, false
	}
	return what.Status, true
}

func (c *console) refusedPage(x *exchange) error {
	var told failure
	status, ok := x.shownAs(&told)
	if !ok {
		return nil
	}
	return x.showFailure(status, told)
}

func (c *console) reviewPage(x *exchange) error {
	var r review
	status, ok := x.shownAs(&r)
	if !ok {
		return nil
	}
	return x.showReview(status, r)
}

func (c *console) keptPage(x *exchange) error {
	var content keptPage
	if status, ok := x.shownAs(&content); ok {
		return x.showKept(status, content)
	}
	return nil
}

// namesSecret tells whether a form has a field that names something secret, which goes nowhere but to what it is for.
func namesSecret(values url.Values) bool {
	for name := range values {
		if strings.Contains(name, "secret") || strings.Contains(name, "credential") || strings.Contains(name, "password") {
			return true
		}
	}
	return false
}
