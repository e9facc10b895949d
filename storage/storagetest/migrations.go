package storagetest

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// firstRolling is the version from which on migrations run under programs that know the one before.
const firstRolling = "00006"

// adding are the statements that leave the programs of the version before working: they take nothing away, demand nothing
// new of what those write, and do not change what those read.
var adding = regexp.MustCompile(`(?is)^(` + strings.Join([]string{
	`CREATE TABLE .*`,
	`CREATE INDEX .*`,
	`CREATE (OR REPLACE )?(VIEW|FUNCTION) .*`,
	`CREATE (OR REPLACE )?TRIGGER .*`,
	`CREATE VIRTUAL TABLE .*`,
	`DROP INDEX .*`,
	`DROP TRIGGER .*`,
	`ANALYZE .*`,
	// Constraints that refuse the same, written otherwise.
	`PRAGMA writable_schema = (ON|RESET)`,
	`UPDATE sqlite_schema SET sql = replace\(.*`,
	// Sums that triggers alone write, and that the same transaction counts anew.
	`DELETE FROM booked_months`,
	`INSERT INTO .*`,
	// Marks that what is kept is to be reckoned anew, as programs make them too.
	`(DO .*)?UPDATE (earned_months|delivery_standings) SET counted = (0|FALSE), version = version \+ 1\b.*`,
	`ALTER TABLE \w+ ADD COLUMN \w+ .*\b(DEFAULT|GENERATED ALWAYS AS)\b.*`,
	// One more column in the key of sums that triggers alone write, and that all programs ask for the sum of.
	`ALTER TABLE (\w+) DROP CONSTRAINT \w+_pkey, ADD PRIMARY KEY \(.*, part\)`,
}, "|") + `)$`)

// nullable is a new column that need not be filled in, and that nothing checks.
var nullable = regexp.MustCompile(`(?is)^ALTER TABLE \w+ ADD COLUMN \w+ [\w" ]+$`)

// raising says from which version on programs can work with what a migration leaves behind.
var raising = regexp.MustCompile(`(?is)UPDATE schema_support SET oldest_program = \d+`)

// sums is the file that says what each migration is, as sha256sum writes it. A migration is added to it with its file: one that
// was changed afterwards would be there in new databases alone.
const sums = "SHA256SUMS"

// Migrations holds the files of a backend's migrations to the rule of rolling upgrades: one that does more than add says
// which programs it leaves out. None is edited.
func Migrations(t *testing.T, files fs.FS) {
	t.Helper()
	known, err := fs.ReadFile(files, sums)
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d migrations: %v", len(names), err)
	}
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		if sum := fmt.Sprintf("%x  %s\n", sha256.Sum256(content), name); !strings.Contains(string(known), sum) {
			t.Errorf("%s was edited, or is new: then %s needs the line\n%s", name, sums, sum)
		}
		if name < firstRolling || raising.Match(content) {
			continue
		}
		for _, statement := range statementsOf(string(content)) {
			if !allowed(statement) {
				t.Errorf("%s: programs of the version before may fail after\n%s", name, statement)
			}
		}
	}
}

func allowed(statement string) bool {
	return adding.MatchString(statement) ||
		nullable.MatchString(statement) && !strings.Contains(strings.ToUpper(statement), "NOT NULL")
}

// statementsOf splits a migration's text, without its comments. What goose is told to take as one statement stays one.
func statementsOf(text string) []string {
	var statements []string
	var statement strings.Builder
	whole := false
	for line := range strings.Lines(text) {
		code, comment, _ := strings.Cut(line, "--")
		switch strings.TrimSpace(comment) {
		case "+goose StatementBegin":
			whole = true
		case "+goose StatementEnd":
			whole = false
		}
		statement.WriteString(strings.TrimRight(code, " \n") + "\n")
		if ended := strings.TrimSpace(statement.String()); !whole && strings.HasSuffix(ended, ";") {
			statements = append(statements, strings.TrimSuffix(ended, ";"))
			statement.Reset()
		}
	}
	if rest := strings.TrimSpace(statement.String()); rest != "" {
		statements = append(statements, rest)
	}
	return statements
}
