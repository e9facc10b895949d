package seller

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"parley"
	"parley/storage"
)

// booking is a quote on its way to becoming a deal.
type booking struct {
	work      *work
	request   BookingRequest
	pending   *storage.Pending[parley.Quote]
	bargained *storage.Pending[*parley.Negotiation]
	product   *storage.Pending[parley.Product]
	held      *storage.Pending[[]parley.Hold]

	quote  parley.Quote
	deal   parley.Deal
	ask    int64 // what the seller asks for these terms
	agreed using
	ended  []string // other quotes on the same terms that end with the booking
}

// negotiatedQuotes are the quotes whose negotiations priced others, as far as they are known. Rows are locked in the order of
// their ids, so that they have to be known before the others are locked; a transaction that finds another begins anew.
type negotiatedQuotes []string

// bookings locks the quotes of requests, and asks for what booking each under its deal id needs.
func (w *work) bookings(requests []BookingRequest, dealIDs []string, over negotiatedQuotes) []*booking {
	ids := slices.Clone(over)
	for _, r := range requests {
		ids = append(ids, r.QuoteID)
	}
	slices.Sort(ids)
	locked := make(map[string]*storage.Pending[parley.Quote], len(ids))
	for _, id := range slices.Compact(ids) {
		locked[id] = w.QuoteForUpdate(id)
	}
	all := make([]*booking, len(requests))
	for i, r := range requests {
		all[i] = &booking{
			work: w, request: r, pending: locked[r.QuoteID], bargained: w.NegotiationOnQuote(r.QuoteID), product: w.ProductOfQuote(r.QuoteID),
			held: w.ActiveHolds([]string{r.QuoteID}), deal: parley.Deal{ID: dealIDs[i]},
		}
	}
	return all
}

// find reads the quote, if this buyer can book it now.
func (b *booking) find(ctx context.Context, who parley.Principal) (err error) {
	w := b.work
	if b.quote, err = b.pending.Get(ctx); err != nil {
		return err
	}
	if err := w.bookable(ctx, who, b.quote); err != nil {
		return err
	}
	if err := startsWith(b.quote.Owner).allowed(who); err != nil {
		return err
	}
	b.deal = dealFromQuote(b.quote, who, b.request, b.deal.ID)
	b.deal.CreatedAt, b.deal.UpdatedAt = w.now, w.now
	product, err := b.product.Get(ctx)
	if err != nil {
		return err
	}
	// A quote is a promise of its price until it expires, in its currency and for its volume. It is no promise that the
	// product goes on being sold.
	if gone := offerOf(b.deal).withdrawn(product, w.service.today(w.now)); gone != nil {
		return notHonoured(gone)
	}
	return checkAudience(b.deal.Carried.AudiencePlan, product)
}

// price sets the price that the deal is booked at, and what the seller asks for its terms.
func (b *booking) price(ctx context.Context, over *negotiatedQuotes) (err error) {
	if b.agreed, b.ask, err = b.work.use(ctx, b.quote, &b.deal, over); err != nil || b.ask != 0 {
		return err
	}
	b.ask, err = b.work.settlePrice(ctx, &b.deal, b.bargained)
	return err
}

// bookable tells whether this buyer can book the quote now.
func (w *work) bookable(ctx context.Context, who parley.Principal, quote parley.Quote) error {
	if !quote.VisibleTo(who) {
		return unknown("quote", quote.ID)
	}
	switch quote = quote.At(w.now); quote.Status {
	case parley.QuoteAvailable:
		return nil
	case parley.QuoteExpired:
		return expired(quote)
	case parley.QuoteBooked:
		taken := parley.Errorf(parley.CodeContention, "This quote is already booked. Request a new quote to buy more.")
		// An anonymous quote may have been booked by somebody else, whose deal is not this caller's to know.
		if quote.Owner != "" {
			taken = taken.With("deal_id", quote.DealID)
		}
		return taken
	case parley.QuoteDeclined:
		if quote.ProposalID != "" || quote.NegotiationID != "" {
			return w.spentBefore(ctx, quote)
		}
	}
	return parley.Errorf(parley.CodeConflict, "This quote was declined. Request a new quote.")
}

// pricedFor is whom a price was computed for, as vouched then: another credential of the same buyer that books it moves
// none of it. What an anonymous caller was quoted at the public price becomes that of whoever books it.
func pricedFor(owner string, facts parley.Identity, who parley.Principal) parley.Identity {
	if owner == "" {
		return who.Identity
	}
	return facts
}

func dealFromQuote(quote parley.Quote, who parley.Principal, request BookingRequest, dealID string) parley.Deal {
	carried := quote.Carried
	if request.Carried.ConsentContext != nil {
		carried.ConsentContext = request.Carried.ConsentContext
	}
	if request.Carried.AudiencePlan != nil {
		carried.AudiencePlan = request.Carried.AudiencePlan
	}
	facts := pricedFor(quote.Owner, quote.Identity, who)
	return parley.Deal{
		ID: dealID, Owner: who.Owner(), Status: parley.DealBooked, QuoteID: quote.ID,
		ProductID: quote.ProductID, ProductName: quote.ProductName, InventoryType: quote.InventoryType,
		DealType: quote.DealType, MediaType: quote.MediaType, Impressions: quote.Impressions, Flight: quote.Flight,
		Price: quote.Price, Tier: quote.Tier, Identity: facts, Claimed: request.Identity.Or(quote.Claimed).Beyond(facts), Carried: carried, Notes: request.Notes, Version: 1,
	}
}

// settlePrice sets the price that a negotiation over the quote agreed on, when it can be honoured still, and answers what the
// seller asks for these terms: the quoted price, or, beside an agreed one, the price of now. A negotiation still under way
// ends with the booking: the buyer took the quoted price.
func (w *work) settlePrice(ctx context.Context, deal *parley.Deal, bargained *storage.Pending[*parley.Negotiation]) (int64, error) {
	quoted := deal.Price.FinalCPM
	found, err := bargained.Get(ctx)
	if err != nil || found == nil {
		return quoted, err
	}
	switch n := found.At(w.now); n.Status {
	case parley.NegotiationAccepted:
		now, why, err := w.honours(ctx, offerOf(*deal), *n.AgreedCPM)
		if err != nil {
			return 0, err
		}
		if why != nil {
			return 0, notHonoured(why)
		}
		deal.NegotiationID, deal.Price = n.ID, agreedPrice(deal.Price, *n.AgreedCPM)
		n.DealID, n.UpdatedAt = deal.ID, w.now
		n.Version++
		w.UpdateNegotiation(n)
		return now.price.FinalCPM, nil
	case parley.NegotiationPendingApproval:
		return 0, parley.Errorf(parley.CodeConflict, "The price agreed on this quote is with the publisher's deal desk. Book when it has decided.").
			With("approval_id", n.ApprovalID)
	case parley.NegotiationActive:
		return quoted, w.conclude(&n, parley.NegotiationAccepted, &quoted)
	case parley.NegotiationRejected, parley.NegotiationExpired:
	}
	return quoted, nil
}

// book writes the deal, held at the gate when a rule stops it, binds its quote and uses up what the price was agreed in.
func (b *booking) book(ctx context.Context, gate dealGate) (err error) {
	w := b.work
	as := bookedFor(b.deal, b.quote.Owner, b.quote.Identity, b.quote.Claimed)
	if b.deal, err = w.gateDeal(ctx, b.deal, as, b.ask, cmp.Or(b.quote.CreatedBy, w.who.Actor()), gate); err != nil {
		return err
	}
	w.BookQuote(b.quote.ID, b.deal.ID)
	w.InsertEvent(w.event(quoteEvent(parley.EventQuoteBooked, b.quote), b.deal.ID))
	w.spent(b.agreed, b.deal)
	if b.deal.ProposalID == "" && b.deal.NegotiationID == "" {
		return nil
	}
	others, err := w.declineBound(ctx, b.deal.ProposalID, b.deal.NegotiationID)
	b.ended = idsOfQuotes(others)
	if b.agreed.negotiation != nil {
		b.ended = append(b.ended, b.agreed.quote.ID)
	}
	return err
}

// event completes an event that is written beside the main one of a change.
func (w *work) event(e parley.Event, dealID string) parley.Event {
	e.ID, e.OccurredAt, e.Actor, e.DealID = w.service.ids.New(parley.PrefixEvent), w.now, w.who.Actor(), dealID
	return e
}

// mintDeals runs a booking under new deal ids, and again under others when one is taken.
func (s *Service) mintDeals(n int, book func(dealIDs []string) (Answer, error)) (Answer, error) {
	const attempts = 5
	var answer Answer
	var err error
	ids := make([]string, n)
	for range attempts {
		for i := range ids {
			ids[i] = s.ids.NewDealID(s.settings.DealPrefix)
		}
		answer, err = book(ids)
		if !parley.Is(err, parley.CodeConflict) || !errors.Is(err, storage.ErrDealIDTaken) {
			return answer, err
		}
	}
	return answer, err
}
