package console_test

import (
	"crypto/rand"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
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

// numeric is what is said of a text in the place of a number.
var numeric = regexp.MustCompile(`must be a (whole )?number such as`)

// oneOfMany are the parts of a path that are of one thing alone.
var oneOfMany = regexp.MustCompile(`/[a-z]+-[0-9a-z]{20,}|/NORTH-[^/]*|/ORD-[^/]*`)

// told are the sentences of a page that say what is wrong.
func told(body string) []string {
	var said []string
	lead := ""
	for _, found := range tellings.FindAllStringSubmatch(body, -1) {
		if text := html.UnescapeString(found[1] + found[2]); text != "" {
			said = append(said, text)
		}
		lead += html.UnescapeString(found[3])
	}
	if len(said) == 0 && lead != "" { // it may be what the page is about
		said = []string{lead}
	}
	return said
}

// aboutNoField are the beginnings of refusals that are about no field, but for which button was pressed, or beside theirs in a table.
var aboutNoField = regexp.MustCompile(`^("|(The|These|This|That|There|It|Nothing|Somebody|More|Deal|Your|Only|An?|Tick|Choose|Another|With|Of|Decision|must|is|can) )`)

// labelsOf are what a page calls its fields.
func labelsOf(body string) []string {
	var labels []string
	for _, pattern := range []*regexp.Regexp{regexp.MustCompile(`<label[^>]*>([^<]+)</label>`), regexp.MustCompile(`aria-label="([^"]+)"`), regexp.MustCompile(`<legend>([^<]+)</legend>`)} {
		for _, found := range pattern.FindAllStringSubmatch(body, -1) {
			labels = append(labels, strings.TrimSpace(html.UnescapeString(found[1])))
		}
	}
	return labels
}

// typing is what is typed into some fields of a form.
type typing struct {
	what   string
	fields url.Values
}

// typings are what is wrong for most fields: into each of them words and a number that reads two ways, and into all of them at once what
// nobody sells, more than there is, and days that are over.
func typings(form pageForm) []typing {
	var all []typing
	names := slices.Sorted(maps.Keys(form.labels))
	for _, name := range names {
		for _, wrong := range []string{"Zq not this", "1,250"} {
			all = append(all, typing{name + "=" + wrong, url.Values{name: {wrong}}})
		}
	}
	for _, wrong := range []string{"-7", "98765432109876543", "1", "2019-03-04", strings.Repeat("long", 1000)} {
		several := typing{"everything=" + wrong[:min(len(wrong), 20)], url.Values{}}
		for _, name := range names {
			if form.days[name] == (wrong == "2019-03-04") {
				several.fields.Set(name, wrong)
			}
		}
		if len(several.fields) > 0 {
			all = append(all, several)
		}
	}
	return all
}

// TestARefusalIsSaidInTheDesksWords types into the fields of each form of every page what is wrong for most of them, with a browser that
// speaks German. What is refused says so on a page that has what was typed, calls fields by their labels there, has no word of an engineer's,
// and no number or day of another language.
func TestARefusalIsSaidInTheDesksWords(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	d := openDeskOver(t, stores.SQLite(t))
	w := openWorld(d)
	b := w.signedIn(w.admin)
	forms, numbers := w.postForms(b), map[string]bool{}
	refusals := 0
	shapes := slices.Sorted(maps.Keys(forms))
	slices.SortStableFunc(shapes, func(a, b string) int {
		return len(endings.FindString(a)) - len(endings.FindString(b)) // any order among those that end something
	})
	for _, shape := range shapes {
		at := forms[shape]
		var page string
		ask := func() (pageForm, bool) {
			_, page = b.get(at.page)
			return at.in(page)
		}
		form, there := ask()
		for _, typed := range typings(form) { // none where another form has done what it is for
			if !there {
				break
			}
			sent := clone(form.values)
			maps.Copy(sent, pressed[shape])
			maps.Copy(sent, typed.fields)
			sent.Set("_once", rand.Text())
			request := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodPost, b.d.server.URL+at.action, strings.NewReader(sent.Encode())))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			request.Header.Set("Accept-Language", "de")
			response, err := b.client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			body := string(must[[]byte](t)(io.ReadAll(response.Body)))
			_ = response.Body.Close()
			what := shape + " with " + typed.what
			if response.StatusCode >= http.StatusInternalServerError {
				t.Errorf("%s: %d", what, response.StatusCode)
			}
			said := told(body)
			seen := response.Request.URL.Query().Has("_said") && response.StatusCode == http.StatusOK
			if seen && len(said) == 0 && !strings.Contains(body, `role="status"`) && !strings.Contains(body, "_draft") {
				t.Errorf("%s is answered by a page that says nothing", what)
			}
			if response.StatusCode < http.StatusBadRequest {
				form, there = ask() // it may be done, and the form another one
				continue
			}
			refusals++
			if len(said) == 0 {
				t.Errorf("%s: %d without a word", what, response.StatusCode)
			}
			checkRefusal(t, what, said, labelsOf(page))
			if strings.HasSuffix(typed.what, "=Zq not this") && slices.ContainsFunc(said, numeric.MatchString) {
				field := strings.TrimSuffix(typed.what, "=Zq not this")
				numbers[shape+" "+indexed.ReplaceAllString(field, "[]")] = true
			}
			if shown, ok := at.in(body); ok {
				again := slices.Concat(slices.Collect(maps.Values(shown.values))...) // a table closes its gaps
				for name, wrong := range typed.fields {
					if !slices.Contains(again, wrong[0]) && name != "credential" {
						t.Errorf("%s is shown again without it", what)
					}
				}
			}
		}
	}
	for name := range numbers {
		if _, known := numberFields[name]; !known {
			t.Errorf("numberFields does not say of %s whether it is echoed before it is sent", name)
		}
	}
	for name := range numberFields {
		if !numbers[name] {
			t.Errorf("%s takes no numbers, or is not there", name)
		}
	}
	if refusals < 40 {
		t.Errorf("only %d were refused", refusals)
	}
}

// checkRefusal reads what is said of a form that is refused, whose page has some labels.
func checkRefusal(t *testing.T, what string, said, labels []string) {
	t.Helper()
	for _, text := range said {
		whole := text
		for _, before := range []string{"must be one of ", "such as "} { // what is to be typed
			text, _, _ = strings.Cut(text, before)
		}
		text = quoted.ReplaceAllString(text, "")
		if bad := engineering.FindString(text); bad != "" {
			t.Errorf("%s is told %q: %q", what, bad, text)
		}
		for _, foreign := range []*regexp.Regexp{englishDay, isoDay, englishMark} {
			if bad := foreign.FindString(text); bad != "" {
				t.Errorf("%s is told %q, in no German: %q", what, bad, text)
			}
		}
		if !aboutNoField.MatchString(whole) && !slices.ContainsFunc(labels, func(label string) bool { return strings.HasPrefix(text, label+" ") }) {
			t.Errorf("%s is told of a field that the page calls nothing: %q", what, text)
		}
	}
}
