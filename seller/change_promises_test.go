package seller_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// pricedDays puts a price rule on some days of June.
func (d *desk) pricedDays(from, to string, base, floor *parley.Money) {
	d.t.Helper()
	rule := parley.PricingRule{
		Name: "days of " + from, Enabled: true, FlightFrom: of(mustDay(from)), FlightTo: of(mustDay(to)), BaseCPM: base, FloorCPM: floor,
	}
	if _, err := d.service.PricingRules().Create(context.Background(), seller.Terminal("test"), rule, keep(new(parley.PricingRule))); err != nil {
		d.t.Fatalf("create a price rule: %v", err)
	}
}

func (d *desk) shift(call seller.Call, deal parley.Deal, days parley.Date) (parley.ChangeRequest, error) {
	return d.askChange(call, seller.ChangeInput{Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{
		FlightStart: of(deal.Flight.Start + days), FlightEnd: of(deal.Flight.End + days),
	}})
}

func price(cpm int64) parley.ChangeTerms { return parley.ChangeTerms{CPM: &cpm} }

// TestNewDaysAreSoldAtTheirPrice moves a flight by few days onto days that cost more, and onto days that are not sold at this
// price.
func TestNewDaysAreSoldAtTheirPrice(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, operator := d.buyer(acme), d.operator()
		deal := d.dealOf(buyer, 100_000) // 10 to 19 June
		if c := must(d.shift(buyer, deal, 1)); c.Severity != parley.SeverityMinor || c.Status != parley.ChangeApproved {
			t.Errorf("onto days of the same price: %s, %s", c.Severity, c.Status)
		}
		d.pricedDays("2026-06-12", "2026-06-21", &parley.Money{Micros: 40_000_000, Currency: parley.USD}, nil)
		dear := must(d.shift(buyer, deal, 2))
		if dear.Severity != parley.SeverityMaterial || dear.Status != parley.ChangePendingApproval {
			t.Errorf("onto days that cost more: %s, %s", dear.Severity, dear.Status)
		}
		d.pricedDays("2026-06-12", "2026-06-21", nil, &parley.Money{Micros: 30_000_000, Currency: parley.USD})
		under := must(d.shift(buyer, deal, 2))
		if under.Severity != dear.Severity || under.Status != dear.Status {
			t.Errorf("onto days whose floor is above the price: %s, %s", under.Severity, under.Status)
		}
		_, err := d.shift(operator, deal, 2)
		wantCode(t, err, parley.CodeValidation)
		// The desk is told, also of what was asked for before the floor rose, and can only reject.
		if a := must(d.service.Approval(context.Background(), operator, under.ApprovalID)); a.Case.Floor != 30_000_000 || a.Case.Price != deal.Price.FinalCPM {
			t.Errorf("the desk reads %+v", a.Case)
		}
		for _, c := range []parley.ChangeRequest{dear, under} {
			if err := d.decide(operator, c.ApprovalID, "approve", nil); !parley.Is(err, parley.CodeValidation) {
				t.Errorf("granted under the floor: %v", err)
			}
			if c = must(d.review(operator, c.ID, "reject")); c.Status != parley.ChangeRejected {
				t.Errorf("rejected: %s", c.Status)
			}
		}
	})
}

func containsAny(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

// TestChangesMeetTheProductAsItIs takes a product off sale in each way, at each step of a change.
func TestChangesMeetTheProductAsItIs(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	for name, change := range map[string]func(*parley.Product){
		"retired":             func(p *parley.Product) { p.Status = parley.ProductRetired },
		"paused":              func(p *parley.Product) { p.Status = parley.ProductPaused },
		"deal type withdrawn": func(p *parley.Product) { p.DealTypes = []parley.DealType{parley.PrivateAuction} },
		"minimum raised":      func(p *parley.Product) { p.MinimumImpressions = 500_000 },
		"another currency":    func(p *parley.Product) { p.Currency = "EUR" },
		"floor raised":        func(p *parley.Product) { p.FloorCPM = 11_000_000 },
	} {
		t.Run(name, func(t *testing.T) {
			stores.Each(t, func(t *testing.T, store *storage.Store) {
				t.Parallel()
				d := openDesk(t, store, seller.DefaultSettings())
				d.sell(video())
				buyer, operator := d.buyer(acme), d.operator()
				deal := d.dealOf(buyer, 100_000)
				days := func(n parley.Date) parley.ChangeRequest {
					return must(d.askChange(buyer, seller.ChangeInput{
						Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: of(deal.Flight.End + n)},
					}))
				}
				asked, granted, approved := days(5), days(6), days(7)
				if err := d.decide(operator, granted.ApprovalID, "approve", nil); err != nil {
					t.Fatal(err)
				}
				must(d.review(operator, approved.ID, "approve"))
				d.sell(video(change))
				// A floor is the desk's to know: what comes under it is held for the desk, at each step, and not granted there.
				held := name == "floor raised"
				if c, err := d.shift(buyer, deal, 1); held != (c.Status == parley.ChangePendingApproval) || !held && !parley.Is(err, parley.CodeValidation) {
					t.Errorf("asked for: %s (%v)", c.Status, err)
				}
				if err := d.decide(operator, asked.ApprovalID, "approve", nil); !parley.Is(err, parley.CodeValidation) {
					t.Errorf("granted: %v", err)
				}
				must(d.resume(operator, granted.ApprovalID))
				if c := must(d.service.Change(context.Background(), buyer, granted.ID)); c.Status != map[bool]parley.ChangeStatus{false: parley.ChangeRejected, true: parley.ChangePendingApproval}[held] {
					t.Errorf("carried out: %s", c.Status)
				}
				if c := must(d.applyChange(buyer, approved.ID)); c.Status != map[bool]parley.ChangeStatus{false: parley.ChangeFailed, true: parley.ChangePendingApproval}[held] || held == (c.FailureReason != "") {
					t.Errorf("applied: %s", c.Status)
				}
				if now := must(d.service.Deal(context.Background(), buyer, deal.ID)); now.Flight != deal.Flight {
					t.Errorf("the flight is %v", now.Flight)
				}
				// To give up what was bought is possible whatever has become of the product: days, a part, and all of it. What is under the
				// floor then is the desk's, and what is under the minimum nobody's.
				if held {
					return
				}
				half, days8, few := int64(500_000), deal.Flight.End-2, int64(60_000)
				for _, less := range []seller.ChangeInput{
					{Type: parley.ChangeFlightDates, Terms: parley.ChangeTerms{FlightEnd: &days8}},
					{Type: parley.ChangeImpressions, Terms: parley.ChangeTerms{Impressions: &few}},
					{Type: parley.ChangeCancellation, Terms: parley.ChangeTerms{Cancel: &parley.Cancellation{Share: half}}},
				} {
					less.DealID = deal.ID
					c, err := d.askChange(buyer, less)
					if name == "minimum raised" && less.Terms.FlightEnd == nil {
						if !parley.Is(err, parley.CodeValidation) {
							t.Errorf("%s under the minimum: %v", less.Type, err)
						}
						continue
					}
					if err != nil {
						t.Errorf("%s asked for: %v", less.Type, err)
						continue
					}
					if c.Status == parley.ChangePendingApproval {
						must(d.review(operator, c.ID, "approve"))
					}
					if c = must(d.applyChange(buyer, c.ID)); c.Status != parley.ChangeApplied {
						t.Errorf("%s: %s (%s)", less.Type, c.Status, c.FailureReason)
					}
				}
				now := must(d.service.Deal(context.Background(), buyer, deal.ID))
				want := map[bool]int64{true: 100_000, false: 30_000}[name == "minimum raised"]
				if now.Flight.End != days8 || now.Impressions != want || now.Price.FinalCPM != deal.Price.FinalCPM {
					t.Errorf("left are %d until %s at %d", now.Impressions, now.Flight.End, now.Price.FinalCPM)
				}
				whole := must(d.askChange(buyer, seller.ChangeInput{Type: parley.ChangeCancellation, DealID: deal.ID}))
				must(d.review(operator, whole.ID, "approve"))
				if c := must(d.applyChange(buyer, whole.ID)); c.Status != parley.ChangeApplied {
					t.Errorf("cancelled: %s (%s)", c.Status, c.FailureReason)
				}
			})
		})
	}
}

// TestAFlightIsMeasuredFromWhatWasAgreed approves what has nothing to do with the flight between small shifts of it.
func TestAFlightIsMeasuredFromWhatWasAgreed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, operator := d.buyer(acme), d.operator()
		deal := d.dealOf(buyer, 100_000)
		apply := func(c parley.ChangeRequest) {
			t.Helper()
			if c = must(d.applyChange(buyer, c.ID)); c.Status != parley.ChangeApplied {
				t.Fatalf("%s: %s", c.Status, c.FailureReason)
			}
		}
		first := must(d.shift(buyer, deal, 3))
		apply(first)
		volume := must(d.askChange(buyer, seller.ChangeInput{
			Type: parley.ChangeImpressions, DealID: deal.ID, Terms: parley.ChangeTerms{Impressions: of(int64(90_000))},
		}))
		must(d.review(operator, volume.ID, "approve"))
		apply(volume)
		if c := must(d.shift(buyer, deal, 5)); c.Severity != parley.SeverityMaterial {
			t.Errorf("five days from what was booked are %s", c.Severity)
		}
		back := must(d.shift(buyer, deal, 0))
		if back.Severity != parley.SeverityMinor {
			t.Errorf("the way back is %s", back.Severity)
		}
		far := must(d.shift(buyer, deal, 4))
		must(d.review(operator, far.ID, "approve"))
		apply(far)
		if c := must(d.shift(buyer, deal, 7)); c.Severity != parley.SeverityMinor {
			t.Errorf("three days from what was agreed last are %s", c.Severity)
		}
	})
}

// TestMinorChangesMeetTheRulesThatBeginToHold lets a flight grow day by day over the threshold of a rule for deals.
func TestMinorChangesMeetTheRulesThatBeginToHold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, operator := d.buyer(acme), d.operator()
		d.gate(parley.ApprovalRule{Name: "long flights", Gate: parley.GateDealBooking, Condition: "flight_days > 12"})
		d.gate(parley.ApprovalRule{Name: "holds already", Gate: parley.GateProposalDecision, Condition: "flight_days > 10"})
		deal := d.dealOf(buyer, 100_000)
		longer := func(days parley.Date) parley.ChangeRequest {
			return must(d.askChange(buyer, seller.ChangeInput{
				Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: of(deal.Flight.End + days)},
			}))
		}
		for days, rule := range map[parley.Date]string{1: "holds already", 3: "long flights"} {
			c := longer(days)
			if c.Severity != parley.SeverityMinor || c.Status != parley.ChangePendingApproval {
				t.Fatalf("%d more days: %s, %s", days, c.Severity, c.Status)
			}
			if a := must(d.service.Approval(context.Background(), operator, c.ApprovalID)); a.RuleName != rule {
				t.Errorf("%d more days are asked about by %s", days, a.RuleName)
			}
		}
		one := longer(1)
		must(d.review(operator, one.ID, "approve"))
		must(d.applyChange(buyer, one.ID))
		if c := longer(2); c.Status != parley.ChangeApproved {
			t.Errorf("a rule that held before is asked again: %s", c.Status)
		}
	})
}

// TestARuleBetweenTwoShiftsIsAsked saves a rule that the first shift, which nobody was asked about, has made hold already.
func TestARuleBetweenTwoShiftsIsAsked(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer := d.buyer(acme)
		deal := d.dealOf(buyer, 100_000) // ten days
		must(d.applyChange(buyer, must(d.askChange(buyer, seller.ChangeInput{
			Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: of(deal.Flight.End + 1)},
		})).ID))
		d.gate(parley.ApprovalRule{Gate: parley.GateDealBooking, Condition: "flight_days > 10"})
		c := must(d.askChange(buyer, seller.ChangeInput{
			Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: of(deal.Flight.End + 2)},
		}))
		if c.Status != parley.ChangePendingApproval {
			t.Errorf("twelve days, of which somebody agreed to ten, are %s", c.Status)
		}
	})
}

// TestDiscountsAreMeasuredAgainstTheAsk lowers a price in steps, each of which is small.
func TestDiscountsAreMeasuredAgainstTheAsk(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, approver := d.buyer(acme), d.operator(parley.ScopeApprover)
		d.gate(parley.ApprovalRule{Name: "discounts", Gate: parley.GateChangeRequest, Condition: "discount_pct > 10", Role: parley.ScopeFinance})
		deal := d.dealOf(buyer, 100_000) // at 10.80, the ask
		for cpm, finance := range map[int64]bool{9_940_000: false, 9_150_000: true, 8_420_000: true} {
			c := must(d.askChange(buyer, seller.ChangeInput{Type: parley.ChangePricing, DealID: deal.ID, Terms: price(cpm)}))
			if _, err := d.review(approver, c.ID, "reject"); (parley.Is(err, parley.CodeForbidden)) != finance {
				t.Errorf("%d: %v", cpm, err)
			}
		}
		step := must(d.askChange(buyer, seller.ChangeInput{Type: parley.ChangePricing, DealID: deal.ID, Terms: price(9_940_000)}))
		must(d.review(approver, step.ID, "approve"))
		must(d.applyChange(buyer, step.ID))
		next := must(d.askChange(buyer, seller.ChangeInput{Type: parley.ChangePricing, DealID: deal.ID, Terms: price(9_150_000)}))
		_, err := d.review(approver, next.ID, "approve")
		wantCode(t, err, parley.CodeForbidden)
	})
}

// TestWhatOneSideAsksTheOtherAgreesTo has the desk ask for changes, and tries to carry each out without the buyer.
func TestWhatOneSideAsksTheOtherAgreesTo(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, rival, one, two := d.buyer(acme), d.buyer(zenith), d.operator(), d.operator()
		for name, c := range map[string]struct {
			in     seller.ChangeInput
			buyers bool // waits for the buyer
		}{
			"a higher price":               {seller.ChangeInput{Type: parley.ChangePricing, Terms: price(100_000_000)}, true},
			"a lower price":                {seller.ChangeInput{Type: parley.ChangePricing, Terms: price(9_000_000)}, false},
			"less volume":                  {seller.ChangeInput{Type: parley.ChangeImpressions, Terms: parley.ChangeTerms{Impressions: of(int64(90_000))}}, true},
			"more volume":                  {seller.ChangeInput{Type: parley.ChangeImpressions, Terms: parley.ChangeTerms{Impressions: of(int64(110_000))}}, true},
			"other days":                   {seller.ChangeInput{Type: parley.ChangeFlightDates, Terms: parley.ChangeTerms{FlightEnd: of(mustDay("2026-06-20"))}}, true},
			"a part of it called off":      {seller.ChangeInput{Type: parley.ChangeCancellation, Terms: parley.ChangeTerms{Cancel: &parley.Cancellation{Share: 1000}}}, true},
			"called off before its flight": {seller.ChangeInput{Type: parley.ChangeCancellation}, false},
		} {
			deal := d.dealOf(buyer, 100_000)
			c.in.DealID = deal.ID
			asked := must(d.askChange(one, c.in))
			if asked.Status == parley.ChangePendingApproval {
				_, err := d.review(one, asked.ID, "approve")
				wantCode(t, err, parley.CodeForbidden)
				asked = must(d.review(two, asked.ID, "approve"))
			}
			if asked.Status != parley.ChangeApproved {
				t.Fatalf("%s: %s", name, asked.Status)
			}
			_, err := d.applyChange(rival, asked.ID)
			wantCode(t, err, parley.CodeNotFound)
			for _, operator := range []seller.Call{one, two} {
				if applied, err := d.applyChange(operator, asked.ID); c.buyers != (parley.Is(err, parley.CodeForbidden)) {
					t.Errorf("%s, applied by the desk: %s (%v)", name, applied.Status, err)
				}
			}
			if c.buyers {
				if applied := must(d.applyChange(buyer, asked.ID)); applied.Status != parley.ChangeApplied {
					t.Errorf("%s, applied by the buyer: %s (%s)", name, applied.Status, applied.FailureReason)
				}
			}
		}
		// A cancellation meets its gate whoever asks, and one of a deal that runs is the buyer's to apply.
		deal := d.dealOf(buyer, 100_000)
		d.clock.Move(mustDay("2026-06-12").Midnight().Add(12 * time.Hour).Sub(noon))
		whole := must(d.askChange(one, seller.ChangeInput{Type: parley.ChangeCancellation, DealID: deal.ID}))
		if whole.Status != parley.ChangePendingApproval {
			t.Fatalf("a cancellation that the desk asks for is %s", whole.Status)
		}
		must(d.review(two, whole.ID, "approve"))
		_, err := d.applyChange(two, whole.ID)
		wantCode(t, err, parley.CodeForbidden)
		if c := must(d.applyChange(buyer, whole.ID)); c.Status != parley.ChangeApplied {
			t.Errorf("%s: %s", c.Status, c.FailureReason)
		}
	})
}

// TestAnApprovedChangeLapses applies a change a second before, and after, its time.
func TestAnApprovedChangeLapses(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"in time", "too late", "read", "swept"} {
		t.Run(how, func(t *testing.T) {
			onEach(t, func(t *testing.T, d *desk) {
				d.sell(video())
				ctx, buyer := context.Background(), d.buyer(acme)
				deal := d.dealOf(buyer, 100_000)
				c := must(d.shift(buyer, deal, 1))
				d.clock.Move(parley.ChangeLapse - time.Second)
				if n, err := d.service.LapseChanges(ctx); n != 0 || err != nil {
					t.Fatalf("lapsed before its time: %d (%v)", n, err)
				}
				if how == "in time" {
					if c = must(d.applyChange(buyer, c.ID)); c.Status != parley.ChangeApplied {
						t.Errorf("%s: %s", c.Status, c.FailureReason)
					}
					return
				}
				d.clock.Move(time.Second)
				switch how {
				case "too late":
					must(d.applyChange(buyer, c.ID))
				case "swept":
					if n, err := d.service.LapseChanges(ctx); n != 1 || err != nil {
						t.Errorf("swept %d (%v)", n, err)
					}
				}
				if c = must(d.service.Change(ctx, buyer, c.ID)); c.Status != parley.ChangeFailed || c.FailureReason == "" || c.AppliedAt != nil {
					t.Errorf("%+v", c)
				}
				for status, want := range map[parley.ChangeStatus]int{parley.ChangeFailed: 1, parley.ChangeApproved: 0} {
					if listed := must(d.service.Changes(ctx, buyer, storage.ChangeFilter{Status: status})).Items; len(listed) != want {
						t.Errorf("%d are listed as %s", len(listed), status)
					}
				}
				if now := must(d.service.Deal(ctx, buyer, deal.ID)); now.Flight != deal.Flight || now.Version != deal.Version {
					t.Errorf("the deal changed: %+v", now)
				}
				if n, err := d.service.LapseChanges(ctx); how != "read" && (n != 0 || err != nil) {
					t.Errorf("lapsed again: %d (%v)", n, err)
				}
			})
		})
	}
}

// TestWhatChangesNoTermsIsWork asks for each type of request that changes nothing in the deal.
func TestWhatChangesNoTermsIsWork(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		ctx, buyer, operator := context.Background(), d.buyer(acme), d.operator()
		deal := d.dealOf(buyer, 100_000)
		for _, kind := range []parley.ChangeType{parley.ChangeCreative, parley.ChangeTargeting, parley.ChangeOther, parley.ChangeMakegood} {
			in := seller.ChangeInput{Type: kind, DealID: deal.ID, Proposed: json.RawMessage(`{"creative_id": "c"}`), Reason: "a new spot"}
			if kind == parley.ChangeMakegood {
				in.Makegood = json.RawMessage(`{}`)
			}
			work := must(d.askChange(buyer, in))
			if work.Status != parley.ChangePendingApproval {
				t.Errorf("%s is %s before anybody has taken it on", kind, work.Status)
			}
			d.clock.Move(time.Hour)
			taken := must(d.review(operator, work.ID, "approve"))
			if taken.Status != parley.ChangeApproved || taken.ApprovedBy == "" || taken.ApprovedBy == "system" || !taken.ApprovedAt.Equal(d.clock.Read()) {
				t.Errorf("%s: %s by %q at %v", kind, taken.Status, taken.ApprovedBy, taken.ApprovedAt)
			}
			for _, by := range []seller.Call{buyer, operator} {
				_, err := d.applyChange(by, work.ID)
				wantCode(t, err, parley.CodeConflict)
			}
		}
		d.clock.Move(2 * parley.ChangeLapse)
		if n, err := d.service.LapseChanges(ctx); n != 0 || err != nil {
			t.Errorf("work lapsed: %d (%v)", n, err)
		}
		if now := must(d.service.Deal(ctx, buyer, deal.ID)); now.Version != deal.Version {
			t.Errorf("the deal changed: %+v", now)
		}
	})
}

// TestAChangeThatChangesNothingIsRefused names terms as they are.
func TestAChangeThatChangesNothingIsRefused(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer := d.buyer(acme)
		deal := d.dealOf(buyer, 100_000)
		for name, in := range map[string]seller.ChangeInput{
			"price":        {Type: parley.ChangePricing, Terms: price(deal.Price.FinalCPM)},
			"impressions":  {Type: parley.ChangeImpressions, Terms: parley.ChangeTerms{Impressions: &deal.Impressions}},
			"flight_start": {Type: parley.ChangeFlightDates, Terms: parley.ChangeTerms{FlightStart: &deal.Flight.Start, FlightEnd: &deal.Flight.End}},
			"flight_end":   {Type: parley.ChangeOther, Terms: parley.ChangeTerms{FlightEnd: &deal.Flight.End}},
		} {
			in.DealID = deal.ID
			_, err := d.askChange(buyer, in)
			if e := wantError(t, err, parley.CodeValidation); !containsAny(e.Error(), "proposed_values."+name) {
				t.Errorf("%s: %v", name, e)
			}
		}
	})
}
