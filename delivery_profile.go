package parley

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// DeliveryProfile says how the files of a source are to be read.
type DeliveryProfile struct {
	ID     string
	Source string // who counted
	DeliveryReading
	Version   int64 // counts its changes, from 1
	UpdatedAt time.Time
}

// DeliveryReading is how a file of figures is to be read: what its headings mean, how it writes numbers, and where its days begin.
type DeliveryReading struct {
	// Columns are the columns of headings that are called otherwise, such as "day" for "Date", or ignore.
	Columns map[string]string `json:"columns,omitempty"`
	// Separator stands between the cells of a CSV: a comma, semicolon, tabulator or bar; empty: a comma.
	Separator string `json:"separator,omitempty"`
	// Thousands stands between the thousands of numbers: a comma, point, apostrophe or blank; empty: nothing does.
	Thousands string `json:"thousands,omitempty"`
	// Decimal stands before the decimals: a point or a comma; empty: a point.
	Decimal string `json:"decimal,omitempty"`
	// TimeZone is that of the source's days, such as America/New_York; empty: the publisher's.
	TimeZone string `json:"time_zone,omitempty"`
}

// DeliveryColumns are the columns that a file of figures can have; day and impressions are needed, and one that names the deal: deal_id, or
// else alias, or else line_item_ref. Others beginning with loss_ count the bids that were lost for one of OpenRTB's loss reasons, such as
// loss_101.
var DeliveryColumns = [...]string{
	"day", "deal_id", "alias", "line_item_ref", "line", "impressions", "clicks", "completions", "viewable", "bid_requests", "bids", "wins", "spend", "currency", "final",
}

// IgnoredColumn is the column of a heading that says nothing that is taken in.
const IgnoredColumn = "ignore"

// IsDeliveryColumn tells whether a column is one that a file of figures can have.
func IsDeliveryColumn(column string) bool {
	if code, is := strings.CutPrefix(column, "loss_"); is {
		n, err := strconv.ParseUint(code, 10, 16)
		return err == nil && strconv.FormatUint(n, 10) == code
	}
	return slices.Contains(DeliveryColumns[:], column)
}
