package console_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/internal/racedetector"
)

// TestBrowserKeysAloneDoNothing presses every single key of every page that has some: it arms a button, or leads into a form, and sends
// nothing. Escape takes that back, as any other key does, so that Enter does nothing after it.
func TestBrowserKeysAloneDoNothing(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	talks := w.propose(w.buyer, "ctv-news-evening", "PD", "18.50", 2_000_000, 6, 20)
	b := w.open(t, w.admin)
	const at = `document.activeElement.tagName + " " + (document.activeElement.dataset.key ?? document.activeElement.closest("[data-key]")?.dataset.key ?? "")`
	const armed = `document.querySelectorAll("button.armed").length`
	b.visit("/negotiations/" + talks.NegotiationID)
	b.leave(`form[action$="/pause"] button`)
	w.counter(w.buyer, talks, "18.90")
	b.visit("/inbox/" + w.pending[1].ApprovalID)
	b.leave(`.decide button[value=approve]`)
	pressed := map[string]bool{}
	for path, keys := range map[string]string{
		"/inbox": "arz", "/inbox/" + w.pending[0].ApprovalID: "arc", "/negotiations/" + talks.NegotiationID: "ac",
		"/activations": "te", "/activations/" + w.waiting.ID: "te", "/webhooks/" + w.hook.ID: "t",
	} {
		b.visit(path)
		eval[bool](b, `window.isOld = true; document.addEventListener("submit", (e) => { e.preventDefault(); window.sent = true; }); true`)
		for key := range strings.SplitSeq(keys, "") {
			if !eval[bool](b, fmt.Sprintf(`document.querySelectorAll('main [data-key=%q]').length === 1`, key)) {
				continue
			}
			pressed[key] = true
			for _, back := range []string{"\x1b", "j"} {
				b.press(key)
				if now := eval[string](b, at); !strings.HasSuffix(now, " "+key) {
					t.Errorf("%s: %s leads to %s", path, key, now)
				}
				if back != "\x1b" && eval[int](b, armed) == 0 {
					continue // in a field it is a letter
				}
				b.press(back)
				if now, n := eval[string](b, at), eval[int](b, armed); n > 0 || strings.HasSuffix(now, " "+key) {
					t.Errorf("%s: after %s and %q the focus is at %s, with %d armed", path, key, back, now, n)
				}
			}
		}
		if eval[bool](b, `window.isOld !== true || window.sent === true`) {
			t.Errorf("%s: something was sent, or left for", path)
		}
	}
	for key := range strings.SplitSeq("arctz", "") {
		if !pressed[key] {
			t.Errorf("%s is pressed on no page", key)
		}
	}
}
