package wire

import (
	"context"
	"encoding/json"
	"time"

	"parley"
	"parley/activation"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// DestinationFilter narrows a list of destinations.
type DestinationFilter struct {
	Status string `query:"status" enum:"active,paused"`
	Paging
}

// DestinationRequest is the body that makes or replaces a destination: what reading it answers can be sent back.
type DestinationRequest struct {
	Idempotency
	Version  *int64            `json:"version,omitempty" minimum:"1" doc:"The version that a replacement was made from."`
	Kind     string            `json:"kind,omitempty" maxLength:"40" doc:"Such as file_drop. A replacement keeps it."`
	Name     string            `json:"name" maxLength:"400" doc:"For people; no two have the same."`
	Settings document.Object   `json:"settings,omitempty" doc:"As its kind reads them; see the guide to activation."`
	Match    *DestinationMatch `json:"match,omitempty" doc:"Which deals it is for: all when absent."`
	Trigger  string            `json:"trigger,omitempty" enum:"deal_booked,order_approved,manual" doc:"What has a deal sent: order_approved when absent."`
	Release  string            `json:"release,omitempty" enum:"automatic,person" doc:"Whether a deal whose trigger came goes by itself: automatic when absent."`
	Required bool              `json:"required,omitempty" doc:"Whether an order waits until its deal is there."`
	// A replacement without these keeps them.
	BillingSource     *string `json:"billing_source,omitempty" maxLength:"400" doc:"Whose figures count of deals that are there, where it has sent any, by the name under which they are imported; empty: as for any."`
	RequestsPerMinute *int    `json:"requests_per_minute,omitempty" minimum:"0" maximum:"60000" doc:"How many requests it gets; 0: as the setting destination-rate says."`
	Sends             *int    `json:"sends,omitempty" minimum:"0" maximum:"32" doc:"How many deals are sent to it at a time; 0: as the setting destination-sends says."`
}

// Domain is what the flow takes.
func (r *DestinationRequest) Domain() seller.DestinationRequest {
	request := seller.DestinationRequest{
		Kind: r.Kind, Name: r.Name, Settings: json.RawMessage(r.Settings), Trigger: parley.ActivationTrigger(r.Trigger),
		Release: parley.ActivationRelease(r.Release), Required: r.Required,
		BillingSource: r.BillingSource, RequestsPerMinute: r.RequestsPerMinute, Sends: r.Sends,
	}
	if r.Match == nil {
		return request
	}
	request.Match = parley.DestinationMatch{
		InventoryTypes: r.Match.InventoryTypes, DSPPlatforms: r.Match.DSPPlatforms, SeatIDs: r.Match.SeatIDs, ProductIDs: r.Match.ProductIDs,
	}
	for _, name := range r.Match.DealTypes {
		request.Match.DealTypes = append(request.Match.DealTypes, parley.DealType(name))
	}
	return request
}

// DestinationMatch says which deals a destination is for: those that fit each list. An empty list fits all.
type DestinationMatch struct {
	InventoryTypes []string `json:"inventory_types,omitempty" maxItems:"200" maxLength:"200"`
	DealTypes      []string `json:"deal_types,omitempty" maxItems:"3" enum:"PG,PD,PA"`
	DSPPlatforms   []string `json:"dsp_platforms,omitempty" maxItems:"200" maxLength:"200"`
	SeatIDs        []string `json:"seat_ids,omitempty" maxItems:"200" maxLength:"200"`
	ProductIDs     []string `json:"product_ids,omitempty" maxItems:"200" maxLength:"200"`
}

// Destination is a system that booked deals are sent to.
type Destination struct {
	DestinationID string                   `json:"destination_id"`
	Version       int64                    `json:"version"`
	Kind          string                   `json:"kind"`
	Name          string                   `json:"name"`
	Status        parley.DestinationStatus `json:"status" doc:"active or paused."`
	PausedBecause *string                  `json:"paused_because"`
	Settings      document.Object          `json:"settings"`
	Credential    *string                  `json:"credential_mark" doc:"Tells the credential from others: the first 8 digits of its SHA-256. Null when there is none; the credential itself is never answered."`
	Match         DestinationMatch         `json:"match" doc:"A list that is absent fits all."`
	Trigger       parley.ActivationTrigger `json:"trigger"`
	Release       parley.ActivationRelease `json:"release"`
	Required      bool                     `json:"required"`
	BillingSource *string                  `json:"billing_source" doc:"Whose figures count of deals that are there; null: as for any."`
	PerMinute     *int                     `json:"requests_per_minute" doc:"How many requests it gets; null: as any."`
	Sends         *int                     `json:"sends" doc:"How many deals are sent to it at a time; null: as to any."`
	Failures      int                      `json:"failures" doc:"In a row, of the destination's own."`
	CreatedAt     time.Time                `json:"created_at"`
	UpdatedAt     time.Time                `json:"updated_at"`
}

// Revision is its version, which is its entity tag.
func (d Destination) Revision() int64 { return d.Version }

// DestinationOf writes a destination.
func DestinationOf(_ View, d parley.Destination) Destination {
	match := DestinationMatch{
		InventoryTypes: d.Match.InventoryTypes, DSPPlatforms: d.Match.DSPPlatforms, SeatIDs: d.Match.SeatIDs, ProductIDs: d.Match.ProductIDs,
	}
	for _, dealType := range d.Match.DealTypes {
		match.DealTypes = append(match.DealTypes, string(dealType))
	}
	return Destination{
		DestinationID: d.ID, Version: d.Version, Kind: d.Kind, Name: d.Name, Status: d.Status, PausedBecause: contract.Optional(d.PausedBecause),
		Settings: document.Object(d.Settings), Credential: contract.Optional(d.CredentialMark), Match: match, Trigger: d.Trigger, Release: d.Release, Required: d.Required,
		BillingSource: contract.Optional(d.BillingSource), PerMinute: limitOf(d.RequestsPerMinute), Sends: limitOf(d.Sends),
		Failures: d.Failures, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
}

// limitOf is a destination's own limit; nil where it has none.
func limitOf(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// DestinationCredential is the body that sets what a destination is used with.
type DestinationCredential struct {
	Idempotency
	Credential string `json:"credential" maxLength:"65536" doc:"The credential, which is sealed; or env:DESTINATION_CREDENTIAL_NAME, or file:PATH below the setting secrets-folder, which is read when it is needed."`
}

// DestinationCheck is what a destination has to say of itself.
type DestinationCheck struct {
	DestinationID string               `json:"destination_id"`
	OK            bool                 `json:"ok" doc:"Whether deals can be sent to it."`
	Findings      []activation.Finding `json:"findings"`
}

// DestinationCheckOf writes a check.
func DestinationCheckOf(id string, findings []activation.Finding) DestinationCheck {
	check := DestinationCheck{DestinationID: id, OK: true, Findings: findings}
	for _, f := range findings {
		check.OK = check.OK && !f.Problem
	}
	return check
}

// DestinationPreviewRequest is the body that asks what a change of a destination would touch.
type DestinationPreviewRequest struct {
	DestinationID string `json:"destination_id" maxLength:"128"`
	DestinationRequest
}

// DestinationPreview is what a change of a destination would touch.
type DestinationPreview struct {
	DestinationID string                `json:"destination_id"`
	Resent        bool                  `json:"resent" doc:"Whether what is there is sent again: other settings do that."`
	Activations   int64                 `json:"activations" doc:"How many deals are there, or on their way."`
	Planned       int                   `json:"planned" doc:"How many of them were looked at: all, or the 2,000 oldest."`
	Differ        int                   `json:"differ" doc:"Of how many of those the destination would have something else."`
	FailingCount  int                   `json:"failing_count" doc:"How many of those could not be sent any more."`
	Failing       []DestinationTouching `json:"failing" doc:"The 50 oldest of these."`
	LeftCount     int                   `json:"left_count" doc:"How many of those the destination would not be for any more. They stay there."`
	Left          []DestinationTouching `json:"left" doc:"The 50 oldest of these."`
}

// DestinationTouching is a deal that a change of its destination would do something to.
type DestinationTouching struct {
	ActivationID string `json:"activation_id"`
	DealID       string `json:"deal_id"`
	Code         string `json:"code"`
	Field        string `json:"field"`
	Message      string `json:"message"`
}

// DestinationPreviewOf writes what a change would touch.
func DestinationPreviewOf(_ View, p seller.DestinationPreview) DestinationPreview {
	touching := func(found seller.PreviewedFailures) []DestinationTouching {
		each := []DestinationTouching{}
		for _, f := range found.Named {
			each = append(each, DestinationTouching{
				ActivationID: f.ActivationID, DealID: f.DealID, Code: f.Problem.Code, Field: f.Problem.Field, Message: f.Problem.Text,
			})
		}
		return each
	}
	return DestinationPreview{
		DestinationID: p.Destination.ID, Resent: p.Resent, Activations: p.Activations, Planned: p.Planned, Differ: p.Differ,
		FailingCount: p.Failing.Count, Failing: touching(p.Failing), LeftCount: p.Left.Count, Left: touching(p.Left),
	}
}

// What is asked of destinations.
var (
	CheckDestination = Lookup[DestinationCheck, DestinationCheck]{
		Find: func(s *seller.Service, ctx context.Context, call seller.Call, id string) (DestinationCheck, error) {
			findings, err := s.CheckDestination(ctx, call, id)
			return DestinationCheckOf(id, findings), err
		},
		Render: asFound[DestinationCheck],
	}
	PreviewDestination = Question[*DestinationPreviewRequest, seller.DestinationPreview, DestinationPreview]{
		Find: func(ctx context.Context, x *Exchange, body *DestinationPreviewRequest) (seller.DestinationPreview, error) {
			return x.Service.PreviewDestination(ctx, x.Call, body.DestinationID, body.Domain())
		},
		Render: DestinationPreviewOf,
	}
	GetDestination   = Lookup[parley.Destination, Destination]{(*seller.Service).Destination, DestinationOf}
	ListDestinations = List[DestinationFilter, parley.Destination, Destination]{
		Plural: "destinations", Render: DestinationOf, ID: func(d parley.Destination) string { return d.ID },
		Find: func(ctx context.Context, x *Exchange, f DestinationFilter, page seller.Page) (seller.Listing[parley.Destination], error) {
			return x.Service.Destinations(ctx, x.Call, seller.DestinationFilter{Status: parley.DestinationStatus(f.Status), Page: page})
		},
	}
	CreateDestination = act("POST /api/v1/destinations", Made, DestinationOf,
		byBody((*seller.Service).CreateDestination, (*DestinationRequest).Domain))
	ReplaceDestination = act("PUT /api/v1/destinations/{destination_id}", Done, DestinationOf,
		func(ctx context.Context, x *Exchange, id string, body *DestinationRequest, encode seller.Encode[parley.Destination]) (seller.Answer, error) {
			expected, err := x.MadeFrom(body.Version)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.Service.ChangeDestination(ctx, x.Call, id, expected, body.Domain(), encode)
		})
	SetDestinationCredential = act("PUT /api/v1/destinations/{destination_id}/credential", Done, DestinationOf,
		byBoth((*seller.Service).SetDestinationCredential, func(b *DestinationCredential) string { return b.Credential }))
	RemoveDestination = act("DELETE /api/v1/destinations/{destination_id}", Done, DestinationOf,
		byID[none]((*seller.Service).RemoveDestination))
	RemoveDestinationCredential = act("DELETE /api/v1/destinations/{destination_id}/credential", Done, DestinationOf,
		byID[none]((*seller.Service).RemoveDestinationCredential))
	PauseDestination = act("POST /api/v1/destinations/{destination_id}/pause", Done, DestinationOf,
		byBoth((*seller.Service).PauseDestination, (*ActivationReason).text))
	ResumeDestination = act("POST /api/v1/destinations/{destination_id}/resume", Done, DestinationOf,
		byID[Repeated]((*seller.Service).ResumeDestination))
)
