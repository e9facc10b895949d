package storage

import (
	"time"

	"parley"
)

// SoldVolume is how many impressions buyers of one account, in one tier, have booked of a product in one way.
type SoldVolume struct {
	ProductID   string
	Tier        parley.Tier
	DealType    parley.DealType
	Currency    parley.Currency
	Owner       string
	Impressions int64
}

// SoldVolumes answers what was booked since an instant and still counts: deals that wait, and those that were cancelled or came
// to nothing, do not. A deal without a volume counts with the one that it is assumed to have. It looks at the deals since then
// alone, of which there may be many.
func (r *Reader) SoldVolumes(since time.Time) *Pending[[]SoldVolume] {
	const query = `SELECT product_id, tier, deal_type, currency, owner,
			CAST(SUM(CASE WHEN impressions > 0 THEN impressions ELSE assumed_impressions END) AS BIGINT)
		FROM deals
		WHERE seq > COALESCE((SELECT seq FROM deals WHERE created_at < $1 ORDER BY seq DESC LIMIT 1), -1)
			AND COALESCE(status, '') IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed')
		GROUP BY product_id, tier, deal_type, currency, owner ORDER BY product_id, tier, deal_type, currency, owner`
	scan := func(rows Rows, v *SoldVolume) error {
		var tier string
		err := rows.Scan(&v.ProductID, &tier, (*string)(&v.DealType), (*string)(&v.Currency), &v.Owner, &v.Impressions)
		v.Tier, _ = parley.ParseTier(tier)
		return err
	}
	return many(r, scan, query, micros(since))
}
