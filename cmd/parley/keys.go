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
	"parley/storage"
)

type keysCommand struct {
	Create keysCreateCommand `cmd:"" help:"Create a key and print it, alone, on standard output. It is shown this once."`
	List   keysListCommand   `cmd:"" help:"List all keys, without their secrets."`
	Revoke keysRevokeCommand `cmd:"" help:"Revoke a key, for good and at once on every node."`
}

type keysCreateCommand struct {
	config.Database
	Role             string   `required:"" enum:"buyer,operator" placeholder:"buyer|operator" help:"Whose key it is."`
	Label            string   `required:"" placeholder:"TEXT" help:"Whose key it is, in words."`
	Seat             string   `placeholder:"ID" help:"Buyer: the DSP seat it buys with; reaches the seat tier."`
	Agency           string   `placeholder:"ID" help:"Buyer: the agency it buys for; reaches the agency tier."`
	Advertiser       string   `placeholder:"ID" help:"Buyer: the advertiser it buys for; reaches the advertiser tier."`
	DSP              string   `name:"dsp" placeholder:"NAME" help:"Buyer: the DSP it bids through, such as thetradedesk."`
	AdvertiserDomain string   `placeholder:"DOMAIN" help:"Buyer: the advertiser's domain, which its deals are limited to."`
	AgentURL         string   `name:"agent-url" placeholder:"URL" help:"Buyer: the address of the agent that uses the key."`
	Roles            []string `placeholder:"ROLE,..." help:"Operator: viewer, approver, finance, legal or admin; without any, admin."`
	ExpiresInDays    int      `placeholder:"DAYS" help:"When the key ends; without it, never."`
}

// Run creates the key.
func (c keysCreateCommand) Run(p *process) error {
	request := seller.KeyRequest{
		Role: parley.Role(c.Role), Label: c.Label, AgentURL: c.AgentURL, ExpiresInDays: c.ExpiresInDays,
		Identity: parley.Identity{
			SeatID: c.Seat, AgencyID: c.Agency, AdvertiserID: c.Advertiser, DSPPlatform: c.DSP, AdvertiserDomain: c.AdvertiserDomain,
		},
	}
	for _, name := range c.Roles {
		scope, ok := parley.ParseScope(name)
		if !ok {
			return misuse{fmt.Errorf("--roles: there is no role %q", name), "use viewer, approver, finance, legal or admin"}
		}
		request.Scopes = append(request.Scopes, scope)
	}
	return p.withService(func(service *seller.Service) error {
		secret, err := p.createKey(service, request)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(p.out, secret); err != nil {
			return fmt.Errorf("the key was created, but not shown; revoke it: %w", err)
		}
		return nil
	})
}

// createKey answers the secret of a new key.
func (p *process) createKey(service *seller.Service, request seller.KeyRequest) (string, error) {
	answer, err := service.CreateKey(p.ctx, terminal(), request, func(key seller.CreatedKey) (seller.Answer, error) {
		return seller.Answer{Body: []byte(key.Secret)}, nil
	})
	var refused *parley.Error
	if errors.As(err, &refused) && refused.Code == parley.CodeValidation {
		return "", misuse{errors.New(refused.Message), "see 'parley keys create --help'"}
	}
	return string(answer.Body), err
}

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
	const pageSize = 500
	var keys []parley.Key
	page := storage.Page{Limit: pageSize}
	for {
		listing, err := service.Keys(p.ctx, terminal(), storage.KeyFilter{Page: page})
		if err != nil {
			return nil, err
		}
		keys = append(keys, listing.Items...)
		if len(listing.Items) < pageSize {
			return keys, nil
		}
		page.After = keys[len(keys)-1].ID
	}
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
		row(k.ID, string(k.Role), printable(k.Label), printable(holds(k)), "..."+k.Hint, day(&k.CreatedAt), day(k.LastUsedAt), status(k, now))
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

type keysRevokeCommand struct {
	config.Database
	ID string `arg:"" help:"Id of the key, as 'parley keys list' shows it."`
}

// Run revokes the key.
func (c keysRevokeCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		var revoked parley.Key
		_, err := service.RevokeKey(p.ctx, terminal(), c.ID, func(key parley.Key) (seller.Answer, error) {
			revoked = key
			return seller.Answer{}, nil
		})
		if parley.CodeOf(err) == parley.CodeNotFound && err != nil {
			return fmt.Errorf("there is no key %q; 'parley keys list' shows them", c.ID)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "%s (%s) is revoked since %s\n", revoked.ID, printable(revoked.Label), revoked.RevokedAt.UTC().Format(time.RFC3339))
		return err
	})
}
