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
	if i.SeatID != "" {
		of := known.agency.ID
		if of == "" {
			of = known.advertiser.ID
		}
		return missing(parley.Account{Kind: parley.AccountSeat, Name: i.SeatName, Code: i.SeatID, DSP: i.DSPPlatform, ParentID: of}, &known.seat)
	}
	return nil
}

// namedAccounts are those that an identity names; the ID of one that there is not is empty.
type namedAccounts struct{ holding, agency, advertiser, seat parley.Account }

// complete tells whether there is an account of everybody whom an identity names, and whoever is named acts for nobody else who is. Of an
// agency and an advertiser it is not asked whether the one acts for the other, but said again.
func (n namedAccounts) complete(i parley.Identity) bool {
	return (i.AgencyID == "" || n.agency.ID != "") && (i.AdvertiserID == "" || n.advertiser.ID != "") && (i.SeatID == "" || n.seat.ID != "") &&
		(i.AgencyID == "" || i.AdvertiserID == "")
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
		if member.stated != "" && member.fact != "" && parley.AccountName(member.stated) != parley.AccountName(member.fact) {
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
