package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley"
	"parley/seller"
)

type keysCommand struct {
	Create  keysCreateCommand  `cmd:"" help:"Create a key and print it, alone, on standard output. It is shown this once."`
	Rotate  keysRotateCommand  `cmd:"" help:"Make a key for one that is to end, and print it, alone, on standard output. It is shown this once."`
	List    keysListCommand    `cmd:"" help:"List all keys, without their secrets."`
	Revoke  keysRevokeCommand  `cmd:"" help:"Revoke a key, for good and at once on every node."`
	Restore keysRestoreCommand `cmd:"" help:"Let a person in again who signs in at the identity provider and whose key was revoked."`
}

type keysCreateCommand struct {
	world
	Role             string   `required:"" enum:"buyer,operator" placeholder:"buyer|operator" help:"Whose key it is."`
	Label            string   `required:"" placeholder:"TEXT" help:"Whose key it is, in words."`
	Seat             string   `placeholder:"ID" help:"Buyer: the DSP seat it buys with; reaches the seat tier."`
	Agency           string   `placeholder:"ID" help:"Buyer: the agency it buys for; reaches the agency tier."`
	Advertiser       string   `placeholder:"ID" help:"Buyer: the advertiser it buys for; reaches the advertiser tier."`
	DSP              string   `name:"dsp" placeholder:"NAME" help:"Buyer: the DSP it bids through, such as thetradedesk."`
	AdvertiserDomain string   `placeholder:"DOMAIN" help:"Buyer: the advertiser's domain, which its deals are limited to."`
	AgentURL         string   `name:"agent-url" placeholder:"URL" help:"Buyer: the address of the agent that uses the key."`
	Roles            []string `placeholder:"ROLE,..." help:"Operator: viewer, approver, finance, legal, delivery or admin; without any, admin."`
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
			return misuse{fmt.Errorf("--roles: there is no role %q", name), "use viewer, approver, finance, legal, delivery or admin"}
		}
		request.Scopes = append(request.Scopes, scope)
	}
	if request.Role == parley.RoleOperator && len(request.Scopes) == 0 {
		request.Scopes = []parley.Scope{parley.ScopeAdmin}
	}
	return p.making().withService(func(service *seller.Service) error {
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

type keysRotateCommand struct {
	world
	ID      string  `arg:"" help:"Id of the key, as 'parley keys list' shows it."`
	Overlap overlap `default:"24h" placeholder:"DURATION" help:"How long the former key holds beside the new one, such as 48h or 2d, at most 30d; 0s ends it at once."`
}

// Run rotates the key.
func (c keysRotateCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		answer, err := service.RotateKey(p.ctx, terminal(), c.ID, time.Duration(c.Overlap), func(key seller.CreatedKey) (seller.Answer, error) {
			return seller.Answer{Body: []byte(key.Secret)}, nil
		})
		if parley.Is(err, parley.CodeNotFound) {
			return fmt.Errorf("there is no key %q; 'parley keys list' shows them", c.ID)
		}
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(p.out, string(answer.Body)); err != nil {
			return fmt.Errorf("the key was made, but not shown; revoke it: %w", err)
		}
		return nil
	})
}

type keysRestoreCommand struct {
	world
	ID string `arg:"" help:"Id of the revoked key, as 'parley keys list' shows it."`
}

// Run lets the person in again.
func (c keysRestoreCommand) Run(p *process) error {
	return p.onKey(c.ID, (*seller.Service).RestorePerson, func(made parley.Key) string {
		return fmt.Sprintf("%s (%s) is in the place of %s, from the next sign-in on", made.ID, printable(made.Label), c.ID)
	})
}

// onKey does something about a key, and prints what is said of the key that came of it.
func (p *process) onKey(id string, do func(*seller.Service, context.Context, seller.Call, string, seller.Encode[parley.Key]) (seller.Answer, error), say func(parley.Key) string) error {
	return p.withService(func(service *seller.Service) error {
		var done parley.Key
		_, err := do(service, p.ctx, terminal(), id, func(key parley.Key) (seller.Answer, error) {
			done = key
			return seller.Answer{}, nil
		})
		if parley.Is(err, parley.CodeNotFound) {
			return fmt.Errorf("there is no key %q; 'parley keys list' shows them", id)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(p.out, say(done))
		return err
	})
}

type keysRevokeCommand struct {
	world
	ID string `arg:"" help:"Id of the key, as 'parley keys list' shows it."`
}

// Run revokes the key.
func (c keysRevokeCommand) Run(p *process) error {
	return p.onKey(c.ID, (*seller.Service).RevokeKey, func(revoked parley.Key) string {
		return fmt.Sprintf("%s (%s) is revoked since %s", revoked.ID, printable(revoked.Label), revoked.RevokedAt.UTC().Format(time.RFC3339))
	})
}
