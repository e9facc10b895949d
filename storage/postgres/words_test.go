package postgres_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley"
	"parley/internal/racedetector"
	"parley/storage"
	"parley/storage/postgres"
	"parley/storage/storagetest"
)

// TestWordsAreCutAsBefore compares the words that a deal is stored with to those that the database cuts out of the same text, as it
// did for the programs before, and still does for what they book.
func TestWordsAreCutAsBefore(t *testing.T) {
	racedetector.AtOnce(t)
	t.Parallel()
	dsn := migrated(t)
	store := open(t, dsn, postgres.Options{SkipMigrate: true})
	storagetest.Stock(t, store, 1)
	names := []string{
		"Evening Block", "Ärzte & Zürich, ÉLAN", "naïve/ÅNGSTRÖM-9", "日本語 テレビ", "x_y'z\"q", "a" + strings.Repeat("Ö", 120), strings.Repeat("long ", 40),
		"İstanbul ǅ K", "٣٤ १२", "—", "a\u0301b", "tab\tnew\nline", "\x7f~`{|}",
	}
	for i, name := range names {
		q := storagetest.Quote(i)
		q.ProductName, q.Owner = name, "buyer/Seat-"+strings.ReplaceAll(name, "/", " ")
		d := parley.Deal{
			ID: "NORTH-" + string(rune('A'+i)), Owner: q.Owner, Status: parley.DealBooked, QuoteID: q.ID, ProductID: q.ProductID, ProductName: name,
			DealType: q.DealType, MediaType: q.MediaType, Impressions: q.Impressions, Flight: q.Flight, Price: q.Price,
			Identity: parley.Identity{SeatName: name}, Version: 1,
		}
		if err := store.Tx(t.Context(), func(tx *storage.Tx) error {
			tx.InsertQuote(q)
			tx.InsertDeal(d)
			return nil
		}); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	rows, err := conn.Query(t.Context(), `SELECT id, CAST(words AS TEXT), CAST(words_of(search || ' ' || owner) AS TEXT)
		FROM deals LEFT JOIN deal_words ON place = seq ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var id, before string
		var words *string
		if err := rows.Scan(&id, &words, &before); err != nil {
			t.Fatal(err)
		}
		if n++; words == nil || *words != before {
			t.Errorf("the words of %s are\n%v, were\n%s", id, words, before)
		}
	}
	if err := rows.Err(); err != nil || n != len(names) {
		t.Errorf("%d deals: %v", n, err)
	}
}
