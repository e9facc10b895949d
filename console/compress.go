package console

import (
	"net/http"

	"parley/edge"
)

// leastPacked is the size from which on a page is worth compressing, in bytes.
const leastPacked = 1024

// writePacked writes a page, compressed where the browser takes that. What a page repeats of its address could tell others about
// its token by the size (BREACH), if they could have it fetched: the session's cookie is SameSite=Strict, so they cannot.
func writePacked(w http.ResponseWriter, r *http.Request, status int, text []byte) error {
	w.Header().Add("Vary", "Accept-Encoding")
	if edge.Packs(r, len(text), leastPacked) {
		return edge.WritePacked(w, status, text)
	}
	w.WriteHeader(status)
	_, err := w.Write(text)
	return err
}
