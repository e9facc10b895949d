package seller

import (
	"cmp"
	"context"
	"slices"

	"parley"
	"parley/approval"
	"parley/storage"
)

// gatekeeper answers the approval rules that this transaction sees: the stored ones, after the configured ones.
func (s *Service) gatekeeper(ctx context.Context, r *storage.Reader, version *storage.Pending[int64]) (*approval.Gatekeeper, error) {
	read := func() *storage.Pending[storage.InForce[parley.ApprovalRule]] { return storage.ApprovalRules.InForce(r) }
	return s.gated.of(ctx, "approval rules", version, read, func(stored storage.InForce[parley.ApprovalRule]) (*approval.Gatekeeper, int64, error) {
		gatekeeper, err := approval.Compile(append(slices.Clone(s.settings.ApprovalRules), stored.Rules...))
		return gatekeeper, stored.Version, err
	})
}

// rulesAt are the gates whose rules stop a case at each gate. A later commitment also meets the rules of the earlier ones,
// so that taking another flow is no way around them.
var rulesAt = map[parley.Gate][]parley.Gate{
	parley.GateProposalDecision:  {parley.GateProposalDecision},
	parley.GateNegotiationAccept: {parley.GateNegotiationAccept, parley.GateProposalDecision},
	parley.GateDealBooking:       {parley.GateDealBooking, parley.GateNegotiationAccept, parley.GateProposalDecision},
	parley.GateOrderSubmission:   {parley.GateOrderSubmission},
	// A change that enlarges a deal commits the publisher as booking it would have.
	parley.GateChangeRequest: {parley.GateChangeRequest, parley.GateDealBooking, parley.GateNegotiationAccept, parley.GateProposalDecision},
}

// stoppedAt answers the first of the rules at these gates that a case meets and has no grant of; ok is false when there is
// none. granted are the approvals that may count.
func (p prices) stoppedAt(ctx context.Context, version *storage.Pending[int64], facts parley.ApprovalCase, granted []parley.Approval, gates []parley.Gate) (rule parley.ApprovalRule, ok bool, err error) {
	gatekeeper, err := p.service.gatekeeper(ctx, p.Reader, version)
	if err != nil {
		return parley.ApprovalRule{}, false, err
	}
	rules, err := gatekeeper.Match(facts, gates...)
	if err != nil {
		return parley.ApprovalRule{}, false, err
	}
	for _, rule := range rules {
		if !slices.ContainsFunc(granted, func(a parley.Approval) bool { return approval.Grants(a, rule, facts) }) {
			return rule, true, nil
		}
	}
	return parley.ApprovalRule{}, false, nil
}

// meet asks whether a rule stops a commitment at a gate: the first that matches and was not granted to the same buyer, of the
// same thing, on the same terms. The commitment is weighed as things are now. granting are approvals that count as granted beside those that
// are.
func (p prices) meet(ctx context.Context, version *storage.Pending[int64], c commitment, about parley.Approval, gate parley.Gate, granting ...parley.Approval) (rule parley.ApprovalRule, facts parley.ApprovalCase, stopped bool, err error) {
	gates := rulesAt[gate]
	if facts, err = p.weigh(ctx, version, c, gates); err != nil {
		return rule, facts, false, err
	}
	if rule, stopped, err = p.stoppedAt(ctx, version, facts, granting, gates); err != nil || !stopped {
		return rule, facts, false, err
	}
	// Which approvals there are is looked up only when there is a rule that stops it.
	granted, err := p.GrantedApprovals(about.ProposalID, about.NegotiationID, about.QuoteID).Get(ctx)
	if err != nil {
		return rule, facts, false, err
	}
	granted = append(slices.DeleteFunc(granted, func(a parley.Approval) bool { return !sameSubject(a, about) }), granting...)
	for i := range granted {
		if of := &granted[i].Case; c.counters && of.Volume == facts.Volume && of.Impressions > facts.Impressions {
			of.Impressions, of.Recommendation = facts.Impressions, facts.Recommendation
		}
	}
	if rule, stopped, err = p.stoppedAt(ctx, version, facts, granted, gates); err != nil || !stopped {
		return rule, facts, false, err
	}
	facts, err = p.inFull(ctx, version, c, facts, gates)
	return rule, facts, err == nil, err
}

// sameSubject tells whether an approval was given to this buyer, and of this thing: that of an order or a change is for it
// alone.
func sameSubject(a, about parley.Approval) bool {
	return a.Owner == about.Owner && a.OrderID == about.OrderID && a.ChangeID == about.ChangeID
}

// commitment is what the publisher is about to be held to.
type commitment struct {
	ask, price     int64 // CPM micros
	asked          bool  // the ask is the waterfall's for these terms now
	currency       parley.Currency
	impressions    int64
	available      *int64 // over the flight, of a commitment whose ask is; nil: not known
	flight         parley.Flight
	dealType       parley.DealType
	tier           parley.Tier
	identity       parley.Identity
	owner          string
	productID      string
	inventoryType  string
	recommendation parley.Recommendation
	counters       bool         // it is a counter, of which who granted more impressions has granted enough
	deal           *parley.Deal // the one that it is about, which counts in its buyer's values and holds inventory; nil: none
}

// dealCommitment is what a deal commits the publisher to. ask is the price that it was quoted from.
func dealCommitment(deal parley.Deal, ask int64) commitment {
	return commitment{
		ask: ask, price: deal.Price.FinalCPM, currency: deal.Price.Currency, impressions: deal.Impressions, flight: deal.Flight,
		dealType: deal.DealType, tier: deal.Tier, identity: deal.Identity, owner: deal.Owner, productID: deal.ProductID,
		inventoryType: deal.InventoryType, recommendation: parley.RecommendAccept,
	}
}

// held is what the ledger holds for a commitment already.
func (c commitment) held() *holding {
	if c.deal == nil || !c.deal.DealType.Guaranteed() || !c.deal.Status.HoldsInventory() {
		return nil
	}
	return &holding{flight: c.deal.Flight, impressions: c.deal.Impressions}
}

// facts are what approval rules see of a commitment by itself.
func (c commitment) facts() (parley.ApprovalCase, error) {
	facts := parley.ApprovalCase{
		Price: c.price, Ask: c.ask, Currency: c.currency, Impressions: c.impressions,
		FlightStart: c.flight.Start, FlightEnd: c.flight.End, FlightDays: c.flight.Days(), DealType: c.dealType,
		BuyerTier: c.tier, ProductID: c.productID, InventoryType: c.inventoryType, Recommendation: string(c.recommendation),
	}
	if c.impressions == 0 {
		return facts.Over(c.available), nil
	}
	var err error
	if facts.DealValue, err = parley.DealValue(c.price, c.impressions); err != nil {
		return parley.ApprovalCase{}, parley.Invalid("impressions", "and the price make a deal that is too large")
	}
	return facts, nil
}

// weigh answers what the rules at these gates see of a commitment now: the ask of the waterfall for its terms, however low
// the price has become on its way, and what else its buyer has booked. Without rules nothing is looked up.
func (p prices) weigh(ctx context.Context, version *storage.Pending[int64], c commitment, gates []parley.Gate) (parley.ApprovalCase, error) {
	gatekeeper, err := p.service.gatekeeper(ctx, p.Reader, version)
	if err != nil || !gatekeeper.Has(gates...) {
		facts, broken := c.facts()
		return facts, cmp.Or(err, broken)
	}
	if err := p.askNow(ctx, &c); err != nil {
		return parley.ApprovalCase{}, err
	}
	accounts, err := accountsFor(ctx, p.Reader, at{gatekeeper, gates}, c.identity)
	if err != nil {
		return parley.ApprovalCase{}, err
	}
	facts, err := c.facts()
	facts.AccountIDs = idsOf(accounts)
	// What belongs to nobody yet is nobody's booking.
	if err != nil || c.owner == "" || !gatekeeper.Sums(gates...) {
		return facts, err
	}
	today := p.service.today(p.now)
	booked, err := p.bookedBeside(ctx, c, today)
	if err != nil {
		return facts, err
	}
	c.beside(&facts, booked, today)
	return facts, nil
}

// askNow has a commitment know the waterfall's ask for its terms as they are now, and what is available over its flight.
func (p prices) askNow(ctx context.Context, c *commitment) error {
	if c.asked {
		return nil
	}
	now, gone, err := p.priceNow(ctx, offer{
		productID: c.productID, dealType: c.dealType, flight: c.flight, impressions: c.impressions, currency: c.currency,
		tier: c.tier, identity: c.identity, held: c.held(),
	})
	if err != nil {
		return err
	}
	if c.available = now.available; gone == nil {
		c.ask = now.price.FinalCPM
	}
	return nil
}

// bookedBeside is what the buyer of a commitment has booked, which nobody else adds to until a transaction that writes ends.
func (p prices) bookedBeside(ctx context.Context, c commitment, today parley.Date) (storage.BookedValue, error) {
	if p.tx != nil {
		return p.tx.BookedValueForUpdate(ctx, parley.Payer(c.owner), c.currency, today)
	}
	return p.BookedValue(parley.Payer(c.owner), c.currency, today).Get(ctx)
}

// beside has a case know what its buyer has booked beside the commitment.
func (c commitment) beside(facts *parley.ApprovalCase, booked storage.BookedValue, today parley.Date) {
	facts.ValueToday, facts.ValueOpen = booked.Today, booked.Open
	if c.deal != nil {
		facts.ValueToday -= c.deal.CountsBooked(today)
		facts.ValueOpen -= c.deal.CountsOpen(today)
	}
}

// inFull fills in, of a case that somebody is asked about, what weigh did not look up because no rule at these gates looks at it: people read
// it, and it is kept.
func (p prices) inFull(ctx context.Context, version *storage.Pending[int64], c commitment, facts parley.ApprovalCase, gates []parley.Gate) (parley.ApprovalCase, error) {
	gatekeeper, err := p.service.gatekeeper(ctx, p.Reader, version)
	if err != nil {
		return facts, err
	}
	if !gatekeeper.Has(gates...) {
		if err := p.askNow(ctx, &c); err != nil {
			return facts, err
		}
		floor := facts.Floor
		if facts, err = c.facts(); err != nil {
			return facts, err
		}
		facts.Floor = floor
	}
	if !gatekeeper.PicksAccounts(gates...) {
		accounts, err := accountsNamed(ctx, p.Reader, c.identity)
		if err != nil {
			return facts, err
		}
		facts.AccountIDs = idsOf(accounts)
	}
	if c.owner == "" || gatekeeper.Sums(gates...) {
		return facts, nil
	}
	today := p.service.today(p.now)
	booked, err := p.BookedValue(parley.Payer(c.owner), c.currency, today).Get(ctx)
	c.beside(&facts, booked, today)
	return facts, err
}

// askNext asks the next of the rules that stop what an approval let pass, with the rules as they are now; ok is false when none is left.
func (w *work) askNext(ctx context.Context, granted parley.Approval, c commitment, gate parley.Gate) (asked parley.Approval, ok bool, err error) {
	rule, facts, stopped, err := w.prices().meet(ctx, storage.ApprovalRules.Version(&w.Reader), c, granted, gate)
	if err != nil || !stopped {
		return parley.Approval{}, false, err
	}
	asked, err = w.requestApproval(rule, facts, granted)
	return asked, err == nil, err
}

// requestApproval stores the question to the deal desk. about names what it is about; the rest is filled in.
func (w *work) requestApproval(rule parley.ApprovalRule, facts parley.ApprovalCase, about parley.Approval) (parley.Approval, error) {
	asked := approval.Request(rule, facts, w.now)
	asked.ID, asked.Version, asked.Snapshot = w.service.ids.New(parley.PrefixApproval), 1, about.Snapshot
	asked.Owner, asked.ProposalID, asked.NegotiationID = about.Owner, about.ProposalID, about.NegotiationID
	asked.RequestedBy = about.RequestedBy
	asked.QuoteID, asked.DealID, asked.OrderID, asked.ChangeID = about.QuoteID, about.DealID, about.OrderID, about.ChangeID
	w.InsertApproval(asked)
	return asked, w.record(approvalEvent(parley.EventApprovalRequested, asked), "approval.request", "approval", asked.ID, nil, facts)
}

func approvalEvent(eventType parley.EventType, a parley.Approval) parley.Event {
	flow := a.ProposalID
	if flow == "" {
		flow = a.QuoteID
	}
	told := map[string]any{"approval_id": a.ID, "status": a.Status}
	if a.BuyerMessage != "" {
		told["message"] = a.BuyerMessage
	}
	return parley.Event{
		Type: eventType, Owner: a.Owner, FlowID: flow, ApprovalID: a.ID, ProposalID: a.ProposalID, QuoteID: a.QuoteID,
		NegotiationID: a.NegotiationID, DealID: a.DealID, OrderID: a.OrderID,
		Data:   data(told),
		Detail: data(map[string]any{"gate": a.Gate, "rule_id": a.RuleID, "rule": a.RuleName, "role": a.Role, "second_role": a.SecondRole, "first_by": a.FirstBy, "reason": a.Reason}),
	}
}

// Approvals lists questions to the deal desk, oldest first; without a status, the pending ones.
func (s *Service) Approvals(ctx context.Context, call Call, filter storage.ApprovalFilter) (storage.Listing[parley.Approval], error) {
	return read(ctx, s, call, func(v *view) (storage.Listing[parley.Approval], error) {
		if filter.Status == "" {
			filter.Status = parley.ApprovalPending
		}
		filter.Now = v.now
		pending := v.Approvals(filter)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return storage.Listing[parley.Approval]{}, err
		}
		listing, err := pending.Get(ctx)
		for i := range listing.Items {
			listing.Items[i] = listing.Items[i].At(v.now)
		}
		return listing, err
	})
}

// Approval reads one question and what was answered.
func (s *Service) Approval(ctx context.Context, call Call, id string) (parley.Approval, error) {
	return read(ctx, s, call, func(v *view) (parley.Approval, error) {
		pending := v.Approval(id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.Approval{}, err
		}
		found, err := pending.Get(ctx)
		return found.At(v.now), err
	})
}
