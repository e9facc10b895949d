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
// whatever its case: earlier programs stored nothing, and where there is nothing to store it stays so.
func (r *Reader) SpelledBefore(of AccountSpelling, after string, limit int) *Pending[[]string] {
	return many(r, scalar[string], `SELECT DISTINCT `+of.form+` AS spelling FROM `+of.table+` WHERE alike = '' AND `+of.form+` > $1
		AND length(`+of.form+`) <> octet_length(`+of.form+`) ORDER BY spelling LIMIT $2`, after, limit)
}

// SpellAlike stores how those of a spelling are found whatever the case of their letters, if it is another form. It comes after LockAccounts.
func (tx *Tx) SpellAlike(of AccountSpelling, spelling string) {
	tx.exec(`UPDATE `+of.table+` SET alike = $2 WHERE `+of.form+` = $1`, spelling, alike(spelling))
}

// FoundAnyway tells whether a spelling is found whatever the case of its letters without more being stored.
func FoundAnyway(spelling string) bool { return alike(spelling) == "" }
