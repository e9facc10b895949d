package seller

import (
	"cmp"
	"context"
	"slices"

	"parley"
	"parley/storage"
)

// spentIn refuses a quote whose price was agreed once and has been used in a deal, or in none.
func spentIn(dealID string) error {
	spent := parley.Errorf(parley.CodeContention, "What this quote's price was agreed in has been booked or is over. Request a new quote.")
	if dealID != "" {
		spent = spent.With("deal_id", dealID)
	}
	return spent
}

// spentBefore refuses a quote that ended because its agreement was used elsewhere.
func (w *work) spentBefore(ctx context.Context, quote parley.Quote) error {
	if quote.ProposalID != "" {
		proposal, err := w.Proposal(quote.ProposalID).Get(ctx)
		return cmp.Or(err, spentIn(proposal.DealID))
	}
	n, err := w.Negotiation(quote.NegotiationID).Get(ctx)
	return cmp.Or(err, spentIn(n.DealID))
}

// agreed prices a quote by what its buyer has agreed to before: an accepted proposal, or a negotiation over another quote, on
// the same terms, that has not become a deal. Only a quote that names a target of at least that price is one for it. The
// quote is bound to the agreement, which booking it uses up. What the publisher offers stays as it is offered.
func (w *work) agreed(ctx context.Context, quote *parley.Quote) error {
	if quote.TargetCPM == nil || quote.Owner == "" || quote.Impressions == 0 || quote.Price.Offered() {
		return nil
	}
	// What the waterfall asks by now holds where it is lower, and its floor wherever it is.
	most := min(quote.TargetCPM.Micros, quote.Price.FinalCPM)
	found, err := w.Agreement(storage.AgreementFilter{
		Owner: quote.Owner, ProductID: quote.ProductID, DealType: quote.DealType, Flight: quote.Flight,
		Impressions: quote.Impressions, Currency: quote.Price.Currency, MaxCPM: most, Now: w.now,
	}).Get(ctx)
	if err != nil || found == nil || found.CPM < quote.Price.FloorCPM {
		return err
	}
	quote.ProposalID, quote.NegotiationID = found.ProposalID, found.NegotiationID
	quote.Price = agreedPrice(quote.Price, found.CPM)
	in := "negotiation " + found.NegotiationID
	if found.ProposalID != "" {
		in = "proposal " + found.ProposalID
	}
	quote.Price.Rationale = "Agreed in " + in + ": " + parley.FormatMicros(found.CPM, quote.Price.Currency.MinorDigits()) + " " +
		string(quote.Price.Currency) + " CPM."
	if quote.ExpiresAt.After(found.ExpiresAt) {
		quote.ExpiresAt = found.ExpiresAt
	}
	return nil
}

// using is an agreement that a booking uses up, held until the deal is written.
type using struct {
	proposal    *parley.Proposal
	negotiation *parley.Negotiation // over another quote, which is
	quote       parley.Quote
}

// use locks the agreement that priced a quote, and answers what the seller asks for these terms now; 0 when there was none. The
// quote that was negotiated instead is one of over.
func (w *work) use(ctx context.Context, quote parley.Quote, deal *parley.Deal, over *negotiatedQuotes) (using, int64, error) {
	if quote.ProposalID == "" && quote.NegotiationID == "" {
		return using{}, 0, nil
	}
	var u using
	var dealID string
	unused := false
	if quote.ProposalID != "" {
		proposal, err := w.ProposalForUpdate(quote.ProposalID).Get(ctx)
		if err != nil {
			return using{}, 0, err
		}
		dealID, unused = proposal.DealID, proposal.At(w.now).Status == parley.ProposalAccepted
		u.proposal = &proposal
	} else {
		known, err := w.Negotiation(quote.NegotiationID).Get(ctx)
		if err != nil {
			return using{}, 0, err
		}
		if !slices.Contains(*over, known.QuoteID) {
			*over = append(*over, known.QuoteID)
			return using{}, 0, errMoved
		}
		first, err := w.QuoteForUpdate(known.QuoteID).Get(ctx)
		if err != nil {
			return using{}, 0, err
		}
		n, err := w.NegotiationForUpdate(known.ID).Get(ctx)
		if err != nil {
			return using{}, 0, err
		}
		dealID = n.DealID
		unused = n.Status == parley.NegotiationAccepted && n.DealID == "" && first.At(w.now).Status == parley.QuoteAvailable
		u.negotiation, u.quote = &n, first
	}
	if !unused {
		return using{}, 0, spentIn(dealID)
	}
	now, why, err := w.honours(ctx, offerOf(*deal), quote.Price.FinalCPM)
	if err != nil {
		return using{}, 0, err
	}
	if why != nil {
		return using{}, 0, notHonoured(why)
	}
	deal.ProposalID, deal.NegotiationID = quote.ProposalID, quote.NegotiationID
	return u, now.price.FinalCPM, nil
}

// spent records that an agreement has become a deal: nothing else becomes of it.
func (w *work) spent(u using, deal parley.Deal) {
	if u.proposal != nil {
		u.proposal.Status, u.proposal.DealID = parley.ProposalBooked, deal.ID
		w.updateProposal(u.proposal)
	}
	if u.negotiation != nil {
		w.SupersedeQuote(u.quote.ID)
		w.tell(parley.EventQuoteDeclined, []parley.Quote{u.quote})
		u.negotiation.DealID, u.negotiation.UpdatedAt = deal.ID, w.now
		u.negotiation.Version++
		w.UpdateNegotiation(*u.negotiation)
	}
}

// declineBound ends the other quotes of an agreement that has become a deal or is over, and answers them: none of them can be booked.
func (w *work) declineBound(ctx context.Context, proposalID, negotiationID string) ([]parley.Quote, error) {
	quotes, err := w.DeclineBoundQuotes(proposalID, negotiationID).Get(ctx)
	w.tell(parley.EventQuoteDeclined, quotes)
	return quotes, err
}

// tell writes that the same has become of several quotes.
func (w *work) tell(became parley.EventType, quotes []parley.Quote) {
	for _, quote := range quotes {
		w.InsertEvent(w.event(quoteEvent(became, quote), ""))
	}
}
