package contract

import (
	"encoding/json"
	"time"

	"parley"
)

// Quote is a quote as the contract wraps it under "quote".
type Quote struct {
	QuoteID        string             `json:"quote_id"`
	Status         parley.QuoteStatus `json:"status"`
	Product        ProductSummary     `json:"product"`
	Pricing        Pricing            `json:"pricing"`
	Terms          Terms              `json:"terms"`
	Availability   *Availability      `json:"availability"`
	DealType       parley.DealType    `json:"deal_type"`
	MediaType      parley.MediaType   `json:"media_type"`
	BuyerTier      parley.Tier        `json:"buyer_tier"`
	ExpiresAt      time.Time          `json:"expires_at"`
	CreatedAt      time.Time          `json:"created_at"`
	SellerID       string             `json:"seller_id"`
	DealID         *string            `json:"deal_id"`
	RateCardID     *string            `json:"rate_card_id" doc:"Always null here: prices are the publisher's own."`
	ConsentContext json.RawMessage    `json:"consent_context"`
	LinearTV       json.RawMessage    `json:"linear_tv" doc:"Always null: linear TV is not traded."`
}

// ProductSummary names the product of a quote or deal.
type ProductSummary struct {
	ProductID     string  `json:"product_id"`
	Name          string  `json:"name"`
	InventoryType *string `json:"inventory_type"`
}

// Pricing is a price as the contract shows it.
type Pricing struct {
	BaseCPM           *Money  `json:"base_cpm"`
	TierDiscountPct   Percent `json:"tier_discount_pct"`
	VolumeDiscountPct Percent `json:"volume_discount_pct"`
	FinalCPM          *Money  `json:"final_cpm"`
	BaseCPP           *Money  `json:"base_cpp"`
	FinalCPP          *Money  `json:"final_cpp"`
	PricingModel      string  `json:"pricing_model" enum:"cpm"`
	PricingType       string  `json:"pricing_type" enum:"fixed,floor"`
	Rationale         string  `json:"rationale"`
}

// Terms are what is delivered, and when.
type Terms struct {
	Impressions    *int64      `json:"impressions"`
	FlightStart    parley.Date `json:"flight_start" format:"date"`
	FlightEnd      parley.Date `json:"flight_end" format:"date"`
	Guaranteed     bool        `json:"guaranteed"`
	GRPs           *float64    `json:"grps"`
	GuaranteedGRPs *float64    `json:"guaranteed_grps"`
	TargetDemo     *string     `json:"target_demo"`
}

// Availability says whether the inventory is there. This seller states facts from its ledger and no forecasts.
type Availability struct {
	InventoryAvailable bool     `json:"inventory_available"`
	EstimatedFillRate  *float64 `json:"estimated_fill_rate" doc:"Always null here; a share, from sellers that forecast."`
	CompetingDemand    *string  `json:"competing_demand"`
}

// QuoteOf maps a quote.
func QuoteOf(q parley.Quote, sellerID string) Quote {
	return Quote{
		QuoteID:        q.ID,
		Status:         q.Status,
		Product:        ProductSummary{ProductID: q.ProductID, Name: q.ProductName, InventoryType: Optional(q.InventoryType)},
		Pricing:        PricingOf(q.Price, q.DealType),
		Terms:          termsOf(q.Impressions, q.Flight, q.DealType),
		Availability:   &Availability{InventoryAvailable: q.InventoryAvailable()},
		DealType:       q.DealType,
		MediaType:      q.MediaType,
		BuyerTier:      q.Tier,
		ExpiresAt:      q.ExpiresAt,
		CreatedAt:      q.CreatedAt,
		SellerID:       sellerID,
		DealID:         Optional(q.DealID),
		ConsentContext: q.Carried.ConsentContext,
	}
}

// PricingOf maps what a buyer may read of a price.
func PricingOf(decision parley.PriceDecision, dealType parley.DealType) Pricing {
	public := decision.Public()
	return Pricing{
		BaseCPM:           &Money{AmountMicros: public.BaseCPM, Currency: public.Currency},
		TierDiscountPct:   Percent(public.TierDiscount),
		VolumeDiscountPct: Percent(public.VolumeDiscount),
		FinalCPM:          &Money{AmountMicros: public.FinalCPM, Currency: public.Currency},
		PricingModel:      PricingModel,
		PricingType:       PricingType(dealType),
		Rationale:         public.Rationale,
	}
}

// PricingModel is the only one that this seller trades in: per 1,000 impressions.
const PricingModel = "cpm"

// PriceOnRequest is the pricing type of what has no price.
const PriceOnRequest = "on_request"

// PricingType says what a stated price is: the price itself, or in a private auction where bidding starts.
func PricingType(dealType parley.DealType) string {
	if dealType == parley.PrivateAuction {
		return "floor"
	}
	return "fixed"
}

func termsOf(impressions int64, flight parley.Flight, dealType parley.DealType) Terms {
	return Terms{
		Impressions: Count(impressions),
		FlightStart: flight.Start,
		FlightEnd:   flight.End,
		Guaranteed:  dealType.Guaranteed(),
	}
}

// Optional is nil for an empty text, so that it is written as null.
func Optional[T ~string](text T) *T {
	if text == "" {
		return nil
	}
	return &text
}

// TextOf is what an optional text says; empty for none.
func TextOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// Count is nil for a volume that was not named.
func Count(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}
