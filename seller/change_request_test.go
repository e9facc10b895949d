package seller_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/inventory"
	"parley/seller"
	"parley/storage"
)

// dealOf books guaranteed video over ten days.
func (d *desk) dealOf(buyer seller.Call, impressions int64) parley.Deal {
	d.t.Helper()
	deal, err := d.book(buyer, d.quote(buyer, ask(impressions)).ID)
	if err != nil {
		d.t.Fatalf("book: %v", err)
	}
	return deal
}

func (d *desk) askChange(call seller.Call, in seller.ChangeInput) (parley.ChangeRequest, error) {
	var c parley.ChangeRequest
	_, err := d.service.RequestChange(context.Background(), call, in, keep(&c))
	return c, err
}

func (d *desk) review(call seller.Call, id, decision string) (parley.ChangeRequest, error) {
	var c parley.ChangeRequest
	_, err := d.service.ReviewChange(context.Background(), call, id, seller.DecisionRequest{
		Decision: decision, Reason: "for the desk", BuyerMessage: "for the buyer",
	}, keep(&c))
	return c, err
}

func (d *desk) applyChange(call seller.Call, id string) (parley.ChangeRequest, error) {
	var c parley.ChangeRequest
	_, err := d.service.ApplyChange(context.Background(), call, id, keep(&c))
	return c, err
}

func of[T any](v T) *T { return &v }

// TestOnlyAMinorChangeOfTermsGoesThrough asks for one change of each severity, and for a minor one that is work for a person.
func TestOnlyAMinorChangeOfTermsGoesThrough(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer := d.buyer(acme)
		deal := d.dealOf(buyer, 1_000_000)
		for _, c := range []struct {
			in       seller.ChangeInput
			severity parley.Severity
			status   parley.ChangeStatus
		}{
			{seller.ChangeInput{Type: parley.ChangeFlightDates, Terms: parley.ChangeTerms{FlightEnd: of(deal.Flight.End + 3)}}, parley.SeverityMinor, parley.ChangeApproved},
			{seller.ChangeInput{Type: parley.ChangeCreative, Proposed: json.RawMessage(`{"creative_id": "c"}`)}, parley.SeverityMinor, parley.ChangePendingApproval},
			{seller.ChangeInput{Type: parley.ChangeFlightDates, Terms: parley.ChangeTerms{FlightEnd: of(deal.Flight.End + 4)}}, parley.SeverityMaterial, parley.ChangePendingApproval},
			{seller.ChangeInput{Type: parley.ChangeCancellation}, parley.SeverityCritical, parley.ChangePendingApproval},
		} {
			c.in.DealID = deal.ID
			got, err := d.askChange(buyer, c.in)
			if err != nil || got.Severity != c.severity || got.Status != c.status {
				t.Errorf("%s: %s, %s (%v), want %s, %s", c.in.Type, got.Severity, got.Status, err, c.severity, c.status)
			}
		}
	})
}

// TestManySmallShiftsAreALargeOne keeps a buyer from walking a flight away three days at a time.
func TestManySmallShiftsAreALargeOne(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, operator := d.buyer(acme), d.operator()
		deal := d.dealOf(buyer, 1_000_000)
		shift := func(days parley.Date) parley.ChangeRequest {
			t.Helper()
			c, err := d.askChange(buyer, seller.ChangeInput{
				Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: of(deal.Flight.End + days)},
			})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		first := shift(3)
		if c, err := d.applyChange(buyer, first.ID); err != nil || c.Status != parley.ChangeApplied {
			t.Fatalf("%+v (%v)", c, err)
		}
		second := shift(6)
		if second.Severity != parley.SeverityMaterial {
			t.Fatalf("six days in two steps are %s", second.Severity)
		}
		if _, err := d.review(operator, second.ID, "approve"); err != nil {
			t.Fatal(err)
		}
		if _, err := d.applyChange(buyer, second.ID); err != nil {
			t.Fatal(err)
		}
		if third := shift(8); third.Severity != parley.SeverityMinor {
			t.Errorf("two days from what a person approved are %s", third.Severity)
		}
	})
}

func TestApplyingIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video()) // a million a day
		buyer, rival, operator := d.buyer(acme), d.buyer(zenith), d.operator()
		deal := d.dealOf(buyer, 4_000_000)
		more, err := d.askChange(buyer, seller.ChangeInput{
			Type: parley.ChangeImpressions, DealID: deal.ID, Terms: parley.ChangeTerms{Impressions: of(int64(9_000_000))},
		})
		if err != nil || more.Availability == nil || !more.Availability.Available || *more.Availability.Impressions != 10_000_000 {
			t.Fatalf("%+v (%v)", more, err)
		}
		if _, err := d.review(operator, more.ID, "approve"); err != nil {
			t.Fatal(err)
		}
		// The rest is sold to another before it is applied.
		d.dealOf(rival, 6_000_000)
		failed, err := d.applyChange(buyer, more.ID)
		if err != nil || failed.Status != parley.ChangeFailed || failed.FailureReason == "" || failed.Before != nil {
			t.Fatalf("%+v (%v)", failed, err)
		}
		if again, err := d.applyChange(buyer, more.ID); err != nil || again.FailureReason != failed.FailureReason || again.Version != failed.Version {
			t.Errorf("applied again: %+v (%v), first %+v", again, err, failed)
		}
		read, err := d.service.Deal(ctx, buyer, deal.ID)
		if err != nil || read.Impressions != 4_000_000 || read.Version != deal.Version {
			t.Errorf("the deal is %+v (%v)", read, err)
		}
		if sum := d.reserved("video-home", "2026-06-01", "2026-07-30"); sum != 10_000_000 {
			t.Errorf("reserved %d", sum)
		}

		// What was approved was a change from terms that are no longer the deal's.
		stale, err := d.askChange(buyer, seller.ChangeInput{
			Type: parley.ChangeImpressions, DealID: deal.ID, Terms: parley.ChangeTerms{Impressions: of(int64(3_000_000))},
		})
		if err != nil {
			t.Fatal(err)
		}
		less, err := d.askChange(buyer, seller.ChangeInput{
			Type: parley.ChangeImpressions, DealID: deal.ID, Terms: parley.ChangeTerms{Impressions: of(int64(2_000_000))},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []parley.ChangeRequest{stale, less} {
			if _, err := d.review(operator, c.ID, "approve"); err != nil {
				t.Fatal(err)
			}
		}
		if c, err := d.applyChange(operator, less.ID); err != nil || c.Status != parley.ChangeApplied || c.Before.Impressions != 4_000_000 {
			t.Errorf("%+v (%v)", c, err)
		}
		if c, err := d.applyChange(buyer, stale.ID); err != nil || c.Status != parley.ChangeFailed {
			t.Errorf("%+v (%v)", c, err)
		}
		if sum := d.reserved("video-home", "2026-06-01", "2026-07-30"); sum != 8_000_000 {
			t.Errorf("reserved %d", sum)
		}
	})
}

func TestFiftyApplyOneChange(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer := d.buyer(acme)
		deal := d.dealOf(buyer, 1_000_000)
		c, err := d.askChange(buyer, seller.ChangeInput{
			Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightStart: of(deal.Flight.Start + 2), FlightEnd: of(deal.Flight.End + 2)},
		})
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if applied, err := d.applyChange(buyer, c.ID); err != nil || applied.Status != parley.ChangeApplied {
					t.Errorf("%s (%v)", applied.Status, err)
				}
			})
		}
		all.Wait()
		read, err := d.service.Deal(context.Background(), buyer, deal.ID)
		if err != nil || read.Version != deal.Version+1 {
			t.Errorf("the deal's version is %d after %d (%v)", read.Version, deal.Version, err)
		}
		if sum := d.reserved("video-home", "2026-06-01", "2026-07-30"); sum != 1_000_000 {
			t.Errorf("reserved %d", sum)
		}
	})
}

func TestPartOfADealIsCancelled(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		buyer, operator := d.buyer(acme), d.operator()
		for _, c := range []struct {
			cancel      parley.Cancellation
			impressions int64
			days        parley.Date // that the flight has left
			status      parley.DealStatus
		}{
			{parley.Cancellation{Share: 250_000}, 750_000, 10, parley.DealPartiallyCancelled},
			{parley.Cancellation{Share: parley.WholeDeal, From: of(mustDay("2026-06-14"))}, 400_000, 4, parley.DealPartiallyCancelled},
			{parley.Cancellation{Share: 500_000, From: of(mustDay("2026-06-14"))}, 700_000, 10, parley.DealPartiallyCancelled},
			{parley.Cancellation{Share: parley.WholeDeal, From: of(mustDay("2026-06-01"))}, 1_000_000, 10, parley.DealCancelled},
		} {
			before := d.reserved("video-home", "2026-06-01", "2026-07-30")
			deal := d.dealOf(buyer, 1_000_000)
			asked, err := d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeCancellation, DealID: deal.ID, Terms: parley.ChangeTerms{Cancel: &c.cancel}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.review(operator, asked.ID, "approve"); err != nil {
				t.Fatal(err)
			}
			if _, err := d.applyChange(buyer, asked.ID); err != nil {
				t.Fatal(err)
			}
			read, err := d.service.Deal(ctx, buyer, deal.ID)
			if err != nil || read.Impressions != c.impressions || read.Flight.End-read.Flight.Start+1 != c.days || read.Status != c.status {
				t.Errorf("%+v: %d impressions over %s to %s, %s (%v)", c.cancel, read.Impressions, read.Flight.Start, read.Flight.End, read.Status, err)
			}
			want := before + c.impressions
			if c.status == parley.DealCancelled {
				want = before
			}
			if now := d.reserved("video-home", "2026-06-01", "2026-07-30"); now != want {
				t.Errorf("%+v: reserved %d, want %d", c.cancel, now, want)
			}
		}
	})
}

func mustDay(text string) parley.Date {
	day, err := parley.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return day
}

// TestLedgerFollowsRandomChanges lets deals be changed at random and at once, and holds the ledger against them.
func TestLedgerFollowsRandomChanges(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		buyer, operator := d.buyer(acme), d.operator()
		var deals []parley.Deal
		for range 6 {
			deals = append(deals, d.dealOf(buyer, 1_000_000))
		}
		var all sync.WaitGroup
		for worker := range 6 {
			all.Go(func() {
				random := rand.New(rand.NewPCG(uint64(worker), 11))
				for range 12 {
					in := seller.ChangeInput{Type: parley.ChangeOther, DealID: deals[random.IntN(len(deals))].ID}
					start := parley.Date(random.IntN(20)) + mustDay("2026-06-10")
					in.Terms.FlightStart, in.Terms.FlightEnd = &start, of(start+parley.Date(random.IntN(15)))
					in.Terms.Impressions = of(int64(1000 + random.IntN(4_000_000)))
					if random.IntN(10) == 0 {
						in.Type, in.Terms = parley.ChangeCancellation, parley.ChangeTerms{Cancel: &parley.Cancellation{Share: int64(1 + random.IntN(1_000_000))}}
					}
					c, err := d.askChange(buyer, in)
					if err != nil {
						continue // the deal is over, or another's change came between
					}
					reviewed, err := d.review(operator, c.ID, "approve")
					if parley.Is(err, parley.CodeValidation) {
						continue // the deal is no longer what it was when this was asked for
					}
					if err != nil || reviewed.Status != parley.ChangeApproved {
						t.Errorf("review: %s, %v", reviewed.Status, err)
					}
					if _, err := d.applyChange(buyer, c.ID); err != nil {
						t.Errorf("apply: %v", err)
					}
				}
			})
		}
		all.Wait()
		held := map[parley.Date]int64{}
		listing, err := d.service.Deals(ctx, buyer, storage.DealFilter{})
		if err != nil {
			t.Fatal(err)
		}
		applied := 0
		for _, deal := range listing.Items {
			applied += int(deal.Version) - 1
			if !deal.Status.HoldsInventory() {
				continue
			}
			for i, n := range inventory.Spread(deal.Impressions, deal.Flight) {
				held[deal.Flight.Start+parley.Date(i)] += n
			}
		}
		if applied == 0 {
			t.Error("nothing was applied, so nothing was tried")
		}
		capacity, err := d.service.Capacity(ctx, seller.Terminal("test"), "video-home", parley.Flight{Start: mustDay("2026-06-01"), End: mustDay("2026-08-01")})
		if err != nil {
			t.Fatal(err)
		}
		for _, day := range capacity.Days {
			if day.Reserved != held[day.Day] || day.Reserved > 1_000_000 {
				t.Errorf("%s: %d reserved, the deals hold %d", day.Day, day.Reserved, held[day.Day])
			}
		}
	})
}

func TestChangeMeetsThePublishersOwnRule(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, finance, approver := d.buyer(acme), d.operator(parley.ScopeFinance), d.operator(parley.ScopeApprover)
		var rule parley.ApprovalRule
		_, err := d.service.ApprovalRules().Create(context.Background(), d.operator(), parley.ApprovalRule{
			Name: "large changes", Gate: parley.GateChangeRequest, Condition: "deal_value >= 10000", Role: parley.ScopeFinance, Timeout: time.Hour,
			OnTimeout: parley.TimeoutRejects, Enabled: true,
		}, keep(&rule))
		if err != nil {
			t.Fatal(err)
		}
		deal := d.dealOf(buyer, 500_000)
		ask := func(impressions int64) parley.ChangeRequest {
			c, err := d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeImpressions, DealID: deal.ID, Terms: parley.ChangeTerms{Impressions: &impressions}})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		large, small := ask(1_000_000), ask(600_000) // 10,800 and 6,480
		_, err = d.review(approver, large.ID, "approve")
		wantCode(t, err, parley.CodeForbidden)
		if c, err := d.review(finance, large.ID, "reject"); err != nil || c.Status != parley.ChangeRejected || c.RejectionReason != "for the buyer" {
			t.Errorf("%+v (%v)", c, err)
		}
		if c, err := d.review(approver, small.ID, "approve"); err != nil || c.Status != parley.ChangeApproved {
			t.Errorf("%+v (%v)", c, err)
		}
		forgotten := ask(2_000_000)
		d.clock.Move(2 * time.Hour)
		if n, err := d.service.SweepApprovals(context.Background()); err != nil || n != 1 {
			t.Fatalf("swept %d (%v)", n, err)
		}
		read, err := d.service.Change(context.Background(), buyer, forgotten.ID)
		if err != nil || read.Status != parley.ChangeRejected || read.RejectionReason == "" {
			t.Errorf("%+v (%v)", read, err)
		}
		if fmt.Sprint(read.ApprovedBy) != "" {
			t.Errorf("approved by %q", read.ApprovedBy)
		}
	})
}

// TestMinorChangeMeetsARuleForChanges has a publisher want to see changes that would be approved at once otherwise: only a
// rule that is about changes, and whose condition holds, does that.
func TestMinorChangeMeetsARuleForChanges(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, approver := d.buyer(acme), d.operator(parley.ScopeApprover)
		rule := func(name string, gate parley.Gate, condition string) {
			_, err := d.service.ApprovalRules().Create(context.Background(), d.operator(), parley.ApprovalRule{
				Name: name, Gate: gate, Condition: condition, Role: parley.ScopeApprover, Timeout: time.Hour,
				OnTimeout: parley.TimeoutRejects, Enabled: true,
			}, func(parley.ApprovalRule) (seller.Answer, error) { return seller.Answer{}, nil })
			if err != nil {
				t.Fatal(err)
			}
		}
		deal := d.dealOf(buyer, 500_000)
		ask := func() parley.ChangeRequest {
			c, err := d.askChange(buyer, seller.ChangeInput{
				Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: of(deal.Flight.End + 1)},
			})
			if err != nil || c.Severity != parley.SeverityMinor {
				t.Fatalf("%+v (%v)", c, err)
			}
			return c
		}
		rule("bookings", parley.GateDealBooking, "true")
		rule("large changes", parley.GateChangeRequest, "impressions > 500000")
		if c := ask(); c.Status != parley.ChangeApproved || c.ApprovedBy != "system" || c.ApprovalID != "" {
			t.Errorf("no rule is about it: %+v", c)
		}
		rule("all changes", parley.GateChangeRequest, "impressions <= 500000")
		held := ask()
		if held.Status != parley.ChangePendingApproval || held.ApprovalID == "" || held.ApprovedAt != nil || held.ApprovedBy != "" {
			t.Errorf("a rule is about it: %+v", held)
		}
		if _, err := d.applyChange(buyer, held.ID); !parley.Is(err, parley.CodeConflict) {
			t.Errorf("it was applied before anybody had decided: %v", err)
		}
		c, err := d.review(approver, held.ID, "approve")
		if err != nil || c.Status != parley.ChangeApproved || c.ApprovedBy == "system" {
			t.Errorf("approved, and held by the rule for bookings: %+v (%v)", c, err)
		}
	})
}
