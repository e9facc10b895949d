package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
)

var changeRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/change-requests", Access: AccessCredential,
		ID: "requestChange", Tag: "Change requests", Summary: "Ask for a deal to be changed",
		Description: "What the change does to the deal says how severe it is, whatever it calls itself: a minor one is approved at " +
			"once, any other waits for a person, and one that changes none of the deal's terms is work that a person takes on. Name old values in diffs to have the request refused when the deal has others. " +
			"proposed_values knows flight_start, flight_end, impressions, price, and with a cancellation cancel_pct (1 is all of it) " +
			"and effective_date; product_id, deal_type and currency are taken where they are the deal's own, since no change moves them. " +
			"Members about creatives, notes and reason are for people, and so are any others of a request that is work for them " +
			"(creative, targeting, makegood, other). What else there is does nothing: it is named in Ignored-Fields, and an operator's is refused.",
		Example: `{"change_type": "flight_dates", "deal_id": "PRLY-7K4MC-X9TRP", "proposed_values": {"flight_end": "2026-09-02"}, ` +
			`"diffs": [{"field": "flight_end", "old_value": "2026-08-31", "new_value": "2026-09-02"}], "reason": "Launch moved", ` +
			`"idempotency_key": "00000000-0000-4000-8000-000000000008"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict},
	}, changing[none, ChangeCreate, parley.ChangeRequest, ChangeResponse]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *ChangeCreate, encode seller.Encode[parley.ChangeRequest],
		) (seller.Answer, error) {
			input, names, ignored, err := body.Domain(x.Settings.TimeZone, x.Caller.IsOperator())
			tellIgnored(x.w.Header(), ignored)
			if err != nil {
				return seller.Answer{}, err
			}
			answer, err := x.service.RequestChange(ctx, x.call, input, encode)
			return answer, calledSo(err, names)
		},
		render:  renderChange,
		status:  http.StatusCreated,
		example: sampleChange,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/change-requests", Access: AccessCredential,
		ID: "listChanges", Tag: "Change requests", Summary: "List change requests",
	}, listing[changeFilter, parley.ChangeRequest, ChangeResponse]{
		plural: "change_requests",
		run: func(
			ctx context.Context, x *exchange, filter changeFilter, page seller.Page,
		) (seller.Listing[parley.ChangeRequest], error) {
			return x.service.Changes(ctx, x.call, seller.ChangeFilter{
				Status: parley.ChangeStatus(filter.Status), Type: parley.ChangeType(filter.ChangeType), DealID: filter.DealID,
				OrderID: filter.OrderID, Page: page,
			})
		},
		render:  renderChange,
		id:      func(c parley.ChangeRequest) string { return c.ID },
		example: sampleChange,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/change-requests/{change_request_id}", Access: AccessCredential,
		ID: "getChange", Tag: "Change requests", Summary: "Read a change request",
	}, func(ctx context.Context, x *exchange, path changePath) (ChangeResponse, error) {
		c, err := x.service.Change(ctx, x.call, path.ChangeRequestID)
		return renderChange(x.View, c), err
	}, func(x *exchange) ChangeResponse { return renderChange(x.View, sampleChange) }),
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/change-requests/{change_request_id}/review", Access: AccessOperator, Scopes: desk,
		ID: "reviewChange", Tag: "Change requests", Summary: "Decide on a change request",
		Description: "Decides the approval that the change waits for, which needs the role that the approval names. An approved " +
			"change is applied by its own request.",
		Example:  `{"decision": "approve", "reason": "Agreed by telephone"}`,
		Failures: []int{http.StatusConflict},
	}, changing[changePath, ReviewRequest, parley.ChangeRequest, ChangeResponse]{
		run: func(
			ctx context.Context, x *exchange, path changePath, body *ReviewRequest, encode seller.Encode[parley.ChangeRequest],
		) (seller.Answer, error) {
			return x.service.ReviewChange(ctx, x.call, path.ChangeRequestID, body.Domain(), encode)
		},
		render:  renderChange,
		status:  http.StatusOK,
		example: sampleChange,
	}),
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/change-requests/{change_request_id}/apply", Access: AccessCredential,
		ID: "applyChange", Tag: "Change requests", Summary: "Apply an approved change",
		Description: "Changes the deal, its orders and the inventory together, or nothing: then the status is failed, and " +
			"failure_reason says why. Applying again answers the same. An approved change can be applied for 7 days. What the seller " +
			"asked for and costs the buyer (a higher price, another volume, other days, the end of a deal that runs) is the buyer's. " +
			"The change is judged anew: one that somebody has to be asked about by now, for its price, its days or the publisher's " +
			"rules, answers 202 with the status pending_approval and a new approval_id, and can be applied once it is approved.",
		Failures: []int{http.StatusConflict},
	}, changing[changePath, none, parley.ChangeRequest, ChangeResponse]{
		run: func(
			ctx context.Context, x *exchange, path changePath, _ *none, encode seller.Encode[parley.ChangeRequest],
		) (seller.Answer, error) {
			return x.service.ApplyChange(ctx, x.call, path.ChangeRequestID, encode)
		},
		render:  renderChange,
		status:  http.StatusOK,
		other:   http.StatusAccepted,
		when:    func(c parley.ChangeRequest) bool { return c.Status == parley.ChangePendingApproval },
		example: sampleChange,
	}),
}

type changePath struct {
	ChangeRequestID string `path:"change_request_id" maxLength:"128"`
}

type changeFilter struct {
	Status     string `query:"status" enum:"pending,validating,pending_approval,approved,rejected,applied,failed"`
	ChangeType string `query:"change_type" enum:"flight_dates,impressions,pricing,creative,targeting,cancellation,makegood,other"`
	DealID     string `query:"deal_id" maxLength:"128"`
	OrderID    string `query:"order_id" maxLength:"128"`
	Paging
}

// ChangeCreate is the body that asks for a change, as the shared contract writes it.
type ChangeCreate struct {
	Idempotency
	Conversation
	ChangeType     string       `json:"change_type" maxLength:"64" doc:"flight_dates, impressions, pricing, creative, targeting, cancellation, makegood or other."`
	DealID         string       `json:"deal_id,omitempty" maxLength:"128" doc:"The deal to change, or"`
	OrderID        string       `json:"order_id,omitempty" maxLength:"128" doc:"an order of it."`
	ProposedValues Object       `json:"proposed_values,omitempty" doc:"What the terms should become."`
	Diffs          []DiffCreate `json:"diffs,omitempty" maxItems:"50" doc:"What they are, and should become."`
	Reason         string       `json:"reason,omitempty" maxLength:"2000"`
	Severity       string       `json:"severity,omitempty" maxLength:"64" doc:"Read and left: what the change does says how severe it is."`
	Makegood       Object       `json:"makegood,omitempty" doc:"Required with change_type makegood."`
}

// DiffCreate is one difference that is asked for.
type DiffCreate struct {
	Field    string `json:"field" maxLength:"64"`
	OldValue Value  `json:"old_value,omitempty" doc:"When it is not what the deal has, the request is refused."`
	NewValue Value  `json:"new_value,omitempty"`
}

// ReviewRequest is the body that decides on a change request.
type ReviewRequest struct {
	Idempotency
	Decision string `json:"decision" enum:"approve,reject"`
	Reason   string `json:"reason,omitempty" maxLength:"2000" doc:"For the publisher's people alone."`
	Message  string `json:"message_to_buyer,omitempty" maxLength:"2000" doc:"What the buyer is told of a rejection; that the desk declined, when absent."`
}

func (r *ReviewRequest) Domain() seller.DecisionRequest {
	return seller.DecisionRequest{Decision: r.Decision, Reason: r.Reason, BuyerMessage: r.Message}
}

// Domain reads the terms out of what is proposed. names has what the sender calls by other names than the flow does, and
// ignored the paths of what nothing is done with: a strict sender's is refused.
func (c *ChangeCreate) Domain(zone *time.Location, strict bool) (input seller.ChangeInput, names map[string]string, ignored []string, err error) {
	input = seller.ChangeInput{
		Type: parley.ChangeType(c.ChangeType), DealID: c.DealID, OrderID: c.OrderID, Reason: c.Reason,
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

// ChangeResponse is a change request: its members as the shared contract has them, what the contract has no member for,
// and the contract's object under change_request.
type ChangeResponse struct {
	contract.ChangeRequest
	ApprovalID    *string                `json:"approval_id" doc:"Of the decision that the change waits for, or waited for."`
	FailureReason *string                `json:"failure_reason" doc:"Why it could not be applied."`
	AskedBy       parley.Side            `json:"asked_by" enum:"buyer,seller" doc:"What the seller asks for and costs the buyer is the buyer's to apply."`
	LapsesAt      *time.Time             `json:"lapses_at" doc:"From when on an approved change can no longer be applied; null where there is nothing to apply."`
	Before        *ChangedTerms          `json:"before" doc:"The deal as it was when the change was applied."`
	Contract      contract.ChangeRequest `json:"change_request" doc:"The same change request as the shared contract writes it."`
}

// ChangedTerms are a deal's terms before a change.
type ChangedTerms struct {
	Status      parley.DealStatus             `json:"status"`
	Impressions int64                         `json:"impressions"`
	FlightStart parley.Date                   `json:"flight_start" format:"date"`
	FlightEnd   parley.Date                   `json:"flight_end" format:"date"`
	Price       *contract.Decimal             `json:"price"`
	Currency    parley.Currency               `json:"currency"`
	Orders      map[string]parley.OrderStatus `json:"orders,omitempty" doc:"Where its orders stood, when it was cancelled."`
}

func renderChange(_ wire.View, c parley.ChangeRequest) ChangeResponse {
	mapped := contract.ChangeRequestOf(c)
	rendered := ChangeResponse{
		ChangeRequest: mapped, ApprovalID: contract.Optional(c.ApprovalID), FailureReason: contract.Optional(c.FailureReason),
		AskedBy: c.AskedBy, LapsesAt: c.LapsesAt, Contract: mapped,
	}
	if b := c.Before; b != nil {
		rendered.Before = &ChangedTerms{
			Status: b.Status, Impressions: b.Impressions, FlightStart: b.Flight.Start, FlightEnd: b.Flight.End,
			Price: contract.DecimalOf(parley.Money{Micros: b.CPM, Currency: b.Currency}), Currency: b.Currency, Orders: b.Orders,
		}
	}
	return rendered
}
