package rest

import (
	"net/http"

	"parley/activation"
	"parley/seller"
	"parley/wire"
)

const destinationExample = `{"kind": "file_drop", "name": "Ad server", "settings": {"folder": "ad-server"}, "match": {"inventory_types": ["ctv"]}, ` +
	`"trigger": "order_approved", "release": "automatic", "required": true}`

const exampleDestinationID = "dst-01k1h3v8mq4t7c9w2x5y6z0a1b3d"

var destinationRoutes = []Route{
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "createDestination", Tag: "Activation", Summary: "Have deals sent to a system that serves them",
		Description: "From now on: deals that fit match, each when its trigger comes. With required, an order whose deal is for the destination " +
			"moves by what really happens there, and not by hand. A destination of the kind file_drop writes trafficking sheets below " +
			"the setting traffic-folder.",
		Example:  destinationExample,
		Failures: []int{http.StatusConflict},
	}, wire.CreateDestination, sampleDestination),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/destinations", Access: AccessOperator, Scopes: viewer,
		ID: "listDestinations", Tag: "Activation", Summary: "List where deals are sent",
	}, wire.ListDestinations, sampleDestination),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/destinations/{destination_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getDestination", Tag: "Activation", Summary: "Read a destination", Description: "Its ETag names its version.",
	}, wire.GetDestination, sampleDestination),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/destinations/{destination_id}/check", Access: AccessOperator, Scopes: admin,
		ID: "checkDestination", Tag: "Activation", Summary: "Ask a destination whether deals can be sent to it",
		Description: "It only reads, there and here.",
	}, wire.CheckDestination,
		wire.DestinationCheckOf(sampleDestination.ID, []activation.Finding{{Field: "settings.folder", Text: "is not there yet; the first sheet makes it"}})),
	actWith[idChange](Route{
		Access: AccessOperator, Scopes: admin,
		ID: "replaceDestination", Tag: "Activation", Summary: "Replace a destination",
		Description: "It holds for what is sent from then on. Name the version that the change was made from, in If-Match or as version, to " +
			"have it refused when somebody else was faster.",
		Example:  destinationExample,
		Failures: []int{http.StatusConflict, http.StatusPreconditionFailed},
	}, wire.ReplaceDestination, sampleDestination),
	ask(Route{
		Method: http.MethodPost, Path: "/api/v1/destinations/preview", Access: AccessOperator, Scopes: admin,
		ID: "previewDestination", Tag: "Activation", Summary: "See what a change of a destination would touch",
		Description: "The body is that of the replacement, with the destination's id. The oldest deals there are planned as it would be: how many of them " +
			"would be sent something else, and which could not be sent any more. Nothing is changed.",
		Example:  `{"destination_id": "` + exampleDestinationID + `", "name": "Ad server", "settings": {"folder": "elsewhere"}}`,
		Failures: []int{http.StatusConflict, http.StatusNotFound},
	}, wire.PreviewDestination, seller.DestinationPreview{Destination: sampleDestination, Resent: true, Activations: 12, Planned: 12, Differ: 12}),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "removeDestination", Tag: "Activation", Summary: "Remove a destination that no deal was for",
		Description: "One that deals were for is kept with them, and can be paused. The answer is the destination as it was.",
		Failures:    []int{http.StatusConflict},
	}, wire.RemoveDestination, sampleDestination),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "setDestinationCredential", Tag: "Activation", Summary: "Set the credential that a destination is used with",
		Description: "It is sealed under the key of the setting sealing-key, which the database does not have, or is a reference to where this " +
			"machine has it. It is never answered; credential_mark tells one from another.",
		Example: `{"credential": "env:DESTINATION_CREDENTIAL_EXCHANGE"}`,
	}, wire.SetDestinationCredential, sampleDestination),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "removeDestinationCredential", Tag: "Activation", Summary: "Forget the credential that a destination is used with",
	}, wire.RemoveDestinationCredential, sampleDestination),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "pauseDestination", Tag: "Activation", Summary: "Keep everything from being sent to a destination",
		Description: "What it is for waits until it is resumed. A destination that refuses its credentials five times in a row, or fails twenty " +
			"times, pauses itself.",
		Example: `{"reason": "The ad server is being moved"}`,
	}, wire.PauseDestination, sampleDestination),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "resumeDestination", Tag: "Activation", Summary: "Have what waits for a destination sent",
		Example: repeatedExample,
	}, wire.ResumeDestination, sampleDestination),
}
