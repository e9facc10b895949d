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
	fmt.Fprintln(table, "store\twhat\tconnections\tper second\tp50 ms\tp99 ms\tp99.9 ms\tserver CPU µs\tdatabase CPU µs\t")
	fmt.Fprintf(table, "postgres\tpgbench: bare insert\t%d\t%.0f\t\t\t\t\t\t\n", pgbenchClients, median(l.pgbench))
	for _, c := range l.cells {
		f := l.figures[c]
		name := c.what
		if c.base {
			name += ", base"
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%.0f\t%s\t%s\t%s\t%d\t%d\t\n", c.store, name, c.connections, f.rate(),
			millis(f.percentile(500)), millis(f.percentile(990)), millis(f.percentile(999)), f.cost().Microseconds(),
			f.databaseCost().Microseconds())
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
var ofBareInsert = map[string]float64{sqliteStore: 0.6, postgresStore: 0.35}

// mostOfBase is the part of the base's processor time that a line may take at most, on each store.
var mostOfBase = []struct {
	what             string
	sqlite, postgres float64
}{
	{whatQuotes, 0.65, 0.6},
	{whatBookings, 0.45, 0.6},
	{whatProposals, 0.7, 0.7},
	{whatCounters, 0.7, 0.7},
	{whatDealReads, 0.7, 0.7},
	{whatDealPages, 0.7, 0.7},
}

// judge compares one store's lines with the yardsticks, and with the base.
func (l *ledger) judge(text *strings.Builder, store string) {
	quotes := l.figures[cell{store: store, what: whatQuotes, connections: usual}]
	verdict := func(what string, value float64, sign string, target float64, met bool) {
		fmt.Fprintf(text, "%-9s %-52s %6.2f  target %s %.2f: %s\n", store, what, value, sign, target, word(met))
	}
	part := quotes.rate() / median(l.pgbench)
	verdict("quotes / PostgreSQL's bare insert", part, ">=", ofBareInsert[store], part >= ofBareInsert[store])
	tail := float64(quotes.percentile(990)) / float64(max(quotes.percentile(500), 1))
	verdict("p99 / p50 of quotes at 32 connections", tail, "<=", 4, tail <= 4)
	if busy := l.figures[cell{store: store, what: whatQuotes, connections: 128}]; busy != nil {
		crowded := l.figures[cell{store: store, what: whatOverload, connections: crowd}]
		late := float64(crowded.percentile(990)) / float64(max(busy.percentile(990), 1))
		verdict(fmt.Sprintf("p99 of quotes with %d clients / with 128", crowd), late, "<=", 3, late <= 3)
		fmt.Fprintf(text, "%-9s of those %d clients' requests %d were answered and %d refused at once\n", store, crowd, crowded.count, crowded.refused)
	}
	atMost := func(what string, of, than time.Duration, target float64) {
		value := float64(of) / float64(max(than, 1))
		verdict(what, value, "<=", target, value <= target)
	}
	rows := l.figures[cell{store: store, what: whatRows, connections: usual}]
	atMost("server CPU of a quote / bare handler, three rows", quotes.cost(), rows.cost(), 1.3)
	for _, line := range mostOfBase {
		of, base := l.figures[cell{store: store, what: line.what, connections: usual}], l.figures[cell{store: store, base: true, what: line.what, connections: usual}]
		if base == nil {
			continue
		}
		target := line.sqlite
		if store == postgresStore {
			target = line.postgres
		}
		atMost("server CPU of "+line.what+" / base", of.cost(), base.cost(), target)
		if store == postgresStore && line.what == whatQuotes {
			atMost("database CPU of "+line.what+" / base", of.databaseCost(), base.databaseCost(), 0.7)
		}
	}
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
