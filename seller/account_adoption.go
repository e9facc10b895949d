package seller

import (
	"context"
	"slices"

	"parley"
)

// adopt finds the accounts that a key's identity names, and makes those that there are none of: an agency under its holding, an advertiser
// that the agency acts for, and a seat of the agency's, or else of the advertiser's. What is an account's name finds it, wherever it is
// written: an id that comes with it becomes a name of the account. An identity that names two where one is meant is CodeConflict.
func (w *work) adopt(ctx context.Context, i parley.Identity) error {
	if i.SeatID+i.SeatName+i.AgencyID+i.AgencyName+i.AgencyHoldingCompany+i.AdvertiserID+i.AdvertiserName == "" {
		return nil
	}
	w.LockAccounts() // nobody else makes them meanwhile
	var known namedAccounts
	var err error
	if known.agency, err = w.adoptParty(ctx, named{parley.AccountAgency, "agency_id", "agency_name", i.AgencyID, i.AgencyName}); err != nil {
		return err
	}
	if err := w.adoptHolding(ctx, i, &known); err != nil {
		return err
	}
	if known.agency, err = w.orMade(ctx, known.agency, parley.Account{Kind: parley.AccountAgency, Name: i.AgencyName, Code: i.AgencyID, ParentID: known.holding.ID}); err != nil {
		return err
	}
	if known.advertiser, err = w.adoptParty(ctx, named{parley.AccountAdvertiser, "advertiser_id", "advertiser_name", i.AdvertiserID, i.AdvertiserName}); err != nil {
		return err
	}
	if known.advertiser, err = w.orMade(ctx, known.advertiser, parley.Account{Kind: parley.AccountAdvertiser, Name: i.AdvertiserName, Code: i.AdvertiserID}); err != nil {
		return err
	}
	if i.AgencyID != "" && i.AdvertiserID != "" {
		w.ServeAdvertiser(known.agency.ID, known.advertiser.ID)
	}
	return w.adoptSeat(ctx, i, known)
}

// namedAccounts are those that an identity names; the ID of one that there is not is empty.
type namedAccounts struct{ holding, agency, advertiser parley.Account }

// orMade is the account that was found, or one that is made; none where an identity names nobody of the kind.
func (w *work) orMade(ctx context.Context, found, made parley.Account) (parley.Account, error) {
	if found.ID != "" || made.Code == "" && made.Kind != parley.AccountHolding {
		return found, nil
	}
	if made.Name != "" && made.Kind != parley.AccountSeat {
		made.Names = []string{made.Name}
	}
	return w.createAccount(ctx, made.Tidied())
}

// named is an account as an identity names it.
type named struct {
	kind              parley.AccountKind
	idPath, namePath  string
	identifier, label string
}

// isAnothers refuses a key that names an account where it cannot be that one's.
func isAnothers(path, written string, a parley.Account, what string) error {
	return parley.Errorf(parley.CodeConflict, "%s, %q, is a name of the %s %s, %s", path, written, a.Kind, a.Code, what).
		With("field", path).With("account_id", a.ID)
}

// adoptParty finds the agency or the advertiser that an identity names by its id or by its name. One that the name alone finds has the id as
// a name from here on.
func (w *work) adoptParty(ctx context.Context, n named) (parley.Account, error) {
	byID, err := w.called(ctx, n.kind, n.idPath, n.identifier, "")
	if err != nil {
		return parley.Account{}, err
	}
	byName, err := w.called(ctx, n.kind, n.namePath, n.label, byID.ID)
	switch {
	case err != nil:
		return parley.Account{}, err
	case n.identifier == "" && byName.ID != "":
		return parley.Account{}, isAnothers(n.namePath, n.label, byName, "and does not say that the key is that one's: send its "+n.idPath+" too, or leave the name out.")
	case byID.ID != "" && byName.ID != "" && byID.ID != byName.ID:
		return parley.Account{}, isAnothers(n.namePath, n.label, byName, "and "+n.idPath+" is another one's, "+byID.Code+": send what names one of them.")
	case byID.ID != "":
		return byID, w.alsoNamed(ctx, byID, n.identifier)
	case byName.ID != "":
		return byName, w.alsoNamed(ctx, byName, n.identifier)
	}
	return parley.Account{}, nil
}

// called is the account of a kind that is written so: by a name of it, or as it is called. One of several that are called so is meant where
// it is known already. Of a seat it is by a name alone: what seats are called tells none from another.
func (w *work) called(ctx context.Context, kind parley.AccountKind, path, written, known string) (parley.Account, error) {
	if written == "" {
		return parley.Account{}, nil
	}
	so, err := w.AccountsCalled(kind, written).Get(ctx)
	if err != nil {
		return parley.Account{}, err
	}
	if at := slices.IndexFunc(so, func(a parley.Account) bool { return a.ID == known }); at >= 0 {
		return so[at], nil
	}
	found, err := w.AccountNamed(kind, "", written).Get(ctx)
	if err != nil || found.ID != "" {
		return found, err
	}
	switch len(so) {
	case 0:
		return parley.Account{}, nil
	case 1:
		return so[0], nil
	}
	return parley.Account{}, isAnothers(path, written, so[0], "and "+so[1].Code+" is called so too: send an id that one of them has.")
}

// alsoNamed has an account have a name more, if it does not have it yet in whichever case.
func (w *work) alsoNamed(ctx context.Context, a parley.Account, written string) error {
	if written == "" {
		return nil
	}
	before, err := w.AccountForUpdate(a.ID).Get(ctx)
	if err != nil || before.IsWritten(written) {
		return err
	}
	if len(before.Names) >= parley.MaxAccountNames {
		return parley.Errorf(parley.CodeConflict, "The %s %s has %d names, which is all that one can have: take some away before %q becomes one.", a.Kind, a.Code, parley.MaxAccountNames, written).
			With("account_id", a.ID)
	}
	after := before
	after.Names = append(slices.Clone(before.Names), written)
	return w.rewrite(ctx, before, after, "A key names it so.")
}

// rewrite stores what keys have changed about an account.
func (w *work) rewrite(ctx context.Context, before, after parley.Account, reason string) error {
	parent, err := w.parentOf(ctx, after)
	if err != nil {
		return err
	}
	after.Version, after.UpdatedAt = before.Version+1, w.now
	w.UpdateAccount(after, parent)
	return w.recordAccount(parley.EventAccountChanged, "account.change", &before, after, reason)
}

// adoptHolding finds or makes the holding of the agency that an identity names, which has it from here on if it has none. A holding that is
// another than the agency's, or is named without an agency, is refused.
func (w *work) adoptHolding(ctx context.Context, i parley.Identity, known *namedAccounts) (err error) {
	const path = "agency_holding_company"
	written := i.AgencyHoldingCompany
	if written == "" {
		return nil
	}
	if known.holding, err = w.called(ctx, parley.AccountHolding, path, written, known.agency.ParentID); err != nil {
		return err
	}
	has := known.agency.ParentID
	switch {
	case i.AgencyID == "":
		return w.aboveAdvertiser(ctx, i, known.holding)
	case has != "" && known.holding.ID != "" && has != known.holding.ID:
		return isAnothers(path, written, known.holding, "and the agency "+known.agency.Code+" belongs to another: move the agency, or leave the holding out.")
	case has != "":
		return nil
	}
	if known.holding, err = w.orMade(ctx, known.holding, parley.Account{Kind: parley.AccountHolding, Name: written}); err != nil || known.agency.ID == "" {
		return err
	}
	before, err := w.AccountForUpdate(known.agency.ID).Get(ctx)
	if err != nil {
		return err
	}
	after := before
	after.ParentID = known.holding.ID
	return w.rewrite(ctx, before, after, "A key names it.")
}

// aboveAdvertiser refuses a holding that a key names without an agency, unless it is the advertiser's.
func (w *work) aboveAdvertiser(ctx context.Context, i parley.Identity, holding parley.Account) error {
	if holding.ID == "" {
		return nil
	}
	if i.AdvertiserID != "" {
		advertiser, err := w.AccountNamed(parley.AccountAdvertiser, "", i.AdvertiserID).Get(ctx)
		if err != nil || advertiser.ParentID == holding.ID {
			return err
		}
	}
	return isAnothers("agency_holding_company", i.AgencyHoldingCompany, holding, "and no agency_id says who is between: send that too, or leave the holding out.")
}

// adoptSeat finds or makes the seat that an identity names, at its DSP or without one, and has one that is nobody's belong to whom its keys name.
func (w *work) adoptSeat(ctx context.Context, i parley.Identity, known namedAccounts) error {
	byName, err := w.AccountNamed(parley.AccountSeat, i.DSPPlatform, i.SeatName).Get(ctx)
	if err != nil {
		return err
	}
	var seat parley.Account
	if i.SeatID != "" {
		if seat, err = w.AccountNamed(parley.AccountSeat, i.DSPPlatform, i.SeatID).Get(ctx); err != nil {
			return err
		}
	}
	switch {
	case i.SeatName == "" || byName.ID == "" || byName.ID == seat.ID:
	case i.SeatID == "":
		return isAnothers("seat_name", i.SeatName, byName, "and does not say that the key is that one's: send its seat_id too, or leave the name out.")
	case seat.ID != "":
		return isAnothers("seat_name", i.SeatName, byName, "and seat_id is another one's, "+seat.Code+": send what names one of them.")
	default:
		seat = byName
	}
	if seat.ID != "" {
		if err := w.alsoNamed(ctx, seat, i.SeatID); err != nil {
			return err
		}
	}
	if seat.ID == "" {
		if err := w.likeRestricted(ctx, i); err != nil || i.SeatID == "" {
			return err
		}
		of := known.agency.ID
		if of == "" {
			of = known.advertiser.ID
		}
		_, err := w.orMade(ctx, seat, parley.Account{Kind: parley.AccountSeat, Name: i.SeatName, Code: i.SeatID, DSP: i.DSPPlatform, ParentID: of})
		return err
	}
	if i.SeatID == "" || seat.ParentID != "" {
		return nil
	}
	var named []parley.AccountRef
	for _, a := range []parley.Account{known.agency, known.advertiser} {
		if a.ID != "" {
			named = append(named, parley.AccountRef{ID: a.ID, Kind: a.Kind})
		}
	}
	if len(named) == 0 {
		return nil
	}
	return w.fosterSeat(ctx, seat.ID, named)
}

// likeRestricted refuses a new seat that is called as one is that may not begin anything, of which it may be another id. Others of one name
// are seats of their own, and what is decided for one with its id, where either says no DSP, holds for it anyway.
func (w *work) likeRestricted(ctx context.Context, i parley.Identity) error {
	bound, err := accountsNamed(ctx, &w.Reader, parley.Identity{SeatID: i.SeatID, DSPPlatform: i.DSPPlatform})
	if err != nil {
		return err
	}
	for _, member := range []struct{ path, written string }{{"seat_name", i.SeatName}, {"seat_id", i.SeatID}} {
		if member.written == "" {
			continue
		}
		called, err := w.AccountsCalled(parley.AccountSeat, member.written).Get(ctx)
		if err != nil {
			return err
		}
		for _, seat := range called {
			at := parley.DSP(seat.DSP)
			if at != "" && parley.DSP(i.DSPPlatform) != "" && at != parley.DSP(i.DSPPlatform) ||
				slices.ContainsFunc(bound, func(a parley.AccountRef) bool { return a.ID == seat.ID }) {
				continue
			}
			accounts, err := accountsNamed(ctx, &w.Reader, parley.Identity{SeatID: seat.Code, DSPPlatform: seat.DSP})
			if err != nil {
				return err
			}
			if parley.Standing(accounts) != parley.AccountActive {
				return isAnothers(member.path, member.written, seat, "which is paused or blocked: make this id a name of that account, or name the seat otherwise.")
			}
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
	seat.ParentID = parent.ID
	return w.rewrite(ctx, before, seat, "Its keys name the "+string(parent.Kind)+".")
}

// identityOf completes an identity by whom an account names: itself, and above a seat the one that it is of, unless the seat has traded
// for itself: a key of the seat's has what the seat has. What the identity says must not be another.
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
	line := []parley.Account{account}
	for id := account.ParentID; id != ""; id = line[len(line)-1].ParentID {
		above, err := w.Account(id).Get(ctx)
		if err != nil {
			return stated, err
		}
		line = append(line, above)
	}
	if err := notAnothers(line, stated); err != nil {
		return stated, err
	}
	first, err := w.KeyNaming(line[:1]).Get(ctx)
	alone := first.ID != "" && stated.AgencyID+stated.AdvertiserID == ""
	if err == nil && !alone {
		first, err = w.KeyNaming(line).Get(ctx)
	} else {
		line = line[:1]
	}
	var facts parley.Identity
	for _, a := range line {
		name(&facts, a)
	}
	// It is written as the first key of theirs has it, which owns what they have.
	owns := parley.Identity{
		SeatID: first.Identity.SeatID, DSPPlatform: first.Identity.DSPPlatform,
		AgencyID: first.Identity.AgencyID, AdvertiserID: first.Identity.AdvertiserID,
	}
	return owns.Or(facts).Or(stated), err
}

// notAnothers refuses an identity that names somebody else than one of a line of accounts.
func notAnothers(line []parley.Account, stated parley.Identity) error {
	for _, a := range line {
		path, written := "", ""
		switch a.Kind {
		case parley.AccountAgency:
			path, written = "agency_id", stated.AgencyID
		case parley.AccountAdvertiser:
			path, written = "advertiser_id", stated.AdvertiserID
		case parley.AccountSeat:
			if path, written = "seat_id", stated.SeatID; stated.DSPPlatform != "" && a.DSP != "" && parley.DSP(stated.DSPPlatform) != parley.DSP(a.DSP) {
				return parley.Invalid("dsp_platform", "is another than the account's, %q", a.DSP)
			}
		case parley.AccountHolding:
		}
		if written != "" && !a.IsWritten(written) {
			return parley.Invalid(path, "is another than the account's, %q", a.Code)
		}
	}
	return nil
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
