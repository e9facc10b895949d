package seller

import (
	"cmp"
	"context"
	"errors"

	"parley"
	"parley/proposal"
	"parley/storage"
)

// ProposalRequest is a buyer's offer on its own terms.
type ProposalRequest struct {
	ProductID   string
	DealType    string
	Price       parley.Money // CPM; an empty currency means the product's
	Impressions int64
	Start       *parley.Date
	End         *parley.Date
	Identity    parley.Identity
	Carried     parley.Carried
}

func needProposalAccess(p parley.Principal, a AnonymousAccess) error {
	return needUnlessAllowed(p, a.Proposals)
}

// check reads what can be judged without the product, and puts what the buyer says of itself into form.
func (r *ProposalRequest) check(today parley.Date) (parley.DealType, parley.Flight, error) {
	var problems parley.Problems
	if r.ProductID == "" {
		problems.Add("product_id", "is required")
	}
	dealType := checkDealType(&problems, r.DealType)
	var named parley.Problems
	cleanIdentity(&named, "", &r.Identity)
	for _, n := range named {
		problems.Add(cmp.Or(map[string]string{"seat_id": "buyer_id"}[n.Path], n.Path), "%s", n.Message)
	}
	checkPlan(&problems, &r.Carried.AudiencePlan)
	checkCPM(&problems, "price", r.Price)
	if r.Impressions == 0 {
		problems.Add("impressions", "is required")
	}
	checkImpressions(&problems, "impressions", r.Impressions)
	if r.Start == nil {
		problems.Add("start_date", "is required")
	}
	if r.End == nil {
		problems.Add("end_date", "is required")
	}
	var flight parley.Flight
	if r.Start != nil && r.End != nil {
		var dates parley.Problems
		flight = checkFlight(&dates, r.Start, r.End, today)
		for _, d := range dates {
			problems.Add(map[string]string{"flight_start": "start_date", "flight_end": "end_date"}[d.Path], "%s", d.Message)
		}
	}
	return dealType, flight, problems.Err()
}

// SubmitProposal is the first step of proposal to deal: the proposal is priced and checked against the inventory, and
// accepted, countered, rejected, or put before a person.
func (s *Service) SubmitProposal(ctx context.Context, call Call, request ProposalRequest, encode Encode[parley.Proposal]) (Answer, error) {
	dealType, flight, err := request.check(s.today(s.clock()))
	if err != nil {
		return Answer{}, err
	}
	if err := s.admitAnonymous(ctx, call, storage.AnonymousProposals); err != nil {
		return Answer{}, err
	}
	audience := request.Carried.AudiencePlan
	if call.anonymous() {
		request.Carried = request.Carried.WithoutDocuments()
	}
	return write(ctx, s, call, encode, func(w *work) (parley.Proposal, error) {
		pendingProduct, days := w.Product(request.ProductID), w.Capacity(request.ProductID, flight)
		versions, claimed := w.askVersions(), w.claimedAgent(request.Carried.AgentURL)
		w.course = starts
		who, err := w.authorize(ctx, needNegotiation)
		if err != nil {
			return parley.Proposal{}, err
		}
		if who, err = capped(ctx, who, claimed); err != nil {
			return parley.Proposal{}, err
		}
		if err := w.claimsMayBuy(ctx, starts, who.Identity, request.Identity.Beyond(who.Identity), "buyer_identity"); err != nil {
			return parley.Proposal{}, err
		}
		product, err := pendingProduct.Get(ctx)
		if err != nil {
			return parley.Proposal{}, unknownProduct(err, request.ProductID)
		}
		if err := cmp.Or(request.suits(product), checkAudience(audience, product)); err != nil {
			return parley.Proposal{}, err
		}
		capacity, err := days.Get(ctx)
		if err != nil {
			return parley.Proposal{}, err
		}
		proposal := parley.Proposal{
			ID: s.ids.New(parley.PrefixProposal), Owner: who.Owner(), Party: party(who, call.Address),
			ProductID: product.ID, ProductName: product.Name, InventoryType: product.InventoryType, DealType: dealType,
			ProposedCPM: parley.Money{Micros: request.Price.Micros, Currency: product.Currency},
			Impressions: request.Impressions, Flight: flight, Tier: who.Tier(),
			Identity: who.Identity, Claimed: request.Identity.Beyond(who.Identity), Carried: request.Carried, Version: 1,
			CreatedAt: w.now, UpdatedAt: w.now, ExpiresAt: w.now.Add(s.settings.ProposalTTL),
		}
		w.InsertEvent(w.event(proposalEvent(parley.EventProposalReceived, proposal), ""))
		verifying, err := w.verifyingQuote(proposal)
		if err != nil {
			return parley.Proposal{}, err
		}
		if err := w.handleProposal(ctx, &proposal, product, capacity, versions, verifying); err != nil {
			return parley.Proposal{}, err
		}
		return proposal, nil
	})
}

// suits refuses what no evaluation could answer.
func (r ProposalRequest) suits(product parley.Product) error {
	if err := offered(product); err != nil {
		return err
	}
	var problems parley.Problems
	if r.Price.Currency != "" && r.Price.Currency != product.Currency {
		problems.Add("price.currency", "must be the product's currency, %s", product.Currency)
	} else {
		problems.AddCPM("price", r.Price.Micros, product.Currency)
	}
	dealType, _ := parley.ParseDealType(r.DealType)
	if least := product.LeastVolume(dealType); r.Impressions < least {
		problems.Add("impressions", "must be at least the product's minimum of %d", least)
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return checkValue(r.Price.Micros, r.Impressions)
}

// versions are the versions of everything that a proposal is judged by.
type versions struct {
	pricing, approval, negotiation *storage.Pending[int64]
}

func (w *work) askVersions() versions {
	return versions{storage.PricingRules.Version(&w.Reader), storage.ApprovalRules.Version(&w.Reader), storage.NegotiationProfiles.Version(&w.Reader)}
}

// handleProposal is the ProposalHandlingFlow: it evaluates a new proposal, meets the approval gate with the outcome, and
// stores what came of it.
func (w *work) handleProposal(ctx context.Context, p *parley.Proposal, product parley.Product, capacity []parley.DayCapacity, v versions,
	verifying *storage.Pending[string]) error {
	e := proposal.Evaluate(proposal.Facts{
		Product: product, DealType: p.DealType, Flight: p.Flight, CPM: p.ProposedCPM.Micros, Impressions: p.Impressions, Capacity: capacity,
	})
	var opened opening
	if e.Recommendation != parley.RecommendReject {
		var err error
		if p.Ask, err = w.ask(ctx, *p, product, e, v.pricing); err != nil {
			return err
		}
		if e = e.Priced(p.Ask); e.Recommendation != parley.RecommendAccept {
			terms, err := w.bargain(ctx, v.negotiation, aboutProposal(*p))
			if err != nil {
				return err
			}
			if e, opened, err = w.openOn(ctx, p, terms, e); err != nil {
				return err
			}
		}
	}
	p.Recommendation, p.Errors = e.Recommendation, e.Errors
	if err := verify(ctx, p, verifying); err != nil {
		return err
	}
	w.InsertEvent(w.event(proposalEvent(parley.EventProposalEvaluated, *p), ""))

	price := e.AgreedCPM
	if opened.countered {
		price = opened.negotiation.StandingCPM()
	}
	rule, stopped, facts, err := w.proposalGate(ctx, *p, price, e, v.approval)
	if err != nil {
		return err
	}
	p.Trace = e.Trace
	if stopped {
		p.Trace = append(p.Trace, parley.EvaluationStep{
			Stage: "approval", Outcome: "required", Facts: map[string]any{"rule": rule.Name, "rule_id": rule.ID},
		})
		if err := w.holdProposal(p, rule, facts, price, e.Offered); err != nil {
			return err
		}
		return w.mayWait(ctx, p.Identity, p.Owner, p.ProductID)
	}
	return w.concludeProposal(ctx, p, e, opened)
}

// ask is the price of the waterfall for the volume that can be had.
func (w *work) ask(ctx context.Context, p parley.Proposal, product parley.Product, e proposal.Evaluation, version *storage.Pending[int64]) (parley.PriceDecision, error) {
	return w.service.waterfall(ctx, &w.Reader, version, parley.PriceInput{
		Product: product, Tier: p.Tier, Identity: p.Identity, DealType: p.DealType, Flight: p.Flight,
		Impressions: e.Offered, Available: e.Available, Today: w.service.today(w.now),
	})
}

// proposalGate asks whether a rule stops the outcome.
func (w *work) proposalGate(ctx context.Context, p parley.Proposal, price int64, e proposal.Evaluation, version *storage.Pending[int64]) (parley.ApprovalRule, bool, parley.ApprovalCase, error) {
	c := proposalCommitment(p, heldTerms{Recommendation: e.Recommendation, Price: price, Impressions: e.Offered})
	c.asked, c.available = true, e.Available
	if e.Recommendation == parley.RecommendReject {
		facts, err := c.facts()
		return parley.ApprovalRule{}, false, facts, err
	}
	rule, facts, stopped, err := w.prices().meet(ctx, version, c, parley.Approval{Owner: p.Owner, ProposalID: p.ID}, parley.GateProposalDecision)
	return rule, stopped, facts, err
}

// proposalCommitment is what the answer to a proposal commits the publisher to.
func proposalCommitment(p parley.Proposal, terms heldTerms) commitment {
	return commitment{
		ask: p.Ask.FinalCPM, price: terms.Price, currency: p.ProposedCPM.Currency, impressions: terms.Impressions, flight: p.Flight,
		dealType: p.DealType, tier: p.Tier, identity: p.Identity, owner: p.Owner, productID: p.ProductID,
		inventoryType: p.InventoryType, recommendation: terms.Recommendation,
	}
}

// heldTerms is the state from which what was held at a gate goes on.
type heldTerms struct {
	Recommendation parley.Recommendation `json:"recommendation"`
	Price          int64                 `json:"price_micros"`
	Impressions    int64                 `json:"impressions"`
}

// holdProposal puts the outcome before a person. Nothing is committed.
func (w *work) holdProposal(proposal *parley.Proposal, rule parley.ApprovalRule, facts parley.ApprovalCase, price, volume int64) error {
	state, err := snapshot(heldTerms{Recommendation: proposal.Recommendation, Price: price, Impressions: volume})
	if err != nil {
		return err
	}
	proposal.Status, proposal.NegotiationID, proposal.CounterTerms = parley.ProposalPendingApproval, "", nil
	asked, err := w.requestApproval(rule, facts, parley.Approval{
		Owner: proposal.Owner, ProposalID: proposal.ID, RequestedBy: w.who.Actor(), Snapshot: state,
	})
	if err != nil {
		return err
	}
	proposal.ApprovalID = asked.ID
	w.InsertProposal(*proposal)
	return w.audit("proposal.submit", "proposal", proposal.ID, nil, map[string]any{"status": proposal.Status})
}

// concludeProposal stores an evaluated proposal that no rule stopped.
func (w *work) concludeProposal(ctx context.Context, p *parley.Proposal, e proposal.Evaluation, opened opening) error {
	var event parley.EventType
	switch e.Recommendation {
	case parley.RecommendAccept:
		w.accept(p, e.AgreedCPM, e.Offered)
		event = parley.EventProposalAccepted
	case parley.RecommendCounter:
		p.Status = parley.ProposalCounterOffered
		event = parley.EventProposalCountered
	case parley.RecommendReject:
		p.Status = parley.ProposalRejected
		event = parley.EventProposalRejected
	}
	w.InsertProposal(*p)
	if opened.countered {
		if err := w.storeOpening(opened.negotiation); err != nil {
			return err
		}
	}
	if opened.day != nil {
		n := opened.negotiation
		n.AgreedCPM = p.AgreedCPM
		if err := w.heard(ctx, opened.day, n); err != nil {
			return err
		}
	}
	return w.record(proposalEvent(event, *p), "proposal.submit", "proposal", p.ID, nil,
		map[string]any{"status": p.Status, "recommendation": p.Recommendation})
}

// accept sets what was agreed.
func (w *work) accept(proposal *parley.Proposal, price, impressions int64) {
	proposal.Status, proposal.AgreedCPM, proposal.AgreedImpressions = parley.ProposalAccepted, &price, &impressions
	proposal.UpdatedAt = w.now
}

// verifyingQuote asks for a quote that this seller has given this buyer for the product, within 1% of the proposed price; nil of a
// buyer that nobody knows.
func (w *work) verifyingQuote(p parley.Proposal) (*storage.Pending[string], error) {
	from, upTo, err := proposal.VerifyingCPMs(p.ProposedCPM.Micros)
	if err != nil || p.Owner == "" {
		return nil, err
	}
	return w.VerifyingQuote(p.Owner, p.ProductID, from, upTo, w.now), nil
}

// verify tells of the proposed price whether there is such a quote.
func verify(ctx context.Context, p *parley.Proposal, verifying *storage.Pending[string]) error {
	quoteID := ""
	if verifying != nil {
		var err error
		if quoteID, err = verifying.Get(ctx); err != nil {
			return err
		}
	}
	p.PricingVerified, p.VerificationReason = proposal.Verification(quoteID)
	return nil
}

// Proposal reads one proposal, as its buyer polls it.
func (s *Service) Proposal(ctx context.Context, call Call, id string) (parley.Proposal, error) {
	return own(ctx, s, call, needProposalAccess, "proposal", id, (*storage.Reader).Proposal, func(p parley.Proposal) string { return p.Owner },
		func(v *view, who parley.Principal, p parley.Proposal) parley.Proposal {
			return seenProposal(who, p.At(v.now))
		})
}

// seenProposal takes out of a proposal what is for the publisher alone.
func seenProposal(who parley.Principal, p parley.Proposal) parley.Proposal {
	if who.IsOperator() {
		return p
	}
	p.Trace = nil
	p.Ask = parley.PriceDecision{Currency: p.Ask.Currency}
	return p
}

// Proposals lists the caller's proposals; an operator sees all.
func (s *Service) Proposals(ctx context.Context, call Call, filter storage.ProposalFilter) (storage.Listing[parley.Proposal], error) {
	return ownList(ctx, s, call, func(v *view, owner *string) *storage.Pending[Listing[parley.Proposal]] {
		filter.Owner, filter.Now = owner, v.now
		return v.Proposals(filter)
	}, func(v *view, who parley.Principal, p parley.Proposal) parley.Proposal {
		return seenProposal(who, p.At(v.now))
	})
}

// WithdrawProposal takes a proposal back, by its buyer: what it was waiting for is over, and nothing can be booked from it.
func (s *Service) WithdrawProposal(ctx context.Context, call Call, id, reason string, encode Encode[parley.Proposal]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Proposal, error) {
		proposal, err := w.ownProposal(ctx, id)
		if err != nil {
			return parley.Proposal{}, err
		}
		if !proposal.Status.Allows(parley.ProposalWithdrawn) {
			return parley.Proposal{}, parley.Errorf(parley.CodeConflict, "A proposal that is %s cannot be withdrawn.", proposal.Status).
				With("status", proposal.Status)
		}
		before := proposal.Status
		if err := w.withdrawApproval(ctx, proposal.ApprovalID); err != nil {
			return parley.Proposal{}, err
		}
		if err := w.abandonNegotiation(ctx, proposal.NegotiationID, parley.NegotiationRejected); err != nil {
			return parley.Proposal{}, err
		}
		proposal.Status = parley.ProposalWithdrawn
		w.updateProposal(&proposal)
		over, err := w.declineBound(ctx, proposal.ID, "")
		if err != nil {
			return parley.Proposal{}, err
		}
		if err := w.endHoldsOf(ctx, over); err != nil {
			return parley.Proposal{}, err
		}
		return proposal, w.record(proposalEvent(parley.EventProposalWithdrawn, proposal), "proposal.withdraw", "proposal", proposal.ID,
			map[string]any{"status": before}, map[string]any{"status": proposal.Status, "reason": reason})
	})
}

// ownProposal locks a proposal for its buyer, or for an anonymous caller that knows its id, with the approval that it waits
// for.
func (w *work) ownProposal(ctx context.Context, id string) (parley.Proposal, error) {
	known := w.Proposal(id)
	w.course = ends
	who, err := w.authorize(ctx, needProposalAccess)
	if err != nil {
		return parley.Proposal{}, err
	}
	if who.IsOperator() {
		return parley.Proposal{}, parley.Errorf(parley.CodeForbidden, "This is the buyer's part; an operator decides approvals.")
	}
	seen, err := known.Get(ctx)
	if err != nil {
		return parley.Proposal{}, err
	}
	if !who.MaySee(seen.Owner) {
		return parley.Proposal{}, unknown("proposal", id)
	}
	proposal, err := w.lockProposal(ctx, seen)
	return proposal.At(w.now), err
}

// lockProposal locks a proposal that has been looked up, and before it the approval that it waits for.
func (w *work) lockProposal(ctx context.Context, seen parley.Proposal) (parley.Proposal, error) {
	if seen.ApprovalID != "" {
		w.ApprovalForUpdate(seen.ApprovalID)
	}
	proposal, err := w.ProposalForUpdate(seen.ID).Get(ctx)
	if err == nil && proposal.ApprovalID != seen.ApprovalID {
		return parley.Proposal{}, errMoved
	}
	return proposal, err
}

func (w *work) updateProposal(proposal *parley.Proposal) {
	proposal.UpdatedAt = w.now
	proposal.Version++
	w.UpdateProposal(*proposal)
}

// rejectProposal ends a proposal for a reason.
func (w *work) rejectProposal(proposal *parley.Proposal, why parley.ProposalError) {
	proposal.Status, proposal.Errors = parley.ProposalRejected, append(proposal.Errors, why)
	w.updateProposal(proposal)
	w.InsertEvent(w.event(proposalEvent(parley.EventProposalRejected, *proposal), ""))
}

// withdrawApproval ends a question to the deal desk whose subject is gone.
func (w *work) withdrawApproval(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	found, err := w.ApprovalForUpdate(id).Get(ctx)
	if err != nil || found.Status != parley.ApprovalPending {
		return err
	}
	return w.withdraw(found)
}

// withdraw is withdrawApproval of a pending one that is held already.
func (w *work) withdraw(found parley.Approval) error {
	if found.PlannedFor != nil {
		if err := w.failPlan(&found, "What was to be decided is over."); err != nil {
			return err
		}
	}
	found.Status, found.Reason = parley.ApprovalWithdrawn, "what was to be decided is over"
	found.Version++
	w.UpdateApproval(found)
	return w.audit("approval.withdraw", "approval", found.ID, map[string]any{"status": parley.ApprovalPending}, map[string]any{"status": found.Status})
}

// abandonNegotiation ends the negotiation of what is over.
func (w *work) abandonNegotiation(ctx context.Context, id string, as parley.NegotiationStatus) error {
	if id == "" {
		return nil
	}
	n, err := w.NegotiationForUpdate(id).Get(ctx)
	if err != nil || n.Status.Concluded() {
		return err
	}
	return w.conclude(&n, as, nil)
}

// ProposalBooking turns an accepted proposal into a deal.
type ProposalBooking struct {
	ProposalID string
	Identity   parley.Identity
	// MaxCPM is the highest price that the caller would book at; nil: whatever was agreed.
	MaxCPM *parley.Money
}

// BookProposal is the last step: an accepted proposal becomes a deal on the agreed terms. Asking again answers the same
// deal. A price above the caller's limit is CodeCeilingExceeded, and books nothing.
func (s *Service) BookProposal(ctx context.Context, call Call, request ProposalBooking, encode Encode[parley.Deal]) (Answer, error) {
	if request.ProposalID == "" {
		return Answer{}, parley.Invalid("proposal_id", "is required")
	}
	var problems parley.Problems
	cleanIdentity(&problems, "buyer_identity.", &request.Identity)
	if err := problems.Err(); err != nil {
		return Answer{}, err
	}
	book := func(dealIDs []string) (Answer, error) {
		return write(ctx, s, call, encode, func(w *work) (parley.Deal, error) {
			pending, gate := w.ProposalForUpdate(request.ProposalID), w.askGate()
			who, err := w.authorize(ctx, needBuyer)
			if err != nil {
				return parley.Deal{}, err
			}
			proposal, err := pending.Get(ctx)
			if err != nil {
				return parley.Deal{}, err
			}
			if !who.MaySee(proposal.Owner) {
				return parley.Deal{}, unknown("proposal", request.ProposalID)
			}
			if err := startsWith(proposal.Owner).allowed(who); err != nil {
				return parley.Deal{}, err
			}
			if proposal.DealID != "" {
				return w.dealOfProposal(ctx, who, proposal)
			}
			if proposal = proposal.At(w.now); proposal.Status != parley.ProposalAccepted {
				return parley.Deal{}, parley.Errorf(parley.CodeConflict, "This proposal is %s; only an accepted one becomes a deal.", proposal.Status).
					With("status", proposal.Status)
			}
			deal := dealFromProposal(proposal, who, request.Identity, dealIDs[0])
			deal.CreatedAt, deal.UpdatedAt = w.now, w.now
			if err := within(request.MaxCPM, deal.Price); err != nil {
				return parley.Deal{}, err
			}
			now, why, err := w.honours(ctx, offerOf(deal), *proposal.AgreedCPM)
			if err != nil {
				return parley.Deal{}, err
			}
			if why != nil {
				return parley.Deal{}, notHonoured(why)
			}
			return w.bookAgreed(ctx, deal, proposal, now.price.FinalCPM, gate)
		})
	}
	answer, err := s.withRoom(ctx, func() (Answer, error) { return s.mintDeals(1, book) })
	if errors.Is(err, storage.ErrCapacity) {
		return Answer{}, s.proposalShortOfInventory(ctx, request.ProposalID, err)
	}
	return answer, err
}

// dealOfProposal answers the deal that a proposal became, to its buyer.
func (w *work) dealOfProposal(ctx context.Context, who parley.Principal, proposal parley.Proposal) (parley.Deal, error) {
	deal, err := w.Deal(proposal.DealID).Get(ctx)
	if err == nil && !who.MaySee(deal.Owner) {
		return parley.Deal{}, unknown("proposal", proposal.ID)
	}
	return deal, err
}

func dealFromProposal(p parley.Proposal, who parley.Principal, named parley.Identity, dealID string) parley.Deal {
	facts := pricedFor(p.Owner, p.Identity, who)
	claimed := named.Or(p.Claimed).Beyond(facts)
	return parley.Deal{
		ID: dealID, Owner: who.Owner(), Status: parley.DealBooked, ProposalID: p.ID, NegotiationID: p.NegotiationID,
		ProductID: p.ProductID, ProductName: p.ProductName, InventoryType: p.InventoryType, DealType: p.DealType,
		MediaType: parley.MediaDigital, Impressions: *p.AgreedImpressions, Flight: p.Flight,
		Price: agreedPrice(p.Ask, *p.AgreedCPM), Tier: p.Tier, Identity: facts, Claimed: claimed, Carried: p.Carried, Version: 1,
	}
}

// agreedPrice is a waterfall's price with what was agreed instead of it.
func agreedPrice(ask parley.PriceDecision, agreed int64) parley.PriceDecision {
	if agreed == ask.FinalCPM {
		return ask
	}
	return priceSet(ask, parley.StepAgreed, agreed, "Agreed price")
}

// priceSet is a waterfall's price with another one in its place, and what that is called.
func priceSet(ask parley.PriceDecision, step string, cpm int64, called string) parley.PriceDecision {
	price := ask
	price.Steps = append(append([]parley.PriceStep(nil), ask.Steps...), parley.PriceStep{Name: step, Before: ask.FinalCPM, After: cpm})
	price.FinalCPM = cpm
	price.Rationale = called + ": " + parley.FormatMicros(cpm, ask.Currency.MinorDigits()) + " " + string(ask.Currency) + " CPM."
	return price
}

// bookAgreed writes the deal of an accepted proposal, held at the gate when a rule stops it.
func (w *work) bookAgreed(ctx context.Context, deal parley.Deal, proposal parley.Proposal, ask int64, gate dealGate) (parley.Deal, error) {
	deal, err := w.gateDeal(ctx, deal, bookedFor(deal, proposal.Owner, proposal.Identity, proposal.Claimed), ask, w.who.Actor(), gate)
	if err != nil {
		return parley.Deal{}, err
	}
	proposal.Status, proposal.DealID = parley.ProposalBooked, deal.ID
	w.updateProposal(&proposal)
	over, err := w.declineBound(ctx, proposal.ID, "")
	if err != nil {
		return parley.Deal{}, err
	}
	return deal, w.reserveFor(ctx, deal, over)
}

func (s *Service) proposalShortOfInventory(ctx context.Context, proposalID string, cause error) error {
	var proposal parley.Proposal
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		var err error
		proposal, err = r.Proposal(proposalID).Get(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return s.shortOfInventory(ctx, proposal.ProductID, proposal.Flight, cause)
}

func proposalEvent(eventType parley.EventType, p parley.Proposal) parley.Event {
	members := map[string]any{
		"product_id": p.ProductID, "deal_type": p.DealType, "impressions": p.Impressions, "status": p.Status,
		"proposed_cpm_micros": p.ProposedCPM.Micros, "currency": p.ProposedCPM.Currency,
	}
	if p.Recommendation != "" {
		members["recommendation"] = p.Recommendation
	}
	if p.AgreedCPM != nil {
		members["agreed_cpm_micros"] = *p.AgreedCPM
	}
	if p.CounterTerms != nil {
		members["counter_cpm_micros"] = p.CounterTerms.ProposedCPM
		if p.CounterTerms.MaxImpressions != nil {
			members["counter_impressions"] = *p.CounterTerms.MaxImpressions
		}
	}
	return parley.Event{
		Type: eventType, Owner: p.Owner, FlowID: p.ID, ProposalID: p.ID, NegotiationID: p.NegotiationID, DealID: p.DealID,
		ApprovalID: p.ApprovalID, Data: data(members),
	}
}
