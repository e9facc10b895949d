package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"parley"
	"parley/config"
	"parley/seller"
	"parley/storage"
	"parley/storage/backend"
)

// waitPause is how long passes between two attempts to open a database that does not answer yet.
const waitPause = time.Second

// openStore opens the database of the settings. One that does not answer is waited for as long as they say.
func (p *process) openStore(settings config.Settings, options backend.Options) (*storage.Store, error) {
	options.Direct = string(settings.DirectURL)
	giveUp := time.Now().Add(settings.DatabaseWait)
	for told := false; ; told = true {
		store, err := backend.Open(p.ctx, string(settings.DatabaseURL), options)
		if err == nil || !parley.Is(err, parley.CodeUnavailable) {
			return store, err
		}
		if time.Now().Add(waitPause).After(giveUp) {
			return nil, whyUnavailable(err)
		}
		if !told {
			p.logger(settings).Info("waiting for the database", "database", settings.DatabaseURL.Redacted(),
				"at_most", settings.DatabaseWait, "error", whyUnavailable(err))
		}
		select {
		case <-p.ctx.Done():
			return nil, p.ctx.Err()
		case <-time.After(waitPause):
		}
	}
}

// whyUnavailable is what happened, without the advice that callers of the API are given.
func whyUnavailable(err error) error {
	var told *parley.Error
	if errors.As(err, &told) && told.Cause != nil {
		return told.Cause
	}
	return err
}

// tellStart writes the record by which a log shows what was started, and with which settings that differ from the initial
// ones.
func (p *process) tellStart(log *slog.Logger, settings config.Settings, listener, admin net.Listener) {
	attributes := []any{"version", version, "store", storeName(settings.DatabaseURL), "address", baseURL(listener.Addr())}
	if admin != nil {
		attributes = append(attributes, "admin_address", baseURL(admin.Addr()))
	}
	effective, err := config.Explain(p.flags, p.environ)
	if err != nil { // they have been read before; a file may have changed since
		log.Warn("the settings cannot be read again", "error", err)
	}
	var differing []any
	for _, s := range effective {
		if s.Where != "" && s.Text != s.Initial {
			differing = append(differing, s.Name, s.Text)
		}
	}
	log.Info("serving", append(attributes, slog.Group("settings", differing...))...)
}

// check says whether serve would start with the settings, and changes nothing.
func (p *process) check(settings config.Settings) error {
	if string(settings.AdminListen) == string(settings.Listen) && !strings.HasSuffix(string(settings.Listen), ":0") {
		return fmt.Errorf("%s is what both --listen and --admin-listen name: monitoring needs an address of its own", settings.Listen)
	}
	if err := p.checkTestWorld(settings); err != nil {
		return err
	}
	if path, embedded := settings.DatabaseURL.SQLite(); embedded {
		if err := mayWriteBeside(path); err != nil {
			return err
		}
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			_, err := fmt.Fprintf(p.out, "the settings are right; %s is not there yet and will be made\n", path)
			return err
		}
	}
	store, err := p.openStore(settings, backend.Options{Connections: settings.DatabaseConnections, SkipMigrate: true})
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = store.Close() }() // it was only read
	version, err := store.SchemaVersion(p.ctx)
	if err != nil {
		return fmt.Errorf("read the database: %w", err)
	}
	if version > 0 {
		if err := refuseTestWorld(p.ctx, store); err != nil {
			return err
		}
	}
	log := p.logger(settings)
	service, err := p.newService(store, settings, log)
	if err != nil {
		return err
	}
	tellMisnamed(p.ctx, service, log)
	tellUnfinished(settings, log)
	_, err = fmt.Fprintf(p.out, "the settings are right, and the database answers, at version %d of its schema\n", version)
	return err
}

// mayWriteBeside tells whether the folder of the embedded database, or the nearest one above it that there is, may be written in: the store makes files
// beside its own.
func mayWriteBeside(path string) error {
	folder := filepath.Dir(path)
	for {
		if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) || filepath.Dir(folder) == folder {
			break
		}
		folder = filepath.Dir(folder)
	}
	file, err := os.CreateTemp(folder, ".parley-check-*")
	if err != nil {
		return fmt.Errorf("the database %s cannot be written: %w", path, err)
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// checkTestWorld says whether the test world's database, where there is to be one and it has been made, would open.
func (p *process) checkTestWorld(settings config.Settings) error {
	if settings.DatabaseURL = settings.TestURL(); settings.DatabaseURL == "" {
		return nil
	}
	settings.DirectURL = ""
	if path, embedded := settings.DatabaseURL.SQLite(); embedded {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return nil
		}
	}
	store, err := p.openStore(settings, backend.Options{Connections: testConnections, SkipMigrate: true})
	if err != nil {
		return fmt.Errorf("open the test world's database: %w", err)
	}
	return store.Close()
}

// tellMisnamed warns of rules of the configuration that name what the catalog does not have. The catalog may yet come.
func tellMisnamed(ctx context.Context, service *seller.Service, log *slog.Logger) {
	problems, err := service.MisnamedRules(ctx)
	if err != nil {
		log.Warn("the approval rules of the configuration were not compared with the catalog", "error", err)
	}
	for _, p := range problems {
		log.Warn("an approval rule of the configuration matches nothing", "rule", p.Path, "problem", p.Message)
	}
}
