package console

import (
	"compress/gzip"
	"net/http"
	"sync"

	"parley/edge"
)

// leastPacked is the size from which on a page is worth compressing, in bytes.
const leastPacked = 1024

var packers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return w
}}

// writePacked writes a page, compressed where the browser takes that. What a page repeats of its address could tell others about
// its token by the size (BREACH), if they could have it fetched: the session's cookie is SameSite=Strict, so they cannot.
func writePacked(w http.ResponseWriter, r *http.Request, status int, text []byte) error {
	w.Header().Add("Vary", "Accept-Encoding")
	if len(text) < leastPacked || !edge.TakesGzip(r.Header.Values("Accept-Encoding")) {
		w.WriteHeader(status)
		_, err := w.Write(text)
		return err
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	packer, _ := packers.Get().(*gzip.Writer)
	defer packers.Put(packer)
	packer.Reset(w)
	if _, err := packer.Write(text); err != nil {
		return err
	}
	return packer.Close()
}
