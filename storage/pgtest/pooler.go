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
	"strings"

	"github.com/jackc/pgx/v5"
)

// ErrNoPooler says that PgBouncer was not found.
var ErrNoPooler = errors.New("PgBouncer is not installed (Debian: apt-get install pgbouncer)")

// Pooler is a running PgBouncer that lends a server's connections for a transaction at a time. It listens on a socket in its own
// temporary folder and nowhere else.
type Pooler struct {
	folder string
	user   string
	guard  *exec.Cmd
	leash  io.WriteCloser
	ended  chan error
}

// pooling is the configuration of the pooler. A server that was away is asked again at once: initially that takes 15 s, in which
// nobody would sell.
const pooling = `
[databases]
* = host=%s port=%d user=%s

[pgbouncer]
unix_socket_dir = %s
listen_port = 5432
auth_type = any
pool_mode = transaction
default_pool_size = 20
max_client_conn = 1000
server_login_retry = 0.2
`

// poolerScript starts the pooler and tells when it takes connections. It ends with its input, as guardScript does.
const poolerScript = `
program=$1 folder=$2
"$program" "$folder/conf" >"$folder/log" 2>&1 &
pid=$!
while kill -0 $pid 2>/dev/null && ! grep -q 'process up' "$folder/log"; do sleep 0.02; done
if kill -0 $pid 2>/dev/null; then
	echo ready
	cat >/dev/null
	kill -TERM $pid
	wait $pid
else
	cat "$folder/log" >&2
fi
rm -rf "$folder"
`

// StartPooler starts a pooler in front of the server of a URL. It lives until Stop or the end of this
// process. The error is ErrNoPooler when the program is missing.
func StartPooler(ctx context.Context, dsn string) (*Pooler, error) {
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		program = "/usr/sbin/pgbouncer" // which is not on everybody's path
		if _, err := os.Stat(program); err != nil {
			return nil, ErrNoPooler
		}
	}
	runAs, err := serverAccount()
	if err != nil {
		return nil, err
	}
	server, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	folder, err := socketFolder("")
	if err != nil {
		return nil, err
	}
	pooler := &Pooler{folder: folder, user: server.User}
	conf := filepath.Join(folder, "conf")
	err = os.WriteFile(conf, fmt.Appendf(nil, pooling, server.Host, server.Port, server.User, folder), 0o600)
	if err := errors.Join(err, runAs.own(folder), runAs.own(conf), pooler.start(ctx, program, runAs)); err != nil {
		return nil, errors.Join(fmt.Errorf("start PgBouncer: %w", err), os.RemoveAll(folder))
	}
	return pooler, nil
}

func (p *Pooler) start(ctx context.Context, program string, runAs account) (err error) {
	p.guard = exec.CommandContext(context.WithoutCancel(ctx), "sh", "-c", poolerScript, "parley-pooler-guard", program, p.folder)
	p.guard.SysProcAttr = runAs.process()
	p.guard.Dir = "/"
	var complaints strings.Builder
	p.guard.Stderr = &complaints
	if p.leash, err = p.guard.StdinPipe(); err != nil {
		return err
	}
	output, err := p.guard.StdoutPipe()
	if err != nil {
		return err
	}
	if err := p.guard.Start(); err != nil {
		return err
	}
	_, unready := bufio.NewReader(output).ReadString('\n')
	p.ended = make(chan error, 1)
	go func() { p.ended <- p.guard.Wait() }()
	if unready != nil {
		return errors.Join(unready, <-p.ended, errors.New(complaints.String()))
	}
	return nil
}

// DSN is the URL of a database of the server through the pooler.
func (p *Pooler) DSN(database string) string {
	query := url.Values{"host": {p.folder}, "user": {p.user}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: query.Encode()}).String()
}

// Stop ends the pooler and removes its folder.
func (p *Pooler) Stop() error {
	if err := p.leash.Close(); err != nil {
		return err
	}
	return <-p.ended
}
