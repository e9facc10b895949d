package edge

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// TakesGzip tells whether Accept-Encoding takes gzip; one that gives it no weight does not.
func TakesGzip(accepts []string) bool {
	for _, list := range accepts {
		for encoding := range strings.SplitSeq(list, ",") {
			name, weight, _ := strings.Cut(strings.TrimSpace(encoding), ";")
			if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
				continue
			}
			switch strings.ReplaceAll(weight, " ", "") {
			case "q=0", "q=0.", "q=0.0", "q=0.00", "q=0.000":
				return false
			}
			return true
		}
	}
	return false
}

var packers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return w
}}

// Packs tells whether an answer of some bytes is to be compressed for a request: where that takes gzip, and from so many bytes on.
func Packs(r *http.Request, size, least int) bool {
	return size >= least && TakesGzip(r.Header.Values("Accept-Encoding"))
}

// WritePacked writes an answer compressed. What else is said of it, such as that it varies with Accept-Encoding, the caller has set.
func WritePacked(w http.ResponseWriter, status int, body []byte) error {
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	packer, _ := packers.Get().(*gzip.Writer)
	defer packers.Put(packer)
	packer.Reset(w)
	if _, err := packer.Write(body); err != nil {
		return err
	}
	return packer.Close()
}
