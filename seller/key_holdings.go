package seller

import (
	"context"

	"parley"
	"parley/storage"
)

// KeyHoldings count what the buyer of a key has under way, as far as mostHeld of each. It may have other keys.
type KeyHoldings struct {
	Deals        int64 // that run
	Negotiations int64 // that wait for a price of either side
	Webhooks     int64 // that this key made or replaced last, and that are on
}

// mostHeld is where the counting of each ends.
const mostHeld = 1000

// KeyHoldings answers what hangs on a buyer's key. An operator's has none.
func (s *Service) KeyHoldings(ctx context.Context, call Call, id string) (KeyHoldings, error) {
	return read(ctx, s, call, func(v *view) (held KeyHoldings, err error) {
		pending := v.Key(id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return held, err
		}
		key, err := pending.Get(ctx)
		if err != nil {
			return held, err
		}
		owner := key.Principal(parley.TrustUnregistered).Owner()
		if owner == "" {
			return held, nil
		}
		one := storage.Page{Limit: 1, CountTo: mostHeld}
		var running []*storage.Pending[Listing[parley.Deal]]
		for _, status := range parley.DealStatuses {
			if status.Runs() {
				running = append(running, v.Deals(DealFilter{Owner: &owner, Status: status, Page: one}))
			}
		}
		open := v.Negotiations(storage.NegotiationFilter{Owner: &owner, Status: parley.NegotiationActive, Now: v.now, Page: one})
		hooks := v.Webhooks(storage.WebhookFilter{Owner: &owner, Status: parley.WebhookActive, Page: storage.Page{Limit: mostHeld}})
		for _, deals := range running {
			found, err := deals.Get(ctx)
			if err != nil {
				return held, err
			}
			held.Deals += found.Total
		}
		talks, err := open.Get(ctx)
		if err != nil {
			return held, err
		}
		held.Negotiations = talks.Total
		listening, err := hooks.Get(ctx)
		for _, hook := range listening.Items {
			if hook.KeyID == id {
				held.Webhooks++
			}
		}
		return held, err
	})
}
