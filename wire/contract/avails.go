package contract

import (
	"encoding/json"
	"time"

	"parley"
)

// AvailsRequest asks what of one product is free over a flight.
type AvailsRequest struct {
	ProductID            string          `json:"productid"`
	StartDate            time.Time       `json:"startdate"`
	EndDate              time.Time       `json:"enddate" doc:"After startdate."`
	RequestedImpressions *int64          `json:"requestedImpressions"`
	Budget               *Decimal        `json:"budget"`
	Targeting            json.RawMessage `json:"targeting"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (a *AvailsRequest) UnmarshalJSON(raw []byte) error {
	type message AvailsRequest
	if err := decode(raw, (*message)(a), "productid", "startdate", "enddate"); err != nil {
		return err
	}
	return inOrder(a.StartDate, a.EndDate)
}

// inOrder is the contract's rule for the flight of a question about avails.
func inOrder(start, end time.Time) error {
	if !start.Before(end) {
		return parley.Invalid("enddate", "must be after startdate")
	}
	return nil
}

// AvailsResponse answers an AvailsRequest.
type AvailsResponse struct{ Avails }

// UnmarshalJSON implements json.Unmarshaler.
func (a *AvailsResponse) UnmarshalJSON(raw []byte) error {
	return decode(raw, &a.Avails, "productid", "availableImpressions")
}

// Avails is the contract's answer to a question about one product.
type Avails struct {
	ProductID             string   `json:"productid"`
	AvailableImpressions  int64    `json:"availableImpressions" doc:"What can be had: of the volume asked for, within the budget; all that is free when none was asked for."`
	GuaranteedImpressions *int64   `json:"guaranteedImpressions" doc:"What of it a guaranteed deal can have; null when the product is not sold as PG over the flight."`
	EstimatedCPM          *Decimal `json:"estimatedCpm" doc:"Null when the product has no price."`
	TotalCost             *Decimal `json:"totalCost" doc:"Of availableImpressions at estimatedCpm; null when no amount can hold it."`
	DeliveryConfidence    *float64 `json:"deliveryConfidence" doc:"Always null: this seller states what its ledger knows, and forecasts nothing."`
	AvailableTargeting    []string `json:"availableTargeting"`
}

// AvailsOf maps what can be had of a product; guaranteed is nil when none of it can be guaranteed, and cpm when the product
// has no price.
func AvailsOf(product parley.Product, impressions int64, guaranteed *int64, cpm *parley.Money) Avails {
	answer := Avails{
		ProductID: product.ID, AvailableImpressions: impressions, GuaranteedImpressions: guaranteed, AvailableTargeting: []string{},
	}
	if len(product.DeviceTypes) > 0 {
		answer.AvailableTargeting = append(answer.AvailableTargeting, "device")
	}
	if len(product.GeoTargets) > 0 {
		answer.AvailableTargeting = append(answer.AvailableTargeting, "geo")
	}
	if cpm == nil {
		return answer
	}
	answer.EstimatedCPM = DecimalOf(*cpm)
	total, err := parley.DealValue(cpm.Micros, impressions)
	if err == nil {
		total, err = parley.RoundToMinor(total, cpm.Currency, parley.HalfUp)
	}
	if err == nil {
		answer.TotalCost = DecimalOf(parley.Money{Micros: total, Currency: cpm.Currency})
	}
	return answer
}
