package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"parley"
	"parley/config"
	"parley/seller"
	"parley/wire"
)

type sessionsCommand struct {
	List sessionsListCommand `cmd:"" help:"List the sessions of the deal desk's page, the ended ones among them."`
	End  sessionsEndCommand  `cmd:"" help:"End a session, at once on every node."`
}

type sessionsListCommand struct {
	config.Database
	Key  string `placeholder:"ID" help:"Of this key alone."`
	JSON bool   `name:"json" help:"Print JSON, as the API answers it, instead of a table."`
}

// Run lists the sessions, oldest first.
func (c sessionsListCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		found, err := seller.AllRows(func(s parley.SignIn) string { return s.ID }, func(page seller.Page) (seller.Listing[parley.SignIn], error) {
			return service.SignIns(p.ctx, terminal(), seller.SignInFilter{KeyID: c.Key, Page: page})
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return writeJSON(p.out, wire.Each(wire.View{}, found, wire.SignInOf))
		}
		table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		row := func(cells ...string) {
			_, failed := fmt.Fprintln(table, strings.Join(cells, "\t"))
			err = errors.Join(err, failed)
		}
		row("ID", "KEY", "ADDRESS", "SIGNED IN", "LAST USED", "ENDED", "BROWSER")
		for _, s := range found {
			ended := "-"
			if s.EndedAt != nil {
				ended = s.EndedAt.UTC().Format(time.RFC3339)
			}
			row(s.ID, s.KeyID, printable(s.Address), s.At.UTC().Format(time.RFC3339), s.UsedAt.UTC().Format(time.RFC3339), ended, printable(s.Browser))
		}
		return errors.Join(err, table.Flush())
	})
}

type sessionsEndCommand struct {
	config.Database
	ID string `arg:"" help:"Id of the session, as 'parley sessions list' shows it."`
}

// Run ends the session.
func (c sessionsEndCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		var ended parley.SignIn
		_, err := service.EndSignIn(p.ctx, terminal(), c.ID, func(s parley.SignIn) (seller.Answer, error) {
			ended = s
			return seller.Answer{}, nil
		})
		if parley.Is(err, parley.CodeNotFound) {
			return fmt.Errorf("there is no session %q; 'parley sessions list' shows them", c.ID)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "%s is ended since %s\n", ended.ID, ended.EndedAt.UTC().Format(time.RFC3339))
		return err
	})
}
