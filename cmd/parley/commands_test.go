package main_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"parley/config"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args    []string
		environ []string
		code    int
		says    []string // on standard error
	}{
		"no command":       {nil, nil, 0, nil},
		"help":             {[]string{"serve", "--help"}, nil, 0, nil},
		"version":          {[]string{"version"}, nil, 0, nil},
		"unknown command":  {[]string{"sell"}, nil, 2, []string{"sell"}},
		"unknown flag":     {[]string{"serve", "--lisen", "x"}, nil, 2, []string{"--lisen"}},
		"flag of another":  {[]string{"migrate", "--listen", "127.0.0.1:0"}, nil, 2, []string{"--listen"}},
		"missing argument": {[]string{"backup"}, nil, 2, []string{"<file>"}},
		"no role":          {[]string{"keys", "create", "--label", "x"}, nil, 2, []string{"--role"}},
		"unknown role":     {[]string{"keys", "create", "--label", "x", "--role", "king"}, nil, 2, []string{"--role"}},
		"unknown scope":    {[]string{"keys", "create", "--label", "x", "--role", "operator", "--roles", "king"}, nil, 2, []string{`"king"`}},
		"blank label":      {[]string{"keys", "create", "--label", " ", "--role", "buyer"}, nil, 2, []string{"label"}},
		"too long a life":  {[]string{"keys", "create", "--label", "x", "--role", "buyer", "--expires-in-days", "99999"}, nil, 2, []string{"expires_in_days"}},
		"bad markup":       {[]string{"catalog", "import", "-", "--base-markup", "a lot"}, nil, 2, []string{"--base-markup"}},
		"no such file":     {[]string{"catalog", "import", "none.csv"}, nil, 1, []string{"none.csv"}},
		"no such backup":   {[]string{"restore", "none.db"}, nil, 1, []string{"none.db"}},
		"no such server":   {[]string{"demo", "--url", "http://127.0.0.1:1"}, []string{"AGENCY_KEY=a", "OPERATOR_KEY=b"}, 1, []string{"serve --demo"}},
		"no demo keys":     {[]string{"demo"}, nil, 1, []string{"AGENCY_KEY", "serve --demo"}},
		"unknown variable": {[]string{"migrate"}, []string{"PARLEY_LISSEN=127.0.0.1:0"}, 2, []string{"PARLEY_LISSEN", "PARLEY_LISTEN"}},
		"several problems": {[]string{"serve", "--quote-ttl", "soon", "--rate-limit=0/s"}, []string{"PARLEY_LISTEN=8080"}, 2, []string{"3 settings", "--quote-ttl", "--rate-limit", "PARLEY_LISTEN"}},
		"backup over itself": {
			[]string{"backup", "commands.db", "--database-url", "sqlite:commands.db"}, nil, 1, []string{"the database itself"},
		},
		"backup of another": {[]string{"backup", "x.db", "--database-url", "postgres://h/d"}, nil, 1, []string{"pg_dump"}},
		"restore another":   {[]string{"restore", "x.db", "--database-url", "postgres://h/d"}, nil, 1, []string{"pg_restore"}},
		"database not there": {
			[]string{"migrate", "--database-url", "postgres://nobody@127.0.0.1:1/d?connect_timeout=5"}, nil, 1, []string{"open the database"},
		},
		"port taken or not ours": {[]string{"serve", "--listen", "192.0.2.1:0"}, nil, 1, []string{"192.0.2.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := newPlace(t)
			at.environ = test.environ
			at.write(t, "commands.db", "")
			done := at.run(t, nil, test.args...)
			if done.code != test.code {
				t.Errorf("exit code %d, want %d\n%s%s", done.code, test.code, done.out, done.err)
			}
			for _, text := range test.says {
				if !strings.Contains(done.err, text) {
					t.Errorf("standard error does not mention %s:\n%s", text, done.err)
				}
			}
			if test.code != 0 && done.out != "" && test.args[0] != "demo" {
				t.Errorf("a failed command printed a result: %s", done.out)
			}
		})
	}
}

func TestHelpListsEverySetting(t *testing.T) {
	t.Parallel()
	help := newPlace(t).must(t, "serve", "--help")
	for _, s := range config.All() {
		for _, text := range []string{"--" + s.Name, s.Variable, s.Initial} {
			if !strings.Contains(strings.Join(strings.Fields(help), " "), text) {
				t.Errorf("the help of serve does not mention %s", text)
			}
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if out := newPlace(t).must(t, "version"); !strings.HasPrefix(out, "parley v0.0.0-test (") || strings.Count(out, "\n") != 1 {
		t.Errorf("printed %q", out)
	}
}

func TestMigrateTwice(t *testing.T) {
	t.Parallel()
	eachNewStore(t, func(t *testing.T, at place) {
		first, second := at.must(t, "migrate"), at.must(t, "migrate")
		if !regexp.MustCompile(`at version [1-9]\d* of its schema\n$`).MatchString(first) || first != second {
			t.Errorf("printed %q, then %q", first, second)
		}
	})
}

var keyLine = regexp.MustCompile(`^ask_live_[0-9a-z]{32}\n$`)

func TestKeys(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		done := at.run(t, nil, "keys", "create", "--role", "operator", "--label", "Dana")
		if done.code != 0 || !keyLine.MatchString(done.out) || done.err != "" {
			t.Fatalf("on a fresh database: exit code %d, printed %q, and %q on standard error", done.code, done.out, done.err)
		}
		operator := strings.TrimSpace(done.out)

		server := at.serve(t)
		buyer := at.createKey(t, "--role", "buyer", "--label", "Meridian\x1b[2J", "--agency", "meridian", "--seat", "ttd-991",
			"--dsp", "thetradedesk", "--expires-in-days", "90")
		viewer := at.createKey(t, "--role", "operator", "--label", "V", "--roles", "viewer,approver")
		for key, want := range map[string]int{operator: 200, viewer: 200, buyer: 403, operator + "x": 401} {
			server.ask(t, want, key, "GET", "/auth/api-keys", nil, nil)
		}

		var listed []struct {
			KeyID     string            `json:"key_id"`
			Role      string            `json:"role"`
			Roles     []string          `json:"roles"`
			Label     string            `json:"label"`
			Identity  map[string]string `json:"identity"`
			ExpiresAt *string           `json:"expires_at"`
			RevokedAt *string           `json:"revoked_at"`
		}
		list := func() {
			t.Helper()
			if err := json.Unmarshal([]byte(at.must(t, "keys", "list", "--json")), &listed); err != nil {
				t.Fatal(err)
			}
		}
		list()
		if len(listed) != 3 || listed[0].Label != "Dana" || listed[1].Identity["agency_id"] != "meridian" ||
			listed[1].ExpiresAt == nil || listed[1].RevokedAt != nil || strings.Join(listed[2].Roles, " ") != "viewer approver" {
			t.Errorf("listed %+v", listed)
		}
		table := at.must(t, "keys", "list")
		for _, text := range []string{listed[1].KeyID, `"Meridian\x1b[2J"`, "agency seat=ttd-991 agency=meridian", "viewer,approver"} {
			if !strings.Contains(table, text) {
				t.Errorf("the table does not show %s:\n%s", text, table)
			}
		}
		for _, secret := range []string{operator, buyer, viewer} {
			if strings.Contains(table, secret) {
				t.Error("the table shows a secret")
			}
		}

		for range 2 { // revoking again changes nothing
			at.must(t, "keys", "revoke", listed[1].KeyID)
		}
		server.ask(t, 401, buyer, "GET", "/api/v1/deals", nil, nil)
		list()
		if listed[1].RevokedAt == nil || listed[0].RevokedAt != nil {
			t.Errorf("after revoking the second: %+v", listed)
		}
		if strings.Contains(server.log.String(), "ask_live_") {
			t.Error("the server's log shows a secret")
		}
		server.stop(t)

		// What is kept of the buyer's people: here the label of the key.
		if text := at.must(t, "buyers", "export", listed[1].KeyID); !strings.Contains(text, `"keys.label"`) || !json.Valid([]byte(text)) {
			t.Errorf("exported:\n%s", text)
		}
		for _, step := range []struct{ flag, says string }{{"--yes=false", "give --yes"}, {"--yes", "erased; there is no way back"}, {"--yes", "nothing is left to erase"}} {
			if text := at.must(t, "buyers", "erase", listed[1].KeyID, step.flag); !strings.Contains(text, step.says) {
				t.Errorf("%s: %s", step.flag, text)
			}
		}
		if text := at.must(t, "keys", "list"); strings.Contains(text, "Meridian") || !strings.Contains(text, "meridian") {
			t.Errorf("after it was erased:\n%s", text)
		}
		at.refused(t, "keys list", "keys", "revoke", "key-none")
		at.refused(t, "keys list", "keys", "restore", "key-none")
		at.refused(t, "there is no account and no key", "buyers", "erase", "acct-none", "--yes")
	})
}

// TestCommandsTakeAnyDatabase runs each command that uses the database on one that has never been used, which it prepares,
// and then beside a server.
func TestCommandsTakeAnyDatabase(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args     []string
		embedded bool // for the embedded store alone
	}{
		"migrate":        {args: []string{"migrate"}},
		"keys create":    {args: []string{"keys", "create", "--role", "buyer", "--label", "B", "--agency", "b"}},
		"keys list":      {args: []string{"keys", "list"}},
		"approvals list": {args: []string{"approvals", "list"}},
		"catalog import": {args: []string{"catalog", "import", "products.csv"}},
		"catalog export": {args: []string{"catalog", "export"}},
		"backup":         {args: []string{"backup", "tonight.db"}, embedded: true},
	} {
		t.Run(name, func(t *testing.T) {
			eachStore(t, func(t *testing.T, at place) {
				if test.embedded && at.databaseURL != "" {
					return // that database has tools of its own for this
				}
				at.write(t, "products.csv", crashCatalog)
				at.must(t, test.args...)
				server := at.serve(t)
				at.must(t, test.args...)
				server.ask(t, http.StatusOK, "", "GET", "/readyz", nil, nil)
				server.stop(t)
			})
		})
	}
}
