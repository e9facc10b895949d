package rest

import (
	"context"
	"encoding/json"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
)

var sessionRoutes = []Route{
	change(Route{
		Method: http.MethodPost, Path: "/sessions", Access: AccessBuyer,
		ID: "openSession", Tag: "Sessions", Summary: "Begin a session",
		Description: "A session groups what a buyer does: name it as session_id, or in the X-Session-Id header, with quotes, proposals, " +
			"negotiations, bookings and orders, and their events name it. A contextId of the buyer's own (X-Context-Id) opens a " +
			"session on its first use. It lasts seven days and can be read for ninety more. Who the buyer is, the key says.",
		Example:  `{"contextId": "campaign-2026-autumn", "metadata": {"planner": "Kim"}}`,
		Failures: []int{http.StatusConflict},
	}, changing[none, wire.SessionRequest, seller.SessionView, wire.Session]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *wire.SessionRequest, encode seller.Encode[seller.SessionView],
		) (seller.Answer, error) {
			// The context is the one to open, rather than one that the opening would be part of.
			request := seller.SessionRequest{ContextID: x.call.ContextID, Metadata: json.RawMessage(body.Metadata)}
			x.call.SessionID, x.call.ContextID = "", ""
			return x.service.OpenSession(ctx, x.call, request, encode)
		},
		render:  wire.SessionOf,
		status:  http.StatusCreated,
		example: sampleSession,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/sessions", Access: AccessCredential,
		ID: "listSessions", Tag: "Sessions", Summary: "List sessions", Description: "A buyer's own; an operator sees all. Rows have no messages: reading a session alone answers them.",
	}, listing[wire.SessionFilter, seller.SessionView, wire.Session]{
		plural: "sessions",
		run: func(
			ctx context.Context, x *exchange, filter wire.SessionFilter, page seller.Page,
		) (seller.Listing[seller.SessionView], error) {
			return x.service.Sessions(ctx, x.call, seller.SessionFilter{Status: parley.SessionStatus(filter.Status), Page: page})
		},
		render:  wire.SessionOf,
		id:      func(s seller.SessionView) string { return s.ID },
		example: seller.SessionView{Session: sampleSession.Session, Negotiations: sampleSession.Negotiations, Deals: sampleSession.Deals},
	}),
	one(Route{
		Method: http.MethodGet, Path: "/sessions/{session_id}", Access: AccessCredential,
		ID: "getSession", Tag: "Sessions", Summary: "Read a session",
		Description: "With its messages, and the negotiations and deals that are under way in it. GET /events?session_id= tells everything " +
			"that was done in it.",
	}, func(ctx context.Context, x *exchange, path sessionPath) (seller.SessionView, error) {
		return x.service.Session(ctx, x.call, path.SessionID)
	}, wire.SessionOf, sampleSession),
	list(Route{
		Method: http.MethodGet, Path: "/sessions/{session_id}/messages", Access: AccessCredential,
		ID: "listSessionMessages", Tag: "Sessions", Summary: "List the messages of a session",
	}, listing[wire.SessionMessagesFilter, parley.SessionMessage, contract.SessionMessage]{
		plural: "messages",
		run: func(
			ctx context.Context, x *exchange, path wire.SessionMessagesFilter, page seller.Page,
		) (seller.Listing[parley.SessionMessage], error) {
			return x.service.SessionMessages(ctx, x.call, path.SessionID, page)
		},
		render:  func(_ wire.View, m parley.SessionMessage) contract.SessionMessage { return wire.MessageOf(m) },
		example: sampleSession.Messages[0],
	}),
	change(Route{
		Method: http.MethodPost, Path: "/sessions/{session_id}/messages", Access: AccessSubscriber, Scopes: desk,
		ID: "sendSessionMessage", Tag: "Sessions", Summary: "Say something in a session",
		Description: "The message is kept for the publisher's people, who can answer in the session. It buys nothing, and no program answers " +
			"it: ask for prices, negotiate and book by the routes for that, naming the session.",
		Example:  `{"type": "inquiry", "content": "Which live sports do you have in October?"}`,
		Failures: []int{http.StatusConflict},
	}, changing[sessionPath, wire.MessageRequest, seller.SentMessage, wire.SentMessage]{
		run: func(
			ctx context.Context, x *exchange, path sessionPath, body *wire.MessageRequest, encode seller.Encode[seller.SentMessage],
		) (seller.Answer, error) {
			return x.service.SendMessage(ctx, x.call, path.SessionID, body.Domain(), encode)
		},
		render:  wire.SentOf,
		status:  http.StatusCreated,
		example: seller.SentMessage{Session: sampleSession.Session, Message: sampleSession.Messages[0]},
	}),
	change(Route{
		Method: http.MethodPost, Path: "/sessions/{session_id}/close", Access: AccessSubscriber, Scopes: desk,
		ID: "closeSession", Tag: "Sessions", Summary: "End a session",
		Description: "It can be read afterwards. What was begun in it goes on. Ending it again changes nothing.",
		Example:     repeatedExample,
	}, changing[sessionPath, wire.Repeated, seller.SessionView, wire.Session]{
		run: func(
			ctx context.Context, x *exchange, path sessionPath, _ *wire.Repeated, encode seller.Encode[seller.SessionView],
		) (seller.Answer, error) {
			return x.service.CloseSession(ctx, x.call, path.SessionID, encode)
		},
		render:  wire.SessionOf,
		status:  http.StatusOK,
		example: sampleSession,
	}),
}

type sessionPath struct {
	SessionID string `path:"session_id" maxLength:"128"`
}
