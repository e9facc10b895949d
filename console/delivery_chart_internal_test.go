package console

import (
	"strings"
	"testing"

	"parley"
	"parley/delivery"
	"parley/seller"
)

func TestDeliveryIsDrawnAgainstItsPlan(t *testing.T) {
	t.Parallel()
	d := seller.DealDelivery{
		Deal:    parley.Deal{Impressions: 1_000, Flight: parley.Flight{Start: 10, End: 13}, Price: parley.PriceDecision{Currency: "EUR"}},
		Figures: true, AtRisk: 2_500_000,
		Days: []seller.DeliveredDay{
			{Day: 9, Outside: true, DeliveryFigures: parley.DeliveryFigures{Impressions: 50}}, {Day: 10, DeliveryFigures: parley.DeliveryFigures{Impressions: 200}},
			{Day: 11, DeliveryFigures: parley.DeliveryFigures{Impressions: 50}},
		},
		Pace: delivery.Pace{Delivered: 250, Pace: new(int64(5_000)), Projected: new(int64(500))},
	}
	chart := drawDelivery(d)
	if chart.Plan != "6,154 634,6" || chart.Delivered != "6,154 163,125 320,117" || len(chart.Dots) != 2 {
		t.Errorf("the plan is drawn at %s and what was delivered at %s, with %d dots", chart.Plan, chart.Delivered, len(chart.Dots))
	}
	want := "250 impressions on the days that are complete, 50% of what was planned until then; as on the last three days it ends at 500 of 1,000, which is 2.50 EUR short."
	if words := strings.ReplaceAll(english.text(chart.Words), "\u00a0", " "); words != want {
		t.Error(words)
	}
	if drawDelivery(seller.DealDelivery{}) != nil {
		t.Error("what is not known is drawn")
	}
}
