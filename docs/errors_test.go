package docs_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/edge"
	"parley/wire"
)

var (
	declaredCode = regexp.MustCompile(`(?m)^\tCode\w+ +Code = "(\w+)"`)
	errorRow     = regexp.MustCompile("(?m)^\\| ([0-9, ]+) \\| `(\\w+)` \\| .+ \\|$")
)

// TestTheTableOfErrorsIsWhole holds the buyers' table of errors to every code that there is, by the status and the word that it is answered with.
func TestTheTableOfErrorsIsWhole(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	want, got := map[string]bool{}, map[string]bool{}
	for _, code := range declaredCode.FindAllStringSubmatch(read("../error.go"), -1) {
		failure := parley.Errorf(parley.Code(code[1]), "no")
		var answer struct {
			Detail struct {
				Error string `json:"error"`
			} `json:"detail"`
		}
		if err := json.Unmarshal(wire.EncodeError(failure, ""), &answer); err != nil {
			t.Fatal(err)
		}
		want[fmt.Sprint(edge.Status(failure), " ", answer.Detail.Error)] = true
	}
	for _, row := range errorRow.FindAllStringSubmatch(read("buyers.md"), -1) {
		for status := range strings.SplitSeq(row[1], ",") {
			got[strings.TrimSpace(status)+" "+row[2]] = true
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" || len(want) < 10 {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
