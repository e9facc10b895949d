// Command withpostgres runs a command, such as go test ./..., beside one throwaway PostgreSQL cluster that all of its
// tests share (see package pgtest), and ends with the command's exit code. A server that PARLEY_TEST_POSTGRES already
// announces is used as it is. Without PostgreSQL's programs the command runs alone, and the tests decide what that means.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"parley/storage/pgtest"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres COMMAND [ARGUMENT...]")
		os.Exit(2)
	}
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
	}
	os.Exit(code)
}

func run(command []string) (code int, err error) {
	// A terminal's interrupt reaches the command too; it decides when to end, and the cluster goes after it.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	signal.Ignore(os.Interrupt)

	environment := os.Environ()
	if os.Getenv(pgtest.Environment) == "" {
		cluster, err := pgtest.Start(ctx, pgtest.Options{})
		switch {
		case errors.Is(err, pgtest.ErrNotInstalled):
			fmt.Fprintln(os.Stderr, "withpostgres:", err)
		case err != nil:
			return 1, err
		default:
			defer func() {
				if stopErr := cluster.Stop(); stopErr != nil {
					err = errors.Join(err, stopErr)
					code = max(code, 1)
				}
			}()
			environment = append(environment, pgtest.Environment+"="+cluster.DSN())
		}
	}
	child := exec.CommandContext(ctx, command[0], command[1:]...)
	child.Env = environment
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = child.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}
