package soak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// disk is a small file system of its own, which a run can fill to the last byte.
type disk struct{ folder string }

// mountDisk makes a file system in memory; that takes root.
func mountDisk(ctx context.Context, folder string, size int64) (*disk, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	mount := exec.CommandContext(ctx, "mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%d", size), "tmpfs", folder)
	if out, err := mount.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mount a small disk: %w\n%s", err, out)
	}
	return &disk{folder}, nil
}

// CanMountDisk tells whether this process may make a disk that it can fill.
func CanMountDisk() bool {
	folder, err := os.MkdirTemp("", "parley-disk-")
	if err != nil {
		return false
	}
	d, err := mountDisk(context.Background(), folder, 1<<20)
	if err == nil {
		err = d.unmount()
	}
	return errors.Join(err, os.RemoveAll(folder)) == nil
}

func (d *disk) ballast() string { return filepath.Join(d.folder, "ballast") }

// fill writes until nothing more fits.
func (d *disk) fill() (err error) {
	file, err := os.OpenFile(d.ballast(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	block := make([]byte, 1<<20)
	for {
		if _, err := file.Write(block); errors.Is(err, syscall.ENOSPC) {
			if len(block) == 1 {
				return nil
			}
			block = block[:max(1, len(block)/16)]
		} else if err != nil {
			return err
		}
	}
}

// free gives the space back.
func (d *disk) free() error {
	if err := os.Remove(d.ballast()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func (d *disk) unmount() error {
	if out, err := exec.CommandContext(context.Background(), "umount", d.folder).CombinedOutput(); err != nil {
		return fmt.Errorf("unmount the small disk: %w\n%s", err, out)
	}
	return nil
}
