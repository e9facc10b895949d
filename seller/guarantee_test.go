package seller_test

import (
	"context"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// TestGuaranteesNeedDeclaredCapacity walks every way to a guaranteed volume over days of which all, some or none have a
// declared capacity.
func TestGuaranteesNeedDeclaredCapacity(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		buyer, admin := d.buyer(acme), seller.Terminal("test")
		from, to := days("2026-06-10", "2026-06-19")
		whole := parley.Flight{Start: *from, End: *to}
		thousand := int64(1_000_000)
		open := video(func(p *parley.Product) { p.DailyImpressions = nil })
		declare := func(span parley.Flight, daily *int64) {
			t.Helper()
			if _, err := d.service.SetCapacity(ctx, admin, seller.CapacityRequest{ProductID: "video-home", Range: span, Daily: daily},
				keep(new(parley.Avails))); err != nil {
				t.Fatal(err)
			}
		}
		propose := func() parley.Proposal {
			t.Helper()
			var p parley.Proposal
			_, err := d.service.SubmitProposal(ctx, buyer, seller.ProposalRequest{
				ProductID: "video-home", DealType: "PG", Price: parley.Money{Micros: 12_000_000}, Impressions: 100_000, Start: from, End: to,
			}, keep(&p))
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		d.sell(open)
		for name, c := range map[string]struct {
			declared parley.Flight // empty: none
			says     string        // empty: guaranteed
		}{
			"none": {says: "no capacity is declared for it over this flight"},
			"all":  {declared: whole},
			"all but the last day": {parley.Flight{Start: whole.Start, End: whole.End - 1},
				"no capacity is declared for it on 2026-06-19"},
			"two days": {parley.Flight{Start: whole.Start + 1, End: whole.Start + 2},
				"no capacity is declared for it on 8 of its days, the first of which is 2026-06-10"},
		} {
			if c.declared != (parley.Flight{}) {
				declare(c.declared, &thousand)
			}
			_, err := d.service.RequestQuote(ctx, buyer, ask(500_000), keep(new(parley.Quote)))
			p := propose()
			if c.says == "" {
				if err != nil || p.Status != parley.ProposalAccepted {
					t.Errorf("%s: the quote is refused with %v, the proposal is %s", name, err, p.Status)
				}
			} else {
				e := wantError(t, err, parley.CodeValidation)
				if len(e.Fields) != 1 || e.Fields[0].Path != "deal_type" || !strings.Contains(e.Fields[0].Message, c.says) {
					t.Errorf("%s: the quote is refused with %+v", name, e.Fields)
				}
				if p.Status != parley.ProposalRejected || len(p.Errors) != 1 || p.Errors[0].Code != "capacity_not_declared" ||
					!strings.Contains(p.Errors[0].Detail, c.says) {
					t.Errorf("%s: the proposal is %s, %+v", name, p.Status, p.Errors)
				}
			}
			for _, dealType := range []string{"PD", "PA"} {
				other := ask(500_000)
				other.DealType = dealType
				quote := d.quote(buyer, other)
				if name == "none" && quote.Available != nil {
					t.Errorf("%s: %s has %d available", name, dealType, *quote.Available)
				}
				if _, err := d.book(buyer, quote.ID); err != nil {
					t.Errorf("%s: booking %s: %v", name, dealType, err)
				}
			}
			if c.declared != (parley.Flight{}) {
				declare(c.declared, nil)
			}
		}

		// What was quoted while there was a capacity is not booked when there is none any more.
		declare(whole, &thousand)
		quoted, proposed := d.quote(buyer, ask(500_000)), propose()
		declare(whole, nil)
		_, err := d.book(buyer, quoted.ID)
		if e := wantError(t, err, parley.CodeValidation); !strings.Contains(e.Error(), "no capacity is declared") {
			t.Errorf("the booking is refused with %v", e)
		}
		_, err = d.service.BookProposal(ctx, buyer, seller.ProposalBooking{ProposalID: proposed.ID}, keep(new(parley.Deal)))
		if !parley.Is(err, parley.CodeConflict) || !strings.Contains(err.Error(), "no capacity is declared") {
			t.Errorf("booking the accepted proposal: %v", err)
		}

		// A deal grows onto days with a capacity alone, and they keep it while it holds them.
		declare(whole, &thousand)
		deal, err := d.book(buyer, d.quote(buyer, ask(500_000)).ID)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.service.SetCapacity(ctx, admin, seller.CapacityRequest{ProductID: "video-home", Range: whole}, keep(new(parley.Avails)))
		wantCode(t, err, parley.CodeContention)
		later := whole.End + 1
		_, err = d.service.RequestChange(ctx, buyer, seller.ChangeInput{
			DealID: deal.ID, Type: parley.ChangeFlightDates, Terms: parley.ChangeTerms{FlightEnd: &later}, Reason: "a day longer",
		}, keep(new(parley.ChangeRequest)))
		if wantCode(t, err, parley.CodeValidation); !strings.Contains(err.Error(), "no capacity is declared") {
			t.Errorf("a day without a capacity: %v", err)
		}
		if got := d.reserved("video-home", "2026-06-10", "2026-06-20"); got != 500_000 {
			t.Errorf("%d impressions are reserved, want those of the deal alone", got)
		}
	})
}
