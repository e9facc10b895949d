package seller_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// brand is a buyer whose credential says everything that one can say.
var brand = parley.Identity{
	SeatID: "seat-brand", SeatName: "Brand seat", DSPPlatform: "The Trade Desk", AgencyID: "agency-brand", AgencyName: "Brand agency",
	AgencyHoldingCompany: "Brand holding", AdvertiserID: "adv-brand", AdvertiserName: "Brand", AdvertiserIndustry: "retail",
	AdvertiserDomain: "brand.example", CampaignID: "campaign-brand", CampaignName: "Brand launch",
}

// rival is another buyer, whom the first one may claim to be.
var rival = parley.Identity{
	SeatID: "seat-rival", SeatName: "Rival seat", DSPPlatform: "DV360", AgencyID: "agency-rival", AgencyName: "Rival agency",
	AgencyHoldingCompany: "Rival holding", AdvertiserID: "adv-rival", AdvertiserName: "Rival", AdvertiserIndustry: "travel",
	AdvertiserDomain: "rival.example", CampaignID: "campaign-rival", CampaignName: "Rival launch",
}

// someOf draws an identity with some members of another.
func someOf(i parley.Identity) *rapid.Generator[parley.Identity] {
	return rapid.Custom(func(t *rapid.T) parley.Identity {
		part := func(text string) string {
			if rapid.Bool().Draw(t, text) {
				return text
			}
			return ""
		}
		return parley.Identity{
			SeatID: part(i.SeatID), SeatName: part(i.SeatName), DSPPlatform: part(i.DSPPlatform), AgencyID: part(i.AgencyID),
			AgencyName: part(i.AgencyName), AgencyHoldingCompany: part(i.AgencyHoldingCompany), AdvertiserID: part(i.AdvertiserID),
			AdvertiserName: part(i.AdvertiserName), AdvertiserIndustry: part(i.AdvertiserIndustry),
			AdvertiserDomain: part(i.AdvertiserDomain), CampaignID: part(i.CampaignID), CampaignName: part(i.CampaignName),
		}
	})
}

// lookingAt draws a pricing rule that looks at who the buyer is, in every way that rules can.
func lookingAt(t *rapid.T, who parley.Identity) parley.PricingRule {
	rule := parley.PricingRule{Name: "rule", Enabled: true, Priority: rapid.IntRange(0, 3).Draw(t, "priority")}
	switch rapid.IntRange(0, 7).Draw(t, "selector") {
	case 0:
		rule.AgencyIDs = []string{who.AgencyID}
	case 1:
		rule.AdvertiserIDs = []string{who.AdvertiserID}
	case 2:
		rule.HoldingCompanies = []string{who.AgencyHoldingCompany}
	case 3:
		rule.Tiers = []parley.Tier{rapid.SampledFrom(parley.Tiers[:]).Draw(t, "tier")}
	case 4:
		rule.Condition = fmt.Sprintf("dsp_platform == %q", who.DSPPlatform)
	case 5:
		rule.Condition = fmt.Sprintf("seat_id == %q", who.SeatID)
	case 6:
		rule.Condition = fmt.Sprintf("advertiser_id == %q || agency_id == %q", who.AdvertiserID, who.AgencyID)
	case 7:
		rule.Condition = `dsp_platform == "" || seat_id == "" || agency_id == "" || advertiser_id == ""`
	}
	switch amount := rapid.Int64Range(850, 1_100).Draw(t, "cents") * 10_000; rapid.IntRange(0, 3).Draw(t, "effect") {
	case 0:
		rule.Discount = parley.BasisPoints(rapid.IntRange(1, 40).Draw(t, "percent")) * 100
	case 1:
		rule.BaseCPM = &parley.Money{Micros: amount, Currency: parley.USD}
	case 2:
		rule.FloorCPM = &parley.Money{Micros: amount, Currency: parley.USD}
	case 3:
		rule.VolumeBrackets = []parley.VolumeBracket{{Impressions: 1_000, Discount: 2_500}}
	}
	return rule
}

// heard is all that a buyer gets to know and to buy in a day: what it is quoted, what becomes of its proposals and of its
// negotiations, and what it books.
type heard struct {
	Quoted           parley.PriceDecision
	Tier             parley.Tier
	Proposed         parley.ProposalStatus
	Ask              parley.PriceDecision
	Counter          *parley.CounterTerms
	Turn             parley.NegotiationRound
	TurnStatus       parley.NegotiationStatus
	Limits           parley.NegotiationLimits
	Booked, Agreed   parley.DealStatus
	Price, AgreedCPM int64
	Approvals        []parley.ApprovalCase
}

// hear goes through the flows as a buyer whose bodies say this of it.
func (d *desk) hear(call seller.Call, body parley.Identity, price int64) heard {
	d.t.Helper()
	ctx := context.Background()
	start := parley.DateOf(d.clock.Read(), time.UTC) + 10
	end := start + 9
	var h heard
	quote := d.quote(call, seller.QuoteRequest{
		ProductID: "video-home", DealType: "PD", Impressions: 1_000_000, FlightStart: &start, FlightEnd: &end, Identity: body,
	})
	h.Quoted, h.Tier = quote.Price, quote.Tier
	proposal := d.submit(call, seller.ProposalRequest{
		ProductID: "video-home", DealType: "PD", Price: parley.Money{Micros: price}, Impressions: 1_000_000, Start: &start, End: &end,
		Identity: body,
	})
	seen, err := d.service.Proposal(ctx, seller.Terminal("test"), proposal.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	h.Proposed, h.Ask, h.Counter = seen.Status, seen.Ask, seen.CounterTerms
	bargained := d.quote(call, seller.QuoteRequest{
		ProductID: "video-home", DealType: "PD", Impressions: 1_000_000, FlightStart: &start, FlightEnd: &end, Identity: body,
	})
	turn, err := d.say(call, seller.Message{QuoteID: bargained.ID, Action: "counter", Price: &parley.Money{Micros: price}})
	if err != nil {
		d.t.Fatalf("negotiate: %v", err)
	}
	h.Turn, h.TurnStatus, h.Limits = turn.Round, turn.Negotiation.Status, turn.Negotiation.Limits
	var deal parley.Deal
	if _, err := d.service.BookDeal(ctx, call, seller.BookingRequest{QuoteID: quote.ID, Identity: body}, keep(&deal)); err != nil {
		d.t.Fatalf("book: %v", err)
	}
	h.Booked, h.Price = deal.Status, deal.Price.FinalCPM
	if seen.Status == parley.ProposalAccepted {
		agreed, err := d.bookProposal(call, proposal.ID)
		if err != nil {
			d.t.Fatalf("book the proposal: %v", err)
		}
		h.Agreed, h.AgreedCPM = agreed.Status, agreed.Price.FinalCPM
	}
	waiting, err := d.service.Approvals(ctx, seller.Terminal("test"), storage.ApprovalFilter{
		Status: parley.ApprovalPending, Page: storage.Page{Limit: 100},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, a := range waiting.Items {
		stopped := a.Case
		stopped.FlightStart -= start // the clock moves on between what is compared
		stopped.FlightEnd -= start
		h.Approvals = append(h.Approvals, stopped)
		if err := d.decide(seller.Terminal("test"), a.ID, "reject", nil); err != nil {
			d.t.Fatalf("clear the desk: %v", err)
		}
	}
	return h
}

func TestWhatABodySaysOfItsBuyerMovesNothing(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		settings := seller.DefaultSettings()
		settings.OpenSeats, settings.MostWaiting = true, 0 // some of the buyers have none, and nobody decides what they book
		d := openDesk(t, store, settings)
		d.sell(video(func(p *parley.Product) { p.DailyImpressions = nil }))
		d.buyer(rival)
		callers := map[string]seller.Call{"the brand": d.buyer(brand)}
		for _, known := range []parley.Identity{
			{SeatID: "seat-brand"}, {SeatID: "seat-brand", AgencyID: "agency-brand"}, {AdvertiserID: "adv-brand"},
		} {
			callers["a buyer that is "+known.Tier().String()] = d.buyer(known)
		}
		callers["a key that names nobody"] = d.buyer(parley.Identity{})
		names := make([]string, 0, len(callers))
		for name := range callers {
			names = append(names, name)
		}
		slices.Sort(names)
		ctx, admin := context.Background(), seller.Terminal("test")
		rapid.Check(t, func(rt *rapid.T) {
			var undo []func() error
			for range rapid.IntRange(0, 4).Draw(rt, "rules") {
				rule := lookingAt(rt, rapid.SampledFrom([]parley.Identity{brand, rival}).Draw(rt, "rule for"))
				if _, err := d.service.PricingRules().Create(ctx, admin, rule, keep(&rule)); err != nil {
					rt.Fatalf("%+v: %v", rule, err)
				}
				undo = append(undo, func() error {
					_, err := d.service.PricingRules().Delete(ctx, admin, rule.ID, nil, keep(new(parley.PricingRule)))
					return err
				})
			}
			who := rapid.SampledFrom([]parley.Identity{brand, rival}).Draw(rt, "profile for")
			share := parley.BasisPoints(rapid.IntRange(10, 90).Draw(rt, "share")) * 100
			profile := parley.NegotiationProfile{Name: "profile", Enabled: true, Selector: parley.Selector{AgencyIDs: []string{who.AgencyID}}, BuyerShare: &share}
			if rapid.Bool().Draw(rt, "by advertiser") {
				profile.AgencyIDs, profile.AdvertiserIDs = nil, []string{who.AdvertiserID}
			}
			if _, err := d.service.NegotiationProfiles().Create(ctx, admin, profile, keep(&profile)); err != nil {
				rt.Fatal(err)
			}
			gate := parley.ApprovalRule{
				Name: "gate", Enabled: true,
				Gate:      rapid.SampledFrom([]parley.Gate{parley.GateProposalDecision, parley.GateNegotiationAccept, parley.GateDealBooking}).Draw(rt, "gate"),
				Condition: rapid.SampledFrom([]string{`buyer_tier == "advertiser"`, `buyer_tier == "public"`, "price < 10", "discount_pct > 1", "deal_value > 9000"}).Draw(rt, "condition"),
			}
			if _, err := d.service.ApprovalRules().Create(ctx, admin, gate, keep(&gate)); err != nil {
				rt.Fatal(err)
			}
			undo = append(undo, func() error {
				_, err := d.service.NegotiationProfiles().Delete(ctx, admin, profile.ID, nil, keep(new(parley.NegotiationProfile)))
				return err
			}, func() error {
				_, err := d.service.ApprovalRules().Delete(ctx, admin, gate.ID, nil, keep(new(parley.ApprovalRule)))
				return err
			})
			call := callers[rapid.SampledFrom(names).Draw(rt, "caller")]
			body := rapid.OneOf(someOf(rival), someOf(brand)).Draw(rt, "body")
			price := rapid.Int64Range(800, 1_250).Draw(rt, "price") * 10_000

			silent := d.hear(call, parley.Identity{}, price)
			d.clock.Move(24 * time.Hour)
			claiming := d.hear(call, body, price)
			d.clock.Move(24 * time.Hour)
			// The second day's ids, times and flight are others.
			days := cmp.Options{
				cmpopts.IgnoreFields(parley.CounterTerms{}, "NegotiationID"), cmpopts.IgnoreFields(parley.NegotiationRound{}, "At"),
				cmpopts.IgnoreFields(parley.ApprovalCase{}, "FlightStart", "FlightEnd", "ValueToday", "ValueOpen"), // which grow with each
			}
			if diff := cmp.Diff(silent, claiming, days); diff != "" {
				rt.Errorf("a body that says %+v moved something (-without +with):\n%s", body, diff)
			}
			for _, remove := range undo {
				if err := remove(); err != nil {
					rt.Fatal(err)
				}
			}
		})
	})
}

func TestClaimsAreKeptBesideTheFacts(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		known := parley.Identity{SeatID: "seat-brand", AgencyID: "agency-brand", DSPPlatform: "The Trade Desk"}
		buyer := d.buyer(known)
		request := ask(10_000)
		request.Identity = parley.Identity{
			SeatID: "seat-brand", AgencyID: "agency-rival", DSPPlatform: "DV360", CampaignName: "Launch", AdvertiserDomain: "brand.example",
		}
		claims := parley.Identity{AgencyID: "agency-rival", DSPPlatform: "DV360", CampaignName: "Launch", AdvertiserDomain: "brand.example"}
		check := func(what string, facts, claimed, want parley.Identity) {
			t.Helper()
			if facts != known || claimed != want {
				t.Errorf("%s: known as %+v, claims %+v, want %+v and %+v", what, facts, claimed, known, want)
			}
		}
		quote := d.quote(buyer, request)
		check("quote", quote.Identity, quote.Claimed, claims)
		stored, err := d.service.Quote(ctx, buyer, quote.ID)
		if err != nil {
			t.Fatal(err)
		}
		check("stored quote", stored.Identity, stored.Claimed, claims)
		var deal parley.Deal
		booking := seller.BookingRequest{QuoteID: quote.ID, Identity: parley.Identity{DSPPlatform: "Xandr", CampaignID: "c-1"}}
		if _, err := d.service.BookDeal(ctx, buyer, booking, keep(&deal)); err != nil {
			t.Fatal(err)
		}
		claims.DSPPlatform, claims.CampaignID = "Xandr", "c-1"
		if deal, err = d.service.Deal(ctx, buyer, deal.ID); err != nil {
			t.Fatal(err)
		}
		check("deal", deal.Identity, deal.Claimed, claims)

		offer := propose(10_800_000, 10_000)
		offer.Identity = parley.Identity{AdvertiserID: "adv-rival"}
		proposal := d.submit(buyer, offer)
		if proposal, err = d.service.Proposal(ctx, buyer, proposal.ID); err != nil {
			t.Fatal(err)
		}
		check("proposal", proposal.Identity, proposal.Claimed, parley.Identity{AdvertiserID: "adv-rival"})
		if _, err := d.service.BookProposal(ctx, buyer, seller.ProposalBooking{ProposalID: proposal.ID, Identity: parley.Identity{DSPPlatform: "DV360"}}, keep(&deal)); err != nil {
			t.Fatal(err)
		}
		check("deal of a proposal", deal.Identity, deal.Claimed, parley.Identity{AdvertiserID: "adv-rival", DSPPlatform: "DV360"})
	})
}
