package main

import (
	"log/slog"
	"net/http"
	"time"

	"parley/edge"
)

// mostUserAgent bounds what a client's name for itself takes of a record, in bytes.
const mostUserAgent = 200

// logRequests writes a record of each request: who asked, by the id of the key, for what, and how long it took. No header but
// the client's name for itself, no query and no body, which may hold what is secret. What monitoring asks for all the time is
// only of interest when debugging.
func logRequests(log *slog.Logger, proxies edge.Proxies, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		level := slog.LevelInfo
		switch r.URL.Path {
		case "/healthz", "/readyz", "/metrics":
			level = slog.LevelDebug
		}
		if !log.Enabled(r.Context(), level) {
			next.ServeHTTP(w, r)
			return
		}
		began := time.Now()
		answer := edge.Record(w)
		r, note := edge.Noted(r)
		defer func() { // an answer that is cut off is one, too
			var mode []slog.Attr
			if note.Mode != "" {
				mode = append(mode, slog.String("mode", note.Mode))
			}
			log.LogAttrs(r.Context(), level, "request", append(mode,
				slog.String("method", r.Method),
				slog.String("path", r.URL.Path),
				slog.Int("status", answer.Status()),
				slog.Int64("bytes", answer.Bytes()),
				slog.Duration("took", time.Since(began)),
				slog.String("edge", note.Edge),
				slog.String("route", note.Route),
				slog.String("key_id", note.KeyID),
				slog.String("client", proxies.Client(r).String()),
				slog.String("user_agent", r.UserAgent()[:min(len(r.UserAgent()), mostUserAgent)]),
				slog.String("request_id", w.Header().Get("X-Request-ID")),
				slog.String("trace_id", note.TraceID),
			)...)
		}()
		next.ServeHTTP(answer, r)
	})
}
