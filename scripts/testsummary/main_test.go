package main

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"parley/internal/racedetector"
)

func TestSummarize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		events string // "--" ends a run
		want   counts
		shown  []string
		hidden []string
	}{
		{
			name: "passed, failed and skipped tests",
			events: `
{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"chatter of a passed test\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:7: want 1\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:9: no server\n"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
`,
			want:   counts{passed: 1, failed: 1, skipped: 1},
			shown:  []string{"b_test.go:7: want 1", "c_test.go:9: no server", "FAIL\tp\t0.1s"},
			hidden: []string{"chatter", "=== RUN"},
		},
		{
			name: "a package that does not build is a failure",
			events: `
{"Action":"build-output","ImportPath":"p","Output":"p/x.go:3: undefined: y\n"}
{"Action":"build-fail","ImportPath":"p"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p"}
`,
			want:  counts{failed: 1},
			shown: []string{"p/x.go:3: undefined: y", "[build failed]"},
		},
		{
			name: "a package without tests counts nothing",
			events: `
{"Action":"output","Package":"p","Output":"?   \tp\t[no test files]\n"}
{"Action":"skip","Package":"p"}
{"Action":"output","Package":"q","Output":"ok  \tq\t0.2s\n"}
{"Action":"pass","Package":"q"}
`,
			want:   counts{},
			shown:  []string{"ok  \tq\t0.2s"},
			hidden: []string{"no test files"},
		},
		{
			name: "a test counts once, by the run that says most of it",
			events: `
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:9: no server\n"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"pass","Package":"p"}
--
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: tested in the other run\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:5: a race\n"}
{"Action":"fail","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:9: no server\n"}
{"Action":"skip","Package":"p","Test":"TestC"}
{"Action":"fail","Package":"p"}
`,
			want:   counts{passed: 1, failed: 1, skipped: 1},
			shown:  []string{"b_test.go:5: a race", "c_test.go:9: no server"},
			hidden: []string{"tested in the other run"},
		},
		{
			name:   "words outside of the format are passed on",
			events: "go: cannot find main module\n",
			want:   counts{},
			shown:  []string{"cannot find main module"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var printed strings.Builder
			all := newSummary()
			for events := range strings.SplitSeq(test.events, "--\n") {
				if err := all.read(strings.NewReader(events), &printed); err != nil {
					t.Fatal(err)
				}
			}
			if got := all.close(&printed); got != test.want {
				t.Errorf("counted %v, want %v", got, test.want)
			}
			for _, text := range test.shown {
				if !strings.Contains(printed.String(), text) {
					t.Errorf("did not show %q in:\n%s", text, &printed)
				}
			}
			for _, text := range test.hidden {
				if strings.Contains(printed.String(), text) {
					t.Errorf("showed %q in:\n%s", text, &printed)
				}
			}
		})
	}
}

func TestRunsAndWhatTheyShare(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"-v -- ./...": "[-v] [[./...]]", "-v -- -race ./a -- ./b": "[-v] [[-race ./a] [./b]]", "-- -- ./b": "[] [[./b]]", "-v": "[-v] []", "": "[] []",
	} {
		every, runs := split(strings.Fields(line))
		if got := fmt.Sprint(every, runs); got != want {
			t.Errorf("%q is %s, want %s", line, got, want)
		}
	}
}

func TestWhatTheDetectorIsSparedIsRunWithoutIt(t *testing.T) {
	t.Parallel()
	all := newSummary()
	for _, name := range []testName{{"p", "TestB"}, {"p", "TestA/sqlite"}, {"p", "TestA/postgres"}, {"q", "TestA"}} {
		all.note(name, "skip", []string{"    a_test.go:3: " + racedetector.LeftOut + "\n"})
	}
	all.note(testName{"r", "TestC"}, "skip", []string{"    c_test.go:3: no server\n"})
	if got := strings.Join(all.left(), " "); got != "-run ^(TestA|TestB)$ p q" {
		t.Errorf("left is %s", got)
	}
	all.note(testName{"p", "TestB"}, "pass", nil)
	if got := all.close(io.Discard); got != (counts{passed: 1, skipped: 4}) {
		t.Errorf("counted %v", got)
	}
}
