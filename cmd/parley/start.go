package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
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
func (p *process) openStore(settings config.Settings, options backend.Options) (store *storage.Store, err error) {
	options.Direct = string(settings.DirectURL)
	options.Locked = func(path string) {
		p.logger(settings).Warn("another program holds the lock of the database, and what writes waits: end its transaction, or the program", "file", path)
	}
	err = p.await(settings, func() (err error) {
		store, err = backend.Open(p.ctx, string(settings.DatabaseURL), options)
		return err
	})
	if errors.Is(err, storage.ErrNotMade) {
		err = fmt.Errorf("%w; 'parley serve' and 'parley migrate' make one where the settings say, which 'parley config' prints", err)
	}
	return store, err
}

// await does something with the database of the settings. One that does not answer is waited for as long as they say.
func (p *process) await(settings config.Settings, do func() error) error {
	giveUp := time.Now().Add(settings.DatabaseWait)
	for told := false; ; told = true {
		err := do()
		if err == nil || !parley.Is(err, parley.CodeUnavailable) {
			return err
		}
		if time.Now().Add(waitPause).After(giveUp) {
			return whyUnavailable(err)
		}
		if !told {
			p.logger(settings).Info("waiting for the database", "database", settings.DatabaseURL.Redacted(),
				"at_most", settings.DatabaseWait, "error", whyUnavailable(err))
		}
		select {
		case <-p.ctx.Done():
			return p.ctx.Err()
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
