package contract

import (
	"encoding/json"
	"time"

	"parley"
)

// Proposal is a buyer's offer of several lines, as the contract's agents keep it.
type Proposal struct {
	ProposalID            string          `json:"proposal_id"`
	AccountID             string          `json:"account_id"`
	Status                string          `json:"status"`
	StartDate             parley.Date     `json:"start_date"`
	EndDate               parley.Date     `json:"end_date"`
	CurrentRevisionNumber int             `json:"current_revision_number"`
	ProposalThreadID      *string         `json:"proposal_thread_id"`
	Lines                 []ProposalLine  `json:"lines"`
	CreatedAt             time.Time       `json:"created_at"`
	UpdatedAt             *time.Time      `json:"updated_at"`
	Ext                   json.RawMessage `json:"ext"`
}

// ProposalLine is what a proposal offers for one product.
type ProposalLine struct {
	ProposalLineID     string            `json:"proposal_line_id"`
	ProposalID         string            `json:"proposal_id"`
	ProductID          string            `json:"product_id"`
	DealType           parley.DealType   `json:"deal_type"`
	Pricing            LinePricing       `json:"pricing"`
	DeliveryGoal       *DeliveryGoal     `json:"delivery_goal"`
	AudienceTargeting  json.RawMessage   `json:"audience_targeting"`
	ContentTargeting   json.RawMessage   `json:"content_targeting"`
	AdProductTargeting json.RawMessage   `json:"ad_product_targeting"`
	ExternalIDs        map[string]string `json:"external_ids"`
}

// LinePricing is the price that a line offers.
type LinePricing struct {
	Price        *Money `json:"price"`
	PricingModel string `json:"pricing_model"`
	PricingType  string `json:"pricing_type"`
}

// DeliveryGoal is the volume that a line offers for.
type DeliveryGoal struct {
	GoalType      string `json:"goal_type"`
	GoalAmount    int64  `json:"goal_amount"`
	BillableEvent string `json:"billable_event"`
}
