package edge

import "strings"

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
