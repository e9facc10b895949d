package console

import "strconv"

// The box that bars are drawn in, in units of its own: the bars, what they stand for above them, and which they are below.
const (
	barsWidth  = 480
	barsTop    = 18
	barsHeight = 90
	barsBottom = 20
	mostLabels = 8 // of each kind, for more would stand over each other
)

// bar is one of a chart's: how high it is, from 0 to 1, and what is said of it.
type bar struct {
	Share float64
	Words string // in full, for those who point at it or have it read to them
	Below string // which it is; empty: the reader can tell by those beside it
	Above string // what it stands for; empty: nothing is written there

	X, Y, Width, Height int
}

// Middle is where the texts of the bar are.
func (b bar) Middle() int { return b.X + b.Width/2 }

// barChart is bars side by side. Title says what they are together.
type barChart struct {
	Title string
	Bars  []bar
}

// ViewBox is the box of the drawing.
func (barChart) ViewBox() string {
	return "0 0 " + strconv.Itoa(barsWidth) + " " + strconv.Itoa(barsTop+barsHeight+barsBottom)
}

// Base is where the bars stand, and Foot where the texts below them do.
func (barChart) Base() int { return barsTop + barsHeight }

// Foot is where the texts below the bars stand.
func (barChart) Foot() int { return barsTop + barsHeight + barsBottom - 5 }

// Head is where the text above a bar stands.
func (b bar) Head() int { return b.Y - 5 }

// drawBars places bars, and takes away the texts for which there is no room.
func drawBars(title string, bars []bar) barChart {
	var labelled int
	for _, b := range bars {
		if b.Below != "" {
			labelled++
		}
	}
	every := max((labelled+mostLabels-1)/mostLabels, 1)
	labelled = 0
	for i := range bars {
		b := &bars[i]
		left, right := i*barsWidth/len(bars), (i+1)*barsWidth/len(bars)
		gap := min((right-left)/6, 6)
		b.X, b.Width = left+gap, max(right-left-2*gap, 1)
		b.Height = int(b.Share * barsHeight)
		b.Y = barsTop + barsHeight - b.Height
		if b.Below != "" {
			if labelled%every != 0 {
				b.Below, b.Above = "", ""
			}
			labelled++
		}
	}
	return barChart{title, bars}
}
