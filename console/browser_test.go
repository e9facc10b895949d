package console_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browsers are those that will do. The first is Chromium without what only a person needs, which takes a third less of the processor.
var browsers = []string{"chromium-headless-shell", "chromium"}

// patience is how long one step in the browser may take before a test gives up on it.
const patience = 30 * time.Second

// shared is the one browser that the tests use; each works in a profile of its own.
var shared struct {
	once sync.Once
	ctx  context.Context //nolint:containedctx // it is the browser
	err  error
	end  func()
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.end != nil {
		shared.end()
	}
	os.Exit(code)
}

// startChromium answers the browser, which the first test to ask starts.
func startChromium(t *testing.T) context.Context {
	t.Helper()
	browser := present(browsers)
	if browser == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("there is none of %v; scripts/need chromium installs it", browsers)
		}
		t.Skipf("NOT TESTED in a browser: there is none of %v; scripts/need chromium installs it", browsers)
	}
	shared.once.Do(func() { shared.err = launch(browser) })
	if shared.err != nil {
		t.Fatalf("start Chromium: %v", shared.err)
	}
	return shared.ctx
}

// present is where the first of the programs that is there is.
func present(programs []string) string {
	for _, program := range programs {
		if path, err := exec.LookPath(program); err == nil {
			return path
		}
	}
	return ""
}

func launch(browser string) error {
	profile, err := os.MkdirTemp("", "parley-chromium-")
	if err != nil {
		return err
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		// A page lives for seconds: to optimize its scripts, axe-core above all, takes a third more of the processor than it saves.
		chromedp.Flag("js-flags", "--no-opt,--no-maglev"), chromedp.Flag("force-prefers-reduced-motion", true),
		chromedp.WindowSize(1440, 1000),
	)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, end := chromedp.NewContext(allocator)
	shared.ctx, shared.end = ctx, func() {
		end()
		stop()
		_ = os.RemoveAll(profile) // what is left of it is the system's to clear
	}
	return chromedp.Do(ctx)
}

// tab is one tab of the browser, on one desk.
type tab struct {
	t   *testing.T
	ctx context.Context //nolint:containedctx // it is the tab
	d   *desk
}

// open opens a tab, in a profile of its own, and signs in.
func (d *desk) open(t *testing.T, secret string) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(startChromium(t), chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	// The first use of a context makes its tab, which lives as long as the context of that use.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	b := &tab{t: t, ctx: ctx, d: d}
	b.run(chromedp.Navigate(d.server.URL+"/console/"),
		chromedp.SendKeys(chromedp.CSS("#f-key"), secret+"\r"),
		chromedp.WaitVisible(chromedp.CSS("nav.side")))
	return b
}

// step is one thing that is done in a tab.
type step = chromedp.Action[chromedp.Void]

// run does steps; one that never comes about ends the test with what the page shows.
func (b *tab) run(steps ...step) {
	b.t.Helper()
	for i, s := range steps {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		err := chromedp.Do(ctx, s)
		cancel()
		if err != nil {
			b.t.Fatalf("step %d: %v\nthe page shows: %.2000s", i+1, err, b.peek())
		}
	}
}

// visit goes to a page of the console.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.d.server.URL+"/console"+path), chromedp.WaitVisible(chromedp.CSS("h1")))
}

// text is what an element shows, empty when there is none.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))
}

// peek is what the page shows, for the message of a test that fails.
func (b *tab) peek() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body?.innerText ?? "nothing yet"`))
	if err != nil {
		return err.Error()
	}
	return text
}

// shows waits until an element shows a text, in which any space is as good as another.
func (b *tab) shows(selector, text string) {
	b.t.Helper()
	b.comes(fmt.Sprintf(`(document.querySelector(%q)?.innerText ?? "").replace(/\s+/g, " ").includes(%q)`, selector, text))
}

// comes waits until what a script says is true. A page that is on its way to another says nothing.
func (b *tab) comes(script string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		came, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script))
		if err == nil && came {
			return
		}
		select {
		case <-ctx.Done():
			b.t.Fatalf("%s does not come true (%v); the page shows: %.3000s", script, err, b.peek())
		case <-again.C:
		}
	}
}

// eval answers what a script says.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return result
}

// evalAsync answers what a script's promise comes to.
func evalAsync(b *tab, script string) string {
	b.t.Helper()
	const longer = 4 * patience // axe-core takes its time with a large page on a busy machine
	ctx, cancel := context.WithTimeout(b.ctx, longer)
	defer cancel()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return result
}

func click(selector string) step { return chromedp.Click(chromedp.CSS(selector)) }

// leave clicks what leads to another page, and waits for that page.
func (b *tab) leave(selector string) {
	b.t.Helper()
	b.run(chromedp.WaitVisible(chromedp.CSS(selector)))
	b.leaves(func() { b.run(click(selector)) })
}

// leaves waits until what is done has led to another page.
func (b *tab) leaves(do func()) {
	b.t.Helper()
	eval[bool](b, `window.isOld = true`)
	do()
	b.comes(`window.isOld === undefined && document.readyState === "complete"`)
}

func fill(selector, text string) step { return chromedp.SetValue(chromedp.CSS(selector), text) }

// press types on the keyboard, wherever the focus is.
func (b *tab) press(keys string) {
	b.t.Helper()
	b.run(chromedp.KeyEvent(keys))
}
