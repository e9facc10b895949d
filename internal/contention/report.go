package main

import (
	"fmt"
	"strings"
	"time"
)

func (o options) introduction() string {
	return fmt.Sprintf("%d products, skew %g, %d days, %v of bookings, seed %d. A booking of one day alone: %v before the ledger,\n"+
		"%v with its row held. %d connections, patience %v; distributed engine: %v between replicas.\n",
		o.products, o.skew, o.horizon, o.lasts, o.seed, o.costs.Prepare, o.costs.Row+o.costs.Own+o.costs.Commit,
		o.connections, o.patience, o.replicas)
}

// report writes a table for each rate.
func report(heading string, o options, systems []system, results [][]result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n# %s\n", heading)
	for i, rate := range o.rates {
		fmt.Fprintf(&b, "\n## %g bookings a second\n\n", rate)
		b.WriteString("| ledger | a second | committed | p50 | p99 | p99, other products | retries a commit | given up | refused |\n")
		b.WriteString("| --- | --: | --: | --: | --: | --: | --: | --: | --: |\n")
		for n, r := range results[i] {
			fmt.Fprintf(&b, "| %s | %.0f | %s | %s | %s | %s | %.2f | %s | %s |\n", systems[n].Name, r.Throughput, part(r.Committed, r.Arrived),
				brief(percentile(r.Latencies, 0.5)), brief(percentile(r.Latencies, 0.99)),
				brief(percentile(r.Others, 0.99)),
				float64(r.Retries)/float64(max(r.Committed, 1)), part(r.Aborted, r.Arrived), part(r.Refused, r.Arrived))
		}
	}
	return b.String()
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
