package seller_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
	"parley/storage"
)

// propose is a proposal for ten days of guaranteed video.
func propose(price, impressions int64) seller.ProposalRequest {
	from, to := days("2026-06-10", "2026-06-19")
	return seller.ProposalRequest{
		ProductID: "video-home", DealType: "PG", Price: parley.Money{Micros: price}, Impressions: impressions, Start: from, End: to,
	}
}

func (d *desk) submit(call seller.Call, request seller.ProposalRequest) parley.Proposal {
	d.t.Helper()
	var proposal parley.Proposal
	if _, err := d.service.SubmitProposal(context.Background(), call, request, keep(&proposal)); err != nil {
		d.t.Fatalf("submit proposal: %v", err)
	}
	return proposal
}

func (d *desk) counter(call seller.Call, proposalID string, price int64) (seller.Turn, error) {
	var turn seller.Turn
	_, err := d.service.CounterProposal(context.Background(), call, proposalID, parley.Money{Micros: price}, keep(&turn))
	return turn, err
}

func (d *desk) say(call seller.Call, message seller.Message) (seller.Turn, error) {
	var turn seller.Turn
	_, err := d.service.Negotiate(context.Background(), call, message, keep(&turn))
	return turn, err
}

func (d *desk) bookProposal(call seller.Call, id string) (parley.Deal, error) {
	var deal parley.Deal
	_, err := d.service.BookProposal(context.Background(), call, seller.ProposalBooking{ProposalID: id}, keep(&deal))
	return deal, err
}

// at120 asks 12.00 of an agency: 13.33 less 10% is 11.997, rounded.
func at120(p *parley.Product) {
	base := int64(13_330_000)
	p.BaseCPM = &base
}

func TestWorkedNegotiation(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video(at120))
		buyer := d.buyer(acme)
		proposal := d.submit(buyer, propose(8_500_000, 1_000_000))
		if proposal.Ask.FinalCPM != 12_000_000 {
			t.Fatalf("the ask is %d, want 12.00", proposal.Ask.FinalCPM)
		}
		terms := proposal.CounterTerms
		if proposal.Status != parley.ProposalCounterOffered || terms == nil || terms.ProposedCPM != 11_400_000 || terms.RoundNumber != 1 {
			t.Fatalf("round 1: %s %+v, want a counter at 11.40", proposal.Status, terms)
		}
		turn, err := d.counter(buyer, proposal.ID, 10_000_000)
		if err != nil {
			t.Fatal(err)
		}
		round := turn.Round
		if round.Number != 2 || round.Action != parley.ActionCounter || round.SellerCPM != 10_800_000 || round.Cumulative != 100_000 || *turn.RoundsRemaining() != 3 {
			t.Errorf("round 2: %+v with %d left, want a counter at 10.80, 10%% in all, 3 left", round, *turn.RoundsRemaining())
		}
		turn, err = d.counter(buyer, proposal.ID, 10_500_000)
		if err != nil {
			t.Fatal(err)
		}
		if turn.Round.Action != parley.ActionAccept || turn.Negotiation.Status != parley.NegotiationAccepted || turn.RoundsRemaining() != nil {
			t.Errorf("round 3: %+v, want an acceptance", turn.Round)
		}
		_, err = d.counter(buyer, proposal.ID, 10_000_000)
		wantCode(t, err, parley.CodeNegotiationClosed)

		read, err := d.service.Proposal(ctx, buyer, proposal.ID)
		if err != nil || read.Status != parley.ProposalAccepted || *read.AgreedCPM != 10_500_000 {
			t.Fatalf("proposal after the negotiation: %+v, %v", read, err)
		}
		deal, err := d.bookProposal(buyer, proposal.ID)
		if err != nil {
			t.Fatal(err)
		}
		if deal.Price.FinalCPM != 10_500_000 || deal.Status != parley.DealBooked || deal.NegotiationID != proposal.NegotiationID {
			t.Errorf("deal %+v, want the negotiated price", deal)
		}
		again, err := d.bookProposal(buyer, proposal.ID)
		if err != nil || again.ID != deal.ID {
			t.Errorf("booking again: %s, %v, want the same deal", again.ID, err)
		}
		if got := d.reserved("video-home", "2026-06-10", "2026-06-19"); got != 1_000_000 {
			t.Errorf("%d reserved, want the deal's once", got)
		}
		history, err := d.service.ProposalNegotiation(ctx, buyer, proposal.ID)
		if err != nil || len(history.Rounds) != 3 || history.FloorCPM != 0 || history.Limits.TotalCap != 0 || history.Rounds[0].Trace != nil {
			t.Errorf("what the buyer reads of the negotiation: %+v, %v", history, err)
		}
	})
}

func TestProposalOutcomes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		few := int64(50_000)
		d.sell(video(), video(func(p *parley.Product) { p.ID, p.DailyImpressions = "scarce", &few }),
			video(func(p *parley.Product) { p.ID, p.DealTypes = "auction-only", []parley.DealType{parley.PrivateAuction} }))
		buyer := d.buyer(acme) // asked 10.80
		for name, c := range map[string]struct {
			change         func(*seller.ProposalRequest)
			status         parley.ProposalStatus
			recommendation parley.Recommendation
			check          func(*testing.T, parley.Proposal)
		}{
			"at the ask": {func(r *seller.ProposalRequest) { r.Price.Micros = 10_800_000 }, parley.ProposalAccepted, parley.RecommendAccept,
				func(t *testing.T, p parley.Proposal) {
					if *p.AgreedCPM != 10_800_000 || *p.AgreedImpressions != 100_000 {
						t.Errorf("agreed %d for %d", *p.AgreedCPM, *p.AgreedImpressions)
					}
				}},
			"above the ask, at the ask": {func(r *seller.ProposalRequest) { r.Price.Micros = 400_000_000_000 }, parley.ProposalAccepted, parley.RecommendAccept,
				func(t *testing.T, p parley.Proposal) {
					if *p.AgreedCPM != 10_800_000 {
						t.Errorf("agreed %d", *p.AgreedCPM)
					}
				}},
			"too little": {func(r *seller.ProposalRequest) { r.Price.Micros = 9_000_000 }, parley.ProposalCounterOffered, parley.RecommendCounter, nil},
			"short of volume at a good price": {func(r *seller.ProposalRequest) {
				r.ProductID, r.Impressions, r.Price.Micros = "scarce", 1_000_000, 10_800_000
			}, parley.ProposalCounterOffered, parley.RecommendCounter, func(t *testing.T, p parley.Proposal) {
				if p.CounterTerms.MaxImpressions == nil || *p.CounterTerms.MaxImpressions != 500_000 || p.CounterTerms.ProposedCPM != 10_800_000 {
					t.Errorf("terms %+v, want 500,000 at the price proposed", p.CounterTerms)
				}
			}},
			"not sold that way": {func(r *seller.ProposalRequest) { r.ProductID = "auction-only" }, parley.ProposalRejected, parley.RecommendReject,
				func(t *testing.T, p parley.Proposal) {
					if len(p.Errors) != 1 || p.Errors[0].Code != "deal_type_not_sold" {
						t.Errorf("errors %+v", p.Errors)
					}
				}},
		} {
			t.Run(name, func(t *testing.T) {
				request := propose(10_800_000, 100_000)
				c.change(&request)
				p := d.submit(buyer, request)
				if p.Status != c.status || p.Recommendation != c.recommendation {
					t.Fatalf("%s, %s; want %s, %s", p.Status, p.Recommendation, c.status, c.recommendation)
				}
				if c.check != nil {
					c.check(t, p)
				}
				trace, err := d.service.Proposal(context.Background(), d.operator(), p.ID)
				if err != nil || len(trace.Trace) == 0 {
					t.Errorf("the operator reads no trace: %v", err)
				}
			})
		}
	})
}

func TestVolumeCounterIsTakenAndBooked(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		few := int64(50_000)
		d.sell(video(func(p *parley.Product) { p.DailyImpressions = &few }))
		buyer := d.buyer(acme)
		proposal := d.submit(buyer, propose(10_800_000, 1_000_000))
		if _, err := d.counter(buyer, proposal.ID, 10_800_000); err != nil {
			t.Fatal(err)
		}
		deal, err := d.bookProposal(buyer, proposal.ID)
		if err != nil || deal.Impressions != 500_000 || deal.Price.FinalCPM != 10_800_000 {
			t.Fatalf("deal of %d at %d (%v), want the 500,000 that were left at the price proposed", deal.Impressions, deal.Price.FinalCPM, err)
		}
		sold := d.submit(buyer, propose(10_800_000, 1_000_000))
		if sold.Status != parley.ProposalRejected || sold.Errors[0].Code != "sold_out" {
			t.Errorf("with nothing left: %s %+v", sold.Status, sold.Errors)
		}
	})
}

func TestPricingIsVerifiedAgainstTheBuyersOwnQuotes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, other := d.buyer(acme), d.buyer(zenith)
		d.quote(buyer, ask(10_000)) // 10.80
		for price, want := range map[int64]bool{10_800_000: true, 10_900_000: true, 10_910_000: false, 10_700_000: true, 10_690_000: false} {
			got := d.submit(buyer, propose(price, 100_000))
			if got.PricingVerified != want {
				t.Errorf("%d verified: %v (%s)", price, got.PricingVerified, got.VerificationReason)
			}
			read, err := d.service.Proposal(context.Background(), buyer, got.ID)
			if err != nil || read.PricingVerified != want || read.VerificationReason != got.VerificationReason {
				t.Errorf("%d read later: verified %v (%q, %v), was answered %q", price, read.PricingVerified, read.VerificationReason, err, got.VerificationReason)
			}
		}
		if got := d.submit(other, propose(10_800_000, 100_000)); got.PricingVerified {
			t.Error("another buyer's quote verified the price")
		}
		d.clock.Move(24 * time.Hour)
		if got := d.submit(buyer, propose(10_800_000, 100_000)); got.PricingVerified {
			t.Error("an expired quote verified the price")
		}
	})
}

func TestBookingOnAnotherPlatformThanTheKeys(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		trader := acme
		trader.DSPPlatform = "The Trade Desk"
		buyer := d.buyer(trader)
		for _, named := range []string{"", "DV360"} {
			var proposed, quoted parley.Deal
			proposal := d.submit(buyer, propose(10_800_000, 1_000))
			if _, err := d.service.BookProposal(context.Background(), buyer, seller.ProposalBooking{ProposalID: proposal.ID, Identity: parley.Identity{DSPPlatform: named}}, keep(&proposed)); err != nil {
				t.Fatal(err)
			}
			request := seller.BookingRequest{QuoteID: d.quote(buyer, ask(1_000)).ID, Identity: parley.Identity{DSPPlatform: named}}
			if _, err := d.service.BookDeal(context.Background(), buyer, request, keep(&quoted)); err != nil {
				t.Fatal(err)
			}
			for what, deal := range map[string]parley.Deal{"a proposal": proposed, "a quote": quoted} {
				if deal.Identity != trader || deal.Claimed != (parley.Identity{DSPPlatform: named}) {
					t.Errorf("booked for %q from %s: known as %+v, claims %+v", named, what, deal.Identity, deal.Claimed)
				}
			}
		}
	})
}

func TestQuoteLedNegotiationSetsThePriceThatIsBooked(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		buyer := d.buyer(acme)
		quote := d.quote(buyer, ask(1_000_000))
		turn, err := d.say(buyer, seller.Message{QuoteID: quote.ID, Action: "counter", Price: &parley.Money{Micros: 10_500_000, Currency: "USD"}})
		if err != nil {
			t.Fatal(err)
		}
		if turn.Round.SellerCPM != 11_400_000 || turn.Negotiation.QuoteID != quote.ID {
			t.Errorf("opening: %+v", turn.Round)
		}
		stale := 1
		_, err = d.say(buyer, seller.Message{NegotiationID: turn.Negotiation.ID, Action: "accept", Round: &stale})
		wantCode(t, err, parley.CodeContention)
		_, err = d.say(d.buyer(zenith), seller.Message{NegotiationID: turn.Negotiation.ID, Action: "accept"})
		wantCode(t, err, parley.CodeNotFound)
		next := 2
		turn, err = d.say(buyer, seller.Message{NegotiationID: turn.Negotiation.ID, Action: "accept", Price: &parley.Money{Micros: 11_400_000}, Round: &next})
		if err != nil || turn.Negotiation.Status != parley.NegotiationAccepted {
			t.Fatalf("accept: %+v, %v", turn, err)
		}
		deal, err := d.book(buyer, quote.ID)
		if err != nil || deal.Price.FinalCPM != 11_400_000 || deal.NegotiationID != turn.Negotiation.ID {
			t.Errorf("deal at %d of %q (%v), want the negotiated 11.40", deal.Price.FinalCPM, deal.NegotiationID, err)
		}
	})
}

func TestWalkingAwayAndWithdrawing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		buyer := d.buyer(acme)
		walked := d.submit(buyer, propose(9_000_000, 100_000))
		if _, err := d.say(buyer, seller.Message{ProposalID: walked.ID, Action: "reject"}); err != nil {
			t.Fatal(err)
		}
		if read, _ := d.service.Proposal(ctx, buyer, walked.ID); read.Status != parley.ProposalRejected {
			t.Errorf("after walking away the proposal is %s", read.Status)
		}
		taken := d.submit(buyer, propose(9_000_000, 100_000))
		if _, err := d.service.WithdrawProposal(ctx, buyer, taken.ID, "", keep(new(parley.Proposal))); err != nil {
			t.Fatal(err)
		}
		_, err := d.counter(buyer, taken.ID, 10_000_000)
		wantCode(t, err, parley.CodeNegotiationClosed)
		_, err = d.bookProposal(buyer, taken.ID)
		wantCode(t, err, parley.CodeConflict)
		_, err = d.service.WithdrawProposal(ctx, buyer, taken.ID, "", keep(new(parley.Proposal)))
		wantCode(t, err, parley.CodeConflict)
	})
}

func TestProposalsAndNegotiationsExpire(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		buyer := d.buyer(acme)
		proposal := d.submit(buyer, propose(9_000_000, 100_000))
		d.clock.Move(72 * time.Hour)
		_, err := d.counter(buyer, proposal.ID, 10_000_000)
		wantCode(t, err, parley.CodeNegotiationClosed)
		if n, err := d.service.ExpireNegotiations(ctx); n != 1 || err != nil {
			t.Errorf("expired %d negotiations (%v)", n, err)
		}
		accepted := d.submit(buyer, propose(10_800_000, 100_000))
		d.clock.Move(7 * 24 * time.Hour)
		_, err = d.bookProposal(buyer, accepted.ID)
		wantCode(t, err, parley.CodeConflict)
		if n, err := d.service.ExpireProposals(ctx); n != 2 || err != nil {
			t.Errorf("expired %d proposals (%v), want 2", n, err)
		}
		if read, err := d.service.Proposal(ctx, buyer, accepted.ID); err != nil || read.Status != parley.ProposalExpired {
			t.Errorf("the proposal is %s (%v)", read.Status, err)
		}
	})
}

func TestFiftyCountersAtOnce(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video(at120))
		buyer := d.buyer(zenith)
		proposal := d.submit(buyer, propose(8_100_000, 1_000_000))
		for _, err := range race(50, func(i int) error {
			_, err := d.counter(buyer, proposal.ID, 8_200_000+int64(i)*10_000)
			return err
		}) {
			if err != nil && !parley.Is(err, parley.CodeContention) && !parley.Is(err, parley.CodeNegotiationClosed) {
				t.Fatal(err)
			}
		}
		history, err := d.service.ProposalNegotiation(ctx, d.operator(), proposal.ID)
		if err != nil {
			t.Fatal(err)
		}
		last := history.BaseCPM
		for i, round := range history.Rounds {
			if round.Number != i+1 {
				t.Errorf("round %d has number %d", i+1, round.Number)
			}
			if round.SellerCPM > last || last-round.SellerCPM > history.BaseCPM*6/100+5_000 && round.Action == parley.ActionCounter {
				t.Errorf("round %d goes from %d to %d", i+1, last, round.SellerCPM)
			}
			last = round.SellerCPM
		}
		if len(history.Rounds) < 2 || last < history.BaseCPM*80/100 {
			t.Errorf("%d rounds down to %d on a base of %d", len(history.Rounds), last, history.BaseCPM)
		}
	})
}

func TestManyProposalsGainNothingOverOne(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		settings := seller.DefaultSettings()
		settings.NegotiationsPerDay = 2
		d = openDesk(t, d.store, settings)
		d.sell(video(at120))
		buyer := d.buyer(acme)
		lowest := int64(12_000_000)
		for range 2 {
			p := d.submit(buyer, propose(9_000_000, 1_000_000))
			lowest = min(lowest, p.CounterTerms.ProposedCPM)
		}
		for price, want := range map[int64]int64{8_390_000: 12_000_000, 8_400_000: lowest, 10_000_000: lowest, 11_000_000: lowest} {
			p := d.submit(buyer, propose(price, 1_000_000))
			if p.CounterTerms == nil || p.CounterTerms.ProposedCPM != want {
				t.Errorf("a third proposal at %d hears %+v, want %d: the lowest price of the day for one that is serious", price, p.CounterTerms, want)
			}
		}
		d.clock.Move(24 * time.Hour)
		if p := d.submit(buyer, propose(9_000_000, 1_000_000)); p.CounterTerms.Action != parley.ActionCounter {
			t.Errorf("the next day is answered with %s", p.CounterTerms.Action)
		}
	})
}

func TestProfileChangesTheLimits(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video(at120))
		buyer, admin := d.buyer(acme), d.operator()
		tolerance, rounds := parley.BasisPoints(1_000), 2
		profile := parley.NegotiationProfile{Name: "easy", Enabled: true, Selector: parley.Selector{ProductIDs: []string{"video-home"}}, Tolerance: &tolerance, MaxRounds: &rounds}
		if _, err := d.service.NegotiationProfiles().Create(ctx, admin, profile, keep(&profile)); err != nil {
			t.Fatal(err)
		}
		if p := d.submit(buyer, propose(10_800_000, 1_000_000)); p.Status != parley.ProposalAccepted {
			t.Errorf("10%% under the ask with a tolerance of 10%%: %s", p.Status)
		}
		p := d.submit(buyer, propose(9_000_000, 1_000_000))
		turn, err := d.counter(buyer, p.ID, 9_000_000)
		if err != nil || turn.Round.Action != parley.ActionFinalOffer {
			t.Errorf("the second of two rounds: %+v, %v", turn.Round, err)
		}
		bad := "nonsense"
		_, err = d.service.NegotiationProfiles().Create(ctx, admin, parley.NegotiationProfile{Name: "bad", Strategy: &bad}, keep(&profile))
		wantCode(t, err, parley.CodeValidation)
		_, err = d.service.NegotiationProfiles().Create(ctx, buyer, profile, keep(&profile))
		wantCode(t, err, parley.CodeForbidden)
	})
}

func TestHostileBuyersNeverGetUnderTheReservation(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video(at120))
		const reservation = 10_200_000 // 12.00 less 15%
		for name, price := range map[string]func(round int, standing int64) int64{
			"lowballs":                 func(int, int64) int64 { return 10_000 },
			"repeats":                  func(int, int64) int64 { return 9_000_000 },
			"oscillates":               func(n int, _ int64) int64 { return 8_000_000 + int64(n%2)*1_500_000 },
			"waits for the last round": func(n int, standing int64) int64 { return []int64{9_000_000, standing - 700_000}[n/4] },
			"creeps":                   func(n int, _ int64) int64 { return 8_500_000 + int64(n)*100_000 },
		} {
			t.Run(name, func(t *testing.T) {
				buyer := d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: name, Identity: parley.Identity{AgencyID: "hostile " + name}})
				p := d.submit(buyer, propose(price(0, 12_000_000), 1_000_000))
				standing := p.CounterTerms.ProposedCPM
				for n := 1; n < 10; n++ {
					turn, err := d.counter(buyer, p.ID, price(n, standing))
					if parley.Is(err, parley.CodeNegotiationClosed) {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					if turn.Round.SellerCPM < reservation || turn.Round.SellerCPM > standing {
						t.Fatalf("round %d: %d after %d, with a reservation of %d", turn.Round.Number, turn.Round.SellerCPM, standing, reservation)
					}
					if turn.Round.Number > 6 {
						t.Fatalf("round %d of 5 and one more", turn.Round.Number)
					}
					standing = turn.Round.SellerCPM
				}
				read, err := d.service.ProposalNegotiation(context.Background(), buyer, p.ID)
				if err != nil || !read.Status.Concluded() {
					t.Errorf("the negotiation is %s (%v)", read.Status, err)
				}
			})
		}
	})
}

func TestAcceptedProposalIsShortOfInventoryAtBooking(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		few := int64(50_000)
		d.sell(video(func(p *parley.Product) { p.DailyImpressions = &few }))
		first, second := d.buyer(acme), d.buyer(zenith)
		a, b := d.submit(first, propose(10_800_000, 400_000)), d.submit(second, propose(10_800_000, 400_000))
		if _, err := d.bookProposal(first, a.ID); err != nil {
			t.Fatal(err)
		}
		_, err := d.bookProposal(second, b.ID)
		if e := wantError(t, err, parley.CodeContention); fmt.Sprint(e.Facts["available_impressions"]) != "100000" || !errors.Is(err, storage.ErrCapacity) {
			t.Errorf("refused with %v", e.Facts)
		}
	})
}
