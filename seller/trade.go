package seller

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"parley"
	"parley/storage"
)

// Trade is what a buyer follows as one thing: a quote, a proposal or a request for a change, whichever of the three is there,
// with what it has led to. All of it is of one instant.
type Trade struct {
	Quote       *parley.Quote
	Proposal    *parley.Proposal
	Change      *parley.ChangeRequest
	Negotiation *parley.Negotiation // over the quote or the proposal; nil: none
	Deal        *parley.Deal        // booked from the quote or the proposal; nil: none
}

// ID is the id of the quote, the proposal or the change.
func (t Trade) ID() string {
	switch {
	case t.Quote != nil:
		return t.Quote.ID
	case t.Proposal != nil:
		return t.Proposal.ID
	case t.Change != nil:
		return t.Change.ID
	}
	return ""
}

// age sorts trades by when they began, whatever their kind: what follows the prefix of an id is its time.
func age(id string) string {
	_, rest, _ := strings.Cut(id, "-")
	return strings.ToLower(rest)
}

// Trade reads what an id names: a quote, a proposal or a change. An expired quote is answered as such, and not as an error. What
// there is not, and what is another's, is CodeNotFound.
func (s *Service) Trade(ctx context.Context, call Call, id string) (Trade, error) {
	return read(ctx, s, call, func(v *view) (Trade, error) {
		var trade Trade
		var err error
		switch {
		case strings.HasPrefix(id, parley.PrefixQuote):
			trade.Quote, err = v.tradedQuote(ctx, id)
		case strings.HasPrefix(id, parley.PrefixProposal):
			trade.Proposal, err = v.tradedProposal(ctx, id)
		case strings.HasPrefix(id, parley.PrefixChangeRequest):
			trade.Change, err = v.tradedChange(ctx, id)
		default:
			err = unknown("quote, proposal or change", id)
		}
		if err != nil {
			return Trade{}, err
		}
		trades := []Trade{trade}
		err = v.outcomes(ctx, trades)
		return trades[0], err
	})
}

func (v *view) tradedQuote(ctx context.Context, id string) (*parley.Quote, error) {
	pending := v.Quote(id)
	who, err := v.authorize(ctx, needQuoteAccess)
	if err != nil {
		return nil, err
	}
	quote, err := pending.Get(ctx)
	if err == nil && !quote.VisibleTo(who) {
		err = unknown("quote", id)
	}
	if err != nil {
		return nil, err
	}
	quote = quote.At(v.now)
	return &quote, nil
}

func (v *view) tradedProposal(ctx context.Context, id string) (*parley.Proposal, error) {
	pending := v.Proposal(id)
	who, err := v.authorize(ctx, needProposalAccess)
	if err != nil {
		return nil, err
	}
	proposal, err := pending.Get(ctx)
	if err == nil && !who.MaySee(proposal.Owner) {
		err = unknown("proposal", id)
	}
	if err != nil {
		return nil, err
	}
	proposal = seenProposal(who, proposal.At(v.now))
	return &proposal, nil
}

func (v *view) tradedChange(ctx context.Context, id string) (*parley.ChangeRequest, error) {
	pending := v.Change(id)
	who, err := v.authorize(ctx, needCredential)
	if err != nil {
		return nil, err
	}
	change, err := pending.Get(ctx)
	if err == nil && !who.MaySee(change.Owner) {
		err = unknown("change request", id)
	}
	if err != nil {
		return nil, err
	}
	change = seenChange(who, change.At(v.now))
	return &change, nil
}

// outcomes adds what trades that the caller may see have led to.
func (v *view) outcomes(ctx context.Context, trades []Trade) error {
	who, err := v.caller.principal(ctx)
	if err != nil {
		return err
	}
	negotiations := make([]*storage.Pending[storage.Listing[parley.Negotiation]], len(trades))
	deals := make([]*storage.Pending[parley.Deal], len(trades))
	for i, trade := range trades {
		dealID := ""
		switch {
		case trade.Quote != nil:
			dealID = trade.Quote.DealID
			negotiations[i] = v.Negotiations(storage.NegotiationFilter{QuoteID: trade.Quote.ID, Page: storage.Page{Limit: 1}})
		case trade.Proposal != nil:
			dealID = trade.Proposal.DealID
			if trade.Proposal.NegotiationID != "" {
				negotiations[i] = v.Negotiations(storage.NegotiationFilter{ProposalID: trade.Proposal.ID, Page: storage.Page{Limit: 1}})
			}
		}
		if dealID != "" {
			deals[i] = v.Deal(dealID)
		}
	}
	var booked []parley.Deal
	for i := range trades {
		if negotiations[i] != nil {
			found, err := negotiations[i].Get(ctx)
			if err != nil {
				return err
			}
			if len(found.Items) > 0 && who.MaySee(found.Items[0].Owner) {
				negotiation := seenNegotiation(who, found.Items[0].At(v.now))
				trades[i].Negotiation = &negotiation
			}
		}
		if deals[i] != nil {
			deal, err := deals[i].Get(ctx)
			if err != nil {
				return err
			}
			booked = append(booked, deal)
		}
	}
	return v.bookedIn(ctx, who, trades, booked)
}

// bookedIn puts deals, with what is asked of them, to the trades that they were booked from.
func (v *view) bookedIn(ctx context.Context, who parley.Principal, trades []Trade, booked []parley.Deal) error {
	if len(booked) == 0 {
		return nil
	}
	// A deal has one place among them, where its changes are put, though several trades may name it.
	slices.SortFunc(booked, func(a, b parley.Deal) int { return cmp.Compare(a.ID, b.ID) })
	booked = slices.CompactFunc(booked, func(a, b parley.Deal) bool { return a.ID == b.ID })
	ids := make([]string, len(booked))
	for i, deal := range booked {
		ids[i] = deal.ID
	}
	if err := v.withAll(ctx, who, booked, v.aboutDeals(ids)); err != nil {
		return err
	}
	for i := range trades {
		dealID := ""
		switch {
		case trades[i].Quote != nil:
			dealID = trades[i].Quote.DealID
		case trades[i].Proposal != nil:
			dealID = trades[i].Proposal.DealID
		}
		if at, found := slices.BinarySearch(ids, dealID); found && who.MaySee(booked[at].Owner) {
			trades[i].Deal = &booked[at]
		}
	}
	return nil
}

// Trades lists the caller's quotes, proposals and changes as one list, the newest first; an operator sees all. Of page the limit
// counts, and After: the id of the last one of the page before, of any of the three kinds. Total counts all of them.
func (s *Service) Trades(ctx context.Context, call Call, page Page) (Listing[Trade], error) {
	return read(ctx, s, call, func(v *view) (Listing[Trade], error) {
		of := func(prefix string) Page {
			asked := Page{Limit: page.Limit, Newest: true}
			if page.After != "" {
				asked.After = prefix + age(page.After)
				if prefix == parley.PrefixChangeRequest {
					asked.After = strings.ToUpper(asked.After)
				}
			}
			return asked
		}
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return Listing[Trade]{}, err
		}
		owner := ownOnly(who)
		quotes := v.Quotes(QuoteFilter{Owner: owner, Now: v.now, Page: of(parley.PrefixQuote)})
		proposals := v.Proposals(ProposalFilter{Owner: owner, Now: v.now, Page: of(parley.PrefixProposal)})
		changes := v.Changes(ChangeFilter{Owner: owner, Now: v.now, Page: of(parley.PrefixChangeRequest)})
		return v.merged(ctx, who, page.Limit, quotes, proposals, changes)
	})
}

func (v *view) merged(ctx context.Context, who parley.Principal, limit int, quotes *storage.Pending[Listing[parley.Quote]],
	proposals *storage.Pending[Listing[parley.Proposal]], changes *storage.Pending[Listing[parley.ChangeRequest]]) (Listing[Trade], error) {
	q, err := quotes.Get(ctx)
	if err != nil {
		return Listing[Trade]{}, err
	}
	p, err := proposals.Get(ctx)
	if err != nil {
		return Listing[Trade]{}, err
	}
	c, err := changes.Get(ctx)
	if err != nil {
		return Listing[Trade]{}, err
	}
	list := Listing[Trade]{Items: make([]Trade, 0, len(q.Items)+len(p.Items)+len(c.Items)), Total: q.Total + p.Total + c.Total}
	for _, quote := range q.Items {
		quote = quote.At(v.now)
		list.Items = append(list.Items, Trade{Quote: &quote})
	}
	for _, proposal := range p.Items {
		proposal = seenProposal(who, proposal.At(v.now))
		list.Items = append(list.Items, Trade{Proposal: &proposal})
	}
	for _, change := range c.Items {
		change = seenChange(who, change.At(v.now))
		list.Items = append(list.Items, Trade{Change: &change})
	}
	slices.SortFunc(list.Items, func(a, b Trade) int { return cmp.Compare(age(b.ID()), age(a.ID())) })
	if limit > 0 && len(list.Items) > limit {
		list.Items = list.Items[:limit]
	}
	return list, v.outcomes(ctx, list.Items)
}
