package console_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"parley"
	"parley/console"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// proposal reads how a proposal stands now.
func (d *desk) proposal(id string) parley.Proposal {
	d.t.Helper()
	return must[parley.Proposal](d.t)(d.service.Proposal(context.Background(), seller.Terminal("test"), id))
}

func TestBrowserInboxDecidesByKeyboard(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	b.visit("/inbox")
	b.shows("ol.queue", "Drama Premieres")
	b.shows("#case .waterfall", "Tier discount")
	b.shows("#case .key", "Floor")
	if n := eval[int](b, `document.querySelectorAll("#case svg.spark rect").length`); n == 0 {
		t.Error("the availability over the flights is not drawn")
	}
	first, second, third := w.pending[0], w.pending[1], w.pending[2]

	if heights := eval[[]float64](b, `[...document.querySelectorAll("ol.queue > li")].map((row) => row.getBoundingClientRect().height)`); len(heights) != 4 ||
		slices.ContainsFunc(heights, func(h float64) bool { return h != 56 }) {
		t.Errorf("the rows are %v pixels high", heights)
	}
	b.comes(`document.title.startsWith("(4) Inbox")`)
	b.shows(`nav.side [href="/console/inbox"]`, "4")

	// One keystroke to choose, one for the button that says what it does, and Enter.
	b.press("j")
	b.press("a")
	b.comes(`document.activeElement.innerText.replace(/\s+/g, " ").startsWith("Accept 30.60 USD, at ask, 128,520.00 USD")`)
	b.leaves(func() { b.press("\r") })
	b.shows(".planned", "Accept 30.60 USD, at ask, 128,520.00 USD")
	b.shows(".lead", "3 waiting")
	if p := w.proposal(first.ID); p.Status != parley.ProposalPendingApproval {
		t.Errorf("before its time the proposal is %s", p.Status)
	}
	w.carryOut()
	b.shows(".lead", "3 waiting")
	if p := w.proposal(first.ID); p.Status != parley.ProposalAccepted {
		t.Errorf("the approved proposal is %s", p.Status)
	}

	// Declining asks for a reason.
	b.press("j")
	b.press("r")
	b.leaves(func() { b.press("\r") })
	b.shows("main .error", "A reason is asked for when you decline")
	b.run(fill("#f-reason", "Not at this volume"))
	b.press("\x1b")
	b.press("r")
	b.leaves(func() { b.press("\r") })
	b.shows(".planned", "Decline")
	w.carryOut()
	b.shows(".lead", "2 waiting")
	if p := w.proposal(second.ID); p.Status != parley.ProposalRejected {
		t.Errorf("the rejected proposal is %s", p.Status)
	}

	// c leads to the counter, which suggests the ask; typing replaces it, and Enter shows what is about to be sent.
	b.press("j")
	b.leaves(func() { b.press("c") })
	b.comes(`document.activeElement.name === "modifications.counter_cpm"`)
	if suggested := eval[string](b, `document.activeElement.value`); suggested != "39.90" {
		t.Errorf("the counter suggests %q", suggested)
	}
	b.press("41,50")
	b.run(fill(`[name="modifications.note"]`, "With first position in the break"))
	b.leaves(func() { b.press("\r") })
	b.shows("main", "Send counter 41.50 USD, 4% over ask, 124,500.00 USD")
	b.shows("main", "With first position in the break")
	b.leaves(func() { b.press("\r") })
	b.shows(".planned", "Send counter 41.50 USD")
	w.carryOut()
	b.shows(".lead", "1 waiting")
	p := w.proposal(third.ID)
	if p.Status != parley.ProposalCounterOffered || p.CounterTerms == nil || p.CounterTerms.ProposedCPM != 41_500_000 {
		t.Errorf("the countered proposal is %s with %+v", p.Status, p.CounterTerms)
	}
}

func TestBrowserInboxDecidesInBulk(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.admin)
	b.visit("/inbox")
	for range 2 {
		b.press("j")
		b.press("x")
	}
	b.run(fill("#bulk-reason", "The quarter is closed"))
	b.leave(`button[form=bulk][value=reject]`)
	b.shows("h1", "Decline 2: 285,120.00 USD")
	b.leave(`button[value=commit]`)
	b.comes(`document.querySelectorAll(".planned").length === 2`)
	b.shows(".planned-all", "2 answers of yours are carried out")

	// Taken back together, with one key and Enter, and answered once more.
	b.press("z")
	b.leaves(func() { b.press("\r") })
	b.shows(".note.good", "2 answers taken back")
	b.shows(".lead", "4 waiting")
	for range 2 {
		b.press("j")
		b.press("x")
	}
	b.run(fill("#bulk-reason", "The quarter is closed"))
	b.leave(`button[form=bulk][value=reject]`)
	b.leave(`button[value=commit]`)
	b.comes(`document.querySelectorAll(".planned").length === 2`)
	w.carryOut()
	b.shows(".lead", "2 waiting")
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

// TestBrowserTakesBack answers by hand, takes that back on another node, and finds the same after it was carried out refused: on
// both stores.
func TestBrowserTakesBack(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		elsewhere := *w.desk
		elsewhere.service = serviceAt(store, w.clock.read)
		elsewhere.server = httptest.NewServer(elsewhere.handler(console.Options{}))
		t.Cleanup(elsewhere.server.Close)
		here, there := w.open(t, w.approver), elsewhere.open(t, w.admin)
		id := w.pending[0].ApprovalID

		here.visit("/inbox/" + id)
		here.shows(".measures", "Buyer offers")
		here.leave(`.decide button[value=approve]`)
		here.shows(".planned", "by you")
		there.visit("/inbox")
		there.shows(".planned", "Accept 30.60 USD")
		there.press("z")
		there.leaves(func() { there.press("\r") })
		there.shows(".note", "Taken back. Nothing was decided")
		here.comes(`document.querySelector(".planned") === null`)
		w.carryOut()
		if p := w.proposal(w.pending[0].ID); p.Status != parley.ProposalPendingApproval {
			t.Errorf("taken back, the proposal is %s", p.Status)
		}

		here.visit("/inbox/" + id)
		here.leave(`.decide button[value=approve]`)
		w.carryOut()
		here.shows(".lead", "3 waiting")
		if p := w.proposal(w.pending[0].ID); p.Status != parley.ProposalAccepted {
			t.Errorf("carried out, the proposal is %s", p.Status)
		}
		late := w.signedIn(w.admin)
		if status, body := late.submit("/console/inbox/"+id+"/take-back", url.Values{"_once": {"late"}}); status != http.StatusConflict {
			t.Errorf("taking back what was carried out: %d\n%.500s", status, body)
		}
	})
}

// TestBrowserLooksTwice shows a large deal and an unlikely price again before anything is done, without a script too.
func TestBrowserLooksTwice(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDeskWith(t, stores.SQLite(t), console.Options{SecondLook: 120_000}))
	b := w.open(t, w.approver)
	b.visit("/inbox/" + w.pending[0].ApprovalID)
	b.leave(`.decide button[value=approve]`)
	b.shows("h2", "Is this what you mean?")
	b.shows("main li", "Accept 30.60 USD, at ask, 128,520.00 USD")
	b.leaves(func() { b.press("\r") })
	b.shows(".planned", "Accept 30.60 USD")

	b.visit("/inbox/" + w.pending[2].ApprovalID)
	b.run(fill(`[name="modifications.counter_cpm"]`, "4150"))
	b.leave(`button[value=counter]`)
	b.shows("main", "Yes, 4,150.00 USD, where the ask is 39.90 USD")
	b.leave(`button[value=commit]`)
	b.shows("main .error", "must be ticked")
	b.run(click("#f-_sure"))
	b.leave(`button[value=commit]`)
	b.comes(`[...document.querySelectorAll(".planned")].some((e) => e.textContent.includes("4,150.00"))`)
}

// TestBrowserSwitchesSingleKeysOff finds the switch in the overview of the keys, after which no single key does anything.
func TestBrowserSwitchesSingleKeysOff(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	b.visit("/inbox/" + w.pending[0].ApprovalID)
	b.press("r") // decides nothing
	b.comes(`document.activeElement.innerText.includes("Decline")`)
	b.press("?")
	b.leave(`#help button[value=off]`)
	for _, key := range []string{"a", "r", "c", "j", "/", "?"} {
		b.press(key)
		if at := eval[string](b, `document.activeElement.tagName`); at != "BODY" {
			t.Errorf("%s leads to %s", key, at)
		}
	}
	b.run(click(`[popovertarget=help]:not([popovertargetaction])`))
	b.leave(`#help button[value=on]`)
	b.press("a")
	b.comes(`document.activeElement.innerText.includes("Accept")`)
}

func TestBrowserInboxIsLive(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	b.visit("/inbox")
	b.shows(".lead", "4 waiting")
	w.propose(w.buyer, "ctv-home-pause", "PG", "33.00", 5_000_000, 10, 30)
	b.shows(".lead", "5 waiting")
	b.shows("ol.queue", "Pause Screen")
	// What another approver has decided goes away.
	must[seller.Answer](t)(w.service.DecideAndResume(context.Background(), seller.Call{Secret: w.admin},
		seller.DecisionRequest{ApprovalID: w.pending[0].ApprovalID, Decision: "approve"}, keep(new(parley.Approval))))
	b.shows(".lead", "4 waiting")
}

func TestBrowserNegotiation(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	talks := w.propose(w.buyer, "ctv-news-evening", "PD", "18.50", 2_000_000, 6, 20)
	b := w.open(t, w.viewer)
	b.visit("/negotiations")
	b.shows("main table", "accepted")
	b.visit("/negotiations/" + talks.NegotiationID)
	b.shows("h1", "Evening News Stream")
	b.shows("main", "with Harbour Media")
	for _, level := range []string{"Ask", "Reservation", "Floor"} {
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
	racedetector.Serial(t)
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	b.visit("/deals/" + w.deal.ID)
	b.shows("main", "impressions: 9,000,000 becomes 9,100,000")
	b.visit("/inbox/" + w.change.ApprovalID)
	b.shows("main", "The client has added a market")
	b.press("a")
	b.comes(`document.activeElement.innerText.includes("Approve the change")`)
	b.leaves(func() { b.press("\r") })
	b.shows(".planned", "Approve the change")
	w.carryOut()
	b.visit("/deals/" + w.deal.ID)
	b.leave(`form[action$="/apply"] button`)
	b.shows(".note", "The change is made")
	deal := must[parley.Deal](t)(w.service.Deal(context.Background(), seller.Terminal("test"), w.deal.ID))
	if deal.Impressions != 9_100_000 || deal.Price.FinalCPM != 36_000_000 {
		t.Errorf("the deal has %d impressions at %d", deal.Impressions, deal.Price.FinalCPM)
	}
}
