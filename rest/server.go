package rest

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"time"

	"parley"
	"parley/edge"
	"parley/seller"
	"parley/wire"
)

// Options are what the edge needs beside the service.
type Options struct {
	edge.Kit
	// Heartbeat is how long an event stream says nothing before it sends a comment; 0 means 15 seconds.
	Heartbeat time.Duration
}

// server is the edge over one service.
type server struct {
	service *seller.Service
	options Options
	log     *slog.Logger
	mux     *http.ServeMux
	// maxBodies are the limits of bodies of routes that have one of their own, by their patterns.
	maxBodies map[string]int64
	api       *api
}

// New makes the handler of the API. It fails when the operations do not describe or register, which is a mistake in
// their table.
func New(service *seller.Service, options Options) (handler http.Handler, err error) {
	described, err := describedAPI()
	if err != nil {
		return nil, err
	}
	// Registration panics on a wrong pattern.
	defer func() {
		if problem := recover(); problem != nil {
			handler, err = nil, fmt.Errorf("rest: register the operations: %v", problem)
		}
	}()
	options.Kit = options.WithDefaults()
	if options.Heartbeat == 0 {
		options.Heartbeat = defaultHeartbeat
	}
	s := &server{
		service: service,
		options: options,
		log:     options.Log,
		mux:     http.NewServeMux(), maxBodies: map[string]int64{},
		api: described,
	}
	for i, route := range Routes() {
		s.mount(route, described.operations[i])
	}
	s.mountDocuments()
	s.mountHealth()
	return options.Watched("rest", s), nil
}

// ServeHTTP implements http.Handler: what holds for every request, whichever route it is for.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	requestID := edge.RequestID(r)
	r, note := edge.Noted(r)
	note.ID = requestID
	note.Refuse = func(err error) { s.fail(w, r, requestID, err) }
	header := w.Header()
	header.Set("X-Request-ID", requestID)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Frame-Options", "DENY")
	if err := s.serve(w, r); err != nil {
		s.fail(w, r, requestID, err)
	}
}

// serve finds the route and lets it answer. An error is one that nothing has been written for.
func (s *server) serve(w http.ResponseWriter, r *http.Request) error {
	handler, pattern := s.mux.Handler(r)
	edge.NoteOf(r.Context()).Route = pattern
	most := max(s.options.MaxBody, s.maxBodies[pattern])
	if r.ContentLength > most {
		return edge.TooLarge(most)
	}
	r.Body = http.MaxBytesReader(w, r.Body, most)
	if r.URL.Path != path.Clean(r.URL.Path) {
		return errUnknownPath
	}
	if pattern == "" {
		if err := s.options.Take(r); err != nil {
			return err
		}
		return unrouted(w, r, handler)
	}
	s.mux.ServeHTTP(w, r)
	return nil
}

var errUnknownPath = parley.Errorf(parley.CodeNotFound, "There is nothing at this path. GET /docs lists what there is.")

// unrouted tells an unknown path from a known one under another method, as the mux's own answer does.
func unrouted(w http.ResponseWriter, r *http.Request, handler http.Handler) error {
	refusal := &muted{header: http.Header{}}
	handler.ServeHTTP(refusal, r)
	if refusal.status != http.StatusMethodNotAllowed {
		return errUnknownPath
	}
	allowed := refusal.header.Get("Allow")
	w.Header().Set("Allow", allowed)
	return parley.Errorf(parley.CodeMethodNotAllowed, "This path is used with %s.", allowed)
}

// muted takes an answer that nobody is to see.
type muted struct {
	header http.Header
	status int
}

func (m *muted) Header() http.Header         { return m.header }
func (m *muted) Write(p []byte) (int, error) { return len(p), nil }
func (m *muted) WriteHeader(status int)      { m.status = status }

// mount registers a route: what holds for every operation, and then the operation itself.
func (s *server) mount(route Route, operation operation) {
	pattern := route.Method + " " + route.Path
	if route.MaxBody > 0 {
		s.maxBodies[pattern] = route.MaxBody
	}
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{server: s, Exchange: wire.Exchange{Service: s.service, View: wire.View{Settings: s.service.Settings()}}, kit: s.options.Kit, w: w, r: r}
		x.requestID = edge.NoteOf(r.Context()).ID
		w.Header().Set("Cache-Control", "no-store")
		err := s.admit(x, route)
		if err == nil {
			err = s.work(x, operation)
		}
		if err != nil {
			s.fail(w, r, x.requestID, err)
		}
	})
}

// work lets an operation answer when there is a place for it. A client that sends slowly takes none meanwhile.
func (s *server) work(x *exchange, operation operation) error {
	if operation.request != nil {
		var release func()
		x.body, release, x.bodyErr = s.options.Bodies.Read(x.r)
		defer release()
	}
	if err := x.place.Take(x.r.Context(), s.options.Admission); err != nil {
		return err
	}
	defer x.place.GiveBack()
	return operation.handle(x)
}

// admit finds out who calls, and refuses who may not, before anything of the body is read.
func (s *server) admit(x *exchange, route Route) (err error) {
	x.Caller, err = s.options.Admit(x.r, func(ctx context.Context, caller edge.Caller) (parley.Principal, error) {
		x.Call = seller.Call{
			Secret: caller.Secret, NetworkKey: caller.NetworkKey, Address: caller.Address, RequestID: x.requestID,
			Path: x.r.Method + " " + x.r.URL.Path,
		}
		return s.service.Screen(ctx, x.Call)
	})
	if err != nil {
		return err
	}
	if !x.Caller.IsOperator() {
		x.Ignored = func(members []string) { tellIgnored(x.w.Header(), members) }
	}
	return route.admit(x.Caller, x.Settings.Anonymous)
}

// fail writes an error, and logs the ones that are the server's own.
func (s *server) fail(w http.ResponseWriter, r *http.Request, requestID string, err error) {
	code := wire.PublicError(err).Code
	switch {
	case code == parley.CodeInternal && r.Context().Err() != nil:
		// The client went away; what failed is the waiting for it.
		err = &parley.Error{Code: parley.CodeUnavailable, Message: "The request was cancelled.", Cause: err}
	case code == parley.CodeInternal:
		s.log.ErrorContext(r.Context(), "a request failed", "error", err, "method", r.Method, "route", r.Pattern,
			"request_id", requestID)
	case code == parley.CodeUnavailable && wire.PublicError(err).Cause != nil:
		s.log.WarnContext(r.Context(), "a request was told to come back", "error", err, "method", r.Method, "route", r.Pattern,
			"request_id", requestID)
	}
	writeError(w, requestID, err)
}
