package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"parley/config"
	"parley/outbound"
)

type healthCommand struct {
	config.Settings      // where the server listens
	Ready           bool `help:"Ask whether it takes requests, which it does not while it stops or while its database is away."`
}

// healthPatience is how long the server may take to answer.
const healthPatience = 5 * time.Second

// Run asks the server of this machine for its health.
func (c healthCommand) Run(p *process) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(string(settings.Listen))
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	path := "/healthz"
	if c.Ready {
		path = "/readyz"
	}
	ctx, cancel := context.WithTimeout(p.ctx, healthPatience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, http.NoBody)
	if err != nil {
		return err
	}
	response, err := (&http.Client{Transport: outbound.Standard()}).Do(request)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s is answered with %s", path, response.Status)
	}
	return nil
}
