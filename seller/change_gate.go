package seller

import (
	"context"
	"slices"
	"time"

	"parley"
	"parley/storage"
)

// uncheckedChanges is the rule that holds material and critical changes when the publisher has none that does.
var uncheckedChanges = parley.ApprovalRule{
	ID: "builtin:changes", Name: "Changes to a deal", Gate: parley.GateChangeRequest, Role: parley.ScopeApprover,
	Timeout: 72 * time.Hour, OnTimeout: parley.TimeoutRejects, Enabled: true,
}

// priceGone is what a buyer hears of a price that has come under the floor, which is the publisher's own to know.
const priceGone = "The publisher does not sell at this price any more."

// gateChange puts a change before a person: by the publisher's rule that stops it, or else by the one for all changes. A
// minor one that no rule stops is approved at once.
func (w *work) gateChange(ctx context.Context, c *parley.ChangeRequest, deal parley.Deal, after parley.DealTerms, version storage.Pending[int64]) error {
	facts, err := w.weigh(ctx, version, commitment{
		ask: deal.Price.FinalCPM, asked: true, identity: deal.Identity, owner: deal.Owner, deal: &deal, price: after.CPM, currency: after.Currency, impressions: after.Impressions, flight: after.Flight,
		dealType: deal.DealType, tier: deal.Tier, productID: deal.ProductID, inventoryType: deal.InventoryType,
		recommendation: parley.RecommendAccept,
	}, rulesAt[parley.GateChangeRequest])
	if err != nil {
		return err
	}
	rule, stopped, err := w.stoppedChange(ctx, *c, deal, facts, version)
	if err != nil {
		return err
	}
	switch {
	case stopped:
	case c.Severity == parley.SeverityMinor:
		at := w.now
		c.ApprovedBy, c.ApprovedAt = "system", &at
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

// stoppedChange answers the next rule that stops a change. One that is minor or only gives something up meets the rules for
// changes; one that sets terms also meets those for deals, as if the deal were booked on its new terms.
func (w *work) stoppedChange(ctx context.Context, c parley.ChangeRequest, deal parley.Deal, facts parley.ApprovalCase, version storage.Pending[int64]) (parley.ApprovalRule, bool, error) {
	approved, err := w.GrantedApprovals(deal.ProposalID, deal.NegotiationID, deal.QuoteID).Get(ctx)
	if err != nil {
		return parley.ApprovalRule{}, false, err
	}
	// What was approved of another change says nothing of this one, even where the deal's terms come out the same.
	granted := slices.DeleteFunc(approved, func(a parley.Approval) bool {
		return a.ChangeID != c.ID || a.Owner != c.Owner
	})
	gates := rulesAt[parley.GateChangeRequest]
	if c.Severity == parley.SeverityMinor || c.Terms.Cancel != nil || len(c.Diffs) == 0 {
		gates = []parley.Gate{parley.GateChangeRequest}
	}
	return w.stoppedAt(ctx, version, facts, granted, gates)
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
	_, below, err := w.underFloor(ctx, deal, c.Terms)
	if err != nil {
		return outcome{}, err
	}
	if below {
		done.Result, done.Reason = "rejected", priceGone
		return done, w.rejectChange(&c, deal, done.Reason)
	}
	rule, stopped, err := w.stoppedChange(ctx, c, deal, a.Case, w.ApprovalVersion())
	if err != nil {
		return outcome{}, err
	}
	if stopped {
		if err := w.askAboutChange(rule, a.Case, &c, deal); err != nil {
			return outcome{}, err
		}
		c.UpdatedAt = w.now
		c.Version++
		w.UpdateChange(c)
		done.Result, done.Reason = "held", "the rule "+rule.Name+" asks about it too"
		return done, nil
	}
	at := w.now
	c.Status, c.ApprovedBy, c.ApprovedAt, done.Result = parley.ChangeApproved, a.DecidedBy, &at, "accepted"
	return done, w.updateChange(&c, parley.EventChangeApproved, deal, "change_request.review")
}

func (w *work) rejectChange(c *parley.ChangeRequest, deal parley.Deal, reason string) error {
	c.Status, c.RejectionReason = parley.ChangeRejected, reason
	return w.updateChange(c, parley.EventChangeRejected, deal, "change_request.review")
}

// approvableChange keeps the desk itself from approving a price under the floor. The error is for the publisher's people.
func (w *work) approvableChange(ctx context.Context, changeID string) error {
	c, err := w.Change(changeID).Get(ctx)
	if err != nil {
		return err
	}
	deal, err := w.Deal(c.DealID).Get(ctx)
	if err != nil {
		return err
	}
	floor, below, err := w.underFloor(ctx, deal, c.Terms)
	if err != nil || !below {
		return err
	}
	return parley.Invalid("decision", "must be reject: the price is below the floor of %s",
		parley.FormatMicros(floor, deal.Price.Currency.MinorDigits()))
}

// underFloor tells whether a change sets a price under the floor: the product's as it is now, or the one that the deal was
// priced with, whichever is higher.
func (w *work) underFloor(ctx context.Context, deal parley.Deal, terms parley.ChangeTerms) (floor int64, below bool, err error) {
	if terms.CPM == nil {
		return 0, false, nil
	}
	product, err := w.Product(deal.ProductID).Get(ctx)
	if err != nil {
		return 0, false, err
	}
	floor = max(product.FloorCPM, deal.Price.FloorCPM)
	return floor, *terms.CPM < floor, nil
}
