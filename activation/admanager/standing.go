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

// stands is how something stands.
type stands struct {
	activation.Standing
	strange bool // by a status that is not known, of which nothing is taken for granted
}

func waiting(text string) stands {
	return stands{Standing: activation.Standing{State: activation.StateWaiting, Text: text, Again: askWaiting}}
}

// says is how something stands of which Ad Manager says what is not known here.
func says(status, what string) stands {
	at := waiting("Ad Manager, which says " + activation.Shown(status) + " of the " + what)
	at.strange = true
	return at
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
	at, err := n.standing(ctx, refs, buyer)
	if err == nil && want.Intent == parley.IntentPause {
		return resting(at), nil
	}
	return at.Standing, err
}

// resting is how what was paused stands, by how it would stand if it had not been. What is strange may run.
func resting(s stands) activation.Standing {
	switch s.State {
	case activation.StateLive:
		at := waiting("somebody to pause it in Ad Manager, where it runs although it was paused here").Standing
		at.Alias = s.Alias
		return at
	case activation.StateWaiting:
		if !s.strange {
			return activation.Standing{State: activation.StatePaused, Again: askLive, Alias: s.Alias}
		}
	case activation.StateEnded, activation.StateAnswer, activation.StatePaused:
	}
	return s.Standing
}

// standing tells how what serves the deal stands, which is for a buyer's account.
func (n network) standing(ctx context.Context, refs []string, buyer string) (stands, error) {
	for _, ref := range refs {
		switch {
		case handedOver(ref):
			return n.standingByHand(ctx, strings.TrimPrefix(ref, byHand))
		case n.ours("lineItems", ref):
			var present lineItem
			if err := n.get(ctx, ref, &present); err != nil {
				return stands{}, err
			}
			return present.standing()
		case n.ours("privateAuctionDeals", ref):
			var present auctionDeal
			if err := n.get(ctx, ref, &present); err != nil {
				return stands{}, err
			}
			return present.standing(buyer)
		}
	}
	return stands{}, remote.Refused("invalid", "nothing of the deal in Ad Manager is known")
}

// standingByHand waits until somebody has made the line item.
func (n network) standingByHand(ctx context.Context, dealID string) (stands, error) {
	found, err := n.lineItems(ctx, dealID)
	if err != nil {
		return stands{}, err
	}
	switch len(found) {
	case 0:
		return waiting("somebody to make the line item in Ad Manager, as its sheet or the preview of the deal has it, with the external id " + dealID +
			": the network does not let programs make line items"), nil
	case 1:
		return found[0].standing()
	}
	return stands{}, severalLines(found)
}

// rests tells whether a line item is known not to run. Of one with a status that is not known it is not.
func (l lineItem) rests() bool {
	switch l.Status {
	case statusPaused, statusReleased, statusCompleted, statusRefused, statusCanceled:
		return true
	}
	return false
}

func (l lineItem) standing() (stands, error) {
	if l.Archived {
		return stands{}, &activation.Error{Class: parley.ClassGone, Code: "missing", Text: "somebody has archived the line item " + l.Name}
	}
	switch l.Status {
	case statusReady, statusDelivering, statusExtended:
		return stands{Standing: activation.Standing{State: activation.StateLive, Again: askLive}}, nil
	case statusCompleted:
		return stands{Standing: activation.Standing{State: activation.StateEnded}}, nil
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
		return stands{}, remote.Refused(activation.Disapproved, "the line item is "+strings.ToLower(l.Status)+" in Ad Manager")
	}
	return says(l.Status, "line item"), nil
}

// standing tells how the deal stands. Ad Manager has one buyer of a deal, who cannot be changed and alone accepts it: where that is not who is
// wanted, what that one accepted is not what was booked.
func (d auctionDeal) standing(buyer string) (stands, error) {
	alias := activation.Alias{System: "google", ID: d.ExternalDealID, Seat: d.BuyerAccount}
	if d.ExternalDealID == "" {
		alias = activation.Alias{}
	}
	with := func(s stands) (stands, error) {
		s.Alias = alias
		return s, nil
	}
	if d.Archived {
		return stands{}, &activation.Error{Class: parley.ClassGone, Code: "missing", Text: "somebody has archived the deal " + d.Name}
	}
	if d.BuyerAccount != buyer && buyer != "" && d.Status != statusCanceled {
		return with(waiting("somebody to make the deal in Ad Manager for the buyer " + buyer + ": there it is for " + activation.Shown(d.BuyerAccount)))
	}
	switch d.Status {
	case "ACTIVE":
		return with(stands{Standing: activation.Standing{State: activation.StateLive, Again: askLive, Accepted: true}})
	case "PENDING":
		return with(waiting("the buyer to accept it"))
	case "SELLER_PAUSED":
		return with(waiting("somebody to resume the deal in Ad Manager, where it was paused"))
	case "BUYER_PAUSED":
		return with(waiting("the buyer, who has paused the deal"))
	case statusCanceled:
		return stands{}, remote.Refused(activation.BuyerRejected, "the deal is canceled in Ad Manager")
	}
	return with(says(d.Status, "deal"))
}
