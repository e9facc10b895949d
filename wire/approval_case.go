package wire

import (
	"cmp"

	"parley"
	"parley/wire/contract"
)

// ApprovalCase is what an approval rule sees of a commitment, under the names that conditions use.
type ApprovalCase struct {
	DealValue      *contract.Decimal `json:"deal_value" doc:"Null when the volume is unknown: rules see a value above every limit."`
	Price          *contract.Decimal `json:"price" doc:"CPM."`
	Ask            *contract.Decimal `json:"ask" doc:"CPM that the price list asks for."`
	Floor          *contract.Decimal `json:"floor" doc:"Of a change's terms, CPM, when it was asked about; null elsewhere. A price under the floor can only be rejected."`
	DiscountPct    float64           `json:"discount_pct" doc:"How far the price is under the ask, in percent of it."`
	Currency       parley.Currency   `json:"currency"`
	Impressions    *int64            `json:"impressions" doc:"Of terms without a volume what is available over the flight; null when that is unknown, too: rules see a volume above every limit."`
	Volume         string            `json:"volume" enum:"stated,available,unknown" doc:"Where impressions come from."`
	FlightStart    *parley.Date      `json:"flight_start" format:"date"`
	FlightEnd      *parley.Date      `json:"flight_end" format:"date"`
	FlightDays     int64             `json:"flight_days"`
	DealType       *parley.DealType  `json:"deal_type" doc:"Null in a case that names none."`
	BuyerTier      string            `json:"buyer_tier"`
	ProductID      string            `json:"product_id"`
	InventoryType  string            `json:"inventory_type"`
	Recommendation string            `json:"recommendation" doc:"What is recommended, and what approving a proposal does: accept agrees to it, counter sends the buyer a counter at price and impressions."`
	ValueToday     *contract.Decimal `json:"value_today" doc:"What else the buyer has booked today, in this currency; null of a buyer without a key. In a case that rules are tried on, what was sent."`
	ValueOpen      *contract.Decimal `json:"value_open" doc:"The value of the buyer's other running deals in this currency, likewise."`
	AccountIDs     []string          `json:"account_ids" doc:"Accounts of the buyer, those above them among them."`
}

func caseOf(c parley.ApprovalCase) ApprovalCase {
	amount := func(micros int64) *contract.Decimal {
		return contract.DecimalOf(parley.Money{Micros: micros, Currency: c.Currency})
	}
	rendered := ApprovalCase{
		DealValue: amount(c.DealValue), Price: amount(c.Price), Ask: amount(c.Ask), DiscountPct: c.DiscountPct(),
		Currency: c.Currency, Impressions: &c.Impressions, Volume: cmp.Or(string(c.Volume), "stated"), FlightDays: c.FlightDays,
		BuyerTier: c.BuyerTier.String(), ProductID: c.ProductID, InventoryType: c.InventoryType,
		Recommendation: c.Recommendation, ValueToday: amount(c.ValueToday), ValueOpen: amount(c.ValueOpen),
		AccountIDs: contract.Listed(c.AccountIDs),
	}
	if c.Volume == parley.VolumeUnknown {
		rendered.DealValue, rendered.Impressions = nil, nil
	}
	if c.DealType != "" {
		rendered.DealType = &c.DealType
	}
	if c.Floor > 0 {
		rendered.Floor = amount(c.Floor)
	}
	if c.FlightEnd != 0 {
		rendered.FlightStart, rendered.FlightEnd = &c.FlightStart, &c.FlightEnd
	}
	return rendered
}

// CaseRequest is a case to try the rules on. What is not known of it may be left out.
type CaseRequest struct {
	Price          contract.Price  `json:"price" doc:"CPM."`
	Ask            *contract.Price `json:"ask,omitempty" doc:"CPM that the price list asks for; the price when absent."`
	DealValue      *contract.Price `json:"deal_value,omitempty" doc:"Of price and impressions, when absent."`
	Currency       string          `json:"currency,omitempty" maxLength:"3" doc:"USD when neither this nor a price names one."`
	Impressions    int64           `json:"impressions,omitempty" minimum:"0" doc:"Unknown when absent, and then above every limit, as of a deal without a volume over days whose capacity nobody declared."`
	FlightDays     int64           `json:"flight_days,omitempty" minimum:"0"`
	DealType       string          `json:"deal_type,omitempty" enum:"PG,PD,PA"`
	BuyerTier      string          `json:"buyer_tier,omitempty" enum:"public,seat,agency,advertiser" doc:"public when absent."`
	ProductID      string          `json:"product_id,omitempty" maxLength:"128"`
	InventoryType  string          `json:"inventory_type,omitempty" maxLength:"64"`
	Recommendation string          `json:"recommendation,omitempty" enum:"accept,counter,reject"`
	ValueToday     *contract.Price `json:"value_today,omitempty" doc:"What else the buyer has booked today; nothing when absent."`
	ValueOpen      *contract.Price `json:"value_open,omitempty" doc:"The value of the buyer's other running deals; nothing when absent."`
	AccountIDs     []string        `json:"account_ids,omitempty" maxItems:"100" maxLength:"128" doc:"Accounts of the buyer, those above them among them."`
}

// Domain is what the flow takes.
func (c *CaseRequest) Domain() (parley.ApprovalCase, error) {
	var problems parley.Problems
	price := priced(&problems, "case.currency", c.Price, c.Currency)
	amount := func(of *contract.Price) int64 {
		return priced(&problems, "case.currency", *of, string(price.Currency)).Micros
	}
	facts := parley.ApprovalCase{
		Price: price.Micros, Ask: price.Micros, Currency: price.Currency, Impressions: c.Impressions, FlightDays: c.FlightDays,
		DealType: parley.DealType(c.DealType), ProductID: c.ProductID, InventoryType: c.InventoryType,
		Recommendation: c.Recommendation, AccountIDs: c.AccountIDs,
	}
	facts.BuyerTier, _ = parley.ParseTier(c.BuyerTier) // the schema lists the names
	if c.ValueToday != nil {
		facts.ValueToday = amount(c.ValueToday)
	}
	if c.ValueOpen != nil {
		facts.ValueOpen = amount(c.ValueOpen)
	}
	if c.Ask != nil {
		facts.Ask = amount(c.Ask)
	}
	if c.DealValue != nil {
		facts.DealValue = amount(c.DealValue)
		return facts, problems.Err()
	}
	if facts.Impressions == 0 {
		facts.Volume = parley.VolumeUnknown
	}
	value, err := parley.DealValue(facts.Price, facts.Impressions)
	if err != nil {
		problems.Add("case.impressions", "and the price make a deal that is too large")
	}
	facts.DealValue = value
	return facts, problems.Err()
}
