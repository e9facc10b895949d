// Command soak trades with real nodes over real sockets for a long time while they are killed, cut off, filled up and put
// out of step, and then proves that nothing was lost. It prints a table of what it did and ends with 1 at the first thing
// that must not happen, with the seed that led there.
//
// A run is a series of phases. In each, clients run every flow at once while one kind of fault strikes again and again;
// then the fault is mended, every request that got no answer is repeated under its idempotency key until it has one, and
// the phase is judged five times: the database by its own rows (audit.go), what webhooks have delivered (listeners.go), what an
// ad server that loses answers has of each deal (network.go), the
// clients' record of what was acknowledged against those rows (record.go), and the history of requests and answers for
// being linearizable (history.go).
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
	"slices"
	"syscall"
	"time"

	"parley/internal/disk"
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
	var o options
	flags.DurationVar(&o.lasts, "duration", 30*time.Minute, "how long to trade, over all stores together")
	flags.DurationVar(&o.phase, "phase", 20*time.Second, "how long clients trade under one fault before everything is judged")
	flags.IntVar(&o.clients, "clients", 16, "how many buyers trade at once")
	flags.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "what the faults and trades are drawn from")
	flags.DurationVar(&o.takeover, "takeover", 15*time.Second, "how long it may take from the promotion of a standby of PostgreSQL until every node books again")
	diskMiB := flags.Int64("disk-mib", 2048, "size of the disk in memory that the embedded store gets, so that it can be filled; needs root, 0 for none")
	stores := []store{sqlite, postgres}
	flags.Func("store", "the only `store` to trade on, "+string(sqlite)+" or "+string(postgres)+"; both when not named", func(name string) error {
		if !slices.Contains([]store{sqlite, postgres}, store(name)) {
			return errors.New("there is no such store")
		}
		stores = []store{store(name)}
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *diskMiB > 0 && !disk.CanMount() {
		if _, err := fmt.Fprintln(log, "soak: NOT TESTED with a full disk: that takes the right to mount one"); err != nil {
			return err
		}
		*diskMiB = 0
	}
	o.lasts /= time.Duration(len(stores))
	o.diskBytes = *diskMiB << 20
	o.log = func(format string, args ...any) {
		fmt.Fprintf(log, "%s "+format+"\n", append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
	}
	folder, err := os.MkdirTemp("", "parley-soak-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	o.binary = filepath.Join(folder, "parley")
	if err := build(ctx, o.binary); err != nil {
		return err
	}
	for _, o.store = range stores {
		seen, err := soak(ctx, o)
		if _, printErr := fmt.Fprintf(out, "%s: %s; %s; seed %d\n\n%s\n", o.store, seen.world, seen.took.Round(time.Second), o.seed, seen.table()); printErr != nil {
			return errors.Join(err, printErr)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// build makes the server whose clock can be moved, of the sources here, as it is released.
func build(ctx context.Context, binary string) error {
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", "faultclock", "-o", binary, "parley/cmd/parley")
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	return nil
}
