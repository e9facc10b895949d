package main_test

import (
	"strings"
	"testing"
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
			{"destinations", "mappings", "export", "x"}, {"activations", "show", "act-x"}, {"activations", "release", "act-x"},
			{"activations", "retry", "act-x"}, {"activations", "give-up", "act-x"}, {"activations", "withdraw", "act-x"},
			{"activations", "ack", "act-x", "--ref", "LI 7"},
		} {
			if got := at.run(t, nil, command...); got.code != 1 || !strings.Contains(got.err, "no ") && !strings.Contains(got.err, "nown") {
				t.Errorf("%v: exit code %d\n%s", command, got.code, got.err)
			}
		}
		at.environ = append(at.environ, "PARLEY_TRAFFIC_FOLDER=traffic")
		if got := at.run(t, nil, "destinations", "create", "file_drop", "CTV", "--set", `{"folder": ".."}`); got.code != 1 || !strings.Contains(got.err, "settings.folder: ") {
			t.Errorf("wrong settings: exit code %d\n%s", got.code, got.err)
		}
		if got := at.must(t, "destinations", "create", "file_drop", "CTV", "--set", `{"folder": "ctv"}`, "--required"); !strings.HasPrefix(got, "dst-") {
			t.Errorf("created: %s", got)
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
		if got := at.must(t, "destinations", "check", "CTV"); !strings.Contains(got, "deals can be sent") {
			t.Errorf("checked: %s", got)
		}
		at.must(t, "destinations", "pause", "CTV", "--reason", "moves")
		if got := at.must(t, "destinations", "list"); !strings.Contains(got, "paused: moves") {
			t.Errorf("listed: %s", got)
		}
		at.must(t, "destinations", "resume", "CTV")
		at.must(t, "destinations", "remove", "CTV")
		at.write(t, "broken.csv", "about,name\n")
		if got := at.run(t, nil, "destinations", "mappings", "import", "x", "broken.csv"); got.code != 1 || !strings.Contains(got.err, "nothing was imported") {
			t.Errorf("broken: exit code %d\n%s", got.code, got.err)
		}
	})
}
