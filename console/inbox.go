package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) inboxRoutes() []route {
	return []route{
		get("/inbox", c.inbox),
		get("/inbox/{id}", c.approvalPage),
		post(desk, "/inbox/{id}/decide", c.decide).on("/inbox/{id}"),
		post(desk, "/inbox/{id}/take-back", c.takeBack).on("/inbox/{id}"),
		post(desk, "/inbox/bulk", c.decideAll),
		post(desk, "/inbox/take-back", c.takeAllBack),
		post(desk, "/inbox/{id}/assign", c.assign).on("/inbox/{id}"),
		post(desk, "/inbox/{id}/snooze", c.snooze).on("/inbox/{id}"),
		post(desk, "/inbox/{id}/comment", c.comment).on("/inbox/{id}"),
		post(anyone, "/views", c.saveView),
	}
}

const (
	mostAtOnce = 500 // approvals that are decided with one button
	inboxRows  = 25  // of each part of the inbox on a page
)

// inboxPage is the questions that wait, or those of another status.
type inboxPage struct {
	Parts    []inboxPart
	Waiting  int64
	Snoozed  int64
	Planned  []plannedCard
	Back     *takenTogether // the answers of the reader's that can be taken back at once; nil: not two
	Card     *caseCard      // that is open beside the rows; nil: nothing waits
	Follow   []followGroup
	Views    []parley.SavedView
	Narrowed bool
	Unread   bool // something of what narrows it cannot be read, so that it narrows nothing
	Status   string
	Past     []parley.Approval
	Search   string // of the page's address, with its question mark
	Pager    pager
	Filter   *form
	Bulk     *form
}

// inboxPart is the questions that are somebody's, a page of them.
type inboxPart struct {
	Label string
	ID    string
	Total int64
	Rows  []inboxRow
	All   bool   // all of it that is on the page is ticked
	First string // addresses; empty: there is no such page
	Next  string
	Tick  string // ticks all, without a script; empty: the reader decides nothing of it
}

// inboxRow is a question on one line.
type inboxRow struct {
	Item      parley.InboxItem
	Product   string
	Buyer     string
	Value     string
	Terms     string // what the buyer named, and what a yes makes of it
	Assignee  string
	Missing   string // who has to say yes still
	Link      string // opens it beside the rows
	Here      bool
	MayDecide bool
}

// caseCard is one question with all that a person needs to answer it.
type caseCard struct {
	Snoozes     []Option // how long it may be put off
	Approval    parley.Approval
	Item        parley.InboxItem // the same, with what the buyer asked for
	Product     string
	Flight      parley.Flight
	Impressions int64
	Effect      parley.Effect // of a yes
	Floor       int64
	Buyer       buyer
	Rationale   string
	Waterfall   *waterfall
	Avails      *availsChart
	Negotiation *negotiationChart
	Offered     int64                 // the CPM that the buyer named last, micros; 0: none
	Accept      string                // what granting it does, in words and money
	FirstWas    string                // what the first yes of two was to, where a yes does something else now; else empty
	Failed      string                // what was answered and could not be carried out, likewise; empty: nothing
	Instead     string                // what it would have done instead; empty: that is not why
	Change      *parley.ChangeRequest // of a deal, when that is the question
	MayDecide   bool
	WhyNot      string // when the person may not
	MayEnd      bool   // the person has said yes, and can take it back
	MayCounter  bool
	Then        string // the address to go on to once it is decided
	Comments    []parley.ApprovalComment
	People      people
	Form        *form
}

// BesideAsk says where a price is beside the ask.
func (c caseCard) BesideAsk(price int64) string {
	return onPages.AgainstAsk(price, c.Ask())
}

// Ask is that for what a yes is about, CPM micros; 0: it is not known.
func (c caseCard) Ask() int64 { return c.Item.AskOf(c.Effect) }

// Value is what a yes is worth: of a change, what the deal comes to before and after.
func (c caseCard) Value() string {
	currency := c.Approval.Case.Currency
	if c.Change != nil && c.Change.Impact != nil {
		return worth(c.Change.Impact.Before, currency) + " becomes " + worth(c.Change.Impact.After, currency)
	}
	return worth(c.Effect.Value, currency)
}

// Told is what a yes does, for the form that gives it.
func (c caseCard) Told() string { return toldText(c.Effect) }

// Counters tells whether a yes sends the buyer a counter.
func (c caseCard) Counters() bool { return c.Effect.Deed == parley.DeedCounter }

// Volume is how many impressions a yes is about, beside those that the buyer asked for.
func (c caseCard) Volume() string {
	return cmp.Or(onPages.Impressions(c.Item, c.Effect, ""), volume(c.Effect.Impressions))
}

// Days are those that a yes is about, beside those that the buyer asked for.
func (c caseCard) Days() string { return cmp.Or(onPages.Days(c.Item, c.Effect), flight(c.Flight)) }

func (c *console) inbox(x *exchange) error {
	q := x.query()
	content := inboxPage{Status: q.text("status"), Filter: q.filterForm(), Bulk: newForm(nil)}
	if content.Status != "" && content.Status != string(parley.ApprovalPending) && content.Status != snoozedStatus {
		return x.showPast(content)
	}
	filter := x.inboxFilter(content.Filter)
	found, err := c.service.Inbox(x.Context(), x.call, filter, seller.Page{Limit: inboxRows + 1, After: q.text("others"), CountTo: countTo})
	if err != nil {
		return err
	}
	open, err := x.openCase(found)
	if err != nil {
		return err
	}
	who := peopleOf(found.People)
	content.Views = found.Views
	content.Waiting, content.Snoozed, content.Narrowed = found.Waiting(), found.Snoozed, narrowed(q)
	content.Unread = len(content.Filter.Errors) > 0
	content.Parts = []inboxPart{
		x.inboxPart("Yours to decide", "mine", "after", found.Mine, who, open), x.inboxPart("Others'", "theirs", "others", found.Others, who, open),
	}
	for _, item := range found.Planned {
		product, buyer := item.Called()
		content.Planned = append(content.Planned, x.plannedOf(item, product, buyer))
	}
	content.Back = x.takenTogether(found.Planned)
	for i := range content.Planned {
		content.Planned[i].Key = content.Back == nil
	}
	if open.ID != "" {
		card, err := x.caseOf(open, newForm(nil))
		if err != nil {
			return err
		}
		card.People, card.Then = who, q.with("all", "")
		content.Card = &card
	}
	if content.Status == "" && !content.Narrowed {
		if content.Follow, err = x.followOf(found); err != nil {
			return err
		}
	}
	content.Search = q.with("all", "")
	return x.show("inbox", http.StatusOK, page{
		Title: "Inbox", Section: "inbox", Live: []string{
			"approval.", "deal.", "capacity.", "negotiation.", "order.", "change_request.", "webhook.", "destination.", "activation.",
		}, Data: content,
	})
}

// snoozedStatus is the status, of the inbox alone, of what is out of the way until later.
const snoozedStatus = "snoozed"

// narrowing are the parameters of the inbox that narrow it.
var narrowing = []string{"role", "gate", "product", "buyer", "value", "due"}

func narrowed(q query) bool {
	return slices.ContainsFunc(narrowing, func(name string) bool { return q.text(name) != "" })
}

// inboxFilter reads which questions the address asks for. What cannot be read narrows nothing, and the field says so.
func (x *exchange) inboxFilter(f *form) seller.InboxFilter {
	q := x.query()
	r := reader{values: q.Values}
	filter := seller.InboxFilter{
		Role: parley.Scope(q.text("role")), Gate: parley.Gate(q.text("gate")), Product: q.text("product"), Buyer: q.text("buyer"),
		Snoozed: q.text("status") == snoozedStatus, Page: seller.Page{Limit: inboxRows + 1, After: q.text("after"), CountTo: countTo},
	}
	if least := r.micros("value"); least != nil {
		filter.LeastValue = *least
	}
	if hours := r.count("due"); hours != nil && *hours > 0 && *hours <= 24*365 {
		filter.DueBefore = x.clock().Add(time.Duration(*hours) * time.Hour)
	}
	for _, problem := range r.problems {
		f.Errors[problem.Path] = problem.Message
	}
	return filter
}

// openCase is the question that is open beside the rows: the one that the address names while it waits, else the first.
func (x *exchange) openCase(found seller.Inbox) (parley.InboxItem, error) {
	id := x.query().text("open")
	var first parley.InboxItem
	for _, part := range [][]parley.InboxItem{found.Mine.Items, found.Others.Items} {
		for _, item := range part {
			if item.ID == id {
				return item, nil
			}
			if first.ID == "" {
				first = item
			}
		}
	}
	if id == "" {
		return first, nil
	}
	open, err := x.service.InboxItem(x.Context(), x.call, id)
	switch {
	case parley.Is(err, parley.CodeNotFound):
		return first, nil
	case err != nil:
		return parley.InboxItem{}, err
	case open.Status != parley.ApprovalPending || open.PlannedFor != nil:
		return first, nil
	}
	return open, nil
}

// inboxPart draws a page of the inbox; parameter is the one of the address that the page goes on from.
func (x *exchange) inboxPart(label, id, parameter string, found seller.Listing[parley.InboxItem], who people, open parley.InboxItem) inboxPart {
	q := x.query()
	part := inboxPart{Label: label, ID: id, Total: found.Total, All: q.text("all") == id}
	items := found.Items
	if len(items) > inboxRows {
		items = items[:inboxRows]
		part.Next = q.onward(parameter, items[inboxRows-1].ID)
	}
	if q.text(parameter) != "" {
		part.First = q.onward(parameter, "")
	}
	for _, item := range items {
		product, buyer := item.Called()
		row := inboxRow{
			Item: item, Product: product, Buyer: buyer, Value: cmp.Or(onPages.Valued(item), "no known volume"),
			Terms: onPages.Terms(item), Assignee: who.name(item.Assignee), Missing: whoIsMissing(item),
			Link: q.onward("open", item.ID) + "#case", Here: item.ID == open.ID, MayDecide: x.mayDecide(item.Approval) == "",
		}
		if row.MayDecide {
			part.Tick = q.onward("all", id)
		}
		part.Rows = append(part.Rows, row)
	}
	return part
}

// mayDecide says why the person may not decide a question; empty when they may.
func (x *exchange) mayDecide(a parley.Approval) string {
	switch {
	case a.FirstBy == x.who.Actor():
		return "You have said yes. It takes another person with the role " + parley.RolesInWords(a.Deciders()) + "."
	case !a.DecidableBy(x.who):
		return "Your key does not have the role " + parley.RolesInWords(a.Deciders()) + ", which decides this."
	case a.RequestedBy == x.who.Actor() && !x.service.Settings().SelfApproval:
		return "You asked for this yourself. Somebody else with the role " + parley.RolesInWords(a.Deciders()) + " decides it."
	}
	return ""
}

// whoIsMissing says who has to say yes still.
func whoIsMissing(a parley.InboxItem) string {
	switch {
	case a.FirstOfTwo():
		return string(a.Role) + " and " + string(a.SecondRole)
	case a.FirstLapsed():
		return parley.RolesInWords(a.Deciders()) + ", 1st of 2 again"
	case a.FirstBy != "":
		return parley.RolesInWords(a.Deciders()) + ", 2nd of 2"
	}
	return string(a.Role)
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
	if content.Views, err = x.service.SavedViews(x.Context(), x.call, parley.ViewInbox); err != nil {
		return err
	}
	content.Pager.Export = ""
	return x.show("inbox", http.StatusOK, page{Title: "Inbox", Section: "inbox", Live: []string{"approval."}, Data: content})
}

// caseOf gathers what an approval is about. What is gone meanwhile is left out rather than failing the page.
func (x *exchange) caseOf(item parley.InboxItem, f *form) (caseCard, error) {
	a := item.Approval
	card := caseCard{
		Approval: a, Item: item, Effect: item.Does(parley.ApprovalApproved, nil), Product: a.Case.ProductID, Impressions: item.Facts().Impressions, Form: f,
		Buyer: buyer{Name: parley.OwnerName(a.Owner), Tier: a.Case.BuyerTier, Owner: a.Owner}, Snoozes: snoozesBefore(x.clock(), a.TimeoutAt),
	}
	card.WhyNot = x.mayDecide(a)
	card.MayDecide = card.WhyNot == ""
	card.MayEnd = a.FirstBy == x.who.Actor()
	comments, err := x.service.ApprovalComments(x.Context(), x.call, a.ID)
	if err != nil {
		return card, err
	}
	card.Comments = comments
	about := []func(*caseCard) error{x.aboutDeal, x.aboutProposal, x.aboutQuote, x.aboutNegotiation, x.aboutChange}
	for _, fill := range about {
		if err := fill(&card); err != nil && !parley.Is(err, parley.CodeNotFound) {
			return card, err
		}
	}
	if item.Prospect.Floor > 0 && a.Status == parley.ApprovalPending {
		card.Floor = item.Prospect.Floor
	}
	card.Accept = onPages.Decision(item, parley.ApprovalApproved, nil)
	card.FirstWas = onPages.FirstWas(item)
	if a.Planned != nil && a.PlannedFor == nil {
		card.Failed, card.Instead = onPages.Planned(item), onPages.Instead(item)
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
	c.Product, c.Flight, c.Offered = proposal.ProductName, proposal.Flight, proposal.ProposedCPM.Micros
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
	if offered := lastBuyer(n); offered > 0 {
		c.Offered = offered
	}
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
	c.Change, c.Floor, c.Offered = &change, c.Approval.Case.Floor, 0
	if change.AskedBy != "seller" && change.Terms.CPM != nil {
		c.Offered = *change.Terms.CPM
	}
	if facts := c.Approval.Case; facts.FlightEnd != 0 {
		c.Flight = parley.Flight{Start: facts.FlightStart, End: facts.FlightEnd} // that the change leaves
	}
	return nil
}

// approvalPage is a question on a page of its own, with what became of it.
type approvalPage struct {
	Card    caseCard
	Planned *plannedCard // an answer that can be taken back still
	Story   story

	Countered string // the counter that was sent, in words; empty: none was
	Next      string // the id of the question that was asked next
}

func (c *console) approvalPage(x *exchange) error {
	return x.showApproval(x.refusedOr(nil))
}

// showApproval shows a question with the form of the answer to it; without one, with a form that suggests to counter with
// the ask.
func (x *exchange) showApproval(status int, f *form) error {
	id := x.PathValue("id")
	item, err := x.service.InboxItem(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "approval", id)
	}
	approval := item.Approval
	if f == nil {
		ask := cmp.Or(item.AskOf(item.Does(parley.ApprovalApproved, nil)), approval.Case.Ask)
		f = newForm(url.Values{"modifications.counter_cpm": {typed(ask, approval.Case.Currency.MinorDigits())}})
	}
	card, err := x.caseOf(item, f)
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
	if card.People, err = x.people(); err != nil {
		return err
	}
	content := approvalPage{Card: card, Story: told, Next: outcomeOf(approval).ApprovalID}
	if m := approval.Modifications; m != nil {
		content.Countered = onPages.Decision(item, parley.ApprovalCountered, m)
	}
	if approval.PlannedFor != nil {
		shown := x.plannedOf(item, card.Product, card.Buyer.Name)
		content.Planned = &shown
	}
	return x.show("approval", status, page{
		Title: "Approval: " + card.Product, Section: "inbox", Live: []string{"approval.", "deal.", "capacity.", "negotiation."},
		Data: content,
	})
}

// decision reads what a form decides.
func (r *reader) decision(id string) seller.DecisionRequest {
	request := seller.DecisionRequest{ApprovalID: id, Decision: r.text("decision"), Reason: r.text("reason"), BuyerMessage: r.text("message_to_buyer")}
	if request.Decision != "counter" {
		return request
	}
	request.Modifications = &parley.Modifications{
		CounterCPM: r.price("modifications.counter_cpm"), Impressions: r.volume("modifications.impressions"),
		FlightStart: r.date("modifications.flight_start"), FlightEnd: r.date("modifications.flight_end"),
		Note: r.text("modifications.note"),
	}
	return request
}

// decidedStatus is what becomes of an approval that is decided so.
var decidedStatus = map[string]parley.ApprovalStatus{
	"approve": parley.ApprovalApproved, "reject": parley.ApprovalRejected, "counter": parley.ApprovalCountered,
}

// said refuses to decline without a word: the desk asks later why it was.
func (r *reader) said(request seller.DecisionRequest) {
	if request.Decision == "reject" && request.Reason == "" && request.BuyerMessage == "" {
		r.problems.Add("reason", "is asked for when you decline, for the desk or as a message to the buyer")
	}
}

// large tells whether accepting a deal is worth a second look: one of no known volume may be of any value.
func (x *exchange) large(value int64, volume parley.Volume) bool {
	least := x.options.SecondLook
	return least > 0 && (volume == parley.VolumeUnknown || value/parley.MicrosPerUnit >= least)
}

// plannedCard is an answer that can be taken back still.
type plannedCard struct {
	Approval parley.Approval
	Product  string
	Buyer    string
	Words    string
	Instead  string // what it would do as things are now, for which it is not carried out; empty: what it says
	By       string
	May      bool // take it back
	Own      bool // the reader gave it
	Key      bool // z leads to taking it back
	Form     *form
	Token    string
}

func (x *exchange) plannedOf(item parley.InboxItem, product, buyer string) plannedCard {
	a := item.Approval
	by := a.Planned.By
	if by == x.who.Actor() {
		by = "you"
	}
	instead := ""
	if now := item.Does(a.Planned.Status, a.Planned.Modifications); a.Planned.Told != nil && !now.Same(*a.Planned.Told) {
		instead = onPages.Effect(item, now)
	}
	return plannedCard{
		Approval: a, Product: product, Buyer: buyer, Words: onPages.Planned(item), Instead: instead, By: by,
		May: a.TakenBackBy(x.who), Own: a.Planned.By == x.who.Actor(), Key: true, Form: newForm(nil), Token: x.sealer.token(x.session.ID),
	}
}

// decide answers a question. The answer is carried out when the time to take it back is over.
func (c *console) decide(x *exchange) error {
	id := x.PathValue("id")
	r := reader{values: x.PostForm, currency: func() parley.Currency {
		item, err := c.service.InboxItem(x.Context(), x.call, id)
		if err != nil { // which is told of what is done with it
			return ""
		}
		return item.Case.Currency
	}}
	request := r.decision(id)
	r.said(request)
	err := r.problems.Err()
	if err == nil {
		var looked bool
		if looked, err = x.decisionLooked(&request); err == nil && !looked {
			return nil
		}
	}
	if err == nil {
		var answer seller.Answer
		answer, err = c.service.PlanDecision(x.Context(), x.call, request,
			thenGo(func(parley.Approval) string { return x.thenInbox() }))
		if err == nil {
			if answer.Replayed {
				return x.toldNow(answer, id)
			}
			x.redirect(string(answer.Body))
			return nil
		}
	}
	return x.again(newForm(x.PostForm), err, "approval", x.showApproval)
}

// toldNow says, of an answer that was given before or taken back before, how the question stands by now, and goes on as before.
func (x *exchange) toldNow(answer seller.Answer, id string) error {
	a, err := x.service.InboxItem(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "approval", id)
	}
	now := "The question is " + words(string(a.Status)) + " by now."
	switch {
	case a.PlannedFor != nil:
		now = "“" + onPages.Planned(a) + "” is about to be carried out."
	case a.Status == parley.ApprovalPending:
		now = "The question waits for an answer."
	}
	x.notice("This form was sent before, and is not done once more. " + now)
	x.redirect(string(answer.Body))
	return nil
}

// bulkLooked shows what a decision about several questions comes to, in all and one by one, before it is made. What is not answered is told
// apart and is no part of it.
func (x *exchange) bulkLooked(requests []seller.DecisionRequest) (bool, error) {
	r := review{Back: root + "/inbox", Danger: requests[0].Decision == "reject", Says: map[string]string{}}
	to := decidedStatus[requests[0].Decision]
	all, err := x.questions(requests)
	if err != nil {
		return false, err
	}
	who, err := x.people()
	if err != nil {
		return false, err
	}
	var open []parley.InboxItem
	var theirs []string
	for i, q := range all {
		item := q.item
		if q.left != "" {
			r.Apart = append(r.Apart, itemName(item)+": "+q.left)
			continue
		}
		open = append(open, item)
		line := itemName(item) + ": " + onPages.Decision(item, to, nil)
		if item.Assignee != "" && item.Assignee != x.who.Actor() {
			line += ", assigned to " + who.name(item.Assignee)
			theirs = append(theirs, who.name(item.Assignee))
		}
		if to == parley.ApprovalApproved {
			field := toldField + "." + item.ID
			told := toldIn(x.PostForm, field)
			would, changed := foresees(&requests[i], item, told)
			if r.Says[field] = toldText(would); changed {
				line += ". This has changed; before, it was: " + onPages.Effect(item, *told)
			}
		}
		r.Lines = append(r.Lines, line)
	}
	if len(open) == 0 {
		return true, nil // the decision is refused, and says of each why
	}
	if len(theirs) > 0 {
		slices.Sort(theirs)
		r.Sure = "Yes, also " + count(int64(len(theirs))) + " of " + strings.Join(slices.Compact(theirs), ", ")
		r.Why = "Somebody else sees to them. Untick them in the inbox to leave them out."
	}
	r.Do = onPages.Together(open, to)
	r.Title = r.Do
	return x.reviewed("inbox", r)
}

// questionOfMany is one of several that are answered alike.
type questionOfMany struct {
	item parley.InboxItem
	left string // why it is not answered; empty: it is
}

// questions reads several that are answered alike. What is over, answered already, or would be refused is left; so is, of several that are
// approved of one deal, whatever the first that moves it would outdate.
func (x *exchange) questions(requests []seller.DecisionRequest) ([]questionOfMany, error) {
	all := make([]questionOfMany, len(requests))
	moved := map[string]parley.InboxItem{} // deals, by the questions that move them
	for i, request := range requests {
		item, err := x.service.InboxItem(x.Context(), x.call, request.ApprovalID)
		if err != nil {
			return nil, missing(err, "approval", request.ApprovalID)
		}
		q := questionOfMany{item: item, left: closed(item.Approval)}
		if q.left == "" && request.Decision == "approve" && item.Does(parley.ApprovalApproved, nil).Refused != "" {
			q.left = onPages.Decision(item, parley.ApprovalApproved, nil)
		}
		if q.left == "" && request.Decision == "approve" && len(item.Prospect.Rivals) > 0 {
			q.left = "a change of this deal was granted before, and would outdate it; answer it on its own"
		}
		if q.left == "" && request.Decision == "approve" && item.Moves() && moved[item.DealID].ID == "" {
			moved[item.DealID] = item
		}
		all[i] = q
	}
	for i := range all {
		q := &all[i]
		by := moved[q.item.DealID]
		ends := by.Change != nil && by.Change.Ends()
		stands := !ends && q.item.Change != nil && q.item.Change.ForAPerson()
		if q.left == "" && by.ID != "" && by.ID != q.item.ID && !stands {
			q.left = "another question about this deal is answered here and would outdate it; answer it on its own"
		}
	}
	return all, nil
}

// itemName is what a question is about and for whom.
func itemName(item parley.InboxItem) string {
	product, buyer := item.Called()
	return product + " for " + buyer
}

// closed says why a question cannot be answered any more; empty while it can.
func closed(a parley.Approval) string {
	switch {
	case a.Status == parley.ApprovalPending && a.PlannedFor != nil:
		return "answered already, and about to be carried out"
	case a.Status == parley.ApprovalPending:
		return ""
	case a.Status == parley.ApprovalWithdrawn:
		return "withdrawn, since what was to be decided is over"
	case a.Status == parley.ApprovalTimedOut:
		return "timed out"
	}
	return "decided already: it is " + words(string(a.Status))
}

// decideAll answers the ticked questions in the same way; one that cannot be decided leaves the others decided.
func (c *console) decideAll(x *exchange) error {
	r := reader{values: x.PostForm}
	ids := x.PostForm["ids"]
	if len(ids) == 0 {
		return parley.Errorf(parley.CodeValidation, "Tick at least one approval, then decide.")
	}
	if len(ids) > mostAtOnce {
		return parley.Errorf(parley.CodeValidation, "Tick at most %d approvals.", mostAtOnce)
	}
	var requests []seller.DecisionRequest
	for _, id := range ids {
		requests = append(requests, r.decision(id))
	}
	if !(page{Who: x.who}).MayTrade() {
		return parley.Errorf(parley.CodeForbidden, "Your key does not have a role that decides.")
	}
	r.said(requests[0])
	if err := r.problems.Err(); err != nil {
		return err
	}
	if looked, err := x.bulkLooked(requests); err != nil || !looked {
		return err
	}
	once := x.call
	once.IdempotencyKey = "" // planning is once by itself
	var planned []parley.InboxItem
	var problems parley.Problems
	all, err := x.questions(requests)
	if err != nil {
		return err
	}
	for i, q := range all {
		if q.left != "" {
			problems.Add(q.item.ID, "%s: %s", itemName(q.item), marked(q.left))
			continue
		}
		_, err := c.service.PlanDecision(x.Context(), once, requests[i], thenGo(func(parley.Approval) string { return "/inbox" }))
		var refused *parley.Error
		switch {
		case err == nil:
			planned = append(planned, q.item)
		case errors.As(err, &refused):
			told, _ := x.told(x.Context(), refused)
			problems.Add(q.item.ID, "%s: %s", itemName(q.item), marked(strings.TrimSuffix(told.Message, ".")))
		default:
			return err
		}
	}
	switch {
	case len(problems) == 0:
	case len(planned) == 0:
		return &parley.Error{Code: parley.CodeConflict, Fields: problems, Message: "Nothing was answered:"}
	default:
		x.notice(partlyAnswered(planned, decidedStatus[requests[0].Decision], problems))
	}
	x.redirect("/inbox")
	return nil
}

// partlyAnswered says of a decision about several questions which of them it did not answer, and what is to be carried out of it.
func partlyAnswered(planned []parley.InboxItem, to parley.ApprovalStatus, problems parley.Problems) string {
	const most = 5 // that are named
	text := onPages.Together(planned, to) + " is to be carried out, and can be taken back until then. Not answered: "
	for i, p := range problems[:min(len(problems), most)] {
		if i > 0 {
			text += "; "
		}
		text += p.Message
	}
	if more := len(problems) - most; more > 0 {
		text += "; and " + count(int64(more)) + " more"
	}
	return text + "."
}
