package rest

import (
	"net/http"

	"parley"
	"parley/wire"
)

var signInRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/auth/sign-ins", Access: AccessOperator, Scopes: viewer,
		ID: "listSignIns", Tag: "Keys", Summary: "List the sessions of the deal desk's page",
		Description: "An admin's list has everybody's, others have their own.",
	}, wire.ListSignIns, sampleSignIn),
	act(Route{
		Access: AccessOperator, Scopes: viewer,
		ID: "endSignIn", Tag: "Keys", Summary: "End a session of the deal desk's page",
		Description: "At once, on every node: one's own, or as an admin anybody's. Ending it again changes nothing.",
		Example:     repeatedExample,
	}, wire.EndSignIn, sampleSignIn),
}

var sampleSignIn = parley.SignIn{
	ID: "sign-01k1h3v8mq4t7c9w2x5y6z0a1b", KeyID: sampleOperatorKey.ID, Address: "198.51.100.7", Browser: "Mozilla/5.0 Firefox/140.0",
	At: sampleTime, UsedAt: sampleTime,
}
