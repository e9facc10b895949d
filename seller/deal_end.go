package seller

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"parley"
	"parley/change"
	"parley/storage"
)

// errMoved ends a transaction that has found something to be locked too late, because it came in between what was looked up
// and what was locked. The flow begins anew.
var errMoved = errors.New("seller: something else came in between")

// hanging is a deal with everything that ends when it does, held until the transaction ends.
type hanging struct {
	deal      parley.Deal
	proposal  *parley.Proposal // that a held deal was made from, or
	quote     *parley.Quote
	approvals []parley.Approval // pending, about the deal, its orders or its changes
	orders    []parley.Order    // living
	changes   []parley.ChangeRequest

	activations []parley.Activation
}

// hold locks a deal with what hangs on it, in the order of all flows: approvals, quote or proposal, deal, orders, changes,
// activations. The ledger's days come last, with what is written.
func (w *work) hold(ctx context.Context, dealID string) (h hanging, err error) {
	known, asked := w.Deal(dealID), w.PendingApprovalsForUpdate(dealID)
	seen, err := known.Get(ctx)
	if err != nil {
		return h, err
	}
	if h.approvals, err = asked.Get(ctx); err != nil {
		return h, err
	}
	if seen.Status == parley.DealProposed {
		if h.quote, h.proposal, err = w.holdOffer(ctx, seen); err != nil {
			return h, err
		}
	}
	locked, orders, changes := w.DealForUpdate(dealID), w.LivingOrdersForUpdate(dealID), w.OpenChangesForUpdate(dealID)
	activations := w.ActivationsForUpdate(dealID)
	again := w.Approvals(storage.ApprovalFilter{DealID: dealID, Status: parley.ApprovalPending})
	if h.deal, err = locked.Get(ctx); err != nil {
		return h, err
	}
	if h.orders, err = orders.Get(ctx); err != nil {
		return h, err
	}
	if h.changes, err = changes.Get(ctx); err != nil {
		return h, err
	}
	if h.activations, err = activations.Get(ctx); err != nil {
		return h, err
	}
	// Whatever asks about a deal holds the deal, so that nothing more is asked from here on.
	present, err := again.Get(ctx)
	if err != nil {
		return h, err
	}
	if !slices.EqualFunc(present.Items, h.approvals, func(a, b parley.Approval) bool { return a.ID == b.ID }) {
		return h, errMoved
	}
	return h, nil
}

// holdOffer locks what a held deal was made from, and answers it.
func (w *work) holdOffer(ctx context.Context, deal parley.Deal) (*parley.Quote, *parley.Proposal, error) {
	if deal.QuoteID != "" {
		quote, err := w.QuoteForUpdate(deal.QuoteID).Get(ctx)
		return &quote, nil, err
	}
	if deal.ProposalID == "" {
		return nil, nil, nil
	}
	proposal, err := w.ProposalForUpdate(deal.ProposalID).Get(ctx)
	return nil, &proposal, err
}

// ended is how a deal ends, and why. The reason reaches the buyer.
type ended struct {
	as     parley.DealStatus
	reason string
	why    parley.ProposalError // for the proposal of a deal that was never booked
	by     string               // the approval or change request that ends it, which is not withdrawn
}

var endings = map[parley.DealStatus]struct {
	event  parley.EventType
	action string
}{
	parley.DealCancelled: {parley.EventDealCancelled, "deal.cancel"},
	parley.DealRejected:  {parley.EventDealRejected, "deal.refuse"},
	parley.DealExpired:   {parley.EventDealExpired, "deal.refuse"},
}

// end is the one way in which a deal ends, whatever ends it: its living orders end, the questions about it are withdrawn, its
// open change requests are over, and what it holds is released.
func (w *work) end(h hanging, how ended) (parley.Deal, error) {
	for _, a := range h.approvals {
		if a.ID == how.by {
			continue
		}
		if err := w.withdraw(a); err != nil {
			return parley.Deal{}, err
		}
	}
	deal, before := h.deal, h.deal.Status
	if before == parley.DealProposed {
		deal.StatusReason = how.why.Detail
		if h.quote != nil {
			w.DeclineQuote(h.quote.ID)
			w.tell(parley.EventQuoteDeclined, []parley.Quote{*h.quote})
		}
		if h.proposal != nil {
			h.proposal.Status, h.proposal.Errors = parley.ProposalFailed, append(h.proposal.Errors, how.why)
			w.updateProposal(h.proposal)
		}
	}
	deal.Status, deal.UpdatedAt = how.as, w.now
	deal.Version++
	w.UpdateDeal(deal)
	for _, order := range h.orders {
		to, _ := order.Status.EndWithDeal()
		if _, err := w.move(order, deal, to, how.reason, nil); err != nil {
			return parley.Deal{}, err
		}
	}
	for _, c := range h.changes {
		if c.ID == how.by {
			continue
		}
		if err := w.endChange(c, deal); err != nil {
			return parley.Deal{}, err
		}
	}
	for _, a := range h.activations {
		if err := w.withdrawActivation(deal, a, "the deal is "+string(deal.Status)); err != nil {
			return parley.Deal{}, err
		}
	}
	if deal.DealType.Guaranteed() && before.HoldsInventory() {
		w.Release(deal.ProductID, deal.Flight, deal.Impressions)
	}
	ending := endings[how.as]
	return deal, w.record(dealEvent(ending.event, deal), ending.action, "deal", deal.ID,
		map[string]any{"status": before}, map[string]any{"status": deal.Status, "reason": how.reason})
}

// endChange ends a change request of a deal that is over: it is rejected, or has failed where it was approved already.
func (w *work) endChange(c parley.ChangeRequest, deal parley.Deal) error {
	reason := "The deal is " + string(deal.Status) + "."
	if c.Status == parley.ChangeApproved {
		c.Status, c.FailureReason = parley.ChangeFailed, reason
		return w.updateChange(&c, parley.EventChangeFailed, deal, "change_request.withdraw")
	}
	c.Status, c.RejectionReason = parley.ChangeRejected, reason
	return w.updateChange(&c, parley.EventChangeRejected, deal, "change_request.withdraw")
}

// stood are the states in which the orders of a deal were.
func (h hanging) stood() map[string]parley.OrderStatus {
	stood := map[string]parley.OrderStatus{}
	for _, order := range h.orders {
		stood[order.ID] = order.Status
	}
	return stood
}

// CancelDeal ends a deal that has not run its course, with all that hangs on it. The end of a deal that runs meets the
// publisher's rules for changes, as a request for it does: where one stops it, the deal goes on, with the change that waits on
// it, until all have granted it and it is cancelled again, or that change is applied.
func (s *Service) CancelDeal(ctx context.Context, call Call, id, reason string, encode Encode[parley.Deal]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Deal, error) {
		version := storage.ApprovalRules.Version(&w.Reader)
		who, err := w.authorize(ctx, needApprover)
		if err != nil {
			return parley.Deal{}, err
		}
		h, err := w.hold(ctx, id)
		if err != nil {
			return parley.Deal{}, err
		}
		if !h.deal.Status.Allows(parley.DealCancelled) {
			return parley.Deal{}, parley.Errorf(parley.CodeConflict, "A deal that is %s cannot be cancelled.", h.deal.Status).
				With("current_status", h.deal.Status)
		}
		if h.deal.Status.Runs() {
			return w.cancelRunning(ctx, who, h, reason, version)
		}
		return w.end(h, ended{as: parley.DealCancelled, reason: reason, why: parley.ProposalError{
			Stage: "booking", Code: "deal_cancelled", Detail: "The publisher cancelled the deal before it was booked.",
		}})
	})
}

// cancelRunning ends a deal that runs, unless a rule for changes stops that.
func (w *work) cancelRunning(ctx context.Context, who parley.Principal, h hanging, reason string, version *storage.Pending[int64]) (parley.Deal, error) {
	if err := change.Changeable(h.deal, w.service.today(w.now)); err != nil {
		return parley.Deal{}, err
	}
	asked := slices.IndexFunc(h.changes, func(c parley.ChangeRequest) bool { return c.Direct() && c.At(w.now).Status == c.Status })
	if asked >= 0 && h.changes[asked].Status == parley.ChangeApproved {
		deal, err := w.applyOrFail(ctx, h, &h.changes[asked], "")
		if err != nil || h.changes[asked].Status != parley.ChangeFailed {
			return h.shown(deal), err
		}
		// What was granted is no longer what the deal is. It is asked about anew.
		h.changes, asked = slices.Delete(h.changes, asked, asked+1), -1
	}
	c, to, err := w.newChange(ctx, who, h.deal, ChangeInput{
		Type: parley.ChangeCancellation, DealID: h.deal.ID, Reason: reason, Proposed: json.RawMessage(`{}`),
		Terms: parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal, Direct: true}},
	})
	if err != nil {
		return parley.Deal{}, err
	}
	stop, err := w.prices().stopsChange(ctx, &c, h.deal, to, version)
	switch {
	case err != nil:
		return parley.Deal{}, err
	case stop == nil:
		return w.end(h, ended{as: parley.DealCancelled, reason: reason})
	case asked < 0:
		h.changes = append(h.changes, c)
		err = w.putBefore(*stop, &h.changes[len(h.changes)-1], h.deal, to)
	}
	return h.shown(h.deal), err
}

// shown is a held deal with those of its changes that are not over.
func (h hanging) shown(deal parley.Deal) parley.Deal {
	deal.Changes = slices.DeleteFunc(slices.Clone(h.changes), func(c parley.ChangeRequest) bool {
		return !deal.Status.Runs() || c.Status != parley.ChangePendingApproval && c.Status != parley.ChangeApproved
	})
	return deal
}
