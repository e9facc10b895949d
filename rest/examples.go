package rest

import (
	"encoding/json"
	"time"

	"parley"
	"parley/edge"
	"parley/inventory"
	"parley/seller"
	"parley/wire"
)

// The OpenAPI document's examples are rendered from these by the code that renders real answers.

func sample() *exchange {
	settings := seller.DefaultSettings()
	settings.SellerID = "northlight-media"
	return &exchange{Exchange: wire.Exchange{View: wire.View{Settings: settings, Caller: parley.Principal{Role: parley.RoleBuyer, KeyID: "key-example"}}}, kit: edge.Kit{Version: "1.0.0"}}
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

// repeatedExample is the body of a change that takes nothing but the key of its repetition.
const repeatedExample = `{"idempotency_key": "2a3e7a0e-5c55-4f0b-9a1c-6f5d1e0b7c92"}`

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

	sampleHold = parley.Hold{
		ID: "hold-01k1h3v8mq4t7c9w2x5y6z0a1b3d", QuoteID: sampleQuote.ID, ProductID: sampleQuote.ProductID, Impressions: sampleQuote.Impressions,
		Flight: sampleFlight, Status: parley.HoldActive, Until: sampleQuote.ExpiresAt, CreatedAt: sampleTime,
	}

	samplePaperwork = parley.Paperwork{
		DealID: "PRLY-7K4MC-X9TRP", PurchaseOrder: "PO-2026-114", Labels: []string{"upfront"}, Note: "Invoices go to the agency.",
		UpdatedBy: "operator:key-01k1h3v8mq4t7c9w2x5y6z0a1b3d", UpdatedAt: sampleTime, Version: 1,
	}
	sampleShare = parley.DealShare{
		ID: "share-01k1h3v8mq4t7c9w2x5y6z0a1b3s", DealID: "PRLY-7K4MC-X9TRP", CreatedBy: "operator:key-01k1h3v8mq4t7c9w2x5y6z0a1b3d",
		CreatedAt: sampleTime, ExpiresAt: sampleTime.Add(90 * 24 * time.Hour),
	}
	sampleDeal = parley.Deal{
		ID: "PRLY-7K4MC-X9TRP", Status: parley.DealBooked, QuoteID: sampleQuote.ID, ProductID: sampleQuote.ProductID,
		ProductName: sampleQuote.ProductName, InventoryType: sampleQuote.InventoryType, DealType: sampleQuote.DealType,
		MediaType: parley.MediaDigital, Impressions: sampleQuote.Impressions, Flight: sampleFlight, Price: samplePrice,
		Tier: parley.TierAgency, Identity: sampleIdentity, Notes: "Launch flight", Version: 1,
		CreatedAt: sampleTime.Add(time.Hour), UpdatedAt: sampleTime.Add(time.Hour),
	}

	sampleOrder = parley.Order{
		ID: "ORD-01K1H3V8MQ4T7C9W2X5Y6Z0A1B3E", Status: parley.OrderDraft, DealID: sampleDeal.ID, QuoteID: sampleQuote.ID,
		Terms: sampleDeal.OrderTerms(), Metadata: json.RawMessage(`{"po_number":"PO-1138"}`), Version: 1, CreatedAt: sampleTime.Add(2 * time.Hour),
		UpdatedAt: sampleTime.Add(2 * time.Hour),
		History: []parley.OrderTransition{{
			To: parley.OrderDraft, Actor: "buyer:key-01k1h3v8mq4t7c9w2x5y6z0a1b3c", At: sampleTime.Add(2 * time.Hour),
		}},
	}

	sampleOrderReport = parley.OrderReport{
		Total: 2, ByStatus: map[parley.OrderStatus]int64{parley.OrderDraft: 1, parley.OrderSubmitted: 1},
		Transitions: map[string]int64{"draft->submitted": 1},
		Actors:      map[string]int64{"buyer:key-01k1h3v8mq4t7c9w2x5y6z0a1b3c": 3},
	}

	sampleProduct = seller.PricedProduct{
		Product: parley.Product{
			ID: sampleQuote.ProductID, Name: sampleQuote.ProductName, InventoryType: "ctv",
			Description: "Live games on connected TV, all leagues",
			DealTypes:   []parley.DealType{parley.ProgrammaticGuaranteed, parley.PreferredDeal}, Currency: parley.USD,
			MinimumImpressions: 100_000, AdFormats: []string{"video"}, DeviceTypes: []string{"ctv"}, GeoTargets: []string{"US"},
			ContentCategories: []string{"sports"},
		},
		Price: &samplePrice, Exact: true, Tier: parley.TierAgency,
	}

	sampleBase           = int64(35_000_000)
	sampleCatalogProduct = func(p parley.Product) parley.Product {
		p.BaseCPM, p.FloorCPM, p.DailyImpressions, p.Status = &sampleBase, 20_000_000, &sampleDaily, parley.ProductActive
		p.Version, p.CreatedAt, p.UpdatedAt = 4, sampleTime, sampleTime
		return p
	}(sampleProduct.Product)

	sampleSession = seller.SessionView{
		Session: parley.Session{
			ID: "sess-01k1h3v8mq4t7c9w2x5y6z0a1b3j", ContextID: "campaign-2026-autumn", Status: parley.SessionActive, Identity: sampleIdentity,
			Metadata: json.RawMessage(`{"planner": "Kim"}`), Messages: 1, CreatedAt: sampleTime, UpdatedAt: sampleTime,
			ExpiresAt: sampleTime.Add(seller.SessionTTL),
		},
		Messages: []parley.SessionMessage{{
			Number: 1, Role: parley.RoleOfBuyer, Type: "inquiry", Content: "Which live sports do you have in October?", At: sampleTime,
		}},
		Deals: []string{sampleDeal.ID},
	}

	samplePackage = parley.Package{
		ID: "pkg-01k1h3v8mq4t7c9w2x5y6z0a1b3h", Name: "Sports Premium", Description: "Live games on every screen", Layer: parley.PackageCurated,
		Status: parley.PackageActive, Products: []parley.PackageProduct{{ProductID: sampleQuote.ProductID, Weight: parley.OneHundredPercent}},
		ContentCategories: []string{"IAB19"}, ContentTaxonomy: 2, DeviceTypes: []int{3}, GeoTargets: []string{"US"}, Tags: []string{"sports", "live"},
		Featured: true, Version: 1, CreatedAt: sampleTime, UpdatedAt: sampleTime, UpdatedBy: "operator:key-01k1h3v8mq4t7c9w2x5y6z0a1b3c",
	}
	sampleOfferedPackage = seller.OfferedPackage{
		Package: samplePackage, Products: []seller.PackagedProduct{{PricedProduct: sampleProduct, Weight: parley.OneHundredPercent}},
		Price: &parley.Money{Micros: samplePrice.FinalCPM, Currency: samplePrice.Currency}, Exact: true, Tier: parley.TierAgency,
	}

	sampleAsked  = int64(5_000_000)
	sampleAvails = seller.ProductAvails{PricedProduct: sampleProduct, Impressions: sampleAsked, Guaranteed: &sampleAsked, Avails: parley.Avails{
		ProductID: sampleQuote.ProductID, Flight: sampleFlight, Available: &sampleFree,
		Days: []parley.DayCapacity{{Day: sampleFlight.Start, Capacity: &sampleDaily, Reserved: 145_161}},
	}}
	sampleDaily = int64(1_500_000)

	sampleAvailability = seller.Availability{
		Product: sampleCatalogProduct, Avails: sampleAvails.Avails, HeldByDay: []int64{45_161},
		Filling: inventory.Filling{Capacity: 1_500_000, Booked: 100_000, Held: 45_161, Free: 1_354_839}, Asked: sampleAsked,
		Deals: []seller.TakenBy{{Deal: sampleDeal, Impressions: 100_000}}, Holds: []parley.Hold{sampleHold},
		Contending: seller.Contending{Quotes: 1, Impressions: 5_000_000},
	}

	sampleEvent = parley.Event{
		ID: "evt-01k1h3v8mq4t7c9w2x5y6z0a1b3g", Type: parley.EventQuoteCreated, OccurredAt: sampleTime,
		Actor: "buyer:key-01k1h3v8mq4t7c9w2x5y6z0a1b3c", FlowID: sampleQuote.ID, QuoteID: sampleQuote.ID,
		Data: json.RawMessage(`{"product_id":"ctv-sports-live","final_cpm_micros":28350000,"currency":"USD"}`),
	}

	sampleWebhook = seller.CreatedWebhook{SigningKey: "whsec_1p9v8mY2c4hWb6k0QzT3sR5uX7jN9fLdGaEoHiKxVwU=", Webhook: parley.Webhook{
		ID: "hook-01k1h3v8mq4t7c9w2x5y6z0a1b3d", KeyID: "key-example", URL: "https://buyer.example.com/parley", Label: "trading desk",
		EventTypes: []parley.EventType{parley.EventDealBooked, parley.EventNegotiationRound}, Status: parley.WebhookActive, Revision: 1,
		CreatedAt: sampleTime, UpdatedAt: sampleTime, NextAttemptAt: sampleTime,
	}}
	sampleWebhookAttempt = parley.WebhookAttempt{
		Number: 7, EventID: "evt-01k1h3v8mq4t7c9w2x5y6z0a1b3d", EventType: parley.EventDealBooked, At: sampleTime, Took: 34_500 * time.Microsecond,
		Status: 503, Answer: "try again later", Failure: "the answer is 503",
	}
	sampleDestination = parley.Destination{
		ID: "dst-01k1h3v8mq4t7c9w2x5y6z0a1b3d", Kind: "file_drop", Name: "Ad server", Status: parley.DestinationActive,
		Settings: json.RawMessage(`{"folder": "ad-server"}`), Match: parley.DestinationMatch{InventoryTypes: []string{"ctv"}},
		Trigger: parley.TriggerOrderApproved, Release: parley.ReleaseAutomatic, Required: true, Version: 1, CreatedAt: sampleTime, UpdatedAt: sampleTime,
	}
	sampleActivation = seller.ActivationStory{
		Activation: parley.Activation{
			ID: "act-01k1h3v8mq4t7c9w2x5y6z0a1b3d", DealID: sampleDeal.ID, DestinationID: sampleDestination.ID, Required: true,
			Trigger: parley.TriggerOrderApproved, Status: parley.ActivationWaiting, Intent: parley.IntentRun, WantedVersion: 1,
			Standing: "somebody to say that it is trafficked", Since: sampleTime, CreatedAt: sampleTime, UpdatedAt: sampleTime,
			Steps: []parley.ActivationStep{{Name: "sheet", Anchor: sampleDeal.ID, Ref: sampleDeal.ID + "_r1", DoneAt: &sampleTime}},
		},
		Destination: sampleDestination,
		Attempts: []parley.ActivationAttempt{
			{Number: 1, Step: "sheet", Verb: "create", At: sampleTime, Took: 3 * time.Millisecond},
			{Number: 2, Verb: "standing", At: sampleTime, Took: 2 * time.Second, Class: parley.ClassTransient, Code: "unavailable", Text: "The ad server is away."},
		},
		Answered: &parley.ActivationAnswer{At: sampleTime, Verb: "standing", Status: 503, Text: "back soon"},
	}
	sampleKey = seller.CreatedKey{Secret: parley.KeySecretPrefix + "7d9f1h3k5n7q9s1v4x6y2b0c8d1e3g5m", Key: parley.Key{
		ID: "key-01k1h3v8mq4t7c9w2x5y6z0a1b3c", Hint: "3g5m", Role: parley.RoleBuyer, Label: "Acme trading desk",
		Identity: sampleIdentity, CreatedAt: sampleTime, CreatedBy: "operator:terminal",
	}}

	sampleAudit = parley.AuditEntry{
		Seq: 1042, At: sampleTime, Actor: "buyer:key-01k1h3v8mq4t7c9w2x5y6z0a1b3c", Action: "deal.book", Resource: "deal",
		ResourceID: sampleDeal.ID, RequestID: "req-9f2c4e6a8b0d1f3a5c7e9b1d",
		Before: json.RawMessage(`{"status":"available"}`), After: json.RawMessage(`{"status":"booked"}`),
	}

	sampleRateCard = parley.RateCard{
		Version: 3, Entries: []parley.RateCardEntry{
			{InventoryType: "ctv", BaseCPM: parley.Money{Micros: 35_000_000, Currency: parley.USD}, EffectiveDate: &sampleFlight.Start, Notes: "As agreed for autumn"},
		},
		GlobalFloors:   []parley.Money{{Micros: 2_500_000, Currency: parley.USD}},
		VolumeBrackets: parley.DefaultVolumeBrackets[:1], UpdatedAt: sampleTime, UpdatedBy: "operator:terminal",
	}

	sampleCounter = int64(31_500_000)
	sampleVolume  = int64(8_000_000)
	sampleDecided = sampleTime.Add(20 * time.Minute)
	sampleComment = parley.ApprovalComment{
		ID: "note-01k1h3v8mq4t7c9w2x5y6z0a1b3j", ApprovalID: "apr-01k1h3v8mq4t7c9w2x5y6z0a1b3i", By: "operator:key-01k1h3v8mq4t7c9w2x5y6z0a1b3f",
		Text: "Finance looks at it tomorrow.", At: sampleTime,
	}
	sampleApproval = parley.Approval{
		ID: "apr-01k1h3v8mq4t7c9w2x5y6z0a1b3i", Gate: parley.GateProposalDecision, Status: parley.ApprovalCountered,
		RuleID: sampleApprovalRule.ID, RuleName: sampleApprovalRule.Name, Role: parley.ScopeFinance,
		ProposalID: "prop-01k1h3v8mq4t7c9w2x5y6z0a1b3k", Case: parley.ApprovalCase{
			DealValue: 300_000_000_000, Price: 30_000_000, Ask: 30_000_000, Currency: parley.USD, Impressions: 10_000_000,
			FlightDays: 31, DealType: parley.ProgrammaticGuaranteed, BuyerTier: parley.TierAgency,
			ProductID: "ctv-sports-live", InventoryType: "ctv", Recommendation: string(parley.RecommendAccept),
		},
		RequestedAt: sampleTime, TimeoutAt: sampleTime.Add(24 * time.Hour), OnTimeout: parley.TimeoutEscalates,
		EscalateTo: parley.ScopeAdmin, DecidedBy: "operator:key-01k1h3v8mq4t7c9w2x5y6z0a1b3f", DecidedAt: &sampleDecided,
		Reason: "Q4 is nearly full", Modifications: &parley.Modifications{
			CounterCPM: &sampleCounter, Impressions: &sampleVolume, Note: "This is what is left in Q4.",
		},
		ResumedAt: &sampleDecided, Version: 3,
		Outcome: json.RawMessage(`{"result":"countered","proposal_id":"prop-01k1h3v8mq4t7c9w2x5y6z0a1b3k"}`),
	}

	sampleOffer    = int64(27_500_000)
	sampleProposal = parley.Proposal{
		ID: "prop-01k1h3v8mq4t7c9w2x5y6z0a1b3k", Status: parley.ProposalCounterOffered, Recommendation: parley.RecommendCounter,
		ProductID: "ctv-sports-live", ProductName: "Live Sports CTV", InventoryType: "ctv", DealType: parley.ProgrammaticGuaranteed,
		ProposedCPM: parley.Money{Micros: 27_500_000, Currency: parley.USD}, Impressions: 10_000_000, Flight: sampleFlight,
		Ask: samplePrice, NegotiationID: sampleNegotiation.ID, Tier: parley.TierAgency, Version: 1,
		CounterTerms: &parley.CounterTerms{
			ProposedCPM: 27_930_000, Reason: sampleRound.Rationale, NegotiationID: sampleNegotiation.ID, RoundNumber: 1,
			Action: parley.ActionCounter,
		},
		VerificationReason: "No quote of yours for this product that is still good is within 1% of this price.",
		Trace: []parley.EvaluationStep{{
			Stage: "decide", Outcome: "counter", Facts: map[string]any{"ask_micros": 28_350_000, "price_micros": 27_500_000},
		}},
		CreatedAt: sampleTime, UpdatedAt: sampleTime, ExpiresAt: sampleTime.Add(7 * 24 * time.Hour),
	}
	sampleRound = parley.NegotiationRound{
		Number: 1, Action: parley.ActionCounter, BuyerCPM: sampleOffer, SellerCPM: 27_930_000, Concession: 14_815, Cumulative: 14_815,
		Rationale: "We can come down to 27.93.", At: sampleTime,
	}
	sampleNegotiation = parley.Negotiation{
		ID: "neg-01k1h3v8mq4t7c9w2x5y6z0a1b3m", Status: parley.NegotiationActive, ProposalID: "prop-01k1h3v8mq4t7c9w2x5y6z0a1b3k",
		ProductID: "ctv-sports-live", DealType: parley.ProgrammaticGuaranteed, Impressions: 10_000_000, Flight: sampleFlight,
		Tier: parley.TierAgency, Currency: parley.USD, Limits: parley.NegotiationLimits{MaxRounds: 5},
		Rounds: []parley.NegotiationRound{sampleRound}, StartedAt: sampleTime, UpdatedAt: sampleTime,
		ExpiresAt: sampleTime.Add(72 * time.Hour),
	}
	sampleTurn = seller.Turn{Negotiation: sampleNegotiation, Round: sampleRound}

	sampleChange = parley.ChangeRequest{
		ID: "CR-01K1H3V8MQ4T7C9W2X5Y6Z0A1B3N", Status: parley.ChangeApproved, Type: parley.ChangeFlightDates,
		Severity: parley.SeverityMinor, DealID: sampleDeal.ID, Reason: "Launch moved",
		Proposed: json.RawMessage(`{"flight_end":"2026-09-02"}`),
		Diffs: []parley.ChangeDiff{{
			Field: "flight_end", Old: json.RawMessage(`"2026-08-31"`), New: json.RawMessage(`"2026-09-02"`),
		}},
		Availability: &parley.ChangeAvailability{Available: true, Impressions: &sampleFree},
		Impact:       &parley.PricingImpact{Before: 283_500_000_000, After: 283_500_000_000, Currency: parley.USD},
		AskedBy:      parley.SideBuyer, RequestedBy: "buyer:key-01k1h3v8mq4t7c9w2x5y6z0a1b3c", RequestedAt: sampleTime, ApprovedBy: "system",
		ApprovedAt: &sampleDecided, Version: 1, UpdatedAt: sampleTime,
	}

	sampleAgent = parley.Agent{
		ID: "agt-01k1h3v8mq4t7c9w2x5y6z0a1b3p", URL: "https://buyer.example.com/a2a", Trust: parley.TrustRegistered,
		Card: json.RawMessage(`{"name":"Acme Buyer Agent","url":"https://buyer.example.com/a2a"}`), CreatedAt: sampleTime, UpdatedAt: sampleTime,
	}

	sampleOperatorKey = seller.CreatedKey{Secret: parley.KeySecretPrefix + "8f0z3k5n7q9s1v4x6y2b0c8d1e3g5h7j", Key: parley.Key{
		ID: "key-01k1h3v8mq4t7c9w2x5y6z0a1b3f", Hint: "5h7j", Role: parley.RoleOperator,
		Scopes: []parley.Scope{parley.ScopeApprover}, Label: "Deal desk, Kim", CreatedAt: sampleTime,
		CreatedBy: "operator:terminal",
	}}
)

func sampleDay(text string) parley.Date {
	day, err := parley.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return day
}
