package rest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/edge"
)

func TestPanicsAnswerTheEnvelope(t *testing.T) {
	t.Parallel()
	s := &server{
		options: Options{Kit: edge.Kit{MaxBody: 10}}, log: slog.New(slog.DiscardHandler), mux: http.NewServeMux(),
	}
	s.mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("secret of the house") })
	s.mux.HandleFunc("GET /late", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		panic("too late")
	})
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/panic", nil))
	if w.Code != 500 || !strings.Contains(w.Body.String(), `"error":"internal"`) || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	w = httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/late", nil))
	if w.Code != 200 || w.Body.Len() != 0 {
		t.Errorf("after the header was written: %d %s", w.Code, w.Body)
	}
}
