package seller

import (
	"context"

	"parley"
	"parley/negotiation"
	"parley/storage"
)

// subject is a negotiation with what it is about: a proposal, or a quote.
type subject struct {
	negotiation   parley.Negotiation
	fresh         bool                   // opened by this message
	day           *parley.NegotiationDay // of a fresh one, where it is counted
	proposal      *parley.Proposal
	inventoryType string
	productName   string
	identity      parley.Identity // of the buyer, as its credential vouches for it
	claimed       parley.Identity // what it said of itself beyond that
	writtenBy     string          // the operator who wrote the quote; empty when its buyer asked
}

// subjectAhead is what has been asked of a subject before it was known who asks for it.
type subjectAhead struct {
	proposalID  string // or
	quoteID     string
	proposal    *storage.Pending[parley.Proposal]
	quote       *storage.Pending[parley.Quote]
	negotiation *storage.Pending[parley.Negotiation]
	id          string // of the negotiation
}

// askAhead asks for what a message is about as it was seen, and what its price depends on, in the order in which rows are locked.
// A rejection locks an approval before.
func (w *work) askAhead(m Message, seen storage.NegotiationGlance) subjectAhead {
	if m.Action == "reject" || seen.ID == "" {
		return subjectAhead{}
	}
	ahead := subjectAhead{proposalID: seen.ProposalID, quoteID: seen.QuoteID, id: seen.ID}
	if seen.ProposalID != "" {
		ahead.proposal = w.ProposalForUpdate(seen.ProposalID)
	} else {
		ahead.quote = w.QuoteForUpdate(seen.QuoteID)
	}
	ahead.negotiation = w.NegotiationForUpdate(seen.ID)
	facts := w.prices().facts(seen.ProductID, seen.Flight)
	w.ahead = &facts
	return ahead
}

// proposalForUpdate and the like answer what has been asked ahead, or ask for it.
func (w *work) proposalForUpdate(id string, ahead subjectAhead) *storage.Pending[parley.Proposal] {
	if ahead.proposal != nil && ahead.proposalID == id {
		return ahead.proposal
	}
	return w.ProposalForUpdate(id)
}

func (w *work) quoteForUpdate(id string, ahead subjectAhead) *storage.Pending[parley.Quote] {
	if ahead.quote != nil && ahead.quoteID == id {
		return ahead.quote
	}
	return w.QuoteForUpdate(id)
}

func (w *work) negotiationForUpdate(id string, ahead subjectAhead) *storage.Pending[parley.Negotiation] {
	if ahead.negotiation != nil && ahead.id == id {
		return ahead.negotiation
	}
	return w.NegotiationForUpdate(id)
}

// subject finds, locks or opens the negotiation that a message is for.
func (w *work) subject(ctx context.Context, m Message, ahead subjectAhead, profiles *storage.Pending[int64]) (subject, error) {
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
		return w.proposalSubject(ctx, m.ProposalID, ahead)
	}
	return w.quoteSubject(ctx, m.QuoteID, ahead, profiles)
}

// holdQuestion locks the approval that the negotiation of a rejection waits for, which the rejection ends: approvals are
// locked before all else. It answers the approval's id; "" without one.
func (w *work) holdQuestion(ctx context.Context, m Message) (string, error) {
	if m.Action != "reject" {
		return "", nil
	}
	filter := storage.NegotiationFilter{ProposalID: m.ProposalID, QuoteID: m.QuoteID, Page: storage.Page{Limit: 1}}
	var found []parley.Negotiation
	if m.NegotiationID != "" {
		n, err := w.Negotiation(m.NegotiationID).Get(ctx)
		if err != nil {
			return "", err
		}
		found = []parley.Negotiation{n}
	} else {
		listing, err := w.Negotiations(filter).Get(ctx)
		if err != nil {
			return "", err
		}
		found = listing.Items
	}
	for _, n := range found {
		if n.Status == parley.NegotiationPendingApproval && w.who.MaySee(n.Owner) {
			w.ApprovalForUpdate(n.ApprovalID)
			return n.ApprovalID, nil
		}
	}
	return "", nil
}

func (w *work) proposalSubject(ctx context.Context, proposalID string, ahead subjectAhead) (subject, error) {
	proposal, err := w.proposalForUpdate(proposalID, ahead).Get(ctx)
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
	n, err := w.negotiationForUpdate(proposal.NegotiationID, ahead).Get(ctx)
	if err != nil {
		return subject{}, err
	}
	if n = n.At(w.now); proposal.Status == parley.ProposalExpired && !n.Status.Concluded() {
		n.Status = parley.NegotiationExpired
	}
	return subject{negotiation: n, proposal: &proposal, inventoryType: proposal.InventoryType, productName: proposal.ProductName,
		identity: proposal.Identity, claimed: proposal.Claimed}, nil
}

func (w *work) quoteSubject(ctx context.Context, quoteID string, ahead subjectAhead, profiles *storage.Pending[int64]) (subject, error) {
	pending, present := w.quoteForUpdate(quoteID, ahead), w.NegotiationOnQuote(quoteID)
	quote, err := pending.Get(ctx)
	if err != nil {
		return subject{}, err
	}
	if !quote.VisibleTo(w.who) {
		return subject{}, unknown("quote", quoteID)
	}
	about := subject{
		inventoryType: quote.InventoryType, productName: quote.ProductName, identity: quote.Identity, claimed: quote.Claimed, writtenBy: quote.CreatedBy,
	}
	found, err := present.Get(ctx)
	if err != nil {
		return subject{}, err
	}
	quote = quote.At(w.now)
	if found != nil {
		if about.negotiation, err = w.negotiationForUpdate(found.ID, ahead).Get(ctx); err != nil {
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
	if quote.ProposalID != "" || quote.NegotiationID != "" {
		return subject{}, parley.Errorf(parley.CodeNegotiationClosed, "This quote's price is agreed; there is nothing to negotiate.").
			With("status", quote.Status)
	}
	if quote.Status != parley.QuoteAvailable {
		return subject{}, parley.Errorf(parley.CodeNegotiationClosed, "This quote is %s; there is nothing to negotiate.", quote.Status).
			With("status", quote.Status)
	}
	if quote.Price.Offered() {
		return subject{}, parley.Errorf(parley.CodeNegotiationClosed, "This quote is an offer at a price that the publisher has set; there is nothing to negotiate. Ask for a quote of your own to negotiate on.").
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
		QuoteID: quote.ID, Owner: quote.Owner, Party: party(w.who, w.caller.call.Address), ProductID: quote.ProductID, DealType: quote.DealType,
		Impressions: quote.Impressions, Flight: quote.Flight, Tier: quote.Tier,
	}
	about.day, err = w.open(ctx, &about.negotiation, quote.Price, terms.Limits, quote.ExpiresAt)
	return about, err
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

// glance looks at a negotiation before this request waits for its turn; there may be none.
func (s *Service) glance(ctx context.Context, m Message) (seen storage.NegotiationGlance, err error) {
	err = s.store.Ask(ctx, func(r *storage.Reader) error {
		seen, err = r.NegotiationGlance(m.NegotiationID, m.ProposalID, m.QuoteID).Get(ctx)
		return err
	})
	return seen, err
}
