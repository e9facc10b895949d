package seller

import (
	"context"

	"parley"
	"parley/storage"
)

// dealGate is what every new deal is held against. It is asked for with all else that a booking asks.
type dealGate struct {
	version      *storage.Pending[int64] // of the approval rules
	destinations *storage.Pending[[]parley.Destination]
}

func (w *work) askGate() dealGate {
	return dealGate{storage.ApprovalRules.Version(&w.Reader), w.EachDestination()}
}

// gateDeal writes a new deal: booked, or, when a rule stops it, proposed with its id minted, until everybody whom a rule asks has
// granted it. Either way its inventory is for the caller to reserve. asked is the principal whose doing it is, and as what the booking
// is to the seat that the deal is for.
func (w *work) gateDeal(ctx context.Context, deal parley.Deal, as course, ask int64, asked string, gate dealGate) (parley.Deal, error) {
	// An agent that was blocked since it asked does not buy.
	if _, err := capped(ctx, w.who, w.claimedAgent(deal.Carried.AgentURL)); err != nil {
		return parley.Deal{}, err
	}
	if err := w.service.seated(deal); err != nil {
		return parley.Deal{}, err
	}
	if err := w.claimsMayBuy(ctx, as, deal.Identity, deal.Claimed, "buyer_identity"); err != nil {
		return parley.Deal{}, err
	}
	var err error
	if deal.AssumedImpressions, err = w.assumedVolume(ctx, deal); err != nil {
		return parley.Deal{}, err
	}
	about := aboutDeal(deal)
	about.RequestedBy = asked
	rule, facts, stopped, err := w.prices().meet(ctx, gate.version, dealCommitment(deal, ask), about, parley.GateDealBooking)
	if err != nil {
		return parley.Deal{}, err
	}
	deal.Status, deal.BookedOn = parley.DealBooked, w.service.today(w.now)
	if stopped {
		deal.Status, deal.BookedOn = parley.DealProposed, 0
	}
	w.InsertDeal(deal)
	w.InsertEvent(w.event(dealEvent(parley.EventDealCreated, deal), deal.ID))
	if stopped {
		_, err := w.requestApproval(rule, facts, about)
		return deal, err
	}
	err = w.record(dealEvent(parley.EventDealBooked, deal), "deal.book", "deal", deal.ID,
		map[string]any{"quote_id": deal.QuoteID, "proposal_id": deal.ProposalID},
		map[string]any{"status": deal.Status, "final_micros": deal.Price.FinalCPM, "impressions": deal.Impressions})
	if err != nil {
		return parley.Deal{}, err
	}
	return deal, w.activateBooked(ctx, deal, gate.destinations)
}

// reserve takes what a new deal guarantees out of the ledger. Its days are locked after everything else.
func (w *work) reserve(deal parley.Deal) {
	if deal.DealType.Guaranteed() {
		w.Reserve(deal.ProductID, deal.Flight, deal.Impressions)
	}
}

func aboutDeal(deal parley.Deal) parley.Approval {
	return parley.Approval{
		Owner: deal.Owner, ProposalID: deal.ProposalID, NegotiationID: deal.NegotiationID, QuoteID: deal.QuoteID, DealID: deal.ID,
	}
}

// mostAssumed keeps the value of a deal without a volume within what can be counted, at any CPM.
const mostAssumed = 9_000_000_000

// assumedVolume is the volume that a deal which names none counts with: what is available over its flight, 0 where that is not
// known.
func (w *work) assumedVolume(ctx context.Context, deal parley.Deal) (int64, error) {
	if deal.Impressions > 0 {
		return 0, nil
	}
	available, err := w.prices().available(ctx, deal.ProductID, deal.Flight)
	if err != nil || available == nil {
		return 0, err
	}
	return min(*available, mostAssumed), nil
}
