package courier_test

import (
	"fmt"
	"testing"
	"time"

	"parley"
	"parley/delivery"
	"parley/seller"
)

// TestOneRuleSaysWhichDaysCount takes in figures of one day at each distance from the flight, of deals of each type: either every sum has
// them or none.
func TestOneRuleSaysWhichDaysCount(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {

		offsets := []int{-9000, -9, -4, -3, -1, 0, 9, 10, 12, 13, 16}
		booked := map[string]parley.Deal{}
		for _, dealType := range parley.DealTypes {
			for _, from := range offsets {
				booked[fmt.Sprint(dealType, " ", from)] = d.bookAs(string(dealType))
			}
		}
		d.clock.Move(30 * 24 * time.Hour) // the flight is over, and so are the days after it
		for _, dealType := range parley.DealTypes {
			for _, from := range offsets {
				name := fmt.Sprint(dealType, " ", from)
				deal := booked[name]
				const impressions = 2_000_000
				_, err := d.service.ImportDelivery(t.Context(), d.admin, seller.DeliveryFile{
					Source: "ad server", Digest: func() string { return name },
					Feed: func(stage func(int, parley.DeliveryDay) error) error {
						day := parley.DeliveryDay{DealID: deal.ID, Day: deal.Flight.Start + parley.Date(from)}
						day.Impressions = impressions
						return stage(1, day)
					},
				}, false)
				d.must(err)
				got, err := d.service.DealDelivery(t.Context(), d.buyer, deal.ID)
				d.must(err)
				counts := from >= -3 && from <= 12
				if delivery.Counts(deal.Flight, deal.Flight.Start+parley.Date(from)) != counts || len(got.Days) != 1 || got.Days[0].Outside == counts {
					t.Errorf("%s: counts %t, and is %+v", name, counts, got.Days)
				}
				total, earned := int64(0), int64(0)
				if counts {
					total, earned = impressions, delivery.Between(deal.Price.FinalCPM, 0, impressions)
					switch {
					case dealType.Guaranteed():
						earned = delivery.Between(deal.Price.FinalCPM, 0, deal.Impressions)
					case dealType == parley.PrivateAuction: // earns what is paid
						earned = 0
					}
				}
				if got.Total.Impressions != total || got.Pace.Delivered != total || got.Days[0].Earned != earned || got.Earned != nil && *got.Earned != earned {
					t.Errorf("%s: total %d, pacing %d, the day earned %d, all %v; want %d and %d", name, got.Total.Impressions, got.Pace.Delivered,
						got.Days[0].Earned, got.Earned, total, earned)
				}
				found, err := d.service.Deal(t.Context(), d.buyer, deal.ID)
				d.must(err)
				if (found.Status == parley.DealActive) != counts {
					t.Errorf("%s: the deal is %s", name, found.Status)
				}
			}
		}
	})
}
