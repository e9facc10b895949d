// Command simulate lets thousands of buyers of different kinds negotiate with each strategy in each tier, prints what came
// out as tables and bars, and draws it as an SVG picture. The same seed gives the same result.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	picture := flags.String("svg", filepath.Join("data", "simulation.svg"), "file to draw the result in; empty for none")
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
	if *picture != "" {
		if err := draw(*picture, r); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "\ndrawn in %s\n", *picture); err != nil {
			return err
		}
	}
	if under := r.under(); under > 0 {
		return fmt.Errorf("%d prices were stated or accepted under a reservation price", under)
	}
	return nil
}

func draw(path string, r results) error {
	var svg bytes.Buffer
	if err := r.writeSVG(&svg); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	return os.WriteFile(path, svg.Bytes(), 0o600)
}
