package main

import (
	"fmt"
	"io"
	"strings"

	"parley"
)

// Colours of the variants: four of Okabe and Ito's palette, which the colour-blind can tell apart.
var colours = [...]string{"#0072b2", "#d55e00", "#009e73", "#cc79a7"}

// The plot's area within the picture.
const (
	left, top, right, bottom = 70, 50, 570, 450
	pictureWidth             = 760
	pictureHeight            = 510
)

// axis maps the part of the range that the tallies fill, in steps of 5%, to a stretch of the picture.
type axis struct {
	of       func(tally) float64
	low      int // in steps
	high     int
	from, to float64
}

const stepsPerWhole = 20

func (r results) axis(of func(tally) float64, from, to float64) axis {
	a := axis{of: of, low: stepsPerWhole, from: from, to: to}
	for _, tiers := range r.tiers {
		for _, t := range tiers {
			step := min(int(of(t)*stepsPerWhole), stepsPerWhole-1)
			a.low, a.high = min(a.low, step), max(a.high, step+1)
		}
	}
	return a
}

func (a axis) at(step float64) float64 {
	return a.from + (a.to-a.from)*(step-float64(a.low))/float64(a.high-a.low)
}

func (a axis) place(t tally) float64 { return a.at(a.of(t) * stepsPerWhole) }

// writeSVG draws each strategy in each tier by how often it agrees and how much of the surplus it then gets: better is
// further up and to the right. The tiers' names stand beside the last strategy; lines join the points of one strategy.
func (r results) writeSVG(out io.Writer) error {
	x := r.axis(tally.agreement, left, right)
	y := r.axis(tally.share, bottom, top)
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n",
		pictureWidth, pictureHeight)
	svg.WriteString(`<title>Negotiation strategies: agreements and the seller's share of the surplus</title>` + "\n")
	fmt.Fprintf(&svg, `<rect width="%d" height="%d" fill="white"/>`+"\n", pictureWidth, pictureHeight)
	for step := x.low; step <= x.high; step++ {
		at := x.at(float64(step))
		fmt.Fprintf(&svg, `<path d="M%.1f %d V%d" stroke="#ddd"/>`+"\n", at, top, bottom)
		fmt.Fprintf(&svg, `<text x="%.1f" y="%d" text-anchor="middle">%d%%</text>`+"\n", at, bottom+18, step*100/stepsPerWhole)
	}
	for step := y.low; step <= y.high; step++ {
		at := y.at(float64(step))
		fmt.Fprintf(&svg, `<path d="M%d %.1f H%d" stroke="#ddd"/>`+"\n", left, at, right)
		fmt.Fprintf(&svg, `<text x="%d" y="%.1f" text-anchor="end">%d%%</text>`+"\n", left-8, at+4, step*100/stepsPerWhole)
	}
	fmt.Fprintf(&svg, `<text x="%d" y="%d" text-anchor="middle">agreements, of those possible</text>`+"\n", (left+right)/2, bottom+42)
	fmt.Fprintf(&svg, `<text transform="translate(20 %d) rotate(-90)" text-anchor="middle">seller's share of their surplus</text>`+"\n",
		(top+bottom)/2)
	for v, variant := range variants {
		points := make([]string, len(parley.Tiers))
		for tier, t := range r.tiers[v] {
			points[tier] = fmt.Sprintf("%.1f,%.1f", x.place(t), y.place(t))
			fmt.Fprintf(&svg, `<circle cx="%.1f" cy="%.1f" r="5" fill="%s"><title>%s, %s</title></circle>`+"\n",
				x.place(t), y.place(t), colours[v], variant.name, parley.Tier(tier))
			if v == len(variants)-1 {
				fmt.Fprintf(&svg, `<text x="%.1f" y="%.1f" text-anchor="end">%s</text>`+"\n", x.place(t)-10, y.place(t)+4, parley.Tier(tier))
			}
		}
		fmt.Fprintf(&svg, `<polyline points="%s" fill="none" stroke="%s" stroke-opacity="0.5"/>`+"\n", strings.Join(points, " "), colours[v])
		fmt.Fprintf(&svg, `<circle cx="%d" cy="%d" r="5" fill="%s"/><text x="%d" y="%d">%s</text>`+"\n",
			right+70, top+20*v, colours[v], right+82, top+20*v+4, variant.name)
	}
	svg.WriteString("</svg>\n")
	_, err := io.WriteString(out, svg.String())
	return err
}
