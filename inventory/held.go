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

// MayHold is how many impressions over a flight one buyer may hold more, when of each day all that it holds of the product may be a
// share, in percent, of what is free without its own holds. What it holds on other days does not count. The share of a day is rounded
// up to a whole impression where the flight's together then stays within its own. Without a declared capacity it is 0.
func MayHold(days []parley.DayCapacity, flight parley.Flight, own []parley.Hold, percent int64) int64 {
	held := Held(own, flight)
	// Whole impressions of each day have the few that only some days have; hundredths have what no day has a whole one of.
	return max(left(days, flight, held, percent, 100)/100, left(days, flight, held, percent, 1))
}

// left is how much over a flight is left of a share of each day, where some of it is held, in parts of an impression.
func left(days []parley.DayCapacity, flight parley.Flight, held []int64, percent, parts int64) int64 {
	var shares []parley.DayCapacity
	for _, day := range days {
		if day.Capacity == nil || day.Day < flight.Start || day.Day > flight.End {
			continue
		}
		own := held[day.Day-flight.Start]
		free := max(*day.Capacity-max(day.Reserved-own, 0), 0) * parts
		share := free/100*percent + free%100*percent/100
		shares = append(shares, parley.DayCapacity{Day: day.Day, Capacity: &share, Reserved: own * parts})
	}
	may := Available(shares, flight)
	if may == nil {
		return 0
	}
	return *may
}
