// Package inventory computes how a volume lies over the days of a flight, and how large a volume the days can carry.
// It keeps nothing: what is taken is the ledger's to know.
package inventory

import (
	"math"
	"slices"

	"parley"
)

// Spread divides a volume evenly over the days of a flight, in impressions per day. What does not divide goes to the
// first days, one each. A volume of 0 or less is zero on every day.
func Spread(impressions int64, flight parley.Flight) []int64 {
	days := flight.Days()
	each, remainder := max(impressions, 0)/days, max(impressions, 0)%days
	spread := make([]int64, days)
	for i := range spread {
		spread[i] = each
		if int64(i) < remainder {
			spread[i]++
		}
	}
	return spread
}

// Available is the largest volume whose spread over the flight fits what is free on every day: one impression more
// would not. It is nil when no day of the flight has a declared capacity, since no limit is known then.
//
// The days may come in any order. Days outside the flight do not count, and a day that is missing or has no capacity
// carries any number. A day that has more reserved than it can carry has nothing free.
func Available(days []parley.DayCapacity, flight parley.Flight) *int64 {
	// The fullest day limits the others: none can carry more than one impression above it, and only the days before it
	// can, since the remainder of a spread goes to the first days.
	least, first := int64(math.MaxInt64), int64(-1)
	for _, day := range days {
		if day.Capacity == nil || day.Day < flight.Start || day.Day > flight.End {
			continue
		}
		free := max(*day.Capacity-max(day.Reserved, 0), 0)
		position := int64(day.Day - flight.Start)
		if first < 0 || free < least || (free == least && position < first) {
			least, first = free, position
		}
	}
	if first < 0 {
		return nil
	}
	available := int64(math.MaxInt64)
	if least <= (math.MaxInt64-first)/flight.Days() {
		available = least*flight.Days() + first
	}
	return &available
}

// Without are the days as they would be if a volume that is reserved over a flight were not: what can be had by whoever
// holds that volume. The days given stay as they are.
func Without(days []parley.DayCapacity, flight parley.Flight, impressions int64) []parley.DayCapacity {
	freed, spread := slices.Clone(days), Spread(impressions, flight)
	for i := range freed {
		if day := freed[i].Day; day >= flight.Start && day <= flight.End {
			freed[i].Reserved = max(freed[i].Reserved-spread[day-flight.Start], 0)
		}
	}
	return freed
}

// Undeclared are the days of a flight, in order, that no capacity is declared for. Nothing can be guaranteed on them. The
// days given are in order too.
func Undeclared(days []parley.DayCapacity, flight parley.Flight) []parley.Date {
	var undeclared []parley.Date
	next := 0 // of days, the first that is not before the day at hand
	for day := flight.Start; day <= flight.End; day++ {
		for next < len(days) && days[next].Day < day {
			next++
		}
		if next == len(days) || days[next].Day != day || days[next].Capacity == nil {
			undeclared = append(undeclared, day)
		}
	}
	return undeclared
}
