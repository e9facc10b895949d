package seller

import (
	"context"
	"slices"
	"time"

	"parley"
	"parley/approval"
	"parley/change"
	"parley/storage"
)

// uncheckedChanges is the rule that holds material and critical changes when the publisher has none that does.
var uncheckedChanges = parley.ApprovalRule{
	ID: "builtin:changes", Name: "Changes to a deal", Gate: parley.GateChangeRequest, Role: parley.ScopeApprover,
	Timeout: 72 * time.Hour, OnTimeout: parley.TimeoutRejects, Enabled: true,
}

// gateChange puts a new change before whoever has to be asked about it. One that nobody has to be asked about is approved at
// once.
func (w *work) gateChange(ctx context.Context, c *parley.ChangeRequest, deal parley.Deal, to becomes, version *storage.Pending[int64]) error {
	stop, err := w.prices().stopsChange(ctx, c, deal, to, version)
	if err != nil {
		return err
	}
	if stop != nil {
		return w.putBefore(*stop, c, deal, to)
	}
	w.InsertEvent(w.event(changeEvent(parley.EventChangeCreated, *c, deal), deal.ID))
	w.approved(c, "system")
	w.InsertChange(*c)
	return w.record(changeEvent(parley.EventChangeApproved, *c, deal), "change_request.create", "change_request", c.ID, deal.Terms(), to.terms)
}

// putBefore stores a new change that waits for whoever has to be asked about it.
func (w *work) putBefore(stop stop, c *parley.ChangeRequest, deal parley.Deal, to becomes) error {
	w.InsertEvent(w.event(changeEvent(parley.EventChangeCreated, *c, deal), deal.ID))
	if err := w.askAboutChange(stop, c, deal); err != nil {
		return err
	}
	w.InsertChange(*c)
	return w.audit("change_request.create", "change_request", c.ID, deal.Terms(), to.terms)
}

// becomes is what a change makes of a deal.
type becomes struct {
	terms parley.DealTerms
	price change.Price // as the terms are sold now
}

// stop is somebody who has to be asked about a change.
type stop struct {
	rule  parley.ApprovalRule
	facts parley.ApprovalCase
	why   string // for the publisher's people
}

// stopsChange answers who has to be asked before a change goes on, as things are now; nil when nobody has: the first of the
// publisher's rules that stops it, or else, of a change that is more than minor, or that is work for a person, the desk,
// unless the desk ends the deal itself or somebody has granted the change on these terms. What is under the floor nobody has granted, whatever was granted before. It
// finds the change as grave as it has become. granting are approvals that count as granted beside those that are.
func (p prices) stopsChange(ctx context.Context, c *parley.ChangeRequest, deal parley.Deal, to becomes, version *storage.Pending[int64], granting ...parley.Approval) (*stop, error) {
	today := p.service.today(p.now)
	gates, err := p.gatesOfChange(ctx, *c, deal, to.terms, version)
	if err != nil {
		return nil, err
	}
	c.Severity = c.Severity.Worse(change.Severity(*c, deal.Terms(), to.terms, deal.AgreedFlight(), to.price.Ask, today))
	commits, asking := changeCommitment(deal, to.terms), slices.Concat(rulesAt[parley.GateChangeRequest], gates)
	facts, err := p.weigh(ctx, version, commits, asking)
	if err != nil {
		return nil, err
	}
	if change.SetsTerms(*c, to.terms, today) {
		facts.Floor = to.price.Floor
	}
	approved, err := p.GrantedApprovals(deal.ProposalID, deal.NegotiationID, deal.QuoteID).Get(ctx)
	if err != nil {
		return nil, err
	}
	// What was approved of another change says nothing of this one, even where the deal's terms come out the same.
	granted := slices.DeleteFunc(approved, func(a parley.Approval) bool {
		return a.ChangeID != c.ID || a.Owner != c.Owner
	})
	granted = append(granted, granting...)
	if c.Severity == parley.SeverityMinor && change.SetsTerms(*c, to.terms, today) {
		met, err := p.metAlready(ctx, deal, facts, version, gates)
		if err != nil {
			return nil, err
		}
		granted = append(granted, met...)
	}
	rule, stopped, err := p.stoppedAt(ctx, version, facts, granted, gates)
	if err != nil {
		return nil, err
	}
	asks := (c.Severity != parley.SeverityMinor || c.ForAPerson()) && !c.Direct()
	stopping := stop{rule: uncheckedChanges}
	switch {
	case stopped:
		stopping = stop{rule: rule, why: "the rule " + rule.Name + " asks about it too"}
	case change.SetsTerms(*c, to.terms, today) && !to.price.Sold():
		stopping.why = "its price has come under the floor"
	case asks && !slices.ContainsFunc(granted, func(a parley.Approval) bool { return a.Case.SameTerms(facts) }):
		stopping.why = "nobody has granted it on these terms"
	default:
		return nil, nil
	}
	stopping.facts, err = p.inFull(ctx, version, commits, facts, asking)
	return &stopping, err
}

// changeCommitment is what a deal commits the publisher to on terms that a change gives it. The end of a deal is of the whole
// deal, however the change puts it.
func changeCommitment(deal parley.Deal, terms parley.DealTerms) commitment {
	c := dealCommitment(deal, deal.Price.FinalCPM)
	c.price, c.flight, c.deal = terms.CPM, terms.Flight, &deal
	if terms.Status != parley.DealCancelled {
		c.impressions = terms.Impressions
	}
	return c
}

// approved marks a change as approved, from now until it lapses.
func (w *work) approved(c *parley.ChangeRequest, by string) {
	at := w.now
	c.Status, c.ApprovedBy, c.ApprovedAt = parley.ChangeApproved, by, &at
	if !c.ForAPerson() {
		lapses := at.Add(parley.ChangeLapse)
		c.LapsesAt = &lapses
	}
}

// gatesOfChange are the gates whose rules a change meets. One that ends the deal, or is work for a person, meets the rules for
// changes; one that sets terms also meets those for deals, as if the deal were booked on its new terms, and those for orders
// where one was submitted already: it is carried out on the new terms then.
func (p prices) gatesOfChange(ctx context.Context, c parley.ChangeRequest, deal parley.Deal, after parley.DealTerms, version *storage.Pending[int64]) ([]parley.Gate, error) {
	if !change.SetsTerms(c, after, p.service.today(p.now)) {
		return []parley.Gate{parley.GateChangeRequest}, nil
	}
	gates := rulesAt[parley.GateChangeRequest]
	gatekeeper, err := p.service.gatekeeper(ctx, p.Reader, version)
	if err != nil || !gatekeeper.Has(parley.GateOrderSubmission) {
		return gates, err
	}
	if agreed, err := p.OrderPastGate(deal.ID).Get(ctx); err != nil || !agreed {
		return gates, err
	}
	return append(slices.Clone(gates), parley.GateOrderSubmission), nil
}

// metAlready are the rules for deals and orders that hold for a deal as somebody agreed to it last, as if each had granted a minor
// change's new terms too. Shifts that nobody was asked about do not count: a rule that came up between two of them, and that
// only the first of them makes hold, is asked all the same.
func (p prices) metAlready(ctx context.Context, deal parley.Deal, facts parley.ApprovalCase, version *storage.Pending[int64], gates []parley.Gate) ([]parley.Approval, error) {
	gates = slices.DeleteFunc(slices.Clone(gates), func(g parley.Gate) bool { return g == parley.GateChangeRequest })
	agreed := deal.Terms()
	agreed.Flight = deal.AgreedFlight()
	present, err := p.weigh(ctx, version, changeCommitment(deal, agreed), gates)
	if err != nil {
		return nil, err
	}
	gatekeeper, err := p.service.gatekeeper(ctx, p.Reader, version)
	if err != nil {
		return nil, err
	}
	rules, err := gatekeeper.Match(present, gates...)
	met := make([]parley.Approval, len(rules))
	for i, rule := range rules {
		met[i] = approval.Request(rule, facts, p.now)
		met[i].Status = parley.ApprovalApproved
	}
	return met, err
}

// askAboutChange stores the question about a change, which waits for the answer, also where it had been approved before.
func (w *work) askAboutChange(stop stop, c *parley.ChangeRequest, deal parley.Deal) error {
	asked, err := w.requestApproval(stop.rule, stop.facts, parley.Approval{
		Owner: c.Owner, DealID: deal.ID, OrderID: c.OrderID, QuoteID: deal.QuoteID, ProposalID: deal.ProposalID,
		NegotiationID: deal.NegotiationID, ChangeID: c.ID, RequestedBy: c.RequestedBy,
	})
	c.Status, c.ApprovalID = parley.ChangePendingApproval, asked.ID
	c.ApprovedBy, c.ApprovedAt, c.LapsesAt = "", nil, nil
	return err
}

// askAgain puts a change that is stored before somebody else, or before somebody once more.
func (w *work) askAgain(stop stop, c *parley.ChangeRequest, deal parley.Deal, action string) error {
	before := c.Status
	if err := w.askAboutChange(stop, c, deal); err != nil {
		return err
	}
	c.UpdatedAt = w.now
	c.Version++
	w.UpdateChange(*c)
	return w.audit(action, "change_request", c.ID, map[string]any{"status": before}, map[string]any{"status": c.Status, "approval_id": c.ApprovalID})
}

// applyToChange lets a change go on, or ends it, as was decided. It is applied to the deal later.
func (w *work) applyToChange(ctx context.Context, a parley.Approval) (outcome, error) {
	pendingDeal, pending := w.DealForUpdate(a.DealID), w.ChangeForUpdate(a.ChangeID)
	deal, err := pendingDeal.Get(ctx)
	if err != nil {
		return outcome{}, err
	}
	c, err := pending.Get(ctx)
	if err != nil {
		return outcome{}, err
	}
	done := outcome{DealID: c.DealID, ChangeID: c.ID}
	if c.Status != parley.ChangePendingApproval || c.ApprovalID != a.ID {
		done.Result, done.Reason = "nothing", "the change request is "+string(c.Status)
		return done, nil
	}
	if a.Status == parley.ApprovalApproved {
		return w.approveChange(ctx, a, c, deal, done)
	}
	done.Result, done.Reason = "rejected", refusal(a).Detail
	return done, w.rejectChange(&c, deal, done.Reason)
}

// approveChange approves a change, unless somebody else has to be asked about it, or it can no longer be made.
func (w *work) approveChange(ctx context.Context, a parley.Approval, c parley.ChangeRequest, deal parley.Deal, done outcome) (outcome, error) {
	to, failure, err := w.applicable(ctx, c, deal)
	if err != nil {
		return outcome{}, err
	}
	if failure != "" {
		done.Result, done.Reason = "rejected", failure
		return done, w.rejectChange(&c, deal, done.Reason)
	}
	stop, err := w.prices().stopsChange(ctx, &c, deal, to, storage.ApprovalRules.Version(&w.Reader))
	if err != nil {
		return outcome{}, err
	}
	if stop != nil {
		err := w.askAgain(*stop, &c, deal, "change_request.review")
		done.Result, done.ApprovalID, done.Reason = "held", c.ApprovalID, stop.why
		return done, err
	}
	w.approved(&c, a.DecidedBy)
	done.Result = "accepted"
	return done, w.updateChange(&c, parley.EventChangeApproved, deal, "change_request.review")
}

func (w *work) rejectChange(c *parley.ChangeRequest, deal parley.Deal, reason string) error {
	c.Status, c.RejectionReason = parley.ChangeRejected, reason
	return w.updateChange(c, parley.EventChangeRejected, deal, "change_request.review")
}

// approvableChange keeps the desk itself from approving what can no longer be made of the deal, or is not sold, or not at this
// price. The error is for the publisher's people.
func (w *work) approvableChange(ctx context.Context, changeID string) error {
	c, err := w.Change(changeID).Get(ctx)
	if err != nil {
		return err
	}
	deal, err := w.Deal(c.DealID).Get(ctx)
	if err != nil {
		return err
	}
	to, err := w.prices().ofChange(ctx, c, deal)
	if err != nil {
		return err
	}
	return to.price.Approvable(deal.Price.Currency)
}

// ofChange is what a change makes of its deal as it is now, with the zero price where it sets no terms. The error is CodeValidation, for the
// publisher's people, where it can make nothing of it any more.
func (p prices) ofChange(ctx context.Context, c parley.ChangeRequest, deal parley.Deal) (to becomes, err error) {
	today, failure := p.service.today(p.now), ""
	if to.terms, failure = change.Applicable(c, deal, today); failure != "" {
		return to, parley.Invalid("decision", "must be reject: %s. Reject this; what is still wanted can be asked for anew, of the deal as it is",
			inSentence(failure))
	}
	if change.SetsTerms(c, to.terms, today) {
		to.price, err = p.priceTerms(ctx, deal, to.terms)
	}
	return to, err
}
