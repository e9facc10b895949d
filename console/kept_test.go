package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

var (
	keptInput   = regexp.MustCompile(`name="_kept" value="([^"]+)"`)
	hiddenInput = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
)

// endedWith is a browser whose session ended under a form, and the form.
func (w *world) endedWith(secret string) (b *browser, form url.Values) {
	b = w.signedIn(secret)
	form = url.Values{"text": {"Ask <them> for first position"}, "_token": {b.token()}, "_once": {"one"}}
	if status, body := b.submit("/console/signout", url.Values{}); status != http.StatusOK {
		w.t.Fatalf("sign out: %d\n%s", status, body)
	}
	return b, form
}

// TestASessionThatEndsKeepsTheForm sends a form after its session, signs in, at the second try, and sends what was typed, which was
// not done before and is done once.
func TestASessionThatEndsKeepsTheForm(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	path := "/console/inbox/" + w.pending[0].ApprovalID + "/comment"
	b, form := w.endedWith(w.approver)
	status, body := b.post(path, form)
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
	_, sends, _ := strings.Cut(body, `action="`+path+`"`)
	sends, _, _ = strings.Cut(sends, "</form>")
	values := url.Values{}
	for _, field := range hiddenInput.FindAllStringSubmatch(sends, -1) {
		values.Set(field[1], strings.NewReplacer("&lt;", "<", "&gt;", ">").Replace(field[2]))
	}
	if status, body = b.post(path, values); status != http.StatusOK || !strings.Contains(body, "first position") {
		t.Errorf("sent: %d\n%.2000s", status, body)
	}
	// A decision says what it does, of what, before it is sent.
	b, form = w.endedWith(w.approver)
	form = url.Values{"_token": form["_token"], "_once": {"two"}, "decision": {"approve"}, "told": {"{}"}}
	_, body = b.post("/console/inbox/"+w.pending[0].ApprovalID+"/decide", form)
	_, body = b.post("/console/signin", url.Values{"key": {w.approver}, "_kept": {keptInput.FindStringSubmatch(body)[1]}})
	does := wordsOf(within(t, body, `(?s)<p class="note wait">(.*?)</p>`))
	item := must[parley.InboxItem](t)(w.service.InboxItem(t.Context(), seller.Call{Secret: w.approver}, w.pending[0].ApprovalID))
	product, buyer := item.Called()
	if !strings.Contains(does, product+" for "+buyer+": ") || !strings.Contains(does, "Accept ") && !strings.Contains(does, "Send counter ") {
		t.Errorf("a decision that is kept says %q", does)
	}
	if typed := wordsOf(within(t, body, `(?s)<dl class="facts">(.*?)</dl>`)); strings.Contains(typed, "{}") {
		t.Errorf("what nobody typed is shown as typed: %s", typed)
	}
	// A secret is kept nowhere, and whoever typed it is told so.
	b, form = w.endedWith(w.approver)
	form.Set("chat_secret", "https://chat.example/T0/secret")
	_, body = b.post(path, form)
	_, body = b.post("/console/signin", url.Values{"key": {w.approver}, "_kept": {keptInput.FindStringSubmatch(body)[1]}})
	if strings.Contains(body, "chat.example") || !strings.Contains(body, "has a secret in it, which is kept nowhere") {
		t.Errorf("of a form with a secret it is said: %.2000s", body)
	}
	// What was not sealed here is nothing, and a plain sign-in goes on as before.
	if _, body = w.browser().post("/console/signin", url.Values{"key": {w.approver}, "_kept": {"x"}}); !strings.Contains(body, "<h1>Inbox") {
		t.Errorf("%.1000s", body)
	}
	// Who has been given another key since is still the same person.
	b, form = w.endedWith(w.approver)
	_, body = b.post(path, form)
	kept = keptInput.FindStringSubmatch(body)
	var made seller.CreatedKey
	must[seller.Answer](t)(w.service.RotateKey(t.Context(), seller.Terminal("test"), w.keyOf(w.approver), 0, keep(&made)))
	if _, body = b.post("/console/signin", url.Values{"key": {made.Secret}, "_kept": {kept[1]}}); !strings.Contains(body, "Ask &lt;them&gt; for first position") {
		t.Errorf("a rotated key loses it:\n%.1000s", body)
	}
}

func (w *world) keyOf(secret string) string {
	return must[parley.Principal](w.t)(w.service.Screen(w.t.Context(), seller.Call{Secret: secret})).KeyID
}

// TestNobodyIsGivenTheFormOfAnother holds that what a browser sends without a session that was once its own is kept for nobody, and that
// what was typed is shown to nobody else, whoever signs in next: one click would send it in their name.
func TestNobodyIsGivenTheFormOfAnother(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	path := "/console/inbox/" + w.pending[0].ApprovalID + "/decide"
	ended, form := w.endedWith(w.approver)
	other, othersForm := w.endedWith(w.admin)
	for name, sent := range map[string]struct {
		by    *browser
		token []string
	}{
		"no session, no token":                {w.browser(), nil},
		"no session, the token of one":        {w.browser(), form["_token"]},
		"a session that ended, without token": {ended, nil},
		"the token of another session":        {other, form["_token"]},
		"and the other way around":            {ended, othersForm["_token"]},
	} {
		status, body := sent.by.post(path, url.Values{"decision": {"approve"}, "reason": {"routine"}, "_token": sent.token})
		if status != http.StatusUnauthorized || keptInput.MatchString(body) || strings.Contains(body, "is kept") {
			t.Errorf("%s: %d\n%.1500s", name, status, body)
		}
	}
	_, body := ended.post(path, form)
	kept := keptInput.FindStringSubmatch(body)
	if kept == nil {
		t.Fatalf("what was typed is lost:\n%s", body)
	}
	if _, body := ended.post("/console/signin", url.Values{"key": {w.admin}, "_kept": {kept[1]}}); strings.Contains(body, "first position") || !strings.Contains(body, "Somebody else typed something here") {
		t.Errorf("another person is shown it:\n%.2000s", body)
	}
}
