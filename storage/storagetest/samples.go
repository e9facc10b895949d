package storagetest

import (
	"encoding/json"

	"parley"
	"parley/storage"
)

// identity has a text of every kind that a store could spoil.
var identity = parley.Identity{SeatID: "seat-1", AgencyID: "Ägency/Ünited 東京 🎬", AgencyName: `quote " and \ back`, CampaignName: "İstanbul"}

// claimed is what a buyer says of itself beside that.
var claimed = parley.Identity{DSPPlatform: `claimed " 東京`, CampaignID: "c-1"}

func (f *fixture) product(id string) parley.Product {
	return parley.Product{
		ID: id, Name: "Näme " + id, Description: "what it is", InventoryType: "ctv",
		DealTypes: []parley.DealType{parley.ProgrammaticGuaranteed, parley.PreferredDeal}, BaseCPM: ptr(int64(25_000_000)),
		FloorCPM: 12_500_000, Currency: parley.USD, MinimumImpressions: 1000, DailyImpressions: ptr(int64(100)),
		AdFormats: []string{"video"}, DeviceTypes: []string{"ctv", "mobile"}, GeoTargets: []string{"US", "CA"},
		ContentCategories: []string{"IAB1"}, Status: parley.ProductActive, AudienceSegments: []string{"243", "1001"},
		CreativeSpecs: &parley.CreativeSpecs{Sizes: []string{"640x480"}, MaxDuration: 30, LeadDays: 3},
	}
}

// stock imports products.
func (f *fixture) stock(products ...parley.Product) storage.ImportReport {
	f.Helper()
	report, err := f.imports(products...)
	if err != nil {
		f.Fatal(err)
	}
	return report
}

func noFinish(*storage.Tx, storage.ImportSummary) error { return nil }

func (f *fixture) imports(products ...parley.Product) (storage.ImportReport, error) {
	feed := func(stage func(line int, c parley.ProductChange) error) error {
		for i, p := range products {
			if err := stage(i+2, WholeProduct(p)); err != nil {
				return err
			}
		}
		return nil
	}
	done, err := f.store.ImportProducts(f.Context(), noon, storage.ProductImport{Feed: feed, Finish: noFinish})
	return done.ImportReport, err
}

func (f *fixture) decision() parley.PriceDecision {
	return parley.PriceDecision{
		Currency: parley.USD, BaseCPM: 25_000_000, FinalCPM: 22_500_000, FloorCPM: 12_500_000, TierDiscount: 1000,
		Rationale: "10% for agencies", Tier: parley.TierAgency, Impressions: 1000, PricingVersion: 7,
		Steps: []parley.PriceStep{{Name: "base", Before: 0, After: 25_000_000}, {Name: "tier_discount", Rate: 1000, Before: 25_000_000, After: 22_500_000}},
	}
}

func (f *fixture) quote(productID, owner string) parley.Quote {
	return parley.Quote{
		ID: f.id(parley.PrefixQuote), Owner: owner, Status: parley.QuoteAvailable, ProductID: productID, ProductName: "Näme",
		InventoryType: "ctv", DealType: parley.ProgrammaticGuaranteed, MediaType: parley.MediaDigital, Impressions: 1000,
		Flight: flight, TargetCPM: &parley.Money{Micros: 20_000_000, Currency: parley.USD}, Price: f.decision(),
		Available: ptr(int64(1000)), Tier: parley.TierAgency, Identity: identity, Claimed: claimed,
		Carried:   parley.Carried{ConsentContext: json.RawMessage(`{"gdpr":true}`), AgentURL: "https://buyer.example"},
		CreatedAt: noon, ExpiresAt: noon.Add(24 * 3600e9), CreatedBy: "operator:kéy",
		ProposalID: "prop-ä", NegotiationID: "neg-ä",
	}
}

func (f *fixture) deal(q parley.Quote) parley.Deal {
	return parley.Deal{
		ID: "NORTH-" + f.id(""), Owner: q.Owner, Status: parley.DealBooked, QuoteID: q.ID, ProductID: q.ProductID,
		ProductName: q.ProductName, InventoryType: q.InventoryType, DealType: q.DealType, MediaType: q.MediaType,
		Impressions: q.Impressions, Flight: q.Flight, Price: q.Price, Tier: q.Tier, Identity: q.Identity, Claimed: q.Claimed, Carried: q.Carried,
		Notes: "please", StatusReason: "tëll", AssumedImpressions: 7, Version: 1, CreatedAt: noon, UpdatedAt: noon,
	}
}

// booked stores a quote of product a and its deal.
func (f *fixture) booked(owner string) (parley.Quote, parley.Deal) {
	f.Helper()
	q := f.quote("a", owner)
	d := f.deal(q)
	f.write(func(tx *storage.Tx) {
		tx.InsertQuote(q)
		tx.InsertDeal(d)
		tx.BookQuote(q.ID, d.ID)
	})
	q.Status, q.DealID = parley.QuoteBooked, d.ID
	return q, d
}

func (f *fixture) order(d parley.Deal) parley.Order {
	return parley.Order{
		ID: f.id(parley.PrefixOrder), Owner: d.Owner, Status: parley.OrderDraft, DealID: d.ID, QuoteID: d.QuoteID, Terms: d.OrderTerms(),
		Metadata: json.RawMessage(`{"po": "4711"}`), Version: 1, CreatedAt: noon, UpdatedAt: noon,
		History: []parley.OrderTransition{{To: parley.OrderDraft, Actor: "buyer:key-1", At: noon}},
	}
}

func (f *fixture) event(kind parley.EventType, owner string) parley.Event {
	return parley.Event{
		ID: f.id(parley.PrefixEvent), Type: kind, OccurredAt: noon, Owner: owner, Actor: "buyer:key-1", FlowID: "qt-1",
		QuoteID: "qt-1", Data: json.RawMessage(`{"n": 1, "text": "ü"}`),
	}
}

func (f *fixture) key(role parley.Role) parley.Key {
	id := f.id(parley.PrefixKey)
	return parley.Key{
		ID: id, Hash: parley.HashSecret(id), Hint: "wxyz", Role: role, Scopes: []parley.Scope{}, Label: "Lábel", Identity: identity,
		CreatedAt: noon, CreatedBy: "operator:terminal", ExpiresAt: ptr(noon.Add(3600e9)),
	}
}
