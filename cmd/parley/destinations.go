package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"parley"
	"parley/config"
	"parley/mappingfile"
	"parley/seller"
	"parley/wire"
)

type destinationsCommand struct {
	List       destinationsListCommand       `cmd:"" help:"List where booked deals are sent."`
	Create     destinationsCreateCommand     `cmd:"" help:"Have booked deals sent somewhere from now on."`
	Change     destinationsChangeCommand     `cmd:"" help:"Change a destination, or see what that would touch. What is not given stays."`
	Remove     destinationsRemoveCommand     `cmd:"" help:"Remove a destination that no deal was for."`
	Check      destinationsCheckCommand      `cmd:"" help:"Ask a destination whether deals can be sent to it; the exit code is 1 when they cannot."`
	Pause      destinationsPauseCommand      `cmd:"" help:"Keep everything from being sent to a destination. What it is for waits."`
	Resume     destinationsResumeCommand     `cmd:"" help:"Have what waits for a destination sent."`
	Credential destinationsCredentialCommand `cmd:"" help:"Set the credential that a destination is used with, from standard input or as a reference."`
	Rekey      destinationsRekeyCommand      `cmd:"" help:"Seal all credentials under the key of sealing-key that were sealed under a former one."`
	Mappings   mappingsCommand               `cmd:"" help:"Say what products and parties are called at destinations."`
}

type destinationsListCommand struct {
	config.Database
	JSON bool `name:"json" help:"Print JSON, as the API answers it, instead of a table."`
}

// Run lists the destinations.
func (c destinationsListCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		found, err := p.allDestinations(service)
		if err != nil {
			return err
		}
		if c.JSON {
			return writeJSON(p.out, wire.Each(wire.View{}, found, wire.DestinationOf))
		}
		table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "DESTINATION\tKIND\tNAME\tSTATUS\tTRIGGER\tREQUIRED") // Flush tells
		for _, d := range found {
			status := string(d.Status)
			if d.PausedBecause != "" {
				status += ": " + d.PausedBecause
			}
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%t\n", d.ID, d.Kind, d.Name, status, d.Trigger, d.Required)
		}
		return table.Flush()
	})
}

// allDestinations are all of them, by id: there are never many.
func (p *process) allDestinations(service *seller.Service) ([]parley.Destination, error) {
	found, err := service.Destinations(p.ctx, terminal(), seller.DestinationFilter{Page: seller.Page{Limit: 500}})
	return found.Items, err
}

// destination finds a destination by its id or its name.
func (p *process) destination(service *seller.Service, name string) (parley.Destination, error) {
	known, err := p.allDestinations(service)
	if err != nil {
		return parley.Destination{}, err
	}
	at := slices.IndexFunc(known, func(d parley.Destination) bool { return d.ID == name || d.Name == name })
	if at < 0 {
		return parley.Destination{}, fmt.Errorf("there is no destination %q; see 'parley destinations list'", name)
	}
	return known[at], nil
}

// toDestination runs a command's work on the destination that it names.
func (p *process) toDestination(name string, work func(*seller.Service, parley.Destination) error) error {
	return p.withService(func(service *seller.Service) error {
		d, err := p.destination(service, name)
		if err != nil {
			return err
		}
		return work(service, d)
	})
}

type destinationsCreateCommand struct {
	config.Database
	Kind     string `arg:"" help:"What speaks to it, such as file_drop."`
	Name     string `arg:"" help:"For people; no two have the same."`
	Set      string `name:"set" default:"{}" placeholder:"JSON" help:"Its settings, as its kind reads them: an object, such as {\"folder\": \"ctv\"}."`
	Match    string `default:"{}" placeholder:"JSON" help:"Which deals it is for, such as {\"inventory_types\": [\"ctv\"]}; all when not given."`
	Trigger  string `default:"order_approved" enum:"deal_booked,order_approved,manual" help:"What has a deal sent: deal_booked, order_approved or manual."`
	Release  string `default:"automatic" enum:"automatic,person" help:"Whether a deal whose trigger came goes by itself: automatic or person."`
	Required bool   `help:"An order waits until its deal is there."`
	Billing  string `name:"billing-source" placeholder:"NAME" help:"Whose figures count of deals that are there, where it has sent any; the publisher's when not given."`
	Requests int    `name:"requests-per-minute" placeholder:"N" help:"How many requests it gets; as many as any when not given."`
	Sends    int    `placeholder:"N" help:"How many deals are sent to it at a time; as many as to any when not given."`
}

// Run makes the destination, and prints its id.
func (c destinationsCreateCommand) Run(p *process) error {
	request := seller.DestinationRequest{
		Kind: c.Kind, Name: c.Name, Settings: json.RawMessage(c.Set), Trigger: parley.ActivationTrigger(c.Trigger),
		Release: parley.ActivationRelease(c.Release), Required: c.Required, BillingSource: &c.Billing, RequestsPerMinute: &c.Requests, Sends: &c.Sends,
	}
	var err error
	if request.Match, err = matchOf(c.Match); err != nil {
		return err
	}
	return p.withService(func(service *seller.Service) error {
		_, err := service.CreateDestination(p.ctx, terminal(), request, func(d parley.Destination) (seller.Answer, error) {
			_, err := fmt.Fprintln(p.out, d.ID)
			return seller.Answer{}, err
		})
		return explainRefused(err)
	})
}

// explainRefused tells each field that was refused.
func explainRefused(err error) error {
	var refused *parley.Error
	if !errors.As(err, &refused) || len(refused.Fields) == 0 {
		return err
	}
	var lines strings.Builder
	for _, field := range refused.Fields {
		fmt.Fprintf(&lines, "\n%s: %s", field.Path, field.Message)
	}
	return fmt.Errorf("%s%s", refused.Message, lines.String())
}

type destinationsChangeCommand struct {
	config.Database
	Destination string  `arg:"" help:"Its id or its name."`
	Name        *string `placeholder:"NAME" help:"Another name."`
	Set         *string `name:"set" placeholder:"JSON" help:"All of its settings, as its kind reads them. What is there is sent again."`
	Match       *string `placeholder:"JSON" help:"Which deals it is for."`
	Trigger     *string `placeholder:"TRIGGER" help:"What has a deal sent: deal_booked, order_approved or manual."`
	Release     *string `placeholder:"RELEASE" help:"Whether a deal whose trigger came goes by itself: automatic or person."`
	Required    *bool   `negatable:"" help:"Whether an order waits until its deal is there."`
	Billing     *string `name:"billing-source" placeholder:"NAME" help:"Whose figures count of deals that are there; empty: the publisher's."`
	Requests    *int    `name:"requests-per-minute" placeholder:"N" help:"How many requests it gets; 0: as many as any."`
	Sends       *int    `placeholder:"N" help:"How many deals are sent to it at a time; 0: as many as to any."`
	DryRun      bool    `name:"dry-run" help:"Only say what the change would touch, as JSON."`
}

// request is the destination as it would be.
func (c destinationsChangeCommand) request(d parley.Destination) (seller.DestinationRequest, error) {
	r := seller.DestinationRequest{
		Kind: d.Kind, Name: d.Name, Settings: d.Settings, Match: d.Match, Trigger: d.Trigger, Release: d.Release, Required: d.Required,
		BillingSource: c.Billing, RequestsPerMinute: c.Requests, Sends: c.Sends,
	}
	if c.Name != nil {
		r.Name = *c.Name
	}
	if c.Set != nil {
		r.Settings = json.RawMessage(*c.Set)
	}
	if c.Trigger != nil {
		r.Trigger = parley.ActivationTrigger(*c.Trigger)
	}
	if c.Release != nil {
		r.Release = parley.ActivationRelease(*c.Release)
	}
	if c.Required != nil {
		r.Required = *c.Required
	}
	if c.Match == nil {
		return r, nil
	}
	var err error
	r.Match, err = matchOf(*c.Match)
	return r, err
}

// Run changes the destination, in the version that it has when the command begins.
func (c destinationsChangeCommand) Run(p *process) error {
	return p.toDestination(c.Destination, func(service *seller.Service, d parley.Destination) error {
		request, err := c.request(d)
		if err != nil {
			return err
		}
		if c.DryRun {
			touched, err := service.PreviewDestination(p.ctx, terminal(), d.ID, request)
			if err != nil {
				return explainRefused(err)
			}
			return writeJSON(p.out, wire.DestinationPreviewOf(wire.View{}, touched))
		}
		_, err = service.ChangeDestination(p.ctx, terminal(), d.ID, &d.Version, request, func(d parley.Destination) (seller.Answer, error) {
			_, err := fmt.Fprintf(p.out, "%q is in version %d\n", d.Name, d.Version)
			return seller.Answer{}, err
		})
		return explainRefused(err)
	})
}

// matchOf reads which deals a destination is for.
func matchOf(text string) (match parley.DestinationMatch, err error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&match); err != nil {
		return match, misuse{fmt.Errorf("--match: %w", err), "write an object with lists of names"}
	}
	return match, nil
}

type destinationsRemoveCommand struct {
	config.Database
	Destination string `arg:"" help:"Its id or its name."`
}

// Run removes the destination.
func (c destinationsRemoveCommand) Run(p *process) error {
	return p.toDestination(c.Destination, func(service *seller.Service, d parley.Destination) error {
		_, err := service.RemoveDestination(p.ctx, terminal(), d.ID, func(parley.Destination) (seller.Answer, error) { return seller.Answer{}, nil })
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "%q is removed\n", d.Name) // it is now, and was not before it could be
		return err
	})
}

type destinationsCheckCommand struct {
	config.Database
	Destination string `arg:"" help:"Its id or its name."`
}

// Run asks the destination.
func (c destinationsCheckCommand) Run(p *process) error {
	return p.toDestination(c.Destination, func(service *seller.Service, d parley.Destination) error {
		findings, err := service.CheckDestination(p.ctx, terminal(), d.ID)
		if err != nil {
			return err
		}
		problems := 0
		for _, f := range findings {
			kind := "note"
			if f.Problem {
				kind = "problem"
				problems++
			}
			if f.Field != "" {
				f.Text = f.Field + " " + f.Text
			}
			if _, err := fmt.Fprintf(p.out, "%s: %s\n", kind, f.Text); err != nil {
				return err
			}
		}
		if problems > 0 {
			return fmt.Errorf("nothing can be sent to %q: problems: %d", d.Name, problems)
		}
		_, err = fmt.Fprintf(p.out, "deals can be sent to %q\n", d.Name)
		return err
	})
}

// saysDestination prints where a destination stands after a change.
func (p *process) saysDestination(d parley.Destination) (seller.Answer, error) {
	_, err := fmt.Fprintf(p.out, "%q is %s\n", d.Name, d.Status)
	return seller.Answer{}, err
}

type destinationsPauseCommand struct {
	config.Database
	Destination string `arg:"" help:"Its id or its name."`
	Reason      string `placeholder:"TEXT" help:"Why, for the publisher's people."`
}

// Run pauses the destination.
func (c destinationsPauseCommand) Run(p *process) error {
	return p.toDestination(c.Destination, func(service *seller.Service, d parley.Destination) error {
		_, err := service.PauseDestination(p.ctx, terminal(), d.ID, c.Reason, p.saysDestination)
		return err
	})
}

type destinationsResumeCommand struct {
	config.Database
	Destination string `arg:"" help:"Its id or its name."`
}

// Run resumes the destination.
func (c destinationsResumeCommand) Run(p *process) error {
	return p.toDestination(c.Destination, func(service *seller.Service, d parley.Destination) error {
		_, err := service.ResumeDestination(p.ctx, terminal(), d.ID, p.saysDestination)
		return err
	})
}

type mappingsCommand struct {
	Import mappingsImportCommand `cmd:"" help:"Take in a file of what products and parties are called at a destination, all of it or nothing."`
	Export mappingsExportCommand `cmd:"" help:"Print what products and parties are called at a destination."`
}

type mappingsImportCommand struct {
	config.Database
	Destination string `arg:"" help:"Its id or its name."`
	File        string `arg:"" help:"CSV with the columns about, name and refs, which is a JSON object, or a JSON list of such rows; '-' is standard input."`
	DryRun      bool   `name:"dry-run" help:"Say what would be done, and do nothing."`
}

// Run imports the file.
func (c mappingsImportCommand) Run(p *process) error {
	file, err := catalogImportCommand{File: c.File}.open(p)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	mappings, err := mappingfile.Read(file)
	if err != nil {
		return explainImport(err)
	}
	requests := make([]seller.MappingRequest, len(mappings))
	for i, m := range mappings {
		requests[i] = seller.MappingRequest{About: m.About, Name: m.Name, Refs: m.Refs}
	}
	return p.toDestination(c.Destination, func(service *seller.Service, d parley.Destination) error {
		_, err := service.ImportMappings(p.ctx, terminal(), d.ID, requests, c.DryRun, func(done seller.MappingReport) (seller.Answer, error) {
			tried := ""
			if done.DryRun {
				tried = "; nothing was kept, as asked"
			}
			_, err := fmt.Fprintf(p.out, "%d mappings: %d added, %d changed, %d as they were%s\n",
				len(requests), done.Added, done.Changed, done.Unchanged, tried)
			return seller.Answer{}, err
		})
		if err != nil {
			return explainImport(err)
		}
		return nil
	})
}

type mappingsExportCommand struct {
	config.Database
	Destination string `arg:"" help:"Its id or its name."`
	Format      string `default:"csv" enum:"csv,json" help:"csv or json."`
}

// Run prints the mappings, oldest first.
func (c mappingsExportCommand) Run(p *process) error {
	return p.toDestination(c.Destination, func(service *seller.Service, d parley.Destination) error {
		mappings, err := seller.AllRows(func(m parley.Mapping) string { return m.ID }, func(page seller.Page) (seller.Listing[parley.Mapping], error) {
			return service.Mappings(p.ctx, terminal(), seller.MappingFilter{DestinationID: d.ID, Page: page})
		})
		if err != nil {
			return err
		}
		write := map[string]func(io.Writer, []parley.Mapping) error{"csv": mappingfile.WriteCSV, "json": mappingfile.WriteJSON}
		return write[c.Format](p.out, mappings)
	})
}

type destinationsCredentialCommand struct {
	config.Database
	Destination string `arg:"" help:"Its id or its name."`
	Reference   string `arg:"" optional:"" help:"env:DESTINATION_CREDENTIAL_NAME or file:PATH below secrets-folder. Without it the credential is read from standard input, and sealed."`
	Forget      bool   `help:"Forget the credential instead."`
}

// Run sets the credential, and prints its mark.
func (c destinationsCredentialCommand) Run(p *process) error {
	credential := c.Reference
	switch {
	case c.Forget:
	case credential != "" && !strings.HasPrefix(credential, "env:") && !strings.HasPrefix(credential, "file:"):
		return misuse{errors.New("a credential must not stand on the command line, where others can read it"), "write it to standard input, or name a reference"}
	case credential == "":
		const most = 64 << 10
		text, err := io.ReadAll(io.LimitReader(p.in, most+1))
		if err != nil {
			return err
		}
		credential = strings.TrimSpace(string(text))
	}
	return p.toDestination(c.Destination, func(service *seller.Service, d parley.Destination) error {
		says := func(d parley.Destination) (seller.Answer, error) {
			text := fmt.Sprintf("%q has the credential %s", d.Name, d.CredentialMark)
			if d.Credential == "" {
				text = fmt.Sprintf("%q has no credential", d.Name)
			}
			_, err := fmt.Fprintln(p.out, text)
			return seller.Answer{}, err
		}
		var err error
		if c.Forget {
			_, err = service.RemoveDestinationCredential(p.ctx, terminal(), d.ID, says)
		} else {
			_, err = service.SetDestinationCredential(p.ctx, terminal(), d.ID, credential, says)
		}
		return explainRefused(err)
	})
}

type destinationsRekeyCommand struct {
	config.Database
	Former string `arg:"" help:"The file of the former key."`
}

// Run seals what was sealed under the former key.
func (c destinationsRekeyCommand) Run(p *process) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	former, err := p.openVault(settings, config.Folder(c.Former))
	if err != nil {
		return fmt.Errorf("the former key cannot be read: %w; name the file that the setting sealing-key named when the credentials were sealed", err)
	}
	return p.withService(func(service *seller.Service) error {
		n, err := service.ResealCredentials(p.ctx, terminal(), former)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "credentials sealed anew: %d\n", n)
		return err
	})
}
