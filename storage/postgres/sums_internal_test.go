package postgres

import (
	"context"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/storage/pgtest"
)

// TestSumsAreThoseOfTheViews moves deals about and holds each kept sum to the view that says what a deal counts for: the triggers
// reckon it of their row.
func TestSumsAreThoseOfTheViews(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t)
	if err := Migrate(t.Context(), dsn); err != nil {
		t.Fatal(err)
	}
	c, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	do := func(sql string, args ...any) {
		t.Helper()
		if _, err := c.Exec(t.Context(), sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	do(`INSERT INTO products (id, name, description, inventory_type, deal_types, floor_cpm, currency, minimum_impressions, ad_formats, device_types,
			geo_targets, content_categories, search, version, created_at, updated_at)
		SELECT id, '', '', '', '[]', 1, 'USD', 1, '[]', '[]', '[]', '[]', '', 1, 1, 1 FROM unnest(ARRAY['a', 'b']) AS id`)
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	terms := func() []any {
		start := 20_000 + random.IntN(80)
		impressions := []int64{0, 7, 100_000, 1_234_567, 9_000_000_000}[random.IntN(5)]
		kind := "PD"
		if impressions > 0 {
			kind = "PG"
		}
		var booked *int
		if random.IntN(4) > 0 {
			booked = new(int)
			*booked = 19_990 + random.IntN(40)
		}
		return []any{
			pick("proposed", "accepted", "booked", "active", "makegood_pending", "partially_cancelled", "completed", "cancelled", "expired"),
			kind, impressions, start, start + []int{0, 1, 29, 75}[random.IntN(4)], random.Int64N(90_000_000), booked, random.IntN(5_000),
			pick("", "x", "y"),
		}
	}
	const ids = 40
	for id := range ids {
		do(`INSERT INTO deals (id, owner, status, product_id, product_name, inventory_type, deal_type, media_type, impressions, flight_start, flight_end,
				final_micros, currency, price, tier, identity, carried, notes, search, version, created_at, updated_at, booked_on, assumed_impressions, account)
			VALUES ($1, $2, $6, $3, '', '', $7, '', $8, $9, $10, $11, $4, CAST($5 AS JSON), 'public', '{}', '{}', '', '', 1, 1730000000000000, 1, $12, $13,
				NULLIF($14, ''))`,
			append([]any{strconv.Itoa(id), pick("o", "p", ""), pick("a", "b"), pick("USD", "EUR"), pick(`{}`, `{"base_micros": 32500001}`, `{"base_micros": 9000000000000000000}`)},
				terms()...)...)
	}
	for range 3 * ids {
		do(`UPDATE deals SET status = $2, deal_type = $3, impressions = $4, flight_start = $5, flight_end = $6, final_micros = $7, booked_on = $8,
				assumed_impressions = $9, account = NULLIF($10, '') WHERE id = $1`, append([]any{strconv.Itoa(random.IntN(ids))}, terms()...)...)
	}
	const counts, values = "deals, unstated", "units, micros"
	const listed = counts + ", impressions, list_units, list_micros, " + values
	for _, sum := range []struct{ table, view, key, of string }{
		{"booked_values", "deal_values", "account, currency, kind, day", values},
		{"stated_values", "stated_deal_values", "owner, currency, month, day", counts + ", " + values},
		{"booked_days", "booked_day_deals", "day, product_id, currency, kind", listed},
		{"booked_months", "booked_month_deals", "month, currency", listed},
	} {
		var kept, apart strings.Builder
		for column := range strings.SplitSeq(sum.of, ", ") {
			kept.WriteString(", -" + column + " AS " + column)
			apart.WriteString(" OR SUM(" + column + ") <> 0")
		}
		counted := `(SELECT *, 1 AS deals FROM ` + sum.view + `) AS counted`
		rows, err := c.Query(t.Context(), `SELECT `+sum.key+` FROM (SELECT `+sum.key+`, `+sum.of+` FROM `+counted+` UNION ALL SELECT `+sum.key+kept.String()+
			` FROM `+sum.table+`) AS moved GROUP BY `+sum.key+` HAVING FALSE`+apart.String())
		if err != nil {
			t.Fatal(err)
		}
		differ, err := pgx.CollectRows(rows, pgx.RowToMap)
		if err != nil || len(differ) > 0 {
			t.Errorf("%s is apart from %s at %v: %v", sum.table, sum.view, differ, err)
		}
		var some int
		if err := c.QueryRow(t.Context(), `SELECT COUNT(*) FROM `+sum.view).Scan(&some); err != nil || some == 0 {
			t.Errorf("%s has %d rows: %v", sum.view, some, err)
		}
	}
}
