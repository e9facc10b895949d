package seller

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley"
	"parley/change"
)

func (v *view) prices() prices { return prices{v.Reader, v.service, v.now, nil, nil} }

// judged is a question with what has been asked for to judge it.
type judged struct {
	item  *parley.InboxItem
	terms offer
	facts priceFacts
	matter
	promised promised // of the deal of a change or an order
	to       becomes  // of a change that a yes lets go on
}

// prospects has questions that wait know what would come of answering them as things are now: of the answer that is planned, else of a yes.
// What is asked of the store is asked of all of them together, but for the prices of changes.
func (p prices) prospects(ctx context.Context, parts ...[]parley.InboxItem) error {
	return p.prospectsOn(ctx, nil, parts...)
}

// prospectsOn is prospects with the desk's own terms of a counter; nil: there are none.
func (p prices) prospectsOn(ctx context.Context, own *parley.Modifications, parts ...[]parley.InboxItem) error {
	p.tx = nil // what is foreseen keeps nobody waiting
	var all []*judged
	for _, part := range parts {
		for i := range part {
			if q, ok := p.judge(&part[i]); ok {
				all = append(all, &q)
			}
		}
	}
	blocked := map[bought]string{}
	for _, q := range all {
		look, next := p.prospectOf, p.asksNext
		switch {
		case q.change != nil:
			look, next = p.prospectOfChange, p.asksAboutChange
		case q.item.OrderID != "":
			look, next = p.prospectOfOrder, p.asksAboutOrder
		}
		if err := look(ctx, q, own); err != nil {
			return err
		}
		if q.item.Status != parley.ApprovalPending {
			continue
		}
		if err := p.refusedTo(ctx, q, blocked); err != nil {
			return err
		}
		if e := q.item.Does(parley.ApprovalApproved, nil); e.Refused == "" && !e.Endorses {
			if err := next(ctx, q); err != nil {
				return err
			}
		}
	}
	return nil
}

// judge asks for what a question is judged by; ok is false of one of which nothing is known.
func (p prices) judge(item *parley.InboxItem) (q judged, ok bool) {
	c := item.Case
	q = judged{item: item, terms: offer{
		productID: c.ProductID, dealType: c.DealType, flight: parley.Flight{Start: c.FlightStart, End: c.FlightEnd}, currency: c.Currency,
		tier: c.BuyerTier, identity: item.Buyer,
	}}
	if c.Volume == parley.VolumeStated {
		q.terms.impressions = c.Impressions
	}
	sold := item.ChangeID == "" && item.OrderID == ""
	if item.ChangeID == "" && item.Status != parley.ApprovalPending || sold && q.terms.flight.End == 0 {
		return q, false
	}
	q.matter = p.matterOf(item.Approval)
	if !sold && item.Status == parley.ApprovalPending {
		q.promised = p.promisedOf(item.DealID)
	}
	if sold {
		if item.DealID != "" && c.DealType.Guaranteed() {
			q.terms.held = &holding{q.terms.flight, q.terms.impressions}
		}
		q.facts = p.facts(c.ProductID, q.terms.flight)
	}
	return q, true
}

// refusedTo has a question know that its buyer is blocked, of which known are those that were looked at.
func (p prices) refusedTo(ctx context.Context, q *judged, known map[bought]string) error {
	buyer, some, err := p.buyerOf(ctx, q.matter)
	if err != nil || !some {
		return err
	}
	why, ok := known[buyer]
	if !ok {
		err = unblocked(ctx, p.Reader, "", boughtBy(buyer.facts, buyer.claimed))
		if refused, is := errors.AsType[*parley.Error](err); is && refused.Code == parley.CodeConflict {
			why, err = inSentence(refused.Message), nil
		}
		known[buyer] = why
	}
	q.item.Prospect.Blocked = why
	return err
}

// prospectOf judges what is sold anew: a proposal, an agreement about a quote, or a booking.
func (p prices) prospectOf(ctx context.Context, q *judged, own *parley.Modifications) error {
	p.ahead = &q.facts
	now, gone, err := p.priceNow(ctx, q.terms)
	if err != nil {
		return err
	}
	c, found := q.item.Case, &q.item.Prospect
	found.Floor, found.Ask = now.price.FloorCPM, now.price.FinalCPM
	if c.Volume != parley.VolumeStated && gone == nil {
		c = c.Over(now.available)
		found.Now = &c
	}
	if left := now.available; q.item.Held() && left != nil && *left < c.Impressions {
		// Less than the minimum is nothing, of which there is no counter.
		if *left >= max(now.product.LeastVolume(c.DealType), 1) {
			q.item.Left = left
		} else if gone == nil && c.Volume == parley.VolumeStated {
			gone = &parley.ProposalError{Detail: soldMeanwhile}
		}
	}
	if q.item.Held() && gone == nil && q.terms.flight.Start < p.service.today(p.now) {
		gone = &parley.ProposalError{Detail: "the flight's dates have passed"}
	}
	found.Refused = refusedBecause(change.Price{CPM: c.Price, Floor: now.price.FloorCPM, Gone: gone}.Approvable(c.Currency))
	if gone != nil {
		found.Gone = found.Refused
	}
	to := parley.ApprovalApproved
	switch {
	case own != nil:
		if _, err := countered(q.terms.flight, *own, p.service.today(p.now)); err != nil {
			return err
		}
		to = parley.ApprovalCountered
	case q.item.PlannedFor != nil:
		to, own = q.item.Planned.Status, q.item.Planned.Modifications
	}
	e := q.item.Does(to, own)
	if to == parley.ApprovalCountered && found.Gone == "" {
		found.Gone = refusedBecause(change.Price{CPM: e.CPM, Floor: now.price.FloorCPM}.Approvable(c.Currency))
	}
	if e.Deed == parley.DeedDecline || e.Impressions == c.Impressions && e.Flight == q.terms.flight {
		return nil
	}
	found.Other, err = p.otherTerms(ctx, q.terms, e)
	return err
}

// soldMeanwhile is why nothing is left of what was free when somebody was asked.
const soldMeanwhile = "the inventory over this flight has been sold meanwhile"

// otherTerms judges terms of an answer that are other ones than was asked about.
func (p prices) otherTerms(ctx context.Context, terms offer, e parley.Effect) (parley.OtherTerms, error) {
	other := parley.OtherTerms{Flight: e.Flight, Impressions: e.Impressions}
	if _, err := parley.NewFlight(e.Flight.Start, e.Flight.End, p.service.today(p.now)); err != nil {
		other.Gone = "the flight's dates have passed"
		return other, nil
	}
	terms.impressions, terms.flight = e.Impressions, e.Flight
	now, gone, err := p.priceNow(ctx, terms)
	if err != nil {
		return other, err
	}
	if left := now.available; gone == nil && left != nil && *left < e.Impressions {
		if *left < max(now.product.LeastVolume(terms.dealType), 1) {
			other.Gone = soldMeanwhile
			return other, nil
		}
		other.Left, other.Impressions, terms.impressions = left, *left, *left
		if now, gone, err = p.priceNow(ctx, terms); err != nil {
			return other, err
		}
	}
	other.Ask = now.price.FinalCPM
	other.Gone = refusedBecause(change.Price{CPM: e.CPM, Floor: now.price.FloorCPM, Gone: gone}.Approvable(terms.currency))
	return other, nil
}

// prospectOfChange judges a change of a deal.
func (p prices) prospectOfChange(ctx context.Context, q *judged, _ *parley.Modifications) error {
	asked, err := q.change.Get(ctx)
	if err == nil {
		q.item.Change = &asked
	}
	if err != nil || q.item.Status != parley.ApprovalPending {
		return err
	}
	deal, err := q.deal.Get(ctx)
	if err != nil {
		return err
	}
	q.to, err = p.ofChange(ctx, asked, deal)
	if err == nil && q.item.Case.Volume != parley.VolumeStated {
		err = p.nowOfChange(ctx, q, deal)
	}
	if err == nil {
		q.item.Prospect.Floor, q.item.Prospect.Ask = q.to.price.Floor, q.to.price.Ask
		err = q.to.price.Approvable(deal.Price.Currency)
	}
	if q.item.Prospect.Refused = refusedBecause(err); q.item.Prospect.Refused != "" {
		return nil
	}
	if err == nil {
		q.item.Prospect.Rivals, err = p.rivalsOfChange(ctx, q, asked, deal)
	}
	return err
}

// nowOfChange has a change of a deal without a volume know what it comes to by what is available now.
func (p prices) nowOfChange(ctx context.Context, q *judged, deal parley.Deal) error {
	available, err := p.available(ctx, deal.ProductID, q.to.terms.Flight)
	if err != nil {
		return err
	}
	now := q.item.Case.Over(available)
	q.item.Prospect.Now = &now
	q.item.Change.Impact, err = p.impact(ctx, deal.ProductID, deal.Terms(), q.to.terms)
	return err
}

// prospectOfOrder judges an order: its terms are agreed, so that it goes on unless its deal does not, on the terms that its deal has by now.
func (p prices) prospectOfOrder(ctx context.Context, q *judged, _ *parley.Modifications) error {
	deal, err := q.deal.Get(ctx)
	if err != nil {
		return err
	}
	if !deal.Status.Runs() {
		q.item.Prospect.Refused = "the deal is " + string(deal.Status)
		return nil
	}
	c := ordered(deal)
	if deal.Impressions == 0 {
		if c.available, err = p.available(ctx, deal.ProductID, deal.Flight); err != nil {
			return err
		}
	}
	facts, err := c.facts()
	if err != nil {
		return err
	}
	now := q.item.Case
	now.Price, now.Impressions, now.Volume, now.DealValue = facts.Price, facts.Impressions, facts.Volume, facts.DealValue
	now.FlightStart, now.FlightEnd, now.FlightDays = facts.FlightStart, facts.FlightEnd, facts.FlightDays
	q.item.Prospect.Now = &now
	q.item.Prospect.Rivals, err = p.rivalsOfOrder(ctx, q, deal)
	return err
}

// refusedBecause is why a yes is refused, for a sentence of the publisher's people; empty of any other error, and of none.
func refusedBecause(err error) string {
	var refused *parley.Error
	if !errors.As(err, &refused) || refused.Code != parley.CodeValidation || len(refused.Fields) == 0 {
		return ""
	}
	return inSentence(strings.TrimPrefix(refused.Fields[0].Message, "must be reject: "))
}

// inSentence has a sentence go on another one.
func inSentence(why string) string {
	why = strings.TrimSuffix(strings.TrimSpace(why), ".")
	first, size := utf8.DecodeRuneInString(why)
	return string(unicode.ToLower(first)) + why[size:]
}
