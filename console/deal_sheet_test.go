package console_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// share makes a link to a deal's sheet.
func (w *world) share(dealID string) seller.SharedDeal {
	w.t.Helper()
	var shared seller.SharedDeal
	_, err := w.service.ShareDeal(context.Background(), seller.Call{Secret: w.approver}, dealID, func(s seller.SharedDeal) (seller.Answer, error) {
		shared = s
		return seller.Answer{}, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return shared
}

var shareLink = regexp.MustCompile(`https?://[^/]+(/console/share/[\w-]+)`)

// TestASharedSheetIsTheBuyersAlone makes a link, reads the sheet with it without a session, finds nothing of the desk's there, and finds it
// gone once it is ended or over.
func TestASharedSheetIsTheBuyersAlone(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		b, stranger := w.signedIn(w.approver), w.browser()
		at := "/console/deals/" + w.deal.ID
		if status, _ := b.submit(at+"/paperwork", url.Values{"purchase_order": {"PO-88"}, "note": {"desk-only"}, "version": {"0"}, "_once": {"a"}}); status != http.StatusOK {
			t.Fatal(status)
		}
		_, body := b.submit(at+"/share", url.Values{"_once": {"b"}})
		found := shareLink.FindStringSubmatch(body)
		if found == nil {
			t.Fatalf("no link:\n%.2000s", body)
		}
		link := found[1]
		status, sheet := stranger.get(link)
		if status != http.StatusOK || !strings.Contains(sheet, w.deal.ID) || !strings.Contains(sheet, w.deal.ProductName) {
			t.Fatalf("the sheet: %d\n%.2000s", status, sheet)
		}
		for _, secret := range []string{"desk-only", "PO-88", "loor</", "Waterfall", "waterfall", "ask", "Audit", "_token", "sign out", "Sign out"} {
			_, main, _ := strings.Cut(sheet, "<main")
			if strings.Contains(main, secret) {
				t.Errorf("the sheet says %q:\n%s", secret, main)
			}
		}
		if n := strings.Count(sheet, "<dt>The Trade Desk") + strings.Count(sheet, "<dt>Display &amp; Video 360") + strings.Count(sheet, "<dt>Amazon DSP"); n > 1 {
			t.Errorf("the sheet names %d DSPs", n)
		}
		if _, again := b.get(at); strings.Contains(again, link) {
			t.Error("the link is told twice")
		}
		for _, wrong := range []string{link[:len(link)-1], link + "x", "/console/share/x"} {
			if status, _ := stranger.get(wrong); status != http.StatusNotFound {
				t.Errorf("%s: %d", wrong, status)
			}
		}
		shares := must[[]parley.DealShare](t)(w.service.DealShares(t.Context(), seller.Terminal("test"), w.deal.ID))
		if status, _ := b.submit(at+"/share/"+shares[0].ID+"/end", url.Values{"_once": {"c"}}); status != http.StatusOK {
			t.Errorf("ending it: %d", status)
		}
		if status, body := stranger.get(link); status != http.StatusNotFound || strings.Contains(body, w.deal.ID) {
			t.Errorf("ended, the link leads to %d\n%.500s", status, body)
		}
		if status, _ := b.submit(at+"/share/"+shares[0].ID+"/end", url.Values{"_once": {"d"}}); status != http.StatusConflict {
			t.Errorf("ending it twice: %d", status)
		}
	})
}
