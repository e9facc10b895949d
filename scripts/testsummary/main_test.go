package main

import (
	"strings"
	"testing"
)

func TestSummarize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		events string
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
			name:   "words outside of the format are passed on",
			events: "go: cannot find main module\n",
			want:   counts{},
			shown:  []string{"cannot find main module"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var printed strings.Builder
			got, err := summarize(strings.NewReader(test.events), &printed)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
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
