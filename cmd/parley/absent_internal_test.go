package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"parley/internal/racedetector"
	"parley/storage/pgtest"
)

// onAbsent has every command that works on a database, as it is called for one that is not there.
var onAbsent = map[string]string{
	"accounts change": "acct-1 --name N", "accounts create": "agency a", "accounts list": "", "accounts show": "acct-1",
	"activations acknowledge": "act-1", "activations adopt": "act-1 REF", "activations give-up": "act-1", "activations list": "", "activations pause": "act-1",
	"activations release": "act-1", "activations resume": "act-1", "activations retry": "act-1", "activations sheet": "act-1", "activations show": "act-1",
	"activations withdraw": "act-1",
	"approvals decide":     "appr-1 approve", "approvals list": "", "approvals resume": "appr-1", "approvals show": "appr-1",
	"backup": "tonight.db", "buyers erase": "acct-1", "buyers export": "acct-1",
	"catalog export": "", "catalog pause": "p", "catalog resume": "p", "catalog retire": "p",
	"delivery import": "FILE --source S", "delivery profiles list": "", "delivery profiles remove": "S", "delivery profiles set": "S --column A=day",
	"destinations change": "D --set {}", "destinations check": "D", "destinations create": "file_drop D", "destinations credential": "D env:X",
	"destinations list": "", "destinations mappings export": "D", "destinations mappings import": "D FILE", "destinations pause": "D",
	"destinations rekey": "KEY", "destinations remove": "D", "destinations resume": "D",
	"keys list": "", "keys restore": "key-1", "keys revoke": "key-1", "keys rotate": "key-1",
	"packages export": "", "packages import": "FILE", "sessions end": "sign-1", "sessions list": "",
	"webhooks attempts": "wh-1", "webhooks list": "", "webhooks redeliver": "wh-1 --from 0", "webhooks rotate-key": "wh-1", "webhooks test": "wh-1",
	"test-world copy": "", "copy": "--from DATABASE --to sqlite:copied.db",
}

// makesOrNeedsNone are the commands that make the database where there is none, and those that work on none.
var makesOrNeedsNone = strings.Split("serve,migrate,restore,keys create,catalog import,import iab,"+
	"demo,buyer quote,buyer propose,buyer negotiate,buyer book,buyer watch,mcp,config,healthcheck,version,docs", ",")

// TestCommandsMakeNoDatabase has each command refuse a database that is not there, and leave the place as it is; one that keeps a folder of
// backups does not make that either.
func TestCommandsMakeNoDatabase(t *testing.T) {
	racedetector.Serial(t)
	folder := t.TempDir()
	t.Chdir(folder)
	for name, content := range map[string]string{"FILE": "[]", "KEY": strings.Repeat("k", 32)} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	refuse := func(line string, database string) {
		t.Helper()
		var told bytes.Buffer
		p := &process{
			ctx: t.Context(), in: strings.NewReader(""), out: io.Discard, err: &told, flags: map[string]string{},
			environ: []string{"PARLEY_DATABASE_URL=" + database, "PARLEY_DATABASE_FOR_TESTS=beside"},
		}
		code := p.run(strings.Fields(strings.ReplaceAll(line, "DATABASE", database)))
		if code != exitFailed || !strings.Contains(told.String(), "there is no database of this product") {
			t.Errorf("%s: exit code %d, %s", line, code, told.String())
		}
		left, err := os.ReadDir(folder)
		if err != nil || len(left) != 2 {
			t.Fatalf("%s left %v, %v", line, left, err)
		}
	}
	known := map[string]bool{}
	for _, name := range makesOrNeedsNone {
		known[name] = true
	}
	p := &process{out: io.Discard, err: io.Discard, flags: map[string]string{}}
	for _, leaf := range p.parser(func() {}).Model.Leaves(false) {
		name, _, _ := strings.Cut(strings.TrimPrefix(leaf.FullPath(), "parley "), " (") // without other names of it
		args, is := onAbsent[name]
		switch {
		case is == known[name]:
			t.Errorf("%s: is it to make a database?", name)
		case is:
			refuse(name+" "+args, "sqlite:none/parley.db")
		}
	}
	refuse("backup --keep 2 backups", "sqlite:none/parley.db")
	refuse("keys list --test", "sqlite:none/parley.db")
	t.Run("empty", func(t *testing.T) {
		if err := os.WriteFile("KEY", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		refuse("keys list", "sqlite:KEY")
		refuse("keys list", pgtest.Database(t))
	})
}
