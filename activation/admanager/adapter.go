package admanager

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/remote"
)

// Kind is the kind of destination that this package is for.
const Kind = "ad_manager"

// Where Google is. Settings have no say in it, and neither has a credential.
const (
	googleAPI    = "https://admanager.googleapis.com"
	googleTokens = "https://oauth2.googleapis.com/token" //nolint:gosec // an address, and no credential
)

// Adapter speaks to Ad Manager. Tokens of accounts are in its memory. It is safe for concurrent use.
type Adapter struct {
	apiURL, tokenURL string
	client           *http.Client
	clock            parley.Clock

	mu     sync.Mutex
	tokens map[[32]byte]token // by the credential's SHA-256
}

// New makes an adapter for Google's own hosts.
func New(clock parley.Clock) *Adapter { return open(googleAPI, googleTokens, false, clock) }

// NewAt makes an adapter for hosts that stand in for Google's, also at private addresses.
func NewAt(apiURL, tokenURL string, clock parley.Clock) *Adapter {
	return open(apiURL, tokenURL, true, clock)
}

func open(apiURL, tokenURL string, private bool, clock parley.Clock) *Adapter {
	return &Adapter{
		apiURL: apiURL, tokenURL: tokenURL, clock: clock, tokens: map[[32]byte]token{},
		client: remote.Client(private),
	}
}

// Kind implements activation.Adapter.
func (a *Adapter) Kind() string { return Kind }

// Validate implements activation.Adapter.
func (a *Adapter) Validate(settings json.RawMessage) []activation.Problem {
	_, problems := read(settings)
	return problems
}

// Place implements activation.Adapter: in a network each deal is one order, or one private auction.
func (a *Adapter) Place(settings json.RawMessage) string {
	s, _ := read(settings)
	return "network " + s.Network + " " + string(s.Mode)
}

// Certain implements activation.Adapter. A list may have something only some time after it was made.
func (a *Adapter) Certain() bool { return false }

// Look implements activation.Adapter.
func (a *Adapter) Look(ctx context.Context, account activation.Account, step activation.Step) ([]activation.Remote, error) {
	n, err := a.open(account)
	if err != nil {
		return nil, err
	}
	switch step.Name {
	case stepAdvertiser:
		return n.lookAdvertiser(ctx, step)
	case stepOrder, stepApprove:
		return n.lookOrder(ctx, step)
	case stepDealValue:
		return n.lookValue(ctx, step)
	case stepLineItem:
		found, err := n.lineItems(ctx, step.Anchor)
		return remotes(found, func(l lineItem) string { return l.Name }), err
	case stepAuction:
		found, err := list[privateAuction](ctx, n, "privateAuctions", endsWith("displayName", step.Anchor))
		return remotes(keep(found, func(p privateAuction) bool {
			return !p.Archived && strings.HasSuffix(p.DisplayName, " "+step.Anchor)
		}), func(p privateAuction) string { return p.Name }), err
	case stepAuctionDeal:
		found, err := n.auctionDeals(ctx, step)
		return remotes(found, func(d auctionDeal) string { return d.Name }), err
	}
	return nil, remote.Refused("invalid", "there is no step "+step.Name)
}

// remotes are what was found, of which it is not known whether it is as wanted.
func remotes[T any](found []T, name func(T) string) []activation.Remote {
	var all []activation.Remote
	for _, one := range found {
		all = append(all, activation.Remote{Ref: name(one)})
	}
	return all
}

// keep are those that are meant.
func keep[T any](found []T, meant func(T) bool) []T {
	var some []T
	for _, one := range found {
		if meant(one) {
			some = append(some, one)
		}
	}
	return some
}

func (n network) lookAdvertiser(ctx context.Context, step activation.Step) ([]activation.Remote, error) {
	found, err := list[company](ctx, n, "companies", is("displayName", step.Anchor))
	found = keep(found, func(c company) bool { return c.DisplayName == step.Anchor && c.Type == "ADVERTISER" })
	all := remotes(found, func(c company) string { return c.Name })
	for i := range all {
		all[i].Hash = step.Hash // it has nothing but its name
	}
	return all, err
}

// lookOrder finds the deal's order; for the step that approves it, if it is approved.
func (n network) lookOrder(ctx context.Context, step activation.Step) ([]activation.Remote, error) {
	found, err := list[order](ctx, n, "orders", is("poNumber", step.Anchor))
	found = keep(found, func(o order) bool {
		return o.PONumber == step.Anchor && o.Status != "DELETED" && (step.Name == stepOrder || o.Status == statusApproved)
	})
	all := remotes(found, func(o order) string { return o.Name })
	for i := range all {
		if step.Name == stepApprove {
			all[i].Hash = step.Hash
		}
	}
	return all, err
}

func (n network) lookValue(ctx context.Context, step activation.Step) ([]activation.Remote, error) {
	wanted, err := take[keyValue](step)
	if err != nil {
		return nil, err
	}
	found, err := list[keyValue](ctx, n, "customTargetingValues", is("customTargetingKey", wanted.Key)+" AND "+is("adTagName", step.Anchor))
	var all []activation.Remote
	for _, v := range found {
		if v.AdTagName != step.Anchor || v.Key != wanted.Key {
			continue
		}
		remote := activation.Remote{Ref: v.Name}
		if v.Status != statusInactive {
			remote.Hash = step.Hash
		}
		all = append(all, remote)
	}
	return all, err
}

// lineItems are those of a deal.
func (n network) lineItems(ctx context.Context, dealID string) ([]lineItem, error) {
	found, err := list[lineItem](ctx, n, "lineItems", is("externalLineItemId", dealID))
	return keep(found, func(l lineItem) bool { return l.ExternalID == dealID }), err
}

// auctionDeals are those of a deal, for the buyer that it is for.
func (n network) auctionDeals(ctx context.Context, step activation.Step) ([]auctionDeal, error) {
	wanted, err := take[auctionDeal](step)
	if err != nil {
		return nil, err
	}
	found, err := list[auctionDeal](ctx, n, "privateAuctionDeals", endsWith("privateAuctionDisplayName", step.Anchor))
	return keep(found, func(d auctionDeal) bool {
		return !d.Archived && strings.HasSuffix(d.AuctionName, " "+step.Anchor) && d.BuyerAccount == wanted.BuyerAccount
	}), err
}

// begun tells whether an instant is past, or too near to be begun at.
func (n network) begun(text string) bool {
	at, err := time.Parse(time.RFC3339, text)
	return err == nil && !at.After(n.clock())
}

// startable puts a start that is past at the soonest that the network takes, and refuses a flight that is over.
func (n network) startable(start *string, end string) error {
	if n.begun(*start) {
		*start = stamp(activation.Soonest(n.clock()))
	}
	if n.begun(end) {
		return remote.Refused("invalid", "the flight is over")
	}
	return nil
}

// restartable tells whether the start of what is present can be moved, to start or the soonest that the network takes: what has
// begun is not begun again, and what begins sooner than that is left so.
func (n network) restartable(start *string, present string) bool {
	if n.begun(present) {
		return false
	}
	if n.begun(*start) {
		soonest := activation.Soonest(n.clock())
		if at, err := time.Parse(time.RFC3339, present); err == nil && !at.After(soonest) {
			return false
		}
		*start = stamp(soonest)
	}
	return !n.begun(*start)
}
