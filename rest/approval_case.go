package rest

import (
	"parley"
	"parley/rest/contract"
)

// ApprovalCase is what an approval rule sees of a commitment, under the names that conditions use.
type ApprovalCase struct {
	DealValue      *contract.Decimal `json:"deal_value"`
	Price          *contract.Decimal `json:"price" doc:"CPM."`
	Ask            *contract.Decimal `json:"ask" doc:"CPM that the price list asks for."`
	DiscountPct    float64           `json:"discount_pct" doc:"How far the price is under the ask, in percent of it."`
	Currency       parley.Currency   `json:"currency"`
	Impressions    int64             `json:"impressions"`
	FlightDays     int64             `json:"flight_days"`
	DealType       parley.DealType   `json:"deal_type"`
	BuyerTier      string            `json:"buyer_tier"`
	ProductID      string            `json:"product_id"`
	InventoryType  string            `json:"inventory_type"`
	Recommendation string            `json:"recommendation" doc:"Of evaluating a proposal: accept, counter or reject; empty elsewhere."`
}

func renderCase(c parley.ApprovalCase) ApprovalCase {
	amount := func(micros int64) *contract.Decimal {
		return contract.DecimalOf(parley.Money{Micros: micros, Currency: c.Currency})
	}
	return ApprovalCase{
		DealValue: amount(c.DealValue), Price: amount(c.Price), Ask: amount(c.Ask), DiscountPct: c.DiscountPct(),
		Currency: c.Currency, Impressions: c.Impressions, FlightDays: c.FlightDays, DealType: c.DealType,
		BuyerTier: c.BuyerTier.String(), ProductID: c.ProductID, InventoryType: c.InventoryType, Recommendation: c.Recommendation,
	}
}

// CaseRequest is a case to try the rules on. What is not known of it may be left out.
type CaseRequest struct {
	Price          contract.Price  `json:"price" doc:"CPM."`
	Ask            *contract.Price `json:"ask,omitempty" doc:"CPM that the price list asks for; the price when absent."`
	DealValue      *contract.Price `json:"deal_value,omitempty" doc:"Of price and impressions, when absent."`
	Currency       string          `json:"currency,omitempty" maxLength:"3" doc:"USD when neither this nor a price names one."`
	Impressions    int64           `json:"impressions,omitempty" minimum:"0"`
	FlightDays     int64           `json:"flight_days,omitempty" minimum:"0"`
	DealType       string          `json:"deal_type,omitempty" enum:"PG,PD,PA"`
	BuyerTier      string          `json:"buyer_tier,omitempty" enum:"public,seat,agency,advertiser" doc:"public when absent."`
	ProductID      string          `json:"product_id,omitempty" maxLength:"128"`
	InventoryType  string          `json:"inventory_type,omitempty" maxLength:"64"`
	Recommendation string          `json:"recommendation,omitempty" enum:"accept,counter,reject"`
}

func (c *CaseRequest) domain() (parley.ApprovalCase, error) {
	var problems parley.Problems
	price := priced(&problems, "case.currency", c.Price, c.Currency)
	amount := func(of *contract.Price) int64 {
		return priced(&problems, "case.currency", *of, string(price.Currency)).Micros
	}
	facts := parley.ApprovalCase{
		Price: price.Micros, Ask: price.Micros, Currency: price.Currency, Impressions: c.Impressions, FlightDays: c.FlightDays,
		DealType: parley.DealType(c.DealType), ProductID: c.ProductID, InventoryType: c.InventoryType,
		Recommendation: c.Recommendation,
	}
	facts.BuyerTier, _ = parley.ParseTier(c.BuyerTier) // the schema lists the names
	if c.Ask != nil {
		facts.Ask = amount(c.Ask)
	}
	if c.DealValue != nil {
		facts.DealValue = amount(c.DealValue)
		return facts, problems.Err()
	}
	value, err := parley.DealValue(facts.Price, facts.Impressions)
	if err != nil {
		problems.Add("case.impressions", "and the price make a deal that is too large")
	}
	facts.DealValue = value
	return facts, problems.Err()
}
