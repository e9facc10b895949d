package console_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/notice"
	"parley/seller"
	"parley/storage"
)

// toldCase is a question, how it is answered, and what the buyer asked for.
type toldCase struct {
	name     string
	ask      func(t *testing.T, day int, buyer seller.Call) string // answers the approval's id
	decision string
	counter  url.Values // the desk's own terms, with counter
	cpm      string     // that the buyer offers
	asked    int64      // impressions that it asks for
}

// became is what really became of a question.
type became struct {
	deed        parley.Deed
	cpm         int64
	impressions int64
	currency    parley.Currency
}

// TestWhatADecisionDoesIsToldAsItIsDone asks at each gate, with each recommendation, and answers in each way. Row, button, notice, review of
// many, the line of what can be taken back and the outcome are held against what the buyer then has.
func TestWhatADecisionDoesIsToldAsItIsDone(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDeskOver(t, store)
		d.sellDemo()
		for product, gate := range map[string]parley.Gate{
			"ctv-home-pause": parley.GateProposalDecision, "ctv-drama-premiere": parley.GateNegotiationAccept, "ctv-sports-live": parley.GateDealBooking,
			"ctv-sports-replay": parley.GateOrderSubmission, "ctv-kids-family": parley.GateChangeRequest,
		} {
			d.gate(parley.ApprovalRule{Name: "At " + string(gate), Gate: gate, Condition: "product_id == " + fmt.Sprintf("%q", product), Role: parley.ScopeApprover})
		}
		call := seller.Call{Secret: d.operator("Pat", parley.ScopeApprover)}
		told := noticesOf(d, call)
		b := d.signedIn(call.Secret)

		cases := toldCases(d)
		ids := make([]string, len(cases))
		for i, c := range cases {
			buyer := d.buyer(c.name, parley.Identity{SeatID: fmt.Sprint("seat-", i), AgencyID: fmt.Sprint("agency-", i), AgencyName: fmt.Sprint("Agency ", i)})
			if ids[i] = c.ask(t, 10+12*i, buyer); ids[i] == "" {
				t.Fatalf("%s: nothing is asked", c.name)
			}
		}
		// What is recommended to be rejected is rejected at once, and nobody is asked.
		none := d.buyer("Too late", tern)
		d.book(none, d.quote(none, "ctv-home-pause", "PG", 4_000_000, 400, 409), "")
		if p := d.propose(none, "ctv-home-pause", "PG", "60", 1_000_000, 400, 409); p.ApprovalID != "" || p.Status != parley.ProposalRejected {
			t.Errorf("of what is sold out somebody is asked: %+v", p)
		}
		lines := told()
		_, inbox := b.get("/console/inbox")
		says := make([]map[string]string, len(cases))
		for i, c := range cases {
			says[i] = map[string]string{
				"row": wordsOf(within(t, inbox, `(?s)data-id="row-`+ids[i]+`".*?</li>`)), "notice": lines[ids[i]],
			}
			_, card := b.get("/console/inbox/" + ids[i])
			says[i]["card"] = wordsOf(card)
			says[i]["button"] = wordsOf(within(t, card, `(?s)value="approve" class="primary" data-key="a">(.*?)<kbd>`))
			values := url.Values{"decision": {c.decision}, "reason": {"As agreed"}, "_once": {c.name}}
			if c.decision == "counter" {
				for name, value := range c.counter {
					values["modifications."+name] = value
				}
				_, review := b.submit("/console/inbox/"+ids[i]+"/decide", values)
				says[i]["review"] = wordsOf(within(t, review, `(?s)<ul class="plain">.*?</ul>`))
				values.Set("_do", "commit")
				values.Set("_draft", within(t, review, `name="_draft" value="(.*?)"`))
			} else {
				_, review := b.submit("/console/inbox/bulk", url.Values{"decision": {c.decision}, "reason": {"As agreed"}, "ids": {ids[i]}, "_once": {"bulk " + c.name}})
				says[i]["bulk"] = wordsOf(within(t, review, `(?s)<h1>.*?</h1>`))
			}
			if status, body := b.submit("/console/inbox/"+ids[i]+"/decide", values); status != http.StatusOK || !strings.Contains(body, ids[i]+"-planned") {
				t.Fatalf("%s: %d\n%.3000s", c.name, status, wordsOf(body))
			} else {
				says[i]["planned"] = wordsOf(within(t, body, `(?s)data-id="`+ids[i]+`-planned"[^>]*><p><b>(.*?)</b>`))
			}
		}
		d.carryOut()
		for i, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				_, page := b.get("/console/inbox/" + ids[i])
				says[i]["outcome"] = wordsOf(within(t, page, `(?s)What became of it</dt><dd[^>]*>(.*?)</dd>`))
				holdAgainst(t, c, becameOf(d, call, ids[i]), says[i])
			})
		}
	})
}

// holdAgainst holds what was said against what became.
func holdAgainst(t *testing.T, c toldCase, done became, says map[string]string) {
	t.Helper()
	price := parley.Money{Micros: done.cpm, Currency: done.currency}.String()
	value, err := parley.DealValue(done.cpm, done.impressions)
	if err != nil {
		t.Fatal(err)
	}
	worth := parley.FormatCount(value/parley.MicrosPerUnit) + "." + fmt.Sprintf("%02d", value%parley.MicrosPerUnit/10_000) + " " + string(done.currency)
	answer := map[parley.Deed]string{
		parley.DeedAccept: "Accept " + price + ", ", parley.DeedCounter: "Send counter " + price + ", ", parley.DeedSubmit: "Submit the order: " + price + ", ",
		parley.DeedChange: "Approve the change", parley.DeedDecline: "Decline",
	}[done.deed]
	many := map[parley.Deed]string{
		parley.DeedAccept: "Accept 1: ", parley.DeedCounter: "Send 1 counter: ", parley.DeedSubmit: "Submit 1 order: ", parley.DeedChange: "Approve 1 change: ",
		parley.DeedDecline: "Decline 1: ",
	}[done.deed]
	outcome := map[parley.Deed]string{
		parley.DeedAccept: "Accepted|Booked", parley.DeedCounter: "The buyer was sent a counter", parley.DeedSubmit: "The order goes on",
		parley.DeedChange: "The change is approved", parley.DeedDecline: "Rejected",
	}[done.deed]
	want := map[string][]string{"planned": {answer}, "outcome": {outcome}}
	apart := ""
	if done.impressions < c.asked {
		apart = parley.FormatCount(done.impressions) + " of the " + parley.FormatCount(c.asked)
	}
	switch c.decision {
	case "approve":
		row := c.cpm + " → " + string(done.deed) + " " + strings.TrimSuffix(price, " "+string(done.currency))
		want["row"], want["button"], want["bulk"] = []string{row, apart}, []string{answer}, []string{many}
		want["notice"] = []string{c.cpm + " " + string(done.currency) + " → " + string(done.deed) + " " + price, apart}
		if done.deed != parley.DeedChange {
			for place, beside := range map[string]string{"row": worth, "button": worth, "bulk": worth, "planned": worth, "card": apart} {
				want[place] = append(want[place], beside)
			}
			want["button"], want["planned"] = append(want["button"], apart), append(want["planned"], apart)
		}
	case "counter":
		want["review"], want["planned"] = []string{answer, worth, apart}, []string{answer, worth, apart}
		if days := c.counter.Get("flight_start"); days != "" {
			want["review"], want["planned"] = append(want["review"], " instead of "), append(want["planned"], " instead of ")
		}
	case "reject":
		want["bulk"] = []string{many}
	}
	for place, parts := range want {
		for _, part := range parts {
			if !slices.ContainsFunc(strings.Split(part, "|"), func(one string) bool { return strings.Contains(says[place], one) }) {
				t.Errorf("%+v, and the %s does not say %q: %.1500s", done, place, part, says[place])
			}
		}
	}
}

// becameOf reads what the buyer has of what was asked about.
func becameOf(d *desk, call seller.Call, id string) became {
	d.t.Helper()
	ctx := context.Background()
	a := must[parley.Approval](d.t)(d.service.Approval(ctx, call, id))
	declined := became{deed: parley.DeedDecline, cpm: a.Case.Price, impressions: a.Case.Impressions, currency: a.Case.Currency}
	switch {
	case a.ChangeID != "":
		if c := must[parley.ChangeRequest](d.t)(d.service.Change(ctx, call, a.ChangeID)); c.Status != parley.ChangeApproved && c.Status != parley.ChangeApplied {
			return declined
		}
		declined.deed = parley.DeedChange
		return declined
	case a.OrderID != "":
		deal := must[parley.Deal](d.t)(d.service.Deal(ctx, call, a.DealID))
		if o := must[parley.Order](d.t)(d.service.Order(ctx, call, a.OrderID)); o.Status != parley.OrderApproved {
			return declined
		}
		return became{parley.DeedSubmit, deal.Price.FinalCPM, deal.Impressions, a.Case.Currency}
	case a.DealID != "":
		deal := must[parley.Deal](d.t)(d.service.Deal(ctx, call, a.DealID))
		if deal.Status != parley.DealBooked {
			return declined
		}
		return became{parley.DeedAccept, deal.Price.FinalCPM, deal.Impressions, a.Case.Currency}
	case a.ProposalID != "":
		p := must[parley.Proposal](d.t)(d.service.Proposal(ctx, call, a.ProposalID))
		if p.Status == parley.ProposalAccepted {
			return became{parley.DeedAccept, *p.AgreedCPM, *p.AgreedImpressions, a.Case.Currency}
		}
		if p.Status == parley.ProposalCounterOffered {
			n := must[parley.Negotiation](d.t)(d.service.Negotiation(ctx, call, p.NegotiationID))
			return became{parley.DeedCounter, n.StandingCPM(), n.Impressions, a.Case.Currency}
		}
		return declined
	}
	n := must[parley.Negotiation](d.t)(d.service.Negotiation(ctx, call, a.NegotiationID))
	switch {
	case n.AgreedCPM != nil:
		return became{parley.DeedAccept, *n.AgreedCPM, n.Impressions, a.Case.Currency}
	case n.Status == parley.NegotiationActive:
		return became{parley.DeedCounter, n.StandingCPM(), n.Impressions, a.Case.Currency}
	}
	return declined
}

// within is the first match of a pattern in a page, or its group.
func within(t *testing.T, page, pattern string) string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("the page has no %s:\n%.3000s", pattern, wordsOf(page))
	}
	return found[len(found)-1]
}

// noticesOf has a person told by e-mail, and answers how to read what they are told of each question later.
func noticesOf(d *desk, call seller.Call) func() map[string]string {
	d.t.Helper()
	lines := map[string]string{}
	couriers := notice.NewCouriers(d.service, map[parley.NoticeWay]notice.Sender{
		parley.NoticeByMail: func(_ context.Context, _ string, m notice.Message) error {
			for _, part := range m.Parts {
				for _, line := range part.Lines {
					lines[line.Link[strings.LastIndex(line.Link, "/")+1:]] = line.Text
				}
			}
			return nil
		},
	}, d.clock.read, slog.New(slog.DiscardHandler))
	in := seller.NoticeInput{
		Way: parley.NoticeByMail, Address: "pat@example.com", Kinds: []parley.NoticeKind{parley.NoticeWaiting}, Every: 5 * time.Minute, Within: time.Hour,
	}
	must[seller.Answer](d.t)(d.service.SetNotice(context.Background(), call, in, keep(new(parley.NoticeChoice))))
	deliver := func() {
		if err := couriers.Deliver(context.Background()); err != nil {
			d.t.Fatal(err)
		}
	}
	deliver()
	return func() map[string]string {
		d.clock.by.Add(int64(6 * time.Minute))
		deliver()
		return lines
	}
}

// toldCases are what is asked at each gate, and how it is answered.
func toldCases(d *desk) []toldCase {
	held := func(price string, impressions int64) func(*testing.T, int, seller.Call) string {
		return func(_ *testing.T, day int, buyer seller.Call) string {
			return d.propose(buyer, "ctv-home-pause", "PG", price, impressions, day, day+9).ApprovalID
		}
	}
	sold := func(t *testing.T, day int, buyer seller.Call) string {
		id := held("60", 3_000_000)(t, day, buyer)
		other := d.buyer(fmt.Sprint("Other of ", day), tern)
		d.book(other, d.quote(other, "ctv-home-pause", "PG", 1_500_000, day, day+9), "")
		return id
	}
	agreed := func(t *testing.T, day int, buyer seller.Call) string {
		p := d.propose(buyer, "ctv-drama-premiere", "PG", "14", 1_000_000, day, day+9)
		var turn seller.Turn
		must[seller.Answer](t)(d.service.Negotiate(t.Context(), buyer, seller.Message{ProposalID: p.ID, Action: "accept"}, keep(&turn)))
		return turn.Negotiation.ApprovalID
	}
	agreedQuote := func(t *testing.T, day int, buyer seller.Call) string {
		q := d.quote(buyer, "ctv-drama-premiere", "PG", 1_000_000, day, day+9)
		var turn seller.Turn
		price := q.Price.FinalCPM - 10_000
		must[seller.Answer](t)(d.service.Negotiate(t.Context(), buyer, seller.Message{
			QuoteID: q.ID, Action: "counter", Price: &parley.Money{Micros: price},
		}, keep(&turn)))
		return turn.Negotiation.ApprovalID
	}
	asked := func(t *testing.T, filter func(parley.Approval) bool) string {
		all := must[seller.Listing[parley.Approval]](t)(d.service.Approvals(t.Context(), seller.Terminal("test"), seller.ApprovalFilter{Page: seller.Page{Limit: 100}}))
		for _, a := range all.Items {
			if filter(a) {
				return a.ID
			}
		}
		return ""
	}
	booking := func(t *testing.T, day int, buyer seller.Call) string {
		deal := d.book(buyer, d.quote(buyer, "ctv-sports-live", "PG", 1_000_000, day, day+9), "")
		return asked(t, func(a parley.Approval) bool { return a.DealID == deal.ID })
	}
	order := func(t *testing.T, day int, buyer seller.Call) string {
		o := d.order(buyer, d.book(buyer, d.quote(buyer, "ctv-sports-replay", "PG", 1_000_000, day, day+9), ""))
		d.move(buyer, o, "", parley.OrderSubmitted)
		return asked(t, func(a parley.Approval) bool { return a.OrderID == o.ID })
	}
	change := func(t *testing.T, day int, buyer seller.Call) string {
		deal := d.book(buyer, d.quote(buyer, "ctv-kids-family", "PG", 1_000_000, day, day+9), "")
		var c parley.ChangeRequest
		must[seller.Answer](t)(d.service.RequestChange(t.Context(), buyer, seller.ChangeInput{
			DealID: deal.ID, Type: parley.ChangeImpressions, Reason: "More", Terms: parley.ChangeTerms{Impressions: new(int64(1_200_000))},
		}, keep(&c)))
		return c.ApprovalID
	}
	of := func(name, value string) url.Values { return url.Values{name: {value}} }
	const most = 4_000_000 // that ctv-home-pause has over ten days
	return []toldCase{
		{"accept, approve", held("60", 1_000_000), "approve", nil, "60.00", 1_000_000},
		{"accept, reject", held("60", 1_000_000), "reject", nil, "60.00", 1_000_000},
		{"accept, counter by price", held("30.50", 1_000_000), "counter", of("counter_cpm", "30.80"), "30.50", 1_000_000},
		{"accept, counter by volume", held("60", 1_000_000), "counter", of("impressions", "400000"), "60.00", 1_000_000},
		{"accept, counter by dates", held("60", 1_000_000), "counter", of("flight_start", in(60).String()), "60.00", 1_000_000},
		{"accept, and a part is sold since", sold, "approve", nil, "60.00", 3_000_000},
		{"counter by price, approve", held("14", 1_000_000), "approve", nil, "14.00", 1_000_000},
		{"counter by price, reject", held("14", 1_000_000), "reject", nil, "14.00", 1_000_000},
		{"counter by volume, approve", held("60", most+2_000_000), "approve", nil, "60.00", most + 2_000_000},
		{"counter by both, approve", held("20", most+2_000_000), "approve", nil, "20.00", most + 2_000_000},
		{"agreement about a proposal, approve", agreed, "approve", nil, "", 1_000_000},
		{"agreement over a quote, approve", agreedQuote, "approve", nil, "", 1_000_000},
		{"booking, approve", booking, "approve", nil, "", 1_000_000},
		{"booking, reject", booking, "reject", nil, "", 1_000_000},
		{"order, approve", order, "approve", nil, "", 1_000_000},
		{"order, reject", order, "reject", nil, "", 1_000_000},
		{"change, approve", change, "approve", nil, "", 1_200_000},
		{"change, reject", change, "reject", nil, "", 1_200_000},
	}
}
