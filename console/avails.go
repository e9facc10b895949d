package console

import (
	"parley"
	"parley/inventory"
)

// The chart of availability is drawn in a box of this size, in units of its own, with at most so many bars.
const (
	availsWidth  = 360
	availsHeight = 56
	availsBars   = 60
)

// availsChart draws how a volume would lie over a flight: of each day, what is taken, what is asked for, and the room.
type availsChart struct {
	Bars      []availsBar
	Width     int
	Height    int
	Available *int64 // impressions that a booking over the flight can get; nil: capacity not declared
	Asked     int64
	Fits      bool
	Held      bool // what is asked for is among what is taken
}

// availsBar is some days: heights from the ground up, in the box's units.
type availsBar struct {
	X, Width            int
	Room, Taken, Asked  int // heights
	TakenY, AskedY      int
	RoomY               int
	Over                bool
	From, To            parley.Date
	Reserved, Capacity  int64
	AskedImpressions    int64
	CapacityNotDeclared bool
}

func drawAvails(avails parley.Avails, asked int64, held bool) *availsChart {
	chart := &availsChart{
		Width: availsWidth, Height: availsHeight, Available: avails.Available, Asked: asked, Held: held,
		Fits: held || avails.Covers(asked),
	}
	days := len(avails.Days)
	if days == 0 {
		return chart
	}
	spread := inventory.Spread(asked, avails.Flight)
	bars := min(days, availsBars)
	var highest int64 = 1
	for i := range bars {
		first, last := i*days/bars, (i+1)*days/bars-1
		bar := availsBar{From: avails.Days[first].Day, To: avails.Days[last].Day}
		for d := first; d <= last; d++ {
			day := avails.Days[d]
			bar.Reserved += day.Reserved
			bar.AskedImpressions += spread[d]
			if day.Capacity == nil {
				bar.CapacityNotDeclared = true
				continue
			}
			bar.Capacity += *day.Capacity
			bar.Over = bar.Over || !held && day.Reserved+spread[d] > *day.Capacity
		}
		if held {
			bar.Reserved = max(bar.Reserved-bar.AskedImpressions, 0)
		}
		highest = max(highest, bar.Capacity, bar.Reserved+bar.AskedImpressions)
		chart.Bars = append(chart.Bars, bar)
	}
	height := func(n int64) int { return int(float64(n) / float64(highest) * availsHeight) }
	for i := range chart.Bars {
		bar := &chart.Bars[i]
		bar.X = i * availsWidth / bars
		bar.Width = max((i+1)*availsWidth/bars-bar.X-1, 1)
		bar.Room, bar.Taken = height(bar.Capacity), height(bar.Reserved)
		bar.Asked = max(height(bar.AskedImpressions), 1)
		bar.RoomY, bar.TakenY = availsHeight-bar.Room, availsHeight-bar.Taken
		bar.AskedY = max(availsHeight-bar.Taken-bar.Asked, 0)
	}
	return chart
}
