package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestEverySystemIsReportedAtEveryRateAndRepeatably(t *testing.T) {
	t.Parallel()
	args := []string{"-rates", "50,200", "-lasts", "200ms", "-products", "3", "-days", "40", "-capacity", "2"}
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := run(args, out); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != second.String() {
		t.Error("two runs of the same seed differ")
	}
	o, err := parse(args)
	if err != nil {
		t.Fatal(err)
	}
	for _, system := range o.systems() {
		if n := strings.Count(first.String(), "| "+system.Name+" |"); n != 2*len(o.rates) {
			t.Errorf("%s is in %d rows, want two for each of %d rates", system.Name, n, len(o.rates))
		}
	}
}

func TestWrongParametersAreRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-rates", "0"}, {"-rates", "NaN"}, {"-rates", "many"}, {"-products", "0"}, {"-lasts", "0s"}, {"-rush", "2"}, {"-unknown"}} {
		if err := run(args, &bytes.Buffer{}); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}
