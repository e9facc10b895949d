package storage

// Waiting answers how many bookings and proposals of a product by some owners wait at gates; of each kind most at the most. Until the
// transaction ends, others that ask for the same party wait, which is whoever the owners' things count for.
func (tx *Tx) Waiting(party string, owners []string, productID string, most int) *Pending[int64] {
	// It comes after the budgets and what the triggers of deals lock.
	tx.locks(budgetRow, "waiting\n"+party)
	tx.lock("waiting of " + party)
	// What waits is little beside all that an owner has, or that there is of a product: the states find it.
	among, arg := tx.among(owners)
	of := `product_id || '' = $2 AND owner || '' ` + among + ` LIMIT $3`
	return one(&tx.Reader, scalar[int64], "waiting", party, `SELECT COUNT(*) FROM (
		SELECT 1 AS n FROM (SELECT id FROM deals WHERE status = 'proposed' AND `+of+`) AS d
		UNION ALL SELECT 1 FROM (SELECT id FROM proposals WHERE status = 'pending_approval' AND `+of+`) AS p) AS w`, arg, productID, most)
}
