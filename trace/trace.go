// Package trace writes OpenTelemetry spans of what a process does where its environment says to, and costs nothing where it
// does not: then a span is nil, nothing is allocated and no context is made.
//
// There is one for the process, as there is one standard output: whoever does something that takes time says so here.
package trace

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	global "go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	otel "go.opentelemetry.io/otel/trace"
)

// tracer makes the spans; nil: there are none.
var tracer atomic.Pointer[otel.Tracer]

// headers carry a trace from one process to the next, as W3C Trace Context has it.
var headers = propagation.TraceContext{}

// Wanted tells whether an environment asks for spans: by an address to send them to, or by OTEL_TRACES_EXPORTER=otlp, and
// unless OTEL_SDK_DISABLED=true or OTEL_TRACES_EXPORTER=none. What cannot be done as asked is an error.
func Wanted(variable func(string) string) (bool, error) {
	if variable("OTEL_SDK_DISABLED") == "true" {
		return false, nil
	}
	switch exporter := variable("OTEL_TRACES_EXPORTER"); exporter {
	case "none":
		return false, nil
	case "otlp":
	case "":
		if variable("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
			return false, nil
		}
	default:
		return false, fmt.Errorf("OTEL_TRACES_EXPORTER is %q; it may be otlp or none", exporter)
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if protocol := variable(name); protocol != "" && protocol != "http/protobuf" {
			return false, fmt.Errorf("%s is %q; spans are sent by http/protobuf alone", name, protocol)
		}
	}
	return true, nil
}

// Open begins to write spans, as the standard variables of the process's environment say, until end is called, which sends
// those that are left. failed is told what cannot be sent.
func Open(ctx context.Context, version string, failed func(error)) (end func(context.Context) error, err error) {
	global.SetErrorHandler(global.ErrorHandlerFunc(failed))
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	named, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithHost(),
		resource.WithAttributes(attribute.String("service.name", "parley"), attribute.String("service.version", version)),
		resource.WithFromEnv()) // which wins
	if err != nil {
		return nil, errors.Join(fmt.Errorf("trace: %w", err), exporter.Shutdown(ctx))
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(named))
	made := provider.Tracer("parley", otel.WithInstrumentationVersion(version))
	tracer.Store(&made)
	return func(ctx context.Context) error {
		tracer.Store(nil)
		return provider.Shutdown(ctx)
	}, nil
}

// On tells whether spans are written.
func On() bool { return tracer.Load() != nil }

// Span is something that takes time. The nil span is one that nobody hears of.
type Span struct{ span otel.Span }

// Start begins a span below that of the context. It is ended once.
func Start(ctx context.Context, name string) (context.Context, *Span) {
	return start(ctx, name, otel.SpanKindInternal)
}

func start(ctx context.Context, name string, kind otel.SpanKind) (context.Context, *Span) {
	t := tracer.Load()
	if t == nil {
		return ctx, nil
	}
	ctx, span := (*t).Start(ctx, name, otel.WithSpanKind(kind))
	return ctx, &Span{span}
}

// StartRequest begins the span of a request that has come in, below the one that its sender names, and answers the id of the
// trace. Its name is given at the end, when its route is known.
func StartRequest(ctx context.Context, r *http.Request) (context.Context, *Span, string) {
	if !On() {
		return ctx, nil, ""
	}
	ctx = headers.Extract(ctx, propagation.HeaderCarrier(r.Header))
	ctx, span := start(ctx, r.Method, otel.SpanKindServer)
	if span == nil { // it has just been turned off
		return ctx, nil, ""
	}
	return ctx, span, span.span.SpanContext().TraceID().String()
}

// Incoming is the id of the trace that a request says it is part of; empty: it says nothing that is one.
func Incoming(r *http.Request) string {
	if r.Header.Get("Traceparent") == "" {
		return ""
	}
	parent := otel.SpanContextFromContext(headers.Extract(context.Background(), propagation.HeaderCarrier(r.Header)))
	if !parent.IsValid() {
		return ""
	}
	return parent.TraceID().String()
}

// Name gives the span another name.
func (s *Span) Name(name string) {
	if s != nil {
		s.span.SetName(name)
	}
}

// Text tells something of the span; what is empty is not told.
func (s *Span) Text(name, value string) {
	if s != nil && value != "" {
		s.span.SetAttributes(attribute.String(name, value))
	}
}

// Number tells a number of the span.
func (s *Span) Number(name string, value int) {
	if s != nil {
		s.span.SetAttributes(attribute.Int(name, value))
	}
}

// End ends the span; an error says that it failed.
func (s *Span) End(err error) {
	if s == nil {
		return
	}
	if err != nil {
		s.span.SetStatus(codes.Error, err.Error())
	}
	s.span.End()
}

// Failed says that the span failed without an error that could tell more.
func (s *Span) Failed() {
	if s != nil {
		s.span.SetStatus(codes.Error, "")
	}
}

// Transport has a span for each request that goes out, and tells the other side which.
func Transport(next http.RoundTripper) http.RoundTripper { return transport{next} }

type transport struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, span := start(r.Context(), r.Method, otel.SpanKindClient)
	if span == nil {
		return t.next.RoundTrip(r)
	}
	span.Text("http.request.method", r.Method)
	span.Text("server.address", r.URL.Hostname())
	r = r.Clone(ctx)
	headers.Inject(ctx, propagation.HeaderCarrier(r.Header))
	response, err := t.next.RoundTrip(r)
	if err == nil {
		span.Number("http.response.status_code", response.StatusCode)
		if response.StatusCode >= http.StatusBadRequest {
			span.Failed()
		}
	}
	span.End(err)
	return response, err
}

// CloseIdleConnections closes those of the transport that it stands before.
func (t transport) CloseIdleConnections() {
	if next, can := t.next.(interface{ CloseIdleConnections() }); can {
		next.CloseIdleConnections()
	}
}
