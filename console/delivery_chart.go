package console

import (
	"cmp"

	"parley"
	"parley/seller"
)

// The drawing of what a deal delivered, in units of its own.
const (
	deliveryWidth  = 640
	deliveryHeight = 160
	deliveryEdge   = 6
)

// deliveryChart draws what a deal has delivered, summed up day by day, beside what it was to.
type deliveryChart struct {
	seller.DealDelivery
	Width, Height int
	Plan          string // the points of the line; empty without a plan
	Delivered     string
	Dots          []chartDot
	Words         string // how it keeps up
}

// drawDelivery draws the days of the flight; a plan is spread over them evenly. nil when nothing is known.
func drawDelivery(d seller.DealDelivery) *deliveryChart {
	if !d.Figures {
		return nil
	}
	flight := d.Deal.Flight
	chart := &deliveryChart{DealDelivery: d, Width: deliveryWidth, Height: deliveryHeight, Words: paceWords(d)}
	var sums []int64
	var total int64
	for _, day := range d.Days {
		if !day.Outside {
			total += day.Impressions
		}
		sums = append(sums, total)
	}
	highest := max(total, d.Deal.Impressions, 1)
	x := func(days int64) int { // after so many days of the flight
		return deliveryEdge + int(float64(days)/float64(flight.Days())*(deliveryWidth-2*deliveryEdge))
	}
	y := func(impressions int64) int {
		return deliveryHeight - deliveryEdge - int(float64(impressions)/float64(highest)*(deliveryHeight-2*deliveryEdge))
	}
	if d.Deal.Impressions > 0 {
		chart.Plan = points([]chartDot{{X: x(0), Y: y(0)}, {X: x(flight.Days()), Y: y(d.Deal.Impressions)}})
	}
	line := []chartDot{{X: x(0), Y: y(0)}}
	for i, delivered := range d.Days {
		if delivered.Outside {
			continue
		}
		dot := chartDot{x(min(max(int64(delivered.Day-flight.Start)+1, 0), flight.Days())), y(sums[i]), day(delivered.Day) + ": " + count(delivered.Impressions) + ", " + count(sums[i]) + " in all"}
		line = append(line, dot)
		chart.Dots = append(chart.Dots, dot)
	}
	chart.Delivered = points(line)
	return chart
}

// paceWords say how a deal keeps up with its plan.
func paceWords(d seller.DealDelivery) string {
	text := count(d.Pace.Delivered) + " impressions on the days that are complete"
	if d.Pace.Pace != nil {
		text += ", " + percent(parley.BasisPoints(*d.Pace.Pace)) + " of what was planned until then"
	}
	if d.Pace.Heard > 0 {
		text += ", and " + count(d.Pace.Heard) + " until now on days that are not complete"
	}
	if d.Pace.Overserved(d.Deal.Impressions) {
		text += ", together more than 110 % of the " + count(d.Deal.Impressions) + " that were contracted"
	}
	if d.Pace.Projected != nil {
		text += "; as on the last three days it ends at " + count(*d.Pace.Projected)
		if d.Deal.Impressions > 0 {
			text += " of " + count(d.Deal.Impressions)
		}
	}
	if d.AtRisk > 0 {
		text += ", which is " + worth(d.AtRisk, d.Deal.Price.Currency) + " short"
	}
	return text + "."
}

// place is where a deal stands at a destination.
type place struct {
	seller.DealActivation
	Name string
}

// places are where a deal stands at each destination, with their names.
func (x *exchange) places(dealID string) ([]place, error) {
	found, err := x.service.DealActivations(x.Context(), x.call, dealID)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	names, err := x.destinationNames()
	if err != nil {
		return nil, err
	}
	places := make([]place, len(found))
	for i, a := range found {
		places[i] = place{a, cmp.Or(names[a.DestinationID], a.DestinationID)}
	}
	return places, nil
}
