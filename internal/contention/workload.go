package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// booking asks for the same number of impressions on each day of a flight of one product.
type booking struct {
	At      time.Duration // since the start of the simulation
	Product int           // from 0
	First   int           // first day of the flight, from 0
	Days    int           // length of the flight, at least 1
	Daily   int64         // impressions on each day
}

// demand says what buyers ask for. Its bookings come as a Poisson process.
type demand struct {
	Rate     float64       // bookings a second
	Lasts    time.Duration // how long they come
	Products int           // how many products there are; the n-th most wanted has weight 1/n^Skew
	Skew     float64       // 0 makes all products equally wanted
	Horizon  int           // days for sale
	Daily    int64         // impressions a day that each booking asks for
	Rush     float64       // the part of the bookings that want product 0 over the first holiday or final
}

// What makes some days hotter than others: of seven days the last two are a weekend, and every thirtieth day is a
// holiday or a final.
const (
	weekendWeight = 3
	eventWeight   = 20
	eventEvery    = 30
)

// lengths are how many flights of a hundred are how long: spots, campaigns of some weeks, quarters.
var lengths = []struct{ share, from, to int }{{50, 1, 7}, {35, 8, 31}, {15, 32, 90}}

// bookings draws what is asked for, in the order of arrival. Each flight is laid around a day that is drawn by its
// weight, so that flights cluster on hot days.
func (d demand) bookings(random *rand.Rand) []booking {
	products := cumulative(d.Products, func(i int) float64 { return math.Pow(float64(i+1), -d.Skew) })
	days := cumulative(d.Horizon, func(day int) float64 {
		switch {
		case day%eventEvery == eventEvery-1:
			return eventWeight
		case day%7 >= 5:
			return weekendWeight
		}
		return 1
	})
	var bookings []booking
	for at := gap(random, d.Rate); at < d.Lasts; at += gap(random, d.Rate) {
		length := min(drawLength(random), d.Horizon)
		product, day := draw(random, products), draw(random, days)
		if random.Float64() < d.Rush {
			product, day = 0, min(eventEvery, d.Horizon)-1
		}
		first := day - random.IntN(length)
		bookings = append(bookings, booking{
			At: at, Product: product, First: min(max(first, 0), d.Horizon-length), Days: length, Daily: d.Daily,
		})
	}
	return bookings
}

func gap(random *rand.Rand, rate float64) time.Duration {
	return time.Duration(random.ExpFloat64() / rate * float64(time.Second))
}

func drawLength(random *rand.Rand) int {
	n := random.IntN(100)
	for _, l := range lengths {
		if n < l.share {
			return l.from + random.IntN(l.to-l.from+1)
		}
		n -= l.share
	}
	panic("the shares of the lengths do not come to a hundred")
}

// cumulative sums the weights of 0 to n-1.
func cumulative(n int, weight func(int) float64) []float64 {
	sums, sum := make([]float64, n), 0.0
	for i := range sums {
		sum += weight(i)
		sums[i] = sum
	}
	return sums
}

// draw takes an index with the probability of its weight.
func draw(random *rand.Rand, sums []float64) int {
	i, _ := slices.BinarySearch(sums, random.Float64()*sums[len(sums)-1])
	return min(i, len(sums)-1)
}
