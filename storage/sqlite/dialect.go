package sqlite

import (
	"strings"
	"unicode/utf8"

	"parley/storage"
)

// dialect needs no locks: a writing transaction is alone, so rows stay as they were read, and events are numbered in the
// order of their commits.
var dialect = &storage.Dialect{
	Shared: true,
	// Each day has an equal part, and the first ones one more of the remainder; with less than one a day the last have none.
	TakeDays: `UPDATE inventory_days SET guaranteed = 1,
			reserved = reserved + $4 / ($3 - $2 + 1) + CASE WHEN day - $2 < $4 % ($3 - $2 + 1) THEN 1 ELSE 0 END
		WHERE product_id = $1 AND day BETWEEN $2 AND min($3, $2 + $4 - 1)`,
	// Without statistics it takes any index on status for a better one than that of what is overdue.
	IndexedBy:   ` INDEXED BY `,
	Elements:    `SELECT value FROM json_each($1)`,
	Members:     `json_each`,
	NextDealSeq: `(SELECT COALESCE(MAX(seq), 0) + 1 FROM deals)`,
	EventOrder:  `seq`,
	// The index of words answers in the order of places by itself, so that it leads and the deals follow.
	DealWords: `deal_words CROSS JOIN deals ON deals.seq = deal_words.rowid`,
	DealPlace: `deal_words.rowid`,
	HasWords:  hasWords,
	Probe:     probe,
	Field:     func(column, field string) string { return `json_extract(` + column + `, '$.` + field + `')` },

	// As an INSERT of a SELECT could be taken back alone, the index of words would be written before each.
	AddDealWords: `INSERT INTO deal_words (rowid, words) VALUES ((SELECT seq FROM deals WHERE id = $1), $2)`,
}

// probe has the rows lead: a CROSS JOIN is done in its order.
func probe(rows, table, as string, key, values []string) string {
	on := make([]string, len(key))
	for i := range key {
		on[i] = as + `.` + key[i] + ` = ` + values[i]
	}
	return rows + ` CROSS JOIN ` + table + ` AS ` + as + ` ON ` + strings.Join(on, ` AND `)
}

// wordPrefixes is how long the beginnings of words are that the index knows by themselves; see the migration.
const wordPrefixes = 3

// beginning writes, in FTS5's language, that a word begins with ?. FTS5 collects every row of a beginning that its index
// does not know before it answers the first; for a whole word it answers them as it finds them. So where up to eight
// words begin so, as with a long beginning most often, it is asked for these words.
const beginning = `(WITH RECURSIVE known (term) AS (
		SELECT (SELECT term FROM deal_terms WHERE term >= ? LIMIT 1)
		UNION ALL
		SELECT (SELECT term FROM deal_terms WHERE term >= known.term || char(1) LIMIT 1) FROM known
			WHERE substr(known.term, 1, length(?)) = ? LIMIT 10)
	SELECT CASE WHEN COUNT(*) BETWEEN 1 AND 8 THEN '("' || group_concat(term, '" OR "') || '")' ELSE '"' || ? || '" *' END
		FROM known WHERE substr(term, 1, length(?)) = ?)`

// hasWords writes a query of FTS5.
func hasWords(whole, begins [][]string) (condition string, values []any) {
	var terms []string
	for _, forms := range whole {
		terms, values = append(terms, "?"), append(values, `("`+strings.Join(forms, `" OR "`)+`")`)
	}
	for _, forms := range begins {
		either := make([]string, len(forms))
		for i, word := range forms {
			if utf8.RuneCountInString(word) <= wordPrefixes {
				either[i], values = "?", append(values, `"`+word+`" *`)
				continue
			}
			either[i] = beginning
			for range strings.Count(beginning, "?") {
				values = append(values, word)
			}
		}
		terms = append(terms, `'(' || `+strings.Join(either, ` || ' OR ' || `)+` || ')'`)
	}
	return "deal_words MATCH " + strings.Join(terms, " || ' AND ' || "), values
}
