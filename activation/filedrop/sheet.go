package filedrop

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"parley"
	"parley/activation"
)

// Action is what a sheet asks to be done.
type Action string

// The actions.
const (
	ActionCreate Action = "create"
	ActionChange Action = "change"
	ActionPause  Action = "pause"
	ActionEnd    Action = "end"
)

// Columns are those that a sheet can have, in their usual order.
var Columns = [...]string{
	"deal_id", "revision", "action", "deal_type", "name", "advertiser", "agency", "seat", "dsp", "wadomain", "order_id", "product_id",
	"product", "ad_units", "placements", "key_values", "sizes", "durations", "starts_at", "ends_at", "time_zone", "impressions", "cpm",
	"currency", "priority", "pacing", "notes",
}

// sheet is the body of the one step: the columns but for the action, which is the verb's.
type sheet map[string]string

// safeID is what the id of a deal looks like: Parley mints them.
var safeID = regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`)

func sheetOf(want activation.Want) sheet {
	d := want.Deal
	party := d.Identity
	s := sheet{
		"deal_id": d.ID, "revision": strconv.FormatInt(want.Revision, 10), "deal_type": string(d.DealType),
		"name":       strings.Join(nonEmpty(cmp.Or(party.AdvertiserName, party.AgencyName, party.SeatName, d.Seat()), d.ProductName), " - "),
		"advertiser": cmp.Or(party.AdvertiserName, party.AdvertiserID), "agency": cmp.Or(party.AgencyName, party.AgencyID),
		"seat": d.Seat(), "dsp": cmp.Or(d.Claimed.DSPPlatform, party.DSPPlatform),
		"wadomain": cmp.Or(party.AdvertiserDomain, d.Claimed.AdvertiserDomain), "order_id": want.OrderID,
		"product_id": d.ProductID, "product": d.ProductName,
		"starts_at": want.Starts.Format(time.RFC3339), "ends_at": want.Ends.Format(time.RFC3339), "time_zone": want.TimeZone,
		"cpm": parley.FormatMicros(d.Price.FinalCPM, d.Price.Currency.MinorDigits()), "currency": string(d.Price.Currency),
		"notes": d.Notes,
	}
	if d.Impressions > 0 {
		s["impressions"] = strconv.FormatInt(d.Impressions, 10)
	}
	if d.DealType.Guaranteed() {
		s["pacing"] = "even"
	}
	return s
}

func nonEmpty(texts ...string) []string {
	var some []string
	for _, text := range texts {
		if text != "" {
			some = append(some, text)
		}
	}
	return some
}

// file is one file of a sheet.
type file struct {
	name    string
	content []byte
}

// files are those that a sheet with an action is written as.
func (s sheet) files(settings Settings, action Action) ([]file, error) {
	var files []file
	base := s.base()
	full := sheet{"action": string(action)}
	for name, value := range s {
		full[name] = value
	}
	if settings.Format != JSON {
		var text bytes.Buffer
		writer := csv.NewWriter(&text)
		headings, cells := make([]string, len(settings.Columns)), make([]string, len(settings.Columns))
		for i, c := range settings.Columns {
			headings[i], cells[i] = parley.InertCell(c.Heading), parley.InertCell(full[c.Column])
		}
		if err := writer.WriteAll([][]string{headings, cells}); err != nil {
			return nil, err
		}
		files = append(files, file{base + ".csv", text.Bytes()})
	}
	if settings.Format != CSV {
		raw, err := json.MarshalIndent(full, "", "  ")
		if err != nil {
			return nil, err
		}
		files = append(files, file{base + ".json", append(raw, '\n')})
	}
	return files, nil
}

// base is the sheet's name without what tells its format.
func (s sheet) base() string { return fmt.Sprintf("%s_r%s", s["deal_id"], s["revision"]) }

// revisionOf is the revision that a file's name tells of a deal's sheet; 0: it is no sheet of it.
func revisionOf(dealID, name string) int64 {
	rest, is := strings.CutPrefix(name, dealID+"_r")
	if !is {
		return 0
	}
	digits, format, _ := strings.Cut(rest, ".")
	revision, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || strconv.FormatInt(revision, 10) != digits || format != string(CSV) && format != string(JSON) {
		return 0
	}
	return revision
}
