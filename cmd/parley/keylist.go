package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"parley"
	"parley/config"
	"parley/seller"
)

type keysListCommand struct {
	config.Database
	JSON bool `name:"json" help:"Print a JSON array instead of a table."`
}

// Run lists the keys, oldest first.
func (c keysListCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		keys, err := p.allKeys(service)
		if err != nil {
			return err
		}
		if c.JSON {
			return writeKeysJSON(p.out, keys)
		}
		return writeKeysTable(p.out, keys, parley.SystemClock())
	})
}

func (p *process) allKeys(service *seller.Service) ([]parley.Key, error) {
	return seller.AllRows(func(k parley.Key) string { return k.ID }, func(page seller.Page) (seller.Listing[parley.Key], error) {
		return service.Keys(p.ctx, terminal(), seller.KeyFilter{Page: page})
	})
}

// listedKey is a key as --json shows it.
type listedKey struct {
	KeyID      string          `json:"key_id"`
	Role       parley.Role     `json:"role"`
	Roles      []parley.Scope  `json:"roles,omitempty"`
	Label      string          `json:"label"`
	Identity   parley.Identity `json:"identity"`
	AgentURL   string          `json:"agent_url,omitempty"`
	Hint       string          `json:"hint"`
	CreatedAt  time.Time       `json:"created_at"`
	CreatedBy  string          `json:"created_by"`
	ExpiresAt  *time.Time      `json:"expires_at"`
	RevokedAt  *time.Time      `json:"revoked_at"`
	LastUsedAt *time.Time      `json:"last_used_at"`
}

func writeKeysJSON(w io.Writer, keys []parley.Key) error {
	listed := make([]listedKey, len(keys))
	for i, k := range keys {
		listed[i] = listedKey{
			KeyID: k.ID, Role: k.Role, Roles: k.Scopes, Label: k.Label, Identity: k.Identity, AgentURL: k.AgentURL, Hint: k.Hint,
			CreatedAt: k.CreatedAt, CreatedBy: k.CreatedBy, ExpiresAt: k.ExpiresAt, RevokedAt: k.RevokedAt, LastUsedAt: k.LastUsedAt,
		}
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(listed)
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
