package inventory

import "parley"

// Held is how much of each day of a flight is held, in impressions, by the holds given. The days of a hold that are outside the
// flight do not count.
func Held(holds []parley.Hold, flight parley.Flight) []int64 {
	held := make([]int64, flight.Days())
	for _, h := range holds {
		for i, n := range Spread(h.Impressions, h.Flight) {
			if day := h.Flight.Start + parley.Date(i); day >= flight.Start && day <= flight.End {
				held[day-flight.Start] += n
			}
		}
	}
	return held
}

// MayHold is how many impressions over a flight one buyer may hold more, when all that it holds of the product may be a share, in
// percent, of what is free without its own holds. Without a declared capacity it is 0.
func MayHold(days []parley.DayCapacity, flight parley.Flight, own []parley.Hold, percent int64) int64 {
	var held int64
	for _, h := range own {
		days = Without(days, h.Flight, h.Impressions)
		held += h.Impressions
	}
	free := Available(days, flight)
	if free == nil {
		return 0
	}
	share := *free/100*percent + *free%100*percent/100
	return max(share-held, 0)
}
