package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a running server process.
type server struct {
	process *exec.Cmd
	address string // HOST:PORT
	output  io.Closer
}

// announcement is how a server says on its first line where it listens.
const announcement = "listening on http://"

// serve starts the product's server over a place's database.
func (p place) serve(ctx context.Context, binary string) (*server, error) {
	log, err := os.Create(filepath.Join(p.folder, "server.log"))
	if err != nil {
		return nil, err
	}
	command := p.command(ctx, binary, "serve")
	command.Stderr = log
	return start(command, log)
}

// bare starts the yardstick's server over a place's database.
func (p place) bare(ctx context.Context) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, self, bareServer, p.url)
	command.Env = append(os.Environ(), "GOGC=300") // what the product's server sets for itself
	command.Stderr = os.Stderr
	return start(command, io.NopCloser(nil))
}

// command is one of the product's, with settings that are initial but for these.
func (p place) command(ctx context.Context, binary string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, binary, args...)
	command.Dir = p.folder
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.folder, "TMPDIR=" + os.Getenv("TMPDIR"),
		"PARLEY_DATABASE_URL=" + p.url, "PARLEY_LISTEN=127.0.0.1:0", "PARLEY_RATE_LIMIT=off",
	}
	return command
}

// must runs a command to its end and answers what it printed.
func (p place) must(ctx context.Context, binary string, args ...string) (string, error) {
	command := p.command(ctx, binary, args...)
	var out, problems bytes.Buffer
	command.Stdout, command.Stderr = &out, &problems
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("parley %s: %w\n%s", strings.Join(args, " "), err, problems.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// start starts a server and waits until it listens.
func start(command *exec.Cmd, output io.Closer) (*server, error) {
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	if err := command.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address, announced := strings.CutPrefix(strings.TrimSpace(line), announcement)
	if err != nil || !announced {
		return nil, errors.Join(fmt.Errorf("%s said %q and did not listen", command.Path, line), err, command.Process.Kill(),
			command.Wait(), output.Close())
	}
	return &server{process: command, address: address, output: output}, nil
}

// stop ends the server in good order.
func (s *server) stop() error {
	return errors.Join(s.process.Process.Signal(syscall.SIGTERM), s.process.Wait(), s.output.Close())
}

// ready waits until the server answers that it is.
func (s *server) ready(ctx context.Context) error {
	for ctx.Err() == nil {
		c, err := dial(ctx, s.address)
		if err != nil {
			return err
		}
		heard, err := c.ask(request("GET", "/readyz", "", nil))
		if err := errors.Join(err, c.Close()); err != nil {
			return err
		}
		if heard.status == http.StatusOK {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
	return ctx.Err()
}

// resident answers how much memory the process holds now, in bytes, where the system tells.
func (s *server) resident() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.process.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmRSS:"); found {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("the process has no resident memory")
}
