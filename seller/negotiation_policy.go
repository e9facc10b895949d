package seller

import (
	"context"
	"fmt"

	"parley"
	"parley/negotiation"
	"parley/storage"
)

// bargainedBy is the negotiation profiles compiled from one version of the stored ones.
type bargainedBy struct {
	version int64
	policy  *negotiation.Policy
}

// policy answers the negotiation profiles that this transaction sees.
func (s *Service) policy(ctx context.Context, r *storage.Reader, version *storage.Pending[int64]) (*negotiation.Policy, error) {
	current, err := version.Get(ctx)
	if err != nil {
		return nil, err
	}
	if cached := s.bargained.Load(); cached != nil && cached.version == current {
		return cached.policy, nil
	}
	config, err := storage.NegotiationProfiles.InForce(r).Get(ctx)
	if err != nil {
		return nil, err
	}
	policy, err := negotiation.Compile(config.Rules)
	if err != nil {
		return nil, parley.Internal(fmt.Errorf("stored negotiation profiles do not compile: %w", err))
	}
	s.bargained.Store(&bargainedBy{version: config.Version, policy: policy})
	return policy, nil
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
