package console

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley"
	"parley/admission"
	"parley/deliveryfile"
	"parley/edge"
	"parley/openid"
	"parley/seller"
)

// Options are what the console needs beside the service.
type Options struct {
	edge.Kit
	// Secret seals the sessions: at least 32 unpredictable bytes, the same on every node and after a restart.
	Secret []byte
	// Idle is how long a session lasts without a request of it; 0 means 8 hours.
	Idle time.Duration
	// TrustForwardedProto believes a proxy's X-Forwarded-Proto header about TLS, which decides whether cookies are Secure.
	TrustForwardedProto bool
	// PublicTLS says that browsers reach the page over TLS, whatever the connection here is: cookies are then Secure.
	PublicTLS bool
	// SignInBy is where people sign in, for sessions of at most PersonSession. Nil: at no provider.
	SignInBy *openid.Provider
	// PersonSession is how long such a session lasts at most; 0 means 12 hours.
	PersonSession time.Duration
	// NoKeys says that operators' keys do not sign in.
	NoKeys bool
	// SecondLook is the value of a deal, in units of its currency, from which on accepting it is looked at once more; 0: none is.
	SecondLook int64
	// Carried bounds the memory that forms take together which bring back a file that was looked at. Nil: 256 MiB.
	Carried *edge.Bodies
	// Store, such as "SQLite, data/parley.db", is shown on the system page.
	Store string
	// Clock is the present; nil means parley.SystemClock.
	Clock parley.Clock
}

// root is where the console lives.
const root = "/console"

const (
	minSecret            = 32
	defaultIdle          = 8 * time.Hour
	defaultPersonSession = 12 * time.Hour
	maxForm              = 1 << 20                          // bytes of a form without a file
	maxUpload            = deliveryfile.MostBytes + maxForm // bytes of a form with a file, of which the API takes as much
	maxCarried           = maxUpload * 3 / 2                // bytes of a form that brings a file back; see readForm
	carriedMemory        = 256 << 20                        // bytes of such forms at a time: two of the longest, each read into 128 MiB
)

// console is the edge over one service.
type console struct {
	service *seller.Service
	options Options
	log     *slog.Logger
	clock   parley.Clock
	started time.Time
	sealer  *sealer
	pages   *pages
	assets  *assets
	names   names
}

// New makes the handler of the console, to be mounted at /console and /console/.
func New(service *seller.Service, options Options) (http.Handler, error) {
	if len(options.Secret) < minSecret {
		return nil, fmt.Errorf("console: the secret has %d bytes and needs %d", len(options.Secret), minSecret)
	}
	if options.Idle == 0 {
		options.Idle = defaultIdle
	}
	if options.PersonSession == 0 {
		options.PersonSession = defaultPersonSession
	}
	options.Kit = options.WithDefaults()
	if options.Carried == nil {
		options.Carried = edge.NewBodies(carriedMemory)
	}
	if options.Clock == nil {
		options.Clock = parley.SystemClock
	}
	c := &console{service: service, options: options, log: options.Log, clock: options.Clock, started: options.Clock()}
	var err error
	if c.sealer, err = newSealer(options.Secret); err != nil {
		return nil, err
	}
	if c.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if c.pages, err = loadPages(c.assets, &c.names); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+root+"/assets/", http.StripPrefix(root+"/assets/", c.assets))
	mux.Handle(root+"/signin", c.public(map[string]action{http.MethodGet: c.showSignIn, http.MethodPost: c.signIn}))
	if options.SignInBy != nil {
		mux.Handle(root+"/signin/oidc", c.public(map[string]action{http.MethodGet: c.signInAgain, http.MethodPost: c.toProvider}))
		mux.Handle("GET "+ReturnPath, c.public(map[string]action{http.MethodGet: c.fromProvider}))
	}
	mux.Handle("POST "+root+"/theme", c.public(map[string]action{http.MethodPost: c.chooseTheme}))
	mux.Handle("POST "+root+"/keyboard", c.public(map[string]action{http.MethodPost: c.chooseKeys}))
	mux.Handle("GET "+root+"/share/{secret}", c.public(map[string]action{http.MethodGet: c.sharedSheet}))
	for _, r := range c.routes() {
		mux.Handle(r.method+" "+root+r.path, c.signedIn(r))
	}
	mux.Handle(root+"/", c.signedIn(route{may: anyone, run: c.notFound}))
	return options.Watched("console", secured(mux)), nil
}

// route is one page or one thing that a form does.
type route struct {
	method string
	path   string // below root
	may    role
	run    action
	upload bool                                // its form may be as long as a file
	page   string                              // below root: the page that shows the form, filled in, that this route has refused
	now    func(*exchange) (url.Values, error) // the form as it would be filled in now; nil: it changes nothing that has versions
}

// action answers one request. An error becomes a page that tells it.
type action func(x *exchange) error

func get(path string, run action) route { return getFor(anyone, path, run) }

// getFor is a page for some alone: one that is nothing but a form that others may not send.
func getFor(may role, path string, run action) route {
	return route{method: http.MethodGet, path: path, may: may, run: run}
}

// post is what a form does that is on the page of the same path.
func post(may role, path string, run action) route {
	return route{method: http.MethodPost, path: path, may: may, run: run, page: path}
}

// carries says that a form brings back a file that was looked at.
func (r route) carries() route {
	r.upload = true
	return r
}

// on says that a form is on another page.
func (r route) on(page string) route {
	r.page = page
	return r
}

func (c *console) routes() []route {
	var all []route
	for _, subject := range [][]route{
		c.homeRoutes(), c.inboxRoutes(), c.noticeRoutes(), c.negotiationRoutes(), c.proposalRoutes(),
		c.activationRoutes(), c.destinationRoutes(), c.mappingRoutes(), c.deliveryRoutes(), c.quoteRoutes(), c.dealRoutes(), c.sheetRoutes(), c.orderRoutes(), c.inventoryRoutes(), c.availabilityRoutes(), c.reportRoutes(), c.packageRoutes(), c.importRoutes(),
		c.rateCardRoutes(), c.ruleRoutes(), c.whatIfRoutes(),
		c.laterRoutes(), c.accountRoutes(), c.keyRoutes(), c.signInRoutes(), c.agentRoutes(), c.webhookRoutes(), c.eventRoutes(), c.auditRoutes(), c.systemRoutes(),
	} {
		all = append(all, subject...)
	}
	return all
}

// exchange is one request of a person and what answers it.
type exchange struct {
	*console
	http.ResponseWriter
	*http.Request
	route   route
	session session
	who     parley.Principal
	call    seller.Call
	after   string // the position in the events that the page is as of
	unsent  string // what a form says that nobody is signed in for, sealed
	place   admission.Place
	release func() // gives back the memory that its form takes; nil without one
}

// contentPolicy lets a page load from this server alone, and neither run nor style anything inline.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secured puts the headers on every answer, and refuses what a browser says comes from another site.
func secured(next *http.ServeMux) http.Handler {
	guarded := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", contentPolicy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		_, edge.NoteOf(r.Context()).Route = next.Handler(r)
		guarded.ServeHTTP(w, r)
	})
}

// public serves what nobody has to sign in for.
func (c *console) public(actions map[string]action) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{console: c, ResponseWriter: w, Request: r}
		edge.NoteOf(r.Context()).Refuse = x.fail
		defer x.dropForm()
		if err := c.options.Receive(c.options.Proxies.Client(r).AddressBucket()); err != nil {
			x.fail(err)
			return
		}
		run, ok := actions[r.Method]
		if !ok {
			w.Header().Set("Allow", strings.Join([]string{http.MethodGet, http.MethodPost}, ", "))
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		err := formError(x.readFields())
		if err == nil {
			err = x.admitted(run)
		}
		if err != nil {
			x.fail(err)
		}
	})
}

// signedIn serves what needs a session: without one the person signs in first and then comes back here.
func (c *console) signedIn(route route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{console: c, ResponseWriter: w, Request: r, route: route}
		edge.NoteOf(r.Context()).Refuse = x.fail
		defer x.dropForm()
		found, ok := c.openSession(r)
		bucket := c.options.Proxies.Client(r).AddressBucket()
		if ok {
			bucket = edge.KeyBucket(found.Secret)
		}
		if err := c.options.Receive(bucket); err != nil {
			x.fail(err)
			return
		}
		x.session = found
		if !ok {
			x.toSignIn("")
			return
		}
		x.call = seller.Call{Secret: found.Secret, Address: c.options.Proxies.Client(r).Caller(), RequestID: rand.Text(), Path: r.URL.Path, SignIn: found.SignIn, Person: found.Person}
		who, err := c.options.Screened(r, func(ctx context.Context) (parley.Principal, error) { return c.service.Screen(ctx, x.call) })
		switch {
		case err == nil && !who.IsOperator():
			x.toSignIn("That key is a buyer's. The console needs an operator's key.")
			return
		case err == nil && who.OnlyDelivers():
			x.toSignIn("That key only takes in what deals delivered. The console needs one of another role.")
			return
		case parley.Is(err, parley.CodeUnauthorized):
			x.toSignIn(found.lost())
			return
		case err != nil:
			x.fail(err)
			return
		}
		x.who = who
		if err := route.may.check(who); err != nil {
			x.fail(err)
			return
		}
		if r.Method != http.MethodGet {
			if err := x.readForm(); err != nil {
				x.fail(err)
				return
			}
		}
		x.renewSession()
		if err := x.admitted(fromNow(route.run)); err != nil {
			x.fail(err)
		}
	})
}

// fromNow notes the position in the events before the action looks at anything: what happens from here on reaches its page
// as news.
func fromNow(run action) action {
	return func(x *exchange) (err error) {
		if x.after, err = x.service.EventPosition(x.Context(), x.call); err != nil {
			return err
		}
		return run(x)
	}
}

// redirect sends the browser to a page of the console.
func (x *exchange) redirect(path string) {
	http.Redirect(x.ResponseWriter, x.Request, root+path, http.StatusSeeOther)
}

func (c *console) notFound(x *exchange) error {
	return parley.Errorf(parley.CodeNotFound, "There is no page at %s.", x.URL.Path)
}

// told is what a person may read of an error, and its status; what is nobody else's business is logged instead.
func (c *console) told(ctx context.Context, err error) (*parley.Error, int) {
	var known *parley.Error
	if !errors.As(err, &known) {
		known = parley.Internal(err)
	}
	if known.Code == parley.CodeInternal && ctx.Err() == nil {
		c.log.Error("a page of the console failed", "error", err)
		known = parley.Errorf(parley.CodeInternal, "The server failed to do this. Nothing was changed; try again.")
	}
	return known, edge.Status(known)
}
