package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"parley"
	"parley/config"
	"parley/edge"
	"parley/storage"
	"parley/trace"
)

// lastSpans is how long the process takes at its end to send the spans that are left.
const lastSpans = 5 * time.Second

// openTraces begins to write spans where the environment says so, until end is called.
func (p *process) openTraces(settings config.Settings) (end func() error, err error) {
	wanted, err := trace.Wanted(p.variable)
	if err != nil || !wanted {
		return func() error { return nil }, err
	}
	log := p.logger(settings)
	stop, err := trace.Open(p.ctx, version, func(err error) { log.Warn("spans were not sent", "error", err) })
	if err != nil {
		return nil, err
	}
	return func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), lastSpans)
		defer cancel()
		return stop(ctx)
	}, nil
}

// watchTransactions is what tells of the store's transactions, where spans are written.
func watchTransactions() storage.Watch {
	if !trace.On() {
		return nil
	}
	return func(ctx context.Context, kind storage.TransactionKind) (context.Context, func(error)) {
		ctx, span := trace.Start(ctx, "transaction "+string(kind))
		return ctx, func(err error) {
			var known *parley.Error
			if errors.As(err, &known) && known.Code != parley.CodeInternal && known.Code != parley.CodeUnavailable {
				span.Text("parley.refused", string(known.Code)) // by a rule of the trade, as it should be
				err = nil
			}
			span.End(err)
		}
	}
}

// traceRequests has a span for each request, and notes which trace it is part of. What monitoring asks for has none.
func traceRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, note := edge.Noted(r)
		if !trace.On() || monitored[r.URL.Path] {
			note.TraceID = trace.Incoming(r)
			next.ServeHTTP(w, r)
			return
		}
		ctx, span, id := trace.StartRequest(r.Context(), r)
		note.TraceID = id
		answer := edge.Record(w)
		defer func() {
			if note.Route != "" {
				span.Name(note.Route)
			}
			span.Text("http.request.method", r.Method)
			span.Text("http.route", note.Route)
			span.Text("parley.edge", note.Edge)
			span.Text("parley.key_id", note.KeyID)
			span.Text("parley.request_id", w.Header().Get("X-Request-ID"))
			span.Number("http.response.status_code", answer.Status())
			if answer.Status() >= http.StatusInternalServerError {
				span.Failed()
			}
			span.End(nil)
		}()
		next.ServeHTTP(answer, r.WithContext(ctx))
	})
}
