package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
)

type webhooksCommand struct {
	List      webhooksListCommand      `cmd:"" help:"List where events are delivered, and how that goes."`
	Test      webhooksTestCommand      `cmd:"" help:"Send a test to a webhook; the exit code is 1 when it is not accepted."`
	Attempts  webhooksAttemptsCommand  `cmd:"" help:"List what was sent to a webhook lately, and what was answered, the newest first."`
	Redeliver webhooksRedeliverCommand `cmd:"" help:"Deliver to a webhook again from an event on."`
	RotateKey webhooksRotateCommand    `cmd:"" name:"rotate-key" help:"Give a webhook of the publisher's own another signing key and print it, alone, on standard output."`
}

type webhooksListCommand struct {
	world
	JSON bool `name:"json" help:"Print JSON, as the API answers it, instead of a table."`
}

// Run lists the webhooks, oldest first.
func (c webhooksListCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		hooks, err := seller.AllRows(func(h parley.Webhook) string { return h.ID }, func(page seller.Page) (seller.Listing[parley.Webhook], error) {
			return service.Webhooks(p.ctx, terminal(), seller.WebhookFilter{Page: page})
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return writeJSON(p.out, wire.Each(wire.View{}, hooks, wire.WebhookOf))
		}
		table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "WEBHOOK\tWHOSE\tURL\tSTATUS\tFAILED IN A ROW\tDELIVERED\tLAST ERROR") // Flush tells
		for _, h := range hooks {
			whose := h.Owner
			if whose == "" {
				whose = "publisher"
			}
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n",
				h.ID, printable(whose), printable(h.URL), h.Status, h.Failures, moment(h.DeliveredAt), printable(h.LastError))
		}
		return table.Flush()
	})
}

func moment(at *time.Time) string {
	if at == nil {
		return "never"
	}
	return at.UTC().Format(time.RFC3339)
}

// webhookID names a webhook on the command line.
type webhookID struct {
	ID string `arg:"" help:"Id of the webhook, as 'parley webhooks list' shows it."`
}

type webhooksTestCommand struct {
	world
	webhookID
}

// Run sends the test and prints what came of it.
func (c webhooksTestCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		var tried parley.WebhookAttempt
		_, err := service.TestWebhook(p.ctx, terminal(), c.ID, func(a parley.WebhookAttempt) (seller.Answer, error) {
			tried = a
			return seller.Answer{}, nil
		})
		if err != nil {
			return err
		}
		if tried.Failure != "" {
			return errors.New(printable(tried.Failure))
		}
		_, err = fmt.Fprintf(p.out, "accepted with %d\n", tried.Status)
		return err
	})
}

type webhooksAttemptsCommand struct {
	world
	webhookID
}

// Run lists the attempts.
func (c webhooksAttemptsCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		found, err := service.WebhookAttempts(p.ctx, terminal(), c.ID, seller.Page{Newest: true})
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "NO.\tAT\tEVENT\tTYPE\tANSWER\tTOOK\tFAILURE") // Flush tells
		for _, a := range found.Items {
			_, _ = fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%d\t%s\t%s\n",
				a.Number, moment(&a.At), a.EventID, a.EventType, a.Status, a.Took.Round(time.Millisecond), printable(a.Failure))
		}
		return table.Flush()
	})
}

type webhooksRedeliverCommand struct {
	world
	webhookID
	From string `required:"" placeholder:"EVENT-ID" help:"The first event that is delivered again; all that follow it are, too."`
}

// Run has the webhook delivered to again.
func (c webhooksRedeliverCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		_, err := service.RedeliverWebhook(p.ctx, terminal(), c.ID, c.From, func(parley.Webhook) (seller.Answer, error) { return seller.Answer{}, nil })
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "%s is delivered to again from %s on\n", c.ID, c.From)
		return err
	})
}

type webhooksRotateCommand struct {
	world
	webhookID
	Overlap overlap `default:"24h" placeholder:"DURATION" help:"How long deliveries are signed with the former key, too, such as 48h or 2d, at most 30d; 0s ends it at once."`
}

// Run rotates the key.
func (c webhooksRotateCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		answer, err := service.RotateWebhookKey(p.ctx, terminal(), c.ID, time.Duration(c.Overlap), func(h seller.CreatedWebhook) (seller.Answer, error) {
			return seller.Answer{Body: []byte(h.SigningKey)}, nil
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(p.out, string(answer.Body))
		return err
	})
}
