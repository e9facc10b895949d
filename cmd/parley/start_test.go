package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

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
		done := at.run(t, nil, "serve", "--check", "--approval-rules", rules)
		if done.code != 0 || !strings.Contains(done.out, "the database answers") || !strings.Contains(done.err, "matches nothing") {
			t.Errorf("exit code %d, printed %q and %q", done.code, done.out, done.err)
		}
		server.stop(t)
	})
	if done := at.run(t, nil, "serve", "--check", "--database-url", "postgres://u@127.0.0.1:1/d"); done.code != 1 {
		t.Errorf("without a database: exit code %d", done.code)
	}
	done := at.run(t, nil, "serve", "--check", "--database-for-tests", "postgres://u@127.0.0.1:1/d")
	if done.code != 1 || !strings.Contains(done.err, "the test world's database") {
		t.Errorf("without a database for tests: exit code %d\n%s", done.code, done.err)
	}
	at.must(t, "serve", "--check", "--database-for-tests", "beside")
	if _, err := os.Stat(filepath.Join(at.folder, "data")); !os.IsNotExist(err) {
		t.Errorf("the check made a folder: %v", err)
	}
}

// TestCheckRefusesWhatServeWould checks places in which no server starts.
func TestCheckRefusesWhatServeWould(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.createKey(t, "--test", "--role", "buyer", "--label", "T", "--seat", "t", "--database-for-tests", "beside")
	if err := os.WriteFile(filepath.Join(at.folder, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for says, args := range map[string][]string{
		"is the test world's":         {"--database-url", "sqlite:data/parley.test.db"},
		"file/p.db cannot be written": {"--database-url", "sqlite:file/p.db"},
		"--listen and --admin-listen": {"--listen", "127.0.0.1:8080", "--admin-listen", "127.0.0.1:8080"},
		"the test world's database":   {"--database-for-tests", "sqlite:file/t.db"},
	} {
		for _, check := range []string{"--check", ""} {
			done := at.run(t, nil, slices.DeleteFunc(append([]string{"serve", check}, args...), func(arg string) bool { return arg == "" })...)
			if done.code != 1 || check != "" && !strings.Contains(done.err, says) {
				t.Errorf("serve %s %s: exit code %d\n%s", check, args, done.code, done.err)
			}
		}
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
	failed := at.run(t, nil, "serve", "--listen", "192.0.2.1:0")
	if failed.code != 1 || failed.err == "" {
		t.Errorf("exit code %d, wrote %q", failed.code, failed.err)
	}
	text := written.String()
	for line := range strings.Lines(text + failed.out + failed.err) {
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
