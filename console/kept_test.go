package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var (
	keptInput   = regexp.MustCompile(`name="_kept" value="([^"]+)"`)
	hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
)

// TestASessionThatEndsKeepsTheForm sends a form without a session, signs in, at the second try, and sends what was typed, which was
// not done before and is done once.
func TestASessionThatEndsKeepsTheForm(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.browser()
	path := "/console/inbox/" + w.pending[0].ApprovalID + "/comment"
	status, body := b.post(path, url.Values{"text": {"Ask <them> for first position"}, "_token": {"of another session"}, "_once": {"one"}})
	kept := keptInput.FindStringSubmatch(body)
	if status != http.StatusUnauthorized || kept == nil {
		t.Fatalf("%d\n%s", status, body)
	}
	_, body = b.post("/console/signin", url.Values{"key": {"ask_live_wrong"}, "_kept": {kept[1]}})
	if again := keptInput.FindStringSubmatch(body); again == nil {
		t.Fatalf("a wrong key loses it:\n%s", body)
	}
	_, body = b.post("/console/signin", url.Values{"key": {w.approver}, "_kept": {kept[1]}})
	if !strings.Contains(body, "Send what you typed?") || !strings.Contains(body, "Ask &lt;them&gt; for first position") {
		t.Fatalf("what was typed is not there:\n%s", body)
	}
	if _, page := b.get("/console/inbox/" + w.pending[0].ApprovalID); strings.Contains(page, "first position") {
		t.Error("it was sent without a click")
	}
	_, form, _ := strings.Cut(body, `action="`+path+`"`)
	form, _, _ = strings.Cut(form, "</form>")
	values := url.Values{}
	for _, field := range hiddenInput.FindAllStringSubmatch(form, -1) {
		values.Set(field[1], strings.NewReplacer("&lt;", "<", "&gt;", ">").Replace(field[2]))
	}
	if status, body = b.post(path, values); status != http.StatusOK || !strings.Contains(body, "first position") {
		t.Errorf("sent: %d\n%.2000s", status, body)
	}
	// What was not sealed here is nothing, and a plain sign-in goes on as before.
	if _, body = w.browser().post("/console/signin", url.Values{"key": {w.approver}, "_kept": {"x"}}); !strings.Contains(body, "<h1>Inbox") {
		t.Errorf("%.1000s", body)
	}
}
