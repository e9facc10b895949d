package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// ReviewRequest is the body that decides on a change request.
type ReviewRequest struct {
	Idempotency
	Decision string `json:"decision" enum:"approve,reject"`
	Reason   string `json:"reason,omitempty" maxLength:"2000" doc:"For the publisher's people alone."`
	Message  string `json:"message_to_buyer,omitempty" maxLength:"2000" doc:"What the buyer is told of a rejection; that the desk declined, when absent."`
}

// Domain is what the flow takes.
func (r *ReviewRequest) Domain() seller.DecisionRequest {
	return seller.DecisionRequest{Decision: r.Decision, Reason: r.Reason, BuyerMessage: r.Message}
}

// changeInputOf reads the terms out of what is proposed. names has what the sender calls by other names than the flow does, and
// ignored the paths of what nothing is done with: a strict sender's is refused.
func changeInputOf(c *document.ChangeCreate, zone *time.Location, strict bool) (input seller.ChangeInput, names map[string]string, ignored []string, err error) {
	input = seller.ChangeInput{
		Type: c.ChangeType, DealID: c.DealID, OrderID: c.OrderID, Reason: c.Reason,
		Proposed: json.RawMessage(c.ProposedValues), Makegood: json.RawMessage(c.Makegood),
	}
	var problems parley.Problems
	whole := termsReader{members: map[string]json.RawMessage{}, at: map[string]string{}, problems: &problems, zone: zone, names: map[string]string{}}
	if c.ProposedValues != nil {
		if err := json.Unmarshal(c.ProposedValues, &whole.members); err != nil {
			return input, nil, nil, parley.Invalid("proposed_values", "must be an object")
		}
	}
	before := termsReader{members: map[string]json.RawMessage{}, at: map[string]string{}, problems: &problems, zone: zone}
	for i, diff := range c.Diffs {
		if diff.OldValue != nil {
			before.members[diff.Field] = json.RawMessage(diff.OldValue)
			before.at[diff.Field] = fmt.Sprintf("diffs[%d].old_value", i)
		}
		if _, named := whole.members[diff.Field]; !named && diff.NewValue != nil {
			whole.members[diff.Field] = json.RawMessage(diff.NewValue)
			whole.at[diff.Field] = fmt.Sprintf("diffs[%d].new_value", i)
		}
	}
	input.Terms, input.Currency = whole.terms(), whole.currency
	input.Fixed = whole.fixed()
	input.Expected = before.expected()
	for _, reader := range []*termsReader{&whole, &before} {
		paths, meant := reader.unknown(input.Type.ForPeople())
		for i, path := range paths {
			switch {
			case !strict:
				ignored = append(ignored, path)
			case meant[i] == "":
				problems.Add(path, "is not a term that a change sets, nor anything else that it has")
			default:
				problems.Add(path, "is not a term that a change sets; did you mean %s?", meant[i])
			}
		}
	}
	if err := problems.Err(); err != nil {
		return input, nil, ignored, err
	}
	if len(whole.members) > 0 {
		encoded, err := json.Marshal(whole.members)
		if err != nil {
			return input, nil, ignored, parley.Internal(err)
		}
		input.Proposed = encoded
	}
	return input, whole.names, ignored, nil
}

// ChangeOf writes a change.
func ChangeOf(_ View, c parley.ChangeRequest) document.ChangeResponse {
	mapped := contract.ChangeRequestOf(c)
	rendered := document.ChangeResponse{
		ChangeRequest: mapped, ApprovalID: contract.Optional(c.ApprovalID), FailureReason: contract.Optional(c.FailureReason),
		AskedBy: c.AskedBy, LapsesAt: c.LapsesAt, Contract: mapped,
	}
	if b := c.Before; b != nil {
		rendered.Before = &document.ChangedTerms{
			Status: b.Status, Impressions: b.Impressions, FlightStart: b.Flight.Start, FlightEnd: b.Flight.End,
			Price: contract.DecimalOf(parley.Money{Micros: b.CPM, Currency: b.Currency}), Currency: b.Currency, Orders: b.Orders,
		}
	}
	return rendered
}

// What is asked of change requests.
var (
	RequestChange = act("POST /api/v1/change-requests", Made, ChangeOf,
		func(ctx context.Context, x *Exchange, _ string, body *document.ChangeCreate, encode seller.Encode[parley.ChangeRequest]) (seller.Answer, error) {
			input, names, ignored, err := changeInputOf(body, x.Settings.TimeZone, x.Ignored == nil)
			if x.Ignored != nil {
				x.Ignored(ignored)
			}
			if err != nil {
				return seller.Answer{}, err
			}
			answer, err := x.Service.RequestChange(ctx, x.Call, input, encode)
			return answer, CalledSo(err, names)
		})
	GetChange   = Lookup[parley.ChangeRequest, document.ChangeResponse]{(*seller.Service).Change, ChangeOf}
	ListChanges = List[document.ChangeFilter, parley.ChangeRequest, document.ChangeResponse]{
		Plural: "change_requests", Render: ChangeOf, ID: func(c parley.ChangeRequest) string { return c.ID },
		Find: func(ctx context.Context, x *Exchange, f document.ChangeFilter, page seller.Page) (seller.Listing[parley.ChangeRequest], error) {
			return x.Service.Changes(ctx, x.Call, seller.ChangeFilter{
				Status: f.Status, Type: f.ChangeType, DealID: f.DealID,
				OrderID: f.OrderID, Page: page,
			})
		},
	}
	ReviewChange = act("POST /api/v1/change-requests/{change_request_id}/review", Done, ChangeOf,
		byBoth((*seller.Service).ReviewChange, (*ReviewRequest).Domain))
	ApplyChange = Act[Repeated, parley.ChangeRequest, document.ChangeResponse]{
		Line: "POST /api/v1/change-requests/{change_request_id}/apply", Render: ChangeOf, Status: Done, Else: Held,
		When: func(c parley.ChangeRequest) bool { return c.Status == parley.ChangePendingApproval },
		Run:  byID[Repeated]((*seller.Service).ApplyChange),
	}
)
