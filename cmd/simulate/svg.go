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

// writeSVG draws each strategy in each tier by how often it agrees and how much of the surplus it then gets: better is
// further up and to the right.
func (r results) writeSVG(out io.Writer) error {
	low, high := r.bounds()
	x := func(t tally) float64 { return left + (right-left)*(t.agreement()-low)/(high-low) }
	y := func(t tally) float64 { return bottom - (bottom-top)*(t.share()-low)/(high-low) }
	var svg strings.Builder
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n",
		pictureWidth, pictureHeight)
	svg.WriteString(`<title>Negotiation strategies: agreements and the seller's share of the surplus</title>` + "\n")
	fmt.Fprintf(&svg, `<rect width="%d" height="%d" fill="white"/>`+"\n", pictureWidth, pictureHeight)
	for tick := low; tick <= high+0.001; tick += 0.1 {
		h := left + (right-left)*(tick-low)/(high-low)
		v := bottom - (bottom-top)*(tick-low)/(high-low)
		fmt.Fprintf(&svg, `<path d="M%.1f %d V%d M%d %.1f H%d" stroke="#ddd"/>`+"\n", h, top, bottom, left, v, right)
		fmt.Fprintf(&svg, `<text x="%.1f" y="%d" text-anchor="middle">%.0f%%</text>`+"\n", h, bottom+18, 100*tick)
		fmt.Fprintf(&svg, `<text x="%d" y="%.1f" text-anchor="end">%.0f%%</text>`+"\n", left-8, v+4, 100*tick)
	}
	fmt.Fprintf(&svg, `<text x="%d" y="%d" text-anchor="middle">agreements, of those possible</text>`+"\n", (left+right)/2, bottom+42)
	fmt.Fprintf(&svg, `<text transform="translate(20 %d) rotate(-90)" text-anchor="middle">seller's share of their surplus</text>`+"\n",
		(top+bottom)/2)
	for v, variant := range variants {
		points := make([]string, len(parley.Tiers))
		for _, tier := range parley.Tiers {
			points[tier] = fmt.Sprintf("%.1f,%.1f", x(r.tiers[v][tier]), y(r.tiers[v][tier]))
		}
		fmt.Fprintf(&svg, `<polyline points="%s" fill="none" stroke="%s" stroke-opacity="0.4"/>`+"\n", strings.Join(points, " "), colours[v])
		for _, tier := range parley.Tiers {
			t := r.tiers[v][tier]
			fmt.Fprintf(&svg, `<circle cx="%.1f" cy="%.1f" r="5" fill="%s"><title>%s, %s</title></circle>`+"\n",
				x(t), y(t), colours[v], variant.name, tier)
			fmt.Fprintf(&svg, `<text x="%.1f" y="%.1f" fill="%s">%s</text>`+"\n", x(t)+8, y(t)+4, colours[v], tier)
		}
		fmt.Fprintf(&svg, `<circle cx="%d" cy="%d" r="5" fill="%s"/><text x="%d" y="%d">%s</text>`+"\n",
			right+70, top+20*v, colours[v], right+82, top+20*v+4, variant.name)
	}
	svg.WriteString("</svg>\n")
	_, err := io.WriteString(out, svg.String())
	return err
}

// bounds are the tenths around everything that is drawn, the same for both axes.
func (r results) bounds() (low, high float64) {
	first, last := 10, 0
	for _, tiers := range r.tiers {
		for _, t := range tiers {
			for _, value := range []float64{t.agreement(), t.share()} {
				tenth := int(value * 10)
				first, last = min(first, tenth), max(last, tenth+1)
			}
		}
	}
	return float64(first) / 10, min(1, float64(last)/10)
}
