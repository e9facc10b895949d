package seller

import (
	"context"

	"parley"
	"parley/storage"
)

// Negotiation reads one negotiation with its rounds.
func (s *Service) Negotiation(ctx context.Context, call Call, id string) (parley.Negotiation, error) {
	return own(ctx, s, call, needProposalAccess, "negotiation", id, (*storage.Reader).Negotiation, func(n parley.Negotiation) string { return n.Owner },
		func(v *view, who parley.Principal, n parley.Negotiation) parley.Negotiation {
			return seenNegotiation(who, n.At(v.now))
		})
}

// ProposalNegotiation reads the negotiation of a proposal.
func (s *Service) ProposalNegotiation(ctx context.Context, call Call, proposalID string) (parley.Negotiation, error) {
	return readOnce(ctx, s, call, func(v *view) (parley.Negotiation, error) {
		pending := v.Negotiations(storage.NegotiationFilter{ProposalID: proposalID, Page: storage.Page{Limit: 1}})
		who, err := v.authorize(ctx, needProposalAccess)
		if err != nil {
			return parley.Negotiation{}, err
		}
		found, err := pending.Get(ctx)
		if err != nil {
			return parley.Negotiation{}, err
		}
		if len(found.Items) == 0 || !who.MaySee(found.Items[0].Owner) {
			return parley.Negotiation{}, unknown("negotiation on proposal", proposalID)
		}
		return seenNegotiation(who, found.Items[0].At(v.now)), nil
	})
}

// Negotiations lists the caller's negotiations; an operator sees all.
func (s *Service) Negotiations(ctx context.Context, call Call, filter storage.NegotiationFilter) (storage.Listing[parley.Negotiation], error) {
	return ownList(ctx, s, call, func(v *view, owner *string) *storage.Pending[Listing[parley.Negotiation]] {
		filter.Owner, filter.Now = owner, v.now
		return v.Negotiations(filter)
	}, func(v *view, who parley.Principal, n parley.Negotiation) parley.Negotiation {
		return seenNegotiation(who, n.At(v.now))
	})
}

// seenNegotiation takes out of a negotiation what is for the publisher alone.
func seenNegotiation(who parley.Principal, n parley.Negotiation) parley.Negotiation {
	if who.IsOperator() {
		return n
	}
	n.FloorCPM, n.LowestCPM, n.HeldBy = 0, 0, ""
	n.Limits = parley.NegotiationLimits{MaxRounds: n.Limits.MaxRounds}
	rounds := make([]parley.NegotiationRound, len(n.Rounds))
	for i, round := range n.Rounds {
		round.Trace = nil
		rounds[i] = round
	}
	n.Rounds = rounds
	return n
}
