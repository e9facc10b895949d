package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// node is one 'parley serve' process behind a proxy, so that clients find it under one address however often it restarts.
type node struct {
	binary, folder     string
	database           []string // the settings that lead there, as variables
	clockFile, network string
	proxy              *proxy

	process *exec.Cmd
	drained chan struct{}
	log     tail
}

var listening = regexp.MustCompile(`^listening on http://(\S+)$`)

// url is where clients reach the node.
func (n *node) url() string { return "http://" + n.proxy.address().String() }

// command prepares the program with the node's database and nothing else of the surrounding environment's settings.
func (n *node) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, n.binary, args...)
	command.Dir = n.folder
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PARLEY_") {
			command.Env = append(command.Env, v)
		}
	}
	command.Env = append(append(command.Env, n.database...), clockVariable+"="+n.clockFile, networkVariable+"="+n.network)
	return command
}

// run runs one of the program's commands to its end and answers what it printed.
func (n *node) run(ctx context.Context, args ...string) (string, error) {
	command := n.command(ctx, args...)
	var problems bytes.Buffer
	command.Stderr = &problems
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("parley %s: %w\n%s", strings.Join(args, " "), err, problems.String())
	}
	return strings.TrimSpace(string(out)), nil
}

// begin starts the process without waiting for it.
func (n *node) begin() (ready chan error, err error) {
	n.process = n.command(context.Background(), "serve", "--listen", "127.0.0.1:0", "--rate-limit", "off", "--destination-rate", "off", "--log-level", "warn",
		"--shutdown-timeout", "10s", "--negotiations-per-day", "1000000", "--private-webhooks", "--sealing-key", sealingKey)
	out, err := n.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	n.process.Stderr = &n.log
	if err := n.process.Start(); err != nil {
		return nil, err
	}
	ready, drained := make(chan error, 1), make(chan struct{})
	n.drained = drained
	go func() {
		defer close(drained)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if found := listening.FindStringSubmatch(lines.Text()); found != nil {
				n.proxy.forward("tcp", found[1])
				ready <- nil
			}
		}
		ready <- errors.New("the process has ended")
	}()
	return ready, nil
}

// start starts the process and waits until it listens.
func (n *node) start() error {
	ready, err := n.begin()
	if err != nil {
		return err
	}
	return n.await(ready)
}

func (n *node) await(ready chan error) error {
	select {
	case err := <-ready:
		if err != nil {
			return fmt.Errorf("start a node: %w\n%s", err, n.log.String())
		}
		return nil
	case <-time.After(time.Minute):
		return errors.Join(errors.New("a node was not ready within a minute"), n.kill())
	}
}

// kill ends the process with no chance to do anything.
func (n *node) kill() error { return n.end(syscall.SIGKILL) }

// stop asks the process to end, as an orchestrator does.
func (n *node) stop() error {
	if err := n.end(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop a node: %w\n%s", err, n.log.String())
	}
	return nil
}

func (n *node) end(signal syscall.Signal) error {
	if n.process == nil {
		return nil
	}
	process := n.process
	n.process = nil
	if err := process.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-n.drained
	err := process.Wait()
	var exit *exec.ExitError
	if signal == syscall.SIGKILL && errors.As(err, &exit) {
		return nil
	}
	return err
}

// clockVariable names the file from which a node that is built for this reads how far its clock is off.
const clockVariable = "FAULT_CLOCK_FILE"

// setClock puts the node's clock off by so much.
func (n *node) setClock(off time.Duration) error {
	draft := n.clockFile + ".draft"
	if err := os.WriteFile(draft, []byte(strconv.FormatInt(int64(off), 10)), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, n.clockFile)
}

// tail keeps the end of a log.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const longestTail = 4 << 10

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - longestTail; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

// String is what has been kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
