package seller

import (
	"context"

	"parley"
)

// adopt makes the accounts that a key's identity names and that there are none of: an agency under its holding, an advertiser that
// the agency acts for, and a seat of the agency's, or else of the advertiser's. Accounts that are there stay as they are.
func (w *work) adopt(ctx context.Context, i parley.Identity) error {
	known, err := w.namedBy(ctx, i)
	if err != nil || known.complete(i) {
		return err
	}
	w.LockAccounts() // nobody else makes them meanwhile
	if known, err = w.namedBy(ctx, i); err != nil {
		return err
	}
	missing := func(a parley.Account, found *parley.Account) error {
		if found.ID != "" {
			return nil
		}
		if a.Name != "" && a.Kind != parley.AccountSeat {
			other, err := w.AccountNamed(a.Kind, "", a.Name).Get(ctx)
			if err != nil {
				return err
			}
			if other.ID == "" {
				a.Names = []string{a.Name}
			}
		}
		*found, err = w.createAccount(ctx, a.Tidied())
		return err
	}
	if i.AgencyID != "" && known.agency.ID == "" {
		if i.AgencyHoldingCompany != "" {
			if err := missing(parley.Account{Kind: parley.AccountHolding, Name: i.AgencyHoldingCompany}, &known.holding); err != nil {
				return err
			}
		}
		if err := missing(parley.Account{Kind: parley.AccountAgency, Name: i.AgencyName, Code: i.AgencyID, ParentID: known.holding.ID}, &known.agency); err != nil {
			return err
		}
	}
	if i.AdvertiserID != "" {
		if err := missing(parley.Account{Kind: parley.AccountAdvertiser, Name: i.AdvertiserName, Code: i.AdvertiserID}, &known.advertiser); err != nil {
			return err
		}
		if i.AgencyID != "" {
			w.ServeAdvertiser(known.agency.ID, known.advertiser.ID)
		}
	}
	if i.SeatID == "" {
		return nil
	}
	if known.seat.ID == "" {
		of := known.agency.ID
		if of == "" {
			of = known.advertiser.ID
		}
		if err := missing(parley.Account{Kind: parley.AccountSeat, Name: i.SeatName, Code: i.SeatID, DSP: i.DSPPlatform, ParentID: of}, &known.seat); err != nil {
			return err
		}
	}
	return w.fosterSeats(ctx, i, known)
}

// fosterSeats has the seats that an identity names, and that are nobody's, belong to whom their keys name, the identity's among them.
func (w *work) fosterSeats(ctx context.Context, i parley.Identity, known namedAccounts) error {
	seats, err := w.SeatsNamed(i.DSPPlatform, i.SeatID).Get(ctx)
	if err != nil {
		return err
	}
	var named []parley.AccountRef
	for _, a := range []parley.Account{known.agency, known.advertiser} {
		if a.ID != "" {
			named = append(named, parley.AccountRef{ID: a.ID, Kind: a.Kind})
		}
	}
	for _, seat := range seats {
		if seat.ParentID != "" || len(named) == 0 {
			continue
		}
		if err := w.fosterSeat(ctx, seat.ID, named); err != nil {
			return err
		}
	}
	return nil
}

// fosterSeat has a seat belong to the one agency that its keys name, or, where they name none, to the one advertiser; it stays nobody's
// where they name two. Others that it is named with count as its keys' do.
func (w *work) fosterSeat(ctx context.Context, id string, with []parley.AccountRef) error {
	named, err := w.PartiesOfSeat(id).Get(ctx)
	if err != nil {
		return err
	}
	parent, one := parley.SeatParent(append(named, with...))
	if !one {
		return nil
	}
	before, err := w.AccountForUpdate(id).Get(ctx)
	if err != nil || before.ParentID != "" {
		return err
	}
	seat := before
	seat.ParentID, seat.Version, seat.UpdatedAt = parent.ID, before.Version+1, w.now
	w.UpdateAccount(seat, parent.Kind)
	return w.recordAccount(parley.EventAccountChanged, "account.change", &before, seat, "Its keys name the "+string(parent.Kind)+".")
}

// namedAccounts are those that an identity names; the ID of one that there is not is empty.
type namedAccounts struct{ holding, agency, advertiser, seat parley.Account }

// complete tells whether there is an account of everybody whom an identity names, and whoever is named has nothing to do with anybody else
// who is: of an agency and an advertiser it is not asked whether the one acts for the other, but said again, and so with a seat's.
func (n namedAccounts) complete(i parley.Identity) bool {
	parties := 0
	for _, party := range []struct{ name, id string }{{i.AgencyID, n.agency.ID}, {i.AdvertiserID, n.advertiser.ID}, {i.SeatID, n.seat.ID}} {
		switch {
		case party.name == "":
		case party.id == "":
			return false
		default:
			parties++
		}
	}
	return parties <= 1
}

func (w *work) namedBy(ctx context.Context, i parley.Identity) (n namedAccounts, err error) {
	asked := [...]struct {
		kind      parley.AccountKind
		dsp, name string
		into      *parley.Account
	}{
		{parley.AccountHolding, "", i.AgencyHoldingCompany, &n.holding},
		{parley.AccountAgency, "", i.AgencyID, &n.agency},
		{parley.AccountAdvertiser, "", i.AdvertiserID, &n.advertiser},
		{parley.AccountSeat, i.DSPPlatform, i.SeatID, &n.seat},
	}
	for _, a := range asked {
		if a.name == "" {
			continue
		}
		if *a.into, err = w.AccountNamed(a.kind, a.dsp, a.name).Get(ctx); err != nil {
			return n, err
		}
	}
	if i.SeatID != "" && parley.DSP(i.DSPPlatform) == "" && n.seat.ID == "" {
		// An id of which nobody says where it is names the seats that there are.
		seats, err := w.SeatsNamed("", i.SeatID).Get(ctx)
		if err != nil {
			return n, err
		}
		if len(seats) > 0 {
			n.seat = seats[0]
		}
	}
	return n, nil
}

// identityOf completes an identity by whom an account names: itself, and above a seat the one that it is of. What the identity says
// must not be another.
func (w *work) identityOf(ctx context.Context, accountID string, stated parley.Identity) (parley.Identity, error) {
	const path = "account_id"
	account, err := w.Account(accountID).Get(ctx)
	if parley.Is(err, parley.CodeNotFound) {
		return stated, parley.Invalid(path, "is no account's id")
	}
	if err != nil {
		return stated, err
	}
	if account.Kind == parley.AccountHolding {
		return stated, parley.Invalid(path, "is a holding's: a key belongs to one of its agencies or advertisers, or to a seat")
	}
	var facts parley.Identity
	for id := accountID; id != ""; {
		above, err := w.Account(id).Get(ctx)
		if err != nil {
			return stated, err
		}
		name(&facts, above)
		id = above.ParentID
	}
	for _, member := range []struct{ path, stated, fact string }{
		{"seat_id", stated.SeatID, facts.SeatID}, {"dsp_platform", stated.DSPPlatform, facts.DSPPlatform},
		{"agency_id", stated.AgencyID, facts.AgencyID}, {"advertiser_id", stated.AdvertiserID, facts.AdvertiserID},
	} {
		same := parley.AccountName
		if member.path == "dsp_platform" {
			same = parley.DSP
		}
		if member.stated != "" && member.fact != "" && same(member.stated) != same(member.fact) {
			return stated, parley.Invalid(member.path, "is another than the account's, %q", member.fact)
		}
	}
	return facts.Or(stated), nil
}

// name writes into an identity who an account is.
func name(i *parley.Identity, a parley.Account) {
	switch a.Kind {
	case parley.AccountHolding:
		if i.AgencyID != "" {
			i.AgencyHoldingCompany = a.Name
		}
	case parley.AccountAgency:
		i.AgencyID, i.AgencyName = a.Code, a.Name
	case parley.AccountAdvertiser:
		i.AdvertiserID, i.AdvertiserName = a.Code, a.Name
	case parley.AccountSeat:
		i.SeatID, i.SeatName, i.DSPPlatform = a.Code, a.Name, a.DSP
	}
}
