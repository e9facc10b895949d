package seller_test

import (
	"context"
	"slices"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/openrtb"
	"parley/seller"
	"parley/storage"
)

// TestDealsAtAFixedPriceNameTheirSeat books each deal type by each way, with the seat in the key, in the first body, in the
// booking's body, and nowhere.
func TestDealsAtAFixedPriceNameTheirSeat(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		closed := openDesk(t, store, seller.DefaultSettings())
		settings := seller.DefaultSettings()
		settings.OpenSeats = true
		open := openDesk(t, store, settings)
		closed.sell(video(func(p *parley.Product) { p.DailyImpressions = new(int64(100_000_000)) }))
		seated, unseated := closed.buyer(zenith), closed.buyer(parley.Identity{AdvertiserID: "adv-acme"})
		from, to := days("2026-06-10", "2026-06-19")

		byQuote := func(d *desk, call seller.Call, dealType string, first, last parley.Identity) (parley.Deal, error) {
			request := ask(100_000)
			request.DealType, request.Identity = dealType, first
			var deal parley.Deal
			_, err := d.service.BookDeal(ctx, call, seller.BookingRequest{QuoteID: d.quote(call, request).ID, Identity: last}, keep(&deal))
			return deal, err
		}
		byProposal := func(d *desk, call seller.Call, dealType string, first, last parley.Identity) (parley.Deal, error) {
			var proposal parley.Proposal
			_, err := d.service.SubmitProposal(ctx, call, seller.ProposalRequest{
				ProductID: "video-home", DealType: dealType, Price: parley.Money{Micros: 12_000_000}, Impressions: 100_000,
				Start: from, End: to, Identity: first,
			}, keep(&proposal))
			if err != nil {
				t.Fatal(err)
			}
			var deal parley.Deal
			_, err = d.service.BookProposal(ctx, call, seller.ProposalBooking{ProposalID: proposal.ID, Identity: last}, keep(&deal))
			return deal, err
		}
		own := parley.Identity{SeatID: " own-seat "}
		for name, c := range map[string]struct {
			call        seller.Call
			first, last parley.Identity
			want        []string
		}{
			"in the key":                  {seated, parley.Identity{}, parley.Identity{}, []string{"seat-zenith"}},
			"in the key and another said": {seated, own, own, []string{"seat-zenith"}},
			"in the first body":           {unseated, own, parley.Identity{}, []string{"own-seat"}},
			"in the booking's body":       {unseated, parley.Identity{}, own, []string{"own-seat"}},
			"in both, the later one":      {unseated, parley.Identity{SeatID: "former"}, own, []string{"own-seat"}},
			"nowhere":                     {unseated, parley.Identity{}, parley.Identity{}, nil},
		} {
			for flow, book := range map[string]func(*desk, seller.Call, string, parley.Identity, parley.Identity) (parley.Deal, error){
				"quote": byQuote, "proposal": byProposal,
			} {
				for _, dealType := range []string{"PG", "PD", "PA"} {
					for allowed, d := range map[bool]*desk{false: closed, true: open} {
						deal, err := book(d, c.call, dealType, c.first, c.last)
						if c.want == nil && dealType != "PA" && !allowed {
							e := wantError(t, err, parley.CodeValidation)
							if len(e.Fields) != 1 || e.Fields[0].Path != "buyer_identity.seat_id" {
								t.Errorf("%s, %s as %s: refused with %v", name, flow, dealType, e.Fields)
							}
							continue
						}
						if err != nil {
							t.Errorf("%s, %s as %s, open seats %v: %v", name, flow, dealType, allowed, err)
							continue
						}
						if got := openrtb.DealOf(deal).Seats; !slices.Equal(got, c.want) {
							t.Errorf("%s, %s as %s: seats %q, want %q", name, flow, dealType, got, c.want)
						}
						// The same buyer pays the same, whatever seat it names.
						if tier := c.call.Secret; tier == unseated.Secret && deal.Tier != parley.TierAdvertiser {
							t.Errorf("%s: the tier is %s", name, deal.Tier)
						}
					}
				}
			}
		}
	})
}

func TestSeatsAndDomainsAreCheckedWhereTheyAreEntered(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		d.sell(video())
		buyer := d.buyer(acme)
		quoted := d.quote(buyer, ask(100_000)).ID
		from, to := days("2026-06-10", "2026-06-19")
		entered := map[string]struct {
			run    func(parley.Identity) (parley.Identity, error)
			seat   string // path of the seat
			domain string
		}{
			"a key": {func(i parley.Identity) (parley.Identity, error) {
				var key seller.CreatedKey
				_, err := d.service.CreateKey(ctx, seller.Terminal("test"),
					seller.KeyRequest{Role: parley.RoleBuyer, Label: "l", Identity: i}, keep(&key))
				return key.Identity, err
			}, "seat_id", "advertiser_domain"},
			"a quote": {func(i parley.Identity) (parley.Identity, error) {
				request := ask(100_000)
				request.Identity = i
				var quote parley.Quote
				_, err := d.service.RequestQuote(ctx, buyer, request, keep(&quote))
				return quote.Claimed, err
			}, "buyer_identity.seat_id", "buyer_identity.advertiser_domain"},
			"a proposal": {func(i parley.Identity) (parley.Identity, error) {
				var proposal parley.Proposal
				_, err := d.service.SubmitProposal(ctx, buyer, seller.ProposalRequest{
					ProductID: "video-home", DealType: "PD", Price: parley.Money{Micros: 12_000_000}, Impressions: 100_000,
					Start: from, End: to, Identity: i,
				}, keep(&proposal))
				return proposal.Claimed, err
			}, "buyer_id", "advertiser_domain"},
			"a booking": {func(i parley.Identity) (parley.Identity, error) {
				var deal parley.Deal
				_, err := d.service.BookDeal(ctx, buyer, seller.BookingRequest{QuoteID: quoted, Identity: i}, keep(&deal))
				return deal.Claimed, err
			}, "buyer_identity.seat_id", "buyer_identity.advertiser_domain"},
		}
		for name, c := range entered {
			for _, seat := range []string{"a,b", "*", "seat-*"} {
				_, err := c.run(parley.Identity{SeatID: seat, AdvertiserDomain: "not a domain"})
				e := wantError(t, err, parley.CodeValidation)
				if len(e.Fields) != 2 || e.Fields[0].Path != c.seat || e.Fields[1].Path != c.domain {
					t.Errorf("%s of the seat %s: refused with %v", name, seat, e.Fields)
				}
			}
			got, err := c.run(parley.Identity{SeatID: " 123 ", AdvertiserDomain: "HTTPS://Brand.example/path"})
			if err != nil || got.SeatID != "123" || got.AdvertiserDomain != "brand.example" {
				t.Errorf("%s keeps %q and %q, %v", name, got.SeatID, got.AdvertiserDomain, err)
			}
		}
	})
}
