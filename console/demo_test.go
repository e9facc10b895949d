package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"time"

	"parley"
	"parley/activation/dealsapi"
	"parley/activation/filedrop"
	"parley/catalogfile"
	"parley/negotiation"
	"parley/seller"
)

// world is a publisher some weeks into its trade: something on every page.
type world struct {
	*desk
	admin       string // secrets of operators
	approver    string
	viewer      string
	quote       parley.Quote
	deal        parley.Deal
	order       parley.Order
	pending     []parley.Proposal // that wait for a person
	negotiated  parley.Proposal
	buyer       seller.Call
	pricingRule parley.PricingRule
	profile     parley.NegotiationProfile
	agent       parley.Agent
	account     parley.Account // the first agency's
	change      parley.ChangeRequest
	key         parley.Key
	event       parley.Event
	hook        parley.Webhook     // that has failed
	sheets      parley.Destination // where a person answers for each deal
	held        parley.Destination // where a person releases each deal
	waiting     parley.Activation  // of deal, at sheets
}

func openWorld(d *desk) *world {
	d.t.Helper()
	return openMarkedWorld(d, "")
}

// openMarkedWorld is openWorld with a mark at the end of every text that somebody may write as they like.
func openMarkedWorld(d *desk, mark string) *world {
	d.t.Helper()
	return openNamedWorld(d, func(text string) string { return text + mark })
}

// openNamedWorld is openWorld with every text that somebody may write as they like named anew.
func openNamedWorld(d *desk, named func(string) string) *world {
	d.t.Helper()
	w := &world{desk: d}
	d.sell(func(stage func(int, parley.ProductChange) error) error {
		_, err := catalogfile.Read(bytes.NewReader(catalogfile.Demo), catalogfile.Options{}, func(line int, c parley.ProductChange) error {
			c.Product.Name = named(c.Product.Name)
			c.Product.Description = named(c.Product.Description)
			return stage(line, c)
		})
		return err
	})
	packages := must[[]parley.Package](d.t)(catalogfile.ReadPackages(bytes.NewReader(catalogfile.DemoPackages)))
	for i := range packages {
		packages[i].Name = named(packages[i].Name)
		packages[i].Description = named(packages[i].Description)
		packages[i].Tags = append(packages[i].Tags, named("new"))
	}
	must[seller.ImportReport](d.t)(d.service.ImportPackages(context.Background(), seller.Terminal("test"), packages, false))
	who := func(i parley.Identity) parley.Identity {
		for _, name := range []*string{&i.SeatName, &i.AgencyName, &i.AgencyHoldingCompany, &i.AdvertiserName, &i.AdvertiserIndustry} {
			if *name != "" {
				*name = named(*name)
			}
		}
		return i
	}
	w.admin = d.operator(named("Mara Lindqvist"))
	w.approver = d.operator(named("Jonas Weber"), parley.ScopeApprover)
	w.viewer = d.operator(named("Reporting"), parley.ScopeViewer)
	harbour, outdoor := d.buyer(named("Harbour buying agent"), who(acme)), d.buyer(named("Lumen agent"), who(lumen))
	seat := d.buyer(named("Tern"), who(tern))
	w.buyer = harbour

	short := func(name string) string { // of a name that may have a hundred letters
		name = named(name)
		return name[:min(len(name), 90)]
	}
	w.sheets = d.destination(seller.DestinationRequest{Kind: filedrop.Kind, Name: short("Ad server"), Settings: json.RawMessage(`{"folder": "ads"}`)})
	w.held = d.destination(seller.DestinationRequest{
		Kind: dealsapi.Kind, Name: short("North DSP"), Trigger: parley.TriggerDealBooked, Release: parley.ReleaseByPerson,
		Settings: json.RawMessage(`{"push_url": "http://127.0.0.1:9/deals", "origin": "northlight.example", "auth": "none"}`),
	})
	var mapped parley.Mapping
	must[seller.Answer](d.t)(d.service.SetMapping(context.Background(), seller.Terminal("test"), w.sheets.ID, seller.MappingRequest{
		About: parley.MapsProduct, Name: "ctv-sports-live", Refs: json.RawMessage(`{"ad_units": ["ctv/sports"], "durations": [15, 30], "key_values": {"pos": "1"}}`),
	}, keep(&mapped)))

	for _, b := range []struct {
		buyer       seller.Call
		product     string
		dealType    string
		impressions int64
		from, to    int
		notes       string
	}{
		{harbour, "ctv-sports-live", "PG", 9_000_000, 3, 16, "Autumn launch. Fifteen second spots only."},
		{harbour, "ctv-drama-premiere", "PG", 5_200_000, 5, 18, ""},
		{outdoor, "ctv-entertainment-library", "PG", 12_000_000, 1, 28, "Always-on reach"},
		{outdoor, "ctv-sports-live", "PG", 750_000, 10, 12, ""},
		{seat, "ctv-sports-replay", "PD", 800_000, 2, 9, ""},
		{outdoor, "ctv-sports-replay", "PA", 400_000, 4, 33, ""},
	} {
		quote := d.quote(b.buyer, b.product, b.dealType, b.impressions, b.from, b.to)
		deal := d.book(b.buyer, quote, named(b.notes))
		if w.deal.ID == "" {
			w.quote, w.deal = quote, deal
			w.order = d.order(b.buyer, deal)
			d.move(seller.Call{Secret: w.admin}, w.order, named("As agreed"), parley.OrderSubmitted, parley.OrderApproved)
			d.send()
			w.waiting = d.activationOf(deal.ID, w.sheets.ID)
		}
	}
	d.quote(seat, "ctv-sports-live", "PD", 300_000, 8, 20)
	d.quote(harbour, "ctv-entertainment-library", "PG", 7_500_000, 14, 40)

	card := parley.RateCard{GlobalFloors: []parley.Money{{Micros: 2_500_000, Currency: parley.USD}}}
	must[seller.Answer](d.t)(d.service.ReplaceRateCard(context.Background(), seller.Terminal("test"), card, nil, keep(&card)))
	w.pricingRule = parley.PricingRule{
		Name: named("Harbour framework 2026"), Priority: 200, Enabled: true, Selector: parley.Selector{AgencyIDs: []string{"agency-harbour"}}, Discount: 750,
		Condition: "impressions >= 1000000", FloorCPM: &parley.Money{Micros: 10_000, Currency: parley.USD},
	}
	must[seller.Answer](d.t)(d.service.PricingRules().Create(context.Background(), seller.Terminal("test"), w.pricingRule, keep(&w.pricingRule)))

	w.profile = parley.NegotiationProfile{
		Name: named("Live sports hold out"), Priority: 100, Enabled: true, Selector: parley.Selector{ProductIDs: []string{"ctv-sports-live"}},
		Strategy: new(negotiation.Boulware), Exponent: new(500), MaxRounds: new(8), TotalCap: new(parley.BasisPoints(1_000)),
	}
	must[seller.Answer](d.t)(d.service.NegotiationProfiles().Create(context.Background(), seller.Terminal("test"), w.profile, keep(&w.profile)))
	w.account = must[seller.Listing[parley.Account]](d.t)(d.service.Accounts(context.Background(), seller.Terminal("test"), seller.AccountFilter{Kind: parley.AccountAgency})).Items[0]
	w.agent = d.discover("https://harbour.example/"+url.PathEscape(named("a2a")), parley.TrustApproved)
	d.discover("https://stranger.example", parley.TrustBlocked)
	d.discover("https://tern.example", parley.TrustRegistered)

	w.negotiated = d.propose(harbour, "ctv-news-evening", "PD", "19.00", 2_000_000, 6, 20)
	d.counter(harbour, w.negotiated, "19.60")
	d.counter(harbour, w.negotiated, "19.90")

	d.gate(parley.ApprovalRule{
		Name: named("Large commitments"), Gate: parley.GateProposalDecision, Condition: "deal_value >= 100000",
		Role: parley.ScopeApprover, Timeout: 4 * time.Hour, Priority: 200,
	})
	d.gate(parley.ApprovalRule{
		Name: named("Finance sees very large ones"), Gate: parley.GateDealBooking, Condition: "deal_value >= 5000000",
		Role: parley.ScopeFinance, Timeout: 24 * time.Hour, OnTimeout: parley.TimeoutEscalates, EscalateTo: parley.ScopeAdmin,
	})
	w.pending = append(w.pending,
		d.propose(outdoor, "ctv-drama-premiere", "PG", "33.00", 4_200_000, 20, 33),
		d.propose(harbour, "ctv-entertainment-library", "PG", "21.00", 9_000_000, 12, 41),
		d.propose(seat, "ctv-sports-live", "PD", "41.00", 3_000_000, 15, 29),
	)
	more := must[int64](d.t)(parley.ParseMicros("36"))
	must[seller.Answer](d.t)(d.service.RequestChange(context.Background(), harbour, seller.ChangeInput{
		DealID: w.deal.ID, Type: parley.ChangeImpressions, Reason: named("The client has added a market"),
		Terms: parley.ChangeTerms{Impressions: new(int64(9_100_000)), CPM: &more},
	}, keep(&w.change)))
	ctx, here := context.Background(), seller.Terminal("test")
	w.key = must[seller.Listing[parley.Key]](d.t)(d.service.Keys(ctx, here, seller.KeyFilter{Role: parley.RoleBuyer})).Items[0]
	w.event = must[seller.Listing[parley.Event]](d.t)(d.service.Events(ctx, here, seller.EventFilter{Type: parley.EventDealBooked})).Items[0]
	var made seller.CreatedWebhook
	must[seller.Answer](d.t)(d.service.CreateWebhook(ctx, harbour, seller.WebhookRequest{
		URL: "https://harbour.example/parley", Label: named("Trading desk"),
	}, keep(&made)))
	w.hook = made.Webhook
	failed := w.hook
	failed.Failures, failed.FailingSince, failed.LastError = 4, new(d.clock.read()), "It answered 503 Service Unavailable."
	failed.NextAttemptAt = d.clock.read().Add(time.Minute)
	if err := d.service.RecordDelivery(ctx, "", w.hook, failed); err != nil {
		d.t.Fatal(err)
	}
	return w
}
