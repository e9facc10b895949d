package main_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx

	"parley/internal/stores"
	"parley/storage/backend"
	"parley/storage/pgtest"
)

func TestVersionFlag(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	if flag, command := at.must(t, "--version"), at.must(t, "version"); flag != command {
		t.Errorf("--version prints %q, version %q", flag, command)
	}
}

func TestConfigPrintsWhatServeWouldHave(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.write(t, "url", "postgres://u:hunter2@h/d\n")
	at.write(t, "parley.yaml", "deal_prefix: FILE\n")
	at.environ = []string{"PARLEY_DATABASE_URL_FILE=url", "PARLEY_CONFIG=parley.yaml"}
	out := at.must(t, "config", "--quote-ttl", "2h")
	for _, line := range []string{
		"database_url: postgres://u:xxxxx@h/d # PARLEY_DATABASE_URL_FILE", "deal_prefix: FILE # parley.yaml line 1: deal_prefix",
		"quote_ttl: 2h # --quote-ttl", "mcp: true # initial",
	} {
		if !strings.Contains(out, line+"\n") {
			t.Errorf("there is no line %q in\n%s", line, out)
		}
	}
	if done := at.run(t, nil, "config", "--quote-ttl", "soon"); done.code != 2 {
		t.Errorf("exit code %d for a wrong setting", done.code)
	}
}

// TestCheckChangesNothing checks a place before and after a server has been there.
func TestCheckChangesNothing(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	if out := at.must(t, "serve", "--check"); !strings.Contains(out, "will be made") {
		t.Errorf("printed %q", out)
	}
	if _, err := os.Stat(filepath.Join(at.folder, "data")); !os.IsNotExist(err) {
		t.Errorf("the check made a folder: %v", err)
	}
	eachNewStore(t, func(t *testing.T, at place) {
		server := at.serve(t)
		rules := `[{"name": "r", "gate": "deal_booking", "condition": "product_id == \"nowhere\""}]`
		done := at.run(t, nil, "serve", "--check", "--approval-rules", rules, "--listen", strings.TrimPrefix(server.base, "http://"))
		if done.code != 0 || !strings.Contains(done.out, "the database answers") || !strings.Contains(done.err, "matches nothing") ||
			!strings.Contains(done.err, "a start needs the address") {
			t.Errorf("exit code %d, printed %q and %q", done.code, done.out, done.err)
		}
		server.stop(t)
	})
	at.must(t, "serve", "--check", "--database-for-tests", "beside")
	if _, err := os.Stat(filepath.Join(at.folder, "data")); !os.IsNotExist(err) {
		t.Errorf("the check made a folder: %v", err)
	}
}

// TestCheckLeavesFilesAsTheyAre checks an empty file, one that is no database, somebody else's, and a database that others may read in a folder
// that they may look into.
func TestCheckLeavesFilesAsTheyAre(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	migrated, err := os.ReadFile(stores.SQLiteFile(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"empty": "", "text": strings.Repeat("no database\n", 100), "others": "", "whole": string(migrated)} {
		folder := filepath.Join(at.folder, name)
		file := filepath.Join(folder, "p.db")
		if err := errors.Join(os.Mkdir(folder, 0o755), os.WriteFile(file, []byte(content), 0o600), os.Chmod(folder, 0o755)); err != nil {
			t.Fatal(err)
		}
		if name == "others" {
			execute(t, "sqlite:"+file, "CREATE TABLE accounts (a)")
		}
		if err := os.Chmod(file, 0o644); err != nil {
			t.Fatal(err)
		}
		state := func() string {
			t.Helper()
			entries, err := os.ReadDir(folder)
			if err != nil {
				t.Fatal(err)
			}
			about, err := os.Stat(folder)
			if err != nil {
				t.Fatal(err)
			}
			held, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			mode, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(entries, about.Mode(), mode.Mode(), sha256.Sum256(held))
		}
		before := state()
		done := at.run(t, nil, "serve", "--check", "--listen", "127.0.0.1:0", "--database-url", "sqlite:"+file)
		if refused := done.code != 0; refused != (name == "text" || name == "others") {
			t.Errorf("%s: exit code %d\n%s", name, done.code, done.err)
		}
		if after := state(); after != before {
			t.Errorf("%s: %s became %s", name, before, after)
		}
	}
}

// failingStart is how a server is started that does not come up: on a database that was prepared for it.
type failingStart struct {
	prepare string // statements, on the database of the settings
	other   string // statements, on another database, which OTHER stands for in args
	args    []string
	environ []string
	code    int
	says    string
	// only has it tried on the store of this name alone, where storage takes no part or the other has nothing like it.
	only string
}

const forLaterPrograms = `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE); UPDATE schema_support SET oldest_program = 99999`

// failingStarts has every kind of start that fails.
var failingStarts = map[string]failingStart{
	"a newer schema":                            {prepare: forLaterPrograms, code: 1, says: "use a newer program"},
	"tables of something else":                  {prepare: `DROP TABLE goose_db_version`, code: 1, says: "tables of something else"},
	"another's schema":                          {prepare: `ALTER TABLE answers RENAME TO replies`, code: 1, says: "schema of another product", only: "postgres"},
	"another's file":                            {prepare: `PRAGMA application_id = 1`, code: 1, says: "schema of another product", only: "sqlite"},
	"a test world in the place of what is real": {prepare: `INSERT INTO test_clock (id, ahead) VALUES (1, 0)`, code: 1, says: "is the test world's"},
	"what is real in the place of a test world": {
		other: `INSERT INTO leases (name, holder, expires_at) VALUES ('x', 'x', 1)`, args: []string{"--database-for-tests", "OTHER"}, code: 1, says: "holds a real trade",
	},
	"a newer schema of the test world": {other: forLaterPrograms, args: []string{"--database-for-tests", "OTHER"}, code: 1, says: "the test world's database"},
	"no demo's database": {
		prepare: `INSERT INTO keys (id, hash, hint, role, scopes, label, identity, agent_url, created_at, created_by)
			VALUES ('key-1', 'x', 'x', 'buyer', '[]', 'x', '{}', '', 1, '')`, args: []string{"--demo"}, code: 1, says: "is not a demo's",
	},
	"a network's key that is not there": {args: []string{"--network-keys", "127.0.0.1=key-none"}, code: 2, says: `there is no key "key-none"`},

	"one that takes no writes": {
		args: []string{"--database-url", "OTHER&default_transaction_read_only=on"}, code: 1, says: "takes no writes", only: "postgres",
	},
	"no server":               {args: []string{"--database-url", "postgres://u@127.0.0.1:1/d"}, code: 1, says: "refused", only: "postgres"},
	"no server past a pooler": {args: []string{"--database-direct-url", "postgres://u@127.0.0.1:1/d"}, code: 1, says: "refused", only: "postgres"},
	"no server behind a pooler": {
		args: []string{"--database-url", "postgres://u@127.0.0.1:1/d", "--database-direct-url", "OTHER"}, code: 1, says: "refused", only: "postgres",
	},
	"no folder":                   {args: []string{"--database-url", "sqlite:file/p.db"}, code: 1, says: "not a directory", only: "sqlite"},
	"no folder of the test world": {args: []string{"--database-for-tests", "sqlite:file/t.db"}, code: 1, says: "the test world's database", only: "sqlite"},
	"a folder":                    {args: []string{"--database-url", "sqlite:."}, code: 1, says: "is a directory", only: "sqlite"},
	"no database":                 {args: []string{"--database-url", "sqlite:file"}, code: 1, says: "not a database", only: "sqlite"},

	"one address for two things": {args: []string{"--listen", "127.0.0.1:8080", "--admin-listen", "127.0.0.1:8080"}, code: 2, says: "--admin-listen is what", only: "sqlite"},
	"one database for two":       {args: []string{"--database-url", "sqlite:data/p.db", "--database-for-tests", "sqlite:./data/p.db"}, code: 2, says: "--database-for-tests names", only: "sqlite"},
	"another machine's address":  {args: []string{"--listen", "192.0.2.1:0"}, code: 1, says: "192.0.2.1:0", only: "sqlite"},
	"monitoring elsewhere":       {args: []string{"--admin-listen", "192.0.2.1:0"}, code: 1, says: "192.0.2.1:0", only: "sqlite"},
	"no key to seal with":        {args: []string{"--sealing-key", "file"}, code: 1, says: "names no key", only: "sqlite"},
	"spans for nobody":           {environ: []string{"OTEL_TRACES_EXPORTER=zipkin"}, code: 1, says: "OTEL_TRACES_EXPORTER", only: "sqlite"},
}

// TestCheckRefusesWhatServeWould holds each start that fails, and its check, to the same answer.
func TestCheckRefusesWhatServeWould(t *testing.T) {
	t.Parallel()
	for name, s := range failingStarts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range []struct {
				store string
				fresh func() string
			}{
				{"sqlite", func() string { return "sqlite:" + stores.SQLiteFile(t) }},
				{"postgres", func() string { return stores.PostgresURL(t) }},
			} {
				if s.only == "" || s.only == kind.store {
					t.Run(kind.store, func(t *testing.T) { s.fails(t, kind.fresh) })
				}
			}
		})
	}
}

func (s failingStart) fails(t *testing.T, fresh func() string) {
	at := newPlace(t)
	at.write(t, "file", "nothing that anybody would take for a database or a key, as it is a text\n")
	at.databaseURL, at.environ = fresh(), append([]string{"PARLEY_MCP=false", "PARLEY_A2A=false", "PARLEY_CONSOLE=false"}, s.environ...)
	execute(t, at.databaseURL, s.prepare)
	args := []string{"--listen", "127.0.0.1:0"}
	other := ""
	for _, arg := range s.args {
		if strings.Contains(arg, "OTHER") && other == "" {
			other = fresh()
			execute(t, other, s.other)
		}
		args = append(args, strings.Replace(arg, "OTHER", other, 1))
	}
	for _, command := range [][]string{{"serve"}, {"serve", "--check"}} {
		started := at.command(append(command, args...)...)
		told := &lockedBuffer{}
		started.Stderr = told
		if err := started.Start(); err != nil {
			t.Fatal(err)
		}
		end := time.AfterFunc(time.Minute, func() { _ = started.Process.Kill() }) // it serves
		_ = started.Wait()
		end.Stop()
		if code := started.ProcessState.ExitCode(); code != s.code || !strings.Contains(told.String(), s.says) {
			t.Errorf("%s %s: exit code %d\n%s", command, args, code, told)
		}
	}
}

// execute runs statements on a database past the program.
func execute(t *testing.T, url, statements string) {
	t.Helper()
	driver, source := "pgx", url
	if path, embedded := backend.SQLitePath(url); embedded {
		driver, source = "sqlite", path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

func TestATakenAddressNamesItsSetting(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	server := at.serve(t)
	taken := strings.TrimPrefix(server.base, "http://")
	for _, setting := range []string{"listen", "admin-listen"} {
		args := []string{"serve", "--database-url", "sqlite:other.db", "--listen", "127.0.0.1:0"}
		done := at.run(t, nil, append(args, "--"+setting, taken)...)
		if done.code != 1 || !strings.Contains(done.err, "--"+setting+" takes another address") {
			t.Errorf("exit code %d:\n%s", done.code, done.err)
		}
	}
}

// TestADatabaseIsWaitedFor starts the server before the database can be reached.
func TestADatabaseIsWaitedFor(t *testing.T) {
	t.Parallel()
	database := pgtest.Database(t)
	socket := regexp.MustCompile(`host=([^&]+)`).FindStringSubmatch(database)
	if socket == nil {
		t.Skip("the database is not reached by a socket, which this test moves")
	}
	at := newPlace(t)
	folder := t.TempDir() // short enough for a socket's name
	at.databaseURL = strings.Replace(database, socket[1], folder, 1)
	if done := at.run(t, nil, "migrate"); done.code != 1 || strings.Contains(done.err, "idempotency") {
		t.Errorf("without waiting: exit code %d and advice for buyers:\n%s", done.code, done.err)
	}
	command := at.command("migrate", "--database-wait", "1m")
	problems := &lockedBuffer{}
	command.Stderr = problems
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	problems.await(t, "waiting for the database")
	real := strings.ReplaceAll(socket[1], "%2F", "/")
	if err := os.Symlink(filepath.Join(real, ".s.PGSQL.5432"), filepath.Join(folder, ".s.PGSQL.5432")); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("%v\n%s", err, problems)
	}
}

func TestHangUpStopsLikeTheOthers(t *testing.T) {
	t.Parallel()
	server := newPlace(t).serve(t)
	server.signal(t, syscall.SIGHUP)
	if code := server.wait(t); code != 0 {
		t.Errorf("exit code %d\n%s", code, server.log)
	}
}

// free is an address that nobody listened on a moment ago.
func free(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

func TestMonitoringApart(t *testing.T) {
	t.Parallel()
	admin := free(t)
	at := newPlace(t)
	server := at.serve(t, "--admin-listen", admin)
	for _, test := range []struct {
		address, path string
		want          int
	}{
		{server.base, "/metrics", 404}, {server.base, "/healthz", 200}, {server.base, "/products", 200},
		{"http://" + admin, "/metrics", 200}, {"http://" + admin, "/healthz", 200}, {"http://" + admin, "/readyz", 200},
		{"http://" + admin, "/products", 404}, {"http://" + admin, "/console", 404}, {"http://" + admin, "/mcp", 404},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, test.address+test.path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != test.want {
			t.Errorf("%s%s: status %d, want %d", test.address, test.path, response.StatusCode, test.want)
		}
	}
	listen := strings.TrimPrefix(server.base, "http://")
	at.must(t, "healthcheck", "--listen", listen)
	at.must(t, "healthcheck", "--ready", "--listen", "0.0.0.0:"+listen[strings.LastIndex(listen, ":")+1:])
	server.stop(t)
	if done := at.run(t, nil, "healthcheck", "--listen", listen); done.code != 1 {
		t.Errorf("exit code %d when nothing runs", done.code)
	}
}

// TestALogOfJSONIsJSON reads all that a server and its failed start write.
func TestALogOfJSONIsJSON(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.environ = []string{"PARLEY_LOG_FORMAT=json"}
	command := at.command("serve", "--listen", "127.0.0.1:0", "--quote-ttl", "2h")
	written := &lockedBuffer{}
	command.Stdout, command.Stderr = written, written
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	written.await(t, `"msg":"serving"`)
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Fatal(err)
	}
	text := written.String()
	for _, failing := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--listen", "192.0.2.1:0"}, 1, `"msg":"the server ended"`},
		{[]string{"--check", "--listen", "192.0.2.1:0"}, 1, `"msg":"the server ended"`},
		{[]string{"--quote-ttl", "soon", "--keep-events", "1d"}, 2, `"msg":"a setting is wrong","where":"--keep-events"`},
	} {
		failed := at.run(t, nil, append([]string{"serve"}, failing.args...)...)
		if failed.code != failing.code || !strings.Contains(failed.err, failing.says) {
			t.Errorf("%s: exit code %d, wrote %q", failing.args, failed.code, failed.err)
		}
		text += failed.out + failed.err
	}
	for line := range strings.Lines(text) {
		var record struct {
			Message  string            `json:"msg"`
			Version  string            `json:"version"`
			Store    string            `json:"store"`
			Settings map[string]string `json:"settings"`
			Timeout  any               `json:"timeout"`
		}
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Errorf("%q: %v", line, err)
		}
		switch record.Message {
		case "serving":
			if got := fmt.Sprint(record.Version, " ", record.Store, " ", record.Settings["quote-ttl"]); got != "v0.0.0-test SQLite, data/parley.db 2h" {
				t.Errorf("%s: %s", got, line)
			}
		case "stopping":
			if record.Timeout != "20s" {
				t.Errorf("a duration without its unit: %s", line)
			}
		}
	}
}
