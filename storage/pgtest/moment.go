package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// archiving are the settings of a cluster that keeps its log, so that it can go back to a moment.
func archiving(folder string) string {
	return fmt.Sprintf(`
archive_mode = on
archive_command = 'test ! -f "%[1]s/%%f" && cp "%%p" "%[1]s/%%f"'
`, folder)
}

func (c *Cluster) archive() string { return filepath.Join(c.folder, "archive") }

// BaseBackup copies the server's files while it serves.
func (c *Cluster) BaseBackup(ctx context.Context) error {
	return c.tool(ctx, filepath.Join(c.programs, "pg_basebackup"), "--pgdata="+filepath.Join(c.folder, "base"), "--checkpoint=fast",
		"--host="+c.folder, "--username="+superuser)
}

// ReturnTo puts the base backup in the place of the server's files, and has it go on from there, by its archived log, to a
// moment. It answers once the server takes writes.
func (c *Cluster) ReturnTo(ctx context.Context, moment time.Time) error {
	if err := c.control(ctx, "--mode=fast", "stop"); err != nil {
		return err
	}
	data, gone := filepath.Join(c.folder, "data"), filepath.Join(c.folder, "gone")
	if err := errors.Join(os.Rename(data, gone), os.Rename(filepath.Join(c.folder, "base"), data)); err != nil {
		return err
	}
	// What the server had not archived yet.
	if err := c.tool(ctx, "sh", "-c", `cp -n "$1"/pg_wal/0* "$2"/`, "sh", gone, c.archive()); err != nil {
		return err
	}
	err := appendTo(filepath.Join(data, "postgresql.conf"), fmt.Sprintf(
		"\nrestore_command = 'cp \"%s/%%f\" \"%%p\"'\nrecovery_target_time = '%s'\nrecovery_target_action = 'promote'\n",
		c.archive(), moment.UTC().Format("2006-01-02 15:04:05.000000+00")))
	signal := filepath.Join(data, "recovery.signal")
	if err := errors.Join(err, os.WriteFile(signal, nil, 0o600), c.runAs.own(signal), c.Resume(ctx)); err != nil {
		return err
	}
	return c.tool(ctx, "sh", "-c", `until [ "$("$1" -h "$2" -U "$3" -Atc 'SELECT pg_is_in_recovery()' postgres)" = f ]; do :; done`,
		"sh", filepath.Join(c.programs, "psql"), c.folder, superuser)
}

// tool runs a program as the server's account.
func (c *Cluster) tool(ctx context.Context, name string, arguments ...string) error {
	command := exec.CommandContext(ctx, name, arguments...)
	command.SysProcAttr = c.runAs.process()
	command.Dir = c.folder
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}
