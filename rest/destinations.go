package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/activation"
	"parley/seller"
	"parley/wire"
)

const destinationExample = `{"kind": "file_drop", "name": "Ad server", "settings": {"folder": "ad-server"}, "match": {"inventory_types": ["ctv"]}, ` +
	`"trigger": "order_approved", "release": "automatic", "required": true}`

var destinationRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/destinations", Access: AccessOperator, Scopes: admin,
		ID: "createDestination", Tag: "Activation", Summary: "Have deals sent to a system that serves them",
		Description: "From now on: deals that fit match, each when its trigger comes. With required, an order whose deal is for the destination " +
			"moves by what really happens there, and not by hand. A destination of the kind file_drop writes trafficking sheets below " +
			"the setting traffic-folder.",
		Example:  destinationExample,
		Failures: []int{http.StatusConflict},
	}, changing[none, wire.DestinationRequest, parley.Destination, wire.Destination]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.DestinationRequest, encode seller.Encode[parley.Destination],
		) (seller.Answer, error) {
			return x.service.CreateDestination(ctx, x.call, body.Domain(), encode)
		},
		render:  wire.DestinationOf,
		status:  http.StatusCreated,
		example: sampleDestination,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/destinations", Access: AccessOperator, Scopes: viewer,
		ID: "listDestinations", Tag: "Activation", Summary: "List where deals are sent",
	}, listing[wire.DestinationFilter, parley.Destination, wire.Destination]{
		plural: "destinations",
		run: func(
			ctx context.Context, x *exchange, filter wire.DestinationFilter, page seller.Page,
		) (seller.Listing[parley.Destination], error) {
			return x.service.Destinations(ctx, x.call, seller.DestinationFilter{Status: parley.DestinationStatus(filter.Status), Page: page})
		},
		render:  wire.DestinationOf,
		id:      func(d parley.Destination) string { return d.ID },
		example: sampleDestination,
	}),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/destinations/{destination_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getDestination", Tag: "Activation", Summary: "Read a destination", Description: "Its ETag names its version.",
	}, func(ctx context.Context, x *exchange, path destinationPath) (parley.Destination, error) {
		return x.service.Destination(ctx, x.call, path.DestinationID)
	}, wire.DestinationOf, sampleDestination),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/destinations/{destination_id}/check", Access: AccessOperator, Scopes: admin,
		ID: "checkDestination", Tag: "Activation", Summary: "Ask a destination whether deals can be sent to it",
		Description: "It only reads, there and here.",
	}, func(ctx context.Context, x *exchange, path destinationPath) (wire.DestinationCheck, error) {
		findings, err := x.service.CheckDestination(ctx, x.call, path.DestinationID)
		return wire.DestinationCheckOf(path.DestinationID, findings), err
	}, func(*exchange) wire.DestinationCheck {
		return wire.DestinationCheckOf(sampleDestination.ID, []activation.Finding{{Field: "settings.folder", Text: "is not there yet; the first sheet makes it"}})
	}),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/destinations/{destination_id}", Access: AccessOperator, Scopes: admin,
		ID: "replaceDestination", Tag: "Activation", Summary: "Replace a destination",
		Description: "It holds for what is sent from then on. Name the version that the change was made from, in If-Match or as version, to " +
			"have it refused when somebody else was faster.",
		Example:  destinationExample,
		Failures: []int{http.StatusConflict, http.StatusPreconditionFailed},
	}, changing[destinationChange, wire.DestinationRequest, parley.Destination, wire.Destination]{
		run: func(
			ctx context.Context, x *exchange, params destinationChange, body *wire.DestinationRequest, encode seller.Encode[parley.Destination],
		) (seller.Answer, error) {
			expected, err := params.expected(body.Version)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.service.ChangeDestination(ctx, x.call, params.DestinationID, expected, body.Domain(), encode)
		},
		render:  wire.DestinationOf,
		status:  http.StatusOK,
		example: sampleDestination,
	}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/destinations/{destination_id}", Access: AccessOperator, Scopes: admin,
		ID: "removeDestination", Tag: "Activation", Summary: "Remove a destination that no deal was for",
		Description: "One that deals were for is kept with them, and can be paused. The answer is the destination as it was.",
		Failures:    []int{http.StatusConflict},
	}, changeDestination[none]((*seller.Service).RemoveDestination)),
	change(Route{
		Method: http.MethodPut, Path: "/api/v1/destinations/{destination_id}/credential", Access: AccessOperator, Scopes: admin,
		ID: "setDestinationCredential", Tag: "Activation", Summary: "Set the credential that a destination is used with",
		Description: "It is sealed under the key of the setting sealing-key, which the database does not have, or is a reference to where this " +
			"machine has it. It is never answered; credential_mark tells one from another.",
		Example: `{"credential": "env:DESTINATION_CREDENTIAL_EXCHANGE"}`,
	}, changing[destinationPath, wire.DestinationCredential, parley.Destination, wire.Destination]{
		run: func(
			ctx context.Context, x *exchange, path destinationPath, body *wire.DestinationCredential, encode seller.Encode[parley.Destination],
		) (seller.Answer, error) {
			return x.service.SetDestinationCredential(ctx, x.call, path.DestinationID, body.Credential, encode)
		},
		render:  wire.DestinationOf,
		status:  http.StatusOK,
		example: sampleDestination,
	}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/destinations/{destination_id}/credential", Access: AccessOperator, Scopes: admin,
		ID: "removeDestinationCredential", Tag: "Activation", Summary: "Forget the credential that a destination is used with",
	}, changeDestination[none]((*seller.Service).RemoveDestinationCredential)),
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/destinations/{destination_id}/pause", Access: AccessOperator, Scopes: admin,
		ID: "pauseDestination", Tag: "Activation", Summary: "Keep everything from being sent to a destination",
		Description: "What it is for waits until it is resumed. A destination that refuses its credentials five times in a row, or fails twenty " +
			"times, pauses itself.",
		Example: `{"reason": "The ad server is being moved"}`,
	}, changing[destinationPath, wire.ActivationReason, parley.Destination, wire.Destination]{
		run: func(
			ctx context.Context, x *exchange, path destinationPath, body *wire.ActivationReason, encode seller.Encode[parley.Destination],
		) (seller.Answer, error) {
			return x.service.PauseDestination(ctx, x.call, path.DestinationID, body.Reason, encode)
		},
		render:  wire.DestinationOf,
		status:  http.StatusOK,
		example: sampleDestination,
	}),
	change(Route{
		Method: http.MethodPost, Path: "/api/v1/destinations/{destination_id}/resume", Access: AccessOperator, Scopes: admin,
		ID: "resumeDestination", Tag: "Activation", Summary: "Have what waits for a destination sent",
		Example: repeatedExample,
	}, changeDestination[wire.Repeated]((*seller.Service).ResumeDestination)),
}

// changeDestination is a change of a destination that takes nothing of its body but the key of its repetition.
func changeDestination[B any](
	do func(*seller.Service, context.Context, seller.Call, string, seller.Encode[parley.Destination]) (seller.Answer, error),
) changing[destinationPath, B, parley.Destination, wire.Destination] {
	return changing[destinationPath, B, parley.Destination, wire.Destination]{
		run: func(
			ctx context.Context, x *exchange, path destinationPath, _ *B, encode seller.Encode[parley.Destination],
		) (seller.Answer, error) {
			return do(x.service, ctx, x.call, path.DestinationID, encode)
		},
		render:  wire.DestinationOf,
		status:  http.StatusOK,
		example: sampleDestination,
	}
}

type destinationPath struct {
	DestinationID string `path:"destination_id" maxLength:"128"`
}

type destinationChange struct {
	DestinationID string `path:"destination_id" maxLength:"128"`
	Precondition
}
