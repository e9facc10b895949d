package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
)

type keysListCommand struct {
	world
	JSON bool `name:"json" help:"Print JSON, as the API answers it, instead of a table."`
}

// Run lists the keys, oldest first.
func (c keysListCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		keys, err := p.allKeys(service)
		if err != nil {
			return err
		}
		if c.JSON {
			return writeJSON(p.out, wire.Each(wire.View{}, keys, wire.KeyOf))
		}
		return writeKeysTable(p.out, keys, service.Now())
	})
}

func (p *process) allKeys(service *seller.Service) ([]parley.Key, error) {
	return seller.AllRows(func(k parley.Key) string { return k.ID }, func(page seller.Page) (seller.Listing[parley.Key], error) {
		return service.Keys(p.ctx, terminal(), seller.KeyFilter{Page: page})
	})
}

func writeKeysTable(w io.Writer, keys []parley.Key, now time.Time) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var err error
	row := func(cells ...string) {
		_, failed := fmt.Fprintln(table, strings.Join(cells, "\t"))
		err = errors.Join(err, failed)
	}
	row("ID", "ROLE", "LABEL", "MAY", "ENDS IN", "CREATED", "LAST USED", "STATUS")
	for _, k := range keys {
		row(k.ID, string(k.Role), printable(k.Label), printable(holds(k)), "..."+k.Hint,
			day(&k.CreatedAt), day(k.LastUsedAt), status(k, now))
	}
	return errors.Join(err, table.Flush())
}

// holds says what a key lets its holder do: an operator's roles, a buyer's tier and who it buys for.
func holds(k parley.Key) string {
	if k.Role == parley.RoleOperator {
		var names []string
		for _, scope := range k.Principal(parley.TrustUnregistered).Scopes {
			names = append(names, string(scope))
		}
		return strings.Join(names, ",")
	}
	text := k.Identity.Tier().String()
	for _, part := range []struct{ name, id string }{
		{"seat", k.Identity.SeatID}, {"agency", k.Identity.AgencyID}, {"advertiser", k.Identity.AdvertiserID},
	} {
		if part.id != "" {
			text += " " + part.name + "=" + part.id
		}
	}
	return text
}

func status(k parley.Key, now time.Time) string {
	switch {
	case k.RevokedAt != nil:
		return "revoked " + day(k.RevokedAt)
	case !k.Live(now):
		return "expired " + day(k.ExpiresAt)
	case k.ExpiresAt != nil:
		return "until " + day(k.ExpiresAt)
	}
	return "live"
}

func day(at *time.Time) string {
	if at == nil {
		return "never"
	}
	return at.UTC().Format(time.DateOnly)
}

// printable keeps what others have typed from acting on the terminal.
func printable(text string) string {
	if quoted := strconv.Quote(text); quoted != `"`+text+`"` {
		return quoted
	}
	return text
}
