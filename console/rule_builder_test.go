package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestAConditionIsBuiltByChoosing puts comparisons together, with numbers as people write them, tries the rule on the past and puts it in
// force, without a script.
func TestAConditionIsBuiltByChoosing(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	rule := url.Values{
		"name": {"Built"}, "gate": {"deal_booking"}, "role": {"approver"}, "timeout": {"24h"}, "on_timeout": {"reject"}, "priority": {"1"}, "enabled": {"on"},
	}
	send := func(do string, more url.Values) (int, string) {
		t.Helper()
		form := clone(rule)
		form.Set("_do", do)
		for name, values := range more {
			form[name] = values
		}
		return b.submit("/console/approval-rules/new", form)
	}
	_, form := b.get("/console/approval-rules/new")
	for _, picked := range []string{`list="known"`, `<option value="PG">deal type<`, `<option value="agency">buyer tier<`, `<option value="USD">currency<`, `<option value="` + w.deal.ProductID + `">` + w.deal.ProductName} {
		if !strings.Contains(form, picked) {
			t.Errorf("nothing to pick like %s:\n%.3000s", picked, form)
		}
	}
	_, body := send("build", url.Values{
		"part1": {"deal_value"}, "how1": {">="}, "with1": {"12,5"}, "part2": {"currency"}, "how2": {"=="}, "with2": {"USD"}, "joint": {"all"},
	})
	if want := `deal_value &gt;= 12.5 &amp;&amp; currency == &#34;USD&#34;`; !strings.Contains(body, want) {
		t.Fatalf("built is not %s:\n%.4000s", want, body)
	}
	_, body = send("build", url.Values{"condition": {"impressions > 5"}, "part1": {"product_id"}, "how1": {"!="}, "with1": {`x" || true || "`}, "joint": {"any"}})
	if !strings.Contains(body, `(impressions &gt; 5) &amp;&amp; (product_id != &#34;x\&#34; || true || \&#34;&#34;)`) {
		t.Errorf("a text with quotes is not kept one:\n%.4000s", body)
	}
	if status, body := send("build", url.Values{"part1": {"deal_value"}, "how1": {">="}, "with1": {"1,250"}}); status < 400 || !strings.Contains(body, "1.25") {
		t.Errorf("a number that can be two: %d\n%.3000s", status, body)
	}
	if status, _ := send("build", url.Values{"part1": {"product_id"}, "how1": {">="}, "with1": {"a"}}); status < 400 {
		t.Errorf("words that are more: %d", status)
	}
	status, body := send("look-back", url.Values{"condition": {"impressions >= 1"}})
	if status != http.StatusOK || !strings.Contains(body, "It would have stopped ") {
		t.Errorf("looking back: %d\n%.3000s", status, body)
	}
	if _, body := send("look-back", url.Values{"condition": {`product_id != "1.000" && deal_value >= 100.000`}}); !strings.Contains(wordsOf(body), "100.000 was read as 100, and not as 100000") {
		t.Errorf("how a number was read is not said: %.1500s", wordsOf(body))
	}
	if status, body := send("look-back", url.Values{"condition": {"value_open > 1"}}); status < 400 || !strings.Contains(body, "not known of the past") {
		t.Errorf("looking back at what is not known: %d\n%.3000s", status, body)
	}
	if _, body := b.get("/console/approval-rules"); strings.Contains(body, "Built") {
		t.Error("looking put a rule in force")
	}
}
