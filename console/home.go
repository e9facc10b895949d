package console

import (
	"net/http"
	"net/url"

	"parley"
	"parley/seller"
)

func (c *console) homeRoutes() []route {
	return []route{
		get("/{$}", c.toInbox),
		get("/home", c.home),
		get("/find", c.find),
		get(livePath, c.live),
		post(anyone, "/signout", c.signOut),
	}
}

// toInbox leads to where a person begins.
func (c *console) toInbox(x *exchange) error {
	x.redirect("/inbox")
	return nil
}

// homePage is how trade goes, what is about to end, and what does not work.
type homePage struct {
	seller.Home
	Booked  []bookedLine
	Follow  []followGroup
	Steps   []firstStep // until the first quote
	Nothing bool        // is about to end
}

// bookedLine is what was booked in one currency, against the last month.
type bookedLine struct {
	Currency         parley.Currency
	This, Same, Last int64
	Unstated         int64  // of this month's deals, those that state no volume: they have no value
	Change           string // against the same days of the last month; empty: nothing was booked then
	Up               bool
}

// firstStep is something to set up before the first quote.
type firstStep struct {
	Text, Link string
	Done       bool
}

func (c *console) home(x *exchange) error {
	found, err := c.service.Home(x.Context(), x.call)
	if err != nil {
		return err
	}
	content := homePage{Home: found, Booked: bookedLines(found)}
	if content.Follow, err = x.followOf(found.Inbox); err != nil {
		return err
	}
	content.Nothing = found.Inbox.Waiting() == 0 && found.QuotesEnding.Total == 0 && found.FlightsEnding.Total == 0
	if b := found.Begun; !b.Quote {
		content.Steps = []firstStep{
			{"Bring in your products, as a file", "/inventory/import", b.Products},
			{"Declare how much of them there is", "/inventory", b.Capacity},
			{"Set your rate card", "/pricing", b.RateCard},
			{"Make a key for a buyer", "/keys/new", b.BuyerKey},
			{"Look at what that buyer would be quoted, then ask for a quote with its key", "/whatif", false},
		}
	}
	return x.show("home", http.StatusOK, page{
		Title: "Home", Section: "home", Live: []string{
			"approval.", "deal.", "quote.", "proposal.", "negotiation.", "order.", "change_request.", "webhook.", "destination.", "activation.", "catalog.", "capacity.", "pricing.", "key.",
		}, Data: content,
	})
}

// bookedLines puts the sums of the three spans side by side, by currency.
func bookedLines(h seller.Home) []bookedLine {
	var lines []bookedLine
	at := map[parley.Currency]int{}
	for i, span := range []struct {
		sums []seller.BookedSum
		into func(*bookedLine) *int64
	}{
		{h.ThisMonth, func(l *bookedLine) *int64 { return &l.This }}, {h.SameSpan, func(l *bookedLine) *int64 { return &l.Same }},
		{h.LastMonth, func(l *bookedLine) *int64 { return &l.Last }},
	} {
		for _, sum := range span.sums {
			place, known := at[sum.Currency]
			if !known {
				place = len(lines)
				at[sum.Currency] = place
				lines = append(lines, bookedLine{Currency: sum.Currency})
			}
			*span.into(&lines[place]) = sum.Value
			if i == 0 {
				lines[place].Unstated = sum.Unstated
			}
		}
	}
	for i := range lines {
		l := &lines[i]
		l.Up = l.This >= l.Same
		if l.Same > 0 {
			low, high := min(l.This, l.Same), max(l.This, l.Same)
			moved, err := parley.MulDiv(high-low, int64(parley.OneHundredPercent), l.Same, parley.HalfUp)
			if err == nil {
				l.Change = percent(parley.BasisPoints(moved))
			}
		}
	}
	return lines
}

// Sold is the share of a product that is sold.
func (homePage) Sold(u seller.Undersold) parley.BasisPoints {
	share, err := parley.MulDiv(u.Reserved, int64(parley.OneHundredPercent), u.Capacity, parley.HalfUp)
	if err != nil {
		return 0
	}
	return parley.BasisPoints(share)
}

// EndingLink is the list of what runs in the days in which the ends of flights are said ahead.
func (p homePage) EndingLink() string {
	return root + "/deals?" + url.Values{"runs_from": {p.Today.String()}, "runs_to": {p.EndsTo.String()}}.Encode()
}

// ProductLink is the page of a product.
func (homePage) ProductLink(u seller.Undersold) string {
	return root + "/inventory/" + url.PathEscape(u.ProductID)
}
