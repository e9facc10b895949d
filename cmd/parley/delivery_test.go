package main_test

import (
	"strings"
	"testing"
)

func TestImportOfDelivery(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		at.write(t, "figures.csv", "Date,deal_id,impressions\n2026-07-01,PRLY-NOBODY,5\n")
		refused := at.run(t, nil, "delivery", "import", "--source", "ad server", "--column", "Date=day", "figures.csv")
		if refused.code != 1 || !strings.Contains(refused.err, "line 2") || !strings.Contains(refused.err, "nothing was imported") {
			t.Errorf("an unknown deal: exit code %d\n%s", refused.code, refused.err)
		}
		skip := []string{"delivery", "import", "--source", "ad server", "--column", "Date=day", "--skip-unknown", "figures.csv"}
		if tried := at.must(t, append(skip, "--dry-run")...); !strings.HasPrefix(tried, "would take in 1 rows, 0 new or changed, 1 of unknown deals left out") {
			t.Errorf("tried: %s", tried)
		}
		if done := at.must(t, skip...); !strings.HasPrefix(done, "took in 1 rows") {
			t.Errorf("done: %s", done)
		}
		if again := at.must(t, skip...); !strings.HasPrefix(again, "the file was taken in before") {
			t.Errorf("again: %s", again)
		}
		piped := at.run(t, strings.NewReader("[]"), "delivery", "import", "--source", "dsp", "--as-of", "2026-07-02T06:00:00Z", "-")
		if piped.code != 0 || !strings.HasPrefix(piped.out, "took in 0 rows") || !strings.Contains(piped.out, "The file has no rows") {
			t.Errorf("piped: exit code %d %s%s", piped.code, piped.out, piped.err)
		}
		if wrong := at.run(t, nil, "delivery", "import", "--source", "x", "--as-of", "0001-01-01T00:00:00Z", "figures.csv"); wrong.code == 0 {
			t.Errorf("a wrong time: %s", wrong.out)
		}
	})
}

// TestDeliveryProfilesAtTheTerminal keeps a profile, lists it and forgets it.
func TestDeliveryProfilesAtTheTerminal(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		set := []string{"delivery", "profiles", "set", "ad server", "--column", "Datum=day", "--column", "Notiz=ignore", "--separator", ";", "--thousands", ".", "--decimal", ","}
		id := strings.TrimSpace(at.must(t, set...))
		if listed := at.must(t, "delivery", "profiles", "list"); !strings.Contains(listed, id) || !strings.Contains(listed, "Datum=day") {
			t.Errorf("listed: %s", listed)
		}
		at.must(t, "delivery", "profiles", "remove", id)
		if refused := at.run(t, nil, "delivery", "profiles", "set", "ad server", "--thousands", "x"); refused.code != 1 || !strings.Contains(refused.err, "thousands") {
			t.Errorf("a wrong sign: exit code %d\n%s", refused.code, refused.err)
		}
	})
}
