// Command testsummary runs go test with the arguments it is given, prints what a person needs of its output, and closes
// with the counts of what really ran:
//
//	412 passed, 0 failed, 3 skipped
//
// Each test, subtest, example and fuzz seed that go test reports counts once. A package that failed outside of any test
// (it does not compile, it crashed, its time was over) counts as one failure. Its exit code is go test's.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

func main() {
	code, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testsummary:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func run(arguments []string, w io.Writer) (code int, err error) {
	test := exec.CommandContext(context.Background(), "go", append([]string{"test", "-json"}, arguments...)...)
	test.Stderr = os.Stderr
	if slices.Contains(arguments, "-race") {
		test.Env = append(os.Environ(), "CGO_ENABLED=1") // which the race detector needs, and the programs that run it do not
	}
	output, err := test.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := test.Start(); err != nil {
		return 0, err
	}
	result, err := summarize(output, w)
	waited := test.Wait()
	var exit *exec.ExitError
	if errors.As(waited, &exit) {
		code, waited = max(exit.ExitCode(), 1), nil
	}
	fmt.Fprintln(w, result)
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

// summarize prints the output of failed and skipped tests and the closing line of each package.
func summarize(r io.Reader, w io.Writer) (counts, error) {
	var total counts
	output := map[testName][]string{}
	failures := map[string]int{} // by package
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) && line == "" {
			return total, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return total, err
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
			if e.Test == "" {
				if e.Action == "fail" && failures[e.Package] == 0 {
					total.failed++
				}
				show(w, output[name], e.Action == "fail")
				delete(output, name)
				continue
			}
			switch e.Action {
			case "pass":
				total.passed++
			case "fail":
				total.failed++
				failures[e.Package]++
				show(w, output[name], true)
			case "skip":
				total.skipped++
				show(w, output[name], true)
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
