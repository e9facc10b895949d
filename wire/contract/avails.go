package contract

import "parley"

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
