package client

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"parley"
)

// BookingRequest books a quote.
type BookingRequest struct {
	QuoteID        string           `json:"quote_id"`
	Identity       *parley.Identity `json:"buyer_identity,omitempty"`
	Notes          string           `json:"notes,omitempty"`
	ConsentContext json.RawMessage  `json:"consent_context,omitempty"`
	AudiencePlan   json.RawMessage  `json:"audience_plan,omitempty"`
	IdempotencyKey string           `json:"idempotency_key"` // empty: minted for the call
}

// Deal is what was sold.
type Deal struct {
	DealID                 string            `json:"deal_id"` // what a trader types into the DSP
	DealType               parley.DealType   `json:"deal_type"`
	Status                 parley.DealStatus `json:"status"` // booked, or proposed while the publisher has to approve it
	QuoteID                string            `json:"quote_id"`
	ProposalID             string            `json:"proposal_id"`
	Product                ProductSummary    `json:"product"`
	Pricing                Pricing           `json:"pricing"` // FinalCPM is the price agreed
	Terms                  Terms             `json:"terms"`
	BuyerTier              string            `json:"buyer_tier"`
	BuyerIdentity          *parley.Identity  `json:"buyer_identity"`   // as the key vouches for it; nil when it names nobody
	ClaimedIdentity        *parley.Identity  `json:"claimed_identity"` // what the request said beyond that; moves no price
	ExpiresAt              time.Time         `json:"expires_at"`
	ActivationInstructions map[string]string `json:"activation_instructions"` // what to do, by DSP
	OpenRTB                OpenRTBDeal       `json:"openrtb_params"`
	Notes                  string            `json:"notes"`
	CreatedAt              time.Time         `json:"created_at"`
	SellerID               string            `json:"seller_id"`
	Ext                    DealExt           `json:"ext"`
}

// DealExt is what an answer says of a deal beyond what is common.
type DealExt struct {
	DealIDs []DealAlias `json:"deal_ids"` // what the deal is called in systems that give deals ids of their own
}

// DealAlias is the id of a deal in another system, under which bids are made there.
type DealAlias struct {
	System string `json:"system"` // such as google
	ID     string `json:"id"`
	Seat   string `json:"seat"` // that may bid; empty: not told
}

// OpenRTBDeal is the Deal object of OpenRTB 2.6 that the deal's bid requests carry.
type OpenRTBDeal struct {
	ID          string          `json:"id"`
	BidFloor    Price           `json:"bidfloor"`
	Currency    parley.Currency `json:"bidfloorcur"`
	AuctionType int             `json:"at"` // 3: fixed price; 1: first price
	Seats       []string        `json:"wseat,omitempty"`
	Domains     []string        `json:"wadomain,omitempty"`
	Guaranteed  int             `json:"guar"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (d *OpenRTBDeal) UnmarshalJSON(raw []byte) error {
	type wire OpenRTBDeal
	if err := json.Unmarshal(raw, (*wire)(d)); err != nil {
		return err
	}
	d.BidFloor.in(d.Currency)
	return nil
}

// BookDeal turns a quote into a deal, at the price quoted or, when a negotiation about the quote has ended in agreement,
// at the price agreed. ErrContention tells with available_impressions that the inventory is short, or with deal_id that
// the quote is booked already.
func (c *Client) BookDeal(ctx context.Context, request BookingRequest) (Deal, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[Deal](ctx, c, "/api/v1/deals", request)
}

// Deal reads a deal.
func (c *Client) Deal(ctx context.Context, dealID string) (Deal, error) {
	return get[Deal](ctx, c, at("/api/v1/deals/", dealID), nil)
}

// DealFilter narrows a list of deals; empty members match all.
type DealFilter struct {
	Status    parley.DealStatus
	DealType  parley.DealType
	ProductID string
	Search    string // words, or beginnings of words, of the deal id or the product's name
	Page
}

// Deals lists a page of this buyer's deals.
func (c *Client) Deals(ctx context.Context, filter DealFilter) (Listing[Deal], error) {
	q := query{}
	q.set("status", string(filter.Status))
	q.set("deal_type", string(filter.DealType))
	q.set("product_id", filter.ProductID)
	q.set("search", filter.Search)
	filter.into(q)
	return list[Deal](ctx, c, "/api/v1/deals", "deals", q)
}

// AllDeals walks this buyer's deals, page by page.
func (c *Client) AllDeals(ctx context.Context, filter DealFilter) iter.Seq2[Deal, error] {
	return each(&filter.Page, func() (Listing[Deal], error) { return c.Deals(ctx, filter) })
}
