package proposal_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/negotiation"
	"parley/proposal"
)

const start = parley.Date(20_000)

func of[T any](v T) *T { return &v }

// facts are of a proposal for a million impressions over ten days of a product that is sold as PG and PD, whose days carry
// some each. A nil capacity is not declared.
func facts(cpm int64, daily *int64) proposal.Facts {
	f := proposal.Facts{
		Product: parley.Product{
			ID: "video-home", DealTypes: []parley.DealType{parley.ProgrammaticGuaranteed, parley.PreferredDeal},
			Currency: parley.USD, MinimumImpressions: 10_000,
		},
		DealType: parley.PreferredDeal, Flight: parley.Flight{Start: start, End: start + 9}, CPM: cpm, Impressions: 1_000_000,
	}
	for day := f.Flight.Start; day <= f.Flight.End; day++ {
		f.Capacity = append(f.Capacity, parley.DayCapacity{Day: day, Capacity: daily})
	}
	return f
}

// ask is the waterfall's price of the product.
func ask(cpm, floor int64) parley.PriceDecision {
	return parley.PriceDecision{FinalCPM: cpm, FloorCPM: floor, Currency: parley.USD}
}

// opened is the negotiation that a proposal would open, with the default limits of agencies: 15% in all, 5% a round.
func opened(ask parley.PriceDecision) parley.Negotiation {
	return parley.Negotiation{
		Status: parley.NegotiationActive, Currency: ask.Currency, BaseCPM: ask.FinalCPM, FloorCPM: ask.FloorCPM,
		Limits: negotiation.Defaults(parley.TierAgency),
	}
}

// judge takes a proposal through the steps that it needs.
func judge(f proposal.Facts, ask parley.PriceDecision, tolerance parley.BasisPoints) (proposal.Evaluation, negotiation.Decision, error) {
	e := proposal.Evaluate(f)
	if e.Recommendation == parley.RecommendReject {
		return e, negotiation.Decision{}, nil
	}
	if e = e.Priced(ask); e.Recommendation == parley.RecommendAccept {
		return e, negotiation.Decision{}, nil
	}
	return e.Bargain(opened(ask), tolerance)
}

// TestProposalOutcomes holds proposals against an ask of 12.00 over a floor of 8.00.
func TestProposalOutcomes(t *testing.T) {
	t.Parallel()
	plenty, few := of(int64(1_000_000)), of(int64(50_000))
	for name, test := range map[string]struct {
		facts     proposal.Facts
		tolerance parley.BasisPoints
		want      parley.Recommendation
		price     int64  // agreed, or countered with
		volume    int64  // offered
		outcomes  string // of the steps of the trace
	}{
		"at the ask":                      {facts(12_000_000, plenty), 0, parley.RecommendAccept, 12_000_000, 1_000_000, "sold available asked accept"},
		"above the ask, at the ask":       {facts(400_000_000, plenty), 0, parley.RecommendAccept, 12_000_000, 1_000_000, "sold available asked accept"},
		"within the tolerance":            {facts(11_400_000, plenty), 500, parley.RecommendAccept, 11_400_000, 1_000_000, "sold available asked accept"},
		"under the tolerance":             {facts(11_390_000, plenty), 500, parley.RecommendCounter, 11_700_000, 1_000_000, "sold available asked counter counter"},
		"within the engine's threshold":   {facts(11_700_000, plenty), 0, parley.RecommendAccept, 11_700_000, 1_000_000, "sold available asked counter accept"},
		"too little":                      {facts(8_500_000, plenty), 0, parley.RecommendCounter, 11_400_000, 1_000_000, "sold available asked counter counter"},
		"short of volume at a good price": {facts(12_000_000, few), 0, parley.RecommendCounter, 12_000_000, 500_000, "sold short asked counter counter"},
		"short of volume, within it":      {facts(11_400_000, few), 500, parley.RecommendCounter, 11_700_000, 500_000, "sold short asked counter counter"},
		"no capacity declared":            {facts(12_000_000, nil), 0, parley.RecommendAccept, 12_000_000, 1_000_000, "sold available asked accept"},
	} {
		e, decision, err := judge(test.facts, ask(12_000_000, 8_000_000), test.tolerance)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		price := e.AgreedCPM
		if e.Recommendation == parley.RecommendCounter {
			price = decision.Round.SellerCPM
		}
		var outcomes []string
		for _, step := range e.Trace {
			outcomes = append(outcomes, step.Outcome)
		}
		if got := strings.Join(outcomes, " "); e.Recommendation != test.want || price != test.price || e.Offered != test.volume || got != test.outcomes {
			t.Errorf("%s: %s at %d for %d by %q, want %s at %d for %d by %q", name, e.Recommendation, price, e.Offered, got,
				test.want, test.price, test.volume, test.outcomes)
		}
	}
}

func TestWhatCannotBeHadIsRejected(t *testing.T) {
	t.Parallel()
	with := func(daily *int64, change func(*proposal.Facts)) proposal.Facts {
		f := facts(12_000_000, daily)
		change(&f)
		return f
	}
	guaranteed := func(f *proposal.Facts) { f.DealType = parley.ProgrammaticGuaranteed }
	for name, test := range map[string]struct {
		facts       proposal.Facts
		stage, code string
		detail      string // a part of it
	}{
		"not sold that way": {with(of(int64(1)), func(f *proposal.Facts) { f.DealType = parley.PrivateAuction }),
			"validate", "deal_type_not_sold", "video-home is not sold as PA; it is sold as PG, PD."},
		"guaranteed without capacity":     {with(nil, guaranteed), "validate", "capacity_not_declared", "no capacity is declared for it over this flight."},
		"guaranteed with a day of it off": {with(of(int64(1_000_000)), func(f *proposal.Facts) { guaranteed(f); f.Capacity[3].Capacity = nil }), "validate", "capacity_not_declared", "on 2024-10-07."},
		"nothing left":                    {with(of(int64(0)), guaranteed), "availability", "sold_out", "Nothing is left"},
		"less than the minimum left":      {with(of(int64(999)), guaranteed), "availability", "below_minimum_available", "less than the product's minimum"},
	} {
		e := proposal.Evaluate(test.facts)
		if e.Recommendation != parley.RecommendReject || len(e.Errors) != 1 {
			t.Errorf("%s: %s, %+v", name, e.Recommendation, e.Errors)
			continue
		}
		if got := e.Errors[0]; got.Stage != test.stage || got.Code != test.code || !strings.Contains(got.Detail, test.detail) {
			t.Errorf("%s: %+v, want %s, %s, %q", name, got, test.stage, test.code, test.detail)
		}
		if last := e.Trace[len(e.Trace)-1]; last.Stage != test.stage || last.Outcome != "reject" {
			t.Errorf("%s: the last step is %+v", name, last)
		}
	}
	if e := proposal.Evaluate(with(of(int64(1000)), guaranteed)); e.Recommendation != "" || e.Offered != 10_000 {
		t.Errorf("the minimum is left: %s, %d", e.Recommendation, e.Offered)
	}
}

// TestNoToleranceGoesUnderTheReservation accepts within the tolerance, and no lower than a negotiation would go, whatever the
// floor is under that.
func TestNoToleranceGoesUnderTheReservation(t *testing.T) {
	t.Parallel()
	for _, floor := range []int64{0, 8_370_000, 10_190_000, 10_500_000} {
		lowest := max(floor, 10_200_000)
		for price, want := range map[int64]parley.Recommendation{
			lowest: parley.RecommendAccept, lowest - 10_000: parley.RecommendCounter, 8_370_000: parley.RecommendCounter,
		} {
			if e, _, err := judge(facts(price, nil), ask(12_000_000, floor), 3_000); err != nil || e.Recommendation != want {
				t.Errorf("with a floor of %d, %d: %s (%v), want %s", floor, price, e.Recommendation, err, want)
			}
		}
	}
}

// TestNoOutcomeIsWorseThanTheRules draws proposals: what is accepted is the buyer's own price or the ask, whichever is lower,
// for the whole volume and not under the reservation; what is countered is for what there is, between reservation and ask.
func TestNoOutcomeIsWorseThanTheRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		price := ask(rapid.Int64Range(1, 4000).Draw(t, "ask")*10_000, 0)
		price.FloorCPM = rapid.Int64Range(0, price.FinalCPM/10_000).Draw(t, "floor") * 10_000
		f := facts(rapid.Int64Range(1, 5000).Draw(t, "price")*10_000, nil)
		for i := range f.Capacity {
			if rapid.IntRange(0, 9).Draw(t, "declared") > 0 {
				f.Capacity[i].Capacity = of(rapid.Int64Range(0, 200_000).Draw(t, "capacity"))
			}
		}
		f.DealType = rapid.SampledFrom([]parley.DealType{parley.ProgrammaticGuaranteed, parley.PreferredDeal, parley.PrivateAuction}).Draw(t, "type")
		tolerance := parley.BasisPoints(rapid.Int64Range(0, 10_000).Draw(t, "tolerance"))
		e, decision, err := judge(f, price, tolerance)
		if err != nil {
			t.Fatal(err)
		}
		lowest := negotiation.LowestCPM(opened(price))
		switch e.Recommendation {
		case parley.RecommendAccept:
			if e.AgreedCPM != min(f.CPM, price.FinalCPM) || e.AgreedCPM < lowest || e.Offered != f.Impressions {
				t.Fatalf("accepted at %d for %d; the lowest is %d", e.AgreedCPM, e.Offered, lowest)
			}
		case parley.RecommendCounter:
			counter := decision.Round.SellerCPM
			if counter > price.FinalCPM || counter < lowest || decision.Status.Concluded() {
				t.Fatalf("countered with %d, %s; the lowest is %d", counter, decision.Status, lowest)
			}
			if e.Offered < f.Product.MinimumImpressions || e.Offered > f.Impressions || e.Available != nil && e.Offered > *e.Available {
				t.Fatalf("countered for %d", e.Offered)
			}
			if f.CPM >= price.FinalCPM && e.Offered == f.Impressions {
				t.Fatal("what meets the ask is countered")
			}
		case parley.RecommendReject:
			if len(e.Errors) == 0 {
				t.Fatal("rejected for no reason")
			}
		}

		// No outcome tells one floor under the reservation from another.
		if price.FloorCPM >= lowest {
			return
		}
		other := price
		other.FloorCPM = rapid.Int64Range(0, lowest).Draw(t, "another floor")
		e2, decision2, err := judge(f, other, tolerance)
		if err != nil || e2.Recommendation != e.Recommendation || e2.AgreedCPM != e.AgreedCPM || e2.Offered != e.Offered ||
			decision2.Round.SellerCPM != decision.Round.SellerCPM || decision2.Round.Rationale != decision.Round.Rationale {
			t.Fatalf("with floors of %d and %d: %+v and %+v (%v)", price.FloorCPM, other.FloorCPM, e, e2, err)
		}
	})
}

func TestCounterTermsSayWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	e, decision, err := judge(facts(12_000_000, of(int64(50_000))), ask(12_000_000, 8_000_000), 0)
	if err != nil {
		t.Fatal(err)
	}
	n := parley.Negotiation{ID: "neg-1", Impressions: e.Offered, Rounds: []parley.NegotiationRound{decision.Round}}
	asked := parley.Proposal{Impressions: 1_000_000}
	terms := proposal.CounterTerms(asked, n)
	want := "This offer is for 500000 of the 1000000 impressions that were asked for. The price is good for the volume that is left. Accept it, or decline."
	if terms.Reason != want || terms.MaxImpressions == nil || *terms.MaxImpressions != 500_000 || terms.ProposedCPM != 12_000_000 || terms.NegotiationID != "neg-1" {
		t.Errorf("%+v", terms)
	}
	n.Impressions = 1_000_000
	if whole := proposal.CounterTerms(asked, n); whole.MaxImpressions != nil || whole.Reason != decision.Round.Rationale {
		t.Errorf("of the whole volume: %+v", whole)
	}
	n.Impressions, asked.CounterTerms = 1_200_000, &parley.CounterTerms{FlightStart: of(parley.Date(20_010)), FlightEnd: of(parley.Date(20_020))}
	more := proposal.CounterTerms(asked, n)
	if more.MaxImpressions == nil || *more.MaxImpressions != 1_200_000 || !strings.HasPrefix(more.Reason, "This offer is for 1200000 impressions, more than the 1000000") ||
		*more.FlightStart != 20_010 || *more.FlightEnd != 20_020 {
		t.Errorf("of more, on other days: %+v", more)
	}
}

// TestAQuoteVerifiesAPriceWithinOnePercent compares the bounds with the rule itself, in whole numbers.
func TestAQuoteVerifiesAPriceWithinOnePercent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		proposed := rapid.Int64Range(1, 1_000_000_000).Draw(t, "proposed")
		from, upTo, err := proposal.VerifyingCPMs(proposed)
		if err != nil {
			t.Fatal(err)
		}
		within := func(quoted int64) bool { return 99*quoted <= 100*proposed && 100*proposed <= 101*quoted }
		if from <= upTo && (!within(from) || !within(upTo)) || within(from-1) || within(upTo+1) {
			t.Fatalf("%d to %d verify %d", from, upTo, proposed)
		}
	})
	// 10.80 quoted verifies 10.70 and 10.90, and neither 10.69 nor 10.91.
	for proposed, want := range map[int64]bool{10_800_000: true, 10_900_000: true, 10_910_000: false, 10_700_000: true, 10_690_000: false} {
		if from, upTo, err := proposal.VerifyingCPMs(proposed); err != nil || (from <= 10_800_000 && 10_800_000 <= upTo) != want {
			t.Errorf("%d: %d to %d (%v), want %v", proposed, from, upTo, err, want)
		}
	}
}
