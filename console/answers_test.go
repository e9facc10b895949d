package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// TestAnAnswerStandsUntilItIsTakenBack answers on the page what somebody then answers by API, ends what is asked about, and loses the key:
// the answer is carried out, or the page and the inbox say why it was not.
func TestAnAnswerStandsUntilItIsTakenBack(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	w := openWorld(d)
	d.gate(parley.ApprovalRule{Name: "Two for books", Gate: parley.GateProposalDecision, Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance, Priority: 100})
	pat, fin, sam := d.operator("Pat", parley.ScopeApprover), d.operator("Fin", parley.ScopeFinance), d.operator("Sam", parley.ScopeApprover)
	ask := func() parley.Proposal {
		t.Helper()
		p := d.propose(w.buyer, "ctv-sports-live", "PG", "60", 300_000, 60, 69)
		if p.ApprovalID == "" {
			t.Fatalf("it does not wait: %+v", p)
		}
		return p
	}
	answer := func(b *browser, id, decision string) {
		t.Helper()
		status, body := b.submit("/console/inbox/"+id+"/decide", url.Values{"decision": {decision}, "reason": {"a competitor's"}, "_once": {decision + id}})
		if status != http.StatusOK || !strings.Contains(body, "It is carried out") {
			t.Fatalf("%d\n%.2000s", status, body)
		}
	}
	says := func(b *browser, path string, words ...string) {
		t.Helper()
		_, body := b.get(path)
		for _, text := range words {
			if !strings.Contains(wordsOf(body), text) {
				t.Errorf("%s does not say %q:\n%.6000s", path, text, wordsOf(body))
			}
		}
	}
	onPage, asSam := d.signedIn(pat), d.signedIn(sam)

	// Somebody else says yes by API.
	p := ask()
	answer(onPage, p.ApprovalID, "reject")
	_, err := d.service.DecideAndResume(t.Context(), seller.Call{Secret: fin}, seller.DecisionRequest{ApprovalID: p.ApprovalID, Decision: "approve"}, keep(new(parley.Approval)))
	if !parley.Is(err, parley.CodeConflict) {
		t.Errorf("a yes beside a planned no: %v", err)
	}
	d.carryOut()
	says(asSam, "/console/inbox/"+p.ApprovalID, "Decided rejected", "a competitor's")

	// The buyer takes it back.
	p = ask()
	answer(onPage, p.ApprovalID, "approve")
	must[seller.Answer](t)(d.service.WithdrawProposal(t.Context(), w.buyer, p.ID, "", keep(new(parley.Proposal))))
	d.carryOut()
	says(asSam, "/console/inbox/"+p.ApprovalID, "“First yes of two: Accept ", " of Pat was not carried out: What was to be decided is over.", "Decided withdrawn")

	// The key is revoked.
	p = ask()
	answer(onPage, p.ApprovalID, "reject")
	must[seller.Answer](t)(d.service.RevokeKey(t.Context(), seller.Terminal("test"), w.keyOf(pat), keep(new(parley.Key))))
	d.carryOut()
	for _, path := range []string{"/console/inbox/" + p.ApprovalID, "/console/inbox?open=" + p.ApprovalID} {
		says(asSam, path, "“Decline” of Pat was not carried out: The key that it was given with was revoked, or has expired.", "It waits for another answer.")
	}
}

// TestAnAnswerSentAgainSaysWhatStands goes back in the browser to the pages on which an answer was given and taken back, and sends their forms
// once more.
func TestAnAnswerSentAgainSaysWhatStands(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.approver)
	at := "/console/inbox/" + w.pending[0].ApprovalID
	for _, step := range []struct{ form, once, says string }{
		{"/decide", "yes", "It is carried out"},
		{"/decide", "yes", "This form was sent before, and is not done once more. “Accept "},
		{"/take-back", "back", "Taken back. Nothing was decided"},
		{"/take-back", "back", "This form was sent before, and is not done once more. The question waits for an answer."},
		{"/decide", "yes", "This form was sent before, and is not done once more. The question waits for an answer."},
		{"/decide", "again", "It is carried out"},
		{"/take-back", "back", "” is about to be carried out."},
		{"", "", ""},
		{"/take-back", "back", "This form was sent before, and is not done once more. The question is approved by now."},
		{"/decide", "yes", "This form was sent before, and is not done once more. The question is approved by now."},
	} {
		if step.form == "" {
			w.carryOut()
			continue
		}
		values := url.Values{"_once": {step.once}}
		if step.form == "/decide" {
			values.Set("decision", "approve")
		}
		status, body := b.submit(at+step.form, values)
		if said := wordsOf(body); status != http.StatusOK || !strings.Contains(said, step.says) {
			t.Errorf("%s with %s: %d, without %q\n%.3000s", step.form, step.once, status, step.says, said)
		}
	}
	// Of what else is done and undone.
	at = "/console/destinations/" + w.sheets.ID
	for i, path := range []string{"/pause", "/resume", "/pause"} {
		_, body := w.signedIn(w.admin).submit(at+path, url.Values{"reason": {"Moving"}, "_once": {path}})
		if again := strings.Contains(body, "This form was sent before"); again != (i == 2) {
			t.Errorf("%s, form %d: says so %v\n%.3000s", path, i, again, wordsOf(body))
		}
	}
}

// TestSeveralAnswersTellApartWhatIsOver decides several questions of which one is withdrawn, before the review and after it.
func TestSeveralAnswersTellApartWhatIsOver(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.approver)
	first, third := w.pending[1], w.pending[2]
	second := w.propose(w.buyer, "ctv-drama-premiere", "PG", "60", 4_000_000, 60, 69)
	value := must[parley.Approval](t)(w.service.Approval(t.Context(), seller.Terminal("test"), second.ApprovalID)).Case.DealValue + 119_700_000_000
	must[seller.Answer](t)(w.service.WithdrawProposal(t.Context(), w.buyer, first.ID, "", keep(new(parley.Proposal))))
	values := url.Values{"decision": {"approve"}, "ids": {first.ApprovalID, second.ApprovalID, third.ApprovalID}, "_once": {"bulk"}}
	_, body := b.submit("/console/inbox/bulk", values)
	said := wordsOf(body)
	for _, text := range []string{"Accept 2: " + parley.FormatCount(value/parley.MicrosPerUnit) + ".00 USD", "These are not answered: " + first.ProductName + " for ", ": withdrawn, since what was to be decided is over"} {
		if !strings.Contains(said, text) {
			t.Errorf("the review does not say %q:\n%.4000s", text, said)
		}
	}
	must[seller.Answer](t)(w.service.WithdrawProposal(t.Context(), w.buyer, second.ID, "", keep(new(parley.Proposal))))
	values = b.formIn(body, "/console/inbox/bulk").values
	values.Set("_do", "commit")
	status, body := b.submit("/console/inbox/bulk", values)
	said = wordsOf(body)
	for _, text := range []string{
		"Accept 1: 119,700.00 USD is to be carried out, and can be taken back until then. Not answered: ", second.ProductName + " for ", "Take it back",
	} {
		if status != http.StatusOK || !strings.Contains(said, text) {
			t.Errorf("%d, and the inbox does not say %q:\n%.4000s", status, text, said)
		}
	}
	values = url.Values{"decision": {"approve"}, "ids": {first.ApprovalID, second.ApprovalID}, "_once": {"over"}}
	if status, body = b.submit("/console/inbox/bulk", values); status != http.StatusConflict || strings.Contains(wordsOf(body), "USD") {
		t.Errorf("of what is over: %d\n%.3000s", status, wordsOf(body))
	}
}

// TestAnAnswerByHandSaysWhatStopsIt accepts a buyer's price where a rule asks somebody: the preview and the page after it say so.
func TestAnAnswerByHandSaysWhatStopsIt(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	w.gate(parley.ApprovalRule{Name: "Agreements", Gate: parley.GateNegotiationAccept, Condition: `product_id == "ctv-news-evening"`, Role: parley.ScopeFinance})
	talks := w.propose(w.buyer, "ctv-news-evening", "PD", "19.00", 2_000_000, 26, 40)
	b := w.signedIn(w.approver)
	at, values := "/console/negotiations/"+talks.NegotiationID+"/answer", url.Values{"action": {"accept"}, "_once": {"yes"}}
	_, body := b.submit(at, url.Values{"action": {"reject"}, "_once": {"no"}})
	if said := wordsOf(body); !strings.Contains(said, "End the negotiation about "+talks.ProductName+" without an agreement: 19.00 USD") || !strings.Contains(said, "38,000.00 USD on the table") {
		t.Errorf("the preview of an end does not say of what, and what is given up:\n%.3000s", said)
	}
	_, body = b.submit(at, values)
	stops := "The rule Agreements stops it: it waits for somebody with the role finance, not you"
	if said := wordsOf(body); !strings.Contains(said, "Accept 19.00 USD") || !strings.Contains(said, stops) {
		t.Errorf("the preview does not say what stops it:\n%.3000s", said)
	}
	values.Set("_do", "commit")
	values.Set("_draft", within(t, body, `name="_draft" value="(.*?)"`))
	_, body = b.submit(at, values)
	if said := wordsOf(body); !strings.Contains(said, "The buyer has no answer yet. "+stops) || !strings.Contains(said, "pending approval") {
		t.Errorf("sent, the page does not say what stops it:\n%.3000s", said)
	}
	n := must[parley.Negotiation](t)(w.service.Negotiation(t.Context(), seller.Terminal("test"), talks.NegotiationID))
	if n.Status != parley.NegotiationPendingApproval {
		t.Errorf("the negotiation is %s", n.Status)
	}
	final := w.propose(w.buyer, "ctv-entertainment-library", "PD", "15.00", 1_000_000, 26, 40)
	n = must[parley.Negotiation](t)(w.service.Negotiation(t.Context(), seller.Terminal("test"), final.NegotiationID))
	must[seller.Answer](t)(w.service.AnswerNegotiation(t.Context(), seller.Call{Secret: w.approver}, seller.HandAnswer{
		NegotiationID: n.ID, Action: "final_offer", Price: &parley.Money{Micros: n.StandingCPM()},
	}, keep(new(seller.Turn))))
	if _, body = b.get("/console/negotiations/" + n.ID); !strings.Contains(wordsOf(body), "Our final offer stands") {
		t.Errorf("after a final offer:\n%.3000s", wordsOf(body))
	}
	if turn := w.counter(w.buyer, final, "15.10"); turn.Round.Action != parley.ActionReject {
		t.Errorf("another price than the final offer is answered with %+v", turn.Round)
	}
}

// TestAnAnswerByHandIsOfWhoeverAnswers has a colleague hand back to the agent while somebody looks at an answer: it is not sent, and the agent
// is not paused by it.
func TestAnAnswerByHandIsOfWhoeverAnswers(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	talks, call := w.propose(w.buyer, "ctv-news-evening", "PD", "19.00", 2_000_000, 26, 40), seller.Call{Secret: w.approver}
	read := func() parley.Negotiation {
		return must[parley.Negotiation](t)(w.service.Negotiation(t.Context(), call, talks.NegotiationID))
	}
	must[seller.Answer](t)(w.service.PauseNegotiation(t.Context(), call, talks.NegotiationID, keep(new(parley.Negotiation))))
	b := w.signedIn(w.approver)
	at := "/console/negotiations/" + talks.NegotiationID
	_, page := b.get(at)
	values := b.formIn(page, at+"/answer").values
	values.Set("action", "final_offer")
	values.Set("price", parley.FormatMicros(read().StandingCPM(), 2))
	_, body := b.submit(at+"/answer", values)
	values = b.formIn(body, at+"/answer").values
	values.Set("_do", "commit")
	rounds := len(read().Rounds)
	must[seller.Answer](t)(w.service.HandBack(t.Context(), seller.Call{Secret: w.admin}, talks.NegotiationID, keep(new(seller.Turn))))
	status, body := b.submit(at+"/answer", values)
	if n := read(); status != http.StatusConflict || n.HeldBy != "" || len(n.Rounds) != rounds || !strings.Contains(wordsOf(body), "the agent answers this buyer again") {
		t.Errorf("%d, answered by %q, %d rounds of %d:\n%.3000s", status, n.HeldBy, len(n.Rounds), rounds, wordsOf(body))
	}
}

// TestTheDeskReadsNames looks at what the inbox, the review of many answers and the availability say of products and buyers, and what a click
// comes to where it is the first yes of two for some.
func TestTheDeskReadsNames(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	talks := w.propose(w.buyer, "ctv-news-evening", "PD", "19.00", 2_000_000, 26, 40)
	w.gate(parley.ApprovalRule{Name: "Two for books", Gate: parley.GateProposalDecision, Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance, Priority: 100})
	both := w.propose(w.buyer, "ctv-sports-live", "PG", "60", 300_000, 60, 69)
	b := w.signedIn(w.approver)
	_, body := b.submit("/console/inbox/bulk", url.Values{"decision": {"approve"}, "ids": {w.pending[0].ApprovalID, both.ApprovalID}, "_once": {"bulk"}})
	for _, text := range []string{
		"Pass on 1 to another rule: ", "; First yes of two for 1: 11,340.00 USD", "Northlight Sports Live for Harbour Media: First yes of two: Accept 37.80 USD",
		w.pending[0].ProductName + " for ",
	} {
		if said := wordsOf(body); !strings.Contains(said, text) {
			t.Errorf("the review does not say %q:\n%.3000s", text, said)
		}
	}
	_, body = b.submit("/console/inbox/"+both.ApprovalID+"/decide", url.Values{"decision": {"approve"}, "_once": {"one"}})
	if said := wordsOf(body); !strings.Contains(said, "Northlight Sports Live for Harbour Media, by you") {
		t.Errorf("what is planned is not named:\n%.3000s", said)
	}
	must[seller.Answer](t)(w.service.PauseNegotiation(t.Context(), seller.Call{Secret: w.admin}, talks.NegotiationID, keep(new(parley.Negotiation))))
	for _, path := range []string{"/console/inbox", "/console/"} {
		_, body = b.get(path)
		if said, text := wordsOf(body), talks.ProductName+" for "+talks.Identity.Called(); !strings.Contains(said, text) {
			t.Errorf("%s does not say %q:\n%.6000s", path, text, said)
		}
	}
	held := w.desk.quote(w.buyer, "ctv-sports-live", "PG", 300_000, 70, 79)
	must[seller.Answer](t)(w.service.HoldQuote(t.Context(), w.buyer, seller.HoldRequest{QuoteID: held.ID}, keep(new(parley.Hold))))
	_, body = b.get("/console/availability?product_id=ctv-sports-live&flight_start=" + in(70).String() + "&flight_end=" + in(79).String())
	if said := wordsOf(body); !strings.Contains(said, "State Harbour Media ") || strings.Contains(said, "buyer/seat") {
		t.Errorf("the hold is not named:\n%.3000s", said)
	}
}
