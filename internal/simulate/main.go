// Command simulate lets thousands of buyers of different kinds negotiate with each strategy in each tier, and prints what
// came out as tables. The same seed gives the same result.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("simulate", flag.ContinueOnError)
	buyers := flags.Int("buyers", 8_000, "how many buyers meet each strategy in each tier")
	seed := flags.Uint64("seed", 1, "seed of the buyers' random properties")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *buyers < len(kinds) {
		return fmt.Errorf("-buyers must be at least %d, one of each kind", len(kinds))
	}
	r, err := simulate(population(*buyers, *seed))
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%d buyers meet %d strategies in 4 tiers (seed %d)\n\n", *buyers, len(variants), *seed); err != nil {
		return err
	}
	if err := r.writeTables(out); err != nil {
		return err
	}
	if under := r.under(); under > 0 {
		return fmt.Errorf("%d prices were stated or accepted under a reservation price", under)
	}
	return nil
}
