package admanager

import (
	"context"
	"strings"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/remote"
)

// How often is asked: while something is waited for, and afterwards.
const (
	askWaiting = 15 * time.Minute
	askLive    = time.Hour
)

func waiting(text string) activation.Standing {
	return activation.Standing{State: activation.StateWaiting, Text: text, Again: askWaiting}
}

// Standing implements activation.Adapter.
func (a *Adapter) Standing(ctx context.Context, account activation.Account, want activation.Want, refs []string) (activation.Standing, error) {
	if want.Intent == parley.IntentEnd {
		return activation.Standing{State: activation.StateEnded}, nil
	}
	n, err := a.open(account)
	if err != nil {
		return activation.Standing{}, err
	}
	buyer := (&planner{Want: want}).buyer()
	standing, err := n.standing(ctx, refs, buyer)
	if err == nil && want.Intent == parley.IntentPause {
		return resting(standing), nil
	}
	return standing, err
}

// resting is how what was paused stands, by how it would stand if it had not been.
func resting(s activation.Standing) activation.Standing {
	switch s.State {
	case activation.StateLive:
		at := waiting("somebody to pause it in Ad Manager, where it runs although it was paused here")
		at.Alias = s.Alias
		return at
	case activation.StateWaiting:
		return activation.Standing{State: activation.StatePaused, Again: askLive, Alias: s.Alias}
	case activation.StateEnded, activation.StateAnswer, activation.StatePaused:
	}
	return s
}

// standing tells how what serves the deal stands, which is for a buyer's account.
func (n network) standing(ctx context.Context, refs []string, buyer string) (activation.Standing, error) {
	for _, ref := range refs {
		switch {
		case handedOver(ref):
			return n.standingByHand(ctx, strings.TrimPrefix(ref, byHand))
		case n.ours("lineItems", ref):
			var present lineItem
			if err := n.get(ctx, ref, &present); err != nil {
				return activation.Standing{}, err
			}
			return present.standing()
		case n.ours("privateAuctionDeals", ref):
			var present auctionDeal
			if err := n.get(ctx, ref, &present); err != nil {
				return activation.Standing{}, err
			}
			return present.standing(buyer)
		}
	}
	return activation.Standing{}, remote.Refused("invalid", "nothing of the deal in Ad Manager is known")
}

// standingByHand waits until somebody has made the line item.
func (n network) standingByHand(ctx context.Context, dealID string) (activation.Standing, error) {
	found, err := n.lineItems(ctx, dealID)
	if err != nil {
		return activation.Standing{}, err
	}
	switch len(found) {
	case 0:
		return waiting("somebody to make the line item in Ad Manager, as its sheet or the preview of the deal has it, with the external id " + dealID +
			": the network does not let programs make line items"), nil
	case 1:
		return found[0].standing()
	}
	return activation.Standing{}, severalLines(found)
}

// rests tells whether a line item is known not to run. Of one with a status that is not known it is not.
func (l lineItem) rests() bool {
	switch l.Status {
	case statusPaused, statusReleased, statusCompleted, statusRefused, statusCanceled:
		return true
	}
	return false
}

func (l lineItem) standing() (activation.Standing, error) {
	if l.Archived {
		return activation.Standing{}, &activation.Error{Class: parley.ClassGone, Code: "missing", Text: "somebody has archived the line item " + l.Name}
	}
	switch l.Status {
	case statusReady, statusDelivering, statusExtended:
		return activation.Standing{State: activation.StateLive, Again: askLive}, nil
	case statusCompleted:
		return activation.Standing{State: activation.StateEnded}, nil
	case statusInactive:
		if !l.MissingCreatives {
			return waiting("somebody to activate the line item in Ad Manager"), nil
		}
		return waiting(parley.CreativesDue), nil
	case statusDraft, statusPending:
		return waiting("approval in Ad Manager"), nil
	case statusPaused, statusReleased:
		return waiting("somebody to resume the line item in Ad Manager, where it was paused"), nil
	case statusRefused, statusCanceled:
		return activation.Standing{}, remote.Refused(activation.Disapproved, "the line item is "+strings.ToLower(l.Status)+" in Ad Manager")
	}
	return waiting("Ad Manager, which says " + activation.Shown(l.Status) + " of the line item"), nil
}

// standing tells how the deal stands. Ad Manager has one buyer of a deal, who cannot be changed and alone accepts it: where that is not who is
// wanted, what that one accepted is not what was booked.
func (d auctionDeal) standing(buyer string) (activation.Standing, error) {
	alias := activation.Alias{System: "google", ID: d.ExternalDealID, Seat: d.BuyerAccount}
	if d.ExternalDealID == "" {
		alias = activation.Alias{}
	}
	with := func(s activation.Standing) (activation.Standing, error) {
		s.Alias = alias
		return s, nil
	}
	if d.Archived {
		return activation.Standing{}, &activation.Error{Class: parley.ClassGone, Code: "missing", Text: "somebody has archived the deal " + d.Name}
	}
	if d.BuyerAccount != buyer && buyer != "" && d.Status != statusCanceled {
		return with(waiting("somebody to make the deal in Ad Manager for the buyer " + buyer + ": there it is for " + activation.Shown(d.BuyerAccount)))
	}
	switch d.Status {
	case "ACTIVE":
		return with(activation.Standing{State: activation.StateLive, Again: askLive, Accepted: true})
	case "PENDING":
		return with(waiting("the buyer to accept it"))
	case "SELLER_PAUSED":
		return with(waiting("somebody to resume the deal in Ad Manager, where it was paused"))
	case "BUYER_PAUSED":
		return with(waiting("the buyer, who has paused the deal"))
	case statusCanceled:
		return activation.Standing{}, remote.Refused(activation.BuyerRejected, "the deal is canceled in Ad Manager")
	}
	return with(waiting("Ad Manager, which says " + activation.Shown(d.Status) + " of the deal"))
}
