package rest

import (
	"encoding/json"
	"time"

	"parley"
	"parley/seller"
)

// The OpenAPI document's examples are rendered from these by the code that renders real answers.

func (s *server) sample() *exchange {
	settings := seller.DefaultSettings()
	settings.SellerID = "northlight-media"
	return &exchange{settings: settings, who: parley.Principal{Role: parley.RoleBuyer, KeyID: "key-example"}}
}

// rawExample is a request body written as JSON; encodedExample is a value that is encoded as an answer would be. Both are
// decoded again, so that the YAML form of the document shows members rather than bytes.
func rawExample(text string) any {
	if text == "" {
		return nil
	}
	var example any
	if err := json.Unmarshal([]byte(text), &example); err != nil {
		panic("an example is not JSON: " + text)
	}
	return example
}

func encodedExample(value any) any {
	raw, err := json.Marshal(value)
	if err != nil {
		panic("an example does not encode: " + err.Error())
	}
	return rawExample(string(raw))
}

var (
	sampleTime   = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	sampleFlight = parley.Flight{Start: sampleDay("2026-08-01"), End: sampleDay("2026-08-31")}
	sampleFree   = int64(42_000_000)

	samplePrice = parley.PriceDecision{
		Currency: parley.USD, BaseCPM: 35_000_000, FinalCPM: 28_350_000, TierDiscount: 1_000, VolumeDiscount: 1_000,
		Rationale: "Base CPM 35.00 USD; agency tier 10% off; 10% off for 10,000,000 impressions or more.",
		Tier:      parley.TierAgency, Impressions: 10_000_000, PricingVersion: 3,
		Steps: []parley.PriceStep{{Name: "base", After: 35_000_000}},
	}
	sampleIdentity = parley.Identity{SeatID: "seat-42", AgencyID: "agency-7", DSPPlatform: "The Trade Desk"}

	sampleQuote = parley.Quote{
		ID: "qt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", Status: parley.QuoteAvailable, ProductID: "ctv-sports-live",
		ProductName: "Live Sports CTV", InventoryType: "ctv", DealType: parley.ProgrammaticGuaranteed,
		MediaType: parley.MediaDigital, Impressions: 10_000_000, Flight: sampleFlight, Price: samplePrice,
		Available: &sampleFree, Tier: parley.TierAgency, Identity: sampleIdentity, CreatedAt: sampleTime,
		ExpiresAt: sampleTime.Add(24 * time.Hour),
	}
)

func sampleDay(text string) parley.Date {
	day, err := parley.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return day
}
