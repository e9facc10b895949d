package console

import (
	"cmp"
	"net/url"
	"time"

	"parley"
	"parley/seller"
)

// followGroup is other things to do, a few of a kind.
type followGroup struct {
	Label string
	Total int64
	Rows  []followRow
	All   string // the page of all of them; empty: there is none
}

// followRow is one thing to do, which its own page does.
type followRow struct {
	What, Note string
	Link       string // empty: it has no page
	At         time.Time
}

// followOf are the things to do besides deciding: what there is nothing of is left out.
func (x *exchange) followOf(found seller.Inbox) ([]followGroup, error) {
	page := func(path, id string) string { return root + path + url.PathEscape(id) }
	var failed error
	over := func(n parley.Negotiation) string {
		product, with, err := x.parties(n)
		failed = cmp.Or(failed, err)
		return product + " for " + with.Name
	}
	groups := []followGroup{
		group("Orders to move", "/orders?status=to_move", found.Orders, func(o parley.Order) followRow {
			return followRow{o.ID, words(o.Status) + ", deal " + o.DealID, page("/orders/", o.ID), o.UpdatedAt}
		}),
		group("Approved changes to make", "", found.Changes, func(c parley.ChangeRequest) followRow {
			return followRow{"Deal " + c.DealID, words(c.Type) + ", asked by " + string(c.AskedBy), page("/deals/", c.DealID), c.UpdatedAt}
		}),
		group("Negotiations in their last round", "/negotiations?status=last_round", found.LastRounds, func(n parley.Negotiation) followRow {
			note := "our price " + money(n.StandingCPM(), n.Currency)
			if theirs := lastBuyer(n); theirs > 0 {
				note = "theirs " + money(theirs, n.Currency) + ", " + note
			}
			return followRow{over(n), note, page("/negotiations/", n.ID), n.UpdatedAt}
		}),
		group("Negotiations that a person answers", "/negotiations?status=by_hand", found.ByHand, func(n parley.Negotiation) followRow {
			note := "our price " + money(n.StandingCPM(), n.Currency)
			if seller.AwaitsDesk(n) {
				note = "their price waits: " + money(lastBuyer(n), n.Currency) + ", " + note
			}
			return followRow{over(n), note, page("/negotiations/", n.ID), n.UpdatedAt}
		}),
		group("Webhooks that fail", "/webhooks?status=failing", found.Webhooks, func(w parley.Webhook) followRow {
			return followRow{w.URL, times(int64(w.Failures)) + ": " + w.LastError, address(w.ID), w.UpdatedAt}
		}),
		group("Destinations that are paused", "", found.Destinations, func(d parley.Destination) followRow {
			return followRow{d.Name, d.PausedBecause, address(d.ID), d.UpdatedAt}
		}),
		group("Deals stuck on their way to a destination", "", found.Activations, func(a parley.Activation) followRow {
			row := followRow{"Deal " + a.DealID, "", page("/deals/", a.DealID), a.UpdatedAt}
			if a.Failure != nil {
				row.Note = a.Failure.Text
			}
			return row
		}),
	}
	var there []followGroup
	for _, g := range groups {
		if g.Total > 0 {
			there = append(there, g)
		}
	}
	return there, failed
}

func group[T any](label, all string, found seller.Listing[T], row func(T) followRow) followGroup {
	g := followGroup{Label: label, Total: found.Total}
	if all != "" {
		g.All = root + all
	}
	for _, item := range found.Items {
		g.Rows = append(g.Rows, row(item))
	}
	return g
}

// times says how often something failed in a row.
func times(n int64) string {
	if n == 1 {
		return "failed once"
	}
	return "failed " + count(n) + " times in a row"
}
