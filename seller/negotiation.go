package seller

import (
	"context"
	"time"

	"parley"
	"parley/negotiation"
	"parley/proposal"
	"parley/storage"
)

// Turn is one exchange of a negotiation, with where it leaves the whole.
type Turn struct {
	Negotiation parley.Negotiation
	Round       parley.NegotiationRound
	Asked       *parley.Approval // the question that this turn led to; nil: none
}

// RoundsRemaining is how many rounds are left; nil once the negotiation is over.
func (t Turn) RoundsRemaining() *int { return negotiation.RoundsRemaining(t.Negotiation) }

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
			problems.Add("buyer_price", "must be left out: a reject must not carry buyer_price")
		}
	default:
		problems.Add("action", "must be counter, final_offer, accept or reject")
	}
	if m.Price != nil {
		checkCPM(&problems, "buyer_price", *m.Price)
	}
	if m.ProposalID == "" && m.QuoteID == "" && m.NegotiationID == "" {
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
	seen, err := s.glance(ctx, message)
	if err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (Turn, error) {
		approvals, profiles := storage.ApprovalRules.Version(&w.Reader), storage.NegotiationProfiles.Version(&w.Reader)
		claimed, ahead := w.claimedAgent(message.AgentURL), w.askAhead(message, seen)
		if message.Action == "reject" {
			w.course = ends
		}
		who, err := w.authorize(ctx, needNegotiation)
		if err != nil {
			return Turn{}, err
		}
		// The tier is the quote's or the proposal's, which was capped when it was made.
		if _, err := capped(ctx, who, claimed); err != nil {
			return Turn{}, err
		}
		asked, err := w.holdQuestion(ctx, message)
		if err != nil {
			return Turn{}, err
		}
		subject, err := w.subject(ctx, message, ahead, profiles)
		if err != nil {
			return Turn{}, err
		}
		if n := subject.negotiation; n.Status == parley.NegotiationPendingApproval && message.Action == "reject" && n.ApprovalID != asked {
			return Turn{}, errMoved
		}
		if message.Action != "reject" {
			if err := w.claimsMayBuy(ctx, goesOn, subject.identity, subject.claimed, "buyer_identity"); err != nil {
				return Turn{}, err
			}
		}
		if turn, held := subject.heldRound(message); held {
			return turn, nil
		}
		if err := subject.expects(message, seen.Rounds); err != nil {
			return Turn{}, err
		}
		return w.respond(ctx, subject, message, approvals)
	})
}

func needNegotiation(p parley.Principal, a AnonymousAccess) error {
	if p.IsOperator() {
		return parley.Errorf(parley.CodeForbidden, "This is the buyer's part; an operator decides approvals.")
	}
	return needProposalAccess(p, a)
}

// respond answers a message.
func (w *work) respond(ctx context.Context, about subject, m Message, approvals *storage.Pending[int64]) (Turn, error) {
	n := about.negotiation
	if n.Status.Concluded() {
		return Turn{}, parley.Errorf(parley.CodeNegotiationClosed, "This negotiation is %s and takes no further round.", n.Status).
			With("status", n.Status)
	}
	if m.Action != "reject" && (n.Status == parley.NegotiationPendingApproval || m.Action != "accept" && negotiation.AwaitsDesk(n)) {
		return Turn{}, parley.Errorf(parley.CodeContention, "Your price is with the publisher's deal desk. Wait for its decision.").
			With("status", n.Status)
	}
	if m.Price != nil && m.Price.Currency != "" && m.Price.Currency != n.Currency {
		return Turn{}, parley.Invalid("buyer_price.currency", "must be the negotiation's currency, %s", n.Currency)
	}
	if m.Price != nil {
		if err := parley.CheckCPM("buyer_price", m.Price.Micros, n.Currency); err != nil {
			return Turn{}, err
		}
	}
	var gone *parley.ProposalError
	if m.Action != "reject" {
		var err error
		if gone, err = w.stands(ctx, &n, about.identity); err != nil {
			return Turn{}, err
		}
		about.negotiation = n
	}
	decision, err := answerTo(n, m, gone)
	if err != nil {
		return Turn{}, err
	}
	decision.Round.BuyerReason = m.Rationale
	return w.carry(ctx, about, decision, gone, approvals)
}

// carry does what a decision says with the negotiation that it is about. gone says why the seller cannot stand by its last price.
func (w *work) carry(ctx context.Context, about subject, decision negotiation.Decision, gone *parley.ProposalError, approvals *storage.Pending[int64]) (Turn, error) {
	n := about.negotiation
	switch decision.Round.Action {
	case parley.ActionAccept:
		return w.agree(ctx, about, decision, approvals)
	case parley.ActionReject:
		return w.endWithout(ctx, about, decision, gone)
	case parley.ActionCounter, parley.ActionFinalOffer:
	}
	n = decision.Record(n, w.now)
	n.ExpiresAt = w.renewed(n)
	round := n.Rounds[len(n.Rounds)-1]
	if about.proposal != nil {
		p := about.proposal
		p.CounterTerms = proposal.CounterTerms(*p, n)
		w.updateProposal(p)
		w.InsertEvent(w.event(proposalEvent(parley.EventProposalCountered, *p), ""))
	}
	if err := w.heard(ctx, about.day, n); err != nil {
		return Turn{}, err
	}
	return Turn{Negotiation: n, Round: round}, w.storeRound(about, n)
}

// renewed gives the buyer its full time to answer, but none beyond what the negotiation is about.
func (w *work) renewed(n parley.Negotiation) time.Time {
	next := w.now.Add(w.service.settings.NegotiationTTL)
	if n.QuoteID != "" && next.After(n.ExpiresAt) {
		return n.ExpiresAt
	}
	return next
}

// answerTo is the engine's answer to a message. gone says why the seller cannot stand by its last price any more.
func answerTo(n parley.Negotiation, m Message, gone *parley.ProposalError) (negotiation.Decision, error) {
	if gone != nil {
		var price int64
		if m.Price != nil {
			price = m.Price.Micros
		}
		decision, err := negotiation.TermsChanged(n, price)
		decision.Round.Rationale = gone.Detail
		return decision, err
	}
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
	if n.HeldBy != "" {
		return negotiation.Hold(n, m.Price.Micros)
	}
	return negotiation.Evaluate(n, m.Price.Micros)
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
