package storage

import "parley"

func scanWhole(rows Rows, n *int64) error { return rows.Scan(n) }

// CapacityVersion answers how often a product's capacity was declared or taken back: 0 when never.
func (r *Reader) CapacityVersion(productID string) *Pending[int64] {
	return maybe(r, scanWhole, `SELECT COALESCE(MAX(version), 0) FROM capacity_changes WHERE product_id = $1`, productID)
}

// CapacityChangedOver answers the last version at which any day of a range was declared or taken back: 0 when none was.
func (r *Reader) CapacityChangedOver(productID string, days parley.Flight) *Pending[int64] {
	return maybe(r, scanWhole, `SELECT COALESCE(MAX(version), 0) FROM capacity_changes
		WHERE product_id = $1 AND first_day <= $3 AND last_day >= $2`, productID, int64(days.Start), int64(days.End))
}

// NoteCapacityChange says that the days of a range were declared or taken back at a version, the next one of the product. A repeated
// version is CodeContention: the product has to be kept from changing before its version is asked for.
func (tx *Tx) NoteCapacityChange(productID string, version int64, days parley.Flight) {
	tx.add(Stmt{
		SQL:     `INSERT INTO capacity_changes (product_id, version, first_day, last_day) VALUES ($1, $2, $3, $4)`,
		Args:    []any{productID, version, int64(days.Start), int64(days.End)},
		Refused: refuse(parley.Errorf(parley.CodeContention, "The capacity of product %q has changed meanwhile.", productID), PrimaryKey, Unique),
	})
}
