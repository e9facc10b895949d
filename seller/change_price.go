package seller

import (
	"context"

	"parley"
)

// priced is what a change's terms cost as things are now.
type priced struct {
	ask   int64                 // of the waterfall, CPM micros
	floor int64                 // under which nothing is sold on these terms; 0 where there is no price
	why   *parley.ProposalError // that the terms are not sold, or not at this price; in words for the buyer
}

// underFloor tells whether the price alone is what the terms cannot be sold at.
func (p priced) underFloor() bool { return p.why != nil && p.why.Code == termsChanged().Code }

// priceTerms prices a running deal on terms, to its own buyer, with what the ledger holds for it.
func (w *work) priceTerms(ctx context.Context, deal parley.Deal, terms parley.DealTerms) (priced, error) {
	asked := offerOf(deal)
	asked.flight, asked.impressions = terms.Flight, terms.Impressions
	if deal.DealType.Guaranteed() {
		asked.held = &holding{flight: deal.Flight, impressions: deal.Impressions}
	}
	now, why, err := w.honours(ctx, asked, terms.CPM)
	p := priced{ask: now.price.FinalCPM, floor: now.price.FloorCPM, why: why}
	if p.ask == 0 {
		p.ask = deal.Price.FinalCPM // of what is not sold any more nothing better is known
	}
	return p, err
}

// setsTerms tells whether a change sets terms that the price depends on, or the price. One that only gives something up, or
// that is work for a person, does not.
func setsTerms(c parley.ChangeRequest) bool { return !c.ForAPerson() && firstTerm(c.Terms) != "" }

// sellable refuses to take a request for terms that are not sold. A buyer's own price is left to the desk, whatever it is:
// what is refused at once, and what is not, would tell the floor.
func sellable(who parley.Principal, c parley.ChangeRequest, p priced, currency parley.Currency) error {
	switch {
	case p.why == nil || !setsTerms(c):
		return nil
	case !p.underFloor():
		return parley.Invalid("proposed_values", "%s", p.why.Detail)
	case who.IsOperator() && c.Terms.CPM != nil:
		return parley.Invalid("proposed_values.price", "must not be below the floor of %s", parley.FormatMicros(p.floor, currency.MinorDigits()))
	case who.IsOperator():
		return parley.Invalid("proposed_values", "need a price of at least %s, the floor on these terms",
			parley.FormatMicros(p.floor, currency.MinorDigits()))
	case c.Terms.CPM != nil:
		return nil
	}
	return parley.Invalid("proposed_values", "are not sold at the deal's price. Ask for a price too, or for other terms")
}

// unsellable says, for the buyer, why a change cannot be made as things are now; "" when it can.
func (w *work) unsellable(ctx context.Context, deal parley.Deal, c parley.ChangeRequest, after parley.DealTerms) (string, error) {
	if !setsTerms(c) {
		return "", nil
	}
	p, err := w.priceTerms(ctx, deal, after)
	switch {
	case err != nil || p.why == nil:
		return "", err
	case p.underFloor():
		return priceGone, nil
	}
	return p.why.Detail, nil
}

// costsBuyer tells whether what a change makes of a deal is more than the buyer has agreed to: another volume, other days, a
// higher price, or the end of a deal that runs.
func costsBuyer(before, after parley.DealTerms, today parley.Date) bool {
	running := before.Status != parley.DealBooked || before.Flight.Start <= today
	return after.CPM > before.CPM || after.Impressions != before.Impressions || after.Flight != before.Flight ||
		after.Status != before.Status && running
}

// WaitsForBuyer tells whether an approved change is the buyer's to apply: the seller asked for it, and it costs the buyer.
func (s *Service) WaitsForBuyer(deal parley.Deal, c parley.ChangeRequest) bool {
	today := s.today(s.clock())
	after, err := changedTerms(deal.Terms(), c.Terms, today)
	return err == nil && c.Status == parley.ChangeApproved && c.AskedBy == parley.SideSeller && costsBuyer(deal.Terms(), after, today)
}

// leftToBuyer refuses to let the seller alone carry out what it asked for and the buyer has not agreed to.
func (w *work) leftToBuyer(c parley.ChangeRequest, deal parley.Deal) error {
	if !w.who.IsOperator() || !w.service.WaitsForBuyer(deal, c) {
		return nil
	}
	return parley.Errorf(parley.CodeForbidden, "The publisher asked for this change, and it costs the buyer: it waits until the buyer applies it.").
		With("status", c.Status)
}

// agreedFlight is what both sides have agreed on after a change: the new flight, where somebody was asked about it, or else
// the one from before.
func agreedFlight(deal parley.Deal, c parley.ChangeRequest, after parley.Flight) *parley.Flight {
	agreed := deal.AgreedFlight()
	if after == deal.Flight || c.AskedBy == parley.SideBuyer && c.ApprovalID == "" {
		if agreed == after {
			return nil
		}
		return &agreed
	}
	return nil
}

// shared is how many days two flights have in common.
func shared(a, b parley.Flight) int64 {
	return max(0, int64(min(a.End, b.End))-int64(max(a.Start, b.Start))+1)
}
