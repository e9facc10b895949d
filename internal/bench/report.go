package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// write prints the table, the ratios and whether the targets are met.
func (l *ledger) write(out io.Writer, stores []string) error {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "store\twhat\tconnections\tper second\tp50 ms\tp99 ms\tp99.9 ms\tserver CPU µs\t")
	fmt.Fprintf(table, "postgres\tpgbench: bare insert\t%d\t%.0f\t\t\t\t\t\n", pgbenchClients, median(l.pgbench))
	for _, c := range l.cells {
		f := l.figures[c]
		fmt.Fprintf(table, "%s\t%s\t%d\t%.0f\t%s\t%s\t%s\t%d\t\n", c.store, c.what, c.connections, f.rate(),
			millis(f.percentile(500)), millis(f.percentile(990)), millis(f.percentile(999)), f.cost().Microseconds())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	text.WriteString("\n")
	for _, store := range stores {
		l.judge(&text, store)
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// ofBareInsert is the part of PostgreSQL's bare inserts that each store's quotes are to reach.
var ofBareInsert = map[string]float64{sqliteStore: 0.7, postgresStore: 0.45}

// judge compares one store's quotes with the yardsticks.
func (l *ledger) judge(text *strings.Builder, store string) {
	quotes, bare := l.figures[cell{store, whatQuotes, usual}], l.figures[cell{store, whatBare, usual}]
	verdict := func(what string, value float64, sign string, target float64, met bool) {
		fmt.Fprintf(text, "%-9s %-52s %6.2f  target %s %.2f: %s\n", store, what, value, sign, target, word(met))
	}
	part := quotes.rate() / median(l.pgbench)
	verdict("quotes / PostgreSQL's bare insert", part, ">=", ofBareInsert[store], part >= ofBareInsert[store])
	tail := float64(quotes.percentile(990)) / float64(max(quotes.percentile(500), 1))
	verdict("p99 / p50 of quotes at 32 connections", tail, "<=", 4, tail <= 4)
	if busy := l.figures[cell{store, whatQuotes, 128}]; busy != nil {
		crowded := l.figures[cell{store, whatOverload, crowd}]
		late := float64(crowded.percentile(990)) / float64(max(busy.percentile(990), 1))
		verdict(fmt.Sprintf("p99 of quotes with %d clients / with 128", crowd), late, "<=", 3, late <= 3)
		fmt.Fprintf(text, "%-9s of those %d clients' requests %d were answered and %d refused at once\n", store, crowd, crowded.count, crowded.refused)
	}
	domain := bare.rate()/quotes.rate() - 1
	verdict("time of a quote beyond the bare handler's, as a part", domain, "<", 0.4, domain < 0.4)
	processor := float64(quotes.cost())/float64(max(bare.cost(), 1)) - 1
	verdict("the same of the server's processor time alone", processor, "<", 0.4, processor < 0.4)
}

// millis writes a latency.
func millis(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond)) }

// word says whether a target is met.
func word(met bool) string {
	if met {
		return "met"
	}
	return "missed"
}

// median is the value in the middle, or between the two there; of at least one.
func median[N ~int64 | ~float64](values []N) N {
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
