package seller

import (
	"cmp"
	"context"
	"slices"

	"parley"
	"parley/change"
	"parley/storage"
)

// boughtBy are whom a thing is sold to: the buyer as its credential vouches for it, and, where that says nothing of them, the seat that
// it is sold for and the parties that it is bought for, as the buyer claims them.
func boughtBy(facts, claimed parley.Identity) []parley.Identity {
	buyers := []parley.Identity{facts}
	if seat := seatOf(facts, claimed); seat.SeatID != "" && seat != (parley.Identity{SeatID: facts.SeatID, DSPPlatform: facts.DSPPlatform}) {
		buyers = append(buyers, seat)
	}
	parties := parley.Identity{
		AgencyID: claimed.AgencyID, AgencyName: claimed.AgencyName, AgencyHoldingCompany: claimed.AgencyHoldingCompany,
		AdvertiserID: claimed.AdvertiserID, AdvertiserName: claimed.AdvertiserName,
	}
	if parties != (parley.Identity{}) {
		buyers = append(buyers, parties)
	}
	return buyers
}

// seatOf is the seat that a thing is sold for.
func seatOf(facts, claimed parley.Identity) parley.Identity {
	return parley.Identity{SeatID: cmp.Or(facts.SeatID, claimed.SeatID), DSPPlatform: cmp.Or(claimed.DSPPlatform, facts.DSPPlatform)}
}

// sellsTo answers the accounts of one of those whom a thing is sold to, and those above them. Where nobody is known by it, as where there
// is no such seat at the platform that a buyer claims, it is the seats of that id at any: a bid carries the id alone, so that a platform
// that nobody knows is none.
func sellsTo(ctx context.Context, r *storage.Reader, buyer parley.Identity) ([]parley.AccountRef, error) {
	accounts, err := accountsNamed(ctx, r, buyer)
	if err != nil {
		return nil, err
	}
	if buyer.SeatID == "" {
		called, err := calledSo(ctx, r, buyer)
		return append(slices.Clone(accounts), called...), err
	}
	if buyer.DSPPlatform == "" || slices.ContainsFunc(accounts, func(a parley.AccountRef) bool { return a.Named && !a.Elsewhere }) {
		return accounts, err
	}
	return accountsNamed(ctx, r, parley.Identity{SeatID: buyer.SeatID})
}

// calledSo answers the parties that a buyer means by what they are called, and those above them: what a person reads in a claim is
// no other's because it is a name and no id.
func calledSo(ctx context.Context, r *storage.Reader, buyer parley.Identity) (refs []parley.AccountRef, err error) {
	var found []*storage.Pending[[]parley.Account]
	for _, said := range []struct {
		kind    parley.AccountKind
		written string
	}{
		{parley.AccountAgency, buyer.AgencyID}, {parley.AccountAgency, buyer.AgencyName}, {parley.AccountHolding, buyer.AgencyHoldingCompany},
		{parley.AccountAdvertiser, buyer.AdvertiserID}, {parley.AccountAdvertiser, buyer.AdvertiserName},
	} {
		if said.written != "" {
			found = append(found, r.AccountsMeant(said.kind, said.written))
		}
	}
	for _, pending := range found {
		accounts, err := pending.Get(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range accounts {
			if a.Kind == parley.AccountHolding {
				refs = append(refs, parley.AccountRef{ID: a.ID, Kind: a.Kind, Code: a.Code, Status: a.Status, Named: true})
				continue
			}
			means := parley.Identity{AgencyID: a.Code}
			if a.Kind == parley.AccountAdvertiser {
				means = parley.Identity{AdvertiserID: a.Code}
			}
			above, err := accountsNamed(ctx, r, means)
			if err != nil {
				return nil, err
			}
			refs = append(refs, above...)
		}
	}
	return refs, nil
}

// bookedFor is what booking a thing is to the seat that the deal is sold for: what was asked for that seat goes on, and what was asked
// without it, or is nobody's, is new to it.
func bookedFor(deal parley.Deal, owner string, facts, claimed parley.Identity) course {
	seat, was := seatOf(deal.Identity, deal.Claimed), seatOf(facts, claimed)
	if seat.SeatID != was.SeatID || parley.DSP(seat.DSPPlatform) != parley.DSP(was.DSPPlatform) {
		return starts
	}
	return startsWith(owner)
}

// claimsMayBuy refuses what would be sold for a seat or a party that a buyer claims, and that may not be sold it: no claim leads around a
// block. path names in the request what is sold.
func (w *work) claimsMayBuy(ctx context.Context, c course, facts, claimed parley.Identity, path string) error {
	for _, buyer := range boughtBy(facts, claimed)[1:] {
		accounts, err := sellsTo(ctx, &w.Reader, buyer)
		if err != nil {
			return err
		}
		if w.who.IsOperator() {
			err = c.allowedWith(accounts, path)
		} else {
			err = c.allowed(parley.Principal{Role: parley.RoleBuyer, Accounts: accounts})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unblocked refuses what the desk would let a blocked account have. then says what can be done instead.
func unblocked(ctx context.Context, r *storage.Reader, then string, buyers []parley.Identity) error {
	for _, buyer := range buyers {
		accounts, err := sellsTo(ctx, r, buyer)
		if err != nil {
			return err
		}
		for _, a := range accounts {
			if a.Status == parley.AccountBlocked {
				return parley.Errorf(parley.CodeConflict, "The account of this buyer, %s, is blocked: it begins nothing and changes nothing. %s", a, then).
					With("account_id", a.ID).With("account_status", a.Status)
			}
		}
	}
	return nil
}

// What can be done about something of a blocked account.
const (
	declineOrUnblock = "Decline this, or give the account back what it may do."
	endOrUnblock     = "End what waits, or give the account back what it may do."
)

// grantable refuses to let a blocked account have what an approval is about, unless that only ends something.
func (w *work) grantable(ctx context.Context, a parley.Approval, then string) error {
	p := w.prices()
	buyer, some, err := p.buyerOf(ctx, p.matterOf(a))
	if err != nil || !some {
		return err
	}
	return unblocked(ctx, p.Reader, then, boughtBy(buyer.facts, buyer.claimed))
}

// bought is whom a thing is sold to, as a credential vouches for it and as it is claimed.
type bought struct{ facts, claimed parley.Identity }

// matter is what an approval is about, on its way; nil of what it is not about.
type matter struct {
	change   *storage.Pending[parley.ChangeRequest]
	deal     *storage.Pending[parley.Deal]
	proposal *storage.Pending[parley.Proposal]
	quote    *storage.Pending[parley.Quote]
}

// matterOf asks for what an approval is about: the last that came of it, with the deal of a change.
func (p prices) matterOf(a parley.Approval) (m matter) {
	if a.ChangeID != "" {
		m.change = p.Change(a.ChangeID)
	}
	switch {
	case a.DealID != "":
		m.deal = p.Deal(a.DealID)
	case a.ProposalID != "":
		m.proposal = p.Proposal(a.ProposalID)
	case a.QuoteID != "":
		m.quote = p.Quote(a.QuoteID)
	}
	return m
}

// buyerOf is whom an approval would let begin, go on with or enlarge something; ok is false where it only ends something.
func (p prices) buyerOf(ctx context.Context, m matter) (buyer bought, ok bool, err error) {
	switch {
	case m.deal != nil:
		deal, err := m.deal.Get(ctx)
		if err != nil {
			return bought{}, false, err
		}
		if m.change != nil {
			c, err := m.change.Get(ctx)
			if err != nil || !p.moreThanEnds(c, deal) {
				return bought{}, false, err
			}
		}
		return bought{deal.Identity, deal.Claimed}, true, nil
	case m.proposal != nil:
		proposal, err := m.proposal.Get(ctx)
		return bought{proposal.Identity, proposal.Claimed}, err == nil, err
	case m.quote != nil:
		quote, err := m.quote.Get(ctx)
		return bought{quote.Identity, quote.Claimed}, err == nil, err
	}
	return bought{}, false, nil
}

// moreThanEnds tells whether a change is one that a blocked account does not get: any that it asks for itself and that does not only end
// something, and of those that the desk asks for what makes the deal larger.
func (p prices) moreThanEnds(c parley.ChangeRequest, deal parley.Deal) bool {
	if c.Terms.OnlyEnds() {
		return false
	}
	if c.AskedBy == parley.SideBuyer {
		return true
	}
	after, err := change.NewTerms(deal.Terms(), c.Terms, p.service.today(p.now))
	return err == nil && change.Enlarges(deal.Terms(), after)
}
