package seller

import (
	"context"

	"parley"
	"parley/negotiation"
	"parley/storage"
)

// policy answers the negotiation profiles that this transaction sees.
func (s *Service) policy(ctx context.Context, r *storage.Reader, version *storage.Pending[int64]) (*negotiation.Policy, error) {
	read := func() *storage.Pending[storage.InForce[parley.NegotiationProfile]] {
		return storage.NegotiationProfiles.InForce(r)
	}
	return s.bargained.of(ctx, "negotiation profiles", version, read, func(stored storage.InForce[parley.NegotiationProfile]) (*negotiation.Policy, int64, error) {
		policy, err := negotiation.Compile(stored.Rules)
		return policy, stored.Version, err
	})
}

// bargain answers how the seller negotiates with this buyer over this product.
func (w *work) bargain(ctx context.Context, version *storage.Pending[int64], with negotiation.Request) (negotiation.Selection, error) {
	policy, err := w.service.policy(ctx, &w.Reader, version)
	if err != nil {
		return negotiation.Selection{}, err
	}
	if with.Accounts, err = accountsFor(ctx, &w.Reader, policy, with.Identity); err != nil {
		return negotiation.Selection{}, err
	}
	return policy.Select(with), nil
}

func aboutProposal(p parley.Proposal) negotiation.Request {
	return negotiation.Request{
		Tier: p.Tier, ProductID: p.ProductID, InventoryType: p.InventoryType, DealType: p.DealType, Identity: p.Identity,
	}
}
