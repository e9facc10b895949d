package seller

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley"
	"parley/delivery"
	"parley/inventory"
	"parley/storage"
)

// DealDelivery is what a deal has delivered, and how it keeps up with its plan.
type DealDelivery struct {
	Deal    parley.Deal
	Source  string   // whose figures count; empty: none are known
	Said    bool     // somebody has said so, by a billing source or by a destination that orders wait for; else it was heard of first
	Others  []string // other sources, for the publisher: they are compared, and never added
	Days    []DeliveredDay
	Total   parley.DeliveryFigures // of the days that count; of what was spent, that in the deal's currency
	Won     Ratio                  // wins of bids
	Spent   Ratio                  // micros spent in the deal's currency, and the impressions that it was for
	Earned  *int64                 // micros, by the CPM agreed on each day; nil of an auction, which earns what is paid; read by DealDelivery alone
	AsOf    time.Time              // the newest of the figures; zero when none are known
	Final   bool                   // whether every day of the flight is
	Pace    delivery.Pace
	AtRisk  int64 // micros that the deal is short of by its projection; 0 when it is not
	Figures bool  // whether anything is known
	Health  delivery.Health
}

// DeliveredDay is what a deal delivered on a day, of all lines of the source.
type DeliveredDay struct {
	Day parley.Date
	parley.DeliveryFigures
	Earned  int64          // micros; what this day adds, as DealDelivery reads it
	Planned int64          // impressions; 0 without a plan
	Outside bool           // it does not count; see delivery.Counts
	Foreign []parley.Money // of a day with spend in several currencies, what was in others than the deal's; it goes into no sum
	Final   bool
}

// deliveryLag is how long after the end of a day, in the publisher's time zone, its figures are all there.
const deliveryLag = 10 * time.Hour

// complete is the last day whose figures are all there.
func (s *Service) complete(now time.Time) parley.Date { return s.today(now.Add(-deliveryLag)) - 1 }

// DealDelivery tells a deal's buyer, or an operator, what it has delivered.
func (s *Service) DealDelivery(ctx context.Context, call Call, dealID string) (DealDelivery, error) {
	return read(ctx, s, call, func(v *view) (DealDelivery, error) {
		pending, rows, changes := v.Deal(dealID), v.DeliveryDays(dealID), v.AppliedChanges([]string{dealID})
		activations, destinations := v.Activations(storage.ActivationFilter{DealID: dealID}), v.EachDestination()
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return DealDelivery{}, err
		}
		deal, err := pending.Get(ctx)
		if err != nil {
			return DealDelivery{}, err
		}
		if !who.MaySee(deal.Owner) {
			return DealDelivery{}, unknown("deal", dealID)
		}
		found, err := rows.Get(ctx)
		if err != nil {
			return DealDelivery{}, err
		}
		there, err := activations.Get(ctx)
		if err != nil {
			return DealDelivery{}, err
		}
		known, err := destinations.Get(ctx)
		if err != nil {
			return DealDelivery{}, err
		}
		made, err := changes.Get(ctx)
		if err != nil {
			return DealDelivery{}, err
		}
		d := s.delivered(deal, found, s.billing(there.Items, known), v.now)
		d.earn(delivery.Agreed(deal.Terms(), deal.DealType.Guaranteed(), s.formerTerms(made)[dealID]))
		product, err := v.Product(deal.ProductID).Get(ctx)
		if err != nil {
			return DealDelivery{}, err
		}
		d.Health = s.health(d, there.Items, &product, v.now)
		if !who.IsOperator() {
			d.Others = nil
		}
		return d, nil
	})
}

// delivered makes of what the sources of a deal say, ordered by source and day, what it has delivered by the one that counts: the first
// of billing that has sent any, or else the one that is heard of longest, which stands first.
func (s *Service) delivered(deal parley.Deal, rows []storage.DeliveredDay, billing []string, now time.Time) DealDelivery {
	d := DealDelivery{Deal: deal, Days: []DeliveredDay{}, Figures: len(rows) > 0}
	for _, row := range rows {
		if last := len(d.Others) - 1; last < 0 || d.Others[last] != row.Source {
			d.Others = append(d.Others, row.Source)
		}
	}
	if len(d.Others) > 0 {
		d.Source = counted(d.Others, billing)
		d.Said = slices.Contains(billing, d.Source)
		d.Others = slices.DeleteFunc(d.Others, func(source string) bool { return source == d.Source })
	}
	plan := delivery.Plan{Flight: deal.Flight, Contract: deal.Impressions, Guaranteed: deal.DealType.Guaranteed()}
	if deal.Impressions > 0 {
		plan.Days = inventory.Spread(deal.Impressions, deal.Flight)
	}
	final := map[parley.Date]bool{}
	for _, row := range rows {
		if row.Source != d.Source {
			continue
		}
		if row.AsOf.After(d.AsOf) {
			d.AsOf = row.AsOf
		}
		day := DeliveredDay{Day: row.Day, DeliveryFigures: row.DeliveryFigures, Final: row.Final, Outside: !delivery.Counts(deal.Flight, row.Day), Foreign: row.Foreign}
		if row.Day >= deal.Flight.Start && row.Day <= deal.Flight.End && plan.Days != nil {
			day.Planned = plan.Days[row.Day-deal.Flight.Start]
		}
		d.Days = append(d.Days, day)
		if day.Outside {
			continue
		}
		d.Won.add(row.Won, row.WonOf)
		if row.Currency != deal.Price.Currency {
			row.SpendMicros, row.Currency = nil, "" // the day has it; it is added to nothing
		}
		d.Spent.add(row.SpendMicros, &row.SpentOn)
		d.Total = sum(d.Total, row.DeliveryFigures)
	}
	var paced []delivery.Day
	for _, day := range d.Days {
		if !day.Outside {
			paced = append(paced, delivery.Day{Day: day.Day, Impressions: day.Impressions})
			final[day.Day] = day.Final
		}
	}
	d.Final = d.Figures
	for day := deal.Flight.Start; day <= deal.Flight.End; day++ {
		d.Final = d.Final && final[day]
	}
	complete, today := s.complete(now), s.today(now)
	switch deal.Status {
	case parley.DealProposed, parley.DealNegotiating, parley.DealAccepted: // its flight runs once it is booked
		today = min(today, deal.Flight.Start-1)
		complete = min(complete, today)
	case parley.DealCancelled, parley.DealRejected, parley.DealExpired:
		off := s.today(deal.UpdatedAt) // nothing changes a deal that is over
		plan.CalledOff = &off
	case parley.DealBooked, parley.DealActive, parley.DealMakegoodPending, parley.DealPartiallyCancelled, parley.DealCompleted:
	}
	d.Pace = delivery.Assess(plan, paced, complete, today)
	projected := int64(0) // of what nobody has said anything, all is at risk
	if d.Pace.Projected != nil {
		projected = *d.Pace.Projected
	}
	if d.Pace.State != delivery.CalledOff && d.Pace.Complete > 0 && deal.Impressions > projected {
		d.AtRisk = delivery.Between(deal.Price.FinalCPM, projected, deal.Impressions)
	}
	return d
}

// earn sets what the days have earned by the terms that held on each.
func (d *DealDelivery) earn(agreed []delivery.Terms) {
	if !d.Figures || d.Deal.DealType == parley.PrivateAuction {
		return
	}
	var tally delivery.Tally
	d.Earned = new(int64)
	for i := range d.Days {
		day := &d.Days[i]
		if day.Outside {
			continue
		}
		terms := delivery.On(agreed, day.Day)
		before, with := tally.Add(day.Impressions, terms)
		day.Earned = delivery.Between(terms.CPM, before, with)
		*d.Earned = parley.AddedUp(*d.Earned, day.Earned)
	}
}

// formerTerms are, by deal, what changes put an end to. A change holds from the day on which it was applied, the publisher's.
func (s *Service) formerTerms(applied []storage.AppliedChange) map[string][]delivery.Former {
	former := map[string][]delivery.Former{}
	for _, c := range applied {
		former[c.DealID] = append(former[c.DealID], delivery.Former{Day: s.today(c.At), Before: c.Before})
	}
	return former
}

// counted is whose figures of a deal count, of the sources that have sent any: the first of billing that has, or else the one that was
// heard of first, which stands first.
func counted(sources, billing []string) string {
	if i := slices.IndexFunc(billing, func(source string) bool { return slices.Contains(sources, source) }); i >= 0 {
		return billing[i]
	}
	return sources[0]
}

// health climbs the ladder of what a deal has delivered and where it stands at its destinations. product is the deal's, nil where nobody
// has asked for it.
func (s *Service) health(d DealDelivery, activations []parley.Activation, product *parley.Product, now time.Time) delivery.Health {
	signals := delivery.Signals{Pace: d.Pace}
	if d.Pace.State == delivery.CalledOff {
		return delivery.Diagnose(signals) // nobody has to do anything
	}
	if product != nil {
		if due, said := product.CreativeSpecs.DueBy(d.Deal.Flight); said {
			signals.CreativesBy = &due
		}
	}
	if seat := d.Deal.Seat() != ""; seat || !s.settings.OpenSeats && d.Deal.DealType != parley.PrivateAuction {
		signals.Seat = &seat
	}
	sent, taken, accepted := true, true, true
	for _, a := range activations {
		switch a.Status {
		case parley.ActivationHeld, parley.ActivationQueued, parley.ActivationSending:
			// What only a person sends may never be wanted there.
			sent = sent && (a.AppliedVersion > 0 || a.Status == parley.ActivationHeld && a.Trigger == parley.TriggerManual)
		case parley.ActivationFailed:
			taken = false
		case parley.ActivationWaiting:
			if a.Standing != parley.CreativesDue {
				accepted = false
				continue
			}
			has := false
			signals.Creatives = &has
		case parley.ActivationLive, parley.ActivationEnded, parley.ActivationWithdrawing, parley.ActivationWithdrawn, parley.ActivationGivenUp:
		}
	}
	if len(activations) > 0 {
		signals.Sent, signals.Taken, signals.Accepted = &sent, &taken, &accepted
	}
	from, to, some := delivery.Recent(d.Deal.Flight, s.complete(now))
	if some && d.Figures {
		signals.Days = int64(to-from) + 1
		for _, day := range d.Days {
			if day.Day >= from && day.Day <= to {
				signals.Recent = append(signals.Recent, day.DeliveryFigures)
			}
		}
	}
	return delivery.Diagnose(signals)
}

// sum adds figures, whose spend is in one currency. What neither counts stays uncounted.
func sum(a, b parley.DeliveryFigures) parley.DeliveryFigures {
	total := parley.DeliveryFigures{
		Impressions: parley.AddedUp(a.Impressions, b.Impressions), Clicks: both(a.Clicks, b.Clicks), Completions: both(a.Completions, b.Completions),
		Viewable: both(a.Viewable, b.Viewable), BidRequests: both(a.BidRequests, b.BidRequests), Bids: both(a.Bids, b.Bids), Wins: both(a.Wins, b.Wins),
	}
	total.SpendMicros, total.Currency = both(a.SpendMicros, b.SpendMicros), cmp.Or(a.Currency, b.Currency)
	for _, losses := range []map[string]int64{a.Losses, b.Losses} {
		for code, n := range losses {
			if total.Losses == nil {
				total.Losses = map[string]int64{}
			}
			total.Losses[code] = parley.AddedUp(total.Losses[code], n)
		}
	}
	return total
}

// Ratio is a part of a whole, of what has both: a figure that a source leaves out for a line or a day is none of 0.
type Ratio struct{ Part, Of int64 }

func (r *Ratio) add(part, of *int64) {
	if part != nil && of != nil {
		r.Part, r.Of = parley.AddedUp(r.Part, *part), parley.AddedUp(r.Of, *of)
	}
}

func both(a, b *int64) *int64 {
	switch {
	case a == nil && b == nil:
		return nil
	case a == nil:
		n := *b
		return &n
	case b == nil:
		n := *a
		return &n
	}
	return new(parley.AddedUp(*a, *b))
}

// lookedAnew is how many deals at most, of each reason to look at a deal anew, are, by whoever asks before the sweep has come by.
const lookedAnew = 250

// silentDays is how long after their end deals are looked at: those that figures are known of are completed long before.
const silentDays = 60

// DeliveryHealth lists the deals in force that figures are known of, or that run and of which nothing is heard: those first that need
// somebody soonest, and of those the ones with the most at risk, at most limit. It reads these, and of those of which nothing is kept of how they stand now
// the ones that needed somebody soonest before: where these are many, as just after a large file of figures or at a new day, what became
// urgent since shows once the sweep has come by.
func (s *Service) DeliveryHealth(ctx context.Context, call Call, limit int) ([]DealDelivery, error) {
	return read(ctx, s, call, func(v *view) ([]DealDelivery, error) {
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		destinations, err := v.EachDestination().Get(ctx)
		if err != nil {
			return nil, err
		}
		complete := s.complete(v.now)
		silent, err := v.SilentDeals(complete, complete-silentDays, delivery.Silence, limit).Get(ctx)
		if err != nil {
			return nil, err
		}
		delivering, err := v.StandingDeals(complete, s.today(v.now), complete-silentDays, s.reckonedBy()[bySource-1], limit, lookedAnew).Get(ctx)
		if err != nil {
			return nil, err
		}
		var found []DealDelivery
		for ids := range slices.Chunk(append(silent, delivering...), sweepBatch) {
			deals := make([]parley.Deal, len(ids))
			pending := make([]*storage.Pending[parley.Deal], len(ids))
			for i, id := range ids {
				pending[i] = v.Deal(id)
			}
			for i := range ids {
				if deals[i], err = pending[i].Get(ctx); err != nil {
					return nil, err
				}
			}
			more, err := v.deliveries(ctx, deals, destinations)
			if err != nil {
				return nil, err
			}
			found = worst(append(found, more...), limit)
		}
		return worst(found, limit), nil
	})
}

// worst answers at most limit deals, those first that need somebody soonest.
func worst(found []DealDelivery, limit int) []DealDelivery {
	slices.SortStableFunc(found, func(a, b DealDelivery) int {
		return cmp.Or(cmp.Compare(urgency(a), urgency(b)), cmp.Compare(b.AtRisk, a.AtRisk))
	})
	return found[:min(len(found), limit)]
}

// urgency is how soon a deal needs somebody, the lowest first.
func urgency(d DealDelivery) int64 {
	state := d.Pace.State
	if state == delivery.Delivered && d.Pace.Overserved(d.Deal.Impressions) {
		state = delivery.Ahead // and going on, as far as anybody knows
	}
	return delivery.Urgency(state)
}

// deliveries answers how deals deliver, without their days.
func (v *view) deliveries(ctx context.Context, deals []parley.Deal, destinations []parley.Destination) ([]DealDelivery, error) {
	if len(deals) == 0 {
		return nil, nil
	}
	rows, ids := make([]*storage.Pending[[]storage.DeliveredDay], len(deals)), make([]string, len(deals))
	for i, deal := range deals {
		rows[i], ids[i] = v.DeliveryDays(deal.ID), deal.ID
	}
	activations, err := v.ActivationsOf(ids).Get(ctx)
	if err != nil {
		return nil, err
	}
	at := map[string][]parley.Activation{}
	for _, a := range activations {
		at[a.DealID] = append(at[a.DealID], a)
	}
	found := make([]DealDelivery, len(deals))
	for i, deal := range deals {
		days, err := rows[i].Get(ctx)
		if err != nil {
			return nil, err
		}
		there := at[deal.ID]
		s := v.service
		found[i] = s.delivered(deal, days, s.billing(there, destinations), v.now)
		found[i].Health = s.health(found[i], there, nil, v.now)
		found[i].Days = nil
	}
	return found, nil
}
