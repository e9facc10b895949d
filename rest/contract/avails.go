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
		return parley.Invalid("enddate", "is wrong: enddate must be after startdate")
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
	AvailableImpressions  int64    `json:"availableImpressions" doc:"As asked, or the product's minimum, when its capacity is not declared."`
	GuaranteedImpressions *int64   `json:"guaranteedImpressions" doc:"What of it a guaranteed deal can have; null when the product is not sold as PG."`
	EstimatedCPM          *Decimal `json:"estimatedCpm" doc:"Null when the product has no price."`
	TotalCost             *Decimal `json:"totalCost" doc:"Of availableImpressions at estimatedCpm."`
	DeliveryConfidence    *float64 `json:"deliveryConfidence" doc:"Always null: this seller states what its ledger knows, and forecasts nothing."`
	AvailableTargeting    []string `json:"availableTargeting"`
}

// AvailsOf maps what is free of a product for a buyer who asked for a volume, 0 for none; cpm is nil when the product has
// no price. A cost that no amount can hold is parley.ErrOverflow.
func AvailsOf(product parley.Product, avails parley.Avails, asked int64, cpm *parley.Money) (Avails, error) {
	answer := Avails{ProductID: product.ID, AvailableTargeting: []string{}, AvailableImpressions: max(asked, product.MinimumImpressions)}
	if asked > 0 {
		answer.AvailableImpressions = asked
	}
	if avails.Available != nil {
		answer.AvailableImpressions = min(*avails.Available, parley.MaxImpressions)
	}
	if product.Sells(parley.ProgrammaticGuaranteed) {
		guaranteed := answer.AvailableImpressions
		if asked > 0 {
			guaranteed = min(asked, guaranteed)
		}
		answer.GuaranteedImpressions = &guaranteed
	}
	if len(product.DeviceTypes) > 0 {
		answer.AvailableTargeting = append(answer.AvailableTargeting, "device")
	}
	if len(product.GeoTargets) > 0 {
		answer.AvailableTargeting = append(answer.AvailableTargeting, "geo")
	}
	if cpm == nil {
		return answer, nil
	}
	total, err := parley.DealValue(cpm.Micros, answer.AvailableImpressions)
	if err != nil {
		return answer, err
	}
	answer.EstimatedCPM = DecimalOf(*cpm)
	answer.TotalCost = DecimalOf(parley.Money{Micros: total, Currency: cpm.Currency})
	return answer, nil
}
