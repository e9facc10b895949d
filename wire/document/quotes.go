package document

import (
	"encoding/json"
	"time"

	"parley"
	"parley/wire/contract"
)

// QuoteResponse is a quote: the documented members, and the contract's object under quote.
type QuoteResponse struct {
	QuoteID         string                  `json:"quote_id"`
	Status          parley.QuoteStatus      `json:"status" doc:"available, booked, expired or declined."`
	Product         contract.ProductSummary `json:"product"`
	Pricing         Pricing                 `json:"pricing"`
	Terms           Terms                   `json:"terms"`
	Availability    Availability            `json:"availability"`
	DealType        parley.DealType         `json:"deal_type"`
	MediaType       parley.MediaType        `json:"media_type"`
	BuyerTier       parley.Tier             `json:"buyer_tier" doc:"public, seat, agency or advertiser, as the credential says."`
	BuyerIdentity   *Identity               `json:"buyer_identity" doc:"As the credential vouches for it; null when it names nobody. Prices, rules and approvals see this alone."`
	ClaimedIdentity *Identity               `json:"claimed_identity" doc:"What the buyer said of itself beyond that; null when it said nothing. It moves no price."`
	TargetCPM       *contract.Decimal       `json:"target_cpm"`
	TargetMet       *bool                   `json:"target_met" doc:"Whether the price is at or below target_cpm; null without one."`
	ExpiresAt       time.Time               `json:"expires_at"`
	CreatedAt       time.Time               `json:"created_at"`
	SellerID        string                  `json:"seller_id"`
	DealID          *string                 `json:"deal_id" doc:"Null until the quote is booked."`
	AudiencePlan    json.RawMessage         `json:"audience_plan" doc:"As it was sent, without members that are null."`
	AgentURL        *string                 `json:"agent_url" doc:"As it was sent."`
	Quote           contract.Quote          `json:"quote" doc:"The same quote as the shared contract writes it."`
}

// UnmarshalJSON implements json.Unmarshaler.
func (q *QuoteResponse) UnmarshalJSON(raw []byte) error {
	type plain QuoteResponse
	err := json.Unmarshal(raw, (*plain)(q))
	in(q.Pricing.Currency, q.TargetCPM)
	return err
}

// Availability is what the inventory ledger said when the quote was made.
type Availability struct {
	InventoryAvailable   bool   `json:"inventory_available"`
	AvailableImpressions *int64 `json:"available_impressions" doc:"Over the flight; null when the product's capacity is not declared."`
}

// QuoteRequest is the body that asks for a quote, in either dialect.
type QuoteRequest struct {
	Idempotency
	Conversation
	ProductID   string          `json:"product_id" maxLength:"128" doc:"From GET /products."`
	DealType    parley.DealType `json:"deal_type" maxLength:"64" doc:"PG (guaranteed), PD (preferred) or PA (private auction)."`
	Impressions int64           `json:"impressions,omitempty" minimum:"1" doc:"Required for PG."`
	FlightStart *parley.Date    `json:"flight_start,omitempty" format:"date" doc:"First day, in the publisher's time zone; today when absent."`
	FlightEnd   *parley.Date    `json:"flight_end,omitempty" format:"date" doc:"Last day, included; thirty days after the first when absent."`
	OfferCPM    *contract.Price `json:"offer_cpm,omitempty" doc:"Of an operator's request that names a buyer_key_id: the price that is offered in place of the price list's, from the floor on. It is not negotiated."`
	Wishes
}

// Wishes are what quotes are asked for with, of a product or of a package.
type Wishes struct {
	TargetCPM     *contract.Price `json:"target_cpm,omitempty" doc:"What the buyer hopes for."`
	BuyerIdentity *Identity       `json:"buyer_identity,omitempty"`
	MediaType     string          `json:"media_type,omitempty" maxLength:"64" doc:"digital, which is also the default, or ctv for a product that is connected television."`
	AgentURL      string          `json:"agent_url,omitempty" maxLength:"2000"`
	RateCardID    string          `json:"rate_card_id,omitempty" maxLength:"128" doc:"Refused: no private rate card is in force for anybody."`
	Consent       Object          `json:"consent_context,omitempty"`
	AudiencePlan  Object          `json:"audience_plan,omitempty" doc:"Its primary audience, or its segments, can be those that the product carries. Anything else is refused with 400, and unsupported names each."`
	BuyerKeyID    string          `json:"buyer_key_id,omitempty" maxLength:"128" doc:"Of an operator's request: a key of the buyer that the quote is for. It is priced for that buyer, and the buyer's to read and book. Without one, operators alone can read it, and nobody can book it."`
	LinearTV      Object          `json:"linear_tv,omitempty" doc:"Not traded: refused with unsupported_capability."`
}

// ContractDialect tells a request of the contract by what only the contract has.
func (q *QuoteRequest) ContractDialect() bool {
	return q.TargetCPM != nil && q.TargetCPM.Contract || q.Consent != nil || q.AudiencePlan != nil || q.RateCardID != "" ||
		q.LinearTV != nil
}
