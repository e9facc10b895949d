package storage

// UnsettledSeats answers seats, after one in the order of their ids, that earlier programs left as they are not made any more: accounts of
// one seat under several spellings of its DSP, and seats that are nobody's although their keys name a party.
func (r *Reader) UnsettledSeats(after string, limit int) *Pending[[]string] {
	return many(r, scalar[string], `SELECT id FROM accounts WHERE kind = 'seat' AND id > $1 AND (
			EXISTS (SELECT 1 FROM account_names AS w WHERE w.account_id = accounts.id AND w.dsp <> w.platform)
			OR parent_id IS NULL AND EXISTS (SELECT 1 FROM account_names AS w JOIN keys AS k ON k.party_seat = w.folded
				AND k.party_platform = w.platform
				WHERE w.account_id = accounts.id AND (k.party_agency <> '' OR k.party_advertiser <> '')))
		ORDER BY id LIMIT $2`, after, limit)
}

// SeatsLacking answers keys, after one in the order of their ids, one for each seat without a DSP that they name and that has no account:
// earlier programs took seats with its id at some DSP for it.
func (r *Reader) SeatsLacking(after string, limit int) *Pending[[]string] {
	const named = `(SELECT 1 FROM account_names AS w WHERE w.kind = 'seat' AND w.folded = k.party_seat`
	return many(r, scalar[string], `SELECT MIN(id) FROM keys AS k WHERE party_seat <> '' AND party_platform = '' AND EXISTS `+named+`)
			AND NOT EXISTS `+named+` AND w.platform = '')
		GROUP BY party_seat HAVING MIN(id) > $1 ORDER BY 1 LIMIT $2`, after, limit)
}

// SeatsAlike answers the ids of other accounts that are the same seat as one: with a name of it, at its platform.
func (r *Reader) SeatsAlike(id string) *Pending[[]string] {
	return many(r, scalar[string], `SELECT DISTINCT other.account_id FROM account_names AS w JOIN account_names AS other
			ON other.kind = 'seat' AND other.folded = w.folded AND other.platform = w.platform AND other.account_id <> w.account_id
		WHERE w.kind = 'seat' AND w.account_id = $1 ORDER BY other.account_id`, id)
}

// EndSeat removes the account of a seat that is another account's too: what counts for it counts for that. It comes after LockAccounts, and
// after the rules that pick it pick the other.
func (tx *Tx) EndSeat(id, kept string) {
	tx.exec(`DELETE FROM hold_parties WHERE party = $1 AND hold_id IN (SELECT hold_id FROM hold_parties WHERE party = $2)`, id, kept)
	tx.exec(`UPDATE hold_parties SET party = $2, slot = slot + (SELECT COALESCE(MAX(slot), 0) FROM hold_parties WHERE party = $2) WHERE party = $1`, id, kept)
	tx.exec(`DELETE FROM account_names WHERE account_id = $1`, id)
	tx.add(Stmt{SQL: `DELETE FROM accounts WHERE id = $1 AND kind = 'seat'`, Args: []any{id}, Wants: 1, Otherwise: notFound("account", id)})
}

// RuleAccounts are the accounts that a version of a rule picks.
type RuleAccounts struct {
	RuleID   string
	Version  int64
	Accounts []string
}

// PickersOf answers the versions of the rules of a kind, the former and the deleted among them, that pick an account.
func (k RuleKind) PickersOf(r *Reader, accountID string) *Pending[[]RuleAccounts] {
	scan := func(rows Rows, a *RuleAccounts) error { return rows.Scan(&a.RuleID, &a.Version, decoded(&a.Accounts)) }
	return many(r, scan, `SELECT rule_id, version, account_ids FROM `+k.versions+` WHERE CAST(account_ids AS TEXT) LIKE $1 ORDER BY rule_id, version`,
		`%"`+escapePattern.Replace(accountID)+`"%`)
}

// PickInstead has a version of a rule pick other accounts, which are those that it picked: they have become others. It moves the version of
// all.
func (k RuleKind) PickInstead(tx *Tx, a RuleAccounts) {
	k.move(tx)
	tx.exec(`UPDATE `+k.versions+` SET account_ids = $3 WHERE rule_id = $1 AND version = $2`, a.RuleID, a.Version, tx.json(orEmpty(a.Accounts)))
}
