// Command soak trades with real nodes for a long time while they are killed, cut off, filled up and put out of step, and
// proves after each fault that nothing was lost (package internal/soak). It prints a table of what it did and ends with 1
// at the first thing that must not happen, with the seed that led there.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"parley/internal/disk"
	"parley/internal/soak"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

func run(ctx context.Context, args []string, out, log io.Writer) (err error) {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.SetOutput(log)
	duration := flags.Duration("duration", 30*time.Minute, "how long to trade, over all stores together")
	phase := flags.Duration("phase", 20*time.Second, "how long clients trade under one fault before everything is judged")
	store := flags.String("store", "both", "sqlite, postgres or both")
	clients := flags.Int("clients", 16, "how many buyers trade at once")
	seed := flags.Uint64("seed", uint64(time.Now().UnixNano()), "what the faults and trades are drawn from")
	diskMiB := flags.Int64("disk-mib", 2048, "size of the disk in memory that the embedded store gets, so that it can be filled; needs root, 0 for none")
	if err := flags.Parse(args); err != nil {
		return err
	}
	stores := []soak.Store{soak.SQLite, soak.Postgres}
	if *store != "both" {
		stores = []soak.Store{soak.Store(*store)}
	}
	if *diskMiB > 0 && !disk.CanMount() {
		if _, err := fmt.Fprintln(log, "soak: NOT TESTED with a full disk: that takes the right to mount one"); err != nil {
			return err
		}
		*diskMiB = 0
	}
	folder, err := os.MkdirTemp("", "parley-soak-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	binary := filepath.Join(folder, "parley")
	build := exec.CommandContext(ctx, "go", "build", "-tags", "faultclock", "-o", binary, "./cmd/parley")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	for _, s := range stores {
		report, err := soak.Run(ctx, soak.Options{
			Store: s, Binary: binary, Duration: *duration / time.Duration(len(stores)), Phase: *phase, Clients: *clients,
			Seed: *seed, DiskBytes: *diskMiB << 20,
			Log: func(format string, args ...any) {
				fmt.Fprintf(log, "%s "+format+"\n", append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
			},
		})
		if _, printErr := fmt.Fprintf(out, "%s: %s; %s; seed %d\n\n%s\n", s, report.World, report.Took.Round(time.Second), *seed, report.Table()); printErr != nil {
			return errors.Join(err, printErr)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
