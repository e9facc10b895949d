package edge

import (
	"net/http"
	"strings"

	"parley"
)

// ByWorld has requests that present a key of the test world answered by test, and all others by live. It is the one place that tells
// the two apart: what stands behind each has a database of its own.
func ByWorld(live, test http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// One that is not said as it should be is nobody's.
		if secret, err := Secret(r); err == nil && strings.HasPrefix(secret, parley.TestKeySecretPrefix) {
			test.ServeHTTP(w, r)
			return
		}
		live.ServeHTTP(w, r)
	})
}
