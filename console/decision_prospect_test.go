package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestWhatAnAnswerWouldComeToIsToldAsThingsAreNow changes what is sold, and at what price, after questions were asked: row, card, button,
// notice, review and the line of what can be taken back say what would become of them now.
func TestWhatAnAnswerWouldComeToIsToldAsThingsAreNow(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDeskOver(t, store)
		d.sellDemo()
		gates := map[string]parley.Gate{
			"ctv-sports-live": parley.GateProposalDecision, "ctv-drama-premiere": parley.GateProposalDecision, "ctv-sports-replay": parley.GateProposalDecision,
			"ctv-home-pause": parley.GateDealBooking, "ctv-kids-family": parley.GateChangeRequest,
		}
		for product, gate := range gates {
			d.gate(parley.ApprovalRule{Name: "At " + product, Gate: gate, Condition: "product_id == " + fmt.Sprintf("%q", product), Role: parley.ScopeApprover})
		}
		call := seller.Call{Secret: d.operator("Pat", parley.ScopeApprover)}
		told := noticesOf(d, call)
		b := d.signedIn(call.Secret)
		buyers := 0
		buyer := func() seller.Call {
			buyers++
			return d.buyer(fmt.Sprint("Buyer ", buyers), parley.Identity{SeatID: fmt.Sprint("seat-", buyers), AgencyID: fmt.Sprint("agency-", buyers)})
		}
		sells := func(id string, alter func(*parley.Product)) {
			p := must[parley.Product](t)(d.service.CatalogProduct(t.Context(), call, id))
			alter(&p)
			d.sell(func(stage func(int, parley.ProductChange) error) error { return stage(1, parley.WholeProduct(p)) })
		}
		asked := func(filter func(parley.Approval) bool) string {
			t.Helper()
			all := must[seller.Listing[parley.Approval]](t)(d.service.Approvals(t.Context(), seller.Terminal("test"), seller.ApprovalFilter{Page: seller.Page{Limit: 100}}))
			for _, a := range all.Items {
				if filter(a) {
					return a.ID
				}
			}
			t.Fatal("nothing is asked")
			return ""
		}
		change := func(day int, kind parley.ChangeType, terms parley.ChangeTerms) (string, parley.ChangeRequest) {
			t.Helper()
			who := buyer()
			deal := d.book(who, d.quote(who, "ctv-kids-family", "PG", 1_000_000, day, day+9), "")
			var c parley.ChangeRequest
			must[seller.Answer](t)(d.service.RequestChange(t.Context(), who, seller.ChangeInput{DealID: deal.ID, Type: kind, Reason: "So", Terms: terms}, keep(&c)))
			if c.ApprovalID == "" || c.Impact == nil {
				t.Fatalf("nothing is asked about %+v", c)
			}
			return c.ApprovalID, c
		}

		bargains := buyer()
		stale := d.propose(bargains, "ctv-sports-live", "PG", "37.80", 30_000_000, 10, 37).ApprovalID
		other := buyer()
		d.book(other, d.quote(other, "ctv-sports-live", "PG", 24_700_000, 10, 37), "")
		raised := d.propose(buyer(), "ctv-drama-premiere", "PG", "60", 1_000_000, 10, 19).ApprovalID
		paused := d.propose(buyer(), "ctv-sports-replay", "PG", "60", 1_000_000, 10, 19).ApprovalID
		books := buyer()
		deal := d.book(books, d.quote(books, "ctv-home-pause", "PG", 1_000_000, 10, 19), "")
		booking := asked(func(a parley.Approval) bool { return a.DealID == deal.ID })
		ends, whole := change(40, parley.ChangeCancellation, parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal}})
		shortened, part := change(60, parley.ChangeCancellation, parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal, From: in(65)}})
		grows, more := change(80, parley.ChangeImpressions, parley.ChangeTerms{Impressions: new(int64(1_300_000))})
		sells("ctv-drama-premiere", func(p *parley.Product) { p.FloorCPM, p.BaseCPM = 99_000_000, new(int64(99_000_000)) })
		for _, id := range []string{"ctv-sports-replay", "ctv-home-pause"} {
			sells(id, func(p *parley.Product) { p.Status = parley.ProductPaused })
		}

		lines := told()
		_, inbox := b.get("/console/inbox")
		says := func(id string) map[string]string {
			_, card := b.get("/console/inbox/" + id)
			return map[string]string{
				"row":    wordsOf(within(t, inbox, `(?s)data-id="row-`+id+`".*?</li>`)),
				"notice": lines[id], "card": wordsOf(card), "button": wordsOf(within(t, card, `(?s)value="approve" class="primary" data-key="a">(.*?)<kbd>`)),
			}
		}
		hold := func(name string, said map[string]string, want map[string]string) {
			t.Helper()
			for places, text := range want {
				for place := range strings.SplitSeq(places, ",") {
					if !strings.Contains(said[place], text) {
						t.Errorf("%s: the %s does not say %q: %.1500s", name, place, text, said[place])
					}
				}
			}
		}
		late := must[parley.InboxItem](t)(d.service.InboxItem(t.Context(), call, stale))
		if late.Left == nil {
			t.Fatal("all is left")
		}
		beside := func(price, impressions int64) string {
			ask := d.quote(bargains, "ctv-sports-live", "PG", impressions, 10, 37).Price.FinalCPM
			return parley.PlainNumbers().AgainstAsk(price, ask)
		}
		counter := beside(late.Case.Price, *late.Left)
		if before := parley.PlainNumbers().AgainstAsk(late.Case.Price, late.Case.Ask); before == counter {
			t.Fatalf("%s is so of either volume", counter)
		}
		price := parley.Money{Micros: late.Case.Price, Currency: late.Case.Currency}.String()
		hold("less is left", says(stale), map[string]string{"row,notice": ", " + beside(37_800_000, *late.Left) + ", ", "button,card": "Send counter " + price + ", " + counter + ", "})
		values := url.Values{"decision": {"counter"}, "reason": {"As agreed"}, "_once": {"own"}, "modifications.counter_cpm": {"39"}, "modifications.impressions": {"250000"}}
		_, review := b.submit("/console/inbox/"+stale+"/decide", values)
		if text := "Send counter 39.00 USD, " + beside(39_000_000, 250_000) + ", "; !strings.Contains(wordsOf(review), text) {
			t.Errorf("the review of the desk's own counter does not say %q: %.2000s", text, wordsOf(review))
		}
		const not = "would be refused: the product is not offered at the moment"
		hold("the floor is raised", says(raised), map[string]string{
			"row,notice": "accept would be refused: the price is below the floor of 99.00", "button,card": "Accept would be refused: the price is below the floor of 99.00",
		})
		if said := says(raised)["card"]; !strings.Contains(said, "Floor 99.00") {
			t.Errorf("the card does not have the floor of now: %.1500s", said)
		}
		hold("paused", says(paused), map[string]string{"row,notice": not, "button,card": "Accept " + not})
		hold("booking", says(booking), map[string]string{"row,notice": not, "button,card": "Accept " + not})

		numbers := parley.PlainNumbers()
		becomes := func(c parley.ChangeRequest) string {
			return numbers.Worth(c.Impact.Before, c.Impact.Currency) + " becomes " + numbers.Worth(c.Impact.After, c.Impact.Currency)
		}
		hold("the deal ends", says(ends), map[string]string{"row,notice": "→ the deal ends", "button": "the deal ends", "card": "The deal ends"})
		hold("a part ends", says(shortened), map[string]string{"row,notice,button": numbers.Count(500_000)})
		_, card := b.get("/console/inbox/" + shortened)
		if days := wordsOf(within(t, card, `(?s)<dt>Flight</dt><dd>(.*?)</dd>`)); !strings.HasSuffix(days, in(64).Midnight().Format("2 Jan 2006")) {
			t.Errorf("the card has days that are given up: %s", days)
		}

		// Many at once: what is refused is no part of it, and changes tell before and after.
		ids := []string{raised, paused, booking, ends, shortened, grows}
		_, many := b.submit("/console/inbox/bulk", url.Values{"decision": {"approve"}, "reason": {"As agreed"}, "ids": ids, "_once": {"many"}})
		page := plainly(wordsOf(many))
		all := parley.ChangeRequest{Impact: &parley.PricingImpact{
			Before:   whole.Impact.Before + part.Impact.Before + more.Impact.Before,
			After:    whole.Impact.After + part.Impact.After + more.Impact.After,
			Currency: whole.Impact.Currency,
		}}
		for _, text := range []string{
			"Approve 3 changes: " + plainly(becomes(all)), plainly(becomes(whole)) + " the deal ends", plainly(becomes(part)), plainly(becomes(more)), not,
		} {
			if !strings.Contains(page, text) {
				t.Errorf("the review of many does not say %q: %.3000s", text, page)
			}
		}
		if strings.Contains(page, "Accept 1") || strings.Contains(page, "Accept 3") {
			t.Errorf("the review of many adds up what would be refused: %.3000s", page)
		}
		// What is given up can be, also of what is not sold any more; what grows cannot.
		sells("ctv-kids-family", func(p *parley.Product) { p.Status = parley.ProductPaused })
		hold("more of what is paused", says(grows), map[string]string{"button,card": "Approve the change " + not})
		hold("less of what is paused", says(shortened), map[string]string{"button": "Approve the change: "})
		if status, body := b.submit("/console/inbox/"+ends+"/decide", url.Values{"decision": {"approve"}, "reason": {"As agreed"}, "_once": {"end"}}); status != http.StatusOK {
			t.Fatalf("%d\n%.2000s", status, wordsOf(body))
		} else if line := wordsOf(within(t, body, `(?s)data-id="`+ends+`-planned"[^>]*><p><b>(.*?)</b>`)); !strings.Contains(line, "the deal ends") {
			t.Errorf("what can be taken back does not say that the deal ends: %s", line)
		}
	})
}

// plainly leaves out how thousands are set apart.
func plainly(text string) string { return strings.ReplaceAll(text, ",", "") }
