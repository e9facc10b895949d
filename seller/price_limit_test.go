package seller_test

import (
	"context"
	"testing"

	"parley"
	"parley/seller"
)

// TestAPriceAboveTheLimitBooksNothing: what would be booked at a price above the caller's limit is refused and left as it
// was, whether the price was quoted, agreed over a quote or agreed in a proposal; at the limit it is booked.
func TestAPriceAboveTheLimitBooksNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video(at120))
		for name, prepare := range map[string]func(buyer seller.Call) (book func(limit *parley.Money) (parley.Deal, error)){
			"quoted": func(buyer seller.Call) func(*parley.Money) (parley.Deal, error) {
				id := d.quote(buyer, ask(1_000_000)).ID
				return func(limit *parley.Money) (deal parley.Deal, err error) {
					_, err = d.service.BookDeal(ctx, buyer, seller.BookingRequest{QuoteID: id, MaxCPM: limit}, keep(&deal))
					return deal, err
				}
			},
			"agreed over a quote": func(buyer seller.Call) func(*parley.Money) (parley.Deal, error) {
				id := d.agreedOverQuote(buyer)
				return func(limit *parley.Money) (deal parley.Deal, err error) {
					_, err = d.service.BookDeal(ctx, buyer, seller.BookingRequest{QuoteID: id, MaxCPM: limit}, keep(&deal))
					return deal, err
				}
			},
			"agreed in a proposal": func(buyer seller.Call) func(*parley.Money) (parley.Deal, error) {
				id := d.agreedInProposal(buyer)
				return func(limit *parley.Money) (deal parley.Deal, err error) {
					_, err = d.service.BookProposal(ctx, buyer, seller.ProposalBooking{ProposalID: id, MaxCPM: limit}, keep(&deal))
					return deal, err
				}
			},
		} {
			t.Run(name, func(t *testing.T) {
				buyer := d.buyer(parley.Identity{AgencyID: name, SeatID: "seat-1"})
				book := prepare(buyer)
				_, err := book(&parley.Money{Micros: 1})
				refused := wantError(t, err, parley.CodeCeilingExceeded)
				if refused.Facts["price"] == nil || refused.Facts["max_cpm"] == nil {
					t.Errorf("the refusal tells %v", refused.Facts)
				}
				_, err = book(&parley.Money{Micros: 900_000_000, Currency: "EUR"})
				wantCode(t, err, parley.CodeValidation)
				deal, err := book(nil)
				if err != nil {
					t.Fatalf("what was refused for its price cannot be booked without a limit: %v", err)
				}
				price := parley.Money{Micros: deal.Price.FinalCPM, Currency: deal.Price.Currency}
				if _, err := prepare(buyer)(&price); err != nil {
					t.Errorf("at the limit: %v", err)
				}
			})
		}
	})
}
