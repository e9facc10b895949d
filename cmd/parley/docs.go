package main

import (
	"bytes"
	"os"

	"parley/config"
)

type docsCommand struct {
	File string `arg:"" help:"The page to write."`
}

// Run writes the reference page of the settings.
func (c docsCommand) Run(*process) error {
	var page bytes.Buffer
	if err := config.WriteReference(&page); err != nil {
		return err
	}
	return os.WriteFile(c.File, page.Bytes(), 0o644) //nolint:gosec // a page for everybody
}
