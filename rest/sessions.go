package rest

import (
	"net/http"

	"parley/seller"
	"parley/wire"
)

var sessionRoutes = []Route{
	act(Route{
		Access: AccessBuyer,
		ID:     "openSession", Tag: "Sessions", Summary: "Begin a session",
		Description: "A session groups what a buyer does: name it as session_id, or in the X-Session-Id header, with quotes, proposals, " +
			"negotiations, bookings and orders, and their events name it. A contextId of the buyer's own (X-Context-Id) opens a " +
			"session on its first use. It lasts seven days and can be read for ninety more. Who the buyer is, the key says.",
		Example:  `{"contextId": "campaign-2026-autumn", "metadata": {"planner": "Kim"}}`,
		Failures: []int{http.StatusConflict},
	}, wire.OpenSession, sampleSession),
	list(Route{
		Method: http.MethodGet, Path: "/sessions", Access: AccessCredential,
		ID: "listSessions", Tag: "Sessions", Summary: "List sessions", Description: "A buyer's own; an operator sees all. Rows have no messages: reading a session alone answers them.",
	}, wire.ListSessions, seller.SessionView{Session: sampleSession.Session, Negotiations: sampleSession.Negotiations, Deals: sampleSession.Deals}),
	one(Route{
		Method: http.MethodGet, Path: "/sessions/{session_id}", Access: AccessCredential,
		ID: "getSession", Tag: "Sessions", Summary: "Read a session",
		Description: "With its messages, and the negotiations and deals that are under way in it. GET /events?session_id= tells everything " +
			"that was done in it.",
	}, wire.GetSession, sampleSession),
	list(Route{
		Method: http.MethodGet, Path: "/sessions/{session_id}/messages", Access: AccessCredential,
		ID: "listSessionMessages", Tag: "Sessions", Summary: "List the messages of a session",
	}, wire.ListSessionMessages, sampleSession.Messages[0]),
	act(Route{
		Access: AccessSubscriber, Scopes: desk,
		ID: "sendSessionMessage", Tag: "Sessions", Summary: "Say something in a session",
		Description: "The message is kept for the publisher's people, who can answer in the session. It buys nothing, and no program answers " +
			"it: ask for prices, negotiate and book by the routes for that, naming the session.",
		Example:  `{"type": "inquiry", "content": "Which live sports do you have in October?"}`,
		Failures: []int{http.StatusConflict},
	}, wire.SendSessionMessage, seller.SentMessage{Session: sampleSession.Session, Message: sampleSession.Messages[0]}),
	act(Route{
		Access: AccessSubscriber, Scopes: desk,
		ID: "closeSession", Tag: "Sessions", Summary: "End a session",
		Description: "It can be read afterwards. What was begun in it goes on. Ending it again changes nothing.",
		Example:     repeatedExample,
	}, wire.CloseSession, sampleSession),
}
