package main

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"parley"
	"parley/seller"
	"parley/wire"
)

type accountsCommand struct {
	List   accountsListCommand   `cmd:"" help:"List accounts of buyers."`
	Show   accountsShowCommand   `cmd:"" help:"Show an account, with the names by which buyers write it."`
	Create accountsCreateCommand `cmd:"" help:"Make an account, and print its id."`
	Change accountsChangeCommand `cmd:"" help:"Change an account: pause or block it, put it under another, name and link it."`
}

type accountsListCommand struct {
	world
	Kind   string `enum:",holding,agency,advertiser,seat" default:"" help:"holding, agency, advertiser or seat."`
	Status string `enum:",active,paused,blocked" default:"" help:"active, paused or blocked."`
	Search string `help:"Is in the name, or in an id or name by which buyers write it."`
	JSON   bool   `name:"json" help:"Print JSON, as the API answers it, instead of a table."`
}

// Run lists the accounts.
func (c accountsListCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		found, err := seller.AllRows(func(a parley.Account) string { return a.ID }, func(page seller.Page) (seller.Listing[parley.Account], error) {
			return service.Accounts(p.ctx, terminal(), seller.AccountFilter{
				Kind: parley.AccountKind(c.Kind), Status: parley.AccountStatus(c.Status), Search: c.Search, Page: page,
			})
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return writeJSON(p.out, wire.Each(wire.View{}, found, wire.AccountOf))
		}
		table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "ACCOUNT\tKIND\tNAME\tCODE\tBELONGS TO\tSTATUS\tOWNER") // Flush tells
		for _, a := range found {
			code := a.Code
			if a.DSP != "" {
				code = a.DSP + "/" + code
			}
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.ID, a.Kind, printable(a.Name), printable(code), a.ParentID, a.Status, printable(a.Steward))
		}
		return table.Flush()
	})
}

type accountsShowCommand struct {
	world
	Account string `arg:"" help:"Its id."`
}

// Run prints the account as the API answers it.
func (c accountsShowCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		found, err := service.Account(p.ctx, terminal(), c.Account)
		if err != nil {
			return err
		}
		return writeJSON(p.out, wire.WholeAccountOf(wire.View{}, found))
	})
}

type accountsCreateCommand struct {
	world
	Kind    string   `arg:"" enum:"holding,agency,advertiser,seat" help:"holding, agency, advertiser or seat."`
	Code    string   `arg:"" help:"The id by which keys name it: of a seat, its id at the DSP; of a holding, its name."`
	Name    string   `help:"For people; the code when not given."`
	DSP     string   `name:"dsp" help:"Of a seat: where it is."`
	Parent  string   `help:"The id of its holding, or of the agency or advertiser that the seat is of."`
	Aliases []string `name:"alias" sep:"none" help:"Another id or name by which buyers write it; can be given again."`
	Owner   string   `help:"Who of the publisher's people looks after it."`
}

// Run makes the account, and prints its id.
func (c accountsCreateCommand) Run(p *process) error {
	account := parley.Account{
		Kind: parley.AccountKind(c.Kind), Code: c.Code, Name: c.Name, DSP: c.DSP, ParentID: c.Parent, Names: c.Aliases, Steward: c.Owner,
	}
	return p.withService(func(service *seller.Service) error {
		_, err := service.CreateAccount(p.ctx, terminal(), account, func(a parley.Account) (seller.Answer, error) {
			_, err := fmt.Fprintln(p.out, a.ID)
			return seller.Answer{}, err
		})
		return explainRefused(err)
	})
}

type accountsChangeCommand struct {
	world
	Account string   `arg:"" help:"Its id."`
	Status  string   `enum:",active,paused,blocked" default:"" help:"active, paused (starts nothing new) or blocked (only ends what it has); for all that belong to it."`
	Reason  string   `help:"Why, for the publisher's own people."`
	Name    *string  `help:"Its name for people."`
	Parent  *string  `help:"The id of the account above it; empty: nobody."`
	Owner   *string  `help:"Who of the publisher's people looks after it."`
	Notes   *string  `help:"Notes of the publisher's people."`
	Aliases []string `name:"alias" sep:"none" help:"Another id or name by which buyers write it, from now on; can be given again."`
	Without []string `name:"without-alias" sep:"none" help:"An id or name that finds it no longer; can be given again."`
	For     []string `name:"for" sep:"none" help:"The id of an advertiser's account that the agency acts for, from now on; can be given again."`
}

// Run changes the account, and says what it may do now.
func (c accountsChangeCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		before, err := service.Account(p.ctx, terminal(), c.Account)
		if err != nil {
			return err
		}
		change := seller.AccountChange{Name: c.Name, ParentID: c.Parent, Steward: c.Owner, Notes: c.Notes, Reason: c.Reason, Version: &before.Version}
		if c.Status != "" {
			status := parley.AccountStatus(c.Status)
			change.Status = &status
		}
		if len(c.Aliases)+len(c.Without) > 0 {
			names := slices.DeleteFunc(slices.Concat(before.Names, c.Aliases), func(name string) bool {
				return slices.ContainsFunc(c.Without, func(gone string) bool { return parley.AccountName(gone) == parley.AccountName(name) })
			})
			change.Names = &names
		}
		if len(c.For) > 0 {
			clients := slices.Concat(before.Clients, c.For)
			change.Clients = &clients
		}
		_, err = service.ChangeAccount(p.ctx, terminal(), c.Account, change, func(a parley.Account) (seller.Answer, error) {
			_, err := fmt.Fprintf(p.out, "%s %s: %s, known as %s\n", a.Kind, printable(a.Name), a.Status, printable(strings.Join(a.Names, ", ")))
			return seller.Answer{}, err
		})
		return explainRefused(err)
	})
}
