package seller

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

	"parley"
	"parley/change"
	"parley/inventory"
	"parley/storage"
)

// ChangeInput asks for a deal to be changed.
type ChangeInput struct {
	Type     parley.ChangeType
	DealID   string // this deal, or
	OrderID  string // the deal of this order
	Reason   string
	Proposed json.RawMessage      // an object, as the buyer wrote it
	Terms    parley.ChangeTerms   // what of it the deal has
	Currency parley.Currency      // that the price names; empty: the deal's
	Fixed    parley.ExpectedTerms // what it proposes of what no change moves, which can only be what the deal has
	Expected parley.ExpectedTerms // what the buyer takes the deal's terms to be
	Makegood json.RawMessage      // an object; with a makegood
}

func (in *ChangeInput) check() error {
	var problems parley.Problems
	if _, ok := parley.ParseChangeType(string(in.Type)); !ok {
		problems.Add("change_type", "must be flight_dates, impressions, pricing, creative, targeting, cancellation, makegood or other")
	} else {
		change.Belong(&problems, in.Type, in.Terms)
	}
	if in.DealID == "" && in.OrderID == "" {
		problems.Add("deal_id", "or an order_id is required")
	}
	if in.Type == parley.ChangeMakegood && in.Makegood == nil {
		problems.Add("makegood", "is required: this change_type requires makegood details")
	}
	if in.Type != parley.ChangeMakegood && in.Makegood != nil {
		problems.Add("makegood", "goes with the change of that type alone")
	}
	checkMakegood(&problems, in.Makegood)
	if in.Type == parley.ChangeCancellation && in.Terms.Cancel == nil {
		in.Terms.Cancel = &parley.Cancellation{Share: parley.WholeDeal}
	}
	for _, required := range []struct {
		of    parley.ChangeType
		there bool
		path  string
		says  string
	}{
		{parley.ChangeFlightDates, in.Terms.FlightStart != nil || in.Terms.FlightEnd != nil, "flight_start", "or flight_end is required"},
		{parley.ChangeImpressions, in.Terms.Impressions != nil, "impressions", "is required"},
		{parley.ChangePricing, in.Terms.CPM != nil, "price", "is required"},
	} {
		if in.Type == required.of && !required.there {
			problems.Add("proposed_values."+required.path, "%s with change_type %s", required.says, in.Type)
		}
	}
	if in.Terms.CPM != nil {
		checkCPM(&problems, "proposed_values.price", parley.Money{Micros: *in.Terms.CPM})
	}
	if in.Terms.Impressions != nil {
		checkImpressions(&problems, "proposed_values.impressions", *in.Terms.Impressions)
	}
	if in.Proposed == nil {
		in.Proposed = json.RawMessage(`{}`)
	}
	return problems.Err()
}

// checkMakegood judges the form of what every makegood is answered with.
func checkMakegood(problems *parley.Problems, makegood json.RawMessage) {
	if makegood == nil {
		return
	}
	var members map[string]any
	if json.Unmarshal(makegood, &members) != nil {
		problems.Add("makegood", "must be an object")
		return
	}
	if notes := members["notes"]; notes != nil {
		checkText(problems, "makegood.notes", notes)
	}
	if members["preferred_dayparts"] == nil {
		return
	}
	dayparts, is := members["preferred_dayparts"].([]any)
	for _, daypart := range dayparts {
		_, text := daypart.(string)
		is = is && text
	}
	if !is {
		problems.Add("makegood.preferred_dayparts", "must be a list of texts")
	}
}

// RequestChange is the first step of a change: what it does to the deal is worked out and weighed. A minor one is approved
// at once, unless a rule of the publisher's for changes stops it; any other waits at the gate. It changes nothing yet.
func (s *Service) RequestChange(ctx context.Context, call Call, in ChangeInput, encode Encode[parley.ChangeRequest]) (Answer, error) {
	if err := in.check(); err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (parley.ChangeRequest, error) {
		p, err := w.requestChange(ctx, in)
		return p.Change, err
	})
}

// ChangePreview is what a change comes to as it is asked for.
type ChangePreview struct {
	Change parley.ChangeRequest
	Ask    int64 // CPM that the price list asks for the new terms now, micros
	// ForBuyer tells that the change is the buyer's to apply, once nobody has to be asked about it any more.
	ForBuyer bool
}

// PreviewChange answers what RequestChange would make of a request now, for the publisher. It stores nothing.
func (s *Service) PreviewChange(ctx context.Context, call Call, in ChangeInput) (ChangePreview, error) {
	if err := in.check(); err != nil {
		return ChangePreview{}, err
	}
	call.IdempotencyKey = ""
	var found ChangePreview
	_, err := write(ctx, s, call, nothing[ChangePreview], func(w *work) (ChangePreview, error) {
		var err error
		found, err = w.requestChange(ctx, in)
		return found, cmp.Or(err, needScope(parley.ScopeViewer)(w.who, AnonymousAccess{}), errDryRun)
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return found, err
}

// requestChange stores a change that somebody asks for, approved or before whoever has to be asked about it.
func (w *work) requestChange(ctx context.Context, in ChangeInput) (p ChangePreview, err error) {
	version := storage.ApprovalRules.Version(&w.Reader)
	if in.Terms.OnlyEnds() {
		w.course = ends
	}
	who, err := w.authorize(ctx, needCredential)
	if err != nil {
		return p, err
	}
	deal, err := w.dealToChange(ctx, who, in)
	if err != nil {
		return p, err
	}
	c, to, err := w.newChange(ctx, who, deal, in)
	if err != nil {
		return p, err
	}
	if !in.Terms.OnlyEnds() && !who.IsOperator() {
		if err := w.claimsMayBuy(ctx, goesOn, deal.Identity, deal.Claimed, "deal_id"); err != nil {
			return p, err
		}
	}
	if change.Enlarges(deal.Terms(), to.terms) {
		if err := starts.allowed(w.who); err != nil {
			return p, err
		}
		if err := w.claimsMayBuy(ctx, starts, deal.Identity, deal.Claimed, "deal_id"); err != nil {
			return p, err
		}
		if err := w.allowedFor(ctx, starts, deal.Identity, "deal_id"); err != nil {
			return p, err
		}
	}
	granted := c
	granted.Status = parley.ChangeApproved
	p.Ask, p.ForBuyer = to.price.Ask, w.service.WaitsForBuyer(deal, granted)
	err = w.gateChange(ctx, &c, deal, to, version)
	p.Change = c
	return p, err
}

// dealToChange finds and locks the deal that is meant, for those who may see it.
func (w *work) dealToChange(ctx context.Context, who parley.Principal, in ChangeInput) (parley.Deal, error) {
	dealID := in.DealID
	if in.OrderID != "" {
		order, err := w.Order(in.OrderID).Get(ctx)
		if err != nil {
			return parley.Deal{}, err
		}
		if !who.MaySee(order.Owner) {
			return parley.Deal{}, unknown("order", in.OrderID)
		}
		if dealID != "" && dealID != order.DealID {
			return parley.Deal{}, parley.Invalid("order_id", "is an order of another deal, %s", order.DealID)
		}
		dealID = order.DealID
	}
	seen, err := w.Deal(dealID).Get(ctx)
	if err != nil {
		return parley.Deal{}, err
	}
	if !who.MaySee(seen.Owner) {
		return parley.Deal{}, unknown("deal", dealID)
	}
	deal, err := w.DealForUpdate(dealID).Get(ctx)
	if err != nil {
		return parley.Deal{}, err
	}
	return deal, change.Changeable(deal, w.service.today(w.now))
}

// newChange is the change that somebody asks for, with what it makes of the deal. It is not stored yet, and nobody was asked.
func (w *work) newChange(ctx context.Context, who parley.Principal, deal parley.Deal, in ChangeInput) (c parley.ChangeRequest, to becomes, err error) {
	before := deal.Terms()
	if in.Currency != "" && in.Currency != before.Currency {
		return c, to, parley.Invalid("proposed_values.price.currency", "must be the deal's currency, %s", before.Currency)
	}
	if field, is, differs := change.Unexpected(deal, in.Fixed); differs {
		return c, to, parley.Invalid("proposed_values."+field, "cannot be changed: the deal's is %s", is)
	}
	if field, is, differs := change.Unexpected(deal, in.Expected); differs {
		return c, to, parley.Errorf(parley.CodeContention, "The deal's %s is %s. Read the deal again, then ask.", field, is).
			With("field", field).With("current_value", is)
	}
	after, err := change.NewTerms(before, in.Terms, w.service.today(w.now))
	if err != nil {
		return c, to, err
	}
	if err := w.suitsProduct(ctx, deal, in.Terms, after); err != nil {
		return c, to, err
	}
	c = parley.ChangeRequest{
		ID: w.service.ids.New(parley.PrefixChangeRequest), Owner: deal.Owner, Status: parley.ChangeApproved, Type: in.Type,
		DealID: deal.ID, OrderID: in.OrderID, Reason: in.Reason, Proposed: in.Proposed, Terms: in.Terms,
		Expected: in.Expected, Diffs: change.Differences(before, after), Makegood: in.Makegood,
		AskedBy: parley.SideBuyer, RequestedBy: who.Actor(), RequestedAt: w.now, Version: 1, UpdatedAt: w.now,
	}
	if who.IsOperator() {
		c.AskedBy = parley.SideSeller
	}
	if !c.ForAPerson() {
		c.Expected = change.Expected(deal)
	}
	if path := change.Sets(in.Terms); c.ForAPerson() && path != "" {
		return c, to, parley.Invalid("proposed_values."+path, "is what the deal has already; nothing would change")
	}
	asked, err := w.prices().priceTerms(ctx, deal, after)
	if err != nil {
		return c, to, err
	}
	if err := asked.Askable(c, after, w.service.today(w.now)); err != nil {
		return c, to, err
	}
	if c.Impact, err = w.prices().impact(ctx, deal.ProductID, before, after); err != nil {
		return c, to, err
	}
	if c.Availability, err = w.availabilityOf(ctx, deal, after); err != nil {
		return c, to, err
	}
	return c, becomes{after, asked}, nil
}

// suitsProduct refuses volumes that the product is not sold in.
func (w *work) suitsProduct(ctx context.Context, deal parley.Deal, asked parley.ChangeTerms, after parley.DealTerms) error {
	if asked.Impressions == nil && asked.Cancel == nil {
		return nil
	}
	product, err := w.Product(deal.ProductID).Get(ctx)
	if parley.Is(err, parley.CodeNotFound) && asked.Impressions == nil {
		return nil // what has no product any more can be given up all the same; the price says whether a part can
	}
	if err != nil {
		return err
	}
	return change.SuitsMinimum(asked, after, product.LeastVolume(deal.DealType), w.service.today(w.now))
}

// impact is what a change does to the value of its deal; nil where that is not known. A deal without a volume is worth what is available over
// its flight, as it is when somebody is asked about its booking.
func (p prices) impact(ctx context.Context, productID string, before, after parley.DealTerms) (*parley.PricingImpact, error) {
	for _, terms := range []*parley.DealTerms{&before, &after} {
		if terms.Impressions > 0 || terms.Status == parley.DealCancelled {
			continue
		}
		available, err := p.available(ctx, productID, terms.Flight)
		if err != nil || available == nil {
			return nil, err
		}
		if _, err := parley.DealValue(terms.CPM, *available); err != nil {
			return nil, nil //nolint:nilerr // more than can be reckoned with is not known
		}
		terms.Impressions = *available
	}
	return change.Impact(before, after)
}

// available is what a product has free over a flight; nil where that is not known.
func (p prices) available(ctx context.Context, productID string, flight parley.Flight) (*int64, error) {
	days, err := p.Capacity(productID, flight).Get(ctx)
	return inventory.Available(days, flight), err
}

// availabilityOf asks the ledger whether a guaranteed deal's new terms would fit if its own were given back.
func (w *work) availabilityOf(ctx context.Context, deal parley.Deal, after parley.DealTerms) (*parley.ChangeAvailability, error) {
	if !deal.DealType.Guaranteed() || after.Status == parley.DealCancelled {
		return nil, nil
	}
	days, err := w.Capacity(deal.ProductID, after.Flight).Get(ctx)
	if err != nil {
		return nil, err
	}
	return change.Availability(deal, after, days), nil
}

// priceTerms prices a running deal on terms, to its own buyer, with what the ledger holds for it. Of a product that is not sold any more a deal
// keeps its price on fewer days and for fewer impressions.
func (p prices) priceTerms(ctx context.Context, deal parley.Deal, terms parley.DealTerms) (change.Price, error) {
	asked := offerOf(deal)
	asked.flight, asked.impressions = terms.Flight, terms.Impressions
	if deal.DealType.Guaranteed() {
		asked.held = &holding{flight: deal.Flight, impressions: deal.Impressions}
	}
	now, gone, err := p.priceNow(ctx, asked)
	if gone != nil && !change.AsksForMore(deal.Terms(), terms) {
		gone = nil
	}
	priced := change.Price{CPM: terms.CPM, Ask: now.price.FinalCPM, Floor: now.price.FloorCPM, Gone: gone}
	if priced.Ask == 0 {
		priced.Ask = deal.Price.FinalCPM // of what is not sold any more nothing better is known
	}
	return priced, err
}

// Change reads one change request.
func (s *Service) Change(ctx context.Context, call Call, id string) (parley.ChangeRequest, error) {
	return own(ctx, s, call, needCredential, "change request", id, (*storage.Reader).Change, func(c parley.ChangeRequest) string { return c.Owner },
		func(v *view, who parley.Principal, c parley.ChangeRequest) parley.ChangeRequest {
			return seenChange(who, c.At(v.now))
		})
}

// Changes lists the caller's change requests; an operator sees all.
func (s *Service) Changes(ctx context.Context, call Call, filter storage.ChangeFilter) (storage.Listing[parley.ChangeRequest], error) {
	return ownList(ctx, s, call, func(v *view, owner *string) *storage.Pending[Listing[parley.ChangeRequest]] {
		filter.Owner, filter.Now = owner, v.now
		return v.Changes(filter)
	}, func(v *view, who parley.Principal, c parley.ChangeRequest) parley.ChangeRequest {
		return seenChange(who, c.At(v.now))
	})
}

// seenChange takes out of a change request who of the publisher's people acted.
func seenChange(who parley.Principal, c parley.ChangeRequest) parley.ChangeRequest {
	if who.IsOperator() {
		return c
	}
	for _, actor := range []*string{&c.ApprovedBy, &c.AppliedBy, &c.RequestedBy} {
		if *actor != "" && *actor != who.Actor() && *actor != "system" {
			*actor = "seller"
		}
	}
	return c
}

// ReviewChange is the deal desk's decision on a change that waits for one: it decides the change's approval, and carries the
// decision out.
func (s *Service) ReviewChange(ctx context.Context, call Call, id string, request DecisionRequest, encode Encode[parley.ChangeRequest]) (Answer, error) {
	if request.Decision != "approve" && request.Decision != "reject" {
		return Answer{}, parley.Invalid("decision", "must be approve or reject")
	}
	return write(ctx, s, call, encode, func(w *work) (parley.ChangeRequest, error) {
		pending := w.Change(id)
		if _, err := w.authorize(ctx, needDesk); err != nil {
			return parley.ChangeRequest{}, err
		}
		c, err := pending.Get(ctx)
		if err != nil {
			return parley.ChangeRequest{}, err
		}
		if c.Status != parley.ChangePendingApproval {
			return parley.ChangeRequest{}, notReviewable(c)
		}
		asked, err := w.ApprovalForUpdate(c.ApprovalID).Get(ctx)
		if err != nil {
			return parley.ChangeRequest{}, err
		}
		request.ApprovalID = asked.ID
		if _, err := w.decideAndResume(ctx, asked, request); err != nil {
			return parley.ChangeRequest{}, err
		}
		return w.ChangeForUpdate(id).Get(ctx)
	})
}

func notReviewable(c parley.ChangeRequest) error {
	return parley.Errorf(parley.CodeConflict, "A change request that is %s does not wait for a decision.", c.Status).With("status", c.Status)
}

func (w *work) updateChange(c *parley.ChangeRequest, event parley.EventType, deal parley.Deal, action string) error {
	c.UpdatedAt = w.now
	c.Version++
	w.UpdateChange(*c)
	return w.record(changeEvent(event, *c, deal), action, "change_request", c.ID, nil,
		map[string]any{"status": c.Status, "rejection_reason": c.RejectionReason, "failure_reason": c.FailureReason})
}

func changeEvent(eventType parley.EventType, c parley.ChangeRequest, deal parley.Deal) parley.Event {
	event := dealEvent(eventType, deal)
	event.OrderID, event.ApprovalID = c.OrderID, c.ApprovalID
	event.Data = data(map[string]any{
		"change_request_id": c.ID, "change_type": c.Type, "severity": c.Severity, "status": c.Status, "diffs": c.Diffs,
	})
	return event
}

// ApplyChange makes an approved change of the deal, its orders and the inventory, in one transaction or not at all. It is
// judged anew: what can no longer be applied has failed, for a reason, and what somebody has to be asked about by now, for its
// price, its days or the publisher's rules, waits for that answer. Applying again answers the same.
func (s *Service) ApplyChange(ctx context.Context, call Call, id string, encode Encode[parley.ChangeRequest]) (Answer, error) {
	answer, err := s.applyChange(ctx, call, id, "", encode)
	if errors.Is(err, storage.ErrCapacity) {
		return s.applyChange(ctx, call, id, "There is not enough inventory left for the new terms, or no capacity is declared for some of their days.", encode)
	}
	return answer, err
}

// applyChange applies a change, or writes down why it could not be applied.
func (s *Service) applyChange(ctx context.Context, call Call, id, failure string, encode Encode[parley.ChangeRequest]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.ChangeRequest, error) {
		known := w.Change(id)
		w.course = ends // until the change is known
		who, err := w.authorize(ctx, needCredential)
		if err != nil {
			return parley.ChangeRequest{}, err
		}
		seen, err := known.Get(ctx)
		if err != nil {
			return parley.ChangeRequest{}, err
		}
		if !who.MaySee(seen.Owner) {
			return parley.ChangeRequest{}, unknown("change request", id)
		}
		if !seen.Terms.OnlyEnds() {
			if err := goesOn.allowed(who); err != nil {
				return parley.ChangeRequest{}, err
			}
		}
		h, err := w.hold(ctx, seen.DealID)
		if err != nil {
			return parley.ChangeRequest{}, err
		}
		c, err := w.held(ctx, h, id)
		if err != nil {
			return parley.ChangeRequest{}, err
		}
		if lapsed := c.At(w.now); lapsed.Status != c.Status {
			err := w.updateChange(&lapsed, parley.EventChangeFailed, h.deal, "change_request.lapse")
			return seenChange(who, lapsed), err
		}
		// Both ends of applying are answered again: whoever lost the first answer must learn the same.
		if c.Status == parley.ChangeApplied || c.Status == parley.ChangeFailed {
			return seenChange(who, c), nil
		}
		if c.ForAPerson() {
			return parley.ChangeRequest{}, parley.Errorf(parley.CodeConflict,
				"This request changes none of the deal's terms, so there is nothing to apply. It is approved when somebody has taken it on.").
				With("status", c.Status)
		}
		if c.Status != parley.ChangeApproved {
			return parley.ChangeRequest{}, parley.Errorf(parley.CodeConflict, "A change request that is %s cannot be applied.", c.Status).
				With("status", c.Status)
		}
		if who.IsOperator() && w.prices().moreThanEnds(c, h.deal) {
			if err := unblocked(ctx, &w.Reader, endOrUnblock, boughtBy(h.deal.Identity, h.deal.Claimed)); err != nil {
				return parley.ChangeRequest{}, err
			}
		}
		if !who.IsOperator() && !c.Terms.OnlyEnds() {
			if err := w.claimsMayBuy(ctx, goesOn, h.deal.Identity, h.deal.Claimed, "change_request_id"); err != nil {
				return parley.ChangeRequest{}, err
			}
		}
		_, err = w.applyOrFail(ctx, h, &c, failure)
		return seenChange(who, c), err
	})
}

// held is a change request of a held deal, as it is now. One that is not held with it is over, and changes no more.
func (w *work) held(ctx context.Context, h hanging, id string) (parley.ChangeRequest, error) {
	for _, c := range h.changes {
		if c.ID == id {
			return c, nil
		}
	}
	return w.Change(id).Get(ctx)
}

// applyOrFail applies an approved change, or puts it before somebody once more, or writes down why it cannot be applied. It
// answers the deal as it is then.
func (w *work) applyOrFail(ctx context.Context, h hanging, c *parley.ChangeRequest, failure string) (deal parley.Deal, err error) {
	deal = h.deal
	if err := w.leftToBuyer(*c, deal); err != nil {
		return deal, err
	}
	before, to := deal.Terms(), becomes{}
	if failure == "" {
		if to, failure, err = w.applicable(ctx, *c, deal); err != nil {
			return deal, err
		}
	}
	if failure != "" {
		c.Status, c.FailureReason = parley.ChangeFailed, failure
		return deal, w.updateChange(c, parley.EventChangeFailed, deal, "change_request.apply")
	}
	stop, err := w.prices().stopsChange(ctx, c, deal, to, storage.ApprovalRules.Version(&w.Reader))
	if err != nil {
		return deal, err
	}
	if stop != nil {
		return deal, w.askAgain(*stop, c, deal, "change_request.apply")
	}
	after := to.terms
	at := w.now
	c.Status, c.AppliedBy, c.AppliedAt, c.Before = parley.ChangeApplied, w.who.Actor(), &at, &before
	if after.Status == parley.DealCancelled {
		before.Orders = h.stood()
		if deal, err = w.end(h, ended{as: parley.DealCancelled, reason: c.Reason, by: c.ID}); err != nil {
			return deal, err
		}
	} else {
		deal.Agreed = change.AgreedFlight(deal, *c, after.Flight)
		if err := w.setTerms(ctx, &deal, before, after, h.activations); err != nil {
			return deal, err
		}
	}
	return deal, w.updateChange(c, parley.EventChangeApplied, deal, "change_request.apply")
}

// applicable is what an approved change makes of a deal as things are now, or why, for the buyer, it can no longer be made.
func (w *work) applicable(ctx context.Context, c parley.ChangeRequest, deal parley.Deal) (to becomes, failure string, err error) {
	if to.terms, failure = change.Applicable(c, deal, w.service.today(w.now)); failure != "" {
		return to, failure, nil
	}
	if to.price, err = w.prices().priceTerms(ctx, deal, to.terms); err == nil && change.SetsTerms(c, to.terms, w.service.today(w.now)) && to.price.Gone != nil {
		failure = to.price.Gone.Detail
	}
	return to, failure, err
}

// WaitsForBuyer tells whether an approved change is the buyer's to apply: the seller asked for it, and it costs the buyer.
func (s *Service) WaitsForBuyer(deal parley.Deal, c parley.ChangeRequest) bool {
	return change.WaitsForBuyer(c, deal, s.today(s.clock()))
}

// leftToBuyer refuses to let the seller alone carry out what it asked for and the buyer has not agreed to.
func (w *work) leftToBuyer(c parley.ChangeRequest, deal parley.Deal) error {
	if !w.who.IsOperator() || !change.WaitsForBuyer(c, deal, w.service.today(w.now)) {
		return nil
	}
	return parley.Errorf(parley.CodeForbidden, "The publisher asked for this change, and it costs the buyer: it waits until the buyer applies it.").
		With("status", c.Status)
}

// LapseChanges records that approved changes were applied by nobody in time, and says how many it looked at. Each is done in a
// transaction of its own.
func (s *Service) LapseChanges(ctx context.Context) (int, error) {
	return s.sweepDue(ctx, &s.swept.changes, storage.DueChanges, s.clock(), func(ids []string) error {
		return s.apart(ctx, "an approved change could not lapse", ids, func(tx *storage.Tx, id string) error {
			w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
			return w.lapse(ctx, id)
		})
	})
}

func (w *work) lapse(ctx context.Context, id string) error {
	seen, err := w.Change(id).Get(ctx)
	if err != nil {
		return err
	}
	pendingDeal, pending := w.DealForUpdate(seen.DealID), w.ChangeForUpdate(id)
	deal, err := pendingDeal.Get(ctx)
	if err != nil {
		return err
	}
	c, err := pending.Get(ctx)
	if err != nil {
		return err
	}
	lapsed := c.At(w.now)
	if lapsed.Status == c.Status {
		return nil
	}
	return w.updateChange(&lapsed, parley.EventChangeFailed, deal, "change_request.lapse")
}

// setTerms writes new terms of a deal, has them sent to where it is, and writes what the ledger holds for it.
func (w *work) setTerms(ctx context.Context, deal *parley.Deal, before, after parley.DealTerms, activations []parley.Activation) error {
	deal.Flight, deal.Impressions, deal.Status, deal.UpdatedAt = after.Flight, after.Impressions, after.Status, w.now
	if after.CPM != before.CPM {
		deal.Price = agreedPrice(deal.Price, after.CPM)
	}
	var err error
	if deal.AssumedImpressions, err = w.assumedVolume(ctx, *deal); err != nil {
		return err
	}
	deal.Version++
	w.UpdateDeal(*deal)
	if err := w.rewant(*deal, activations); err != nil {
		return err
	}
	if deal.DealType.Guaranteed() && (before.Flight != after.Flight || before.Impressions != after.Impressions) {
		w.HoldDays(deal.ProductID, before.Flight, after.Flight)
		w.Release(deal.ProductID, before.Flight, before.Impressions)
		w.Reserve(deal.ProductID, after.Flight, after.Impressions)
	}
	return nil
}
