package storage

import (
	"slices"
	"strings"

	"parley"
)

// DeliveryStanding is how a deal of which figures are known stands by those up to a complete day.
type DeliveryStanding struct {
	Day        parley.Date
	Place      *int64 // how soon it needs somebody, the lowest first; nil: never, since it is not in force or long over
	AtRisk     int64  // micros that it will be short of
	ReckonedBy string // the setting that it hangs on; empty: none
}

// StandingDeals answers deals in force that figures are known of, whose flight began on or before a day and did not end before another: at most
// limit of those that need somebody soonest by what is kept for a complete day and by a setting. Of those of which nothing is kept for these it
// answers, of each reason, at most others: the ones that needed somebody soonest when that was last reckoned.
func (r *Reader) StandingDeals(complete, begun, since parley.Date, setting string, limit, others int) *Pending[[]string] {
	some := func(index, condition, limit string) string {
		return `SELECT deal_id FROM (SELECT s.deal_id FROM delivery_standings AS s` + r.indexedBy(index) + ` CROSS JOIN deals WHERE ` + condition + ` AND ` + runningOf + `
			ORDER BY s.place, s.at_risk DESC, s.deal_id LIMIT ` + limit + `) AS found`
	}
	branches := []string{
		some("delivery_standings_worst", `s.place IS NOT NULL AND s.counted AND s.day = $1 AND s.reckoned_by IN ('', $4)`, "$5"),
		some("delivery_standings_open", `NOT s.counted AND s.place IS NOT NULL`, "$6"),
		some("delivery_standings_open", `NOT s.counted AND s.place IS NULL`, "$6"),
		some("delivery_standings_by_day", `s.place IS NOT NULL AND s.day < $1`, "$6"),
		some("delivery_standings_by_day", `s.place IS NOT NULL AND s.day > $1`, "$6"),
		some("delivery_standings_by_settings", `s.reckoned_by <> '' AND s.reckoned_by < $4`, "$6"),
		some("delivery_standings_by_settings", `s.reckoned_by <> '' AND s.reckoned_by > $4`, "$6"),
	}
	branches = append(branches, `SELECT deal_id FROM (SELECT s.deal_id FROM (SELECT DISTINCT newer.deal_id FROM delivery_arrival CROSS JOIN delivery_arriving_sums AS newer
		WHERE delivery_arrival.shown) AS s CROSS JOIN deals WHERE `+runningOf+` ORDER BY s.deal_id LIMIT $6) AS found`)
	return then(many(r, scalar[string], strings.Join(branches, ` UNION `), int64(complete), int64(begun), int64(since), setting, limit, others),
		func(ids []string) ([]string, error) {
			slices.Sort(ids)
			return ids, nil
		})
}

// HoldStanding keeps others from marking what a deal earned, and how it stands, until the transaction ends: who marks it, or stores that, holds this
// before either.
func (tx *Tx) HoldStanding(dealID string) {
	if tx.dialect.ForUpdate != "" {
		tx.exec(`SELECT 1 FROM delivery_standings WHERE deal_id = $1`+tx.dialect.ForUpdate, dealID)
	}
}

// runningOf is the condition that the deal of a row, s, is in force, and that its flight began on or before a day and did not end before another.
const runningOf = `deals.id = s.deal_id AND deals.flight_start <= $2 AND deals.flight_end >= $3
	AND deals.status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled')`

// StandingToReckon answers the version of how a deal stands, where nothing is kept for a complete day and by a setting.
func (r *Reader) StandingToReckon(dealID string, complete parley.Date, setting string) *Pending[*int64] {
	return maybe(r, func(rows Rows, version **int64) error { return rows.Scan(version) },
		`SELECT version FROM delivery_standings WHERE deal_id = $1 AND NOT (counted AND (place IS NULL OR day = $2) AND reckoned_by IN ('', $3))`,
		dealID, int64(complete), setting)
}

// SetStanding stores how a deal stands, which the caller holds, unless what that hangs on has changed since a version.
func (tx *Tx) SetStanding(dealID string, version int64, s DeliveryStanding) {
	tx.locks(dealRow, dealID)
	tx.exec(`UPDATE delivery_standings SET counted = TRUE, day = $3, place = $4, at_risk = $5, reckoned_by = $6 WHERE deal_id = $1 AND version = $2`,
		dealID, version, int64(s.Day), s.Place, s.AtRisk, s.ReckonedBy)
}
