package seller

import (
	"context"
	"time"

	"parley"
	"parley/storage"
)

// BookedSum is what was booked in one currency.
type BookedSum = storage.BookedSum

// Undersold is how much of a product is sold.
type Undersold = storage.Undersold

// Begun is what a publisher has set up.
type Begun = storage.Begun

const (
	undersoldDays = 30 // from today on, over which products are compared
	mostUndersold = 10
	endingDays    = 7              // in which a flight's end is said ahead
	soon          = 24 * time.Hour // in which other ends are
)

// Home is where the desk's day begins: how trade goes, what is about to end, and what does not work.
type Home struct {
	Today     parley.Date // in the publisher's time zone
	ThisMonth []BookedSum // booked from the month's first day to today
	SameSpan  []BookedSum // from the last month's first day to the same day
	LastMonth []BookedSum // in all of it

	// What is under way, counted up to a thousand.
	Waiting                         int64 // questions
	Quotes, Proposals, Negotiations int64

	Inbox         Inbox                 // what else there is to do; of questions, those that are about to time out
	QuotesEnding  Listing[parley.Quote] // within a day
	FlightsEnding Listing[parley.Deal]  // within a week
	EndsTo        parley.Date           // the last day of that
	Undersold     []Undersold           // over the next 30 days, the least sold first
	Begun         Begun                 // what is set up
}

// Home answers all of it in one look at the store. What it reads is bounded: sums that are kept by day, counts up to a thousand, and of the
// catalog thirty days.
func (s *Service) Home(ctx context.Context, call Call) (Home, error) {
	return read(ctx, s, call, func(v *view) (Home, error) {
		who, err := v.authorize(ctx, needScope(parley.ScopeViewer))
		if err != nil {
			return Home{}, err
		}
		home := Home{Today: s.today(v.now)}
		home.EndsTo = home.Today + endingDays
		first, lastFirst, sameDay := months(home.Today)
		this, same, last := v.BookedBetween(first, home.Today), v.BookedBetween(lastFirst, sameDay), v.BookedBetween(lastFirst, first-1)
		counted, few := Page{Limit: 1, CountTo: countedWaiting}, Page{Limit: inboxFollowing, CountTo: countedWaiting}
		mine := InboxFilter{Reader: s.inboxReader(who), Now: v.now}
		theirs := mine
		theirs.Others = true
		waiting := []*storage.Pending[int64]{v.Waiting(mine, countedWaiting), v.Waiting(theirs, countedWaiting)}
		mine.DueBefore, mine.Page = v.now.Add(soon), few
		theirs.DueBefore, theirs.Page = mine.DueBefore, few
		dueMine, dueTheirs := v.Inbox(mine), v.Inbox(theirs)
		quotes := v.QuotesEnding(v.now, v.now.Add(100*365*24*time.Hour), counted)
		proposals := v.Proposals(ProposalFilter{Status: parley.ProposalCounterOffered, Now: v.now, Page: counted})
		negotiations := v.Negotiations(NegotiationFilter{Status: parley.NegotiationActive, Now: v.now, Page: counted})
		ending, flights := v.QuotesEnding(v.now, v.now.Add(soon), few), v.DealsEnding(home.Today, home.EndsTo, few)
		least := v.LeastSold(parley.Flight{Start: home.Today, End: home.Today + undersoldDays - 1}, mostUndersold)
		begun, following := v.Begun(), v.following(few)

		if home.ThisMonth, err = this.Get(ctx); err != nil {
			return home, err
		}
		if home.SameSpan, err = same.Get(ctx); err != nil {
			return home, err
		}
		if home.LastMonth, err = last.Get(ctx); err != nil {
			return home, err
		}
		for _, count := range waiting {
			n, err := count.Get(ctx)
			if err != nil {
				return home, err
			}
			home.Waiting += n
		}
		if home.Inbox.Mine, err = dueMine.Get(ctx); err != nil {
			return home, err
		}
		if home.Inbox.Others, err = dueTheirs.Get(ctx); err != nil {
			return home, err
		}
		if home.Quotes, err = total(ctx, quotes); err != nil {
			return home, err
		}
		if home.Proposals, err = total(ctx, proposals); err != nil {
			return home, err
		}
		if home.Negotiations, err = total(ctx, negotiations); err != nil {
			return home, err
		}
		if home.QuotesEnding, err = ending.Get(ctx); err != nil {
			return home, err
		}
		if home.FlightsEnding, err = flights.Get(ctx); err != nil {
			return home, err
		}
		if home.Undersold, err = least.Get(ctx); err != nil {
			return home, err
		}
		if home.Begun, err = begun.Get(ctx); err != nil {
			return home, err
		}
		return home, following.get(ctx, &home.Inbox)
	})
}

func total[T any](ctx context.Context, of *storage.Pending[Listing[T]]) (int64, error) {
	listing, err := of.Get(ctx)
	return listing.Total, err
}

// months are the first day of a day's month, the first of the month before, and the day of that month that is as far into it, or its
// last where it is shorter.
func months(today parley.Date) (first, lastFirst, sameDay parley.Date) {
	first, lastFirst = today.MonthStart(0), today.MonthStart(-1)
	return first, lastFirst, min(lastFirst+(today-first), first-1)
}
