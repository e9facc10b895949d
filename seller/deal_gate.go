package seller

import (
	"context"

	"parley"
	"parley/storage"
)

// gateDeal writes a new deal: booked, or, when a rule stops it, proposed with its inventory reserved and its id minted,
// until a person has decided.
func (w *work) gateDeal(ctx context.Context, deal parley.Deal, ask int64, version storage.Pending[int64]) (parley.Deal, error) {
	// An agent that was blocked since it asked does not buy.
	if _, err := capped(ctx, w.who, w.claimedAgent(deal.Carried.AgentURL)); err != nil {
		return parley.Deal{}, err
	}
	if err := w.service.seated(deal); err != nil {
		return parley.Deal{}, err
	}
	facts, err := commitment{
		ask: ask, price: deal.Price.FinalCPM, currency: deal.Price.Currency, impressions: deal.Impressions, flight: deal.Flight,
		dealType: deal.DealType, tier: deal.Tier, productID: deal.ProductID, inventoryType: deal.InventoryType,
		recommendation: parley.RecommendAccept,
	}.facts()
	if err != nil {
		return parley.Deal{}, err
	}
	rule, stopped, err := w.stoppedDeal(ctx, deal, facts, version)
	if err != nil {
		return parley.Deal{}, err
	}
	deal.Status = parley.DealBooked
	if stopped {
		deal.Status = parley.DealProposed
	}
	w.InsertDeal(deal)
	if deal.DealType.Guaranteed() {
		w.Reserve(deal.ProductID, deal.Flight, deal.Impressions)
	}
	w.InsertEvent(w.event(dealEvent(parley.EventDealCreated, deal), deal.ID))
	if stopped {
		_, err := w.requestApproval(rule, facts, parley.Approval{
			Owner: deal.Owner, ProposalID: deal.ProposalID, NegotiationID: deal.NegotiationID, QuoteID: deal.QuoteID, DealID: deal.ID,
		})
		return deal, err
	}
	return deal, w.record(dealEvent(parley.EventDealBooked, deal), "deal.book", "deal", deal.ID,
		map[string]any{"quote_id": deal.QuoteID, "proposal_id": deal.ProposalID},
		map[string]any{"status": deal.Status, "final_micros": deal.Price.FinalCPM, "impressions": deal.Impressions})
}

// stoppedDeal asks whether a rule stops a deal for which these terms have not been approved on their way here. Which
// approvals there are is looked up only when there is a rule to stop it.
func (w *work) stoppedDeal(ctx context.Context, deal parley.Deal, facts parley.ApprovalCase, version storage.Pending[int64]) (parley.ApprovalRule, bool, error) {
	rule, stopped, err := w.stopped(ctx, version, facts, nil, parley.GateDealBooking)
	if err != nil || !stopped {
		return rule, stopped, err
	}
	granted, err := w.GrantedApprovals(deal.ProposalID, deal.NegotiationID, deal.QuoteID).Get(ctx)
	if err != nil {
		return rule, stopped, err
	}
	return w.stopped(ctx, version, facts, granted, parley.GateDealBooking)
}
