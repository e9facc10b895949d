package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// following are the settings of a standby beside those that it takes over from its primary.
const following = `
wal_retrieve_retry_interval = 200ms
`

// Standby makes a second cluster that follows this one, and returns once each commit here waits until it is on both disks. The cluster
// must be durable. Promote has the standby take over; who then wants a standby again makes one of the cluster that was promoted.
func (c *Cluster) Standby(ctx context.Context) (*Cluster, error) {
	folder, err := socketFolder("")
	if err != nil {
		return nil, err
	}
	standby := &Cluster{folder: folder, programs: c.programs, runAs: c.runAs}
	if err := standby.follow(ctx, c); err != nil {
		return nil, errors.Join(fmt.Errorf("make a standby: %w", err), os.RemoveAll(folder))
	}
	if err := c.waitForStandby(ctx); err != nil {
		return nil, errors.Join(err, standby.Stop())
	}
	return standby, nil
}

// follow copies the primary's files and starts on them.
func (c *Cluster) follow(ctx context.Context, primary *Cluster) error {
	if err := c.runAs.own(c.folder); err != nil {
		return err
	}
	data := filepath.Join(c.folder, "data")
	err := c.tool(ctx, filepath.Join(c.programs, "pg_basebackup"), "--pgdata="+data, "--checkpoint=fast", "--write-recovery-conf", "--no-sync",
		"--host="+primary.folder, "--username="+superuser)
	if err != nil {
		return err
	}
	if err := appendTo(filepath.Join(data, "postgresql.conf"), following); err != nil {
		return err
	}
	return c.serve(ctx)
}

// waitForStandby has commits wait for the standby from now on, and returns once it keeps up.
func (c *Cluster) waitForStandby(ctx context.Context) error {
	for _, statement := range []string{
		`ALTER SYSTEM SET synchronous_standby_names = '*'`,
		`SELECT pg_reload_conf()`,
		`DO $$ BEGIN
			WHILE NOT EXISTS (SELECT FROM pg_stat_replication WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum')) LOOP
				PERFORM pg_sleep(0.02);
				PERFORM pg_stat_clear_snapshot();
			END LOOP;
		END $$`,
	} {
		err := c.tool(ctx, filepath.Join(c.programs, "psql"), "--host="+c.folder, "--username="+superuser, "--quiet", "--no-psqlrc",
			"--command=SET statement_timeout = '120s'", "--command="+statement, "postgres")
		if err != nil {
			return err
		}
	}
	return nil
}
