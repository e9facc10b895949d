package storagetest

import "testing"

func TestWhatMigrationsMayDo(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]bool{
		"CREATE TABLE a (id TEXT PRIMARY KEY)":                        true,
		"CREATE INDEX i ON a (id)":                                    true,
		"ALTER TABLE deals ADD COLUMN label TEXT":                     true,
		"ALTER TABLE deals ADD COLUMN n INTEGER NOT NULL DEFAULT 0":   true,
		"ALTER TABLE deals ADD COLUMN n INTEGER NOT NULL":             false,
		"ALTER TABLE deals ADD COLUMN n INTEGER CHECK (n > 0)":        false,
		"ALTER TABLE deals DROP COLUMN n":                             false,
		"ALTER TABLE deals RENAME COLUMN n TO m":                      false,
		"ALTER TABLE deals ADD CHECK (n > 0)":                         false,
		"CREATE UNIQUE INDEX i ON deals (name)":                       false,
		"DROP TABLE deals":                                            false,
		"DROP INDEX i":                                                true,
		"UPDATE deals SET status = 'x'":                               false,
		"UPDATE earned_months SET counted = 0, version = version + 1": true,
		"DO $$ BEGIN UPDATE earned_months SET counted = FALSE, version = version + 1 WHERE TRUE; END $$": true,
		"UPDATE earned_months SET counted = 1": false,
		"DELETE FROM booked_months":            true,
		"DELETE FROM deals":                    false,
	} {
		if got := allowed(statement); got != want {
			t.Errorf("%s: %v, want %v", statement, got, want)
		}
	}
	text := "-- +goose Up\n\n-- Why.\nCREATE TABLE a (\n    b TEXT -- c\n);\n-- +goose StatementBegin\nCREATE TRIGGER t BEGIN d; e; END;\n-- +goose StatementEnd\nDROP TABLE f"
	if got := statementsOf(text); len(got) != 3 || got[0] != "CREATE TABLE a (\n    b TEXT\n)" || got[2] != "DROP TABLE f" {
		t.Errorf("%q", got)
	}
}
