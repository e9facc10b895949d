package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
	"parley/storage/storagetest"
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
			"ctv-home-pause": parley.GateDealBooking, "ctv-kids-family": parley.GateChangeRequest, "display-run-of-site": parley.GateChangeRequest,
			"video-web-preroll": parley.GateProposalDecision, "video-web-midroll": parley.GateProposalDecision,
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
			d.sell(func(stage func(int, parley.ProductChange) error) error { return stage(1, storagetest.WholeProduct(p)) })
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
		changeOf := func(product, dealType string, impressions int64, day int, kind parley.ChangeType, terms parley.ChangeTerms) (string, parley.ChangeRequest) {
			t.Helper()
			who := buyer()
			deal := d.book(who, d.quote(who, product, dealType, impressions, day, day+9), "")
			var c parley.ChangeRequest
			must[seller.Answer](t)(d.service.RequestChange(t.Context(), who, seller.ChangeInput{DealID: deal.ID, Type: kind, Reason: "So", Terms: terms}, keep(&c)))
			if c.ApprovalID == "" || c.Impact == nil {
				t.Fatalf("nothing is asked about %+v", c)
			}
			return c.ApprovalID, c
		}
		change := func(day int, kind parley.ChangeType, terms parley.ChangeTerms) (string, parley.ChangeRequest) {
			return changeOf("ctv-kids-family", "PG", 1_000_000, day, kind, terms)
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
		cut, cheaper := changeOf("display-run-of-site", "PA", 0, 10, parley.ChangePricing, parley.ChangeTerms{CPM: new(int64(1_500_000))})
		longer, later := change(100, parley.ChangeFlightDates, parley.ChangeTerms{FlightEnd: in(119)})
		again := func(of parley.ChangeRequest, kind parley.ChangeType, terms parley.ChangeTerms) (c parley.ChangeRequest) {
			must[seller.Answer](t)(d.service.RequestChange(t.Context(), seller.Terminal("test"), seller.ChangeInput{DealID: of.DealID, Type: kind, Reason: "So", Terms: terms}, keep(&c)))
			return c
		}
		twice, work := again(later, parley.ChangeImpressions, parley.ChangeTerms{Impressions: new(int64(900_000))}).ApprovalID, again(later, parley.ChangeOther, parley.ChangeTerms{}).ApprovalID
		last := again(whole, parley.ChangeOther, parley.ChangeTerms{}).ApprovalID
		d.gate(parley.ApprovalRule{Name: "Orders", Gate: parley.GateOrderSubmission, Condition: "true", Role: parley.ScopeApprover})
		var order parley.Order
		must[seller.Answer](t)(d.service.CreateOrder(t.Context(), seller.Terminal("test"), seller.OrderRequest{DealID: later.DealID}, keep(&order)))
		must[seller.Answer](t)(d.service.TransitionOrder(t.Context(), seller.Terminal("test"), seller.TransitionRequest{OrderID: order.ID, To: parley.OrderSubmitted}, keep(&order)))
		goes := asked(func(a parley.Approval) bool { return a.OrderID == order.ID })
		asks := buyer()
		dearer := d.propose(asks, "video-web-preroll", "PG", "60", 1_000_000, 10, 19).ApprovalID
		fresh := d.propose(buyer(), "video-web-midroll", "PG", "60", 1_000_000, 10, 19).ApprovalID
		sells("video-web-preroll", func(p *parley.Product) { p.BaseCPM = new(int64(50_000_000)) })
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
		hold("more is asked for", says(grows), map[string]string{"row,notice": becomes(more)})
		hold("the deal ends", says(ends), map[string]string{"row,notice": "→ the deal ends", "button": "the deal ends", "card": "The deal ends"})
		hold("a part ends", says(shortened), map[string]string{"row,notice,button": numbers.Count(500_000)})
		// A deal without a volume is worth what is available, as its booking is; and what moves is named.
		hold("a price is cut", says(cut), map[string]string{
			"row": "2.16 → change 1.50", "notice": "2.16 USD → change 1.50 USD", "button": ", CPM 2.16 becomes 1.50",
		})
		was := must[parley.Deal](t)(d.service.Deal(t.Context(), call, cheaper.DealID)).Price.FinalCPM
		if i := cheaper.Impact; i.Before == 0 || i.After*was != i.Before*1_500_000 {
			t.Errorf("a cut of a price without a volume is worth %+v", i)
		}
		item := must[parley.InboxItem](t)(d.service.InboxItem(t.Context(), call, cut))
		if item.Worth() != item.Case.DealValue || item.Worth() != cheaper.Impact.After {
			t.Errorf("a row says %d, where rules and the filter see %d, and it becomes %+v", item.Worth(), item.Case.DealValue, cheaper.Impact)
		}
		hold("it is longer", says(longer), map[string]string{
			"row,button": " – " + in(119).Midnight().Format("2 Jan 2006"),
			"notice":     numbers.Flight(parley.Flight{Start: *in(100), End: *in(109)}) + " becomes " + numbers.Flight(parley.Flight{Start: *in(100), End: *in(119)}),
		})
		// The ask is that of now, for whatever is answered.
		raisedFrom := must[parley.Approval](t)(d.service.Approval(t.Context(), call, dearer)).Case.Price
		ask := d.quote(asks, "video-web-preroll", "PG", 1_000_000, 10, 19).Price.FinalCPM
		hold("the ask is raised", says(dearer), map[string]string{
			"row,notice": numbers.AgainstAsk(60_000_000, ask), "button": numbers.AgainstAsk(raisedFrom, ask), "card": "Ask " + parley.FormatMicros(ask, 2),
		})
		_, review = b.submit("/console/inbox/"+dearer+"/decide", url.Values{
			"decision": {"counter"}, "reason": {"As agreed"}, "_once": {"far"}, "modifications.counter_cpm": {"180"},
		})
		for _, text := range []string{numbers.AgainstAsk(180_000_000, ask), "where the ask is " + numbers.Money(ask, parley.USD)} {
			if !strings.Contains(wordsOf(review), text) {
				t.Errorf("the review of a counter far from the ask of now does not say %q: %.2000s", text, wordsOf(review))
			}
		}
		_, card := b.get("/console/inbox/" + shortened)
		if days := wordsOf(within(t, card, `(?s)<dt>Flight</dt><dd>(.*?)</dd>`)); !strings.HasSuffix(days, in(64).Midnight().Format("2 Jan 2006")) {
			t.Errorf("the card has days that are given up: %s", days)
		}

		// Many at once: what is refused is no part of it, and changes tell before and after.
		ids := []string{raised, paused, booking, ends, shortened, work, goes, grows, longer, twice, last}
		_, many := b.submit("/console/inbox/bulk", url.Values{"decision": {"approve"}, "reason": {"As agreed"}, "ids": ids, "_once": {"many"}})
		page := plainly(wordsOf(many))
		all := parley.ChangeRequest{Impact: &parley.PricingImpact{
			Before:   whole.Impact.Before + part.Impact.Before + more.Impact.Before + later.Impact.Before,
			After:    whole.Impact.After + part.Impact.After + more.Impact.After + later.Impact.After,
			Currency: whole.Impact.Currency,
		}}
		for _, text := range []string{
			// A deal counts once, and of what would outdate each other the first is answered; what is work for a person stands beside any but the end.
			"Approve 5 changes: " + plainly(becomes(all)) + " ", "another question about this deal is answered here and would outdate it", plainly(becomes(whole)) + " the deal ends", plainly(becomes(part)), plainly(becomes(more)), not,
		} {
			if !strings.Contains(page, text) {
				t.Errorf("the review of many does not say %q: %.3000s", text, page)
			}
		}
		if strings.Contains(page, "Accept 1") || strings.Contains(page, "Accept 4") || strings.Contains(page, "Submit 1") {
			t.Errorf("the review of many adds up what would be refused, or outdated: %.3000s", page)
		}
		values = url.Values{"decision": {"approve"}, "reason": {"As agreed"}, "ids": {goes, longer, twice}, "_once": {"one deal"}}
		_, review = b.submit("/console/inbox/bulk", values)
		for _, name := range []string{"told." + longer, "_draft"} {
			values.Set(name, field(t, review, name))
		}
		values.Set("_do", "commit")
		_, done := b.submit("/console/inbox/bulk", values)
		if text := wordsOf(done); !strings.Contains(done, longer+"-planned") || strings.Contains(done, twice+"-planned") || strings.Contains(done, goes+"-planned") || !strings.Contains(text, "would outdate it") {
			t.Errorf("of the questions about a deal the first that changes it is not answered alone: %.2000s", text)
		}
		sells("display-run-of-site", func(p *parley.Product) { p.DailyImpressions = new(int64(10_000)) })
		hold("less is there for what names no volume", says(cut), map[string]string{"button": "216.00 USD becomes 150.00 USD"})
		// What is given up can be, also of what is not sold any more; what grows cannot.
		sells("ctv-kids-family", func(p *parley.Product) { p.Status = parley.ProductPaused })
		hold("more of what is paused", says(grows), map[string]string{"button,card": "Approve the change " + not})
		hold("less of what is paused", says(shortened), map[string]string{"button": "Approve the change: "})
		if status, body := b.submit("/console/inbox/"+ends+"/decide", url.Values{"decision": {"approve"}, "reason": {"As agreed"}, "_once": {"end"}}); status != http.StatusOK {
			t.Fatalf("%d\n%.2000s", status, wordsOf(body))
		} else if line := wordsOf(within(t, body, `(?s)data-id="`+ends+`-planned"[^>]*><p><b>(.*?)</b>`)); !strings.Contains(line, "the deal ends") {
			t.Errorf("what can be taken back does not say that the deal ends: %s", line)
		}

		// What was shown is what is carried out, or it is asked again: as it is sent, and while it can be taken back.
		path := "/console/inbox/" + fresh
		_, shown := b.get(path)
		values = url.Values{"decision": {"approve"}, "reason": {"As agreed"}, "_once": {"fresh"}, "told": {field(t, shown, "told")}}
		sells("video-web-midroll", func(p *parley.Product) { p.DailyImpressions = new(int64(50_000)) })
		_, review = b.submit(path+"/decide", values)
		if text := wordsOf(review); !strings.Contains(text, "Send counter 16.65") || !strings.Contains(text, "Before, it was: Accept 16.65") {
			t.Fatalf("what has changed since the page was shown is not asked about: %.2000s", text)
		}
		for _, name := range []string{"told", "_draft"} {
			values.Set(name, field(t, review, name))
		}
		values.Set("_do", "commit")
		_, planned := b.submit(path+"/decide", values)
		if line := wordsOf(within(t, planned, `(?s)data-id="`+fresh+`-planned"[^>]*><p><b>(.*?)</b>`)); !strings.Contains(line, "Send counter 16.65") {
			t.Errorf("what is planned is not what was shown: %s", line)
		}
		sells("video-web-midroll", func(p *parley.Product) { p.DailyImpressions = new(int64(2_000_000)) })
		d.clock.by.Add(int64(seller.TakeBackTime))
		d.carryOut()
		_, inbox = b.get("/console/inbox")
		hold("it changed before it was carried out", says(fresh), map[string]string{
			"row": "answered, and not carried out: ", "card": "it would have done “Accept 16.65 USD, at ask",
		})
		was16 := must[parley.Product](t)(d.service.CatalogProduct(t.Context(), call, "video-web-midroll")).BaseCPM
		sells("video-web-midroll", func(p *parley.Product) { p.BaseCPM = new(int64(50_000_000)) })
		hold("the ask moved since", says(fresh), map[string]string{"card": "it would have done “Accept 16.65 USD, at ask", "button": "Accept 16.65 USD, 63% under ask"})
		sells("video-web-midroll", func(p *parley.Product) { p.BaseCPM = was16 })
		// So it is of several at once.
		many2 := url.Values{"decision": {"approve"}, "reason": {"As agreed"}, "ids": {fresh}, "_once": {"several"}}
		_, review = b.submit("/console/inbox/bulk", many2)
		for _, name := range []string{"told." + fresh, "_draft"} {
			many2.Set(name, field(t, review, name))
		}
		many2.Set("_do", "commit")
		sells("video-web-midroll", func(p *parley.Product) { p.DailyImpressions = new(int64(50_000)) })
		if _, review = b.submit("/console/inbox/bulk", many2); !strings.Contains(wordsOf(review), "This has changed; before, it was: Accept 16.65") {
			t.Errorf("several at once are not asked about again: %.2000s", wordsOf(review))
		}
	})
}

// plainly leaves out how thousands are set apart.
func plainly(text string) string { return strings.ReplaceAll(text, ",", "") }

// field is what a hidden field of a page says.
func field(t *testing.T, page, name string) string {
	t.Helper()
	return html.UnescapeString(within(t, page, `name="`+regexp.QuoteMeta(name)+`" value="(.*?)"`))
}
