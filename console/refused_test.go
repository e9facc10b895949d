package console_test

import (
	"crypto/rand"
	"html"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/internal/racedetector"
	"parley/internal/stores"
)

var (
	tellings = regexp.MustCompile(`(?s)<p class="note bad"[^>]*>(.*?)</p>|<small class="error"[^>]*>(.*?)</small>|<p class="lead">(.*?)</p>`)
	quoted   = regexp.MustCompile(`"[^"]*"|\x{201c}[^\x{201d}]*\x{201d}`)
	// engineering is what nobody at a desk writes: names of fields as programs have them, and words of the API.
	engineering = regexp.MustCompile(`[a-z]+_[a-z_]+|json:|\[\d+\]|If-Match|\b(GET|PUT|PATCH|POST|DELETE) /|strconv|cel\.|\b[A-Z][a-z]+\d\b|Idempotency`)
)

// oneOfMany are the parts of a path that are of one thing alone.
var oneOfMany = regexp.MustCompile(`/[a-z]+-[0-9a-z]{20,}|/NORTH-[^/]*`)

// told are the sentences of a page that say what is wrong.
func told(body string) []string {
	var said []string
	for _, found := range tellings.FindAllStringSubmatch(body, -1) {
		said = append(said, html.UnescapeString(strings.Join(found[1:], "")))
	}
	return said
}

// TestARefusalIsSaidInTheDesksWords types into each field of each form of every page what is wrong for most of them. What is refused says
// so on a page that has what was typed, calls fields by their labels there, and has no word of an engineer's.
func TestARefusalIsSaidInTheDesksWords(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	d := openDeskOver(t, stores.SQLite(t))
	w := openWorld(d)
	b := w.signedIn(w.admin)
	type place struct{ page, action string }
	forms := map[string]place{}
	for _, path := range w.everyPage() {
		_, body := b.get("/console" + path)
		for _, f := range formsOn(body) {
			if f.method == "post" && !slices.Contains([]string{"/console/signout", "/console/theme", "/console/keyboard"}, f.action) {
				forms[oneOfMany.ReplaceAllString(f.action, "/{id}")] = place{"/console" + path, f.action}
			}
		}
	}
	refusals := 0
	for _, shape := range slices.Sorted(maps.Keys(forms)) {
		at := forms[shape]
		var page string
		ask := func() int {
			_, page = b.get(at.page)
			return slices.IndexFunc(formsOn(page), func(f pageForm) bool { return f.action == at.action })
		}
		form := ask()
		if form < 0 {
			continue // another form has done what it is for
		}
		for _, field := range slices.Sorted(maps.Keys(formsOn(page)[form].labels)) {
			for _, wrong := range []string{"Zq not this", "1,250"} {
				if form < 0 {
					break
				}
				sent := formsOn(page)[form].values
				sent.Set(field, wrong)
				sent.Set("_once", rand.Text())
				request := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, b.d.server.URL+at.action, strings.NewReader(sent.Encode())))
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				response, err := b.client.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				body := string(must[[]byte](t)(io.ReadAll(response.Body)))
				_ = response.Body.Close()
				what := shape + " with " + field + "=" + wrong
				if response.StatusCode >= http.StatusInternalServerError {
					t.Errorf("%s: %d", what, response.StatusCode)
				}
				said := told(body)
				seen := response.Request.URL.Query().Has("_said") && response.StatusCode == http.StatusOK
				if seen && len(said) == 0 && !strings.Contains(body, `role="status"`) && !strings.Contains(body, "_draft") {
					t.Errorf("%s is answered by a page that says nothing", what)
				}
				if response.StatusCode < http.StatusBadRequest {
					form = ask() // it may be done, and the form another one
					continue
				}
				refusals++
				if len(said) == 0 {
					t.Errorf("%s: %d without a word", what, response.StatusCode)
				}
				for _, text := range said {
					for _, before := range []string{"must be one of ", "such as "} { // what is to be typed
						text, _, _ = strings.Cut(text, before)
					}
					if bad := engineering.FindString(quoted.ReplaceAllString(text, "")); bad != "" {
						t.Errorf("%s is told %q: %q", what, bad, text)
					}
				}
				if i := slices.IndexFunc(formsOn(body), func(f pageForm) bool { return f.action == at.action }); i >= 0 {
					again := slices.Concat(slices.Collect(maps.Values(formsOn(body)[i].values))...) // a table closes its gaps
					if !slices.Contains(again, wrong) && field != "credential" {
						t.Errorf("%s is shown again without it", what)
					}
				}
			}
		}
	}
	if refusals < 40 {
		t.Errorf("only %d were refused", refusals)
	}
}
