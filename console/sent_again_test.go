package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestAFormSentAgainLeadsToWhatCameOfIt goes back in the browser after a form was sent, edits it and sends it again.
func TestAFormSentAgainLeadsToWhatCameOfIt(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	at := "/console/deals/" + w.deal.ID + "/paperwork"
	for path, c := range map[string]struct {
		first, edited url.Values
		result        string // is on the page that it ends at
	}{
		at: {
			url.Values{"purchase_order": {"PO-1"}, "version": {"0"}}, url.Values{"purchase_order": {"PO-2"}, "version": {"0"}}, ">PO-1<",
		},
		"/console/accounts/new": {
			url.Values{"kind": {"agency"}, "code": {"agency-one"}, "name": {"Agency One"}},
			url.Values{"kind": {"agency"}, "code": {"agency-two"}, "name": {"Agency Two"}}, "<h1>Agency One",
		},
		"/console/destinations/" + w.sheets.ID + "/pause": {url.Values{"reason": {"Moving"}}, url.Values{"reason": {"Moved"}}, w.sheets.ID},
	} {
		for i, form := range []url.Values{c.first, c.edited} {
			form.Set("_once", "of "+path)
			status, body := b.submit(path, form)
			if status != http.StatusOK || !strings.Contains(body, c.result) {
				t.Fatalf("%s: %d\n%.3000s", path, status, body)
			}
			if again := strings.Contains(body, "This form was sent before"); again != (i == 1) {
				t.Errorf("%s, sent %d times: says so %v", path, i+1, again)
			}
			if strings.Contains(body, "dempotency") {
				t.Errorf("%s is told of keys\n%.2000s", path, body)
			}
		}
	}
}

// TestWhatAsksForAReasonTakesNoneWithout ends and pauses without the reason that the form asks for.
func TestWhatAsksForAReasonTakesNoneWithout(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	for path, page := range map[string]string{
		"/console/deals/" + w.deal.ID + "/cancel":         "/console/deals/" + w.deal.ID,
		"/console/destinations/" + w.sheets.ID + "/pause": "/console/destinations/" + w.sheets.ID,
		"/console/accounts/" + w.account.ID + "/standing": "/console/accounts/" + w.account.ID,
	} {
		form := b.form(page, path).values
		for name, values := range map[string]url.Values{"empty": {"reason": {""}}, "blank": {"reason": {"  "}}} {
			form["reason"] = values["reason"]
			if strings.HasSuffix(path, "/standing") {
				form.Set("status", "paused")
			}
			status, body := b.post(path, form)
			if status != http.StatusUnprocessableEntity || !strings.Contains(body, "Reason is asked for") {
				t.Errorf("%s with a reason that is %s: %d\n%.2000s", path, name, status, body)
			}
		}
	}
}

// TestAPathNamesWhatBelongsTogether ends a link and makes a change below another deal than theirs.
func TestAPathNamesWhatBelongsTogether(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	share := w.share(w.deal.ID).ID
	other := w.book(w.buyer, w.desk.quote(w.buyer, "ctv-sports-replay", "PD", 300_000, 3, 9), "")
	for _, path := range []string{
		"/console/deals/" + other.ID + "/share/" + share + "/end", "/console/deals/NORTH-NONE0-NONE0/share/" + share + "/end",
		"/console/deals/" + other.ID + "/changes/" + w.change.ID + "/apply", "/console/deals/NORTH-NONE0-NONE0/changes/" + w.change.ID + "/apply",
	} {
		if status, body := b.submit(path, url.Values{"_once": {path}}); status != http.StatusNotFound {
			t.Errorf("%s: %d\n%.2000s", path, status, body)
		}
	}
	if status, _ := b.submit("/console/deals/"+w.deal.ID+"/share/"+share+"/end", url.Values{"_once": {"end"}}); status != http.StatusOK {
		t.Errorf("ended: %d", status)
	}
}

// TestNothingIsQuotedForWhatIsOver looks at the availability of past days and of a product that is retired.
func TestNothingIsQuotedForWhatIsOver(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	for query, quoted := range map[string]bool{
		"flight_start=" + in(3).String() + "&flight_end=" + in(9).String(): true, "flight_start=" + in(-9).String() + "&flight_end=" + in(-3).String(): false,
		"flight_start=" + in(-1).String() + "&flight_end=" + in(3).String(): false,
	} {
		if _, body := b.get("/console/availability?product_id=ctv-sports-live&" + query); strings.Contains(body, `action="/console/availability/quote"`) != quoted {
			t.Errorf("%s: a quote is offered: %v", query, !quoted)
		}
	}
	if status, _ := b.submit("/console/inventory/ctv-sports-live/status", url.Values{"status": {"retired"}, "_once": {"r"}}); status != http.StatusOK {
		t.Fatal(status)
	}
	if _, body := b.get("/console/availability?product_id=ctv-sports-live"); strings.Contains(body, `action="/console/availability/quote"`) {
		t.Error("a quote is offered of a retired product")
	}
}
