package main

import (
	"fmt"
	"strings"
	"time"

	"parley/internal/contention"
)

func (o options) introduction() string {
	return fmt.Sprintf("%d products, skew %g, %d days, %v of bookings, seed %d. A booking of one day alone: %v before the ledger,\n"+
		"%v with its row held. %d connections, patience %v; distributed engine: %v between replicas.\n",
		o.products, o.skew, o.horizon, o.lasts, o.seed, o.costs.Prepare, o.costs.Row+o.costs.Own+o.costs.Commit,
		o.connections, o.patience, o.replicas)
}

// report writes a table for each rate, and a plot of how much was committed.
func report(heading string, o options, systems []contention.System, results [][]contention.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n# %s\n", heading)
	for i, rate := range o.rates {
		fmt.Fprintf(&b, "\n## %g bookings a second\n\n", rate)
		b.WriteString("| ledger | a second | p50 | p99 | p99, other products | retries a commit | given up | refused |\n")
		b.WriteString("| --- | --: | --: | --: | --: | --: | --: | --: |\n")
		for n, r := range results[i] {
			fmt.Fprintf(&b, "| %s | %.0f | %s | %s | %s | %.2f | %s | %s |\n", systems[n].Name, r.Throughput,
				brief(contention.Percentile(r.Latencies, 0.5)), brief(contention.Percentile(r.Latencies, 0.99)),
				brief(contention.Percentile(r.Others, 0.99)),
				float64(r.Retries)/float64(max(r.Committed, 1)), part(r.Aborted, r.Arrived), part(r.Refused, r.Arrived))
		}
	}
	b.WriteString("\n## Committed, as a part of what was asked for\n\n```\n")
	for i, rate := range o.rates {
		for n, r := range results[i] {
			const width = 40
			done := float64(r.Committed) / float64(max(r.Arrived, 1))
			bar := strings.Repeat("#", int(done*width+0.5))
			fmt.Fprintf(&b, "%6g/s  %-34s|%-*s| %3.0f%%\n", rate, systems[n].Name, width, bar, 100*done)
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n") + "```\n"
}

// brief writes a time in milliseconds.
func brief(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	if ms < 10 {
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}

func part(n, of int) string { return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(max(of, 1))) }
