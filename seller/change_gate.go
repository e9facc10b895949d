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

// gateChange puts a change before a person: by the publisher's rule that stops it, or else by the one for all changes. A
// minor one that no rule stops is approved at once, unless it is work that a person takes on.
func (w *work) gateChange(ctx context.Context, c *parley.ChangeRequest, deal parley.Deal, after parley.DealTerms, version *storage.Pending[int64]) error {
	facts, err := w.weigh(ctx, version, changeCommitment(deal, after), rulesAt[parley.GateChangeRequest])
	if err != nil {
		return err
	}
	rule, stopped, err := w.stoppedChange(ctx, *c, deal, facts, version)
	if err != nil {
		return err
	}
	switch {
	case stopped:
	case c.Severity == parley.SeverityMinor && !c.ForAPerson():
		w.approved(c, "system")
		w.InsertChange(*c)
		return w.record(changeEvent(parley.EventChangeApproved, *c, deal), "change_request.create", "change_request", c.ID, deal.Terms(), after)
	default:
		rule = uncheckedChanges
	}
	if err := w.askAboutChange(rule, facts, c, deal); err != nil {
		return err
	}
	w.InsertChange(*c)
	return w.audit("change_request.create", "change_request", c.ID, deal.Terms(), after)
}

// changeCommitment is what a deal commits the publisher to on terms that a change gives it.
func changeCommitment(deal parley.Deal, terms parley.DealTerms) commitment {
	c := dealCommitment(deal, deal.Price.FinalCPM)
	c.price, c.impressions, c.flight, c.deal = terms.CPM, terms.Impressions, terms.Flight, &deal
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

// stoppedChange answers the next rule that stops a change. One that only gives something up, or is work for a person, meets the
// rules for changes; one that sets terms also meets those for deals, as if the deal were booked on its new terms: a minor one
// those of them that do not hold for the deal as it is.
func (w *work) stoppedChange(ctx context.Context, c parley.ChangeRequest, deal parley.Deal, facts parley.ApprovalCase, version *storage.Pending[int64]) (parley.ApprovalRule, bool, error) {
	approved, err := w.GrantedApprovals(deal.ProposalID, deal.NegotiationID, deal.QuoteID).Get(ctx)
	if err != nil {
		return parley.ApprovalRule{}, false, err
	}
	// What was approved of another change says nothing of this one, even where the deal's terms come out the same.
	granted := slices.DeleteFunc(approved, func(a parley.Approval) bool {
		return a.ChangeID != c.ID || a.Owner != c.Owner
	})
	gates := rulesAt[parley.GateChangeRequest]
	switch {
	case !change.SetsTerms(c):
		gates = []parley.Gate{parley.GateChangeRequest}
	case c.Severity == parley.SeverityMinor:
		met, err := w.metAlready(ctx, deal, facts, version)
		if err != nil {
			return parley.ApprovalRule{}, false, err
		}
		granted = append(granted, met...)
	}
	return w.stoppedAt(ctx, version, facts, granted, gates)
}

// metAlready are the rules for deals that hold for a deal as it is, as if each had granted a minor change's new terms too.
func (w *work) metAlready(ctx context.Context, deal parley.Deal, facts parley.ApprovalCase, version *storage.Pending[int64]) ([]parley.Approval, error) {
	present, err := w.weigh(ctx, version, changeCommitment(deal, deal.Terms()), rulesAt[parley.GateDealBooking])
	if err != nil {
		return nil, err
	}
	gatekeeper, err := w.service.gatekeeper(ctx, &w.Reader, version)
	if err != nil {
		return nil, err
	}
	rules, err := gatekeeper.Match(present, rulesAt[parley.GateDealBooking]...)
	met := make([]parley.Approval, len(rules))
	for i, rule := range rules {
		met[i] = approval.Request(rule, facts, w.now)
		met[i].Status = parley.ApprovalApproved
	}
	return met, err
}

// askAboutChange stores the question that a rule asks about a change, which waits for the answer.
func (w *work) askAboutChange(rule parley.ApprovalRule, facts parley.ApprovalCase, c *parley.ChangeRequest, deal parley.Deal) error {
	asked, err := w.requestApproval(rule, facts, parley.Approval{
		Owner: c.Owner, DealID: deal.ID, OrderID: c.OrderID, QuoteID: deal.QuoteID, ProposalID: deal.ProposalID,
		NegotiationID: deal.NegotiationID, ChangeID: c.ID, RequestedBy: c.RequestedBy,
	})
	c.Status, c.ApprovalID = parley.ChangePendingApproval, asked.ID
	return err
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

// approveChange approves a change, unless another rule asks somebody else about it, or its price has come under the floor.
func (w *work) approveChange(ctx context.Context, a parley.Approval, c parley.ChangeRequest, deal parley.Deal, done outcome) (outcome, error) {
	after, failure, err := w.applicable(ctx, c, deal)
	if err != nil {
		return outcome{}, err
	}
	if failure != "" {
		done.Result, done.Reason = "rejected", failure
		return done, w.rejectChange(&c, deal, done.Reason)
	}
	version := w.ApprovalVersion()
	facts, err := w.weigh(ctx, version, changeCommitment(deal, after), rulesAt[parley.GateChangeRequest])
	if err != nil {
		return outcome{}, err
	}
	rule, stopped, err := w.stoppedChange(ctx, c, deal, facts, version)
	if err != nil {
		return outcome{}, err
	}
	if stopped {
		if err := w.askAboutChange(rule, facts, &c, deal); err != nil {
			return outcome{}, err
		}
		c.UpdatedAt = w.now
		c.Version++
		w.UpdateChange(c)
		done.Result, done.Reason = "held", "the rule "+rule.Name+" asks about it too"
		return done, nil
	}
	w.approved(&c, a.DecidedBy)
	done.Result = "accepted"
	return done, w.updateChange(&c, parley.EventChangeApproved, deal, "change_request.review")
}

func (w *work) rejectChange(c *parley.ChangeRequest, deal parley.Deal, reason string) error {
	c.Status, c.RejectionReason = parley.ChangeRejected, reason
	return w.updateChange(c, parley.EventChangeRejected, deal, "change_request.review")
}

// approvableChange keeps the desk itself from approving what is not sold, or not at this price. The error is for the
// publisher's people.
func (w *work) approvableChange(ctx context.Context, changeID string) error {
	c, err := w.Change(changeID).Get(ctx)
	if err != nil || !change.SetsTerms(c) {
		return err
	}
	deal, err := w.Deal(c.DealID).Get(ctx)
	if err != nil {
		return err
	}
	after, err := change.NewTerms(deal.Terms(), c.Terms, w.service.today(w.now))
	if err != nil {
		return parley.Invalid("decision", "must be reject: the dates have passed")
	}
	p, err := w.priceTerms(ctx, deal, after)
	if err != nil {
		return err
	}
	return p.Approvable(deal.Price.Currency)
}
