package seller_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/seller"
	"parley/storage"
)

// quotedPackage are guaranteed quotes of the sports package: 700,000 impressions of ctv-live, and 300,000 of video-home.
func (d *desk) quotedPackage(call seller.Call) []string {
	d.t.Helper()
	from, to := days("2026-06-10", "2026-06-19")
	var quoted seller.PackageQuotes
	request := seller.PackageQuoteRequest{PackageID: "sports", Impressions: 1_000_000, Each: seller.QuoteRequest{DealType: "PG", FlightStart: from, FlightEnd: to}}
	if _, err := d.service.QuotePackage(context.Background(), call, request, keep(&quoted)); err != nil {
		d.t.Fatal(err)
	}
	names := []string{}
	for _, q := range quoted.Quotes {
		names = append(names, q.ID)
	}
	return names
}

func (d *desk) bookPackage(call seller.Call, quotes ...string) (seller.PackageDeals, error) {
	var deals seller.PackageDeals
	_, err := d.service.BookPackage(context.Background(), call, seller.PackageBookingRequest{PackageID: "sports", QuoteIDs: quotes}, keep(&deals))
	return deals, err
}

// TestAPackageIsBookedWholeOrNotAtAll lets one of two quotes fail in every way that booking it by itself can, and finds nothing
// booked, nothing reserved, and the failing quote named.
func TestAPackageIsBookedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(d *desk, call *seller.Call, quotes []string) []string // what is asked to be booked instead
		code  parley.Code
		says  string
		named int // the quote that the error names; -1: none
	}{
		"unknown": {func(_ *desk, _ *seller.Call, q []string) []string { return []string{q[0], "qt-none"} }, parley.CodeNotFound, "qt-none", 1},
		"another's": {func(d *desk, _ *seller.Call, q []string) []string {
			return []string{q[0], d.quotedPackage(d.buyer(zenith))[1]}
		}, parley.CodeNotFound, "quote", 1},
		"expired": {func(d *desk, _ *seller.Call, q []string) []string { d.clock.Move(25 * time.Hour); return q }, parley.CodeQuoteExpired, "expired", 0},
		"booked":  {func(d *desk, call *seller.Call, q []string) []string { must(d.book(*call, q[1])); return q }, parley.CodeContention, "already booked", 1},
		"withdrawn": {func(d *desk, _ *seller.Call, q []string) []string {
			d.sell(video(func(p *parley.Product) { p.Status = parley.ProductPaused }))
			return q
		}, parley.CodeConflict, "not offered", 1},
		"of no product of it": {func(d *desk, call *seller.Call, q []string) []string {
			r := ask(1000)
			r.ProductID = "euro"
			return []string{q[0], d.quote(*call, r).ID}
		}, parley.CodeValidation, "quote_ids[1] is of euro, which the package does not have", -1},
		"one product twice": {func(d *desk, call *seller.Call, q []string) []string {
			return append(q, d.quote(*call, ask(1000)).ID)
		}, parley.CodeValidation, "quote_ids[2] is of video-home, as quote_ids[1] is", -1},
		"one quote twice": {func(_ *desk, _ *seller.Call, q []string) []string { return append(q, q[0]) }, parley.CodeValidation, "quote_ids[2] repeats quote_ids[0]", -1},
		"no quote":        {func(*desk, *seller.Call, []string) []string { return nil }, parley.CodeValidation, "quote_ids is required", -1},
		"an empty id":     {func(_ *desk, _ *seller.Call, q []string) []string { return []string{q[0], ""} }, parley.CodeValidation, "quote_ids[1] is empty", -1},
		"too many": {func(_ *desk, _ *seller.Call, q []string) []string {
			return slices.Repeat(q, 26)
		}, parley.CodeValidation, "quote_ids has 52 quotes", -1},
		"sold out": {func(d *desk, _ *seller.Call, q []string) []string {
			other := ask(9_800_000)
			must(d.book(d.buyer(zenith), d.quote(d.buyer(zenith), other).ID))
			return q
		}, parley.CodeContention, "not enough inventory", 1},
		"no seat": {func(d *desk, call *seller.Call, _ []string) []string {
			*call = d.buyer(parley.Identity{AgencyID: "without a seat"})
			return d.quotedPackage(*call)
		}, parley.CodeValidation, "buyer_identity.seat_id", 0},
		"archived": {func(d *desk, _ *seller.Call, q []string) []string {
			must(d.service.ArchivePackage(context.Background(), d.operator(), "sports", nil, keep(new(parley.Package))))
			return q
		}, parley.CodeNotFound, "no package", -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, d *desk) {
				d.bundled()
				call := d.buyer(acme)
				quotes := c.spoil(d, &call, d.quotedPackage(call))
				before := d.held()
				_, err := d.bookPackage(call, quotes...)
				refused := wantError(t, err, c.code)
				if !strings.Contains(refused.Message, c.says) {
					t.Errorf("says %q, not %q", refused.Message, c.says)
				}
				if id, _ := refused.Facts["quote_id"].(string); c.named >= 0 && id != quotes[c.named] || c.named < 0 && id != "" {
					t.Errorf("names %q of %v", id, quotes)
				}
				if after := d.held(); after != before {
					t.Errorf("before %+v, after %+v", before, after)
				}
			})
		})
	}
}

type holdings struct {
	deals, events, approvals int64
	reserved                 int64
}

// held is what there is of all that a booking makes.
func (d *desk) held() holdings {
	d.t.Helper()
	ctx, terminal := context.Background(), seller.Terminal("test")
	return holdings{
		deals:     must(d.service.Deals(ctx, terminal, storage.DealFilter{})).Total,
		events:    must(d.service.Events(ctx, terminal, storage.EventFilter{})).Total,
		approvals: must(d.service.Approvals(ctx, terminal, storage.ApprovalFilter{})).Total,
		reserved:  d.reserved("video-home", "2026-06-01", "2026-07-30") + d.reserved("ctv-live", "2026-06-01", "2026-07-30"),
	}
}

func TestAPackageIsBookedOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.bundled()
		call := d.buyer(acme)
		quotes := d.quotedPackage(call)
		call.IdempotencyKey, call.Path, call.Fingerprint = "once", "/packages/sports/deals", "f"
		slices.Reverse(quotes) // the ledger's days are locked in the order of products nevertheless
		deals, err := d.bookPackage(call, quotes...)
		if err != nil || len(deals.Deals) != 2 {
			t.Fatalf("%+v, %v", deals, err)
		}
		for i, deal := range deals.Deals {
			if deal.QuoteID != quotes[i] || deal.Status != parley.DealBooked {
				t.Errorf("%d is of %s and %s", i, deal.QuoteID, deal.Status)
			}
			if stored := must(d.service.Quote(context.Background(), call, quotes[i])); stored.DealID != deal.ID {
				t.Errorf("the quote has become %q, not %s", stored.DealID, deal.ID)
			}
		}
		before := d.held()
		if before.deals != 2 || before.reserved != 1_000_000 {
			t.Errorf("%+v", before)
		}
		again, err := d.service.BookPackage(context.Background(), call, seller.PackageBookingRequest{PackageID: "sports", QuoteIDs: quotes}, keep(new(seller.PackageDeals)))
		if err != nil || !again.Replayed || d.held() != before {
			t.Errorf("repeated: %v, %v; %+v", again.Replayed, err, d.held())
		}
		told := must(d.service.Events(context.Background(), call, storage.EventFilter{Type: parley.EventPackageBooked}))
		audit := must(d.service.Audits(context.Background(), d.operator(), seller.AuditFilter{Resource: "package", ResourceID: "sports"}))
		last := audit.Items[len(audit.Items)-1]
		if told.Total != 1 || !strings.Contains(string(told.Items[0].Data), deals.Deals[1].ID) || last.Action != "package.book" {
			t.Errorf("%d events, last audited %+v", told.Total, last)
		}
	})
}

// TestEachDealOfAPackageMeetsTheGates: one of a package can wait while the other is booked, and what is booked first counts as
// its buyer's for the next.
func TestEachDealOfAPackageMeetsTheGates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		condition string
		want      []parley.DealStatus // of ctv-live, which is worth 12,600, and of video-home, which is worth 3,240
	}{
		"no rule meets":     {`deal_value > 1000000`, []parley.DealStatus{parley.DealBooked, parley.DealBooked}},
		"one product":       {`product_id == "ctv-live"`, []parley.DealStatus{parley.DealProposed, parley.DealBooked}},
		"every deal":        {`deal_value > 0`, []parley.DealStatus{parley.DealProposed, parley.DealProposed}},
		"what the day sums": {`value_today > 0`, []parley.DealStatus{parley.DealBooked, parley.DealProposed}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onEach(t, func(t *testing.T, d *desk) {
				d.bundled()
				d.gate(parley.ApprovalRule{Name: name, Gate: parley.GateDealBooking, Condition: c.condition})
				call := d.buyer(acme)
				deals := must(d.bookPackage(call, d.quotedPackage(call)...))
				for i, deal := range deals.Deals {
					if deal.Status != c.want[i] {
						t.Errorf("%s is %s, want %s", deal.ProductID, deal.Status, c.want[i])
					}
					if asked := d.asked(deal.ID); len(asked) > 0 {
						must(0, d.decideAndResume(d.operator(), asked[0].ID, "approve"))
					}
				}
				if n := d.held().reserved; n != 1_000_000 {
					t.Errorf("%d are reserved", n)
				}
				for _, deal := range deals.Deals {
					if now := must(d.service.Deal(context.Background(), call, deal.ID)); now.Status != parley.DealBooked {
						t.Errorf("approved, %s is %s", deal.ProductID, now.Status)
					}
				}
			})
		})
	}
}

// TestAPackageIsBookedAtWhatWasAgreed over one of its quotes, and at what another of its quotes was priced by.
func TestAPackageIsBookedAtWhatWasAgreed(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		d.bundled()
		call := d.buyer(acme)
		quotes := d.quotedPackage(call)
		must(d.say(call, seller.Message{QuoteID: quotes[0], Action: "counter", Price: &parley.Money{Micros: 16_000_000}}))
		said := must(d.say(call, seller.Message{QuoteID: quotes[0], Action: "accept"}))
		over := d.agreedOverQuote(call)
		quotes[1] = d.quote(call, target(ask(1_000_000), 11_990_000)).ID
		deals, err := d.bookPackage(call, quotes...)
		if err != nil {
			t.Fatal(err)
		}
		if got := deals.Deals[0]; got.Price.FinalCPM != *said.Negotiation.AgreedCPM || got.NegotiationID != said.Negotiation.ID {
			t.Errorf("booked at %d, agreed at %d", got.Price.FinalCPM, *said.Negotiation.AgreedCPM)
		}
		if got := deals.Deals[1]; got.NegotiationID == "" || got.Price.FinalCPM >= 12_000_000 {
			t.Errorf("booked at %d in %q", got.Price.FinalCPM, got.NegotiationID)
		}
		if first := must(d.service.Quote(context.Background(), call, over)); first.Status != parley.QuoteDeclined {
			t.Errorf("the quote that was negotiated is %s", first.Status)
		}
	})
}
