package seller

import (
	"context"
	"net/netip"

	"parley"
	"parley/negotiation"
	"parley/storage"
)

// party is whom prices count for on a day: the advertiser where the credential names one, through whichever agency, else the
// agency, the seat, or the key. However a buyer writes an account, it is the same one. Callers without a key are told apart by
// their network, so that what one of them does moves no price of another's.
func party(who parley.Principal, address string) string {
	switch i := who.Identity; {
	case who.Role == parley.RoleAnonymous:
		return "address/" + network(address)
	case i.AdvertiserID != "":
		return "advertiser/" + parley.AccountCode(who.Accounts, parley.AccountAdvertiser, i.AdvertiserID)
	case i.AgencyID != "":
		return "agency/" + parley.AccountCode(who.Accounts, parley.AccountAgency, i.AgencyID)
	case i.SeatID != "":
		seat := "seat/" + parley.AccountCode(who.Accounts, parley.AccountSeat, i.SeatID)
		if dsp := parley.DSP(i.DSPPlatform); dsp != "" {
			seat += "/" + dsp
		}
		return seat
	}
	return "key/" + who.KeyID
}

// network is the part of an address that one client has to itself: a whole /64 of IPv6.
func network(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if parsed = parsed.Unmap().WithZone(""); parsed.Is4() {
		return parsed.String()
	}
	prefix, err := parsed.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// day locks what the party of a negotiation has opened and heard over its product today; nil where nothing is counted: of a
// negotiation that knows no party, and without a limit.
func (w *work) day(ctx context.Context, n parley.Negotiation) (*parley.NegotiationDay, error) {
	if n.Party == "" || w.service.settings.NegotiationsPerDay == 0 {
		return nil, nil
	}
	day, err := w.NegotiationDay(n.Party, n.ProductID, n.Currency, w.service.today(w.now)).Get(ctx)
	return &day, err
}

// bounded locks the day of a negotiation that opens, counts it, and holds it to what has been heard once there have been as
// many as a day may have: asking again under new ids must not map out the publisher's prices.
func (w *work) bounded(ctx context.Context, n *parley.Negotiation) (*parley.NegotiationDay, error) {
	day, err := w.day(ctx, *n)
	if day == nil || err != nil {
		return nil, err
	}
	if day.Opened >= int64(w.service.settings.NegotiationsPerDay) {
		if n.LowestCPM, err = negotiation.Bound(n.Currency, n.BaseCPM, *day); err != nil {
			return nil, parley.Internal(err)
		}
		if n.LowestCPM == 0 {
			n.LowestCPM = n.BaseCPM
		}
	}
	day.Opened++
	return day, nil
}

// heard stores what a party has heard with the last round of a negotiation, or agreed to. day is the one that its opening has
// locked; nil when it was open before.
func (w *work) heard(ctx context.Context, day *parley.NegotiationDay, n parley.Negotiation) error {
	price := n.StandingCPM()
	if n.AgreedCPM != nil {
		price = *n.AgreedCPM
	}
	opened := day != nil
	if !opened {
		var err error
		if day, err = w.day(ctx, n); day == nil || err != nil {
			return err
		}
	}
	after := negotiation.Stated(*day, n.BaseCPM, price)
	if opened || after != *day {
		w.UpdateNegotiationDay(after)
	}
	return nil
}

// opened stores that a negotiation has opened without anything stated.
func (w *work) opened(day *parley.NegotiationDay) {
	if day != nil {
		w.UpdateNegotiationDay(*day)
	}
}

// ForgetNegotiationDays removes what was counted on days that are over, and says how many it looked at.
func (s *Service) ForgetNegotiationDays(ctx context.Context) (int, error) {
	today := s.today(s.clock())
	return s.sweepRows(ctx, &s.swept.days, "an old negotiation day could not be removed", func(tx *storage.Tx, limit, skip int) (int64, error) {
		return tx.DeleteNegotiationDays(today, limit, skip).Get(ctx)
	})
}
