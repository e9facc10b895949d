package console_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

var tickedIDs = regexp.MustCompile(`name="ids" value="([^"]+)"[^>]* checked`)

// TestTogetherOneAnswersOnesOwn ticks all that is one's own, which leaves a colleague's out, and then the colleague's too: that is told before
// anything is answered, and asked for. What was answered together is taken back together; what is carried out already stays so.
func TestTogetherOneAnswersOnesOwn(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	theirs := w.pending[1].ApprovalID
	keys := must[seller.Listing[parley.Key]](t)(w.service.Keys(context.Background(), seller.Terminal("test"), seller.KeyFilter{Role: parley.RoleOperator})).Items
	for _, key := range keys {
		if key.Label == "Jonas Weber" {
			if status, _ := b.submit("/console/inbox/"+theirs+"/assign", url.Values{"assignee": {key.ID}, "_once": {"assign"}}); status != http.StatusOK {
				t.Fatal(status)
			}
		}
	}
	ticked := func(part string) []string {
		_, body := b.get("/console/inbox?all=" + part)
		var ids []string
		for _, found := range tickedIDs.FindAllStringSubmatch(body, -1) {
			ids = append(ids, found[1])
		}
		return ids
	}
	own := ticked("mine")
	if strings.Contains(strings.Join(own, " "), theirs) || len(own) != 3 {
		t.Fatalf("one's own are %v, and a colleague's is %s", own, theirs)
	}
	if of := ticked("theirs"); len(of) != 1 || of[0] != theirs {
		t.Errorf("the colleague's are %v", of)
	}
	planned := func() (n int) {
		for _, id := range append([]string{theirs}, own...) {
			if item := must[parley.InboxItem](t)(w.service.InboxItem(context.Background(), seller.Terminal("test"), id)); item.PlannedFor != nil {
				n++
			}
		}
		return n
	}
	all := url.Values{"decision": {"reject"}, "reason": {"full"}, "ids": append([]string{theirs}, own...)}
	status, body := b.submit("/console/inbox/bulk", clone(all))
	if status != http.StatusOK || !strings.Contains(body, "Decline, assigned to Jonas Weber") || !strings.Contains(body, "Yes, also 1 of Jonas Weber") {
		t.Errorf("a colleague's among them: %d\n%.3000s", status, body)
	}
	shown := draft.FindStringSubmatch(body)
	if shown == nil {
		t.Fatal("there is no second look")
	}
	all.Set("_do", "commit")
	all.Set("_draft", shown[1])
	if status, body := b.submit("/console/inbox/bulk", clone(all)); status != http.StatusOK || !strings.Contains(body, "must be ticked") || planned() != 0 {
		t.Errorf("not ticked: %d, and %d are answered\n%.2000s", status, planned(), body)
	}
	all.Set("_sure", "on")
	if status, body := b.submit("/console/inbox/bulk", clone(all)); status != http.StatusOK || planned() != 4 {
		t.Fatalf("ticked: %d, and %d are answered\n%.2000s", status, planned(), body)
	}
	form := b.form("/console/inbox", "/console/inbox/take-back")
	if status, body := b.post(form.action, form.values); status != http.StatusOK || planned() != 0 || !strings.Contains(body, "4 answers taken back") {
		t.Errorf("taken back: %d, and %d are answered\n%.2000s", status, planned(), body)
	}
	if status, body := b.post(form.action, form.values); status != http.StatusOK || !strings.Contains(body, "Of 4 nothing was left to take back") {
		t.Errorf("taken back once more: %d\n%.2000s", status, body)
	}
}
