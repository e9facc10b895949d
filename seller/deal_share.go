package seller

import (
	"context"
	"time"

	"parley"
)

const (
	shareLasts = 90 * 24 * time.Hour
	mostShares = 50 // of one deal, with those that are over
)

// SharedDeal is a link to a deal's sheet, with the secret in it, which is told once and never stored.
type SharedDeal struct {
	parley.DealShare
	Secret string
}

// ShareDeal makes a link to a deal's sheet, for 90 days. A replay under the same idempotency key answers it without its secret.
func (s *Service) ShareDeal(ctx context.Context, call Call, dealID string, encode Encode[SharedDeal]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (SharedDeal, error) {
		held, there := w.DealForUpdate(dealID), w.DealShares(dealID, mostShares)
		if _, err := w.authorize(ctx, needDesk); err != nil {
			return SharedDeal{}, err
		}
		deal, err := held.Get(ctx)
		if err != nil {
			return SharedDeal{}, err
		}
		shares, err := there.Get(ctx)
		if err != nil {
			return SharedDeal{}, err
		}
		if s.settings.TestClock != nil {
			return SharedDeal{}, parley.Errorf(parley.CodeConflict, "The test world has no pages: a link would lead nowhere.")
		}
		if len(shares) == mostShares {
			return SharedDeal{}, parley.Errorf(parley.CodeConflict, "There have been %d links to this deal already; there can be no more.", mostShares)
		}
		secret := s.ids.NewSecret()
		share := parley.DealShare{
			ID: s.ids.New(parley.PrefixShare), DealID: deal.ID, Hash: parley.HashSecret(secret), CreatedBy: w.who.Actor(), CreatedAt: w.now,
			ExpiresAt: w.now.Add(shareLasts),
		}
		w.InsertDealShare(share)
		without, err := encode(SharedDeal{DealShare: share})
		if err != nil {
			return SharedDeal{}, parley.Internal(err)
		}
		w.keep = &without
		return SharedDeal{share, secret}, w.recordShare(parley.EventDealShared, "deal.share", deal, share)
	})
}

// EndShare ends a link: from then on it leads nowhere.
func (s *Service) EndShare(ctx context.Context, call Call, id string, encode Encode[parley.DealShare]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.DealShare, error) {
		pending := w.DealShare(id)
		if _, err := w.authorize(ctx, needDesk); err != nil {
			return parley.DealShare{}, err
		}
		share, err := pending.Get(ctx)
		if err != nil {
			return parley.DealShare{}, err
		}
		deal, err := w.Deal(share.DealID).Get(ctx)
		if err != nil {
			return parley.DealShare{}, err
		}
		at := w.now
		share.EndedBy, share.EndedAt = w.who.Actor(), &at
		w.EndDealShare(share)
		return share, w.recordShare(parley.EventDealShareEnded, "deal.end_share", deal, share)
	})
}

// recordShare records what becomes of a link; no buyer reads it.
func (w *work) recordShare(event parley.EventType, action string, deal parley.Deal, share parley.DealShare) error {
	about := map[string]any{"share_id": share.ID, "expires_at": share.ExpiresAt}
	told := dealEvent(event, deal)
	told.Owner, told.Data = "", data(about)
	return w.record(told, action, "deal", deal.ID, nil, about)
}

// DealShares answers the links to a deal's sheet, the oldest first.
func (s *Service) DealShares(ctx context.Context, call Call, dealID string) ([]parley.DealShare, error) {
	return read(ctx, s, call, func(v *view) ([]parley.DealShare, error) {
		deal, pending := v.Deal(dealID), v.DealShares(dealID, mostShares)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		if _, err := deal.Get(ctx); err != nil {
			return nil, err
		}
		return pending.Get(ctx)
	})
}

// DealBySecret answers the deal that a link leads to, as it is now, to anybody who has the link. What the desk has for itself is left
// out: how the price came about, what is asked of it, and what it is called where the buyer does not trade.
func (s *Service) DealBySecret(ctx context.Context, secret string) (parley.Deal, error) {
	return read(ctx, s, Call{}, func(v *view) (parley.Deal, error) {
		gone := parley.Errorf(parley.CodeNotFound, "This link leads nowhere. It may have been ended; ask whoever sent it for another.")
		share, err := v.DealShareByHash(parley.HashSecret(secret)).Get(ctx)
		if parley.Is(err, parley.CodeNotFound) || err == nil && !share.Live(v.now) {
			return parley.Deal{}, gone
		}
		if err != nil {
			return parley.Deal{}, err
		}
		deal, err := v.Deal(share.DealID).Get(ctx)
		if err != nil {
			return parley.Deal{}, err
		}
		deal.Aliases, err = v.AliasesOfDeals([]string{deal.ID}).Get(ctx)
		return BuyerSheet(deal), err
	})
}

// BuyerSheet is a deal with what its buyer may know, and nothing else.
func BuyerSheet(d parley.Deal) parley.Deal {
	return parley.Deal{
		ID: d.ID, Status: d.Status, ProductID: d.ProductID, ProductName: d.ProductName, InventoryType: d.InventoryType, DealType: d.DealType,
		MediaType: d.MediaType, Impressions: d.Impressions, Flight: d.Flight, Identity: d.Identity, Claimed: d.Claimed, Notes: d.Notes,
		Price: parley.PriceDecision{FinalCPM: d.Price.FinalCPM, Currency: d.Price.Currency}, Aliases: d.Aliases, CreatedAt: d.CreatedAt,
		StatusReason: d.StatusReason, Owner: d.Owner,
	}
}
