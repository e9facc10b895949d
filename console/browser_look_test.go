package console_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"parley/internal/racedetector"
)

// everyPage is each page of the console, by a name for its picture.
func (w *world) everyPage() map[string]string {
	return map[string]string{
		"home": "/home", "find": "/find?q=sports", "notices": "/notices", "notice-email": "/notices/email", "notice-chat": "/notices/chat",
		"inbox": "/inbox", "approval": "/inbox/" + w.pending[0].ApprovalID, "change": "/inbox/" + w.change.ApprovalID, "negotiations": "/negotiations",
		"negotiation": "/negotiations/" + w.negotiated.NegotiationID, "proposals": "/proposals",
		"proposal": "/proposals/" + w.negotiated.ID, "quotes": "/quotes", "quote": "/quotes/" + w.quote.ID,
		"deals": "/deals", "deal": "/deals/" + w.deal.ID, "orders": "/orders", "order": "/orders/" + w.order.ID,
		"inventory": "/inventory", "product": "/inventory/ctv-sports-live", "import": "/inventory/import",
		"pricing": "/pricing", "card": "/pricing/card", "rule": "/pricing/rules/" + w.pricingRule.ID,
		"whatif":         "/whatif?product_id=ctv-sports-live&impressions=12000000&agency_id=agency-harbour",
		"approval-rules": "/approval-rules?gate=deal_booking&price=40&impressions=9000000", "approval-rule": "/approval-rules/new",
		"profiles": "/negotiation-profiles", "profile": "/negotiation-profiles/" + w.profile.ID,
		"packages": "/packages", "package": "/packages/pkg-live-sports", "new-package": "/packages/new",
		"accounts": "/accounts", "account": "/accounts/" + w.account.ID, "new-product": "/inventory/new", "edit-product": "/inventory/ctv-sports-live/edit",
		"agents": "/agents", "agent": "/agents/" + w.agent.ID,
		"keys": "/keys", "key": "/keys/" + w.key.ID, "new-key": "/keys/new", "events": "/events", "event": "/events/" + w.event.ID,
		"webhooks": "/webhooks", "webhook": "/webhooks/" + w.hook.ID,
		"audit": "/audit", "system": "/system",
		"activations": "/activations", "every-activation": "/activations?status=all", "activation": "/activations/" + w.waiting.ID,
		"delivery": "/delivery", "delivery-import": "/delivery/import", "destinations": "/destinations", "destination": "/destinations/" + w.sheets.ID, "new-destination": "/destinations/new", "new-deals-api": "/destinations/new?kind=deals_api",
		"mappings": "/mappings", "destination-mappings": "/destinations/" + w.sheets.ID + "/mappings", "mapping-import": "/destinations/" + w.sheets.ID + "/mappings/import",
		"mapping":   "/destinations/" + w.sheets.ID + "/mapping?about=product&name=ctv-sports-live",
		"not-found": "/nowhere",
	}
}

// lookedAt tells whether a page is among those that PARLEY_TEST_SCREENS_ONLY names, between commas, or all are looked at.
func lookedAt(name string) bool {
	only := os.Getenv("PARLEY_TEST_SCREENS_ONLY")
	return only == "" || strings.Contains(","+only+",", ","+name+",")
}

// readmePictures are the pages that README.md shows, with the height that their pictures have.
var readmePictures = map[string]int64{"inbox": 860, "negotiation": 760}

// TestBrowserScreens writes a picture of each page, light and dark and as on a tablet, to the folder that PARLEY_TEST_SCREENS
// names, for people to look at, and small ones of those that README.md shows.
func TestBrowserScreens(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	folder := os.Getenv("PARLEY_TEST_SCREENS")
	if folder == "" {
		t.Skip("PARLEY_TEST_SCREENS names no folder for the pictures")
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		t.Fatal(err)
	}
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	keep := func(name string, picture []byte, err error) {
		t.Helper()
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), picture, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, path := range w.everyPage() {
		if !lookedAt(name) {
			continue
		}
		if height := readmePictures[name]; height > 0 {
			b.run(chromedp.EmulateViewport(1440, height), prefers("light"))
			b.visit(path)
			picture, err := b.webp()
			keep(name+".webp", picture, err)
		}
		for _, look := range []struct {
			name          string
			scheme        string
			width, height int64
		}{{"light", "light", 1440, 1000}, {"dark", "dark", 1440, 1000}, {"tablet", "light", 820, 1100}} {
			b.run(chromedp.EmulateViewport(look.width, look.height), prefers(look.scheme))
			b.visit(path)
			picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
			keep(name+"-"+look.name+".png", picture, err)
		}
	}
}

// webp is a small picture of what the tab shows.
func (b *tab) webp() ([]byte, error) {
	var picture []byte
	err := chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		shot, err := cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: new(int64(70))})
		picture = shot.Data
		return err
	}))
	return picture, err
}

// prefers makes the browser prefer light or dark pages.
func prefers(scheme string) step {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}

// watchPolicy gathers, on every page from here on, what the page's policy stops.
func (b *tab) watchPolicy() {
	b.t.Helper()
	b.run(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
			window.violations = [];
			document.addEventListener("securitypolicyviolation", (e) => window.violations.push(e.violatedDirective + " " + e.blockedURI));
		`})
		return err
	}))
}

// check runs a script of testdata, which answers what is wrong with the page, one line for each.
func (b *tab) check(script string) string {
	b.t.Helper()
	source, err := os.ReadFile(filepath.Join("testdata", script))
	if err != nil {
		b.t.Fatal(err)
	}
	return eval[string](b, string(source))
}

// The screen of a small phone, in pixels.
const phoneWidth, phoneHeight = 375, 667

// axeFolder has axe-core, which scripts/need node installs as the lock file names it.
const axeFolder = "testdata/axe"

// axeSource is axe-core.
func axeSource(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(axeFolder, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("axe-core is not installed: scripts/need node")
		}
		t.Log("NOT TESTED with axe-core, which is not installed: scripts/need node")
	}
	return string(source)
}

// axe answers what axe-core finds wrong with the page, one line for each; rules narrows what is looked for, as its options do.
func (b *tab) axe(rules string) string {
	b.t.Helper()
	return evalAsync(b, `axe.run(document, { resultTypes: ["violations"], `+rules+` }).then((found) => found.violations.map((v) => v.id + ": " +
		v.nodes.slice(0, 5).map((n) => n.target.join(" ") + " " + [...n.any, ...n.all, ...n.none].map((c) => c.message).join("; ")).join("\n    ")).join("\n"))`)
}

// TestBrowserEveryPageLooksRight holds every page to WCAG 2.2 AA: contrast of texts and of the edges of fields in light and dark,
// names of everything that can be used, and labels; and to axe-core's rules in light, in dark and on a phone, those on the size
// of what is touched among them. And on a phone, a tablet or a laptop no part of it lies over another, no text is cut to nothing, and none
// scrolls sideways; wide tables scroll within themselves.
func TestBrowserEveryPageLooksRight(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	axe := axeSource(t)
	pages := w.everyPage()
	talks := w.propose(w.buyer, "ctv-news-evening", "PD", "18.50", 2_000_000, 6, 20)
	pages["negotiation-open"] = "/negotiations/" + talks.NegotiationID
	pages["inbox-past"] = "/inbox?status=approved"
	pages["nothing-found"] = "/deals?q=nothing-like-this"
	pages["long"] = "/inventory?q=" + strings.Repeat("unbreakable", 15)
	for name, path := range pages {
		if !lookedAt(name) {
			continue
		}
		b.visit(path)
		for _, scheme := range []string{"dark", "light"} {
			b.run(prefers(scheme))
			eval[bool](b, `document.getAnimations().every((a) => a.effect.getComputedTiming().endTime === Infinity || (a.finish(), true))`)
			if wrong := b.check("contrast.js"); wrong != "" {
				t.Errorf("%s, %s:\n%s", name, scheme, wrong)
			}
		}
		find := func(look, rules string) {
			if axe == "" {
				return
			}
			if wrong := b.axe(rules); wrong != "" {
				t.Errorf("%s, %s, axe-core:\n%s", name, look, wrong)
			}
		}
		// What does not lie in the colours is the same in the dark.
		if axe != "" {
			eval[bool](b, axe+"; true")
		}
		find("light", `rules: { "target-size": { enabled: true } }`)
		b.run(prefers("dark"))
		find("dark", `runOnly: ["color-contrast"]`)
		b.run(prefers("light"))
		if wrong := b.check("names.js"); wrong != "" {
			t.Errorf("%s:\n%s", name, wrong)
		}
		for _, width := range []int64{phoneWidth, 820, 1024, 1280} {
			b.run(chromedp.EmulateViewport(width, phoneHeight))
			if wrong := b.check("layout.js"); wrong != "" {
				t.Errorf("%s, %d pixels wide:\n%s", name, width, wrong)
			}
			if bottom := eval[int](b, `Math.ceil(document.querySelector("[name=decision]")?.getBoundingClientRect().bottom ?? 0)`); width == phoneWidth && bottom > phoneHeight {
				t.Errorf("%s has its first decision %d pixels down, on a phone of %d", name, bottom, phoneHeight)
			}
			if width == phoneWidth {
				find("phone", `rules: { "target-size": { enabled: true }, "color-contrast": { enabled: false } }`)
			}
		}
	}
}

// TestBrowserRowsSayAllOfTheirs shows rows of the inbox at every ordinary width, with names and prices of any length: what a row is about,
// for whom and by when, what it is worth and whose it is are told on each, and the beginnings of the prices. On a phone the first
// decision is on the first screen, on either page that leads to one.
func TestBrowserRowsSayAllOfTheirs(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	long := map[string]string{
		".product": "Kurzfilmfestival-Hauptsponsoring im Spätabendprogramm", ".buyer, #case header > span:nth-child(2)": "Mitteldeutsche Werbevermittlungsgesellschaft",
		".value": "12,345,678,901.00 USD", ".left": "30 Nov 2026, 23:55", ".role": "finance and legal, 1st of 2 again",
		".terms": "1,535.91 → counter 1,430.60, 20.6% under ask, once the rule Large commitments has asked too",
	}
	const decision = `Math.ceil(document.querySelector("[name=decision]").getBoundingClientRect().bottom)`
	for name, texts := range map[string]map[string]string{"as they are": {}, "long": long} {
		b.visit("/inbox")
		for selector, text := range texts {
			eval[bool](b, fmt.Sprintf(`document.querySelectorAll(%q).forEach((e) => { e.textContent = %q; }), true`, selector, text))
		}
		for _, width := range []int64{phoneWidth, 390, 768, 1024, 1280, 1366, 1440, 1920} {
			b.run(chromedp.EmulateViewport(width, phoneHeight))
			if wrong := b.check("layout.js"); wrong != "" {
				t.Errorf("%s, %d pixels wide:\n%s", name, width, wrong)
			}
			for selector, least := range map[string]float64{".product": 92, ".buyer": 92, ".terms": 240, ".role": 60, ".value": 500, ".left": 500} {
				if shown := eval[[]float64](b, fmt.Sprintf(`[...document.querySelectorAll(".list .row")].map((row) => row.querySelector(%q)).map((e) => e.clientWidth / Math.min(%f, e.scrollWidth))`, selector, least)); len(shown) != 4 || slices.Min(shown) < 1 {
					t.Errorf("%s, %d pixels wide: of %s is shown %.2f of what must be", name, width, selector, shown)
				}
			}
			if heights := eval[[]float64](b, `[...document.querySelectorAll(".list .row")].map((row) => row.getBoundingClientRect().height)`); slices.Max(heights) != 56 {
				t.Errorf("%s, %d pixels wide: rows are %v high", name, width, heights)
			}
		}
		b.run(chromedp.EmulateViewport(phoneWidth, phoneHeight))
		if bottom := eval[int](b, decision); bottom > phoneHeight {
			t.Errorf("%s: the first decision ends %d pixels down, on a phone of %d", name, bottom, phoneHeight)
		}
	}
	for _, pending := range w.pending {
		b.visit("/inbox/" + pending.ApprovalID)
		if bottom := eval[int](b, decision); bottom > phoneHeight {
			t.Errorf("of %s the first decision ends %d pixels down, on a phone of %d", pending.ProductID, bottom, phoneHeight)
		}
	}
}

// TestBrowserFocusOrder goes through pages with the tabulator: everything that can be used is reached, in the order in
// which it is read, and shows that it has the focus.
func TestBrowserFocusOrder(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	for _, path := range []string{
		"/inbox", "/deals", "/deals/" + w.deal.ID, "/inventory/ctv-sports-live", "/pricing/rules/" + w.pricingRule.ID, "/keys/new",
	} {
		b.visit(path)
		want := eval[[]string](b, `(() => {
			const usable = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
				.filter((e) => e.type !== "hidden" && e.checkVisibility({ visibilityProperty: true }));
			usable.forEach((e, i) => { e.dataset.place = i; });
			return usable.map((e) => e.dataset.place + " " + e.tagName + " " + (e.innerText || e.name || "").slice(0, 30));
		})()`)
		for i := 0; i < len(want); {
			b.press("\t")
			// The parts of a date are stops of their own within one field.
			at := eval[string](b, `document.activeElement.dataset.place ?? "nowhere"`)
			if at == strconv.Itoa(i-1) {
				continue
			}
			if at != strconv.Itoa(i) {
				t.Errorf("%s: the focus is at %s, and should be at %s", path, at, want[i])
				break
			}
			if !eval[bool](b, `(() => {
				const style = getComputedStyle(document.activeElement);
				return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
			})()`) {
				t.Errorf("%s: the focus does not show at %s", path, want[i])
			}
			i++
		}
	}
}

// TestBrowserShowsTimesOfTheViewer shows when something happened in the viewer's zone, and in UTC on hover.
func TestBrowserShowsTimesOfTheViewer(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.viewer)
	shown := map[string]string{}
	for _, zone := range []string{"America/New_York", "Asia/Tokyo"} {
		b.run(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone})
			return err
		}))
		b.visit("/events/" + w.event.ID)
		b.comes(`document.querySelector("main time").dataset.zone === "` + zone + `"`)
		shown[zone] = b.text("main time")
		want := w.event.OccurredAt.UTC().Format("2006-01-02 15:04:05") + " UTC"
		if title := eval[string](b, `document.querySelector("main time").title`); title != want {
			t.Errorf("on hover it was %q, want %q", title, want)
		}
	}
	if shown["America/New_York"] == shown["Asia/Tokyo"] {
		t.Errorf("it was %q in New York and in Tokyo", shown["Asia/Tokyo"])
	}
}
