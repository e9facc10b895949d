package wire

import (
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/wire/contract"
	"parley/wire/document"
)

// Value is any JSON value, kept as it is written, so that a number keeps its digits.
type Value json.RawMessage

// MarshalJSON implements json.Marshaler.
func (v Value) MarshalJSON() ([]byte, error) { return document.Object(v).MarshalJSON() }

// UnmarshalJSON implements json.Unmarshaler.
func (v *Value) UnmarshalJSON(raw []byte) error {
	*v = append((*v)[:0], raw...)
	return nil
}

// Schema is anything.
func (Value) Schema(huma.Registry) *huma.Schema { return &huma.Schema{} }

// identityOf is the domain's form; the two have the same members.
func identityOf(i *document.Identity) parley.Identity {
	if i == nil {
		return parley.Identity{}
	}
	return parley.Identity(*i)
}

// shownIdentity is an identity in an answer: null when it names nobody.
func shownIdentity(i parley.Identity) *document.Identity {
	if i == (parley.Identity{}) {
		return nil
	}
	shown := document.Identity(i)
	return &shown
}

func pricingOf(decision parley.PriceDecision, dealType parley.DealType) document.Pricing {
	public := decision.Public()
	amount := func(micros int64) *contract.Decimal {
		return contract.DecimalOf(parley.Money{Micros: micros, Currency: public.Currency})
	}
	return document.Pricing{
		BaseCPM:           amount(public.BaseCPM),
		TierDiscountPct:   contract.Percent(public.TierDiscount),
		RuleDiscountPct:   contract.Percent(public.RuleDiscount),
		VolumeDiscountPct: contract.Percent(public.VolumeDiscount),
		FinalCPM:          amount(public.FinalCPM),
		Currency:          public.Currency,
		PricingModel:      contract.PricingModel,
		PricingType:       contract.PricingType(dealType),
		Rationale:         public.Rationale,
	}
}

func termsOf(impressions int64, flight parley.Flight, dealType parley.DealType) document.Terms {
	return document.Terms{
		Impressions: contract.Count(impressions), FlightStart: flight.Start, FlightEnd: flight.End,
		Guaranteed: dealType.Guaranteed(),
	}
}

// moneyOf is the amount of a price that may not be given.
func moneyOf(price *contract.Price) *parley.Money {
	if price == nil {
		return nil
	}
	return &price.Money
}
