package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

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
	}, changing[none, SessionRequest, seller.SessionView, Session]{
		run: func(
			ctx context.Context, x *exchange, _ none, body *SessionRequest, encode seller.Encode[seller.SessionView],
		) (seller.Answer, error) {
			// The context is the one to open, rather than one that the opening would be part of.
			request := seller.SessionRequest{ContextID: x.call.ContextID, Metadata: json.RawMessage(body.Metadata)}
			x.call.SessionID, x.call.ContextID = "", ""
			return x.service.OpenSession(ctx, x.call, request, encode)
		},
		render:  renderSession,
		status:  http.StatusCreated,
		example: sampleSession,
	}),
	list(Route{
		Method: http.MethodGet, Path: "/sessions", Access: AccessCredential,
		ID: "listSessions", Tag: "Sessions", Summary: "List sessions", Description: "A buyer's own; an operator sees all.",
	}, listing[sessionFilter, parley.Session, SessionRow]{
		plural: "sessions",
		run: func(
			ctx context.Context, x *exchange, filter sessionFilter, page seller.Page,
		) (seller.Listing[parley.Session], error) {
			return x.service.Sessions(ctx, x.call, seller.SessionFilter{Status: parley.SessionStatus(filter.Status), Page: page})
		},
		render:  renderSessionRow,
		id:      func(s parley.Session) string { return s.ID },
		example: sampleSession.Session,
	}),
	read(Route{
		Method: http.MethodGet, Path: "/sessions/{session_id}", Access: AccessCredential,
		ID: "getSession", Tag: "Sessions", Summary: "Read a session",
		Description: "With its messages, and the negotiations and deals that are under way in it. GET /events?session_id= tells everything " +
			"that was done in it.",
	}, func(ctx context.Context, x *exchange, path sessionPath) (Session, error) {
		session, err := x.service.Session(ctx, x.call, path.SessionID)
		return renderSession(x.View, session), err
	}, func(x *exchange) Session { return renderSession(x.View, sampleSession) }),
	list(Route{
		Method: http.MethodGet, Path: "/sessions/{session_id}/messages", Access: AccessCredential,
		ID: "listSessionMessages", Tag: "Sessions", Summary: "List the messages of a session",
	}, listing[sessionMessagesFilter, parley.SessionMessage, contract.SessionMessage]{
		plural: "messages",
		run: func(
			ctx context.Context, x *exchange, path sessionMessagesFilter, page seller.Page,
		) (seller.Listing[parley.SessionMessage], error) {
			return x.service.SessionMessages(ctx, x.call, path.SessionID, page)
		},
		render:  func(_ wire.View, m parley.SessionMessage) contract.SessionMessage { return renderMessage(m) },
		example: sampleSession.Messages[0],
	}),
	change(Route{
		Method: http.MethodPost, Path: "/sessions/{session_id}/messages", Access: AccessSubscriber, Scopes: desk,
		ID: "sendSessionMessage", Tag: "Sessions", Summary: "Say something in a session",
		Description: "The message is kept for the publisher's people, who can answer in the session. It buys nothing, and no program answers " +
			"it: ask for prices, negotiate and book by the routes for that, naming the session.",
		Example:  `{"type": "inquiry", "content": "Which live sports do you have in October?"}`,
		Failures: []int{http.StatusConflict},
	}, changing[sessionPath, MessageRequest, seller.SentMessage, SentMessage]{
		run: func(
			ctx context.Context, x *exchange, path sessionPath, body *MessageRequest, encode seller.Encode[seller.SentMessage],
		) (seller.Answer, error) {
			return x.service.SendMessage(ctx, x.call, path.SessionID, body.Domain(), encode)
		},
		render:  renderSent,
		status:  http.StatusCreated,
		example: seller.SentMessage{Session: sampleSession.Session, Message: sampleSession.Messages[0]},
	}),
	change(Route{
		Method: http.MethodPost, Path: "/sessions/{session_id}/close", Access: AccessSubscriber, Scopes: desk,
		ID: "closeSession", Tag: "Sessions", Summary: "End a session",
		Description: "It can be read afterwards. What was begun in it goes on. Ending it again changes nothing.",
	}, changing[sessionPath, none, seller.SessionView, Session]{
		run: func(
			ctx context.Context, x *exchange, path sessionPath, _ *none, encode seller.Encode[seller.SessionView],
		) (seller.Answer, error) {
			return x.service.CloseSession(ctx, x.call, path.SessionID, encode)
		},
		render:  renderSession,
		status:  http.StatusOK,
		example: sampleSession,
	}),
}

type sessionPath struct {
	SessionID string `path:"session_id" maxLength:"128"`
}

type sessionFilter struct {
	Status string `query:"status" enum:"active,closed,expired"`
	Paging
}

type sessionMessagesFilter struct {
	SessionID string `path:"session_id" maxLength:"128"`
	Paging
}

// SessionRequest is the body that begins a session.
type SessionRequest struct {
	Idempotency
	Conversation
	Metadata      Object    `json:"metadata,omitempty" doc:"Kept and answered; at most 16,000 bytes."`
	BuyerIdentity *Identity `json:"buyer_identity,omitempty" doc:"Taken and not used: the key says who the buyer is."`
}

// Session is a session: the shared contract's, with its length.
type Session struct {
	contract.Session
	ContextID    *string `json:"context_id"`
	MessageCount int     `json:"message_count"`
}

// SessionRow is a session in a list, without its messages and what is under way in it.
type SessionRow struct {
	SessionID     string               `json:"session_id"`
	Status        parley.SessionStatus `json:"status" doc:"active, closed or expired."`
	ContextID     *string              `json:"context_id"`
	BuyerIdentity *Identity            `json:"buyer_identity"`
	MessageCount  int                  `json:"message_count"`
	CreatedAt     time.Time            `json:"created_at"`
	UpdatedAt     time.Time            `json:"updated_at"`
	ExpiresAt     time.Time            `json:"expires_at"`
	ClosedAt      *time.Time           `json:"closed_at"`
}

func renderSessionRow(_ wire.View, s parley.Session) SessionRow {
	return SessionRow{
		SessionID: s.ID, Status: s.Status, ContextID: contract.Optional(s.ContextID), BuyerIdentity: shownIdentity(s.Identity),
		MessageCount: s.Messages, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, ExpiresAt: s.ExpiresAt, ClosedAt: s.ClosedAt,
	}
}

func renderSession(_ wire.View, v seller.SessionView) Session {
	s := v.Session
	rendered := Session{
		Session: contract.Session{
			SessionID: s.ID, Status: string(s.Status), BuyerIdentity: contract.BuyerIdentityOf(s.Identity), Messages: []contract.SessionMessage{},
			ActiveNegotiationIDs: contract.Listed(v.Negotiations), ActiveDealIDs: contract.Listed(v.Deals), Metadata: orEmpty(s.Metadata), CreatedAt: s.CreatedAt,
			UpdatedAt: s.UpdatedAt, ExpiresAt: &s.ExpiresAt, ClosedAt: s.ClosedAt,
		},
		ContextID: contract.Optional(s.ContextID), MessageCount: s.Messages,
	}
	for _, message := range v.Messages {
		rendered.Messages = append(rendered.Messages, renderMessage(message))
	}
	return rendered
}

func renderMessage(m parley.SessionMessage) contract.SessionMessage {
	return contract.SessionMessage{Role: m.Role, Content: m.Content, MessageType: m.Type, Metadata: orEmpty(m.Metadata), Timestamp: m.At}
}

func orEmpty(object json.RawMessage) json.RawMessage {
	if object == nil {
		return json.RawMessage("{}")
	}
	return object
}

// MessageRequest is the body that says something: content, or message for the same; type in the sender's own words.
type MessageRequest struct {
	Idempotency
	Content  string `json:"content,omitempty" maxLength:"8000"`
	Message  string `json:"message,omitempty" maxLength:"8000" doc:"The same as content."`
	Type     string `json:"type,omitempty" maxLength:"64" doc:"Such as inquiry."`
	Metadata Object `json:"metadata,omitempty" doc:"At most 16,000 bytes."`
}

func (m *MessageRequest) Domain() seller.MessageRequest {
	request := seller.MessageRequest{Type: m.Type, Content: m.Content, Metadata: json.RawMessage(m.Metadata)}
	if request.Content == "" {
		request.Content = m.Message
	}
	if request.Type == "" && request.Content != "" {
		request.Type = "general"
	}
	return request
}

// SentMessage is the answer to a message: that it is kept, and where business is done.
type SentMessage struct {
	SessionID    string                  `json:"session_id"`
	Message      contract.SessionMessage `json:"message"`
	MessageCount int                     `json:"message_count"`
	Type         string                  `json:"type"`
	Text         string                  `json:"text" doc:"The same for every message: no program answers them."`
}

const keptForPeople = "Your message is kept for the publisher's people. Prices and deals are made by the API: GET /media-kit and GET /products, " +
	"POST /api/v1/quotes, POST /proposals; GET /docs lists everything. Name this session there and it is grouped."

func renderSent(_ wire.View, m seller.SentMessage) SentMessage {
	return SentMessage{
		SessionID: m.Session.ID, Message: renderMessage(m.Message), MessageCount: m.Session.Messages, Type: m.Message.Type, Text: keptForPeople,
	}
}
