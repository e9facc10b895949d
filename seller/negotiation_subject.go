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
	writtenBy     string          // the operator who wrote the quote; empty when its buyer asked
}

// subject finds, locks or opens the negotiation that a message is for.
func (w *work) subject(ctx context.Context, m Message, profiles *storage.Pending[int64]) (subject, error) {
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
	return subject{negotiation: n, proposal: &proposal, inventoryType: proposal.InventoryType, productName: proposal.ProductName,
		identity: proposal.Identity}, nil
}

func (w *work) quoteSubject(ctx context.Context, quoteID string, profiles *storage.Pending[int64]) (subject, error) {
	pending, present := w.QuoteForUpdate(quoteID), w.NegotiationOnQuote(quoteID)
	quote, err := pending.Get(ctx)
	if err != nil {
		return subject{}, err
	}
	if !quote.VisibleTo(w.who) {
		return subject{}, unknown("quote", quoteID)
	}
	about := subject{
		inventoryType: quote.InventoryType, productName: quote.ProductName, identity: quote.Identity, writtenBy: quote.CreatedBy,
	}
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
	if quote.ProposalID != "" || quote.NegotiationID != "" {
		return subject{}, parley.Errorf(parley.CodeNegotiationClosed, "This quote's price is agreed; there is nothing to negotiate.").
			With("status", quote.Status)
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

// roundsSeen is how many rounds there are before this request waits for its turn.
func (s *Service) roundsSeen(ctx context.Context, message Message) (int, error) {
	var count int
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		filter := storage.NegotiationFilter{ProposalID: message.ProposalID, QuoteID: message.QuoteID, Page: storage.Page{Limit: 1}}
		if message.NegotiationID != "" {
			n, err := r.Negotiation(message.NegotiationID).Get(ctx)
			if parley.Is(err, parley.CodeNotFound) {
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
