package seller

import (
	"context"

	"parley"
)

// offers asks the same before the deal desk's price is put on the table, which may be none under the floor as it is now.
func (w *work) offers(ctx context.Context, n *parley.Negotiation, identity parley.Identity, price int64) (*parley.ProposalError, error) {
	why, err := w.stands(ctx, n, identity)
	if why == nil && err == nil && price < n.FloorCPM {
		why = termsChanged()
	}
	return why, err
}

// stands asks what the terms of a negotiation come to now, before anything new is stated in it. Where the floor has come
// above what the seller has stated, or the product is no longer sold so, it answers why the negotiation ends; otherwise
// the negotiation goes on above the floor as it is now.
func (w *work) stands(ctx context.Context, n *parley.Negotiation, identity parley.Identity) (*parley.ProposalError, error) {
	now, gone, err := w.priceNow(ctx, offer{
		productID: n.ProductID, dealType: n.DealType, flight: n.Flight, impressions: n.Impressions, currency: n.Currency,
		tier: n.Tier, identity: identity,
	})
	if err != nil || gone != nil {
		return gone, err
	}
	return standsAbove(n, now.price.FloorCPM), nil
}

// standsAbove lets a negotiation go on above a floor, or answers why it cannot: what it has stated is under it.
func standsAbove(n *parley.Negotiation, floor int64) *parley.ProposalError {
	if floor > min(n.StandingCPM(), n.BaseCPM) {
		return termsChanged()
	}
	n.FloorCPM = floor
	return nil
}
