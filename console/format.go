package console

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
)

// functions are what the templates write values with.
func functions(a *assets, called *names) template.FuncMap {
	return template.FuncMap{
		"person":   called.of,
		"holder":   called.ofKey,
		"asset":    a.address,
		"money":    money,
		"worth":    worth,
		"figures":  marked,
		"amount":   amount,
		"count":    count,
		"counted":  counted,
		"total":    total,
		"volume":   volume,
		"percent":  percent,
		"when":     when,
		"whenset":  whenSet,
		"pretty":   pretty,
		"named":    called.named,
		"words":    words,
		"segments": seller.PlannedSegments,
		"short":    short,
		"join":     strings.Join,
		"tone":     tone,
		"value":    dealValue,
		"to":       address,
		"keyof":    keyOf,
		"plainly":  plainly,
		"term":     term,
		"flight":   flight,
		"day":      day,
		"month":    wire.MonthText,
		"seg":      url.PathEscape, // one segment of an address
		"add":      func(a, b int) int { return a + b },
		"missing":  whoIsMissing,
		"outcome":  outcomeWords,
		"refusal":  refusedWords,
		"plain":    plain,
		"field":    fieldName,
		"label":    labelled,
		"deref":    func(n *int64) int64 { return *n },
		"strs":     func(items ...string) []string { return items },
		"compact":  compact,
		"mebi":     func(bytes uint64) uint64 { return bytes >> 20 },
		"stage":    stage,
		"verb":     verb,
		"final":    final,
		"gotos":    func() []goTo { return goTos },
		"volumes":  func() []int64 { return []int64{1_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000} },

		"because":   because,
		"due":       due,
		"lastbuyer": lastBuyer,
		"ownername": parley.OwnerName,
		"viewlink":  viewLink,
		"ppm":       ppm,
		"span":      parley.FormatSpan,
		"brackets":  bracketsOf,
		"ruledoes":  ruleDoes,

		"weight": weight,

		"readinghow": readingHow,
		"repairing":  repairing,
		"went":       func(f *parley.ActivationFailure) string { return failureWords(*f) },
		"kindname":   kindName,
		"basis":      func(points *int64) string { return percent(parley.BasisPoints(*points)) },

		"profilename":    profileName,
		"profilesets":    profileSets,
		"profilematches": profileMatches,
	}
}

// money writes a CPM or another amount with its currency, such as "12.50 USD".
func money(micros int64, currency parley.Currency) string {
	return amount(micros, currency) + "\u00a0" + string(currency)
}

// amount writes micros with the currency's minor digits and separators between the thousands.
func amount(micros int64, currency parley.Currency) string {
	sign := ""
	if micros < 0 {
		sign, micros = "-", -micros
	}
	_, fraction, has := strings.Cut(parley.FormatMicros(micros, currency.MinorDigits()), ".")
	if has {
		fraction = pointMark + fraction
	}
	return sign + count(micros/parley.MicrosPerUnit) + fraction
}

// count writes a number with separators between the thousands.
func count(n int64) string { return grouped(parley.FormatCount(n)) }

// counted writes how many there are of something: "1 deal", "2 deals".
func counted(n int64, what string) string {
	if n != 1 {
		what += "s"
	}
	return count(n) + " " + what
}

// total writes how long a list is.
func total(rows int64) string {
	if rows > countTo {
		return "over " + count(countTo)
	}
	return count(rows)
}

// volume writes impressions that may not have been named.
func volume(n int64) string {
	if n == 0 {
		return "\u2013"
	}
	return count(n)
}

// percent writes basis points without zeros at the end: "12.5%".
func percent(rate parley.BasisPoints) string {
	return pointed(strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", rate/100, rate%100), "0"), ".")) + "%"
}

// ppm writes parts per million as a percentage.
func ppm(parts int64) string { return percent(parley.BasisPoints((parts + 50) / 100)) }

// when writes an instant in UTC; the page's script shows it in the viewer's zone and leaves UTC to the title.
func when(t time.Time) template.HTML {
	if t.IsZero() {
		return "\u2013"
	}
	utc := t.UTC()
	// Only digits, letters of the layouts and marks: nothing here is anybody's text.
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s UTC">%s UTC</time>`, //nolint:gosec // see above
		utc.Format(time.RFC3339), utc.Format("2006-01-02 15:04:05"), dayOf(utc)+utc.Format(", 15:04")))
}

// due writes when time is over; the page's script turns it into how long that is.
func due(t time.Time) template.HTML {
	return template.HTML(strings.Replace(string(when(t)), "<time ", "<time data-until ", 1)) //nolint:gosec // as in when
}

func whenSet(t *time.Time) template.HTML {
	if t == nil {
		return "\u2013"
	}
	return when(*t)
}

// day writes a date, such as "1 Jun 2026".
func day(d parley.Date) string { return dayOf(d.Midnight()) }

// instantOf writes a time in a text, in UTC.
func instantOf(at time.Time) string { return dayOf(at.UTC()) + at.UTC().Format(", 15:04 UTC") }

// flight writes the days of a flight, such as "1 Jun – 30 Jun 2026".
func flight(f parley.Flight) string {
	start, end := f.Start.Midnight(), f.End.Midnight()
	first := dayMark + start.Format("01-02") + dayMark
	if start.Year() != end.Year() {
		first = dayOf(start)
	}
	return first + " \u2013 " + dayOf(end)
}

// pretty indents JSON; what is not JSON is shown as it is.
func pretty(value any) string {
	raw, ok := value.(json.RawMessage)
	if !ok {
		encoded, err := json.Marshal(value)
		if err != nil {
			return fmt.Sprint(value)
		}
		raw = encoded
	}
	var decoded any
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	if err := decoder.Decode(&decoded); err != nil {
		return string(raw)
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // the template escapes
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(decoded); err != nil {
		return string(raw)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// words turns a name of the wire into words: "pending_approval" is "pending approval".
func words(name any) string {
	return strings.NewReplacer("_", " ", ".", " ").Replace(fmt.Sprint(name))
}

var wireName = regexp.MustCompile(`\b[a-z]+(?:[_.][a-z]+)*_[a-z_]+\b`)

// plainly writes what is said about a field: of names of the wire, those that are typed as they are stand apart, and those among which one
// chooses are the words by which the page has them.
func plainly(text string) template.HTML {
	if strings.Contains(text, "must be one of") {
		text = wireName.ReplaceAllStringFunc(text, func(name string) string { return words(name) })
	}
	if strings.Contains(text, labelMark) {
		return template.HTML(template.HTMLEscapeString(text)) //nolint:gosec // is escaped
	}
	return template.HTML(wireName.ReplaceAllString(template.HTMLEscapeString(text), "<code>$0</code>")) //nolint:gosec // is escaped, and the names are letters
}

// short keeps the beginning and the end of an id, which tell ids apart.
func short(id string) string {
	const longest = 20
	if len(id) <= longest {
		return id
	}
	return id[:10] + "\u2026" + id[len(id)-6:]
}

// tone is how a status is coloured. The status itself is always written beside the colour.
func tone(status any) string {
	switch fmt.Sprint(status) {
	case "booked", "active", "accepted", "approved", "completed", "available", "live", "accept", "ok", "applied",
		"preferred", "on_pace", "delivered":
		return "good"
	case "proposed", "negotiating", "submitted", "pending", "pending_approval", "counter_offered", "countered", "in_progress",
		"syncing", "makegood_pending", "partially_cancelled", "counter", "final_offer", "material",
		"held", "waiting", "queued", "sending", "withdrawing", "paused", "at_risk", "ahead":
		return "wait"
	case "rejected", "failed", "cancelled", "revoked", "timed_out", "reject", "unbooked", "declined", "critical", "blocked", "short", "behind", "no_data":
		return "bad"
	}
	return "calm"
}

// dealValue writes what a volume costs; a dash when no volume is named.
func dealValue(cpm, impressions int64, currency parley.Currency) string {
	value, err := parley.DealValue(cpm, impressions)
	if err != nil || impressions == 0 {
		return "\u2013"
	}
	return worth(value, currency)
}

// worth writes what something comes to, such as the value of a deal, in whole minor units of its currency: what a price per thousand and
// a volume come to can have more decimals than anybody pays.
func worth(micros int64, currency parley.Currency) string {
	unit := currency.MinorUnit()
	half := unit / 2
	if micros < 0 {
		half = -half
	}
	return money((micros+half)/unit*unit, currency)
}

// address is the page of the resource that an id names, empty when the id names none that has a page.
func address(id string) string {
	for _, p := range []struct{ prefix, path string }{
		{parley.PrefixQuote, "/quotes/"},
		{parley.PrefixOrder, "/orders/"},
		{parley.PrefixEvent, "/events/"},
		{parley.PrefixKey, "/keys/"},
		{parley.PrefixProposal, "/proposals/"},
		{parley.PrefixNegotiation, "/negotiations/"},
		{parley.PrefixApproval, "/inbox/"},
		{parley.PrefixAgent, "/agents/"},
		{parley.PrefixPackage, "/packages/"},
		{parley.PrefixActivation, "/activations/"},
		{parley.PrefixWebhook, "/webhooks/"},
		{parley.PrefixDestination, "/destinations/"},
		{parley.PrefixAccount, "/accounts/"},
	} {
		if strings.HasPrefix(id, p.prefix) {
			return root + p.path + url.PathEscape(id)
		}
	}
	for _, kind := range ruleKinds {
		if strings.HasPrefix(id, kind.Prefix) {
			return root + kind.at + "/" + url.PathEscape(id)
		}
	}
	return ""
}

// keyOf is the id of the key by which somebody acted, such as "operator:key-…"; empty when it was by none.
func keyOf(actor string) string {
	_, id, _ := strings.Cut(actor, ":")
	if !strings.HasPrefix(id, parley.PrefixKey) {
		return ""
	}
	return id
}

// term writes a value of a change request as pages write it: a text without its quotes, a whole number in groups, and a
// dash for none.
func term(value json.RawMessage) string {
	var text string
	if len(value) == 0 || json.Unmarshal(value, &text) == nil {
		if date, err := parley.ParseDate(text); err == nil {
			return day(date)
		}
		return cmp.Or(decimal(text), "\u2013")
	}
	if n, err := strconv.ParseInt(string(value), 10, 64); err == nil {
		return count(n)
	}
	return decimal(string(value))
}

// decimal writes a number with decimals as pages do, and any other text as it is.
func decimal(text string) string {
	if _, err := parley.ParseMicros(text); err == nil {
		return pointed(text)
	}
	return text
}

// compact writes a large number in three or four characters: 3,200,000 is "3.2M".
func compact(n int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{1_000_000_000, "B"}, {1_000_000, "M"}, {1_000, "K"}} {
		if n >= unit.size {
			tenths := n / (unit.size / 10)
			if tenths >= 100 || tenths%10 == 0 {
				return plain(tenths/10) + unit.name
			}
			return plain(tenths/10) + pointMark + plain(tenths%10) + unit.name
		}
	}
	return plain(n)
}

// stage is what an event did, without what it did it to: "deal.booked" is "booked".
func stage(t parley.EventType) string {
	_, did, _ := strings.Cut(string(t), ".")
	return did
}

var verbs = map[parley.OrderStatus]string{
	parley.OrderDraft: "Back to draft", parley.OrderSubmitted: "Submit",
	parley.OrderApproved: "Approve", parley.OrderRejected: "Reject", parley.OrderInProgress: "Start", parley.OrderSyncing: "Sync",
	parley.OrderBooked: "Mark booked", parley.OrderUnbooked: "Unbook", parley.OrderCompleted: "Complete",
	parley.OrderCancelled: "Cancel", parley.OrderFailed: "Mark failed",
}

// verb is what a button says that moves an order to a state.
func verb(to parley.OrderStatus) string { return verbs[to] }

// bracketsOf are the volume discounts that a rate card comes to.
func bracketsOf(card parley.RateCard) []parley.VolumeBracket {
	if len(card.VolumeBrackets) == 0 {
		return parley.DefaultVolumeBrackets
	}
	return card.VolumeBrackets
}

// ruleDoes says in a few words what a pricing rule does, and to what.
func ruleDoes(r parley.PricingRule) string {
	var does, to []string
	cpm := func(what string, m *parley.Money) {
		if m != nil {
			does = append(does, what+" "+money(m.Micros, m.Currency))
		}
	}
	cpm("contracted at", r.BaseCPM)
	if r.Discount > 0 {
		does = append(does, percent(r.Discount)+" off")
	}
	cpm("floor", r.FloorCPM)
	cpm("ceiling", r.CeilingCPM)
	if len(r.VolumeBrackets) > 0 {
		does = append(does, "own volume discounts")
	}
	for _, tier := range r.Tiers {
		to = append(to, tier.String())
	}
	for _, t := range r.DealTypes {
		to = append(to, string(t))
	}
	for _, names := range [][]string{r.AgencyIDs, r.AdvertiserIDs, r.HoldingCompanies, r.AccountIDs, r.ProductIDs, r.InventoryTypes} {
		to = append(to, names...)
	}
	if r.Condition != "" {
		to = append(to, r.Condition)
	}
	text := strings.Join(does, ", ")
	if text == "" {
		text = "nothing"
	}
	if len(to) > 0 {
		text += " for " + strings.Join(to, ", ")
	}
	return text
}

// lastBuyer is the price that the buyer named last, 0 when it has named none.
func lastBuyer(n parley.Negotiation) int64 {
	for _, round := range slices.Backward(n.Rounds) {
		if round.BuyerCPM > 0 {
			return round.BuyerCPM
		}
	}
	return 0
}
