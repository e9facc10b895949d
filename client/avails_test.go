package client_test

import (
	"context"
	"testing"

	"parley"
	"parley/client"
	"parley/wire/contract"
	"parley/wire/document"
)

func TestAvails(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := openShop(t)
	thousand := contract.PriceOf(usd(1_000_000_000))
	euros := contract.PriceOf(parley.Money{Micros: 1_000_000_000, Currency: "EUR"})
	for name, c := range map[string]struct {
		impressions int64
		budget      *contract.Price
		status      string
		reason      string
		can         int64
	}{
		"no volume":        {0, nil, contract.StatusAvailable, "", 100_000_000},
		"what is there":    {1_000_000, nil, contract.StatusAvailable, "", 1_000_000},
		"more than that":   {999_999_999, nil, contract.StatusPartiallyAvailable, "Excluded", 100_000_000},
		"within a budget":  {20_000, thousand, contract.StatusAvailable, "", 20_000},
		"over the budget":  {1_000_000, thousand, contract.StatusPartiallyAvailable, "InvalidBudget", 31_746}, // at 31.50
		"another currency": {1_000_000, euros, contract.StatusUnavailable, "InvalidBudget", 0},
	} {
		avails, err := s.buyer().Avails(ctx, document.AvailsRequest{
			ProductID: "ctv-sports", FlightStart: day(5), FlightEnd: day(14), Impressions: c.impressions, Budget: c.budget,
		})
		if err != nil || avails.AvailsStatus.Status != c.status || contract.TextOf(avails.AvailsStatus.Reason) != c.reason || avails.Avails.AvailableImpressions != c.can ||
			(avails.AvailsStatus.Comment == nil) != (c.reason == "") || avails.InventoryAvailable != (c.status == contract.StatusAvailable) {
			t.Errorf("%s: %+v (%v)", name, avails, err)
			continue
		}
		if *avails.AvailableImpressions != 100_000_000 {
			t.Errorf("%s: %d are free", name, *avails.AvailableImpressions)
		}
		if c.can == 0 {
			continue
		}
		cost, err := parley.DealValue(avails.Price.Money.Micros, c.can)
		if err != nil {
			t.Fatal(err)
		}
		if off := avails.TotalCost.Money.Micros - cost; avails.TotalCost.Money.Currency != parley.USD || off > 10_000 || off < -10_000 || avails.Price.Money.Currency != parley.USD {
			t.Errorf("%s: %d at %s cost %s", name, c.can, avails.Price, avails.TotalCost)
		}
	}
	stranger, err := client.New(s.url, "").Avails(ctx, document.AvailsRequest{ProductID: "ctv-sports", Impressions: 1000})
	if err != nil || stranger.Price != nil || stranger.PriceRange == nil || stranger.TotalCost == nil || stranger.TotalCost.Money.Currency != parley.USD {
		t.Errorf("a stranger is shown %+v (%v)", stranger, err)
	}
	product, err := s.buyer().Product(ctx, "ctv-sports")
	if err != nil || product.AudienceTargeting == nil || len(product.AudienceTargeting.IDs) != 1 {
		t.Errorf("%+v (%v)", product, err)
	}
}

// TestTheCardAndTheAvailsOfSeveral reads what the seller says of itself, without a key, and what is free of two products at once.
func TestTheCardAndTheAvailsOfSeveral(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	card, err := client.New(s.url, "", client.WithHTTPClient(s.client)).Card(t.Context())
	if err != nil || card.AgentType != "seller" || len(card.Skills) == 0 {
		t.Errorf("the card is %+v (%v)", card, err)
	}
	flight := document.AvailsRequest{
		ContractStart: day(5).String() + "T00:00:00Z", ContractEnd: day(15).String() + "T00:00:00Z",
		AvailsSearch: document.AvailsSearch{
			AccountID: "acct", AdvertiserBrandID: "brand", Currency: "USD", ProductIDs: []string{"display-news", "ctv-sports", "nothing"},
			ProductTargeting: []document.AvailsTarget{{Target: "requestedimpressions", TargetValues: []string{"20000"}}},
		},
	}
	found, err := s.buyer().SearchAvails(t.Context(), flight)
	if err != nil || len(found.Avails) != 3 {
		t.Fatalf("%+v (%v)", found, err)
	}
	for i, want := range flight.ProductIDs {
		record := found.Avails[i]
		if record.ProductID != want || (record.Availability != nil && *record.Availability == 20_000) != (want != "nothing") {
			t.Errorf("record %d is %+v", i, record)
		}
	}
}
