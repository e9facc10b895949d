package seller_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
	"parley/storage"
)

// typeOf is a type of change that sets the terms.
func typeOf(terms parley.ChangeTerms) parley.ChangeType {
	if terms.Cancel != nil {
		return parley.ChangeCancellation
	}
	return parley.ChangeOther
}

func flightOf(deal parley.Deal, start, end parley.Date) parley.ChangeTerms {
	terms := parley.ChangeTerms{}
	if start != 0 {
		terms.FlightStart = of(deal.Flight.Start + start)
	}
	if end != 0 {
		terms.FlightEnd = of(deal.Flight.End + end)
	}
	return terms
}

// TestPartsOfAChangeComeToNoMore asks for a change in parts, each of which passes alone: on what the first has made of the
// deal, the second does not.
func TestPartsOfAChangeComeToNoMore(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, operator := d.buyer(acme), d.operator()
		for name, test := range map[string]struct {
			days       int64 // that the deal runs
			rule       string
			one, other func(parley.Deal) parley.ChangeTerms
		}{
			"over the threshold of a rule": {10, "flight_days > 12",
				func(deal parley.Deal) parley.ChangeTerms { return flightOf(deal, -2, 0) },
				func(deal parley.Deal) parley.ChangeTerms { return flightOf(deal, 0, 2) }},
			"away from the agreed days": {4, "",
				func(deal parley.Deal) parley.ChangeTerms { return flightOf(deal, 3, 0) },
				func(deal parley.Deal) parley.ChangeTerms { return flightOf(deal, 0, 3) }},
			"a volume and a price": {10, "impressions >= 150000 && discount_pct > 5",
				func(parley.Deal) parley.ChangeTerms { return parley.ChangeTerms{Impressions: of(int64(200_000))} },
				func(parley.Deal) parley.ChangeTerms { return price(9_500_000) }},
			"dear days and a low price": {10, "discount_pct > 20",
				func(deal parley.Deal) parley.ChangeTerms {
					terms := flightOf(deal, 30, 30)
					terms.CPM = of(int64(36_000_000))
					return terms
				},
				func(parley.Deal) parley.ChangeTerms { return price(9_500_000) }},
			"a part given up and other days": {10, "",
				func(parley.Deal) parley.ChangeTerms {
					return parley.ChangeTerms{Cancel: &parley.Cancellation{Share: 500_000}}
				},
				func(deal parley.Deal) parley.ChangeTerms { return flightOf(deal, 0, 1) }},
		} {
			for _, turned := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, turned %t", name, turned), func(t *testing.T) {
					d := &desk{t: t, store: d.store, service: d.service, clock: d.clock}
					d.clear()
					d.pricedDays("2026-07-09", "2026-07-30", &parley.Money{Micros: 40_000_000, Currency: parley.USD}, nil)
					if test.rule != "" {
						d.gate(parley.ApprovalRule{Gate: parley.GateChangeRequest, Condition: test.rule})
					}
					request := ask(100_000)
					request.FlightEnd = of(*request.FlightStart + parley.Date(test.days) - 1)
					deal := must(d.book(buyer, d.quote(buyer, request).ID))
					parts := [2]parley.ChangeRequest{}
					for i, terms := range []parley.ChangeTerms{test.one(deal), test.other(deal)} {
						c := must(d.askChange(buyer, seller.ChangeInput{Type: typeOf(terms), DealID: deal.ID, Terms: terms}))
						if c.Status == parley.ChangePendingApproval {
							c = must(d.review(operator, c.ID, "approve"))
						}
						parts[i] = c
					}
					if turned {
						slices.Reverse(parts[:])
					}
					if c := must(d.applyChange(buyer, parts[0].ID)); c.Status != parley.ChangeApplied {
						t.Fatalf("the first is %s (%s)", c.Status, c.FailureReason)
					}
					if c := must(d.applyChange(buyer, parts[1].ID)); c.Status != parley.ChangeFailed || c.FailureReason == "" {
						t.Errorf("the second is %s", c.Status)
					}
				})
			}
		}
	})
}

// TestWhatIsApprovedIsJudgedAsItIsApplied changes what is judged by between the approval of a change and its application: it
// waits once more, for whom the terms now need, and is applied when it has been granted for them.
func TestWhatIsApprovedIsJudgedAsItIsApplied(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		buyer, operator, second := d.buyer(acme), d.operator(), d.operator()
		gate := func(gate parley.Gate, condition string) func(d *desk) {
			return func(d *desk) {
				d.gate(parley.ApprovalRule{Name: "late", Gate: gate, Condition: condition, Role: parley.ScopeLegal})
			}
		}
		for name, moves := range map[string]func(d *desk){
			"a rule for changes":      gate(parley.GateChangeRequest, "flight_days > 10"),
			"a rule for bookings":     gate(parley.GateDealBooking, "flight_days > 10"),
			"a rule for every change": gate(parley.GateChangeRequest, ""),
			"the price list": func(d *desk) {
				d.pricedDays("2026-06-01", "2026-06-30", &parley.Money{Micros: 20_000_000, Currency: parley.USD}, nil)
			},
		} {
			for _, by := range []parley.Side{parley.SideBuyer, parley.SideSeller} {
				for _, granted := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s, asked by the %s, granted %t", name, by, granted), func(t *testing.T) {
						d := &desk{t: t, store: d.store, service: d.service, clock: d.clock}
						d.clear()
						d.sell(video())
						asks := map[parley.Side]seller.Call{parley.SideBuyer: buyer, parley.SideSeller: operator}[by]
						deal := d.dealOf(buyer, 100_000)
						days := parley.Date(1) // minor
						if granted {
							days = 9
						}
						c := must(d.askChange(asks, seller.ChangeInput{Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: flightOf(deal, 0, days)}))
						if granted {
							c = must(d.review(second, c.ID, "approve"))
						}
						if c.Status != parley.ChangeApproved {
							t.Fatalf("the change is %s", c.Status)
						}
						moves(d)
						first := c.ApprovalID
						c = must(d.applyChange(buyer, c.ID))
						if name == "the price list" && granted {
							if c.Status != parley.ChangeApplied {
								t.Fatalf("granted on these terms by a person: %s", c.Status)
							}
							return
						}
						if c.Status != parley.ChangePendingApproval || c.ApprovalID == first || c.ApprovedBy != "" || c.AppliedAt != nil {
							t.Fatalf("applied as if nothing had moved: %+v", c)
						}
						if now := must(d.service.Deal(context.Background(), buyer, deal.ID)); now.Version != deal.Version {
							t.Errorf("the deal is %+v", now)
						}
						asked := must(d.service.Approval(context.Background(), second, c.ApprovalID))
						if want := map[bool]parley.Scope{true: parley.ScopeApprover, false: parley.ScopeLegal}[name == "the price list"]; asked.Role != want {
							t.Errorf("asked is %s, want %s", asked.Role, want)
						}
						if by == parley.SideSeller {
							_, err := d.review(operator, c.ID, "approve")
							wantCode(t, err, parley.CodeForbidden)
						}
						must(d.review(second, c.ID, "approve"))
						if c = must(d.applyChange(buyer, c.ID)); c.Status != parley.ChangeApplied {
							t.Errorf("granted for what it comes to now: %s (%s)", c.Status, c.FailureReason)
						}
					})
				}
			}
		}
	})
}

// judgedBy is a rule of the property, as its condition and as a test of its own.
type judgedBy struct {
	rule    parley.ApprovalRule
	matches func(terms parley.DealTerms, ask int64) bool
}

func drawRule(t *rapid.T, product string) judgedBy {
	limit := func(from, to int64) int64 { return rapid.Int64Range(from, to).Draw(t, "limit") }
	days, volume := limit(7, 13), limit(8, 14)*10_000
	kinds := []struct {
		condition string
		matches   func(terms parley.DealTerms, ask int64) bool
	}{
		{fmt.Sprintf("flight_days > %d", days), func(terms parley.DealTerms, _ int64) bool { return terms.Flight.Days() > days }},
		{fmt.Sprintf("flight_days < %d", days), func(terms parley.DealTerms, _ int64) bool { return terms.Flight.Days() < days }},
		{fmt.Sprintf("impressions >= %d", volume), func(terms parley.DealTerms, _ int64) bool { return terms.Impressions >= volume }},
		{"discount_pct > 10 && flight_days > 8", func(terms parley.DealTerms, ask int64) bool {
			return 10*terms.CPM < 9*ask && terms.Flight.Days() > 8
		}},
	}
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	return judgedBy{parley.ApprovalRule{
		Gate:      rapid.SampledFrom([]parley.Gate{parley.GateChangeRequest, parley.GateDealBooking}).Draw(t, "gate"),
		Condition: fmt.Sprintf("product_id == %q && %s", product, kind.condition),
	}, kind.matches}
}

// walk is a deal on its way through changes, some of them open at the same time.
type walk struct {
	*desk
	buyer, operator seller.Call
	deal            parley.Deal
	agreed          parley.DealTerms // what somebody of the publisher's has agreed to last
	rules           []judgedBy
	open            []string
	applied         int
}

func (w *walk) ask(t *rapid.T) {
	terms := parley.ChangeTerms{}
	days := func(label string) parley.Date { return parley.Date(rapid.IntRange(-3, 3).Draw(t, label)) }
	switch rapid.IntRange(0, 9).Draw(t, "what") {
	case 0:
		terms.Impressions = of(rapid.Int64Range(5, 15).Draw(t, "volume") * 10_000)
	case 1:
		terms.CPM = of(rapid.Int64Range(80, 120).Draw(t, "price") * 100_000)
	case 2:
		terms.Cancel = &parley.Cancellation{Share: 100_000}
	default:
		terms = flightOf(w.deal, days("start"), days("end"))
	}
	by := w.buyer
	if rapid.IntRange(0, 2).Draw(t, "by the desk") == 0 {
		by = w.operator
	}
	c, err := w.askChange(by, seller.ChangeInput{Type: typeOf(terms), DealID: w.deal.ID, Terms: terms})
	if err != nil {
		refusedFor(t, err, parley.CodeValidation) // nothing would change, or no flight comes of it
		return
	}
	w.open = append(w.open, c.ID)
	if rapid.Bool().Draw(t, "at once") {
		w.apply(t, c.ID)
	}
}

// askOf is what the terms cost now.
func (w *walk) askOf(terms parley.DealTerms) int64 {
	request := ask(terms.Impressions)
	request.ProductID, request.FlightStart, request.FlightEnd = w.deal.ProductID, &terms.Flight.Start, &terms.Flight.End
	return w.quote(w.buyer, request).Price.FinalCPM
}

// apply applies a change, and holds what it has made of the deal against what the gate would have let through at once.
func (w *walk) apply(t *rapid.T, id string) {
	c, err := w.applyChange(w.buyer, id)
	if err != nil {
		refusedFor(t, err, parley.CodeConflict)
		return
	}
	if c.Status != parley.ChangeApplied {
		return
	}
	w.applied++
	w.open = slices.DeleteFunc(w.open, func(other string) bool { return other == id })
	w.deal = must(w.service.Deal(context.Background(), w.buyer, w.deal.ID))
	now := w.deal.Terms()
	ask := w.askOf(now)
	grants := must(w.service.Approvals(context.Background(), w.operator, storage.ApprovalFilter{
		DealID: w.deal.ID, Status: parley.ApprovalApproved, Page: storage.Page{Limit: 100},
	})).Items
	grants = slices.DeleteFunc(grants, func(a parley.Approval) bool {
		return a.ChangeID != id || a.Case.Price != now.CPM || a.Case.Impressions != now.Impressions ||
			a.Case.FlightStart != now.Flight.Start || a.Case.FlightEnd != now.Flight.End
	})
	if len(grants) == 0 {
		shift := max(now.Flight.Start-w.agreed.Flight.Start, w.agreed.Flight.Start-now.Flight.Start,
			now.Flight.End-w.agreed.Flight.End, w.agreed.Flight.End-now.Flight.End)
		shared := min(now.Flight.End, w.agreed.Flight.End) - max(now.Flight.Start, w.agreed.Flight.Start) + 1
		if shift > parley.MinorShiftDays || 2*int64(shared) < now.Flight.Days() || now.Impressions != w.agreed.Impressions ||
			now.CPM != w.agreed.CPM || now.Status != w.agreed.Status || ask > now.CPM {
			t.Fatalf("nobody was asked, and %+v has become %+v, whose ask is %d", w.agreed, now, ask)
		}
	}
	for _, r := range w.rules {
		granted := slices.ContainsFunc(grants, func(a parley.Approval) bool { return a.RuleID == r.rule.ID })
		bookings := r.rule.Gate == parley.GateDealBooking
		heldBefore := bookings && (c.Severity == parley.SeverityMinor && r.matches(w.agreed, w.askOf(w.agreed)) || c.Terms.Cancel != nil)
		if r.matches(now, ask) && !granted && !heldBefore {
			t.Fatalf("%q was not asked about %+v, agreed before is %+v", r.rule.Condition, now, w.agreed)
		}
	}
	// What the publisher's people asked for is agreed to when the buyer applies it.
	if len(grants) > 0 || c.AskedBy == parley.SideSeller {
		w.agreed = now
	}
}

// TestWhateverTheSplitTheGateIsMet takes deals through changes that are asked for, granted and applied in any order, while rules
// are saved and prices move: no deal ends on terms that the gate would not have let through if they had been asked for at once.
func TestWhateverTheSplitTheGateIsMet(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	onEach(t, func(t *testing.T, d *desk) {
		buyer, operator, second := d.buyer(acme), d.operator(), d.operator()
		cases, applied := 0, 0
		rapid.Check(t, func(t *rapid.T) {
			cases++
			d.clear()
			product := fmt.Sprintf("video-%d", cases)
			d.sell(video(func(p *parley.Product) { p.ID = product }))
			request := ask(100_000)
			request.ProductID = product
			w := &walk{desk: d, buyer: buyer, operator: operator, deal: must(d.book(buyer, d.quote(buyer, request).ID))}
			w.agreed = w.deal.Terms()
			for range rapid.IntRange(2, 10).Draw(t, "steps") {
				switch step := rapid.IntRange(0, 9).Draw(t, "step"); {
				case step < 5 || len(w.open) == 0:
					w.ask(t)
				case step < 7:
					if _, err := d.review(second, rapid.SampledFrom(w.open).Draw(t, "change"), "approve"); err != nil {
						refusedFor(t, err, parley.CodeConflict, parley.CodeValidation) // decided, or under the floor
					}
				case step < 8:
					w.apply(t, rapid.SampledFrom(w.open).Draw(t, "change"))
				case step == 8:
					r := drawRule(t, product)
					r.rule = d.gate(r.rule)
					w.rules = append(w.rules, r)
				default:
					base := rapid.Int64Range(110, 130).Draw(t, "base") * 100_000
					d.sell(video(func(p *parley.Product) {
						p.ID, p.BaseCPM, p.FloorCPM = product, &base, rapid.Int64Range(80, 110).Draw(t, "floor")*100_000
					}))
				}
			}
			for _, id := range slices.Clone(w.open) {
				w.apply(t, id)
			}
			applied += w.applied
		})
		if applied == 0 {
			t.Error("no change was applied, so nothing was tried")
		}
	})
}
