package console

import "net/http"

// Writes are the paths, below the root, of what the pages' forms do.
func Writes() []string {
	var paths []string
	for _, r := range (&console{}).routes() {
		if r.method != http.MethodGet {
			paths = append(paths, r.path)
		}
	}
	return paths
}
