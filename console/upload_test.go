package console_test

import (
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
)

// TestFilesThatAreSentAreNotKept sends what is too large for memory, to pages that take it or refuse it.
func TestFilesThatAreSentAreNotKept(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	w := openWorld(openDeskOver(t, stores.SQLite(t)))
	b := w.signedIn(w.operator("Figures", parley.ScopeAdmin))
	large := strings.Repeat("a,b\n", 1<<20)
	for _, path := range []string{"/console/delivery/import", "/console/import"} {
		b.upload(path, "large.csv", large, url.Values{"source": {"ad server"}})
	}
	for giveUp := time.Now().Add(time.Minute); ; {
		left, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(giveUp) {
			t.Fatalf("%d files are left, such as %s", len(left), left[0].Name())
		}
	}
}
