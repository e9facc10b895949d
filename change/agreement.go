package change

import "parley"

// WaitsForBuyer tells whether an approved change is the buyer's to apply: the seller asked for it, and it costs the buyer. The
// publisher's own ending of a deal is not.
func WaitsForBuyer(c parley.ChangeRequest, deal parley.Deal, today parley.Date) bool {
	if c.Direct() {
		return false
	}
	after, err := NewTerms(deal.Terms(), c.Terms, today)
	return err == nil && c.Status == parley.ChangeApproved && c.AskedBy == parley.SideSeller && costsBuyer(deal.Terms(), after, today)
}

// costsBuyer tells whether what a change makes of a deal is more than the buyer has agreed to: another volume, other days, a
// higher price, or the end of a deal that runs.
func costsBuyer(before, after parley.DealTerms, today parley.Date) bool {
	running := before.Status != parley.DealBooked || before.Flight.Start <= today
	return after.CPM > before.CPM || after.Impressions != before.Impressions || after.Flight != before.Flight ||
		after.Status != before.Status && running
}

// AgreedFlight is what both sides have agreed on after a change: the new flight, where somebody was asked about it, or else
// the one from before. It is nil where that is the deal's own, as Deal.Agreed has it.
func AgreedFlight(deal parley.Deal, c parley.ChangeRequest, after parley.Flight) *parley.Flight {
	agreed := deal.AgreedFlight()
	if after == deal.Flight || c.AskedBy == parley.SideBuyer && c.ApprovalID == "" {
		if agreed == after {
			return nil
		}
		return &agreed
	}
	return nil
}
