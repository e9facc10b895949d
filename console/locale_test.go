package console_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"parley/internal/racedetector"
)

var (
	notProse    = regexp.MustCompile(`(?s)<(pre|code|textarea|script|title)[ >].*?</(pre|code|textarea|script|title)>|<p class="quote">.*?</p>|The buyer reads</dt><dd[^>]*>.*?</dd>|<time[^>]*data-plain.*?</time>`)
	tags        = regexp.MustCompile(`<[^>]*>`)
	englishDay  = regexp.MustCompile(`\b\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b|\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{1,2},`)
	isoDay      = regexp.MustCompile(`\b20\d\d-\d\d-\d\d\b`)
	englishMark = regexp.MustCompile(`\d,\d{3}\b|\d\.\d\d\b[^.]`)
)

// TestNoPageMixesLanguages looks at every page with a browser that speaks German: no number and no day on it is an English one, nor
// a mark of either left.
func TestNoPageMixesLanguages(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	pages := w.everyPage()
	pages["sheet"] = "/deals/" + w.deal.ID + "/sheet"
	for name, path := range pages {
		request := must[*http.Request](t)(http.NewRequestWithContext(context.Background(), http.MethodGet, w.server.URL+"/console"+path, http.NoBody))
		request.Header.Set("Accept-Language", "de-DE,de;q=0.9,en;q=0.8")
		_, body := b.do(request)
		if strings.ContainsAny(body, "\ue000\ue001\ue002") {
			t.Errorf("%s has a mark left", name)
		}
		prose := tags.ReplaceAllString(notProse.ReplaceAllString(body, ""), " ")
		for what, pattern := range map[string]*regexp.Regexp{"an English day": englishDay, "a day of the API": isoDay, "an English number": englishMark} {
			if at := pattern.FindStringIndex(prose); at != nil {
				t.Errorf("%s has %s: …%s…", name, what, strings.Join(strings.Fields(prose[max(at[0]-60, 0):min(at[1]+40, len(prose))]), " "))
			}
		}
	}
}
