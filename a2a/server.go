package a2a

import (
	"context"
	"net/http"
	"strings"
	"time"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2asrv"

	"parley"
	"parley/edge"
	"parley/seller"
	"parley/tool"
	"parley/wire"
)

// Options are what the edge needs beside the service.
type Options struct {
	edge.Kit
	// Wait is how long an answer waits for the publisher to decide, before it tells that he has yet to; 0 means 25 seconds.
	Wait time.Duration
	// Heartbeat is how long a stream says nothing before it sends a comment; 0 means 15 seconds.
	Heartbeat time.Duration
}

const (
	defaultWait      = 25 * time.Second
	defaultHeartbeat = 15 * time.Second
)

// Where the edge is to be mounted: at the one path, and at the other and below it.
const (
	CardPath = "/.well-known/agent-card.json"
	Path     = "/a2a"
)

const restPath = Path + "/v1"

// server is the edge over one service.
type server struct {
	service *seller.Service
	options Options
	origins *edge.Origins
	skills  *tool.Set
	rpc     http.Handler
	unread  http.Handler // of messages in JSON-RPC whose parameters cannot be read
	rest    http.Handler
}

// New makes the handler of the edge, to be mounted at CardPath, and at Path and below it. It fails over a public URL that is none.
func New(service *seller.Service, options Options) (http.Handler, error) {
	options.Kit = options.WithDefaults()
	if options.Wait == 0 {
		options.Wait = defaultWait
	}
	if options.Heartbeat == 0 {
		options.Heartbeat = defaultHeartbeat
	}
	origins, err := edge.NewOrigins(options.PublicURL)
	if err != nil {
		return nil, err
	}
	s := &server{service: service, options: options, origins: origins, skills: tool.NewSet(tool.Buyer())}
	alive := a2asrv.WithTransportKeepAlive(options.Heartbeat)
	s.rpc, s.unread = a2asrv.NewJSONRPCHandler(handler{}, alive), a2asrv.NewJSONRPCHandler(refusing{}, alive)
	s.rest = http.StripPrefix(restPath, a2asrv.NewRESTHandler(handler{}, alive))
	return options.Watched("a2a", s), nil
}

// ServeHTTP implements http.Handler: what holds for every request.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{server: s, View: wire.View{Settings: s.service.Settings()}, requestID: edge.RequestID(r), rpc: r.URL.Path != restPath && !strings.HasPrefix(r.URL.Path, restPath+"/")}
	answer := &answer{ResponseWriter: w, x: x}
	x.w = answer
	header := w.Header()
	header.Set("X-Request-ID", x.requestID)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	defer x.place.GiveBack()
	edge.NoteOf(r.Context()).Refuse = func(err error) { s.refuse(x, r, err) }
	if err := s.serve(x, r); err != nil {
		s.refuse(x, r, err)
	}
	answer.end()
}

var errUnknownPath = parley.Errorf(parley.CodeNotFound, "There is nothing at this path. %s says what there is.", CardPath)

// serve finds what a request is for. An error is one that nothing has been written for.
func (s *server) serve(x *exchange, r *http.Request) error {
	switch path := strings.TrimSuffix(r.URL.Path, "/"); {
	case r.URL.Path == CardPath:
		return s.card(x, r, s.cardOf)
	case path == sellerPath+CardPath, path == buyerPath+CardPath:
		return s.card(x, r, func(address string) ([]byte, error) {
			return s.sentenceCard(address, strings.TrimSuffix(path, CardPath))
		})
	case path == sellerPath+sentencePath, path == buyerPath+sentencePath:
		return s.callSentence(x, r)
	case path == Path:
		return s.call(x, r)
	case !x.rpc && path != restPath:
		return s.callREST(x, r)
	}
	if err := s.options.Take(r); err != nil {
		return err
	}
	return errUnknownPath
}

// admit finds out who calls before anything of the body is read, and refuses what no client of ours sends.
func (s *server) admit(x *exchange, r *http.Request) (err error) {
	if err := s.origins.Check(r); err != nil {
		return err
	}
	x.Caller, err = s.options.Admit(r, func(ctx context.Context, caller edge.Caller) (parley.Principal, error) {
		x.call = seller.Call{Secret: caller.Secret, NetworkKey: caller.NetworkKey, Address: caller.Address, RequestID: x.requestID}
		return s.service.Screen(ctx, x.call)
	})
	return err
}

// routeOf is a path without what follows the binding to HTTP and JSON, which names tasks.
func routeOf(path string) string {
	if strings.HasPrefix(path, restPath+"/") {
		return restPath + "/"
	}
	return path
}

// allow refuses other methods than a path has.
func allow(x *exchange, r *http.Request, methods ...string) error {
	for _, method := range methods {
		if r.Method == method {
			edge.NoteOf(r.Context()).Route = method + " " + routeOf(r.URL.Path)
			return nil
		}
	}
	if err := x.server.options.Take(r); err != nil {
		return err
	}
	allowed := strings.Join(methods, ", ")
	x.w.Header().Set("Allow", allowed)
	return parley.Errorf(parley.CodeMethodNotAllowed, "This path is used with %s.", allowed)
}

// The versions of the protocol that a client can name.
const (
	currentVersion = "1.0"
	olderVersion   = "0.3"
)

// version is what the client names in a header, or in the query; a client that names none speaks the older one.
func version(r *http.Request) string {
	named := strings.TrimSpace(r.Header.Get("A2A-Version"))
	if named == "" {
		named = strings.TrimSpace(r.URL.Query().Get("A2A-Version"))
	}
	if named == "" {
		return olderVersion
	}
	return named
}

// begin admits the caller of a request, and reads its body.
func (s *server) begin(x *exchange, r *http.Request) (_ *http.Request, release func(), err error) {
	if err := s.admit(x, r); err != nil {
		return r, func() {}, err
	}
	return x.read(r)
}

// call answers a message in JSON-RPC.
func (s *server) call(x *exchange, r *http.Request) error {
	if err := allow(x, r, http.MethodPost); err != nil {
		return err
	}
	r, release, err := s.begin(x, r)
	defer release()
	if err != nil {
		return err
	}
	params, _ := x.body["params"].(map[string]any)
	x.message, _ = params["message"].(map[string]any)
	method, _ := x.body["method"].(string)
	switch version(r) {
	case currentVersion:
		rpc := s.rpc
		if x.unread != nil {
			rpc = s.unread
		}
		return x.work(r, method == "SendStreamingMessage" || method == "SubscribeToTask", func(r *http.Request) { rpc.ServeHTTP(x.w, r) })
	case olderVersion:
		return x.work(r, method == olderStream || method == olderSubscribe, func(r *http.Request) { s.callOlder(x, r) })
	}
	x.refuseVersion()
	return nil
}

// callREST answers a request of the binding to HTTP and JSON.
func (s *server) callREST(x *exchange, r *http.Request) error {
	if err := allow(x, r, http.MethodGet, http.MethodPost, http.MethodDelete); err != nil {
		return err
	}
	if err := s.admit(x, r); err != nil {
		return err
	}
	if err := checkVersion(r); err != nil {
		return err
	}
	if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/message:") {
		var release func()
		var err error
		r, release, err = x.read(r)
		defer release()
		if err != nil {
			return err
		}
		if err := readParams(x.body, new(sdk.SendMessageRequest)); err != nil {
			return err
		}
		x.message, _ = x.body["message"].(map[string]any)
	} else {
		if err := checkQuery(r.URL.Query()); err != nil {
			return err
		}
		r.Body = http.MaxBytesReader(x.w, r.Body, s.options.MaxBody)
	}
	streams := strings.HasSuffix(r.URL.Path, "/message:stream") || strings.HasSuffix(r.URL.Path, ":subscribe")
	return x.work(r, streams, func(r *http.Request) { s.rest.ServeHTTP(x.w, r) })
}

// exchangeKey is where the context of a request has its exchange.
type exchangeKey struct{}

// of answers the exchange that a call of the protocol's is part of.
func of(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}
