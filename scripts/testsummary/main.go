// Command testsummary runs go test with the arguments it is given, prints what a person needs of its output, and closes
// with the counts of what really ran:
//
//	412 passed, 0 failed, 3 skipped
//
// The arguments before the first "--" are for every run of go test, and what stands between each "--" and the next is for one run, which
// comes after the one before it. Tests that do not run under the race detector (see package racedetector) are run without it at the end.
//
// Each test, subtest, example and fuzz seed that go test reports counts once, however many runs it is in: as failed when one
// failed, as skipped when all skipped it. A package that failed outside of any test (it does not compile, it crashed, its time was
// over) counts as one failure. The exit code is the first of go test that is not 0.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"parley/internal/racedetector"
)

func main() {
	all := newSummary()
	var code int
	run := func(arguments []string) {
		failed, err := all.run(arguments, os.Stdout)
		if err != nil {
			fmt.Fprintln(os.Stderr, "testsummary:", err)
			failed = max(failed, 1)
		}
		code = cmp.Or(code, failed)
	}
	every, runs := split(os.Args[1:])
	for _, one := range runs {
		run(slices.Concat(every, one))
	}
	if left := all.left(); left != nil {
		run(slices.Concat(every, left))
	}
	fmt.Println(all.close(os.Stdout))
	os.Exit(code)
}

// split takes the arguments of every run and those of each apart. A run without arguments of its own is none.
func split(arguments []string) (every []string, runs [][]string) {
	for first := true; first || len(arguments) > 0; first = false {
		one := arguments
		if end := slices.Index(arguments, "--"); end >= 0 {
			one, arguments = arguments[:end], arguments[end+1:]
		} else {
			arguments = nil
		}
		switch {
		case first:
			every = one
		case len(one) > 0:
			runs = append(runs, one)
		}
	}
	return every, runs
}

// left are the arguments of the run for the tests that have not run under the race detector; nil when there are none.
func (s *summary) left() []string {
	var tests, packages []string
	for name, output := range s.why {
		if strings.Contains(strings.Join(output, ""), racedetector.LeftOut) {
			test, _, _ := strings.Cut(name.test, "/")
			tests, packages = append(tests, test), append(packages, name.pkg)
		}
	}
	if tests == nil {
		return nil
	}
	slices.Sort(tests)
	slices.Sort(packages)
	return append([]string{"-run", "^(" + strings.Join(slices.Compact(tests), "|") + ")$"}, slices.Compact(packages)...)
}

func (s *summary) run(arguments []string, w io.Writer) (code int, err error) {
	// A test's binary is linked in two thirds of the time without what a debugger reads, and is not kept for one.
	test := exec.CommandContext(context.Background(), "go", append([]string{"test", "-json", "-ldflags=-w"}, arguments...)...)
	test.Stderr = os.Stderr
	// Tests take a fifth less of the processor when what they let go of is collected more rarely, and need not save memory up to a bound.
	test.Env = append([]string{"GOGC=400", "GOMEMLIMIT=1GiB"}, os.Environ()...)
	if slices.Contains(arguments, "-race") {
		// The race detector needs C, and the programs that run it do not. It looks on for a moment when the tests of a package are over;
		// by itself that is a second for each.
		test.Env = append(test.Env, "CGO_ENABLED=1", "GORACE=atexit_sleep_ms=50")
	}
	output, err := test.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := test.Start(); err != nil {
		return 0, err
	}
	err = s.read(output, w)
	waited := test.Wait()
	var exit *exec.ExitError
	if errors.As(waited, &exit) {
		code, waited = max(exit.ExitCode(), 1), nil
	}
	return code, errors.Join(err, waited)
}

// event is a line of go test -json; see go doc test2json.
type event struct {
	Action     string
	Package    string
	ImportPath string // of the package whose build the output belongs to
	Test       string
	Output     string
}

// counts are the tests that ended each way.
type counts struct {
	passed, failed, skipped int
}

func (c counts) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", c.passed, c.failed, c.skipped)
}

// testName identifies a test; without a test it is the package itself.
type testName struct{ pkg, test string }

// summary is how each test ended: "pass", "fail" or "skip".
type summary struct {
	ended map[testName]string
	why   map[testName][]string // it was skipped
	loose int                   // packages that failed outside of any test
}

func newSummary() *summary {
	return &summary{ended: map[testName]string{}, why: map[testName][]string{}}
}

// note keeps how a test ended in one run, beside how it ended in others.
func (s *summary) note(name testName, action string, output []string) {
	if before := s.ended[name]; before == "fail" || before == "pass" && action == "skip" {
		return
	}
	s.ended[name] = action
	delete(s.why, name)
	if action == "skip" {
		s.why[name] = output
	}
}

// close tells of the tests that no run has run, and counts all.
func (s *summary) close(w io.Writer) counts {
	total := counts{failed: s.loose}
	for _, action := range s.ended {
		switch action {
		case "pass":
			total.passed++
		case "fail":
			total.failed++
		case "skip":
			total.skipped++
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(s.why), func(a, b testName) int {
		return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.test, b.test))
	}) {
		show(w, s.why[name], true)
	}
	return total
}

// read prints the output of failed tests and the closing line of each package.
func (s *summary) read(r io.Reader, w io.Writer) error {
	output := map[testName][]string{}
	failures := map[string]int{} // by package
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var e event
		if json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
			fmt.Fprint(w, line) // not an event: go test talks past its own format when it cannot start
			continue
		}
		name := testName{e.Package, e.Test}
		switch e.Action {
		case "output":
			output[name] = append(output[name], e.Output)
		case "build-output":
			fmt.Fprint(w, e.Output)
		case "pass", "fail", "skip":
			switch {
			case e.Test == "":
				if e.Action == "fail" && failures[e.Package] == 0 {
					s.loose++
				}
				show(w, output[name], e.Action == "fail")
			case e.Action == "fail":
				failures[e.Package]++
				show(w, output[name], true)
				fallthrough
			default:
				s.note(name, e.Action, output[name])
			}
			delete(output, name)
		}
	}
}

// show prints the lines that say something: all of them, or of a package that passed only its closing line.
func show(w io.Writer, lines []string, all bool) {
	for _, line := range lines {
		noise := strings.HasPrefix(line, "=== ") || line == "PASS\n" || line == "FAIL\n"
		closing := strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "coverage:")
		if !noise && (all || closing) {
			fmt.Fprint(w, line)
		}
	}
}
