package parley

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// AgainstAsk says where a price is beside the ask, such as "10.4% under ask"; empty without an ask.
func (n Numbers) AgainstAsk(price, ask int64) string {
	if ask <= 0 {
		return ""
	}
	const perMille = 1000
	off, err := MulDiv(max(price-ask, ask-price), perMille, ask, HalfUp)
	switch {
	case err != nil:
		return ""
	case price == ask:
		return "at ask"
	case off == 0 && price < ask:
		return "just under ask"
	case off == 0:
		return "just over ask"
	}
	side := " over ask"
	if price < ask {
		side = " under ask"
	}
	return n.Percent(BasisPoints(off*10)) + side
}

// Price is a price with what it means: "12.50 EUR, 10.4% under ask, 37,500.00 EUR". impressions is 0 where no volume is known.
func (n Numbers) Price(price, ask, impressions int64, currency Currency) string {
	words := []string{n.Money(price, currency)}
	if beside := n.AgainstAsk(price, ask); beside != "" {
		words = append(words, beside)
	}
	if impressions == 0 {
		words = append(words, "for no known volume")
	} else if value, err := DealValue(price, impressions); err == nil {
		words = append(words, n.Worth(value, currency))
	}
	return strings.Join(words, ", ")
}

// Decision says what an answer to a question does, in words and money: "Accept 12.50 EUR, 10.4% under ask, 37,500.00 EUR",
// "Send counter 13.25 EUR, 5% under ask, 39,750.00 EUR", "Decline". Of one that would be refused it says that, and why.
func (n Numbers) Decision(q InboxItem, to ApprovalStatus, m *Modifications) string {
	return n.Effect(q, q.Does(to, m))
}

// Effect says what an effect of answering a question is, likewise.
func (n Numbers) Effect(q InboxItem, e Effect) string { return n.beside(q, e, q.AskOf(e)) }

// beside is Effect beside an ask, CPM micros.
func (n Numbers) beside(q InboxItem, e Effect, ask int64) string {
	c, words := q.Facts(), ""
	if e.Refused != "" {
		return verbs[e.Deed] + " would be refused: " + n.In(e.Refused)
	}
	switch e.Deed {
	case DeedDecline:
		return "Decline"
	case DeedChange:
		words = "Approve the change"
	case DeedSubmit:
		words, ask = "Submit the order: ", 0
	case DeedCounter:
		words = "Send counter "
	case DeedAccept:
		words = "Accept "
	}
	if e.Asks != "" {
		words = "Pass on to the rule " + e.Asks + ", which asks next: "
	}
	if e.Deed == DeedChange {
		words = strings.Join(append([]string{strings.TrimSuffix(words, ": ")}, n.changed(q)...), ": ")
	} else {
		words += strings.Join(append([]string{n.Price(e.CPM, ask, e.Impressions, c.Currency)}, n.apart(q, e, " impressions")...), ", ")
	}
	words += besides(q, e)
	if e.Endorses {
		return "First yes of two: " + words
	}
	return words
}

// besides says what was granted before beside a yes to a change, or to an order; empty where nothing was.
func besides(q InboxItem, e Effect) string {
	rivals := q.Prospect.Rivals
	switch {
	case len(rivals) == 0:
		return ""
	case len(rivals) == 1 && e.Deed == DeedSubmit:
		return ". The change " + rivals[0] + " of the deal was granted before: applied, it changes or ends what is ordered"
	case len(rivals) == 1:
		return ". The change " + rivals[0] + " was granted before: the second of the two that is applied fails"
	case e.Deed == DeedSubmit:
		return ". The changes " + strings.Join(rivals, ", ") + " of the deal were granted before: applied, they change or end what is ordered"
	}
	return ". The changes " + strings.Join(rivals, ", ") + " were granted before: of them and this one, the first that is applied holds"
}

// Instead says of an answer that was not carried out what it would have done instead, as things were then; empty where that is not why.
func (n Numbers) Instead(q InboxItem) string {
	if q.Planned == nil || q.Planned.Would == nil {
		return ""
	}
	p := q.Planned
	words := n.beside(q, *p.Would, cmp.Or(p.WouldAsk, q.AskOf(*p.Would)))
	if p.Would.Refused == "" {
		return "it would have done “" + words + "” instead"
	}
	return words
}

// Planned says what an answer that is planned, or was, does, as whoever gave it was told.
func (n Numbers) Planned(q InboxItem) string {
	if told := q.Planned.Told; told != nil {
		return n.beside(q, *told, cmp.Or(q.Planned.ToldAsk, q.AskOf(*told)))
	}
	q.Status = ApprovalPending // as it was answered
	return n.Decision(q, q.Planned.Status, q.Planned.Modifications)
}

// FirstWas says what the first yes of two was a yes to, where that is nothing that a yes does now; else it is empty.
func (n Numbers) FirstWas(q InboxItem) string {
	if !q.FirstLapsed() {
		return ""
	}
	told := q.FirstYes.Told
	told.Endorses = false
	return n.Effect(q, told)
}

// verbs name what a yes would have done.
var verbs = map[Deed]string{DeedAccept: "Accept", DeedCounter: "Send counter", DeedSubmit: "Submit the order", DeedChange: "Approve the change"}

// changed says what a change makes of its deal: "28,800.00 USD becomes 0.00 USD, the deal ends". It is empty of one that is not known, or that
// moves neither money nor terms.
func (n Numbers) changed(q InboxItem) []string {
	if q.Change == nil {
		return nil
	}
	words := n.worth(q)
	if was := q.Change.Expected.CPM; was != nil && *was != q.Facts().Price {
		words = append(words, "CPM "+n.CPM(*was, q.Facts().Currency)+" becomes "+n.CPM(q.Facts().Price, q.Facts().Currency))
	}
	words = append(words, n.moved(q)...)
	if words = append(words, n.given(q)...); len(words) == 0 {
		return nil
	}
	return []string{strings.Join(words, ", ")}
}

// worth is what a change makes of the money of its deal; empty where that is not known.
func (n Numbers) worth(q InboxItem) []string {
	if q.Change == nil || q.Change.Impact == nil {
		return nil
	}
	i := q.Change.Impact
	return []string{n.Worth(i.Before, i.Currency) + " becomes " + n.Worth(i.After, i.Currency)}
}

// moved is what a change makes of the volume and the days of its deal; empty of one that gives up, which leaves what is left.
func (n Numbers) moved(q InboxItem) []string {
	if q.Change == nil || q.Change.Terms.Cancel != nil {
		return nil
	}
	var words []string
	was, c := q.Change.Expected, q.Facts()
	if c.Volume == VolumeStated && was.Impressions != nil && *was.Impressions != c.Impressions {
		before := "no volume"
		if *was.Impressions > 0 {
			before = n.Count(*was.Impressions)
		}
		words = append(words, before+" becomes "+n.Count(c.Impressions)+" impressions")
	}
	if was.FlightStart != nil && was.FlightEnd != nil {
		if before := (Flight{Start: *was.FlightStart, End: *was.FlightEnd}); before != q.asked() && c.FlightEnd != 0 {
			words = append(words, n.Flight(before)+" becomes "+n.Flight(q.asked()))
		}
	}
	return words
}

// given is what a cancellation leaves of its deal; empty of any other change.
func (n Numbers) given(q InboxItem) []string {
	switch {
	case q.Change == nil || q.Change.Terms.Cancel == nil:
		return nil
	case q.Change.Ends():
		return []string{"the deal ends"}
	}
	var left []string
	if q.Facts().Impressions > 0 && q.Facts().Volume == VolumeStated {
		left = append(left, n.Count(q.Facts().Impressions)+" impressions left")
	}
	if flight := q.asked(); flight.End != 0 {
		left = append(left, n.Flight(flight))
	}
	return left
}

// Valued is what a yes to a question comes to; empty where that is not known.
func (n Numbers) Valued(q InboxItem) string {
	facts := q.Facts()
	if facts.Volume == VolumeUnknown {
		return ""
	}
	return n.Worth(q.Worth(), facts.Currency)
}

// Terms are what the buyer named and what a yes makes of it, in a line: "14.00 → counter 26.35, 46.9% under ask". How far it is from the
// ask is of the buyer's price, beside the ask for what would be agreed.
func (n Numbers) Terms(q InboxItem) string {
	c, e, offered := q.Facts(), q.Does(ApprovalApproved, nil), q.Offered()
	before := offered
	if q.Change != nil && q.Change.Expected.CPM != nil {
		before = *q.Change.Expected.CPM
	}
	from := n.CPM(before, c.Currency)
	if q.NotCarriedOut() {
		from = "answered, and not carried out: " + from
	}
	switch {
	case e.Refused != "":
		return from + " → " + string(e.Deed) + " would be refused: " + n.In(e.Refused)
	case e.Ends:
		return from + " → the deal ends"
	}
	price := []string{from + " → " + string(e.Deed) + " " + n.CPM(e.CPM, c.Currency)}
	if beside := n.AgainstAsk(offered, q.AskOf(e)); beside != "" {
		price = append(price, beside)
	}
	// A row may be cut at its end: what moves comes first, and what is told of every such question last.
	words := append(n.moved(q), n.given(q)...)
	if q.Change != nil && before == e.CPM {
		words = append(words, price...)
	} else {
		words = append(price, words...)
	}
	words = append(words, n.apart(q, e, "")...)
	if i := q.Change; i != nil && i.Impact != nil && i.Impact.Before != i.Impact.After {
		words = append(words, n.worth(q)...)
	}
	if e.Asks != "" {
		words = append(words, "once the rule "+e.Asks+" has asked too")
	}
	if len(q.Prospect.Rivals) > 0 {
		words = append(words, "beside a change granted before")
	}
	return strings.Join(words, ", ")
}

// Impressions are those of an effect beside those that the buyer asked for, where they differ; else empty.
func (n Numbers) Impressions(q InboxItem, e Effect, what string) string {
	asked := q.Facts().Impressions
	if q.tellsAsked() {
		asked = cmp.Or(q.AskedImpressions, asked)
	}
	switch {
	case e.Impressions == 0 || asked == 0 || asked == e.Impressions:
		return ""
	case e.Impressions < asked:
		return n.Count(e.Impressions) + " of the " + n.Count(asked) + what + " asked for"
	}
	return n.Count(e.Impressions) + what + " instead of the " + n.Count(asked) + " asked for"
}

// Days are those of an effect beside those that the buyer asked for, likewise.
func (n Numbers) Days(q InboxItem, e Effect) string {
	asked := q.asked()
	if q.tellsAsked() && q.AskedFlight.End != 0 {
		asked = q.AskedFlight
	}
	if e.Flight == asked || e.Flight.End == 0 || asked.End == 0 {
		return ""
	}
	return n.Flight(e.Flight) + " instead of " + n.Flight(asked)
}

// apart is what an effect has else than the buyer asked for, beside the price.
func (n Numbers) apart(q InboxItem, e Effect, what string) []string {
	return slices.DeleteFunc([]string{n.Impressions(q, e, what), n.Days(q, e)}, func(words string) bool { return words == "" })
}

// Together says what the same answer to several questions does, by what it does, with the money of each currency: "Accept 1: 31,875.00
// USD; Send 2 counters: 127,800.00 USD". Of changes it says what their deals come to before and after: "Approve 2 changes: 24,300.00 USD becomes
// 15,000.00 USD". A deal counts once, however many of the questions are about it, by one that changes it where there is one.
func (n Numbers) Together(questions []InboxItem, to ApprovalStatus) string {
	type sort struct {
		deed     Deed
		endorses bool
		asks     bool
	}
	values, unknown, counts, before := map[sort]map[Currency]int64{}, map[sort]int64{}, map[sort]int64{}, map[sort]map[Currency]int64{}
	add := func(to map[sort]map[Currency]int64, of sort, currency Currency, value int64) {
		if to[of] == nil {
			to[of] = map[Currency]int64{}
		}
		to[of][currency] = AddedUp(to[of][currency], value)
	}
	valued := map[string]bool{} // deals
	for _, q := range slices.SortedStableFunc(slices.Values(questions), movesFirst) {
		e := q.Does(to, nil)
		of := sort{e.Deed, e.Endorses, e.Asks != ""}
		counts[of]++
		if valued[q.DealID] {
			continue
		}
		valued[q.DealID] = q.DealID != ""
		known := q.Change != nil && q.Change.Impact != nil
		switch {
		case q.Facts().Volume == VolumeUnknown && (!known || e.Deed != DeedChange):
			unknown[of]++
			continue
		case e.Deed == DeedChange && !known:
			continue
		case e.Deed == DeedChange:
			add(before, of, q.Facts().Currency, q.Change.Impact.Before)
		}
		add(values, of, q.Facts().Currency, e.Value)
	}
	var sums []string
	for _, kind := range []sort{{}, {asks: true}, {endorses: true}} {
		for _, deed := range []Deed{DeedAccept, DeedCounter, DeedSubmit, DeedChange, DeedDecline} {
			of := sort{deed, kind.endorses, kind.asks}
			if counts[of] == 0 {
				continue
			}
			var money []string
			for _, currency := range slices.Sorted(maps.Keys(values[of])) {
				if was, ok := before[of][currency]; ok {
					money = append(money, n.Worth(was, currency)+" becomes "+n.Worth(values[of][currency], currency))
					continue
				}
				money = append(money, n.Worth(values[of][currency], currency))
			}
			if unknown[of] > 0 {
				money = append(money, n.Count(unknown[of])+" for no known volume")
			}
			sum := n.several(deed, kind.endorses, counts[of])
			if kind.asks {
				sum = "Pass on " + n.Count(counts[of]) + " to another rule"
			}
			if len(money) > 0 {
				sum += ": " + strings.Join(money, ", ")
			}
			sums = append(sums, sum)
		}
	}
	return strings.Join(sums, "; ")
}

// movesFirst orders what moves a deal before what goes on with it, and last changes that are work for a person.
func movesFirst(a, b InboxItem) int {
	place := func(q InboxItem) int {
		switch {
		case q.Moves():
			return 0
		case q.Change != nil && q.Change.ForAPerson():
			return 2
		}
		return 1
	}
	return cmp.Compare(place(a), place(b))
}

// several says how many of a kind are answered.
func (n Numbers) several(deed Deed, endorses bool, count int64) string {
	things := map[Deed]struct{ verb, one string }{
		DeedAccept: {"Accept ", ""}, DeedCounter: {"Send ", " counter"}, DeedSubmit: {"Submit ", " order"}, DeedChange: {"Approve ", " change"},
		DeedDecline: {"Decline ", ""},
	}[deed]
	words := n.Count(count) + things.one
	if things.one != "" && count != 1 {
		words += "s"
	}
	if endorses {
		return "First yes of two for " + words
	}
	return things.verb + words
}
