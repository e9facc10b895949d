package wire

import (
	"parley"
	"parley/wire/contract"
	"parley/wire/document"
)

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
