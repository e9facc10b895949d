package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"parley"
	"parley/seller"
	"parley/wire"
)

type approvalsCommand struct {
	List   approvalsListCommand   `cmd:"" help:"List what waits for a decision, oldest first."`
	Show   approvalsShowCommand   `cmd:"" help:"Show a question and what became of it."`
	Decide approvalsDecideCommand `cmd:"" help:"Decide, once. What follows from it happens with --resume, or with 'parley approvals resume'."`
	Resume approvalsResumeCommand `cmd:"" help:"Carry out what was decided, once, however often it is called."`
}

// approvalOutput is how a command shows an approval.
type approvalOutput struct {
	JSON bool `name:"json" help:"Print JSON, as the API answers it, instead of text for people."`
}

type approvalsListCommand struct {
	world
	Status string `default:"pending" enum:"pending,approved,rejected,countered,timed_out,withdrawn" placeholder:"STATUS" help:"pending, approved, rejected, countered, timed_out or withdrawn; pending when not given."`
	Gate   string `default:"" enum:",proposal_decision,negotiation_accept,deal_booking,order_submission,change_request" placeholder:"GATE" help:"Only those of one gate: proposal_decision, negotiation_accept, deal_booking, order_submission or change_request."`
	approvalOutput
}

// Run lists the approvals.
func (c approvalsListCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		approvals, err := p.allApprovals(service, seller.ApprovalFilter{
			Status: parley.ApprovalStatus(c.Status), Gate: parley.Gate(c.Gate),
		})
		if err != nil {
			return err
		}
		if !c.JSON {
			return writeApprovalsTable(p.out, approvals)
		}
		return writeJSON(p.out, wire.Each(wire.View{}, approvals, func(v wire.View, q parley.InboxItem) wire.Approval {
			return wire.ApprovalOf(v, q.Approval)
		}))
	})
}

func (p *process) allApprovals(service *seller.Service, filter seller.ApprovalFilter) ([]parley.InboxItem, error) {
	return seller.AllRows(func(a parley.InboxItem) string { return a.ID }, func(page seller.Page) (seller.Listing[parley.InboxItem], error) {
		filter.Page = page
		return service.ApprovalItems(p.ctx, terminal(), filter)
	})
}

type approvalsShowCommand struct {
	world
	ID string `arg:"" help:"Id of the approval, as 'parley approvals list' shows it."`
	approvalOutput
}

// Run shows the approval.
func (c approvalsShowCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		approval, err := service.InboxItem(p.ctx, terminal(), c.ID)
		if err != nil {
			return unknownApproval(err, c.ID)
		}
		return c.write(p.out, approval)
	})
}

type approvalsDecideCommand struct {
	world
	ID          string       `arg:"" help:"Id of the approval, as 'parley approvals list' shows it."`
	Decision    string       `arg:"" enum:"approve,reject,counter" help:"approve, reject or counter."`
	Reason      string       `placeholder:"TEXT" help:"Why, for the publisher's people alone."`
	Message     string       `name:"message-to-buyer" placeholder:"TEXT" help:"What the buyer is told; of a rejection without it, that the deal desk declined."`
	CPM         string       `name:"cpm" placeholder:"AMOUNT" help:"Counter: the CPM to offer, such as 31.50, in the currency of the case."`
	Impressions *int64       `placeholder:"N" help:"Counter: how many impressions to offer."`
	Start       *parley.Date `placeholder:"DATE" help:"Counter: the first day to offer, such as 2026-09-01."`
	End         *parley.Date `placeholder:"DATE" help:"Counter: the last day to offer."`
	Note        string       `placeholder:"TEXT" help:"Counter: what the buyer is told."`
	Expect      *string      `placeholder:"TEXT" help:"What the answer is expected to do, as 'parley approvals list' has it under A YES; where it would do something else, nothing is decided."`
	Resume      bool         `help:"Carry the decision out at once."`
	approvalOutput
}

// Run decides the approval.
func (c approvalsDecideCommand) Run(p *process) error {
	request, err := c.request()
	if err != nil {
		return err
	}
	return p.withService(func(service *seller.Service) error {
		if err := c.expects(p, service, &request); err != nil {
			return unknownApproval(err, c.ID)
		}
		decide := service.Decide
		if c.Resume {
			decide = service.DecideAndResume
		}
		var decided parley.Approval
		_, err := decide(p.ctx, terminal(), request, keepApproval(&decided))
		var refused *parley.Error
		if errors.As(err, &refused) && refused.Code == parley.CodeValidation {
			return misuse{err, "see 'parley approvals decide --help'"}
		}
		if err != nil {
			return unknownApproval(err, c.ID)
		}
		return c.write(p.out, parley.InboxItem{Approval: decided})
	})
}

// expects has a request do what was expected in words, or nothing.
func (c approvalsDecideCommand) expects(p *process, service *seller.Service, request *seller.DecisionRequest) error {
	if c.Expect == nil {
		return nil
	}
	if *c.Expect == "" {
		return misuse{errors.New("--expect is empty, so that nothing was decided"), "name what the answer is expected to do, or leave --expect out"}
	}
	to := map[string]parley.ApprovalStatus{"approve": parley.ApprovalApproved, "reject": parley.ApprovalRejected, "counter": parley.ApprovalCountered}[c.Decision]
	var own *parley.Modifications
	if to == parley.ApprovalCountered {
		own = request.Modifications
	}
	item, err := service.InboxItemOn(p.ctx, terminal(), c.ID, own)
	if err != nil {
		return err
	}
	would := item.Does(to, own)
	if words := printable(parley.PlainNumbers().Effect(item, would)); words != *c.Expect {
		return fmt.Errorf("nothing was decided: it would do %q, and not %q", words, *c.Expect)
	}
	request.Expected = &parley.Expected{Shown: &would}
	return nil
}

func (c approvalsDecideCommand) request() (seller.DecisionRequest, error) {
	request := seller.DecisionRequest{ApprovalID: c.ID, Decision: c.Decision, Reason: c.Reason, BuyerMessage: c.Message}
	offered := parley.Modifications{Impressions: c.Impressions, FlightStart: c.Start, FlightEnd: c.End, Note: c.Note}
	if c.CPM != "" {
		micros, err := parley.ParseMicros(c.CPM)
		if err != nil {
			return request, misuse{fmt.Errorf("--cpm: %q is no amount", c.CPM), "write it like 31.50"}
		}
		offered.CounterCPM = &micros
	}
	if offered != (parley.Modifications{}) {
		request.Modifications = &offered
	}
	return request, nil
}

type approvalsResumeCommand struct {
	world
	ID string `arg:"" help:"Id of the approval, as 'parley approvals list' shows it."`
	approvalOutput
}

// Run resumes the approval.
func (c approvalsResumeCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		var resumed parley.Approval
		if _, err := service.Resume(p.ctx, terminal(), c.ID, keepApproval(&resumed)); err != nil {
			return unknownApproval(err, c.ID)
		}
		return c.write(p.out, parley.InboxItem{Approval: resumed})
	})
}

// keepApproval hands a flow's result to a command.
func keepApproval(into *parley.Approval) seller.Encode[parley.Approval] {
	return func(a parley.Approval) (seller.Answer, error) {
		*into = a
		return seller.Answer{}, nil
	}
}

func unknownApproval(err error, id string) error {
	if parley.Is(err, parley.CodeNotFound) {
		return fmt.Errorf("there is no approval %q; 'parley approvals list' shows them", id)
	}
	return err
}

func (o approvalOutput) write(w io.Writer, q parley.InboxItem) error {
	if o.JSON {
		return writeJSON(w, wire.ApprovalOf(wire.View{}, q.Approval))
	}
	return writeApproval(w, q)
}

func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
