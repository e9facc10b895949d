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
