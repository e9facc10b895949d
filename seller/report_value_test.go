package seller_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"parley"
	"parley/seller"
	"parley/storage"
)

// booked is what deals come to, wherever they are summed up.
type booked struct{ deals, unstated, impressions, value int64 }

// TestEverySumCountsWhatIsStated books a deal of each type, with a volume and where that may be without one, and holds each place that
// sums up what was booked against the volumes that the deals state.
func TestEverySumCountsWhatIsStated(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, viewer := d.buyer(zenith), d.operator(parley.ScopeViewer)
		june := seller.MonthOf(parley.DateOf(noon, time.UTC))
		flights := [][2]string{{"2026-06-10", "2026-06-19"}, {"2026-06-25", "2026-07-08"}, {"2026-06-03", "2026-08-11"}}
		var want booked
		for i, kind := range parley.DealTypes {
			for n, volume := range []int64{0, 100_003, 54_321} {
				if kind.Guaranteed() && volume == 0 {
					continue
				}
				request := ask(volume)
				request.DealType = string(kind)
				request.FlightStart, request.FlightEnd = days(flights[(i+n)%len(flights)][0], flights[(i+n)%len(flights)][1])
				deal := must(d.book(buyer, d.quote(buyer, request).ID))
				if volume == 0 && deal.AssumedImpressions == 0 {
					t.Fatalf("%s without a volume assumes none", kind)
				}
				value, err := parley.DealValue(deal.Price.FinalCPM, volume)
				if err != nil {
					t.Fatal(err)
				}
				want.deals, want.impressions, want.value = want.deals+1, want.impressions+volume, want.value+value
				if volume == 0 {
					want.unstated++
				}
			}
		}
		if want.unstated == 0 || want.unstated == want.deals {
			t.Fatalf("nothing is tried: %+v", want)
		}
		same := func(where string, got booked) {
			t.Helper()
			if got != want {
				t.Errorf("%s: %+v, want %+v", where, got, want)
			}
		}
		row := func(rows []seller.ReportRow) booked {
			if len(rows) != 1 {
				t.Fatalf("rows %+v", rows)
			}
			return booked{rows[0].Deals, rows[0].Unstated, rows[0].Impressions, rows[0].Value}
		}
		report := must(d.service.DealReport(ctx, viewer, seller.ReportQuestion{From: june, To: june, ByAccount: true}))
		same("the report's rows", row(report.Rows))
		same("the report's sums", row(report.Sums))
		same("the report by month", row(report.ByMonth))

		total := func(month seller.Month, by seller.FinanceBasis) (sum booked) {
			totals := must(d.service.FinanceTotals(ctx, viewer, month, by))
			lines := must(d.service.FinanceMonth(ctx, viewer, month, by, seller.Page{Limit: 100}))
			var list, net, impressions int64
			for _, l := range lines.Items {
				impressions, list, net = impressions+l.Impressions, list+l.List, net+l.Net
				if l.Unstated() != (l.Deal.Impressions == 0) {
					t.Errorf("%s is stated: %v", l.Deal.ID, !l.Unstated())
				}
			}
			if len(lines.Items) == 0 {
				return sum
			}
			if len(totals) != 1 || totals[0].List != list || totals[0].Net != net || totals[0].Impressions != impressions || totals[0].Deals != int64(len(lines.Items)) {
				t.Errorf("%v by %s: totals %+v, the lines %d, list %d, net %d", parley.Date(month), by, totals, impressions, list, net)
			}
			return booked{totals[0].Deals, totals[0].Unstated, totals[0].Impressions, totals[0].Net}
		}
		same("finance by booking", total(june, seller.FinanceByBooking))
		var flown int64
		for month := june; month <= june.Next().Next(); month = month.Next() {
			flown += total(month, seller.FinanceByFlight).impressions
		}
		if flown != want.impressions {
			t.Errorf("finance by flight has %d impressions in all, want %d", flown, want.impressions)
		}
		if home := must(d.service.Home(ctx, viewer)); len(home.ThisMonth) != 1 || home.ThisMonth[0] != (seller.BookedSum{Currency: parley.USD, Value: want.value, Unstated: want.unstated}) {
			t.Errorf("the home page: %+v", home.ThisMonth)
		}
		for kind, code := range map[parley.AccountKind]string{parley.AccountSeat: "seat-zenith", parley.AccountAgency: "agency-zenith", parley.AccountAdvertiser: "adv-zenith"} {
			page := must(d.service.AccountBusiness(ctx, viewer, d.accountNamed(kind, code).ID))
			if len(page.Booked) != 1 {
				t.Fatalf("%s: %+v", code, page.Booked)
			}
			v := page.Booked[0]
			same("the page of "+code, booked{v.Deals, v.Unstated, want.impressions, v.Micros})
		}
		// What approvals ask is another thing: a deal without a volume counts there with the one that was available.
		if open := must(ledgerOf(d, june)); open <= want.value {
			t.Errorf("for approvals %d is open, want more than %d", open, want.value)
		}
	})
}

func ledgerOf(d *desk, month seller.Month) (open int64, err error) {
	err = d.store.Read(context.Background(), func(r *storage.Reader) error {
		value, err := r.BookedValue("advertiser/adv-zenith", parley.USD, parley.Date(month)).Get(context.Background())
		open = value.Open
		return err
	})
	return open, err
}

// TestWhoApprovedAChangeApprovedTheDealOnceItIsMade has a person approve two changes, of which one is made.
func TestWhoApprovedAChangeApprovedTheDealOnceItIsMade(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer, viewer := d.buyer(zenith), d.operator(parley.ScopeViewer)
		deal := d.dealOf(buyer, 1_000_000)
		approved := func(who string, impressions int64) parley.ChangeRequest {
			desk := d.key(seller.KeyRequest{Role: parley.RoleOperator, Label: who, Scopes: []parley.Scope{parley.ScopeApprover}})
			c := must(d.askChange(buyer, seller.ChangeInput{
				Type: parley.ChangeImpressions, DealID: deal.ID, Terms: parley.ChangeTerms{Impressions: &impressions},
			}))
			if c = must(d.review(desk, c.ID, "approve")); c.Status != parley.ChangeApproved {
				t.Fatalf("the change is %s", c.Status)
			}
			return c
		}
		names := func() (names []string) {
			lines := must(d.service.FinanceMonth(ctx, viewer, seller.MonthOf(parley.DateOf(noon, time.UTC)), seller.FinanceByBooking, seller.Page{Limit: 10}))
			for _, p := range lines.Items[0].ApprovedBy {
				names = append(names, p.Name)
			}
			return names
		}
		made := approved("Kim", 1_500_000)
		if got := names(); got != nil {
			t.Errorf("approved by %v, and nothing was changed", got)
		}
		must(d.applyChange(buyer, made.ID))
		approved("Ola", 3_000_000)
		if got := names(); !slices.Equal(got, []string{"Kim"}) {
			t.Errorf("approved by %v", got)
		}
	})
}

// TestWhoApprovedIsEverybodyWhoDid has two people approve, one after the other, a deal, and a proposal that becomes one.
func TestWhoApprovedIsEverybodyWhoDid(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for gate, book := range map[parley.Gate]func(d *desk, buyer seller.Call, approve func()) parley.Deal{
		parley.GateDealBooking: func(d *desk, buyer seller.Call, approve func()) parley.Deal {
			deal := must(d.book(buyer, d.quote(buyer, ask(2000)).ID))
			approve()
			return deal
		},
		parley.GateProposalDecision: func(d *desk, buyer seller.Call, approve func()) parley.Deal {
			id := d.submit(buyer, propose(10_800_000, 1_000_000)).ID
			approve()
			return must(d.bookProposal(buyer, id))
		},
	} {
		t.Run(string(gate), func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, d *desk) {
				d.sell(video())
				person := func(name string, scope parley.Scope) seller.Call {
					return d.key(seller.KeyRequest{Role: parley.RoleOperator, Label: name, Scopes: []parley.Scope{scope}})
				}
				people := []seller.Call{person("Kim", parley.ScopeApprover), person("Ola", parley.ScopeFinance)}
				d.gate(parley.ApprovalRule{Gate: gate, Role: parley.ScopeApprover, SecondRole: parley.ScopeFinance, Timeout: time.Hour})
				deal := book(d, d.buyer(zenith), func() {
					for _, who := range people {
						waiting := must(d.service.Approvals(ctx, who, seller.ApprovalFilter{Status: parley.ApprovalPending}))
						if len(waiting.Items) != 1 {
							t.Fatalf("%d questions wait", len(waiting.Items))
						}
						answer := seller.DecisionRequest{ApprovalID: waiting.Items[0].ID, Decision: "approve", Reason: "because"}
						if _, err := d.service.DecideAndResume(ctx, who, answer, keep(new(parley.Approval))); err != nil {
							t.Fatal(err)
						}
					}
				})
				month := seller.MonthOf(parley.DateOf(noon, time.UTC))
				lines := must(d.service.FinanceMonth(ctx, d.operator(parley.ScopeViewer), month, seller.FinanceByBooking, seller.Page{Limit: 10}))
				if len(lines.Items) != 1 || lines.Items[0].Deal.ID != deal.ID {
					t.Fatalf("lines: %+v", lines.Items)
				}
				var names []string
				for i, p := range lines.Items[0].ApprovedBy {
					names = append(names, p.Name)
					if who := must(d.service.Identify(ctx, people[i])); p.Actor != who.Actor() {
						t.Errorf("%s is %s, not %s", p.Name, p.Actor, who.Actor())
					}
				}
				if !slices.Equal(names, []string{"Kim", "Ola"}) {
					t.Errorf("approved by %v", names)
				}
			})
		})
	}
}
