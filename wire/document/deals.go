package document

import (
	"encoding/json"
	"time"

	"parley"
	"parley/wire/contract"
)

// DealResponse is a deal: the documented members, and the contract's object under deal.
type DealResponse struct {
	DealID                 string                  `json:"deal_id" doc:"What a trader types into the DSP."`
	DealType               parley.DealType         `json:"deal_type"`
	Status                 parley.DealStatus       `json:"status" doc:"booked, or proposed while the publisher has to approve it."`
	StatusReason           *string                 `json:"status_reason" doc:"Why a deal that was rejected or expired came to nothing."`
	QuoteID                *string                 `json:"quote_id"`
	ProposalID             *string                 `json:"proposal_id"`
	Product                contract.ProductSummary `json:"product"`
	Price                  *contract.Decimal       `json:"price" doc:"The CPM agreed."`
	PricingModel           string                  `json:"pricing_model" enum:"cpm"`
	Pricing                Pricing                 `json:"pricing"`
	Terms                  Terms                   `json:"terms"`
	BuyerTier              parley.Tier             `json:"buyer_tier"`
	BuyerIdentity          *Identity               `json:"buyer_identity" doc:"As the credential vouches for it; null when it names nobody. Prices, rules and approvals see this alone."`
	ClaimedIdentity        *Identity               `json:"claimed_identity" doc:"What the buyer said of itself beyond that; null when it said nothing. It moves no price."`
	ExpiresAt              time.Time               `json:"expires_at" doc:"The end of the flight's last day."`
	ActivationInstructions map[string]string       `json:"activation_instructions" doc:"What to do, by DSP; none until the deal is booked."`
	OpenRTBParams          *OpenRTBParams          `json:"openrtb_params" doc:"Null until the deal is booked."`
	Notes                  string                  `json:"notes"`
	Changes                []DealChange            `json:"changes" doc:"Change requests that are not over: asked for, approved and not applied yet, or work that somebody took on."`
	CreatedAt              time.Time               `json:"created_at"`
	UpdatedAt              time.Time               `json:"updated_at"`
	SellerID               string                  `json:"seller_id"`
	AudiencePlanSnapshot   json.RawMessage         `json:"audience_plan_snapshot" doc:"The audience plan as it was when the deal was booked, without members that are null."`
	AgentURL               *string                 `json:"agent_url" doc:"As it was sent when the quote was asked for."`
	AudienceMatchSummary   json.RawMessage         `json:"audience_match_summary" doc:"Always null: this seller does not match audiences."`
	Deal                   contract.Deal           `json:"deal" doc:"The same deal as the shared contract writes it."`
	Ext                    DealExt                 `json:"ext"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (d *DealResponse) UnmarshalJSON(raw []byte) error {
	type plain DealResponse
	err := json.Unmarshal(raw, (*plain)(d))
	in(d.Pricing.Currency, d.Price)
	return err
}

// DealExt is what an answer says of a deal beyond what is common.
type DealExt struct {
	DealIDs []DealAlias `json:"deal_ids" doc:"What the deal is called in systems that give deals ids of their own; openrtb_params has this seller's."`
}

// DealAlias is the id of a deal in another system.
type DealAlias struct {
	System string  `json:"system" doc:"Such as google."`
	ID     string  `json:"id" doc:"Under which bids are made there."`
	Seat   *string `json:"seat" doc:"That may bid; null when it is not told."`
}

// OpenRTBParams is an OpenRTB 2.6 Deal object.
type OpenRTBParams struct {
	ID               string            `json:"id"`
	BidFloor         *contract.Decimal `json:"bidfloor" doc:"CPM: the price agreed, or where bidding starts in a private auction."`
	BidFloorCurrency parley.Currency   `json:"bidfloorcur"`
	AuctionType      int               `json:"at" doc:"3: fixed price, for PG and PD; 1: first price, for PA."`
	Seats            []string          `json:"wseat" doc:"Buyer seats that may bid; empty: any."`
	Domains          []string          `json:"wadomain" doc:"Advertiser domains that may be advertised; empty: any."`
	Guaranteed       int               `json:"guar" doc:"1 for PG."`
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *OpenRTBParams) UnmarshalJSON(raw []byte) error {
	type plain OpenRTBParams
	err := json.Unmarshal(raw, (*plain)(o))
	in(o.BidFloorCurrency, o.BidFloor)
	return err
}

// DealChange is a change request as its deal shows it.
type DealChange struct {
	ChangeRequestID string              `json:"change_request_id"`
	ChangeType      parley.ChangeType   `json:"change_type"`
	Severity        parley.Severity     `json:"severity"`
	Status          parley.ChangeStatus `json:"status" doc:"pending_approval, or approved: to be applied, or, where it changes no terms, taken on."`
	Reason          string              `json:"reason"`
	ProposedValues  json.RawMessage     `json:"proposed_values"`
	AskedBy         parley.Side         `json:"asked_by" enum:"buyer,seller"`
	RequestedAt     time.Time           `json:"requested_at"`
	ApprovalID      *string             `json:"approval_id" doc:"Of the decision that it waits for, or waited for."`
	ApprovedBy      *string             `json:"approved_by"`
	ApprovedAt      *time.Time          `json:"approved_at"`
	LapsesAt        *time.Time          `json:"lapses_at" doc:"From when on it can no longer be applied; null where there is nothing to apply."`
}

// BookingRequest is the body that books a quote, in either dialect.
type BookingRequest struct {
	Idempotency
	Conversation
	QuoteID       string          `json:"quote_id" maxLength:"128"`
	BuyerIdentity *Identity       `json:"buyer_identity,omitempty"`
	Notes         string          `json:"notes,omitempty" maxLength:"2000"`
	Consent       Object          `json:"consent_context,omitempty"`
	AudiencePlan  Object          `json:"audience_plan,omitempty"`
	MaxCPM        *contract.Price `json:"max_cpm,omitempty" doc:"The highest CPM that you would book at. Above it the answer is ceiling_exceeded, and nothing is booked."`
}

// ContractDialect tells a request of the contract by what only the contract has.
func (b *BookingRequest) ContractDialect() bool { return b.Consent != nil || b.AudiencePlan != nil }

// DealSelection says which deals are meant.
type DealSelection struct {
	Status    parley.DealStatus `json:"status,omitempty" query:"status" enum:"proposed,negotiating,accepted,booked,active,makegood_pending,partially_cancelled,completed,cancelled,rejected,expired"`
	DealType  parley.DealType   `json:"deal_type,omitempty" query:"deal_type" enum:"PG,PD,PA"`
	ProductID string            `json:"product_id,omitempty" query:"product_id" maxLength:"128"`
	Buyer     string            `json:"buyer,omitempty" query:"buyer" maxLength:"128" doc:"The id of a seat, an agency or an advertiser."`
	AccountID string            `json:"account_id,omitempty" query:"account_id" maxLength:"128" doc:"For operators: of those whose keys name this account, or one that belongs to it, as the account's own sums count them."`
	RunsFrom  *parley.Date      `json:"runs_from,omitempty" query:"runs_from" format:"date" doc:"The first of some days, of which a flight has at least one."`
	RunsTo    *parley.Date      `json:"runs_to,omitempty" query:"runs_to" format:"date" doc:"The last of them."`
	Search    string            `json:"search,omitempty" query:"search" maxLength:"200" doc:"Words, each of which is in the deal id, the product's name, the buyer's names or ids, or begins a word there."`
}

// DealFilter narrows a list of deals.
type DealFilter struct {
	DealSelection
	Sort string `json:"sort,omitempty" query:"sort" enum:"cpm,impressions,start" doc:"What to order by instead of the time of booking: the CPM, the volume or the first day of the flight. The least comes first; with order newest, the greatest. Of a list that is narrowed, the newest 10,000 deals are ordered."`
	Paging
}

// Sorted tells whether the rows are ordered by something else than what their ids tell.
func (f DealFilter) Sorted() bool { return f.Sort != "" }
