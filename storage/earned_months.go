package storage

import (
	"slices"
	"strings"

	"parley"
)

// EarnedMonth is a month of which there are figures of a deal, as far as what it earned in it is to be reckoned.
type EarnedMonth struct {
	Month   parley.Date // its first day
	Version int64       // of what that hangs on
}

// Earned is what a deal earned in a month by the source whose figures count.
type Earned struct {
	Currency    parley.Currency
	Impressions int64
	List, Net   int64  // micros
	Unspent     bool   // nobody says what was spent, so that Net is not known
	ReckonedBy  string // the settings that it hangs on; empty: none
}

// EarnedTotals is what deals earned in a month, as far as it is kept, and the deals of which it is to be reckoned.
type EarnedTotals struct {
	Kept []FinanceTotal
	Open []string
}

// figuresShown is a condition on a column that holds a deal's id: that a file which is shown, and is not in the ledger yet, has figures of it.
func figuresShown(dealID string) string {
	return `EXISTS (SELECT 1 FROM delivery_arrival CROSS JOIN delivery_arriving_sums AS newer WHERE delivery_arrival.shown AND newer.deal_id = ` + dealID + `)`
}

// FiguresArriving answers whether a file of figures is shown, and not in the ledger yet.
func (r *Reader) FiguresArriving() *Pending[bool] {
	return maybe(r, scalar[bool], `SELECT shown FROM delivery_arrival`)
}

// firstShown selects columns of the deals whose first figures of some days, whose bounds and month are placeholders, are of a file that is
// shown and not in the ledger yet.
func firstShown(columns, month, from, to string) string {
	return `SELECT ` + columns + ` FROM deals WHERE id IN (SELECT deal_id FROM delivery_arrival CROSS JOIN delivery_arriving_sums
			WHERE shown AND day BETWEEN ` + from + ` AND ` + to + `)
		AND NOT EXISTS (SELECT 1 FROM earned_months WHERE earned_months.month = ` + month + ` AND earned_months.deal_seq = deals.seq)`
}

// reckonedBy is the condition that what a deal earned was reckoned by settings that hold, each a placeholder.
func reckonedBy(settings ...string) string {
	return `reckoned_by IN ('', ` + strings.Join(settings, ", ") + `)`
}

// EarnedTotals answers what all deals earned in a month, of which days are all, by settings that hold, any of which it may hang on: in one look at
// the database, so that no deal is counted twice or not at all.
func (r *Reader) EarnedTotals(days parley.Flight, settings [3]string) *Pending[EarnedTotals] {
	p := asking[EarnedTotals](r)
	kept := `counted AND ` + reckonedBy("$3", "$4", "$5")
	const none = `, '', 0, 0, 0, 0, 0, 0, 0`
	query := `SELECT '', currency, COUNT(*), ` + sumOf("unspent", "impressions", "list_units", "list_micros", "units", "micros") + ` FROM (
			SELECT currency, CASE WHEN unspent THEN 1 ELSE 0 END AS unspent, impressions, list_micros / 1000000 AS list_units,
				list_micros % 1000000 AS list_micros, net_micros / 1000000 AS units, net_micros % 1000000 AS micros
			FROM earned_months WHERE month = $1 AND ` + kept + ` AND NOT ` + figuresShown("earned_months.deal_id") + `) AS earned GROUP BY currency
		UNION ALL SELECT deal_id` + none + ` FROM earned_months WHERE month = $1 AND (NOT (` + kept + `) OR ` + figuresShown("earned_months.deal_id") + `)
		UNION ALL ` + firstShown("id"+none, "$1", "$1", "$2") + ` ORDER BY 1, 2`
	r.add(Stmt{SQL: query, Args: []any{int64(days.Start), int64(days.End), settings[0], settings[1], settings[2]}, Scan: func(rows Rows) error {
		for rows.Next() {
			var (
				dealID                           string
				t                                FinanceTotal
				list, listMicros, net, netMicros int64
			)
			err := rows.Scan(&dealID, (*string)(&t.Currency), &t.Deals, &t.Unstated, &t.Impressions, &list, &listMicros, &net, &netMicros)
			if err != nil {
				return err
			}
			if dealID != "" {
				p.value.Open = append(p.value.Open, dealID)
				continue
			}
			t.List, t.Net = amount(list, listMicros), amount(net, netMicros)
			p.value.Kept = append(p.value.Kept, t)
		}
		return rows.Err()
	}})
	return p
}

// DealsToReckon answers, by their ids and after one, at most limit deals of which what they earned in some month, or how they stand by a complete
// day, is to be reckoned by settings that hold, the second of which how they stand hangs on. Of those reckoned by other settings, which are between
// those in the index or on either side of them, and of those of other days, it answers one setting's and one day's at a time: the index has
// them in order.
func (r *Reader) DealsToReckon(settings [3]string, complete parley.Date, after string, limit int) *Pending[[]string] {
	setting := settings[1]
	slices.Sort(settings[:])
	var some []string
	of := func(table, index, condition string) {
		some = append(some, `SELECT deal_id FROM (SELECT DISTINCT deal_id FROM `+table+r.indexedBy(table+index)+` WHERE `+condition+` AND deal_id > $1
			ORDER BY deal_id LIMIT $2) AS found`)
	}
	other := func(table string, between ...string) {
		for _, condition := range between {
			of(table, "_by_settings", `reckoned_by <> '' AND reckoned_by = (SELECT MAX(reckoned_by) FROM `+table+r.indexedBy(table+"_by_settings")+` WHERE reckoned_by <> '' AND `+condition+`)`)
		}
	}
	of("earned_months", "_open", `NOT counted`)
	other("earned_months", `reckoned_by < $3`, `reckoned_by > $3 AND reckoned_by < $4`, `reckoned_by > $4 AND reckoned_by < $5`, `reckoned_by > $5`)
	of("delivery_standings", "_open", `NOT counted`)
	for _, than := range [...]string{"<", ">"} {
		of("delivery_standings", "_by_day", `place IS NOT NULL AND day = (SELECT MAX(day) FROM delivery_standings`+r.indexedBy("delivery_standings_by_day")+
			` WHERE place IS NOT NULL AND day `+than+` $6)`)
	}
	other("delivery_standings", `reckoned_by < $7`, `reckoned_by > $7`)
	return many(r, scalar[string], strings.Join(some, ` UNION `)+` ORDER BY deal_id LIMIT $2`,
		after, limit, settings[0], settings[1], settings[2], int64(complete), setting)
}

// MonthsToReckon answers the months in which what a deal earned is to be reckoned by settings that hold.
func (r *Reader) MonthsToReckon(dealID string, settings [3]string) *Pending[[]EarnedMonth] {
	return many(r, func(rows Rows, m *EarnedMonth) error { return rows.Scan((*int32)(&m.Month), &m.Version) },
		`SELECT month, version FROM earned_months WHERE deal_id = $1 AND NOT (counted AND `+reckonedBy("$2", "$3", "$4")+`) ORDER BY month`,
		dealID, settings[0], settings[1], settings[2])
}

// SetEarned stores what a deal, which the caller holds, earned in a month, unless what that hangs on has changed since the month was read.
func (tx *Tx) SetEarned(dealID string, m EarnedMonth, e Earned) {
	tx.locks(dealRow, dealID)
	tx.exec(`UPDATE earned_months SET counted = TRUE, reckoned_by = $4, currency = $5, impressions = $6, list_micros = $7, net_micros = $8, unspent = $9
		WHERE deal_id = $1 AND month = $2 AND version = $3`,
		dealID, int64(m.Month), m.Version, e.ReckonedBy, string(e.Currency), e.Impressions, e.List, e.Net, e.Unspent)
}
