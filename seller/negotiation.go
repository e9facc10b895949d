package seller

import (
	"context"
	"fmt"
	"time"

	"parley"
	"parley/negotiation"
	"parley/storage"
)

// bargainedBy is the negotiation profiles compiled from one version of the stored ones.
type bargainedBy struct {
	version int64
	policy  *negotiation.Policy
}

// policy answers the negotiation profiles that this transaction sees.
func (s *Service) policy(ctx context.Context, r storage.Reader, version storage.Pending[int64]) (*negotiation.Policy, error) {
	current, err := version.Get(ctx)
	if err != nil {
		return nil, err
	}
	if cached := s.bargained.Load(); cached != nil && cached.version == current {
		return cached.policy, nil
	}
	config, err := r.NegotiationConfig().Get(ctx)
	if err != nil {
		return nil, err
	}
	policy, err := negotiation.Compile(config.Profiles)
	if err != nil {
		return nil, parley.Internal(fmt.Errorf("stored negotiation profiles do not compile: %w", err))
	}
	s.bargained.Store(&bargainedBy{version: config.Version, policy: policy})
	return policy, nil
}

// bargain answers how the seller negotiates with this buyer over this product.
func (w *work) bargain(ctx context.Context, version storage.Pending[int64], with negotiation.Request) (negotiation.Selection, error) {
	policy, err := w.service.policy(ctx, w, version)
	if err != nil {
		return negotiation.Selection{}, err
	}
	return policy.Select(with), nil
}

func aboutProposal(p parley.Proposal) negotiation.Request {
	return negotiation.Request{
		Tier: p.Tier, ProductID: p.ProductID, InventoryType: p.InventoryType, DealType: p.DealType, Identity: p.Identity,
	}
}

// Turn is one exchange of a negotiation, with where it leaves the whole.
type Turn struct {
	Negotiation parley.Negotiation
	Round       parley.NegotiationRound
}

// RoundsRemaining is how many rounds are left; nil once the negotiation is over.
func (t Turn) RoundsRemaining() *int { return negotiation.RoundsRemaining(t.Negotiation) }

// openOn answers a proposal that is not accepted as it is: the engine may still take its price, and otherwise the
// negotiation opens with the proposal's price as its first round.
func (w *work) openOn(ctx context.Context, proposal *parley.Proposal, limits parley.NegotiationLimits, e *evaluation) (*parley.Negotiation, error) {
	n := parley.Negotiation{
		ProposalID: proposal.ID, Owner: proposal.Owner, ProductID: proposal.ProductID, DealType: proposal.DealType,
		Impressions: e.offered, Flight: proposal.Flight, Tier: proposal.Tier,
	}
	if err := w.open(ctx, &n, proposal.Ask, limits, proposal.ExpiresAt); err != nil {
		return nil, err
	}
	decision, err := negotiation.Evaluate(n, proposal.ProposedCPM.Micros)
	if err != nil {
		return nil, err
	}
	if decision.Round.Action == parley.ActionAccept {
		if e.offered == e.volume {
			e.recommendation = parley.RecommendAccept
			e.step("negotiate", "accept", map[string]any{"trace": decision.Trace})
			return nil, nil
		}
		// The price is good and the volume is not: the price stands, and the buyer answers for less.
		decision.Round.Action, decision.Status = parley.ActionCounter, parley.NegotiationActive
		decision.Round.Rationale = "The price is good for the volume that is left. Accept it, or decline."
	}
	n = decision.Record(n, w.now)
	round := n.Rounds[0]
	e.step("negotiate", string(round.Action), map[string]any{"trace": decision.Trace})
	proposal.NegotiationID = n.ID
	proposal.CounterTerms = counterTerms(n, round, e.offered, e.volume)
	return &n, nil
}

// open fills in a new negotiation: its price to begin with, its limits, and what the buyer's other negotiations of the
// day leave of them.
func (w *work) open(ctx context.Context, n *parley.Negotiation, ask parley.PriceDecision, limits parley.NegotiationLimits, until time.Time) error {
	s := w.service
	n.ID, n.Status, n.Version = s.ids.New(parley.PrefixNegotiation), parley.NegotiationActive, 1
	n.Currency, n.BaseCPM, n.FloorCPM, n.Limits = ask.Currency, ask.FinalCPM, ask.FloorCPM, limits
	n.StartedAt, n.UpdatedAt, n.ExpiresAt = w.now, w.now, w.now.Add(s.settings.NegotiationTTL)
	if n.ExpiresAt.After(until) {
		n.ExpiresAt = until
	}
	w.LockNegotiations(n.Owner, n.ProductID)
	today, err := w.NegotiationsOn(n.Owner, n.ProductID, s.midnight(w.now)).Get(ctx)
	if err != nil || len(today) < s.settings.NegotiationsPerDay {
		return err
	}
	// Asking again under new ids must not map out the publisher's prices: from here on the lowest price that the buyer has
	// heard today is the only one it hears.
	n.LowestCPM, err = negotiation.Bound(n.Currency, n.BaseCPM, today)
	return err
}

// counterTerms are what a round offers the buyer of a proposal.
func counterTerms(n parley.Negotiation, round parley.NegotiationRound, offered, asked int64) *parley.CounterTerms {
	terms := &parley.CounterTerms{
		ProposedCPM: round.SellerCPM, Reason: round.Rationale, NegotiationID: n.ID, RoundNumber: round.Number, Action: round.Action,
	}
	if offered < asked {
		terms.MaxImpressions = &offered
		terms.Reason = fmt.Sprintf("This offer is for %d of the %d impressions that were asked for. %s", offered, asked, round.Rationale)
	}
	return terms
}

// storeOpening writes a new negotiation with the rounds it has.
func (w *work) storeOpening(n parley.Negotiation) error {
	w.InsertNegotiation(n)
	w.InsertEvent(w.event(negotiationEvent(parley.EventNegotiationStarted, n), ""))
	if len(n.Rounds) > 0 {
		w.InsertEvent(w.event(negotiationEvent(parley.EventNegotiationRound, n), ""))
	}
	return w.audit("negotiation.open", "negotiation", n.ID, nil, map[string]any{"base_micros": n.BaseCPM, "limits": n.Limits})
}

// Message is what a buyer says in a negotiation.
type Message struct {
	ProposalID    string // opens or continues the negotiation on this proposal, or
	QuoteID       string // opens or continues the one on this quote, or
	NegotiationID string // continues this one
	Action        string // counter, accept, reject; final_offer is a counter that the buyer will not improve
	Price         *parley.Money
	Round         *int // the number that the sender expects its round to get
	Rationale     string
	AgentURL      string // of the agent that says to send it; a blocked one is refused
}

// CounterProposal answers a counter-offer with another price.
func (s *Service) CounterProposal(ctx context.Context, call Call, proposalID string, price parley.Money, encode Encode[Turn]) (Answer, error) {
	return s.Negotiate(ctx, call, Message{ProposalID: proposalID, Action: "counter", Price: &price}, encode)
}

func (m Message) check() error {
	var problems parley.Problems
	switch m.Action {
	case "counter", "final_offer":
		if m.Price == nil {
			problems.Add("buyer_price", "is required with %s", m.Action)
		}
	case "accept":
	case "reject":
		if m.Price != nil {
			problems.Add("buyer_price", "a reject must not carry buyer_price")
		}
	default:
		problems.Add("action", "must be counter, final_offer, accept or reject")
	}
	if m.Price != nil {
		checkCPM(&problems, "buyer_price", *m.Price)
	}
	named := 0
	for _, id := range []string{m.ProposalID, m.QuoteID, m.NegotiationID} {
		if id != "" {
			named++
		}
	}
	if named == 0 {
		problems.Add("negotiation_id", "or a proposal_id or a quote_id is required")
	}
	return problems.Err()
}

// Negotiate is one turn of a negotiation: the buyer's message, and the seller's answer to it.
func (s *Service) Negotiate(ctx context.Context, call Call, message Message, encode Encode[Turn]) (Answer, error) {
	if err := message.check(); err != nil {
		return Answer{}, err
	}
	// A price answers what its sender saw. When another message came in between, this one is refused rather than read as an
	// answer to a price that its sender did not know.
	seen, err := s.roundsSeen(ctx, message)
	if err != nil {
		return Answer{}, err
	}
	return change(ctx, s, call, encode, func(w *work) (Turn, error) {
		approvals, profiles := w.ApprovalVersion(), w.NegotiationVersion()
		claimed := w.claimedAgent(message.AgentURL)
		who, err := w.authorize(ctx, needNegotiation)
		if err != nil {
			return Turn{}, err
		}
		// The tier is the quote's or the proposal's, which was capped when it was made.
		if _, err := capped(ctx, who, claimed); err != nil {
			return Turn{}, err
		}
		subject, err := w.subject(ctx, message, profiles)
		if err != nil {
			return Turn{}, err
		}
		if err := subject.expects(message, seen); err != nil {
			return Turn{}, err
		}
		return w.turn(ctx, subject, message, approvals)
	})
}

func needNegotiation(p parley.Principal, a AnonymousAccess) error {
	if p.IsOperator() {
		return parley.Errorf(parley.CodeForbidden, "This is the buyer's part; an operator decides approvals.")
	}
	return needProposalAccess(p, a)
}

// roundsSeen is how many rounds there are before this request waits for its turn.
func (s *Service) roundsSeen(ctx context.Context, message Message) (int, error) {
	var count int
	err := s.store.Read(ctx, func(r storage.Reader) error {
		filter := storage.NegotiationFilter{ProposalID: message.ProposalID, QuoteID: message.QuoteID, Page: storage.Page{Limit: 1}}
		if message.NegotiationID != "" {
			n, err := r.Negotiation(message.NegotiationID).Get(ctx)
			if parley.CodeOf(err) == parley.CodeNotFound && err != nil {
				return nil
			}
			count = len(n.Rounds)
			return err
		}
		found, err := r.Negotiations(filter).Get(ctx)
		for _, n := range found.Items {
			count = len(n.Rounds)
		}
		return err
	})
	return count, err
}

// subject is a negotiation with what it is about: a proposal, or a quote.
type subject struct {
	negotiation   parley.Negotiation
	fresh         bool // opened by this message
	proposal      *parley.Proposal
	inventoryType string
	productName   string
}

// subject finds, locks or opens the negotiation that a message is for.
func (w *work) subject(ctx context.Context, m Message, profiles storage.Pending[int64]) (subject, error) {
	if m.NegotiationID != "" {
		known, err := w.Negotiation(m.NegotiationID).Get(ctx)
		if err != nil {
			return subject{}, err
		}
		if !w.who.MaySee(known.Owner) || m.ProposalID != "" && m.ProposalID != known.ProposalID || m.QuoteID != "" && m.QuoteID != known.QuoteID {
			return subject{}, unknown("negotiation", m.NegotiationID)
		}
		m.ProposalID, m.QuoteID = known.ProposalID, known.QuoteID
	}
	if m.ProposalID != "" {
		return w.proposalSubject(ctx, m.ProposalID)
	}
	return w.quoteSubject(ctx, m.QuoteID, profiles)
}

func (w *work) proposalSubject(ctx context.Context, proposalID string) (subject, error) {
	proposal, err := w.ProposalForUpdate(proposalID).Get(ctx)
	if err != nil {
		return subject{}, err
	}
	if !w.who.MaySee(proposal.Owner) {
		return subject{}, unknown("proposal", proposalID)
	}
	if proposal = proposal.At(w.now); proposal.NegotiationID == "" {
		return subject{}, parley.Errorf(parley.CodeNegotiationClosed, "This proposal is %s; there is nothing to negotiate.", proposal.Status).
			With("status", proposal.Status)
	}
	n, err := w.NegotiationForUpdate(proposal.NegotiationID).Get(ctx)
	if err != nil {
		return subject{}, err
	}
	if n = n.At(w.now); proposal.Status == parley.ProposalExpired && !n.Status.Concluded() {
		n.Status = parley.NegotiationExpired
	}
	return subject{negotiation: n, proposal: &proposal, inventoryType: proposal.InventoryType, productName: proposal.ProductName}, nil
}

func (w *work) quoteSubject(ctx context.Context, quoteID string, profiles storage.Pending[int64]) (subject, error) {
	pending, present := w.QuoteForUpdate(quoteID), w.NegotiationOnQuote(quoteID)
	quote, err := pending.Get(ctx)
	if err != nil {
		return subject{}, err
	}
	if !w.who.MaySee(quote.Owner) {
		return subject{}, unknown("quote", quoteID)
	}
	about := subject{inventoryType: quote.InventoryType, productName: quote.ProductName}
	found, err := present.Get(ctx)
	if err != nil {
		return subject{}, err
	}
	quote = quote.At(w.now)
	if found != nil {
		if about.negotiation, err = w.NegotiationForUpdate(found.ID).Get(ctx); err != nil {
			return subject{}, err
		}
		about.negotiation = about.negotiation.At(w.now)
		if quote.Status != parley.QuoteAvailable && !about.negotiation.Status.Concluded() {
			about.negotiation.Status = parley.NegotiationExpired
		}
		return about, nil
	}
	if quote.Status == parley.QuoteExpired {
		return subject{}, expired(quote)
	}
	if quote.Status != parley.QuoteAvailable {
		return subject{}, parley.Errorf(parley.CodeNegotiationClosed, "This quote is %s; there is nothing to negotiate.", quote.Status).
			With("status", quote.Status)
	}
	terms, err := w.bargain(ctx, profiles, negotiation.Request{
		Tier: quote.Tier, ProductID: quote.ProductID, InventoryType: quote.InventoryType, DealType: quote.DealType, Identity: quote.Identity,
	})
	if err != nil {
		return subject{}, err
	}
	about.fresh = true
	about.negotiation = parley.Negotiation{
		QuoteID: quote.ID, Owner: quote.Owner, ProductID: quote.ProductID, DealType: quote.DealType,
		Impressions: quote.Impressions, Flight: quote.Flight, Tier: quote.Tier,
	}
	return about, w.open(ctx, &about.negotiation, quote.Price, terms.Limits, quote.ExpiresAt)
}

// expects refuses a message that was written before the last round.
func (s subject) expects(m Message, seen int) error {
	rounds := len(s.negotiation.Rounds)
	stale := rounds != seen || m.Round != nil && *m.Round != rounds+1
	if !stale || s.negotiation.Status.Concluded() {
		return nil
	}
	return parley.Errorf(parley.CodeContention, "Another message came first: round %d is the last one now. Read the negotiation, then answer.", rounds).
		With("round_number", rounds)
}

// turn answers a message.
func (w *work) turn(ctx context.Context, about subject, m Message, approvals storage.Pending[int64]) (Turn, error) {
	n := about.negotiation
	if n.Status.Concluded() {
		return Turn{}, parley.Errorf(parley.CodeNegotiationClosed, "This negotiation is %s and takes no further round.", n.Status).
			With("status", n.Status)
	}
	if n.Status == parley.NegotiationPendingApproval && m.Action != "reject" {
		return Turn{}, parley.Errorf(parley.CodeContention, "Your price is with the publisher's deal desk. Wait for its decision.").
			With("status", n.Status)
	}
	if m.Price != nil && m.Price.Currency != "" && m.Price.Currency != n.Currency {
		return Turn{}, parley.Invalid("buyer_price.currency", "must be the negotiation's currency, %s", n.Currency)
	}
	decision, err := answerTo(n, m)
	if err != nil {
		return Turn{}, err
	}
	decision.Round.BuyerReason = m.Rationale
	switch decision.Round.Action {
	case parley.ActionAccept:
		return w.agree(ctx, about, decision, approvals)
	case parley.ActionReject:
		return w.endWithout(ctx, about, decision)
	case parley.ActionCounter, parley.ActionFinalOffer:
	}
	n = decision.Record(n, w.now)
	n.ExpiresAt = w.renewed(n)
	round := n.Rounds[len(n.Rounds)-1]
	if about.proposal != nil {
		p := about.proposal
		p.CounterTerms = counterTerms(n, round, n.Impressions, p.Impressions)
		w.updateProposal(p)
		w.InsertEvent(w.event(proposalEvent(parley.EventProposalCountered, *p), ""))
	}
	return Turn{n, round}, w.storeRound(about, n)
}

// renewed gives the buyer its full time to answer, but none beyond what the negotiation is about.
func (w *work) renewed(n parley.Negotiation) time.Time {
	next := w.now.Add(w.service.settings.NegotiationTTL)
	if n.QuoteID != "" && next.After(n.ExpiresAt) {
		return n.ExpiresAt
	}
	return next
}

// answerTo is the engine's answer to a message.
func answerTo(n parley.Negotiation, m Message) (negotiation.Decision, error) {
	switch m.Action {
	case "accept":
		if standing := n.StandingCPM(); m.Price != nil && m.Price.Micros != standing {
			return negotiation.Decision{}, parley.Errorf(parley.CodeContention, "The price to accept is %s; send a counter to offer another.",
				parley.FormatMicros(standing, n.Currency.MinorDigits()))
		}
		return negotiation.AcceptStanding(n)
	case "reject":
		n.Status = parley.NegotiationActive // a buyer may walk away from a price that waits for approval, too
		return negotiation.Reject(n)
	}
	return negotiation.Evaluate(n, m.Price.Micros)
}

// agree meets the approval gate with an accepted price, and concludes when no rule stops it.
func (w *work) agree(ctx context.Context, about subject, decision negotiation.Decision, approvals storage.Pending[int64]) (Turn, error) {
	n := about.negotiation
	facts, err := commitment{
		ask: n.BaseCPM, price: decision.Round.SellerCPM, currency: n.Currency, impressions: n.Impressions, flight: n.Flight,
		dealType: n.DealType, tier: n.Tier, productID: n.ProductID, inventoryType: about.inventoryType,
		recommendation: parley.RecommendAccept,
	}.facts()
	if err != nil {
		return Turn{}, err
	}
	granted, err := w.GrantedApprovals(n.ProposalID, n.ID, n.QuoteID).Get(ctx)
	if err != nil {
		return Turn{}, err
	}
	rule, stopped, err := w.stopped(ctx, approvals, facts, granted, parley.GateNegotiationAccept)
	if err != nil {
		return Turn{}, err
	}
	if stopped {
		return w.holdAgreement(about, decision, rule, facts)
	}
	n = decision.Record(n, w.now)
	round := n.Rounds[len(n.Rounds)-1]
	if about.proposal != nil {
		w.accept(about.proposal, round.SellerCPM, n.Impressions)
		w.updateProposal(about.proposal)
		w.InsertEvent(w.event(proposalEvent(parley.EventProposalAccepted, *about.proposal), ""))
	}
	return Turn{n, round}, w.storeConclusion(about, n)
}

// holdAgreement puts an agreed price before a person. The round answers the buyer's own price and binds nobody yet.
func (w *work) holdAgreement(about subject, decision negotiation.Decision, rule parley.ApprovalRule, facts parley.ApprovalCase) (Turn, error) {
	n := about.negotiation
	state, err := snapshot(heldTerms{Recommendation: parley.RecommendAccept, Price: decision.Round.SellerCPM, Impressions: n.Impressions})
	if err != nil {
		return Turn{}, err
	}
	asked, err := w.requestApproval(rule, facts, parley.Approval{
		Owner: n.Owner, ProposalID: n.ProposalID, NegotiationID: n.ID, QuoteID: n.QuoteID, Snapshot: state,
	})
	if err != nil {
		return Turn{}, err
	}
	decision.Round.Action, decision.Status = parley.ActionCounter, parley.NegotiationPendingApproval
	decision.Round.Rationale = "Your price is with the publisher's deal desk for approval. Read the negotiation for its decision."
	n = decision.Record(n, w.now)
	n.ApprovalID = asked.ID
	if about.proposal != nil {
		about.proposal.Status, about.proposal.ApprovalID = parley.ProposalPendingApproval, asked.ID
		w.updateProposal(about.proposal)
	}
	return Turn{n, n.Rounds[len(n.Rounds)-1]}, w.storeRound(about, n)
}

// endWithout concludes a negotiation that came to nothing.
func (w *work) endWithout(ctx context.Context, about subject, decision negotiation.Decision) (Turn, error) {
	if about.negotiation.Status == parley.NegotiationPendingApproval {
		if err := w.withdrawApproval(ctx, about.negotiation.ApprovalID); err != nil {
			return Turn{}, err
		}
	}
	if about.proposal != nil {
		w.rejectProposal(about.proposal, parley.ProposalError{
			Stage: "negotiation", Code: "no_agreement", Detail: "The negotiation ended without an agreement.",
		})
	}
	n := decision.Record(about.negotiation, w.now)
	return Turn{n, n.Rounds[len(n.Rounds)-1]}, w.storeConclusion(about, n)
}

// storeRound writes the turn of a negotiation that goes on.
func (w *work) storeRound(about subject, n parley.Negotiation) error {
	if about.fresh {
		return w.storeOpening(n)
	}
	round := n.Rounds[len(n.Rounds)-1]
	n.Version++
	w.UpdateNegotiation(n)
	w.InsertRound(n.ID, round)
	return w.record(negotiationEvent(parley.EventNegotiationRound, n), "negotiation.round", "negotiation", n.ID, nil, round)
}

// storeConclusion writes the last turn of a negotiation.
func (w *work) storeConclusion(about subject, n parley.Negotiation) error {
	before := parley.NegotiationActive
	if about.fresh {
		if err := w.storeOpening(n); err != nil {
			return err
		}
	} else {
		before = about.negotiation.Status
		w.InsertRound(n.ID, n.Rounds[len(n.Rounds)-1])
		n.Version++
		w.UpdateNegotiation(n)
		w.InsertEvent(w.event(negotiationEvent(parley.EventNegotiationRound, n), ""))
	}
	return w.recordConclusion(n, before)
}

func (w *work) recordConclusion(n parley.Negotiation, before parley.NegotiationStatus) error {
	return w.record(negotiationEvent(parley.EventNegotiationConcluded, n), "negotiation.conclude", "negotiation", n.ID,
		map[string]any{"status": before}, map[string]any{"status": n.Status, "agreed_micros": n.AgreedCPM})
}

// conclude ends a negotiation without another round.
func (w *work) conclude(n *parley.Negotiation, status parley.NegotiationStatus, agreed *int64) error {
	before, at := n.Status, w.now
	n.Status, n.AgreedCPM, n.EndedAt, n.UpdatedAt = status, agreed, &at, w.now
	n.Version++
	w.UpdateNegotiation(*n)
	return w.recordConclusion(*n, before)
}

// Negotiation reads one negotiation with its rounds.
func (s *Service) Negotiation(ctx context.Context, call Call, id string) (parley.Negotiation, error) {
	return look(ctx, s, call, func(v *view) (parley.Negotiation, error) {
		pending := v.Negotiation(id)
		who, err := v.authorize(ctx, needProposalAccess)
		if err != nil {
			return parley.Negotiation{}, err
		}
		n, err := pending.Get(ctx)
		if err == nil && !who.MaySee(n.Owner) {
			return parley.Negotiation{}, unknown("negotiation", id)
		}
		return seenNegotiation(who, n.At(v.now)), err
	})
}

// ProposalNegotiation reads the negotiation of a proposal.
func (s *Service) ProposalNegotiation(ctx context.Context, call Call, proposalID string) (parley.Negotiation, error) {
	return look(ctx, s, call, func(v *view) (parley.Negotiation, error) {
		pending := v.Negotiations(storage.NegotiationFilter{ProposalID: proposalID, Page: storage.Page{Limit: 1}})
		who, err := v.authorize(ctx, needProposalAccess)
		if err != nil {
			return parley.Negotiation{}, err
		}
		found, err := pending.Get(ctx)
		if err != nil {
			return parley.Negotiation{}, err
		}
		if len(found.Items) == 0 || !who.MaySee(found.Items[0].Owner) {
			return parley.Negotiation{}, unknown("negotiation on proposal", proposalID)
		}
		return seenNegotiation(who, found.Items[0].At(v.now)), nil
	})
}

// Negotiations lists the caller's negotiations; an operator sees all.
func (s *Service) Negotiations(ctx context.Context, call Call, filter storage.NegotiationFilter) (storage.Listing[parley.Negotiation], error) {
	return look(ctx, s, call, func(v *view) (storage.Listing[parley.Negotiation], error) {
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return storage.Listing[parley.Negotiation]{}, err
		}
		filter.Owner, filter.Now = ownOnly(who), v.now
		listing, err := v.Negotiations(filter).Get(ctx)
		for i := range listing.Items {
			listing.Items[i] = seenNegotiation(who, listing.Items[i].At(v.now))
		}
		return listing, err
	})
}

// seenNegotiation takes out of a negotiation what is for the publisher alone.
func seenNegotiation(who parley.Principal, n parley.Negotiation) parley.Negotiation {
	if who.IsOperator() {
		return n
	}
	n.FloorCPM, n.LowestCPM = 0, 0
	n.Limits = parley.NegotiationLimits{MaxRounds: n.Limits.MaxRounds}
	rounds := make([]parley.NegotiationRound, len(n.Rounds))
	for i, round := range n.Rounds {
		round.Trace = nil
		rounds[i] = round
	}
	n.Rounds = rounds
	return n
}

func negotiationEvent(eventType parley.EventType, n parley.Negotiation) parley.Event {
	flow := n.ProposalID
	if flow == "" {
		flow = n.QuoteID
	}
	members := map[string]any{"product_id": n.ProductID, "status": n.Status, "currency": n.Currency}
	if last := len(n.Rounds) - 1; last >= 0 {
		members["round_number"], members["action"] = n.Rounds[last].Number, n.Rounds[last].Action
		members["buyer_cpm_micros"], members["seller_cpm_micros"] = n.Rounds[last].BuyerCPM, n.Rounds[last].SellerCPM
	}
	if n.AgreedCPM != nil {
		members["agreed_cpm_micros"] = *n.AgreedCPM
	}
	return parley.Event{
		Type: eventType, Owner: n.Owner, FlowID: flow, ProposalID: n.ProposalID, QuoteID: n.QuoteID, NegotiationID: n.ID,
		ApprovalID: n.ApprovalID, Data: data(members),
	}
}
