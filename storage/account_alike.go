package storage

import "parley"

// alike is what is stored of a name beside its form with the letters A to Z in one case: parley.AlikeName where that is another, else empty.
func alike(written string) string {
	if name := parley.AlikeName(written); name != parley.AccountName(written) {
		return name
	}
	return ""
}

// AccountSpelling is where accounts are found by how buyers write them, or by what they are called.
type AccountSpelling struct{ table, form string }

// The two kinds of spelling.
var (
	AccountsWritten = AccountSpelling{"account_names", "folded"}
	AccountsToName  = AccountSpelling{"accounts", "lower(name)"}
)

// SpelledBefore answers spellings of accounts, after one in their order, with a letter beyond A to Z and nothing stored of how they are found
// whatever its case: earlier programs stored nothing, and where there is nothing to store it stays so. One that such a program wrote anew is
// among them, since it left out what is implied.
func (r *Reader) SpelledBefore(of AccountSpelling, after string, limit int) *Pending[[]string] {
	also := ""
	if of == AccountsWritten {
		also = ` OR alike <> '' AND implied = 0 AND NOT EXISTS (SELECT 1 FROM account_names AS o WHERE o.kind = account_names.kind AND o.dsp = account_names.dsp
			AND o.folded = account_names.alike)`
	}
	return many(r, scalar[string], `SELECT DISTINCT `+of.form+` AS spelling FROM `+of.table+` WHERE `+of.form+` > $1
		AND (alike = '' AND length(`+of.form+`) <> octet_length(`+of.form+`)`+also+`) ORDER BY spelling LIMIT $2`, after, limit)
}

// SpellAlike stores how those of a spelling are found whatever the case of their letters, if it is another form. It comes after LockAccounts.
func (tx *Tx) SpellAlike(of AccountSpelling, spelling string) {
	tx.exec(`UPDATE `+of.table+` SET alike = $2 WHERE `+of.form+` = $1`, spelling, alike(spelling))
	if of == AccountsWritten {
		tx.implySpellings(`(SELECT account_id FROM account_names WHERE folded = $1)`, spelling)
	}
}

// KeysSpelledBefore answers spellings of parties in keys, after one in their order, of which nothing is stored, or which do not find an account
// that they are alike to: see SpellKeys.
func (r *Reader) KeysSpelledBefore(after string, limit int) *Pending[[]string] {
	of := func(party string) string {
		return `SELECT ` + party + ` AS spelling FROM keys WHERE ` + party + ` > $1 AND (length(` + party + `) <> octet_length(` + party + `) OR ` + party + ` LIKE '%  %')`
	}
	return many(r, scalar[string], `SELECT spelling FROM (`+of("party_seat")+` UNION `+of("party_agency")+` UNION `+of("party_advertiser")+`) AS written
		WHERE NOT EXISTS (SELECT 1 FROM spellings AS s WHERE s.folded = spelling) OR NOT EXISTS (SELECT 1 FROM account_names AS w WHERE w.folded = spelling)
			AND EXISTS (SELECT 1 FROM spellings AS s JOIN account_names AS w ON w.folded = s.alike WHERE s.folded = spelling) ORDER BY spelling LIMIT $2`, after, limit)
}

// SpellKeys has keys that write a party so, with the letters A to Z in one case, be found from accounts of which a name is alike. It comes after
// LockAccounts.
func (tx *Tx) SpellKeys(spelling string) {
	name := parley.AlikeName(spelling)
	if name == "" {
		return
	}
	tx.exec(`INSERT INTO spellings (folded, alike) VALUES ($1, $2) ON CONFLICT (folded) DO NOTHING`, spelling, name)
	tx.implySpellings(`(SELECT account_id FROM account_names WHERE folded = $1 UNION SELECT account_id FROM account_names WHERE alike = $1 AND alike <> '')`, name)
}

// implySpellings has accounts, a subquery over $1, be found by all spellings that are alike to names of theirs, but for those that are names
// of another: what databases hold against each other is spellings, since they do not know the case of every letter.
func (tx *Tx) implySpellings(accounts, arg string) {
	tx.exec(`INSERT INTO spellings (folded, alike) SELECT alike, alike FROM account_names WHERE account_id IN `+accounts+` AND implied = 0 AND alike <> '' ON CONFLICT (folded) DO NOTHING`, arg)
	tx.exec(`INSERT INTO account_names (kind, dsp, folded, written, account_id, alike, implied)
		SELECT w.kind, w.dsp, s.folded, s.folded, w.account_id, CASE s.folded WHEN s.alike THEN '' ELSE s.alike END, 1 FROM account_names AS w CROSS JOIN spellings AS s
			WHERE w.account_id IN `+accounts+` AND w.implied = 0 AND s.alike = CASE w.alike WHEN '' THEN w.folded ELSE w.alike END
			ORDER BY w.account_id, s.folded
		ON CONFLICT (kind, dsp, folded) DO NOTHING`, arg)
}

// FoundAnyway tells whether a spelling of an account is found whatever the case of its letters without more being stored.
func FoundAnyway(spelling string) bool { return alike(spelling) == "" }
