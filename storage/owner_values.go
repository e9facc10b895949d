package storage

import (
	"strings"

	"parley"
)

// OwnerValue is what owners have booked in a month in one currency. The largest amount there is stands for every larger one.
type OwnerValue struct {
	Currency parley.Currency
	Month    int64 // how many months after January 1970
	Deals    int64
	Unstated int64 // of the deals, those that state no volume, and so no value
	Micros   int64 // the value of the others: of each its CPM x volume / 1000
}

// OwnerValues answers what some owners have booked together, by currency and month, the newest month first. It is kept with each deal
// by triggers, so that it costs what there are days; of an owner of whose deals some are another account's it looks at each.
func (r *Reader) OwnerValues(owners []AccountOwner) *Pending[[]OwnerValue] {
	var w where
	var whole []string
	var parts strings.Builder
	for _, o := range owners {
		if len(o.Elsewhere) == 0 {
			whole = append(whole, o.Owner)
			continue
		}
		parts.WriteString(` UNION ALL SELECT currency, month, 1, unstated, units, micros FROM stated_deal_values WHERE id IN (SELECT id FROM deals WHERE ` +
			w.ofOwner("deals", o) + `)`)
	}
	scan := func(rows Rows, v *OwnerValue) error {
		var units, micros int64
		err := rows.Scan((*string)(&v.Currency), &v.Month, &v.Deals, &v.Unstated, &units, &micros)
		v.Micros = amount(units, micros)
		return err
	}
	among := w.arg(r.json(orEmpty(whole)))
	return many(r, scan, `SELECT currency, month, CAST(SUM(deals) AS BIGINT), CAST(SUM(unstated) AS BIGINT), CAST(SUM(units) AS BIGINT),
			CAST(SUM(micros) AS BIGINT)
		FROM (SELECT currency, month, deals, unstated, units, micros FROM stated_values WHERE owner IN (`+strings.Replace(r.dialect.Elements, "$1", among, 1)+`)`+
		parts.String()+`) AS booked GROUP BY currency, month HAVING SUM(deals) > 0 ORDER BY currency, month DESC`, w.args...)
}
