package contract

import (
	"encoding/json"
	"strconv"
	"time"

	"parley"
)

// The targets that say how much is asked for, what may be spent on it, and how much is free.
const (
	TargetRequestedImpressions = "requestedimpressions"
	TargetBudget               = "budget"
	targetImpressions          = "impressions"
)

// The statuses of avails, in OpenDirect's words.
const (
	StatusAvailable          = "Available"
	StatusPartiallyAvailable = "Partially Available"
	StatusUnavailable        = "Unavailable"
)

// targetingSource names who minted the targets that OpenDirect leaves to its users: the shared contract's library.
const targetingSource = "iab-agentic-primitives"

// ProductTargeting is one dimension of what is asked for or answered, as OpenDirect writes it.
type ProductTargeting struct {
	Type         string          `json:"type,omitempty"`
	Name         string          `json:"name,omitempty"`
	DataSource   *string         `json:"datasource"`
	Target       string          `json:"target"`
	TargetValues []string        `json:"targetvalues"`
	Selectable   *bool           `json:"selectable"`
	Count        *Whole          `json:"count"`
	Default      json.RawMessage `json:"default"`
	Increment    json.RawMessage `json:"increment"`
	Maximum      json.RawMessage `json:"maximum"`
	Minimum      json.RawMessage `json:"minimum"`
}

// AvailsCollection answers a ProductAvailsSearch, with one record for each product in the order asked.
type AvailsCollection struct {
	Avails []AvailsRecord `json:"avails"`
}

// AvailsRecord is what is free of one product.
type AvailsRecord struct {
	AccountID    string           `json:"accountid"`
	ProductID    string           `json:"productid"`
	StartDate    time.Time        `json:"startdate"`
	EndDate      time.Time        `json:"enddate"`
	Availability *int64           `json:"availability" doc:"Impressions of those asked for that can be had."`
	Price        *Decimal         `json:"price" doc:"CPM; 0 beside Unavailable for what is unknown or has no price."`
	Currency     *parley.Currency `json:"currency" doc:"The product's. Beside a product that is unknown that of the search, or else of the first product that is known."`
	AvailsStatus *AvailsStatus    `json:"availsstatus"`
}

// The reasons for which less can be had, of those that the contract knows.
const (
	ReasonBooked   = "Booked"        // the inventory is taken
	ReasonExcluded = "Excluded"      // the product is not sold as it was asked for, or has no such volume
	ReasonBudget   = "InvalidBudget" // the budget buys less, or is in another currency
)

// AvailsStatus says whether a product can be had, and if not, why.
type AvailsStatus struct {
	Status           string             `json:"status" enum:"Available,Partially Available,Unavailable" doc:"Available, Partially Available when less than was asked for can be had, or Unavailable."`
	Reason           *string            `json:"reason" enum:"Booked,Excluded,InvalidBudget" doc:"Why less than was asked for can be had: Booked when others have it, InvalidBudget, or Excluded when the product is not sold so or has no such volume."`
	Comment          *string            `json:"comment" doc:"The reason as a sentence."`
	Context          json.RawMessage    `json:"context"`
	ProductTargeting []ProductTargeting `json:"producttargeting"`
}

// StatusOf says how much of what was asked for can be had; reason and comment are empty when it is all.
func StatusOf(status, reason, comment string, impressions int64) *AvailsStatus {
	counted, selectable, source := Whole(impressions), false, targetingSource
	return &AvailsStatus{
		Status: status, Reason: Optional(reason), Comment: Optional(comment),
		ProductTargeting: []ProductTargeting{{
			Type: "Audience", Name: "Inventory", DataSource: &source, Target: targetImpressions,
			TargetValues: []string{strconv.FormatInt(impressions, 10)}, Selectable: &selectable, Count: &counted,
		}},
	}
}

// RecordOf maps what can be had of a product to the record that a search is answered with: asked is the record with what the search
// said, whose flight is answered as it was asked, in the buyer's own instants.
func RecordOf(asked AvailsRecord, free Avails, currency parley.Currency, status *AvailsStatus) AvailsRecord {
	record := asked
	record.ProductID, record.Availability, record.Price = free.ProductID, &free.AvailableImpressions, free.EstimatedCPM
	record.Currency, record.AvailsStatus = &currency, status
	if record.Price == nil {
		// The contract wants a number of each record, and a record of each product: without it a client could read none.
		record.Price = DecimalOf(parley.Money{})
	}
	return record
}
