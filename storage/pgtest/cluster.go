package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Options say how a cluster differs from the usual one.
type Options struct {
	// Durable keeps fsync and full-page writes on, for tests that kill the server. Without it a crash of the server may
	// lose what it acknowledged, and its files stay in memory where they can, which makes tests several times faster.
	Durable bool
	// Archive keeps the server's log, for tests that go back to a moment.
	Archive bool
}

// Cluster is a running throwaway server that listens on a socket in its own temporary folder and nowhere else.
type Cluster struct {
	folder   string
	programs string
	runAs    account
	guard    *exec.Cmd
	leash    io.WriteCloser // the guard tears the cluster down when this closes
	ended    chan error     // the guard's end
}

// superuser owns the cluster and everything in it.
const superuser = "parley"

// usual are the settings of every cluster, fast the additional ones of a cluster that is not durable. A durable one keeps
// PostgreSQL's own wal_level: with minimal, a crash of version 15 took an identity column's sequence back.
const (
	usual = `
listen_addresses = ''
max_connections = 300
`
	fast = `
max_wal_senders = 0
wal_level = minimal
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
jit = off
`
)

// guardScript starts the server, reports that it is ready, and waits for the end of its input, which comes when the
// process that holds the other end stops the cluster or dies, even by SIGKILL. Then it leaves nothing behind.
const guardScript = `
programs=$1 folder=$2
"$programs/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --silent --wait --timeout=120 \
	--options="-c unix_socket_directories='$folder'" start >&2
started=$?
if [ $started -eq 0 ]; then
	echo ready
	cat >/dev/null
	"$programs/pg_ctl" --pgdata="$folder/data" --silent --wait --mode=immediate stop >&2
else
	cat "$folder/log" >&2
fi
rm -rf "$folder"
exit $started
`

// Start makes a cluster and waits until it takes connections. It lives until Stop or the end of this process. The error
// is ErrNotInstalled when the server's programs are missing.
func Start(ctx context.Context, options Options) (*Cluster, error) {
	programs, err := Programs(ctx)
	if err != nil {
		return nil, err
	}
	runAs, err := serverAccount()
	if err != nil {
		return nil, err
	}
	within := ""
	if !options.Durable {
		within = memoryFolder()
	}
	folder, err := socketFolder(within)
	if err != nil {
		return nil, err
	}
	cluster := &Cluster{folder: folder, programs: programs, runAs: runAs}
	if err := cluster.start(ctx, options); err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w", err), os.RemoveAll(folder))
	}
	return cluster, nil
}

// socketFolder makes a temporary folder, in another or where such are made, whose name is short enough for a socket in it:
// the kernel takes 107 bytes.
func socketFolder(within string) (string, error) {
	const longest = 107 - len("/.s.PGSQL.5432")
	folder, err := os.MkdirTemp(within, "parley-pg-")
	if err != nil || len(folder) <= longest {
		return folder, err
	}
	if err := os.Remove(folder); err != nil {
		return "", err
	}
	return os.MkdirTemp("/tmp", "parley-pg-")
}

func (c *Cluster) start(ctx context.Context, options Options) error {
	if err := c.runAs.own(c.folder); err != nil {
		return err
	}
	data := filepath.Join(c.folder, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(c.programs, "initdb"), "--pgdata="+data, "--username="+superuser,
		"--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US", "--no-sync")
	initdb.SysProcAttr = c.runAs.process()
	initdb.Dir = c.folder
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	archived := ""
	if options.Archive {
		if err := errors.Join(os.Mkdir(c.archive(), 0o700), c.runAs.own(c.archive())); err != nil {
			return err
		}
		archived = archiving(c.archive())
	}
	if err := configure(filepath.Join(data, "postgresql.conf"), options, archived); err != nil {
		return err
	}
	return c.serve(ctx)
}

// serve starts the server on the files that are there, and waits until it takes connections.
func (c *Cluster) serve(ctx context.Context) error {
	// The guard ends when its leash does, and must outlive a cancelled caller to clean up.
	c.guard = exec.CommandContext(context.WithoutCancel(ctx), "sh", "-c", guardScript, "parley-pg-guard", c.programs, c.folder)
	c.guard.SysProcAttr = c.runAs.process()
	c.guard.Dir = "/"
	var complaints strings.Builder
	c.guard.Stderr = &complaints
	leash, err := c.guard.StdinPipe()
	if err != nil {
		return err
	}
	c.leash = leash
	output, err := c.guard.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.guard.Start(); err != nil {
		return err
	}
	_, unready := bufio.NewReader(output).ReadString('\n')
	c.ended = make(chan error, 1)
	go func() { c.ended <- c.guard.Wait() }()
	if unready != nil {
		return fmt.Errorf("pg_ctl: %w\n%s", <-c.ended, complaints.String())
	}
	return nil
}

func configure(file string, options Options, archived string) error {
	settings := usual + archived
	if !options.Durable {
		settings += fast
	}
	return appendTo(file, settings)
}

func appendTo(file, settings string) error {
	conf, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = conf.WriteString(settings)
	return errors.Join(err, conf.Close())
}

// DSN is the URL of the cluster's own database, from which others are made.
func (c *Cluster) DSN() string {
	query := url.Values{"host": {c.folder}, "user": {superuser}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", Path: "/postgres", RawQuery: query.Encode()}).String()
}

// Socket is the path of the Unix socket that the server listens on.
func (c *Cluster) Socket() string { return filepath.Join(c.folder, ".s.PGSQL.5432") }

// Process is the number of the server's first process, whose children serve the connections.
func (c *Cluster) Process() (int, error) {
	file, err := os.ReadFile(filepath.Join(c.folder, "data", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(file), "\n")
	return strconv.Atoi(first)
}

// Crash ends the server as a crash does, without a checkpoint, and starts it again, which recovers from its log.
func (c *Cluster) Crash(ctx context.Context) error {
	return c.control(ctx, "--timeout=120", "--mode=immediate", c.starting(), "restart")
}

// Halt ends the server as a crash does and leaves it down until Resume.
func (c *Cluster) Halt(ctx context.Context) error { return c.control(ctx, "--mode=immediate", "stop") }

// Resume starts the server again after Halt.
func (c *Cluster) Resume(ctx context.Context) error {
	return c.control(ctx, "--timeout=120", c.starting(), "start")
}

// StandBy restarts the server as the standby of another, which is not there: it can be read and not written.
func (c *Cluster) StandBy(ctx context.Context) error {
	if err := c.control(ctx, "--mode=fast", "stop"); err != nil {
		return err
	}
	signal := filepath.Join(c.folder, "data", "standby.signal")
	if err := os.WriteFile(signal, nil, 0o600); err != nil {
		return err
	}
	return errors.Join(c.runAs.own(signal), c.Resume(ctx))
}

// Promote ends that the server is a standby.
func (c *Cluster) Promote(ctx context.Context) error { return c.control(ctx, "promote") }

// starting tells the server where its socket is, which a start on the command line does not remember.
func (c *Cluster) starting() string { return "--options=-c unix_socket_directories='" + c.folder + "'" }

func (c *Cluster) control(ctx context.Context, arguments ...string) error {
	control := exec.CommandContext(ctx, filepath.Join(c.programs, "pg_ctl"), append([]string{
		"--pgdata=" + filepath.Join(c.folder, "data"), "--log=" + filepath.Join(c.folder, "log"), "--silent", "--wait",
	}, arguments...)...)
	control.SysProcAttr = c.runAs.process()
	control.Dir = c.folder
	if out, err := control.CombinedOutput(); err != nil {
		return fmt.Errorf("%s PostgreSQL: %w\n%s", arguments[len(arguments)-1], err, out)
	}
	return nil
}

// Stop ends the server and removes its folder.
func (c *Cluster) Stop() error {
	if err := c.leash.Close(); err != nil {
		return err
	}
	return <-c.ended
}
