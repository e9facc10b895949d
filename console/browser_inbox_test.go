package console_test

import (
	"context"
	"testing"

	"parley"
	"parley/seller"
)

// proposal reads how a proposal stands now.
func (d *desk) proposal(id string) parley.Proposal {
	d.t.Helper()
	return must[parley.Proposal](d.t)(d.service.Proposal(context.Background(), seller.Terminal("test"), id))
}

func TestBrowserInboxDecidesByKeyboard(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	b.visit("/inbox")
	b.shows("ol.cards", "Drama Premieres")
	b.shows("ol.cards .waterfall", "Tier discount")
	b.shows("ol.cards .key", "Floor")
	if n := eval[int](b, `document.querySelectorAll("li.case svg.spark rect").length`); n == 0 {
		t.Error("the availability over the flights is not drawn")
	}
	first, second, third := w.pending[0], w.pending[1], w.pending[2]

	// One keystroke to choose, one to decide.
	b.press("j")
	b.leaves(func() { b.press("a") })
	b.shows(".note", "Approved and carried out")
	if p := w.proposal(first.ID); p.Status != parley.ProposalAccepted {
		t.Errorf("the approved proposal is %s", p.Status)
	}

	b.press("j")
	b.run(fill("li.case input[name=reason]", "Not at this volume"))
	b.leaves(func() { b.press("r") })
	b.shows(".note", "Rejected and carried out")
	if p := w.proposal(second.ID); p.Status != parley.ProposalRejected {
		t.Errorf("the rejected proposal is %s", p.Status)
	}

	// c leads to the counter, which suggests the ask; typing replaces it, and Enter sends it.
	b.press("j")
	b.leaves(func() { b.press("c") })
	b.comes(`document.activeElement.name === "modifications.counter_cpm"`)
	if suggested := eval[string](b, `document.activeElement.value`); suggested != "39.90" {
		t.Errorf("the counter suggests %q", suggested)
	}
	b.press("41.50")
	b.run(fill(`[name="modifications.note"]`, "With first position in the break"))
	b.leaves(func() { b.press("\r") })
	p := w.proposal(third.ID)
	if p.Status != parley.ProposalCounterOffered || p.CounterTerms == nil || p.CounterTerms.ProposedCPM != 41_500_000 {
		t.Errorf("the countered proposal is %s with %+v", p.Status, p.CounterTerms)
	}
	b.shows(".lead", "1 waiting")
}

func TestBrowserInboxDecidesInBulk(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	b.visit("/inbox")
	for range 2 {
		b.press("j")
		b.press("x")
	}
	b.run(fill("#bulk-reason", "The quarter is closed"))
	b.leave(`button[form=bulk][value=reject]`)
	b.shows(".note", "Rejected and carried out: 2")
	var rejected int
	for _, p := range w.pending {
		if w.proposal(p.ID).Status == parley.ProposalRejected {
			rejected++
		}
	}
	if rejected != 2 {
		t.Errorf("%d proposals are rejected", rejected)
	}
	b.visit("/inbox?status=rejected")
	b.shows("main table", "Large commitments")
}

func TestBrowserInboxIsLive(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	b.visit("/inbox")
	b.shows(".lead", "4 waiting")
	w.propose(w.buyer, "ctv-home-pause", "PG", "33.00", 5_000_000, 10, 30)
	b.shows(".lead", "5 waiting")
	b.shows("ol.cards", "Pause Screen")
	// What another approver has decided goes away.
	must[seller.Answer](t)(w.service.DecideAndResume(context.Background(), seller.Call{Secret: w.admin},
		seller.DecisionRequest{ApprovalID: w.pending[0].ApprovalID, Decision: "approve"}, keep(new(parley.Approval))))
	b.shows(".lead", "4 waiting")
}

func TestBrowserNegotiation(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	talks := w.propose(w.buyer, "ctv-news-evening", "PD", "18.50", 2_000_000, 6, 20)
	b := w.open(t, w.viewer)
	b.visit("/negotiations")
	b.shows("main table", "accepted")
	b.visit("/negotiations/" + talks.NegotiationID)
	b.shows("h1", "Evening News Stream")
	b.shows("main", "with Harbour Media")
	for _, level := range []string{"List price", "Reservation", "Floor"} {
		b.comes(`[...document.querySelectorAll("svg.rounds text")].some((t) => t.textContent.startsWith("` + level + `"))`)
	}
	dots := `document.querySelectorAll("svg.rounds .buyer-dot").length`
	if n := eval[int](b, dots); n != 1 {
		t.Errorf("the first round draws %d prices of the buyer", n)
	}
	b.shows("main table", "The strategy's counter.")
	w.counter(w.buyer, talks, "18.90")
	b.comes(dots + " === 2")
	if lines := eval[int](b, `document.querySelectorAll("svg.rounds polyline").length`); lines != 2 {
		t.Errorf("%d lines are drawn", lines)
	}
}

func TestBrowserInboxChangesADeal(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	b.visit("/deals/" + w.deal.ID)
	b.shows("main", "impressions: 9,000,000 becomes 9,100,000")
	b.visit("/inbox/" + w.change.ApprovalID)
	b.shows("main", "The client has added a market")
	b.leaves(func() { b.press("a") })
	b.shows(".note", "Approved and carried out")
	b.visit("/deals/" + w.deal.ID)
	b.leave(`form[action$="/apply"] button`)
	b.shows(".note", "The change is made")
	deal := must[parley.Deal](t)(w.service.Deal(context.Background(), seller.Terminal("test"), w.deal.ID))
	if deal.Impressions != 9_100_000 || deal.Price.FinalCPM != 36_000_000 {
		t.Errorf("the deal has %d impressions at %d", deal.Impressions, deal.Price.FinalCPM)
	}
}
