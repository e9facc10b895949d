package wire

import (
	"cmp"
	"context"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// ApprovalFilter narrows a list of approvals.
type ApprovalFilter struct {
	Status     string `json:"status,omitempty" query:"status" default:"pending" enum:"pending,approved,rejected,countered,timed_out,withdrawn"`
	Gate       string `json:"gate,omitempty" query:"gate" enum:"proposal_decision,negotiation_accept,deal_booking,order_submission,change_request"`
	ProposalID string `json:"proposal_id,omitempty" query:"proposal_id" maxLength:"128"`
	DealID     string `json:"deal_id,omitempty" query:"deal_id" maxLength:"128"`
	Paging
}

// Domain is what the flow takes.
func (f ApprovalFilter) Domain(page seller.Page) seller.ApprovalFilter {
	return seller.ApprovalFilter{
		Status: parley.ApprovalStatus(f.Status), Gate: parley.Gate(f.Gate), ProposalID: f.ProposalID, DealID: f.DealID, Page: page,
	}
}

// Decision is what an operator says to one approval, or to many.
type Decision struct {
	Decision      string         `json:"decision" enum:"approve,reject,counter"`
	Reason        string         `json:"reason,omitempty" maxLength:"2000" doc:"For the publisher's people alone."`
	Message       string         `json:"message_to_buyer,omitempty" maxLength:"2000" doc:"What the buyer is told; of a rejection without one, that the deal desk declined."`
	Modifications *Modifications `json:"modifications,omitempty" doc:"With counter: at least a price, a volume or a date."`
	Expected      *Expected      `json:"expected,omitempty" doc:"What the answer is taken to do, as far as it is named: where it would do something else by now, it is refused with 409 and would, and nothing is decided. Without it the answer does what it does."`
	Resume        bool           `json:"resume,omitempty" doc:"Carry the decision out at once."`
}

// Expected is what an answer is taken to do by whoever gives it.
type Expected struct {
	Effect      string          `json:"effect,omitempty" enum:"accept,counter,submit,change,decline" doc:"A yes to a proposal sends the buyer a counter where that is recommended, or where less is left than was asked about."`
	Price       *contract.Price `json:"price,omitempty" doc:"CPM, in the currency of the case."`
	Impressions *int64          `json:"impressions,omitempty" minimum:"0"`
	DealValue   *contract.Price `json:"deal_value,omitempty" doc:"In the currency of the case."`
	FlightStart *parley.Date    `json:"flight_start,omitempty" format:"date" doc:"Of what the answer is about: of a change what the deal would have."`
	FlightEnd   *parley.Date    `json:"flight_end,omitempty" format:"date" doc:"The last day of the same."`
	PassesOn    *bool           `json:"passes_on,omitempty" doc:"Whether a yes is not the last one: another rule asks somebody next, and nothing is carried out until then."`
	Granted     *[]string       `json:"granted_before,omitempty" maxItems:"100" doc:"The change requests that were granted of the same deal before: of a change those of which and this one the second that is applied fails, of an order those that change or end what is ordered. Empty: there are none."`
}

// domain is what the flow takes.
func (x *Expected) domain() *parley.Expected {
	if x == nil {
		return nil
	}
	expected := &parley.Expected{
		Deed: parley.Deed(x.Effect), Impressions: x.Impressions, FlightStart: x.FlightStart, FlightEnd: x.FlightEnd, PassesOn: x.PassesOn, Rivals: x.Granted,
	}
	if x.Price != nil {
		expected.CPM, expected.Currency = &x.Price.Money.Micros, x.Price.Money.Currency
	}
	if x.DealValue != nil {
		expected.Value, expected.Currency = &x.DealValue.Money.Micros, cmp.Or(expected.Currency, x.DealValue.Money.Currency)
	}
	return expected
}

// Domain is what the flow takes.
func (d *Decision) Domain(id string) seller.DecisionRequest {
	request := seller.DecisionRequest{ApprovalID: id, Decision: d.Decision, Reason: d.Reason, BuyerMessage: d.Message, Expected: d.Expected.domain()}
	if m := d.Modifications; m != nil {
		request.Modifications = &parley.Modifications{
			Impressions: m.Impressions, FlightStart: m.FlightStart, FlightEnd: m.FlightEnd, Note: m.Note,
		}
		if m.CounterCPM != nil {
			request.Modifications.CounterCPM, request.Currency = &m.CounterCPM.Money.Micros, m.CounterCPM.Money.Currency
		}
	}
	return request
}

// DecisionRequest is the body that decides an approval. Who decides is what the credential says.
type DecisionRequest struct {
	Idempotency
	Decision
}

// Modifications are the terms that the seller offers instead of those it was asked for.
type Modifications struct {
	CounterCPM  *contract.Price `json:"counter_cpm,omitempty" doc:"In the currency of the case."`
	Impressions *int64          `json:"impressions,omitempty" minimum:"1"`
	FlightStart *parley.Date    `json:"flight_start,omitempty" format:"date"`
	FlightEnd   *parley.Date    `json:"flight_end,omitempty" format:"date"`
	Note        string          `json:"note,omitempty" maxLength:"2000" doc:"For the buyer."`
}

// What is asked of approvals.
var (
	GetApproval   = Lookup[parley.Approval, Approval]{(*seller.Service).Approval, ApprovalOf}
	ListApprovals = List[ApprovalFilter, parley.Approval, Approval]{
		Plural: "approvals", Render: ApprovalOf, ID: func(approval parley.Approval) string { return approval.ID },
		Find: func(ctx context.Context, x *Exchange, f ApprovalFilter, page seller.Page) (seller.Listing[parley.Approval], error) {
			return x.Service.Approvals(ctx, x.Call, f.Domain(page))
		},
	}
	DecideApproval = act("POST /approvals/{approval_id}/decide", Done, ApprovalOf,
		func(ctx context.Context, x *Exchange, id string, body *DecisionRequest, encode seller.Encode[parley.Approval]) (seller.Answer, error) {
			decide := x.Service.Decide
			if body.Resume {
				decide = x.Service.DecideAndResume
			}
			return decide(ctx, x.Call, body.Domain(id), encode)
		})
	ResumeApproval = act("POST /approvals/{approval_id}/resume", Done, ApprovalOf, byID[Repeated]((*seller.Service).Resume))
)
