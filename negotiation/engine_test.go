package negotiation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/negotiation"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const (
	cent = 10_000
	unit = parley.MicrosPerUnit
)

func cents(amount int64) int64 { return amount * cent }

// opened is a negotiation of a tier before its first round; prices in cents.
func opened(tier parley.Tier, base, floor int64) parley.Negotiation {
	return parley.Negotiation{
		ID:       "neg-1",
		Status:   parley.NegotiationActive,
		Tier:     tier,
		Currency: parley.USD,
		BaseCPM:  cents(base),
		FloorCPM: cents(floor),
		Limits:   negotiation.Defaults(tier),
	}
}

type answer struct {
	Action     parley.NegotiationAction
	Price      int64 // cents
	Concession int64 // ppm
	Cumulative int64 // ppm
	Remaining  int   // -1: concluded
	Rule       negotiation.Rule
}

func answered(d negotiation.Decision) answer {
	a := answer{d.Round.Action, d.Round.SellerCPM / cent, d.Round.Concession, d.Round.Cumulative, -1, d.Trace.Rule}
	if d.RoundsRemaining != nil {
		a.Remaining = *d.RoundsRemaining
	}
	return a
}

const (
	accept  = parley.ActionAccept
	counter = parley.ActionCounter
	final   = parley.ActionFinalOffer
	reject  = parley.ActionReject
)

func TestExchanges(t *testing.T) {
	t.Parallel()
	with := func(n parley.Negotiation, change func(*parley.NegotiationLimits)) parley.Negotiation {
		change(&n.Limits)
		return n
	}
	boulware := func(exponent int) func(*parley.NegotiationLimits) {
		return func(l *parley.NegotiationLimits) { l.Strategy, l.Exponent = negotiation.Boulware, exponent }
	}
	titForTat := func(l *parley.NegotiationLimits) { l.Strategy = negotiation.TitForTat }
	tests := []struct {
		name   string
		n      parley.Negotiation
		prices []int64 // of the buyer, in cents
		want   []answer
	}{
		{
			"documented: three rounds to an agreement", opened(parley.TierAgency, 12_00, 8_00), []int64{8_50, 10_00, 10_50},
			[]answer{
				{counter, 11_40, 50_000, 50_000, 4, negotiation.RuleConcession},
				{counter, 10_80, 50_000, 100_000, 3, negotiation.RuleConcession},
				{accept, 10_50, 25_000, 125_000, -1, negotiation.RuleCloseEnough},
			},
		},
		{
			"documented: rounded half up after the cap", opened(parley.TierAgency, 31_50, 0), []int64{25_00},
			[]answer{{counter, 29_93, 49_841, 49_841, 4, negotiation.RuleConcession}},
		},
		{
			"the buyer's share of a narrow gap", opened(parley.TierSeat, 12_00, 8_00), []int64{11_20},
			[]answer{{counter, 11_68, 26_667, 26_667, 3, negotiation.RuleConcession}},
		},
		{
			"at the ask", opened(parley.TierPublic, 12_00, 8_00), []int64{12_00},
			[]answer{{accept, 12_00, 0, 0, -1, negotiation.RuleStandingMet}},
		},
		{
			"above the ask the seller takes no more than it asks", opened(parley.TierPublic, 12_00, 8_00), []int64{400_000_00},
			[]answer{{accept, 12_00, 0, 0, -1, negotiation.RuleStandingMet}},
		},
		{
			"at the acceptance threshold", opened(parley.TierPublic, 12_00, 8_00), []int64{11_70},
			[]answer{{accept, 11_70, 25_000, 25_000, -1, negotiation.RuleCloseEnough}},
		},
		{
			"a cent beyond the acceptance threshold", opened(parley.TierPublic, 12_00, 8_00), []int64{11_69},
			[]answer{{counter, 11_91, 7_500, 7_500, 2, negotiation.RuleConcession}},
		},
		{
			"near, but under the reservation price", opened(parley.TierPublic, 12_00, 11_90), []int64{11_80, 11_90},
			[]answer{
				{counter, 11_94, 5_000, 5_000, 2, negotiation.RuleConcession},
				{accept, 11_90, 3_333, 8_333, -1, negotiation.RuleCloseEnough},
			},
		},
		{
			"a lowball earns nothing and uses its round, on either side of the floor",
			opened(parley.TierAgency, 12_00, 8_37), []int64{8_36, 8_37, 8_39, 8_40},
			[]answer{
				{counter, 12_00, 0, 0, 4, negotiation.RuleLowball},
				{counter, 12_00, 0, 0, 3, negotiation.RuleLowball},
				{counter, 12_00, 0, 0, 2, negotiation.RuleLowball},
				{counter, 11_40, 50_000, 50_000, 1, negotiation.RuleConcession},
			},
		},
		{
			"a step back earns nothing", opened(parley.TierAgency, 12_00, 8_00), []int64{9_00, 8_50, 8_50},
			[]answer{
				{counter, 11_40, 50_000, 50_000, 4, negotiation.RuleConcession},
				{counter, 11_40, 0, 50_000, 3, negotiation.RuleStepBack},
				{counter, 10_80, 50_000, 100_000, 2, negotiation.RuleConcession},
			},
		},
		{
			"a third concession of 5% is all that is left, so it is final; then it is met",
			opened(parley.TierAgency, 12_00, 8_00), []int64{9_00, 9_00, 9_00, 10_20},
			[]answer{
				{counter, 11_40, 50_000, 50_000, 4, negotiation.RuleConcession},
				{counter, 10_80, 50_000, 100_000, 3, negotiation.RuleConcession},
				{final, 10_20, 50_000, 150_000, 0, negotiation.RuleBudgetNearlyUsed},
				{accept, 10_20, 0, 150_000, -1, negotiation.RuleFinalOfferMet},
			},
		},
		{
			"a final offer is refused", opened(parley.TierAgency, 12_00, 8_00), []int64{9_00, 9_00, 9_00, 10_19},
			[]answer{
				{counter, 11_40, 50_000, 50_000, 4, negotiation.RuleConcession},
				{counter, 10_80, 50_000, 100_000, 3, negotiation.RuleConcession},
				{final, 10_20, 50_000, 150_000, 0, negotiation.RuleBudgetNearlyUsed},
				{reject, 10_20, 0, 150_000, -1, negotiation.RuleFinalOfferRefused},
			},
		},
		{
			"the budget is nearly used, and the price is one to take",
			with(opened(parley.TierAgency, 12_00, 8_00), func(l *parley.NegotiationLimits) {
				l.RoundCap, l.BuyerShare = 1_500, 8_500
			}),
			[]int64{10_25},
			[]answer{{accept, 10_25, 145_833, 145_833, -1, negotiation.RuleBudgetNearlyUsed}},
		},
		{
			"the last round takes what is at the reservation price",
			with(opened(parley.TierAgency, 12_00, 8_00), func(l *parley.NegotiationLimits) { l.MaxRounds = 1 }), []int64{10_20},
			[]answer{{accept, 10_20, 150_000, 150_000, -1, negotiation.RuleLastRound}},
		},
		{
			"naming nothing until the last round earns nothing",
			opened(parley.TierAdvertiser, 12_00, 0), []int64{1, 1, 1, 1, 1, 1, 11_99},
			[]answer{
				{counter, 12_00, 0, 0, 5, negotiation.RuleLowball},
				{counter, 12_00, 0, 0, 4, negotiation.RuleLowball},
				{counter, 12_00, 0, 0, 3, negotiation.RuleLowball},
				{counter, 12_00, 0, 0, 2, negotiation.RuleLowball},
				{counter, 12_00, 0, 0, 1, negotiation.RuleLowball},
				{final, 12_00, 0, 0, 0, negotiation.RuleLastRound},
				{reject, 12_00, 0, 0, -1, negotiation.RuleFinalOfferRefused},
			},
		},
		{
			"a serious price in the last round is soon enough for the reservation price, and no more",
			opened(parley.TierPublic, 12_00, 8_00), []int64{1, 1, 10_08, 11_03},
			[]answer{
				{counter, 12_00, 0, 0, 2, negotiation.RuleLowball},
				{counter, 12_00, 0, 0, 1, negotiation.RuleLowball},
				{final, 11_04, 80_000, 80_000, 0, negotiation.RuleLastRound},
				{reject, 11_04, 0, 80_000, -1, negotiation.RuleFinalOfferRefused},
			},
		},
		{
			"a serious price once named counts until the end",
			opened(parley.TierPublic, 12_00, 8_00), []int64{10_08, 1, 1, 12_00},
			[]answer{
				{counter, 11_64, 30_000, 30_000, 2, negotiation.RuleConcession},
				{counter, 11_64, 0, 30_000, 1, negotiation.RuleLowball},
				{final, 11_04, 50_000, 80_000, 0, negotiation.RuleLastRound},
				{accept, 11_04, 0, 80_000, -1, negotiation.RuleFinalOfferMet},
			},
		},
		{
			"a floor above what the cap would allow", opened(parley.TierAdvertiser, 12_00, 11_80), []int64{11_80},
			[]answer{{accept, 11_80, 16_667, 16_667, -1, negotiation.RuleCloseEnough}},
		},
		{
			"boulware holds out", with(opened(parley.TierAgency, 10_00, 0), boulware(500)), []int64{8_00, 8_00, 8_00, 8_00, 8_00},
			[]answer{
				{counter, 9_94, 6_000, 6_000, 4, negotiation.RuleConcession}, // 4% of 1.50
				{counter, 9_76, 18_000, 24_000, 3, negotiation.RuleConcession},
				{counter, 9_46, 30_000, 54_000, 2, negotiation.RuleConcession},
				{counter, 9_04, 42_000, 96_000, 1, negotiation.RuleConcession},
				{final, 8_50, 54_000, 150_000, 0, negotiation.RuleLastRound},
			},
		},
		{
			"a conceder comes down early", with(opened(parley.TierAgency, 10_00, 0), boulware(2_000)), []int64{8_00, 8_00},
			[]answer{
				{counter, 9_50, 50_000, 50_000, 4, negotiation.RuleConcession}, // the round's cap
				{counter, 9_05, 45_000, 95_000, 3, negotiation.RuleConcession}, // 63.2% of 1.50
			},
		},
		{
			"boulware takes a price at its next counter",
			with(opened(parley.TierAgency, 10_00, 0), func(l *parley.NegotiationLimits) {
				boulware(1_000)(l)
				l.AcceptanceThreshold = 0
			}),
			[]int64{9_70},
			[]answer{{accept, 9_70, 30_000, 30_000, -1, negotiation.RuleTargetMet}},
		},
		{
			"tit for tat gives back what it gets, within the cap",
			with(opened(parley.TierAgency, 12_00, 0), titForTat), []int64{8_50, 8_80, 8_80, 10_30},
			[]answer{
				{counter, 12_00, 0, 0, 4, negotiation.RuleConcession},
				{counter, 11_70, 25_000, 25_000, 3, negotiation.RuleConcession},
				{counter, 11_70, 0, 25_000, 2, negotiation.RuleConcession},
				{counter, 11_10, 50_000, 75_000, 1, negotiation.RuleConcession},
			},
		},
		{
			"tit for tat gives nothing for going back and forth",
			with(opened(parley.TierAgency, 12_00, 0), titForTat), []int64{9_00, 8_50, 9_00},
			[]answer{
				{counter, 12_00, 0, 0, 4, negotiation.RuleConcession},
				{counter, 12_00, 0, 0, 3, negotiation.RuleStepBack},
				{counter, 12_00, 0, 0, 2, negotiation.RuleConcession},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := test.n
			var got []answer
			for _, price := range test.prices {
				d, err := negotiation.Evaluate(n, cents(price))
				if err != nil {
					t.Fatalf("%d: %v", price, err)
				}
				if d.Round.BuyerCPM != cents(price) || d.Round.Number != len(n.Rounds)+1 {
					t.Errorf("round %+v does not say which price it answers", d.Round)
				}
				got = append(got, answered(d))
				n = d.Record(n, noon)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCurrenciesWithoutCents(t *testing.T) {
	t.Parallel()
	n := opened(parley.TierAgency, 0, 0)
	n.Currency, n.BaseCPM = "JPY", 1_250*unit
	if _, err := negotiation.Evaluate(n, 1_000*unit+cents(50)); !parley.Is(err, parley.CodeValidation) {
		t.Errorf("half a yen is taken: %v", err)
	}
	d, err := negotiation.Evaluate(n, 1_000*unit)
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(1_188 * unit); d.Round.SellerCPM != want { // 1187.5 after the cap
		t.Errorf("countered with %d, want %d", d.Round.SellerCPM, want)
	}
	if want := "We offer 1188 JPY CPM. Accept it, answer with another price, or decline."; d.Round.Rationale != want {
		t.Errorf("said %q, want %q", d.Round.Rationale, want)
	}
}

// TestBoulwareCurve checks the curve to the micro, before rounding: (t/T)^(1/beta) of the 200.00 that may be conceded.
func TestBoulwareCurve(t *testing.T) {
	t.Parallel()
	tests := []struct {
		exponent  int // thousandths
		millionth int64
	}{
		{500, 250_000},     // (1/2)^2
		{1_000, 500_000},   // in a straight line
		{2_000, 707_107},   // the square root of 1/2
		{250, 62_500},      // (1/2)^4
		{10, 0},            // (1/2)^100
		{100_000, 993_092}, // (1/2)^0.01
	}
	for _, test := range tests {
		n := opened(parley.TierAgency, 1_000_00, 0)
		n.Limits = parley.NegotiationLimits{
			Strategy: negotiation.Boulware, MaxRounds: 2, RoundCap: 10_000, TotalCap: 2_000, Exponent: test.exponent,
		}
		d, err := negotiation.Evaluate(n, cents(700_00))
		if err != nil {
			t.Fatal(err)
		}
		if want := 1_000*unit - 200*test.millionth; d.Trace.TargetCPM != want {
			t.Errorf("exponent %d: target %d, want %d", test.exponent, d.Trace.TargetCPM, want)
		}
	}
}

func TestReservation(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		base, floor int64
		cap         parley.BasisPoints
		want        int64
	}{
		{"cap", 12 * unit, 8 * unit, 1_500, 10_200_000},
		{"floor", 12 * unit, 11 * unit, 1_500, 11 * unit},
		{"the cap's price rounds up", 9_990_000, 0, 1_500, 8_500_000},     // 8.4915
		{"the floor rounds up", 12 * unit, 11_000_001, 1_500, 11_010_000}, // to the next cent
		{"but not above the base", 11_005_000, 11_005_000, 1_500, 11_005_000},
		{"nothing to give", 12 * unit, 0, 0, 12 * unit},
		{"the highest price", parley.MaxCPM, 0, 9_999, 100 * unit},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := negotiation.Reservation(parley.USD, test.base, test.floor, test.cap); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestSerious(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		base  int64
		cap   parley.BasisPoints
		depth int
		want  int64
	}{
		{"twice the cap", 12 * unit, 1_500, 2_000, 8_400_000},
		{"twice, where nothing is said", 12 * unit, 1_500, 0, 8_400_000},
		{"as deep as the cap", 12 * unit, 1_500, 1_000, 10_200_000},
		{"one and a half times", 12 * unit, 1_500, 1_500, 9_300_000},
		{"rounded up", 9_990_000, 1_500, 2_000, 7_000_000}, // 6.993
		{"nothing left under it", 12 * unit, 5_000, 2_000, 0},
		{"nor under nothing", 12 * unit, 9_999, 100_000, 0},
		{"the highest price", parley.MaxCPM, 1, 1_001, 999_899_900_000},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			limits := parley.NegotiationLimits{TotalCap: test.cap, LowballDepth: test.depth}
			if got := negotiation.Serious(parley.USD, test.base, limits); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestTermsChangedEndsIt(t *testing.T) {
	t.Parallel()
	fresh := opened(parley.TierAgency, 12_00, 8_00)
	d, err := negotiation.Evaluate(fresh, cents(9_00))
	if err != nil {
		t.Fatal(err)
	}
	countered := d.Record(fresh, noon)
	for name, test := range map[string]struct{ price, buyer int64 }{
		"in answer to a price":          {cents(10_00), cents(10_00)},
		"in answer to an acceptance":    {0, cents(11_40)},
		"in answer to a price to round": {11_399_999, 11_399_999}, // which is not looked at
	} {
		d, err := negotiation.TermsChanged(countered, test.price)
		if err != nil {
			t.Fatal(err)
		}
		want := answer{reject, 11_40, 0, 50_000, -1, negotiation.RuleTermsChanged}
		if diff := cmp.Diff(want, answered(d)); diff != "" || d.Round.BuyerCPM != test.buyer || d.Status != parley.NegotiationRejected {
			t.Errorf("%s: %s %+v", name, diff, d.Round)
		}
		if !strings.Contains(d.Round.Rationale, "Ask again") || strings.Contains(d.Round.Rationale, "0") {
			t.Errorf("%s: said %q", name, d.Round.Rationale)
		}
	}
	closed := countered
	closed.Status = parley.NegotiationAccepted
	if _, err := negotiation.TermsChanged(closed, 0); !parley.Is(err, parley.CodeNegotiationClosed) {
		t.Errorf("went on after the end: %v", err)
	}
}

func TestTheBuyerEndsIt(t *testing.T) {
	t.Parallel()
	fresh := opened(parley.TierAgency, 12_00, 8_00)
	d, err := negotiation.Evaluate(fresh, cents(8_50))
	if err != nil {
		t.Fatal(err)
	}
	countered := d.Record(fresh, noon)

	taken, err := negotiation.AcceptStanding(countered)
	if err != nil {
		t.Fatal(err)
	}
	want := answer{accept, 11_40, 0, 50_000, -1, negotiation.RuleBuyerAccepted}
	if diff := cmp.Diff(want, answered(taken)); diff != "" {
		t.Error(diff)
	}
	agreed := taken.Record(countered, noon)
	if agreed.Status != parley.NegotiationAccepted || agreed.AgreedCPM == nil || *agreed.AgreedCPM != cents(11_40) ||
		agreed.EndedAt == nil || !agreed.EndedAt.Equal(noon) {
		t.Errorf("recorded as %+v", agreed)
	}

	left, err := negotiation.Reject(countered)
	if err != nil {
		t.Fatal(err)
	}
	want = answer{reject, 11_40, 0, 50_000, -1, negotiation.RuleBuyerRejected}
	if diff := cmp.Diff(want, answered(left)); diff != "" {
		t.Error(diff)
	}
	if ended := left.Record(countered, noon); ended.Status != parley.NegotiationRejected || ended.AgreedCPM != nil ||
		ended.Rounds[1].BuyerCPM != 0 {
		t.Errorf("recorded as %+v", ended)
	}
	if countered.Status != parley.NegotiationActive || len(countered.Rounds) != 1 {
		t.Errorf("recording an end changed what it was recorded on: %+v", countered)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	active := opened(parley.TierAgency, 12_00, 8_00)
	in := func(status parley.NegotiationStatus) parley.Negotiation {
		n := active
		n.Status = status
		return n
	}
	changed := func(change func(*parley.Negotiation)) parley.Negotiation {
		n := active
		change(&n)
		return n
	}
	tests := []struct {
		name  string
		n     parley.Negotiation
		price int64
		want  parley.Code
	}{
		{"zero", active, 0, parley.CodeValidation},
		{"negative", active, -1, parley.CodeValidation},
		{"a fraction of a cent", active, cents(10_00) + 1, parley.CodeValidation},
		{"absurd", active, parley.MaxCPM + 1, parley.CodeValidation},
		{"accepted", in(parley.NegotiationAccepted), unit, parley.CodeNegotiationClosed},
		{"rejected", in(parley.NegotiationRejected), unit, parley.CodeNegotiationClosed},
		{"expired", in(parley.NegotiationExpired), unit, parley.CodeNegotiationClosed},
		{"at a gate", in(parley.NegotiationPendingApproval), unit, parley.CodeConflict},
		{"no base", changed(func(n *parley.Negotiation) { n.BaseCPM = 0 }), unit, parley.CodeInternal},
		{"floor above base", changed(func(n *parley.Negotiation) { n.FloorCPM = n.BaseCPM + 1 }), unit, parley.CodeInternal},
		{"no limits", changed(func(n *parley.Negotiation) { n.Limits = parley.NegotiationLimits{} }), unit, parley.CodeInternal},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := negotiation.Evaluate(test.n, test.price)
			if got := parley.CodeOf(err); got != test.want {
				t.Errorf("got %q (%v), want %q", got, err, test.want)
			}
			if test.want == parley.CodeValidation {
				return // of the price, which the other messages do not carry
			}
			if _, err := negotiation.AcceptStanding(test.n); parley.CodeOf(err) != test.want {
				t.Errorf("accepting: got %v, want %q", err, test.want)
			}
			if _, err := negotiation.Reject(test.n); parley.CodeOf(err) != test.want {
				t.Errorf("rejecting: got %v, want %q", err, test.want)
			}
		})
	}
}

func TestAnOperatorsPriceStands(t *testing.T) {
	t.Parallel()
	n := opened(parley.TierAgency, 12_00, 8_00) // the reservation price is 10.20
	n.Rounds = []parley.NegotiationRound{{Number: 1, Action: counter, BuyerCPM: cents(9_00), SellerCPM: cents(9_80)}}
	d, err := negotiation.Evaluate(n, cents(9_10))
	if err != nil {
		t.Fatal(err)
	}
	want := answer{final, 9_80, 0, 183_333, 0, negotiation.RuleBudgetNearlyUsed}
	if diff := cmp.Diff(want, answered(d)); diff != "" {
		t.Error(diff)
	}
}

func TestRoundsRemaining(t *testing.T) {
	t.Parallel()
	n := opened(parley.TierAgency, 12_00, 8_00)
	for _, price := range []int64{9_00, 9_00, 9_00, 9_00} {
		d, err := negotiation.Evaluate(n, cents(price))
		if err != nil {
			t.Fatal(err)
		}
		n = d.Record(n, noon)
		if diff := cmp.Diff(d.RoundsRemaining, negotiation.RoundsRemaining(n)); diff != "" {
			t.Errorf("round %d, read later: %s", d.Round.Number, diff)
		}
	}
	if n.Status != parley.NegotiationRejected {
		t.Errorf("ended as %s", n.Status)
	}
}

func TestRecordKeepsATraceForThePublisherAlone(t *testing.T) {
	t.Parallel()
	n := opened(parley.TierAgency, 12_00, 8_00)
	d, err := negotiation.Evaluate(n, cents(8_50))
	if err != nil {
		t.Fatal(err)
	}
	n = d.Record(n, noon)
	want := `{"rule":"concession","strategy":"gap_split","standing_micros":12000000,"reservation_micros":10200000,` +
		`"serious_micros":8400000,"gap_micros":3500000,"target_micros":10250000,"round_cap_bp":500,"total_cap_bp":1500,"max_rounds":5}`
	if got := string(n.Rounds[0].Trace); got != want {
		t.Errorf("traced %s\nwant %s", got, want)
	}
	if said := n.Rounds[0].Rationale; strings.Count(said, "11.40") != 1 || strings.Count(said, ".") != 3 {
		t.Errorf("the rationale %q states more than the round's price", said)
	}
}
