package deliveryfile

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"parley"
)

const (
	lossPrefix  = "loss_"
	mostLosses  = 100
	longestLine = 200 // bytes, as of other names
)

// folded is a heading as columns are called: "Bid Requests" is bid_requests.
func folded(heading string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(strings.TrimPrefix(heading, "\ufeff"))), " ", "_")
}

// row collects what a row says, and what is wrong with it.
type row struct {
	day      parley.DeliveryDay
	given    map[string]bool
	problems []string
	options  Options
}

func newRow(options Options) *row { return &row{given: map[string]bool{}, options: options} }

func (r *row) wrong(column, format string, args ...any) {
	r.problems = append(r.problems, "column "+column+" "+fmt.Sprintf(format, args...))
}

// set takes the value of a column; an empty one says nothing, and neither does a column that is ignored.
func (r *row) set(column, value string) {
	value = strings.TrimSpace(value)
	if value == "" || column == Ignored {
		return
	}
	r.given[column] = true
	d := &r.day
	if code, is := strings.CutPrefix(column, lossPrefix); is {
		if n, ok := r.count(column, value); ok {
			if d.Losses == nil {
				d.Losses = map[string]int64{}
			}
			d.Losses[code] = n
		}
		return
	}
	switch column {
	case "day":
		day, err := parley.ParseDate(value)
		if err != nil {
			r.wrong(column, "%v", err)
		}
		d.Day = day
	case "deal_id":
		d.DealID = strings.ToUpper(value)
	case "alias":
		d.Alias = r.name(column, value)
	case "line_item_ref":
		d.LineItem = r.name(column, value)
	case "line":
		d.Line = r.name(column, value)
	case "impressions":
		d.Impressions, _ = r.count(column, value)
	case "clicks":
		d.Clicks = r.optional(column, value)
	case "completions":
		d.Completions = r.optional(column, value)
	case "viewable":
		d.Viewable = r.optional(column, value)
	case "bid_requests":
		d.BidRequests = r.optional(column, value)
	case "bids":
		d.Bids = r.optional(column, value)
	case "wins":
		d.Wins = r.optional(column, value)
	case "spend":
		micros, err := parley.ParseMicros(r.options.amount(value))
		switch {
		case errors.Is(err, parley.ErrOverflow):
			r.wrong(column, "must be at most %s", parley.FormatMicros(math.MaxInt64, 0))
		case errors.Is(err, parley.ErrPrecision):
			r.wrong(column, "must have at most six decimals")
		case err != nil || micros < 0:
			r.wrong(column, "must be a decimal number such as 12.50, without separators of thousands but those of the source's profile")
		}
		d.SpendMicros = &micros
	case "currency":
		if d.Currency = parley.Currency(strings.ToUpper(value)); !d.Currency.Valid() {
			r.wrong(column, "must be a currency's code such as USD")
		}
	case "final":
		switch strings.ToLower(value) {
		case "true", "yes", "1":
			d.Final = true
		case "false", "no", "0":
		default:
			r.wrong(column, "must be true or false")
		}
	}
}

func (r *row) name(column, value string) string {
	if len(value) > longestLine {
		r.wrong(column, "must be at most %d bytes", longestLine)
	}
	return value
}

// count reads a whole number of at most MaxImpressions.
func (r *row) count(column, value string) (int64, bool) {
	value = r.options.whole(value)
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 || n > parley.MaxImpressions || value[0] == '+' {
		r.wrong(column, "must be a whole number of digits alone, at most %d", parley.MaxImpressions)
		return 0, false
	}
	return n, true
}

func (r *row) optional(column, value string) *int64 {
	n, _ := r.count(column, value)
	return &n
}

// finish looks at what goes together.
func (r *row) finish() parley.DeliveryDay {
	for _, column := range []string{"day", "impressions"} {
		if !r.given[column] {
			r.wrong(column, "is needed")
		}
	}
	if !r.given["deal_id"] && !r.given["alias"] && !r.given["line_item_ref"] {
		r.wrong("deal_id", "is needed, or alias or line_item_ref in its place")
	}
	if r.given["spend"] != r.given["currency"] {
		if r.given["spend"] {
			r.wrong("currency", "is needed with spend")
		}
		r.day.Currency = ""
	}
	if len(r.day.Losses) > mostLosses {
		r.wrong(lossPrefix, "must be at most %d columns", mostLosses)
	}
	return r.day
}

// whole is a whole number without the signs between its thousands. One that has them anywhere else stays as it is, and is read by
// nobody.
func (o Options) whole(value string) string {
	if o.thousands == "" {
		return value
	}
	groups := strings.Split(value, o.thousands)
	for i, group := range groups {
		if i > 0 && len(group) != 3 || i == 0 && len(groups) > 1 && (group == "" || len(group) > 3) {
			return value
		}
	}
	return strings.Join(groups, "")
}

// amount is a decimal number with a point before its decimals, and nothing between its thousands.
func (o Options) amount(value string) string {
	if o.thousands == "" && o.decimal == "" {
		return value
	}
	sign := "."
	if o.decimal != "" {
		sign = o.decimal
	}
	whole, decimals, has := strings.Cut(value, sign)
	if strings.ContainsAny(decimals, ".,' ") {
		return "?" + value // which is no number
	}
	whole = o.whole(whole)
	if strings.ContainsAny(whole, ".,' ") {
		return "?" + value
	}
	if has {
		whole += "." + decimals
	}
	return whole
}
