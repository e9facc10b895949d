package postgres

import (
	"strings"

	"parley/storage"
)

var dialect = &storage.Dialect{
	LockKey:    `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`,
	ForUpdate:  ` FOR NO KEY UPDATE`,
	SkipLocked: ` FOR NO KEY UPDATE SKIP LOCKED`,
	// Each day has an equal part, and the first ones one more of the remainder; with less than one a day the last have none.
	TakeDays: `UPDATE inventory_days
		SET reserved = reserved + CAST($4 AS BIGINT) / ($3 - $2 + 1) + CASE WHEN day - $2 < $4 % ($3 - $2 + 1) THEN 1 ELSE 0 END
		WHERE product_id = $1 AND day BETWEEN CAST($2 AS INTEGER) AND LEAST(CAST($3 AS INTEGER), $2 + CAST($4 AS BIGINT) - 1)`,
	// The product is locked whether or not rows are missing.
	MakeDays: `WITH product AS (
			SELECT id, daily_impressions, (SELECT COUNT(*) FROM inventory_days WHERE product_id = $1 AND day BETWEEN $2 AND $3) AS days
			FROM products WHERE id = $1 FOR NO KEY UPDATE)
		INSERT INTO inventory_days (product_id, day, capacity, reserved, declared)
		SELECT id, day, daily_impressions, 0, FALSE
		FROM product CROSS JOIN generate_series(CAST($2 AS INTEGER), CASE WHEN days < $3 - $2 + 1 THEN CAST($3 AS INTEGER) ELSE $2 - 1 END) AS day
		ON CONFLICT (product_id, day) DO NOTHING`,
	Elements:    `SELECT json_array_elements_text(CAST($1 AS JSON))`,
	Members:     `json_each_text`,
	BytesAlone:  ` COLLATE "C"`,
	NextDealSeq: `DEFAULT`,
	EventOrder:  `xact, seq`,
	// A transaction that is older than every one under way has ended, and so have all before it.
	EventSettled: `xact < pg_snapshot_xmin(pg_current_snapshot())`,
	DealWords:    `deal_words JOIN deals ON deals.seq = deal_words.place`,
	DealPlace:    `deal_words.place`,
	HasWords:     hasWords,
	Field:        func(column, field string) string { return `(` + column + `->>'` + field + `')` },
	AddDealWords: `INSERT INTO deal_words (place, words) SELECT seq, array_to_tsvector(string_to_array($2, ' ')) FROM deals WHERE id = $1`,
	// A word that every deal has is best looked for along the order of the list, a rare one in the index of words.
	PlanEachTime: `SET LOCAL plan_cache_mode = force_custom_plan`,
	Probe:        probe,
	StepByIndex: `SELECT set_config('enable_seqscan', 'off', TRUE), set_config('enable_hashjoin', 'off', TRUE),
		set_config('enable_mergejoin', 'off', TRUE)`,
}

// probe keeps the planner from the other way round by OFFSET.
func probe(rows, table, as string, key, values []string) string {
	return rows + ` CROSS JOIN LATERAL (SELECT * FROM ` + table + ` AS ` + as + ` WHERE (` + as + `.` + strings.Join(key, `, `+as+`.`) + `) = (` +
		strings.Join(values, `, `) + `) OFFSET 0) AS ` + as
}

// hasWords writes a tsquery.
func hasWords(whole, begins [][]string) (condition string, values []any) {
	var terms []string
	for _, forms := range whole {
		terms = append(terms, `('`+strings.Join(forms, `' | '`)+`')`)
	}
	for _, forms := range begins {
		terms = append(terms, `('`+strings.Join(forms, `':* | '`)+`':*)`)
	}
	return `deal_words.words @@ CAST(? AS TSQUERY)`, []any{strings.Join(terms, " & ")}
}
