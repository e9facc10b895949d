package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"parley/storage/pgtest"
)

// pgbench is PostgreSQL's own load generator, for the yardstick that owes nothing to this product.
type pgbench struct {
	program string
	script  string
	dsn     string
}

// bareRow is about as long as a request for a quote.
const bareRow = `\set n random(1, 1000000000)
INSERT INTO bare (body) VALUES ('{"product_id": "product-000001", "deal_type": "PG", "impressions": ' || :n ||
 ', "flight_start": "2026-08-01", "flight_end": "2026-08-30"}');
`

// newPgbench prepares a table with a key and one text.
func newPgbench(ctx context.Context, at place) (*pgbench, error) {
	folder, err := pgtest.Programs(ctx)
	if err != nil {
		return nil, err
	}
	p := &pgbench{program: filepath.Join(folder, "pgbench"), script: filepath.Join(at.folder, "bare.sql"), dsn: at.url}
	if _, err := os.Stat(p.program); err != nil {
		if p.program, err = exec.LookPath("pgbench"); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(p.script, []byte(bareRow), 0o600); err != nil {
		return nil, err
	}
	return p, execute(ctx, p.dsn, "CREATE TABLE bare (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body TEXT NOT NULL)")
}

var pgbenchRate = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)

// pgbenchClients is how many clients insert at a time.
const pgbenchClients = 32

// longestRun is the most that pgbench is given to insert anything, in seconds: a busy disk may let a second go by without a commit.
const longestRun = 32

// run inserts for a while and answers rows a second. A whole second is the least that pgbench takes.
func (p *pgbench) run(ctx context.Context, lasting time.Duration) (float64, error) {
	var said []byte
	for seconds := max(int(lasting.Round(time.Second)/time.Second), 1); seconds <= longestRun; seconds *= 2 {
		command := exec.CommandContext(ctx, p.program, "--no-vacuum", "--protocol=prepared", "--jobs=2",
			"--client="+strconv.Itoa(pgbenchClients), "--time="+strconv.Itoa(seconds), "--file="+p.script, p.dsn)
		var err error
		if said, err = command.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("pgbench: %w\n%s", err, said)
		}
		if found := pgbenchRate.FindSubmatch(said); found != nil {
			return strconv.ParseFloat(string(found[1]), 64)
		}
	}
	return 0, fmt.Errorf("pgbench named no rate:\n%s", said)
}
