package rest

import (
	"context"
	"net/http"
	"time"

	"parley"
	"parley/edge"
)

// readyWithin is how long the store may take to answer before the process counts as not ready.
const readyWithin = 2 * time.Second

// mountHealth serves what orchestrators and monitoring ask for. It is not rate limited: a busy server is not a dead one.
func (s *server) mountHealth() {
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeStatus(w, "alive") })
	s.mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { writeStatus(w, "healthy") })
	s.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := s.ready(r.Context()); err != nil {
			requestID := edge.NoteOf(r.Context()).ID
			s.log.WarnContext(r.Context(), "not ready", "error", err)
			writeError(w, requestID, &parley.Error{
				Code:    parley.CodeUnavailable,
				Message: "The server cannot serve requests now. Try another one, or this one later.",
				Cause:   err,
			})
			return
		}
		writeStatus(w, "ready")
	})
	s.mux.Handle("GET /metrics", s.options.Metrics.Handler())
}

func (s *server) ready(ctx context.Context) error {
	if s.options.Ready == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	return s.options.Ready(ctx)
}

func writeStatus(w http.ResponseWriter, status string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(`{"status":"` + status + `"}` + "\n"))
}
