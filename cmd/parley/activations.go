package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"parley"
	"parley/config"
	"parley/seller"
	"parley/wire"
)

type activationsCommand struct {
	List        activationsListCommand        `cmd:"" help:"List which deals are to be where."`
	Show        activationsShowCommand        `cmd:"" help:"Show an activation with what was tried, as JSON."`
	Sheet       activationsSheetCommand       `cmd:"" help:"Print, as CSV, what somebody enters at a destination that does not let programs make it."`
	Release     activationsReleaseCommand     `cmd:"" help:"Send a deal that is held."`
	Retry       activationsRetryCommand       `cmd:"" help:"Try again what failed."`
	Adopt       activationsAdoptCommand       `cmd:"" help:"Say which of several things at a destination is the deal's."`
	GiveUp      activationsGiveUpCommand      `cmd:"" name:"give-up" help:"Let an activation be that failed. An order that waits for it fails."`
	Withdraw    activationsWithdrawCommand    `cmd:"" help:"End what a deal has at a destination, while the deal itself goes on."`
	Pause       activationsPauseCommand       `cmd:"" help:"Have a live deal rest at a destination, until it is resumed."`
	Resume      activationsResumeCommand      `cmd:"" help:"Have a paused deal run again at a destination."`
	Acknowledge activationsAcknowledgeCommand `cmd:"" aliases:"ack" help:"Say that a deal is at a destination as it was sent, or has ended there."`
}

type activationsListCommand struct {
	config.Database
	Status string `default:"" enum:",held,queued,sending,waiting,live,failed,withdrawing,withdrawn,given_up,ended" placeholder:"STATUS" help:"Only those of one status, such as failed, held or waiting."`
	Deal   string `placeholder:"DEAL-ID" help:"Only those of one deal."`
	JSON   bool   `name:"json" help:"Print JSON, as the API answers it, instead of a table."`
}

// Run lists the activations, oldest first.
func (c activationsListCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		found, err := p.allActivations(service, seller.ActivationFilter{Status: parley.ActivationStatus(c.Status), DealID: c.Deal})
		if err != nil {
			return err
		}
		if c.JSON {
			return writeJSON(p.out, wire.Each(wire.View{}, found, wire.ActivationOf))
		}
		table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(table, "ACTIVATION\tDEAL\tDESTINATION\tSTATUS\tAPPLIED\tWHY") // Flush tells
		for _, a := range found {
			why := a.Standing
			if a.Failure != nil {
				why = a.Failure.Text
			}
			_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%t\t%s\n", a.ID, a.DealID, a.DestinationID, a.Status, a.Applied(), why)
		}
		return table.Flush()
	})
}

func (p *process) allActivations(service *seller.Service, filter seller.ActivationFilter) ([]parley.Activation, error) {
	return seller.AllRows(func(a parley.Activation) string { return a.ID }, func(page seller.Page) (seller.Listing[parley.Activation], error) {
		filter.Page = page
		return service.Activations(p.ctx, terminal(), filter)
	})
}

// activationID names an activation on the command line.
type activationID struct {
	ID string `arg:"" help:"Id of the activation, as 'parley activations list' shows it."`
}

type activationsShowCommand struct {
	config.Database
	activationID
}

// Run shows the activation.
func (c activationsShowCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		story, err := service.Activation(p.ctx, terminal(), c.ID)
		if err != nil {
			return err
		}
		return writeJSON(p.out, wire.ActivationStoryOf(wire.View{}, story))
	})
}

// act has something done about an activation, and says where it stands then.
func (a activationID) act(
	p *process, do func(*seller.Service, context.Context, seller.Call, string, seller.Encode[parley.Activation]) (seller.Answer, error),
) error {
	return p.withService(func(service *seller.Service) error {
		_, err := do(service, p.ctx, terminal(), a.ID, func(a parley.Activation) (seller.Answer, error) {
			_, err := fmt.Fprintf(p.out, "%s is %s\n", a.ID, a.Status)
			return seller.Answer{}, err
		})
		return err
	})
}

// actSaying is act with what a person says.
func (a activationID) actSaying(
	p *process, text string, do func(*seller.Service, context.Context, seller.Call, string, string, seller.Encode[parley.Activation]) (seller.Answer, error),
) error {
	return a.act(p, func(s *seller.Service, ctx context.Context, call seller.Call, id string, encode seller.Encode[parley.Activation]) (seller.Answer, error) {
		return do(s, ctx, call, id, text, encode)
	})
}

type activationsSheetCommand struct {
	config.Database
	activationID
}

// Run prints the values of what is not known to be there, one a line.
func (c activationsSheetCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		sheet, err := service.HandSheet(p.ctx, terminal(), c.ID)
		if err == nil {
			_, err = p.out.Write(sheet.CSV)
		}
		return err
	})
}

type activationsReleaseCommand struct {
	config.Database
	activationID
}

// Run releases the activation.
func (c activationsReleaseCommand) Run(p *process) error {
	return c.act(p, (*seller.Service).ReleaseActivation)
}

type activationsRetryCommand struct {
	config.Database
	activationID
}

// Run has it tried again.
func (c activationsRetryCommand) Run(p *process) error {
	return c.act(p, (*seller.Service).RetryActivation)
}

type activationsAdoptCommand struct {
	config.Database
	activationID
	Ref string `arg:"" help:"Which of those that were found, as the failure names it."`
}

// Run has what was chosen taken for the deal's.
func (c activationsAdoptCommand) Run(p *process) error {
	return c.actSaying(p, c.Ref, (*seller.Service).AdoptActivation)
}

// activationReason is why something is done about an activation.
type activationReason struct {
	Reason string `placeholder:"TEXT" help:"Why, for the publisher's people."`
}

type activationsGiveUpCommand struct {
	config.Database
	activationID
	activationReason
}

// Run gives the activation up.
func (c activationsGiveUpCommand) Run(p *process) error {
	return c.actSaying(p, c.Reason, (*seller.Service).GiveUpActivation)
}

type activationsWithdrawCommand struct {
	config.Database
	activationID
	activationReason
}

// Run withdraws the activation.
func (c activationsWithdrawCommand) Run(p *process) error {
	return c.actSaying(p, c.Reason, (*seller.Service).WithdrawActivation)
}

type activationsPauseCommand struct {
	config.Database
	activationID
	activationReason
}

// Run pauses the activation.
func (c activationsPauseCommand) Run(p *process) error {
	return c.actSaying(p, c.Reason, (*seller.Service).PauseActivation)
}

type activationsResumeCommand struct {
	config.Database
	activationID
}

// Run resumes the activation.
func (c activationsResumeCommand) Run(p *process) error {
	return c.act(p, (*seller.Service).ResumeActivation)
}

type activationsAcknowledgeCommand struct {
	config.Database
	activationID
	Ref string `placeholder:"NAME" help:"What the deal is called there. It is said once; what has ended needs none."`
}

// Run acknowledges the activation.
func (c activationsAcknowledgeCommand) Run(p *process) error {
	return c.actSaying(p, c.Ref, (*seller.Service).AcknowledgeActivation)
}
