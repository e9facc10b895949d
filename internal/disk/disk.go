// Package disk gives tests a small disk that they can fill to the last byte.
package disk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Disk is a small file system of its own, in memory.
type Disk struct{ Folder string }

// Mount makes a disk of so many bytes in a folder, which is made when it does not exist; that takes root.
func Mount(ctx context.Context, folder string, size int64) (*Disk, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	mount := exec.CommandContext(ctx, "mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%d", size), "tmpfs", folder)
	if out, err := mount.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mount a small disk: %w\n%s", err, out)
	}
	return &Disk{folder}, nil
}

// CanMount tells whether this process may make a disk that it can fill.
func CanMount() bool {
	folder, err := os.MkdirTemp("", "parley-disk-")
	if err != nil {
		return false
	}
	d, err := Mount(context.Background(), folder, 1<<20)
	if err == nil {
		err = d.Unmount()
	}
	return errors.Join(err, os.RemoveAll(folder)) == nil
}

func (d *Disk) ballast() string { return filepath.Join(d.Folder, "ballast") }

// Fill writes until nothing more fits.
func (d *Disk) Fill() (err error) {
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

// Free gives the space back.
func (d *Disk) Free() error {
	if err := os.Remove(d.ballast()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Unmount removes the disk with what is on it.
func (d *Disk) Unmount() error {
	if out, err := exec.CommandContext(context.Background(), "umount", d.Folder).CombinedOutput(); err != nil {
		return fmt.Errorf("unmount the small disk: %w\n%s", err, out)
	}
	return nil
}
