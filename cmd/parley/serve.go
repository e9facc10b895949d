package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"parley/a2a"
	"parley/admission"
	"parley/config"
	"parley/console"
	"parley/edge"
	"parley/mcp"
	"parley/rest"
	"parley/seller"
	"parley/storage"
)

type serveCommand struct {
	config.Settings      // the flags of the settings; their values are read with the other sources
	Demo            bool `help:"Fill an empty catalog with a demo publisher's, and print a key of each kind with a first request to paste."`
	Check           bool `help:"Check the settings and the database, change nothing, and end."`
}

// Limits on what a client may take of the server without asking for anything. The one on writing begins with the request;
// event streams lift it.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 2 * time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
)

// admissionPatience is how long a request waits for a place among those that are worked on: about as long as a client
// would wait before it tries again.
const admissionPatience = time.Second

// backgroundInterval is how often the node that leads looks for expired quotes and approvals, and for old answers. A quote
// is expired from its instant on, but a buyer's proposal waits this long at most for an approval that timed out.
const backgroundInterval = 5 * time.Second

// Run serves until the process is told to stop.
func (c serveCommand) Run(p *process) error {
	collectLessOften()
	settings, err := p.settings()
	if err == nil {
		err = c.start(p, settings)
	}
	if err != nil && settings.LogFormat == config.LogJSON {
		return p.logFailure(settings, err)
	}
	return err
}

// start serves, or checks whether that would go.
func (c serveCommand) start(p *process, settings config.Settings) (err error) {
	if c.Check {
		return c.check(p, settings)
	}
	endTraces, err := p.openTraces(settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, endTraces()) }()
	return p.making().onStore(settings, func(store *storage.Store) error { return c.serve(p, settings, store) })
}

func (c serveCommand) serve(p *process, settings config.Settings, store *storage.Store) (err error) {
	log := p.logger(settings)
	tellUnfinished(settings, log)
	if c.Demo && settings.TrafficFolder == "" {
		settings.TrafficFolder = config.Folder(demoTraffic(settings.DatabaseURL))
	}
	service, err := p.newService(store, settings, log)
	if err != nil {
		return err
	}
	gate := &gate{service: service}
	stopping, endStreams := context.WithCancel(context.WithoutCancel(p.ctx))
	defer endStreams()
	networks, err := networkKeys(p.ctx, service, settings.NetworkKeys)
	if err != nil {
		return err
	}
	kit := edge.Kit{
		Version: version, PublicURL: string(settings.PublicURL), Ready: gate.ready, Proxies: edge.Proxies(settings.TrustedProxies),
		NetworkKeys: networks, Log: log,
		// What the process can carry is shared by all edges.
		Limiter:   edge.NewLimiter(edge.RateLimit(settings.RateLimit), time.Now),
		Admission: admission.New(settings.MaxRequests, settings.MaxRequests, admissionPatience),
		Streams:   admission.NewStreams(stopping, admission.StreamLimit{Total: settings.MaxStreams}),
	}.WithDefaults()
	couriers := newCouriers(service, settings, log)
	notices := newNotices(service, settings, log)
	duties := []duty{couriers.Run}
	if settings.PublicURL != "" { // which messages link to
		duties = append(duties, notices.Run)
	}
	deals, bring := newDealCouriers(service, settings, clock, log)
	duties = append(duties, bring...)
	kit.Metrics.Add(&tradeMetrics{store: store, service: service, webhooks: couriers, notices: notices, deals: deals})
	served, err := edges(service, settings, kit)
	if err != nil {
		return err
	}
	var tests *testWorld
	startTest := func() (stop func()) { return func() {} }
	if settings.TestURL() != "" {
		if tests, err = p.openTestWorld(settings, store, kit, log); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, tests.store.Close()) }()
		startTest = tests.start
	}
	if settings.Console {
		page, making := p.newConsole(service, settings, console.Options{Kit: kit, PublicTLS: settings.PublicURL.TLS()})
		if making != nil {
			return making
		}
		served.add("/console", page)
		if tests != nil { // a page has no key, and is the same whatever is sent with it
			tests.served.add("/console", page)
		}
	}
	var handler http.Handler = served
	if tests != nil {
		handler = edge.ByWorld(served, tests.served)
	}
	public, admin := splitAdmin(settings, handler)
	listener, err := listen(p.ctx, "listen", string(settings.Listen))
	if err != nil {
		return err
	}
	var adminListener net.Listener
	if admin != nil {
		if adminListener, err = listen(p.ctx, "admin-listen", string(settings.AdminListen)); err != nil {
			return errors.Join(err, listener.Close())
		}
		aside := newServer(admin, log)
		go func() { _ = aside.Serve(adminListener) }() // it ends with the process
		defer func() { _ = aside.Close() }()
	}
	if c.Demo {
		if err := p.prepareDemo(service, settings, baseURL(listener.Addr())); err != nil {
			return errors.Join(err, listener.Close())
		}
	}
	p.tellStart(log, settings, listener, adminListener)
	tellMisnamed(p.ctx, service, log)
	stopWork, stopTest := startBackground(p.ctx, service, duties), startTest()
	defer stopWork()
	defer stopTest()
	server, known := newServer(traceRequests(logRequests(log, kit.Proxies, public)), log), &clients{}
	known.watch(server)
	server.RegisterOnShutdown(endStreams)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(watchedListener{listener, known}) }()
	if settings.LogFormat != config.LogJSON { // whose first record has it
		if _, err := fmt.Fprintf(p.out, "listening on %s\n", baseURL(listener.Addr())); err != nil {
			return errors.Join(err, server.Close())
		}
	}
	select {
	case err := <-ended:
		return err
	case <-p.ctx.Done():
	}
	gate.stopping.Store(true)
	log.Info("stopping", "delay", settings.ShutdownDelay, "timeout", settings.ShutdownTimeout)
	select {
	case err := <-ended:
		return err
	case <-time.After(settings.ShutdownDelay):
	}
	waiting, stopWaiting := context.WithCancel(context.WithoutCancel(p.ctx))
	defer stopWaiting()
	go known.endStalled(waiting, stallPatience, log)
	return shutDown(server, settings.ShutdownTimeout)
}

// edges are what programs speak to: the API, and the protocols of agents that the settings have.
func edges(service *seller.Service, settings config.Settings, kit edge.Kit) (*paths, error) {
	api, err := rest.New(service, rest.Options{Kit: kit})
	if err != nil {
		return nil, err
	}
	served := &paths{api: api}
	if settings.MCP {
		agents, err := mcp.New(service, mcp.Options{Kit: kit})
		if err != nil {
			return nil, err
		}
		served.add("/mcp", agents)
	}
	if settings.A2A {
		agents, err := a2a.New(service, a2a.Options{Kit: kit})
		if err != nil {
			return nil, err
		}
		served.add(a2a.Path, agents)
		served.add(a2a.CardPath, agents)
	}
	return served, nil
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// shutDown lets requests under way finish, and ends the ones that take longer than they may.
func shutDown(server *http.Server, within time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.Join(errors.New("requests under way were ended unfinished"), server.Close())
	}
	return err
}

// gate answers whether this process should be sent requests.
type gate struct {
	service  *seller.Service
	stopping atomic.Bool
}

func (g *gate) ready(ctx context.Context) error {
	if g.stopping.Load() {
		return errors.New("the process is stopping")
	}
	return g.service.Ready(ctx)
}

// duty is work beside the requests, which one node at a time does until ctx ends.
type duty func(ctx context.Context, node string)

// startBackground begins the background work and answers how to end it. It goes on while requests finish.
func startBackground(ctx context.Context, service *seller.Service, duties []duty) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var work sync.WaitGroup
	node := nodeName()
	work.Go(func() { service.RunBackground(ctx, node, backgroundInterval) })
	for _, do := range duties {
		work.Go(func() { do(ctx, node) })
	}
	return func() {
		cancel()
		work.Wait()
	}
}

// nodeName tells this process from every other, also from its own successor.
func nodeName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s:%d:%s", host, os.Getpid(), rand.Text())
}

// baseURL is where a client on this machine reaches a listener.
func baseURL(address net.Addr) string {
	host, port, err := net.SplitHostPort(address.String())
	if err != nil {
		return "http://" + address.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
