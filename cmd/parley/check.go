package main

import (
	"errors"
	"fmt"
	"syscall"

	"parley/config"
	"parley/seller"
	"parley/storage"
	"parley/storage/backend"
	"parley/trace"
)

// check says whether serve would start with the settings, and changes nothing: it refuses what a start refuses, in the same words. An address
// that is taken is told alone, since who checks the settings of a server that runs has it there.
func (c serveCommand) check(p *process, settings config.Settings) error {
	if _, err := trace.Wanted(p.variable); err != nil {
		return err
	}
	found, err := p.lookAt(settings)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	switch {
	case found.Test:
		return errTestWorld
	case c.Demo && found.Stocked && !found.Demo:
		return seller.ErrNotADemo
	}
	if err := p.checkTestWorld(settings); err != nil {
		return err
	}
	if err := p.checkAddresses(settings); err != nil {
		return err
	}
	if _, err := p.serviceVault(settings); err != nil {
		return err
	}
	if found.Version >= found.Known && found.Version > 0 {
		if err := p.checkHeld(settings); err != nil {
			return err
		}
	} else if found.Version == 0 && len(settings.NetworkKeys) > 0 {
		return noNetworkKey(settings.NetworkKeys[0].KeyID)
	}
	tellUnfinished(settings, p.logger(settings))
	_, err = fmt.Fprintln(p.out, "the settings are right, and "+stateOf(settings, found))
	return err
}

// stateOf is what a start does about a database, for people.
func stateOf(settings config.Settings, found storage.Standing) string {
	path, embedded := settings.DatabaseURL.SQLite()
	switch {
	case found.Version == 0 && embedded:
		return path + " is not there yet and will be made"
	case found.Version == 0:
		return "the database answers, and its tables will be made"
	case found.Version < found.Known:
		return fmt.Sprintf("the database answers, at version %d of its schema, which will be brought to %d; what it holds is compared with them then",
			found.Version, found.Known)
	}
	return fmt.Sprintf("the database answers, at version %d of its schema", found.Version)
}

// lookAt tells what the database of the settings is, as a start would find it.
func (p *process) lookAt(settings config.Settings) (found storage.Standing, err error) {
	err = p.await(settings, func() (err error) {
		found, err = backend.Check(p.ctx, string(settings.DatabaseURL), string(settings.DirectURL))
		return err
	})
	return found, err
}

// checkTestWorld says whether the test world's database, where there is to be one, would open.
func (p *process) checkTestWorld(settings config.Settings) error {
	if settings.DatabaseURL = settings.TestURL(); settings.DatabaseURL == "" {
		return nil
	}
	settings.DirectURL = ""
	found, err := p.lookAt(settings)
	if err != nil {
		return fmt.Errorf("open the test world's database: %w", err)
	}
	if found.Used && !found.Test {
		return fmt.Errorf("open the test world: %w", seller.ErrRealTrade)
	}
	return nil
}

// checkHeld compares the settings with what the database holds.
func (p *process) checkHeld(settings config.Settings) error {
	store, err := p.openStore(settings, backend.Options{Connections: settings.DatabaseConnections, SkipMigrate: true})
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = store.Close() }() // it was only read
	log := p.logger(settings)
	service, err := p.newService(store, settings, log)
	if err != nil {
		return err
	}
	if _, err := networkKeys(p.ctx, service, settings.NetworkKeys); err != nil {
		return err
	}
	tellMisnamed(p.ctx, service, log)
	return nil
}

// checkAddresses listens where the server would, for a moment.
func (p *process) checkAddresses(settings config.Settings) error {
	for _, at := range []struct{ setting, address string }{{"listen", string(settings.Listen)}, {"admin-listen", string(settings.AdminListen)}} {
		if at.address == "" {
			continue
		}
		listener, err := listen(p.ctx, at.setting, at.address)
		if err == nil {
			err = listener.Close()
		}
		if errors.Is(err, syscall.EADDRINUSE) {
			p.logger(settings).Warn("a start needs the address, which a server that runs already, or another program, has now",
				"setting", at.setting, "address", at.address)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}
