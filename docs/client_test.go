package docs_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"parley/client"
)

// TestThePageNamesWhatTheClientDoes holds the page about the Go package to its methods.
func TestThePageNamesWhatTheClientDoes(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("client.md")
	if err != nil {
		t.Fatal(err)
	}
	for method := range reflect.TypeFor[*client.Client]().Methods() {
		if !strings.Contains(string(page), "`"+method.Name+"`") {
			t.Errorf("client.md does not name %s", method.Name)
		}
	}
}
