package inventory

import "parley"

// Part is how many impressions of a volume, spread over its own flight, lie on the days of another one.
func Part(impressions int64, own, over parley.Flight) int64 {
	var part int64
	for i, n := range Spread(impressions, own) {
		if day := own.Start + parley.Date(i); day >= over.Start && day <= over.End {
			part += n
		}
	}
	return part
}

// Filling is how full days are, in impressions. Days without a declared capacity count with what is booked and held alone.
type Filling struct {
	Capacity, Booked, Held, Free int64
}

// Fill sums up days of which the ledger has reserved what is booked and what is held; held has each day's share of that.
func Fill(days []parley.DayCapacity, held []int64) Filling {
	var f Filling
	for i, day := range days {
		f.Held += held[i]
		f.Booked += max(day.Reserved-held[i], 0)
		if day.Capacity != nil {
			f.Capacity += *day.Capacity
			f.Free += max(*day.Capacity-day.Reserved, 0)
		}
	}
	return f
}

// Percent is how much of the capacity is not free, rounded down but for a full one; 0 without a capacity.
func (f Filling) Percent() int64 {
	if f.Capacity == 0 {
		return 0
	}
	return (f.Capacity - f.Free) * 100 / f.Capacity
}
