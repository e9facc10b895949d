package console_test

import (
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/internal/racedetector"
)

var (
	// unread is what of a page is not read as its words: what runs, the code and the ids that it shows, and what somebody has typed.
	unread = regexp.MustCompile(`(?s)<(script|style|code|pre|textarea|title)[^>]*>.*?</(?:script|style|code|pre|textarea|title)>|<!--.*?-->`)
	tag    = regexp.MustCompile(`<[^>]*>`)
	// jargon are words of programs, in which no desk speaks.
	jargon = regexp.MustCompile(`(?i)\b(mutations?|idempoten\w*|ledgers?|payloads?|endpoints?|sql|null|nil|boolean|enum|uuid|timestamps?|snapshots?|transactions?|` +
		`contention|upsert|commit(s|ted)?|rollback|cursor|principals?|rehydrat\w*|serializ\w*|deserializ\w*|status code|regex|goroutine|mutex|cron|query string|foreign key|constraint)\b`)
	// member is a name of the API's, or a path in a document of it, such as buyer_identity.seat_id.
	member = regexp.MustCompile(`\b[a-z]+(?:[_.][a-z]+)*_[a-z_]+\b|\b[a-z]+\[\d+\]`)
)

// wordsOf is what a page says.
func wordsOf(page string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(unread.ReplaceAllString(page, " "), " "))), " ")
}

// around is a find with some of the words beside it.
func around(words string, at []int) string { return words[max(at[0]-60, 0):min(at[1]+60, len(words))] }

// TestPagesSpeakTheDesksLanguage reads every page, and every form that is refused, and finds no word of programs and no name of the API's.
func TestPagesSpeakTheDesksLanguage(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	told := map[string]bool{}
	read := func(what, page string) {
		words := wordsOf(page)
		for _, of := range []*regexp.Regexp{jargon, member} {
			for _, at := range of.FindAllStringIndex(words, -1) {
				if found := words[at[0]:at[1]]; found != "mobile_app" && !told[what+found] { // which is an example of what one types
					told[what+found] = true
					t.Errorf("%s says %q: ...%s...", what, found, around(words, at))
				}
			}
		}
	}
	pages := w.everyPage()
	for name, path := range map[string]string{"reports": "/reports", "asked and agreed": "/reports/negotiations", "finance": "/finance", "availability": "/availability", "sign-ins": "/sign-ins"} {
		pages[name] = path
	}
	for name, path := range pages {
		if _, body := b.get("/console" + path); body != "" {
			read(name, body)
		}
	}
	forms := w.forms()
	for _, path := range slices.Sorted(maps.Keys(forms)) {
		form := forms[path]
		if path == "/signout" {
			continue
		}
		for _, values := range []url.Values{{}, {"nonsense": {"x"}}, wrong(form.values)} {
			_, body := b.submit("/console"+form.path, values)
			read("a refusal of "+path, body)
		}
	}
}

// wrong is a form with values that nobody means.
func wrong(values url.Values) url.Values {
	typed := clone(values)
	for name := range typed {
		typed.Set(name, "0,,x")
	}
	return typed
}
