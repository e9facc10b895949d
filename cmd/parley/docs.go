package main

import (
	"bytes"
	"os"

	"parley/config"
	"parley/wire"
)

type docsCommand struct {
	File   string `arg:"" help:"The page of the settings to write."`
	Events string `required:"" help:"The page of the events to write."`
}

// Run writes the reference pages of the settings and of the events.
func (c docsCommand) Run(*process) error {
	var page bytes.Buffer
	if err := config.WriteReference(&page); err != nil {
		return err
	}
	if err := os.WriteFile(c.File, page.Bytes(), 0o644); err != nil { //nolint:gosec // a page for everybody
		return err
	}
	page.Reset()
	if err := wire.WriteEventReference(&page); err != nil {
		return err
	}
	return os.WriteFile(c.Events, page.Bytes(), 0o644) //nolint:gosec // a page for everybody
}
