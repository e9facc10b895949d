package main

import (
	"log/slog"
	"net/http"
	"time"

	"parley/edge"
)

// logRequests writes a record of each request: no header, no query and no body, which may hold what is secret. What
// monitoring asks for all the time is only of interest when debugging.
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
		started := time.Now()
		answer := &countedAnswer{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		log.LogAttrs(r.Context(), level, "request",
			slog.String("method", r.Method),
			slog.String("path", r.URL.Path),
			slog.Int("status", answer.status),
			slog.Int64("bytes", answer.bytes),
			slog.Duration("took", time.Since(started)),
			slog.String("client", proxies.Client(r).String()),
			slog.String("request_id", w.Header().Get("X-Request-ID")),
		)
	})
}

// countedAnswer remembers what was answered.
type countedAnswer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (a *countedAnswer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Write implements io.Writer.
func (a *countedAnswer) Write(p []byte) (int, error) {
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *countedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
