package contract

import (
	"cmp"
	"encoding/json"
	"time"

	"parley"
)

// Order is an order as the contract writes it.
type Order struct {
	OrderID        string             `json:"order_id"`
	AccountID      string             `json:"account_id"`
	Name           string             `json:"name"`
	Status         parley.OrderStatus `json:"status" doc:"Never syncing: that is in_progress here."`
	Budget         Money              `json:"budget" doc:"What the deal's volume costs at its price. A deal that names no volume states none: 0, and budget_stated is false in ext."`
	StartDate      parley.Date        `json:"start_date" format:"date"`
	EndDate        parley.Date        `json:"end_date" format:"date"`
	DealID         *string            `json:"deal_id"`
	ProposalID     *string            `json:"proposal_id"`
	ConsentContext json.RawMessage    `json:"consent_context"`
	ExternalIDs    json.RawMessage    `json:"external_ids"`
	CreatedAt      time.Time          `json:"created_at"`
	UpdatedAt      *time.Time         `json:"updated_at"`
	Ext            json.RawMessage    `json:"ext" doc:"budget_stated false, of an order whose deal names no volume."`
}

// OrderOf maps an order. What it delivers, when and for how much are its deal's terms.
func OrderOf(o parley.Order) Order {
	order := Order{
		OrderID: o.ID, AccountID: accountOf(o.Owner), Name: o.ID, Status: OrderStatusOf(o.Status), DealID: Optional(o.DealID),
		Budget: *MoneyOf(o.Terms.Budget()), StartDate: o.Terms.Flight.Start, EndDate: o.Terms.Flight.End,
		ProposalID: Optional(o.Terms.ProposalID), ConsentContext: o.Terms.ConsentContext,
		CreatedAt: o.CreatedAt, UpdatedAt: &o.UpdatedAt,
	}
	if o.Terms.Impressions == 0 {
		// The contract requires a budget, and a deal without a volume has none that would not be invented.
		order.Ext = json.RawMessage(`{"budget_stated":false}`)
	}
	return order
}

// accountOf is the most particular party of an owner; a key that names nobody is its own.
func accountOf(owner string) string {
	seat, agency, advertiser, named := parley.OwnerParties(owner)
	if !named {
		return owner
	}
	return cmp.Or(advertiser, agency, seat)
}

// OrderStatusOf is a status as the contract knows it: an order that the ad server is taking over is in progress.
func OrderStatusOf(s parley.OrderStatus) parley.OrderStatus {
	if s == parley.OrderSyncing {
		return parley.OrderInProgress
	}
	return s
}
