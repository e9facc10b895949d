package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"parley"
	"parley/config"
	"parley/seller"
)

type deliveryProfilesCommand struct {
	List   deliveryProfilesListCommand   `cmd:"" help:"List how the files of sources are read."`
	Set    deliveryProfilesSetCommand    `cmd:"" help:"Say how the files of a source are to be read, in the place of what was said before."`
	Remove deliveryProfilesRemoveCommand `cmd:"" help:"Forget how the files of a source are to be read."`
}

type deliveryProfilesListCommand struct{ config.Database }

// Run lists the profiles.
func (c deliveryProfilesListCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		if _, err := fmt.Fprintln(table, "ID\tSOURCE\tHEADINGS\tSEPARATOR\tTHOUSANDS\tDECIMAL\tTIME ZONE"); err != nil {
			return err
		}
		const rows = 500
		for page := (seller.Page{Limit: rows}); ; {
			listing, err := service.DeliveryProfiles(p.ctx, terminal(), page)
			if err != nil {
				return err
			}
			for _, profile := range listing.Items {
				var headings []string
				for _, heading := range slices.Sorted(maps.Keys(profile.Columns)) {
					headings = append(headings, heading+"="+profile.Columns[heading])
				}
				_, err := fmt.Fprintf(table, "%s\t%s\t%s\t%q\t%q\t%q\t%s\n", profile.ID, profile.Source, strings.Join(headings, ", "),
					profile.Separator, profile.Thousands, profile.Decimal, profile.TimeZone)
				if err != nil {
					return err
				}
			}
			if len(listing.Items) < rows {
				return table.Flush()
			}
			page.After = listing.Items[rows-1].ID
		}
	})
}

type deliveryProfilesSetCommand struct {
	config.Database
	Source    string            `arg:"" help:"Who counts, such as the ad server's name."`
	Column    map[string]string `placeholder:"HEADING=COLUMN" help:"What a heading means that is called otherwise, such as Date=day, or Notes=ignore."`
	Separator string            `placeholder:"SIGN" help:"What stands between the cells of a CSV: a semicolon, tabulator or bar; a comma when absent."`
	Thousands string            `placeholder:"SIGN" help:"What stands between the thousands of numbers: a comma, point, apostrophe or blank; nothing when absent."`
	Decimal   string            `placeholder:"SIGN" help:"What stands before the decimals: a comma; a point when absent."`
	TimeZone  string            `name:"days-in" placeholder:"ZONE" help:"The time zone of the source's days, such as America/New_York; the publisher's when absent."`
}

// Run keeps the profile.
func (c deliveryProfilesSetCommand) Run(p *process) error {
	request := seller.DeliveryProfileRequest{Source: c.Source, DeliveryReading: parley.DeliveryReading{
		Columns: c.Column, Separator: c.Separator, Thousands: c.Thousands, Decimal: c.Decimal, TimeZone: c.TimeZone,
	}}
	return p.profile(func(s *seller.Service, ctx context.Context, encode seller.Encode[parley.DeliveryProfile]) (seller.Answer, error) {
		return s.SetDeliveryProfile(ctx, terminal(), request, encode)
	})
}

type deliveryProfilesRemoveCommand struct {
	config.Database
	ID string `arg:"" help:"Id of the profile, as 'parley delivery profiles list' shows it."`
}

// Run forgets the profile.
func (c deliveryProfilesRemoveCommand) Run(p *process) error {
	return p.profile(func(s *seller.Service, ctx context.Context, encode seller.Encode[parley.DeliveryProfile]) (seller.Answer, error) {
		return s.RemoveDeliveryProfile(ctx, terminal(), c.ID, encode)
	})
}

// profile does something to a profile, and prints its id.
func (p *process) profile(
	do func(*seller.Service, context.Context, seller.Encode[parley.DeliveryProfile]) (seller.Answer, error),
) error {
	return p.withService(func(service *seller.Service) error {
		_, err := do(service, p.ctx, func(profile parley.DeliveryProfile) (seller.Answer, error) {
			_, err := fmt.Fprintln(p.out, profile.ID)
			return seller.Answer{}, err
		})
		return err
	})
}
