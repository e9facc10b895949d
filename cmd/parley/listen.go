package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"

	"parley/config"
)

// listen takes the address that a setting names.
func listen(ctx context.Context, setting, address string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is taken by another program, or by a server that runs already; --%s takes another address: %w", address, setting, err)
	}
	if errors.Is(err, syscall.EACCES) {
		return nil, fmt.Errorf("%s may not be listened on by this user; --%s takes another address, such as one with a port above 1023: %w", address, setting, err)
	}
	return listener, err
}

// monitored are the paths that monitoring and orchestrators ask for.
var monitored = map[string]bool{"/metrics": true, "/healthz": true, "/readyz": true}

// splitAdmin answers what is served at the first address and at the second one, when there is one: monitoring asks there, and
// the metrics, which tell of the business, are nowhere else.
func splitAdmin(settings config.Settings, handler http.Handler) (public, admin http.Handler) {
	if settings.AdminListen == "" {
		return handler, nil
	}
	public = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/metrics" {
			http.NotFound(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	})
	admin = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !monitored[r.URL.Path] {
			http.NotFound(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	})
	return public, admin
}
