package console_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"parley/internal/stores"
)

// TestABrowserComesBackFromAProvider signs in at another site, from which browsers send no strict cookies along.
func TestABrowserComesBackFromAProvider(t *testing.T) {
	t.Parallel()
	startChromium(t)
	d := openDeskAt(t, stores.SQLite(t), nil)
	d.provider.Seat(maraBerg, true)
	ctx, end := chromedp.NewContext(startChromium(t), chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	b := &tab{t: t, ctx: ctx, d: d.desk}
	b.run(chromedp.Navigate(d.server.URL+"/console/deals"), chromedp.Click(chromedp.CSS(`form[action="/console/signin/oidc"] button`)), chromedp.WaitVisible(chromedp.CSS("nav.side")))
	if name, title := b.text(".who b"), b.text("h1"); name != "Mara Berg" || title != "Deals" {
		t.Errorf("%q is on %q", name, title)
	}
}
