package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"parley"
	"parley/seller"
)

func (c *console) inboxRoutes() []route {
	return []route{
		get("/inbox", c.inbox),
		get("/inbox/{id}", c.approvalPage),
		post("/inbox/{id}/decide", c.decide),
		post("/inbox/bulk", c.decideAll),
	}
}

const (
	inboxLooks = 500 // pending approvals that are looked at to find the most urgent
	inboxCards = 25  // of them on the page
)

// inboxPage is the questions that wait, the most urgent first, or those of another status.
type inboxPage struct {
	Cases  []caseCard
	Total  int64
	Status string
	Past   []parley.Approval
	Pager  pager
	Filter *form
	Bulk   *form
}

// caseCard is one question with all that a person needs to answer it.
type caseCard struct {
	Approval    parley.Approval
	Product     string
	Flight      parley.Flight
	Impressions int64
	Floor       int64
	Buyer       buyer
	Rationale   string
	Waterfall   *waterfall
	Avails      *availsChart
	Negotiation *negotiationChart
	Change      *parley.ChangeRequest // of a deal, when that is the question
	MayDecide   bool
	WhyNot      string // when the person may not
	MayCounter  bool
	Form        *form
}

// Below is how far the price is under the ask; 0 when it is not.
func (c caseCard) Below() parley.BasisPoints {
	facts := c.Approval.Case
	if facts.Ask <= facts.Price {
		return 0
	}
	off, err := parley.MulDiv(facts.Ask-facts.Price, int64(parley.OneHundredPercent), facts.Ask, parley.HalfUp)
	if err != nil {
		return 0
	}
	return parley.BasisPoints(off)
}

func (c *console) inbox(x *exchange) error {
	q := x.query()
	content := inboxPage{Status: q.text("status"), Filter: newForm(q.Values), Bulk: newForm(nil)}
	if content.Status != "" && content.Status != string(parley.ApprovalPending) {
		return x.showPast(content)
	}
	listing, err := c.service.Approvals(x.Context(), x.call, seller.ApprovalFilter{Page: seller.Page{Limit: inboxLooks}})
	if err != nil {
		return err
	}
	content.Total = listing.Total
	slices.SortStableFunc(listing.Items, func(a, b parley.Approval) int {
		return cmp.Or(a.TimeoutAt.Compare(b.TimeoutAt), a.RequestedAt.Compare(b.RequestedAt))
	})
	for _, approval := range listing.Items[:min(len(listing.Items), inboxCards)] {
		card, err := x.caseOf(approval, newForm(nil))
		if err != nil {
			return err
		}
		content.Cases = append(content.Cases, card)
	}
	return x.show("inbox", http.StatusOK, page{
		Title: "Inbox", Section: "inbox", Live: []string{"approval.", "deal.", "capacity.", "negotiation."}, Data: content,
	})
}

// showPast lists approvals that are no longer pending.
func (x *exchange) showPast(content inboxPage) error {
	rows, pager, err := list[parley.Approval]{
		what: "approvals", filters: []string{"status"},
		id: func(a parley.Approval) string { return a.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Approval], error) {
			return x.service.Approvals(x.Context(), x.call, seller.ApprovalFilter{
				Status: parley.ApprovalStatus(content.Status), Page: page,
			})
		},
	}.page(x.query())
	if err != nil {
		return err
	}
	content.Past, content.Pager = rows, pager
	content.Pager.Export = ""
	return x.show("inbox", http.StatusOK, page{Title: "Inbox", Section: "inbox", Live: []string{"approval."}, Data: content})
}

// caseOf gathers what an approval is about. What is gone meanwhile is left out rather than failing the page.
func (x *exchange) caseOf(a parley.Approval, f *form) (caseCard, error) {
	card := caseCard{
		Approval: a, Product: a.Case.ProductID, Impressions: a.Case.Impressions, Form: f,
		Buyer: buyer{Name: ownerName(a.Owner), Tier: a.Case.BuyerTier, Owner: a.Owner},
	}
	switch {
	case !x.who.Has(a.Role):
		card.WhyNot = "Your key does not have the role " + string(a.Role) + ", which decides this."
	case a.RequestedBy == x.who.Actor() && !x.service.Settings().SelfApproval:
		card.WhyNot = "You asked for this yourself. Somebody else with the role " + string(a.Role) + " decides it."
	default:
		card.MayDecide = true
	}
	about := []func(*caseCard) error{x.aboutDeal, x.aboutProposal, x.aboutQuote, x.aboutNegotiation, x.aboutChange}
	for _, fill := range about {
		if err := fill(&card); err != nil && !parley.Is(err, parley.CodeNotFound) {
			return card, err
		}
	}
	// What a change takes beyond what its deal holds is in the change's own look at the ledger.
	if a.Status == parley.ApprovalPending && a.ChangeID == "" && card.Flight.End > 0 {
		avails, err := x.service.Capacity(x.Context(), x.call, a.Case.ProductID, card.Flight)
		switch {
		case err == nil:
			// A deal that waits for its approval has its impressions reserved already.
			card.Avails = drawAvails(avails, card.Impressions, a.DealID != "" && a.Case.DealType.Guaranteed())
		case !parley.Is(err, parley.CodeNotFound):
			return card, err
		}
	}
	card.MayCounter = a.Gate != parley.GateOrderSubmission && a.DealID == "" && (a.ProposalID != "" || a.NegotiationID != "")
	return card, nil
}

func (c *caseCard) priced(d parley.PriceDecision) {
	drawn := drawWaterfall(d)
	c.Waterfall, c.Floor, c.Rationale = &drawn, d.FloorCPM, d.Rationale
}

func (x *exchange) aboutDeal(c *caseCard) error {
	if c.Approval.DealID == "" {
		return nil
	}
	deal, err := x.service.Deal(x.Context(), x.call, c.Approval.DealID)
	if err != nil {
		return err
	}
	c.Product, c.Flight, c.Buyer = deal.ProductName, deal.Flight, buyerOf(deal.Identity, deal.Claimed, deal.Tier, deal.Owner)
	c.priced(deal.Price)
	return nil
}

func (x *exchange) aboutProposal(c *caseCard) error {
	if c.Approval.ProposalID == "" {
		return nil
	}
	proposal, err := x.service.Proposal(x.Context(), x.call, c.Approval.ProposalID)
	if err != nil {
		return err
	}
	c.Product, c.Flight = proposal.ProductName, proposal.Flight
	c.Buyer = buyerOf(proposal.Identity, proposal.Claimed, proposal.Tier, proposal.Owner)
	c.priced(proposal.Ask)
	return nil
}

func (x *exchange) aboutQuote(c *caseCard) error {
	if c.Approval.QuoteID == "" || c.Waterfall != nil {
		return nil
	}
	quote, err := x.service.PricingTrace(x.Context(), x.call, c.Approval.QuoteID)
	if err != nil {
		return err
	}
	c.Product, c.Flight, c.Buyer = quote.ProductName, quote.Flight, buyerOf(quote.Identity, quote.Claimed, quote.Tier, quote.Owner)
	c.priced(quote.Price)
	return nil
}

func (x *exchange) aboutNegotiation(c *caseCard) error {
	if c.Approval.NegotiationID == "" {
		return nil
	}
	n, err := x.service.Negotiation(x.Context(), x.call, c.Approval.NegotiationID)
	if err != nil {
		return err
	}
	if c.Flight.End == 0 {
		c.Flight = n.Flight
	}
	c.Floor = n.FloorCPM
	c.Negotiation = drawNegotiation(n)
	return nil
}

func (x *exchange) aboutChange(c *caseCard) error {
	if c.Approval.ChangeID == "" {
		return nil
	}
	change, err := x.service.Change(x.Context(), x.call, c.Approval.ChangeID)
	if err != nil {
		return err
	}
	c.Change, c.Floor = &change, c.Approval.Case.Floor
	if start := change.Terms.FlightStart; start != nil {
		c.Flight.Start = *start
	}
	if end := change.Terms.FlightEnd; end != nil {
		c.Flight.End = *end
	}
	return nil
}

// approvalPage is a question on a page of its own, with what became of it.
type approvalPage struct {
	Card  caseCard
	Story story
}

func (c *console) approvalPage(x *exchange) error {
	return x.showApproval(http.StatusOK, nil)
}

// showApproval shows a question with the form of the answer to it; without one, with a form that suggests to counter with
// the ask.
func (x *exchange) showApproval(status int, f *form) error {
	id := x.PathValue("id")
	approval, err := x.service.Approval(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "approval", id)
	}
	if f == nil {
		f = newForm(url.Values{"modifications.counter_cpm": {typed(approval.Case.Ask, approval.Case.Currency.MinorDigits())}})
	}
	card, err := x.caseOf(approval, f)
	if err != nil {
		return err
	}
	filter := seller.EventFilter{FlowID: cmp.Or(approval.ProposalID, approval.QuoteID)}
	if filter.FlowID == "" {
		filter = seller.EventFilter{DealID: approval.DealID}
	}
	told, err := x.story(filter, auditsOf("approval", id))
	if err != nil {
		return err
	}
	return x.show("approval", status, page{
		Title: "Approval: " + card.Product, Section: "inbox", Live: []string{"approval.", "deal.", "capacity.", "negotiation."},
		Data: approvalPage{card, told},
	})
}

// decision reads what a form decides.
func (r *reader) decision(id string) seller.DecisionRequest {
	request := seller.DecisionRequest{ApprovalID: id, Decision: r.text("decision"), Reason: r.text("reason"), BuyerMessage: r.text("message_to_buyer")}
	if request.Decision != "counter" {
		return request
	}
	request.Modifications = &parley.Modifications{
		CounterCPM: r.micros("modifications.counter_cpm"), Impressions: r.count("modifications.impressions"),
		FlightStart: r.date("modifications.flight_start"), FlightEnd: r.date("modifications.flight_end"),
		Note: r.text("modifications.note"),
	}
	return request
}

var decided = map[string]string{"approve": "Approved", "reject": "Rejected", "counter": "Countered"}

// decide answers a question and carries the answer out, in one step.
func (c *console) decide(x *exchange) error {
	id := x.PathValue("id")
	r := reader{values: x.PostForm}
	request := r.decision(id)
	err := r.problems.Err()
	if err == nil {
		var answer seller.Answer
		answer, err = c.service.DecideAndResume(x.Context(), x.call, request,
			thenGo(func(parley.Approval) string { return "/inbox" }))
		if err == nil {
			x.follow(answer, decided[request.Decision]+" and carried out. The buyer's agent sees it now.")
			return nil
		}
	}
	return x.again(newForm(x.PostForm), err, "approval", x.showApproval)
}

// decideAll answers the ticked questions in the same way; one that cannot be decided leaves the others decided.
func (c *console) decideAll(x *exchange) error {
	r := reader{values: x.PostForm}
	ids := x.PostForm["ids"]
	if len(ids) == 0 {
		return parley.Errorf(parley.CodeValidation, "Tick at least one approval, then decide.")
	}
	var requests []seller.DecisionRequest
	for _, id := range ids {
		requests = append(requests, r.decision(id))
	}
	results, err := c.service.DecideAll(x.Context(), x.call, requests, true)
	if err != nil {
		return err
	}
	var problems parley.Problems
	for _, result := range results {
		var refused *parley.Error
		if errors.As(result.Err, &refused) {
			told, _ := x.told(x.Context(), refused)
			problems.Add(result.ApprovalID, "%s", told.Message)
		}
	}
	if len(problems) == 0 {
		x.notice(decided[r.text("decision")] + " and carried out: " + strconv.Itoa(len(results)) + ".")
		x.redirect("/inbox")
		return nil
	}
	return &parley.Error{
		Code: parley.CodeConflict, Fields: problems,
		Message: strconv.Itoa(len(results)-len(problems)) + " of " + strconv.Itoa(len(results)) + " were decided. These were not:",
	}
}
