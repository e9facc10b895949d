package storage

import "parley"

// DealPace is how a deal kept up with its plan when that was last looked at.
type DealPace struct {
	DealID string
	Day    parley.Date // the last complete day then; 0: nobody has looked
	Seen   string      // the state
	Told   string      // the state that was told last; empty: none was
}

// DealsToPace answers, by the end of their flights and after a place, the zero place being the beginning, at most limit deals in
// force whose flight runs, or has run, on a day that is complete, that figures are known of or that are live anywhere, and that nobody
// has looked at since that day.
func (r *Reader) DealsToPace(complete parley.Date, after EndedDeal, limit int) *Pending[[]EndedDeal] {
	from := "deals"
	if r.dialect.IndexedBy != "" {
		from += r.dialect.IndexedBy + "deals_by_end"
	}
	scan := func(rows Rows, d *EndedDeal) error { return rows.Scan((*int32)(&d.End), &d.ID) }
	return many(r, scan, `SELECT flight_end, id FROM `+from+` WHERE status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled')
		AND flight_start <= $1 AND (flight_end, id) > ($2, $3)
		AND NOT EXISTS (SELECT 1 FROM deal_paces WHERE deal_paces.deal_id = deals.id AND deal_paces.day >= $1)
		AND (`+hasFigures+`
			OR EXISTS (SELECT 1 FROM activations WHERE activations.deal_id = deals.id AND activations.status = 'live'))
		ORDER BY flight_end, id LIMIT $4`, int64(complete), int64(after.End), after.ID, limit)
}

// DealPace answers how a deal kept up when that was last looked at; nothing when nobody has.
func (r *Reader) DealPace(dealID string) *Pending[[]DealPace] {
	return many(r, func(rows Rows, p *DealPace) error { return rows.Scan(&p.DealID, (*int32)(&p.Day), &p.Seen, &p.Told) },
		`SELECT deal_id, day, seen, told FROM deal_paces WHERE deal_id = $1`, dealID)
}

// SetDealPace stores how a deal, which the caller holds, keeps up.
func (tx *Tx) SetDealPace(p DealPace) {
	tx.locks(dealRow, p.DealID)
	tx.exec(`INSERT INTO deal_paces (deal_id, day, seen, told) VALUES ($1, $2, $3, $4)
		ON CONFLICT (deal_id) DO UPDATE SET day = excluded.day, seen = excluded.seen, told = excluded.told`, p.DealID, int64(p.Day), p.Seen, p.Told)
}
