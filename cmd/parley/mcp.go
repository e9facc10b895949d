package main

import (
	"context"
	"errors"

	"parley/mcp"
)

// mcpCommand lets a local client that starts its servers as programs trade with a seller agent anywhere.
type mcpCommand struct {
	URL string `name:"url" env:"PARLEY_URL" default:"http://127.0.0.1:8080" placeholder:"URL" help:"The seller agent."`
	Key string `name:"key" env:"PARLEY_API_KEY" placeholder:"KEY" help:"Your API key; better in PARLEY_API_KEY than on the command line."`
}

// Run serves until the client closes its side.
func (c mcpCommand) Run(p *process) error {
	err := mcp.Bridge(p.ctx, c.URL, c.Key, version, p.in, p.out)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
