package console_test

import (
	"net/http"
	"strings"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/storage"
)

// TestHomeSaysWhatTheDayBrings reads the page of a publisher that trades: what was booked, what is under way, what ends, what fails and
// what is sold least, each with a link that leads to a page.
func TestHomeSaysWhatTheDayBrings(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		b := w.signedIn(w.viewer)
		status, body := b.get("/console/home")
		if status != http.StatusOK {
			t.Fatalf("home: %d\n%.2000s", status, body)
		}
		for _, said := range []string{"Booked this month", "Under way", "About to end", "Least sold, next 30 days", "Webhooks that fail"} {
			if !strings.Contains(body, said) {
				t.Errorf("it does not say %q", said)
			}
		}
		if strings.Contains(body, "Before the first quote") || strings.Contains(body, "Nothing was booked") {
			t.Errorf("after weeks of trade:\n%.3000s", body)
		}
		if due := `<a href="/console/inbox?due=24">4 of others</a> time out within a day`; !strings.Contains(strings.ReplaceAll(body, "</a> do.", "</a> time out within a day."), due) {
			t.Errorf("it does not say how many questions time out within a day:\n%.3000s", body)
		}
		links := 0
		_, main, _ := strings.Cut(body, "<main")
		for _, part := range strings.Split(main, `href="`)[1:] {
			link, _, _ := strings.Cut(part, `"`)
			if !strings.HasPrefix(link, "/console/") {
				continue
			}
			links++
			if status, _ := b.get(strings.ReplaceAll(link, "&amp;", "&")); status != http.StatusOK {
				t.Errorf("%s: %d", link, status)
			}
		}
		if links < 10 {
			t.Errorf("%d links", links)
		}
	})
}

// TestHomeOfANewPublisher has what to set up, and no longer once it is.
func TestHomeOfANewPublisher(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	b := d.signedIn(d.operator("somebody", parley.ScopeAdmin))
	_, body := b.get("/console/home")
	if strings.Count(body, `<span class="status wait">to do</span>`) < 4 || !strings.Contains(body, "Bring in your products") {
		t.Errorf("a new publisher reads\n%.3000s", body)
	}
}
