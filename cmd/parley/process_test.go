package main_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/storage/pgtest"
)

// binary is the program under test, built once: every test here runs it as a process of its own.
var binary string

func TestMain(m *testing.M) { os.Exit(runMain(m)) }

func runMain(m *testing.M) int {
	if racedetector.Enabled {
		return m.Run() // of what runs in this process; see newPlace
	}
	folder, err := os.MkdirTemp("", "parley-test-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // what is left of it is the system's to clear
	binary = filepath.Join(folder, "parley")
	build := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-ldflags", "-X main.version=v0.0.0-test", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is released
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	// More tests than there are processors: most of the time they wait for processes of their own.
	flag.Parse()
	if err := flag.Set("test.parallel", strconv.Itoa(2*runtime.GOMAXPROCS(0))); err != nil {
		panic(err)
	}
	return m.Run()
}

// place is where commands run: a folder and a database.
type place struct {
	folder      string
	databaseURL string // empty: the initial setting
	environ     []string
	binary      string // empty: the program under test
}

// newPlace is an empty folder with the database of the initial settings. What runs there is another process, as it is released, into
// which the race detector does not see.
func newPlace(t *testing.T) place {
	t.Helper()
	racedetector.Serial(t)
	return place{folder: t.TempDir()}
}

// eachStore runs test on an empty, migrated database of each kind: a copy of one that this process migrated once.
func eachStore(t *testing.T, test func(t *testing.T, at place)) {
	t.Helper()
	eachKind(t, test, func(t *testing.T, at place) {
		folder := filepath.Join(at.folder, "data")
		if err := errors.Join(os.Mkdir(folder, 0o700), os.Rename(stores.SQLiteFile(t), filepath.Join(folder, "parley.db"))); err != nil {
			t.Fatal(err)
		}
	}, stores.PostgresURL)
}

// eachNewStore runs test on a database of each kind that the program has not seen yet.
func eachNewStore(t *testing.T, test func(t *testing.T, at place)) {
	t.Helper()
	eachKind(t, test, func(*testing.T, place) {}, pgtest.Database)
}

func eachKind(t *testing.T, test func(t *testing.T, at place), sqlite func(*testing.T, place), postgres func(testing.TB) string) {
	t.Helper()
	racedetector.Serial(t)
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		at := newPlace(t)
		sqlite(t, at)
		test(t, at)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		at := newPlace(t)
		at.databaseURL = postgres(t)
		test(t, at)
	})
}

// command prepares the program without starting it. No setting of whoever runs the tests gets through.
func (at place) command(args ...string) *exec.Cmd {
	command := exec.CommandContext(context.Background(), cmp.Or(at.binary, binary), args...)
	command.Dir = at.folder
	command.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "PARLEY_") || strings.HasPrefix(v, "AGENCY_KEY=") || strings.HasPrefix(v, "OPERATOR_KEY=") ||
			strings.HasPrefix(v, "GOGC=") || strings.HasPrefix(v, "GOMEMLIMIT=")
	})
	if at.databaseURL != "" {
		command.Env = append(command.Env, "PARLEY_DATABASE_URL="+at.databaseURL)
	}
	command.Env = append(command.Env, at.environ...)
	return command
}

// outcome is what a command that has ended left behind.
type outcome struct {
	code   int
	out    string
	err    string
	maxRSS int64 // KiB
}

// run runs a command to its end.
func (at place) run(t *testing.T, in io.Reader, args ...string) outcome {
	t.Helper()
	command := at.command(args...)
	var out, problems bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = in, &out, &problems
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("parley %s: %v", strings.Join(args, " "), err)
	}
	done := outcome{code: command.ProcessState.ExitCode(), out: out.String(), err: problems.String()}
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		done.maxRSS = usage.Maxrss
	}
	return done
}

// must runs a command that has to succeed and answers what it printed.
func (at place) must(t *testing.T, args ...string) string {
	t.Helper()
	done := at.run(t, nil, args...)
	if done.code != 0 {
		t.Fatalf("parley %s: exit code %d\n%s", strings.Join(args, " "), done.code, done.err)
	}
	return done.out
}

// createKey makes a key and answers it.
func (at place) createKey(t *testing.T, args ...string) string {
	t.Helper()
	return strings.TrimSpace(at.must(t, append([]string{"keys", "create"}, args...)...))
}

// write makes a file in the folder.
func (at place) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(at.folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// server is a running 'parley serve'.
type server struct {
	base    string
	process *exec.Cmd
	printed []string // before it was ready
	log     *lockedBuffer
	drained chan struct{} // closed at the end of its output
	ended   bool
}

var listening = regexp.MustCompile(`^listening on (http://\S+)$`)

// serve starts a server on a free port and waits until it is ready. It is ended with the test.
func (at place) serve(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{
		process: at.command(append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...),
		log:     &lockedBuffer{}, drained: make(chan struct{}),
	}
	out, err := s.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.process.Stderr = s.log
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{})
	go func() {
		defer close(s.drained)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if found := listening.FindStringSubmatch(lines.Text()); found != nil && s.base == "" {
				s.base = found[1]
				close(ready)
				continue
			}
			if s.base == "" {
				s.printed = append(s.printed, lines.Text())
			}
		}
	}()
	t.Cleanup(func() {
		if !s.ended {
			s.kill(t)
		}
	})
	select {
	case <-ready:
	case <-s.drained:
		t.Fatalf("the server did not start:\n%s", s.log)
	}
	return s
}

// wait waits for the end of the process and answers its exit code; -1 when a signal ended it.
func (s *server) wait(t *testing.T) int {
	t.Helper()
	<-s.drained
	err := s.process.Wait()
	s.ended = true
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return s.process.ProcessState.ExitCode()
}

// stop asks the process to end, as an operator or orchestrator does.
func (s *server) stop(t *testing.T) {
	t.Helper()
	s.signal(t, syscall.SIGTERM)
	if code := s.wait(t); code != 0 {
		t.Errorf("the server ended with exit code %d:\n%s", code, s.log)
	}
}

// kill ends the process with no chance to do anything.
func (s *server) kill(t *testing.T) {
	t.Helper()
	s.signal(t, syscall.SIGKILL)
	s.wait(t)
}

func (s *server) signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := s.process.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// call makes a request. body is encoded as JSON unless it is nil.
func (s *server) call(key, method, path string, body any) (status int, answer []byte, err error) {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, s.base+path, content)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, errors.Join(err, response.Body.Close())
}

// client keeps a connection for each of many concurrent callers.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}

// ask makes a request that has to be answered with a status, and reads the answer into into unless it is nil.
func (s *server) ask(t *testing.T, want int, key, method, path string, body, into any) {
	t.Helper()
	status, answer, err := s.call(key, method, path, body)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", method, path, err, s.log)
	}
	if status != want {
		t.Fatalf("%s %s: status %d, want %d\n%s", method, path, status, want, answer)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(answer, into); err != nil {
		t.Fatalf("%s %s: %v\n%s", method, path, err, answer)
	}
}

// lockedBuffer takes a process's log while a test reads it.
type lockedBuffer struct {
	mu      sync.Mutex
	content bytes.Buffer
	grown   chan struct{} // closed when there is more; nil when nobody waits
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.grown != nil {
		close(b.grown)
		b.grown = nil
	}
	return b.content.Write(p)
}

// await waits until the process has logged a text.
func (b *lockedBuffer) await(t *testing.T, text string) {
	t.Helper()
	b.awaitCount(t, text, 1)
}

// awaitCount waits until the process has logged a text so often.
func (b *lockedBuffer) awaitCount(t *testing.T, text string, count int) {
	t.Helper()
	giveUp := time.After(time.Minute)
	for {
		b.mu.Lock()
		if b.grown == nil {
			b.grown = make(chan struct{})
		}
		found, grown := strings.Count(b.content.String(), text) >= count, b.grown
		b.mu.Unlock()
		if found {
			return
		}
		select {
		case <-grown:
		case <-giveUp:
			t.Fatalf("it did not log %q %d times:\n%s", text, count, b)
		}
	}
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.content.String()
}
