package main_test

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parley/vault"
)

func TestDestinationsAtTheTerminal(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		if none := at.must(t, "destinations", "list"); strings.Count(none, "\n") != 1 {
			t.Errorf("listed: %s", none)
		}
		if none := at.must(t, "activations", "list", "--json"); strings.TrimSpace(none) != "[]" {
			t.Errorf("listed: %s", none)
		}
		for _, command := range [][]string{
			{"destinations", "check", "x"}, {"destinations", "pause", "x"}, {"destinations", "resume", "x"},
			{"destinations", "mappings", "export", "x"}, {"activations", "show", "act-x"}, {"activations", "sheet", "act-x"}, {"activations", "release", "act-x"},
			{"activations", "retry", "act-x"}, {"activations", "adopt", "act-x", "line/1"}, {"activations", "give-up", "act-x"}, {"activations", "withdraw", "act-x"},
			{"activations", "pause", "act-x", "--reason", "why"}, {"activations", "resume", "act-x"}, {"activations", "ack", "act-x", "--ref", "LI 7"},
		} {
			if got := at.run(t, nil, command...); got.code != 1 || !strings.Contains(got.err, "no ") && !strings.Contains(got.err, "nown") {
				t.Errorf("%v: exit code %d\n%s", command, got.code, got.err)
			}
		}
		at.environ = append(at.environ, "PARLEY_TRAFFIC_FOLDER=traffic")
		if got := at.run(t, nil, "destinations", "create", "file_drop", "CTV", "--set", `{"folder": ".."}`); got.code != 1 || !strings.Contains(got.err, "settings.folder: ") {
			t.Errorf("wrong settings: exit code %d\n%s", got.code, got.err)
		}
		if got := at.must(t, "destinations", "create", "file_drop", "CTV", "--set", `{"folder": "ctv"}`, "--required",
			"--billing-source", "ad server", "--requests-per-minute", "90", "--sends", "3"); !strings.HasPrefix(got, "dst-") {
			t.Errorf("created: %s", got)
		}
		if got := at.must(t, "destinations", "list", "--json"); !strings.Contains(got, `"billing_source": "ad server"`) || !strings.Contains(got, `"sends": 3`) {
			t.Errorf("listed: %s", got)
		}
		if got := at.must(t, "destinations", "change", "CTV", "--set", `{"folder": "tv"}`, "--dry-run"); !strings.Contains(got, `"resent": true`) {
			t.Errorf("tried: %s", got)
		}
		if got := at.must(t, "destinations", "change", "CTV", "--sends", "0", "--no-required"); got != "\"CTV\" is in version 2\n" {
			t.Errorf("changed: %s", got)
		}
		if got := at.must(t, "destinations", "list", "--json"); !strings.Contains(got, `"folder": "ctv"`) || !strings.Contains(got, `"sends": null`) ||
			!strings.Contains(got, `"requests_per_minute": 90`) || !strings.Contains(got, `"required": false`) {
			t.Errorf("listed: %s", got)
		}
		if got := at.run(t, nil, "destinations", "change", "CTV", "--match", `{"inventory_types": ["ctvv"]}`); got.code != 1 ||
			!strings.Contains(got.err, `match.inventory_types: there is no inventory type "ctvv"`) {
			t.Errorf("a name that nothing has: exit code %d\n%s", got.code, got.err)
		}
		file := "about,name,refs\nseat,seat-1,\"{\"\"name\"\":\"\"One\"\"}\"\n"
		at.write(t, "map.csv", file)
		if got := at.must(t, "destinations", "mappings", "import", "CTV", "map.csv", "--dry-run"); got != "1 mappings: 1 added, 0 changed, 0 as they were; nothing was kept, as asked\n" {
			t.Errorf("tried: %s", got)
		}
		if got := at.must(t, "destinations", "mappings", "import", "CTV", "map.csv"); got != "1 mappings: 1 added, 0 changed, 0 as they were\n" {
			t.Errorf("imported: %s", got)
		}
		if got := at.must(t, "destinations", "mappings", "export", "CTV"); got != file {
			t.Errorf("exported: %s", got)
		}
		if got := at.must(t, "destinations", "check", "CTV"); !strings.Contains(got, "deals can be sent") ||
			!strings.Contains(got, `mappings.seat names what no buyer has brought yet: "seat-1"`) {
			t.Errorf("checked: %s", got)
		}
		at.must(t, "destinations", "pause", "CTV", "--reason", "moves")
		if got := at.must(t, "destinations", "list"); !strings.Contains(got, "paused: moves") {
			t.Errorf("listed: %s", got)
		}
		at.must(t, "destinations", "resume", "CTV")
		at.write(t, "former", strings.Repeat("a", 32))
		at.write(t, "present", strings.Repeat("b", 32))
		for _, name := range []string{"former", "present"} {
			if err := os.Chmod(filepath.Join(at.folder, name), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		const secret = "tok-4711"
		set := []string{"destinations", "credential", "CTV"}
		if got := at.run(t, strings.NewReader(secret), set...); got.code != 1 || !strings.Contains(got.err, "sealing-key") {
			t.Errorf("without a key: exit code %d %s", got.code, got.err)
		}
		if got := at.run(t, nil, append(set, secret)...); got.code != 2 || strings.Contains(got.err+got.out, secret) {
			t.Errorf("on the command line: exit code %d %s", got.code, got.err)
		}
		keyed := func(key string) place {
			with := at
			with.environ = append(slices.Clone(at.environ), "PARLEY_SEALING_KEY="+key, "DESTINATION_CREDENTIAL_A="+secret)
			return with
		}
		mark := vault.Mark([]byte(secret))
		if got := keyed("former").run(t, strings.NewReader(secret+"\n"), set...); got.code != 0 || !strings.Contains(got.out, mark) || strings.Contains(got.out+got.err, secret) {
			t.Errorf("sealed: exit code %d %s%s", got.code, got.out, got.err)
		}
		// Whoever has a copy of the database does not have the credential.
		copies := []string{"copy.db"}
		at.must(t, "copy", "--from", cmp.Or(at.databaseURL, "sqlite:data/parley.db"), "--to", "sqlite:copy.db")
		if at.databaseURL == "" {
			at.must(t, "backup", "backup.db")
			copies = append(copies, "backup.db")
		}
		for _, name := range copies {
			if content, err := os.ReadFile(filepath.Join(at.folder, name)); err != nil || bytes.Contains(content, []byte(secret)) || !bytes.Contains(content, []byte(mark)) {
				t.Errorf("%s: %v, has the credential %t, its mark %t", name, err, bytes.Contains(content, []byte(secret)), bytes.Contains(content, []byte(mark)))
			}
		}
		if got := keyed("present").run(t, nil, "destinations", "check", "CTV"); got.code != 1 || !strings.Contains(got.out, "another key") ||
			!strings.Contains(got.out, "parley destinations rekey FORMER-FILE") {
			t.Errorf("another key: exit code %d %s%s", got.code, got.out, got.err)
		}
		if got := at.run(t, nil, "destinations", "check", "CTV"); got.code != 1 || !strings.Contains(got.out, "PARLEY_SEALING_KEY") {
			t.Errorf("no key: exit code %d %s%s", got.code, got.out, got.err)
		}
		if got := keyed("lost").run(t, nil, "destinations", "check", "CTV"); got.code != 1 || !strings.Contains(got.err, "PARLEY_SEALING_KEY") {
			t.Errorf("a key that is not there: exit code %d %s%s", got.code, got.out, got.err)
		}
		if got := keyed("present").run(t, nil, "destinations", "rekey", "lost"); got.code != 1 || !strings.Contains(got.err, "the former key") {
			t.Errorf("a former key that is not there: exit code %d %s%s", got.code, got.out, got.err)
		}
		for _, want := range []string{"1\n", "0\n"} {
			if got := keyed("present").must(t, "destinations", "rekey", "former"); got != "credentials sealed anew: "+want {
				t.Errorf("sealed anew: %s", got)
			}
		}
		keyed("present").must(t, "destinations", "check", "CTV")
		if got := keyed("present").must(t, append(set, "env:DESTINATION_CREDENTIAL_A")...); !strings.Contains(got, mark) {
			t.Errorf("by reference: %s", got)
		}
		if got := at.must(t, append(set, "--forget")...); !strings.Contains(got, "no credential") {
			t.Errorf("forgotten: %s", got)
		}
		at.must(t, "destinations", "remove", "CTV")
		at.write(t, "broken.csv", "about,name\n")
		if got := at.run(t, nil, "destinations", "mappings", "import", "x", "broken.csv"); got.code != 1 || !strings.Contains(got.err, "nothing was imported") {
			t.Errorf("broken: exit code %d\n%s", got.code, got.err)
		}
	})
}
