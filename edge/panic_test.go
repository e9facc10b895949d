package edge_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/edge"
)

// TestWhatHasBegunIsCutOff panics at each moment of an answer: nobody may take the half of one for the whole.
func TestWhatHasBegunIsCutOff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		cut    bool
		status string
	}{
		"before anything is written": {func(http.ResponseWriter, *http.Request) { panic("secret") }, false, "500"},
		"after the header":           {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted); panic("secret") }, true, "202"},
		"by what aborts it":          {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(nil); panic(http.ErrAbortHandler) }, true, "200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kit, w := edge.Kit{}.WithDefaults(), httptest.NewRecorder()
			func() {
				defer func() {
					problem, _ := recover().(error)
					if cut := errors.Is(problem, http.ErrAbortHandler); cut != test.cut {
						t.Errorf("is cut off: %t (%v)", cut, problem)
					}
				}()
				kit.Watched("some", test.answer).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/", http.NoBody))
			}()
			if strings.Contains(w.Body.String(), "secret") {
				t.Errorf("answers %s", w.Body)
			}
			counts := httptest.NewRecorder()
			kit.Metrics.Handler().ServeHTTP(counts, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", http.NoBody))
			if counted := `parley_http_requests_total{edge="some",route="none",status="` + test.status + `"} 1`; !strings.Contains(counts.Body.String(), counted) {
				t.Errorf("is not counted as %s", counted)
			}
		})
	}
}
