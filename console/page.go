package console

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"parley/edge"

	"parley"
	"parley/seller"
)

//go:embed templates
var templateFiles embed.FS

// pages are the templates, one set for each page: the layout, the parts that pages share, and the page's own. A set is made when
// its page is first shown: all of them take more memory than the rest of an idle server.
type pages struct {
	sets map[string]func() (*template.Template, error)
}

func loadPages(a *assets, called *names) (*pages, error) {
	shared, err := template.New("").Funcs(functions(a, called)).Option("missingkey=error").ParseFS(templateFiles, "templates/shared/*.html")
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	loaded := &pages{sets: make(map[string]func() (*template.Template, error), len(names))}
	for _, name := range names {
		loaded.sets[strings.TrimSuffix(path.Base(name), ".html")] = sync.OnceValues(func() (*template.Template, error) {
			set, err := shared.Clone()
			if err != nil {
				return nil, err
			}
			return set.ParseFS(templateFiles, name)
		})
	}
	return loaded, nil
}

// write writes a page by the name of its file.
func (p *pages) write(to io.Writer, name string, shown page) error {
	set, err := p.sets[name]()
	if err != nil {
		return err
	}
	return set.ExecuteTemplate(to, "layout", shown)
}

// page is what the layout shows around a page's own content.
type page struct {
	Title   string
	Section string // of the navigation
	// Live are the beginnings of the types of events after which the page is out of date, such as "deal.".
	Live []string
	// Data is the page's own.
	Data any

	// The rest is filled in by show.
	Seller  string
	Who     parley.Principal
	Token   string
	Theme   string
	Days    string // how the reader's language writes days, as a layout of package time
	Zone    string // the publisher's, that days and flights are in
	KeysOff bool   // single keys do nothing
	Here    string // the page's address, to come back to
	After   string // the position in the events that it is as of
	Notice  string
	Version string
	ToDo    seller.ToDo // what waits, of whoever is signed in
}

// Waits is how many questions wait, for the title of the tab; empty when none does.
func (p page) Waits() string {
	if waiting := p.ToDo.Waiting(); waiting > 0 {
		return "(" + count(waiting) + ") "
	}
	return ""
}

// May tells the templates whether to offer what needs one of some roles. The service decides; this keeps buttons that
// would be refused off the page.
func (p page) May(scopes ...parley.Scope) bool {
	for _, scope := range scopes {
		if p.Who.Has(scope) {
			return true
		}
	}
	return false
}

// MayTrade tells whether the person decides about deals and orders.
func (p page) MayTrade() bool {
	return p.May(parley.ScopeApprover, parley.ScopeFinance, parley.ScopeLegal)
}

// MayEnd tells whether the person may end a deal.
func (p page) MayEnd() bool { return p.May(parley.ScopeApprover) }

// MayAdmin tells whether the person changes catalog, prices, rules and keys.
func (p page) MayAdmin() bool { return p.May(parley.ScopeAdmin) }

// show answers with a page.
func (x *exchange) show(name string, status int, p page) error {
	p.Seller, p.Version, p.Who = x.service.Settings().SellerName, x.options.Version, x.who
	p.Theme, p.KeysOff, p.Here, p.After = x.theme(), x.keysOff(), x.URL.RequestURI(), x.after
	l := localeOf(x.Request.Header.Get("Accept-Language"))
	p.Days, p.Zone = l.day, x.service.Settings().TimeZone.String()
	if x.session.ID != "" {
		p.Token = x.sealer.token(x.session.ID)
		p.Notice = x.takeNotice()
		p.ToDo = x.todo(status)
		x.learnNames(status)
	}
	var text bytes.Buffer
	if err := x.pages.write(&text, name, p); err != nil {
		return fmt.Errorf("console: page %s: %w", name, err)
	}
	x.ResponseWriter.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := writePacked(x.ResponseWriter, x.Request, status, l.write(withLabels(text.Bytes()))); err != nil {
		x.log.Debug("a page was not delivered", "error", err)
	}
	return nil
}

// todo is what waits. A page is not held up by it: where it cannot be counted, the page says nothing of it.
func (x *exchange) todo(status int) seller.ToDo {
	if status >= http.StatusInternalServerError {
		return seller.ToDo{}
	}
	todo, err := x.service.ToDo(x.Context(), x.call)
	if err != nil {
		x.log.Debug("what waits could not be counted", "error", err)
		return seller.ToDo{}
	}
	return todo
}

// failure is what an error page tells.
type failure struct {
	Message string
	Fields  []parley.FieldError
	Back    string
}

// fail answers with a page that says what went wrong. A key that has lost its rights meanwhile ends the session.
func (x *exchange) fail(err error) {
	if x.sentBefore(err) {
		return
	}
	told, status := x.told(x.Context(), err)
	if status == http.StatusUnauthorized {
		why := x.session.lost()
		if errors.Is(err, seller.ErrSignInEnded) {
			why = seller.ErrSignInEnded.Message
		}
		x.toSignIn(why)
		return
	}
	edge.Refuse(x.ResponseWriter.Header(), told)
	shown := failure{Message: plainMessage(told), Fields: slices.Clone(told.Fields), Back: x.back()}
	for i := range shown.Fields {
		shown.Fields[i].Message = worded(shown.Fields[i].Message)
	}
	if x.session.ID != "" && x.laterAs(refusedPath, status, shown) {
		return
	}
	if err := x.showFailure(status, shown); err != nil {
		x.log.Error("the page of an error failed", "error", err)
		http.Error(x.ResponseWriter, http.StatusText(status), status)
	}
}

func (x *exchange) showFailure(status int, told failure) error {
	return x.show("failure", status, page{Title: failureTitle(status), Data: told})
}

func failureTitle(status int) string {
	switch status {
	case http.StatusNotFound:
		return "Not found"
	case http.StatusForbidden:
		return "Not allowed"
	case http.StatusConflict, http.StatusGone, http.StatusPreconditionFailed:
		return "Not possible as things stand"
	case http.StatusUnprocessableEntity, http.StatusBadRequest:
		return "Something is missing or wrong"
	}
	return http.StatusText(status)
}

// back is the page of the console that the person came from.
func (x *exchange) back() string {
	from, err := url.Parse(x.Referer())
	if err != nil || from.Host != x.Host || from.RequestURI() == x.URL.RequestURI() {
		return root + "/"
	}
	return local(from.RequestURI())
}

// local answers an address of the console; anything else becomes its first page.
func local(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host != "" || u.Scheme != "" || path.Clean(u.Path) != strings.TrimSuffix(u.Path, "/") ||
		u.Path != root && !strings.HasPrefix(u.Path, root+"/") {
		return root + "/"
	}
	return u.RequestURI()
}
