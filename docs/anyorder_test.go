package docs_test

import (
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var order = flag.Uint64("order", 1, "which order the pages are walked through in, all on one server")

// inAnyOrder walks through all pages on one server, in an order that the flag -order decides, and the day after through all of them again, in
// another order. The blocks of a page build on each other and are pasted in their order; how much inventory is left, what lists hold and how
// versions count depends on what was pasted before, but each block has to do what its page says.
func inAnyOrder(t *testing.T, binary string, pages []string) {
	clock := filepath.Join(t.TempDir(), "clock")
	server := serve(t, binary, "FAULT_CLOCK_FILE="+clock) // which a build with the tag faultclock reads
	for day := range 2 {
		if err := os.WriteFile(clock, []byte(strconv.FormatInt(int64(time.Duration(day)*25*time.Hour), 10)), 0o600); err != nil {
			t.Fatal(err)
		}
		shuffled := slices.Clone(pages)
		rand.New(rand.NewPCG(*order, uint64(day))).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		t.Logf("day %d of -order %d: %s", day+1, *order, strings.Join(shuffled, ", "))
		for _, page := range shuffled {
			source, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			shell := startShell(t, server)
			for _, p := range parse(string(source)) {
				if p.command == "" {
					continue
				}
				printed := shell.run(t, strings.ReplaceAll(p.command, shown, server.address))
				if fault := differs(p.output, printed); fault != "" && (day == 0 || !strings.HasPrefix(printed, thereAlready)) {
					t.Errorf("day %d of -order %d, %s line %d: %s\n$ %s\n%s\nThe page shows\n%s", day+1, *order, page, p.line, fault, p.command, printed, p.output)
				}
			}
		}
	}
	if made, err := filepath.Glob(filepath.Join(server.folder, "*")); err != nil || len(made) != 2 {
		t.Errorf("what the pages make is not all below data: %v, %v", made, err)
	}
}

// thereAlready is how a command begins to say that what it is to make was made by an earlier walk.
const thereAlready = "parley: conflict: "

var (
	failure = regexp.MustCompile(`(?m)^(parley|jq|curl|bash|cmp|awk|printf|head|mv|rm|cat|sed|tr|grep)\b.*: .*|"error": ?"\w+"`)
	state   = regexp.MustCompile(`"(?:status|state|action|result|recommendation|decision)": ?"[^"]*"|(?m)^status +\w+|^HTTP/\S+ \d+`)
	nothing = regexp.MustCompile(`\bnull\b`)
)

// differs says what a command did otherwise than its page shows: "" if it did the same, with other figures perhaps.
func differs(shown, printed string) string {
	kinds := func(of *regexp.Regexp, text string) []string {
		found := map[string]bool{}
		for _, one := range of.FindAllString(text, -1) {
			found[volatile.ReplaceAllString(strings.Join(strings.Fields(one), " "), "X")] = true
		}
		return slices.Sorted(maps.Keys(found))
	}
	switch {
	case !slices.Equal(kinds(failure, shown), kinds(failure, printed)):
		return "it failed otherwise"
	case !slices.Equal(kinds(state, shown), kinds(state, printed)):
		return "it came to something else"
	case len(nothing.FindAllString(printed, -1)) > len(nothing.FindAllString(shown, -1)):
		return "something is missing"
	case strings.TrimSpace(shown) != "" && strings.TrimSpace(printed) == "" && !strings.HasPrefix(shown, "acct-"):
		return "it says nothing"
	}
	return ""
}

func TestWhatACommandDidOtherwise(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		shown, printed string
		same           bool
	}{
		{`{"status":"booked","price":37.8}`, `{"status":"booked","price":33}`, true},
		{`{"status":"booked"}`, `{"status":"proposed"}`, false},
		{`{"deal_id":"a"}`, `{"deal_id":null}`, false},
		{"status   booked\n", "status   failed\n", false},
		{`{"error":"conflict"}`, `{"error":"conflict"}`, true},
		{`{"id":"a"}`, `{"error":"conflict"}`, false},
		{"1 products: 1 added\n", "1 products: 1 changed\n", true},
		{"took in 1 rows\n", "parley: nothing was imported\n", false},
		{"took in 1 rows\n", "", false},
	} {
		if fault := differs(test.shown, test.printed); (fault == "") != test.same {
			t.Errorf("%q in the place of %q: %q", test.printed, test.shown, fault)
		}
	}
}
