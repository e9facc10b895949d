// Command bench measures the product under load and with much stored, on both stores, beside yardsticks taken in the same
// run, and says whether the targets are met. It starts everything itself: a throwaway PostgreSQL that is as durable as a
// publisher's, the server's own binary on a free port of the loopback, and the clients.
//
//	bench speed [-short]          requests a second and latencies
//	bench speed -base COMMIT      the same of another commit too, built from the repository, and the ratios to it
//	bench size [-quotes N] ...    start, memory, lists and import with N quotes stored
//
// Without a name both are run. Every figure depends on the machine and on what else it does; the ratios do so much less,
// which is why the targets are ratios.
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
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // what is deferred has just been done
	}
}

// options are what the command line decides.
type options struct {
	parts    []string
	short    bool
	stores   []string
	parley   string // the server's binary; built when empty
	base     string // the commit to compare with; none when empty
	lasting  time.Duration
	rounds   int
	quotes   int
	deals    int
	products int
}

// bareServer is the name under which the command runs itself as the yardstick's server.
const bareServer = "bare"

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 2 && args[0] == bareServer {
		return serveBare(ctx, args[1], out)
	}
	o, err := parse(args)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "parley-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // what is left of it is the system's to clear
	if o.parley == "" {
		o.parley, err = build(ctx, folder)
	} else {
		o.parley, err = filepath.Abs(o.parley) // servers run in folders of their own
	}
	if err != nil {
		return err
	}
	if o.base != "" {
		if o.base, err = buildCommit(ctx, folder, o.base); err != nil {
			return err
		}
	}
	for _, part := range o.parts {
		measure := speed
		if part == "size" {
			measure = size
		}
		if err := measure(ctx, o, folder, out); err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
	}
	return nil
}

func parse(args []string) (options, error) {
	var o options
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		if args[0] != "speed" && args[0] != "size" {
			return o, fmt.Errorf("there is no part %q: name speed or size, or none for both", args[0])
		}
		o.parts, args = append(o.parts, args[0]), args[1:]
	}
	if len(o.parts) == 0 {
		o.parts = []string{"speed", "size"}
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.BoolVar(&o.short, "short", false, "a few seconds in all: whether it runs, not how fast")
	flags.StringVar(&o.parley, "parley", "", "the server's `binary`; built when not named")
	flags.StringVar(&o.base, "base", "", "a `commit` of this repository to compare the speed with")
	flags.DurationVar(&o.lasting, "duration", 3*time.Second, "how long each line is measured in a round")
	flags.IntVar(&o.rounds, "rounds", 3, "how often, in turn with the others")
	flags.IntVar(&o.quotes, "quotes", 1_000_000, "quotes to store before the size is measured")
	flags.IntVar(&o.deals, "deals", 100_000, "deals to store, at most as many as quotes")
	flags.IntVar(&o.products, "products", 200_000, "catalog rows to import")
	names := flags.String("stores", "sqlite,postgres", "the stores to measure")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.short {
		o.lasting, o.rounds = 300*time.Millisecond, 1
		o.quotes, o.deals, o.products = min(o.quotes, 20_000), min(o.deals, 2_000), min(o.products, 5_000)
	}
	o.stores = strings.Split(*names, ",")
	for _, name := range o.stores {
		if !slices.Contains([]string{sqliteStore, postgresStore}, name) {
			return o, fmt.Errorf("there is no store %q", name)
		}
	}
	if flags.NArg() > 0 || o.rounds < 1 || o.lasting <= 0 || o.quotes < 1 || o.deals < 0 || o.deals > o.quotes || o.products < 1 {
		return o, errors.New("a flag's value is out of range, or is followed by something that is no flag")
	}
	return o, nil
}

// build makes the server's binary the way that it is released.
func build(ctx context.Context, folder string) (string, error) {
	binary := filepath.Join(folder, "parley")
	return binary, buildIn(ctx, "", binary)
}

// buildCommit makes the binary of another commit of the repository that the working folder is in.
func buildCommit(ctx context.Context, folder, commit string) (string, error) {
	tree, binary := filepath.Join(folder, "base"), filepath.Join(folder, "parley-base")
	add := exec.CommandContext(ctx, "git", "worktree", "add", "--detach", tree, commit)
	if said, err := add.CombinedOutput(); err != nil {
		return "", fmt.Errorf("check %s out: %w\n%s", commit, err, said)
	}
	err := buildIn(ctx, tree, binary)
	remove := exec.CommandContext(context.WithoutCancel(ctx), "git", "worktree", "remove", "--force", tree)
	return binary, errors.Join(err, remove.Run())
}

func buildIn(ctx context.Context, folder, binary string) error {
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, "parley/cmd/parley")
	command.Dir = folder
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build the server: %w\n%s", err, said)
	}
	return nil
}
