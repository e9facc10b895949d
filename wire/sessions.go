package wire

import (
	"cmp"
	"context"
	"encoding/json"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// SessionMessagesFilter pages through a session's messages.
type SessionMessagesFilter struct {
	SessionID string `path:"session_id" maxLength:"128"`
	Paging
}

// SessionOf writes a session.
func SessionOf(_ View, v seller.SessionView) document.Session {
	s := v.Session
	rendered := document.Session{
		Session: contract.Session{
			SessionID: s.ID, Status: s.Status, BuyerIdentity: contract.BuyerIdentityOf(s.Identity), Messages: []contract.SessionMessage{},
			ActiveNegotiationIDs: contract.Listed(v.Negotiations), ActiveDealIDs: contract.Listed(v.Deals), Metadata: orEmpty(s.Metadata), CreatedAt: s.CreatedAt,
			UpdatedAt: s.UpdatedAt, ExpiresAt: &s.ExpiresAt, ClosedAt: s.ClosedAt,
		},
		ContextID: contract.Optional(s.ContextID), MessageCount: s.Messages,
	}
	for _, message := range v.Messages {
		rendered.Messages = append(rendered.Messages, MessageOf(message))
	}
	return rendered
}

// MessageOf writes a message.
func MessageOf(m parley.SessionMessage) contract.SessionMessage {
	return contract.SessionMessage{Role: m.Role, Content: m.Content, MessageType: m.Type, Metadata: orEmpty(m.Metadata), Timestamp: m.At}
}

func orEmpty(object json.RawMessage) json.RawMessage {
	if object == nil {
		return json.RawMessage("{}")
	}
	return object
}

func messageRequestOf(m *document.MessageRequest) seller.MessageRequest {
	request := seller.MessageRequest{
		Type: cmp.Or(m.Type, m.MessageType), Content: cmp.Or(m.Content, m.Message), Metadata: json.RawMessage(m.Metadata),
	}
	if request.Type == "" && (request.Content != "" || request.Metadata != nil) {
		request.Type = "general"
	}
	return request
}

const keptForPeople = "Your message is kept for the publisher's people. Prices and deals are made by the API: GET /media-kit and GET /products, " +
	"POST /api/v1/quotes, POST /proposals; GET /docs lists everything. Name this session there and it is grouped."

// SentOf writes what became of a message.
func SentOf(_ View, m seller.SentMessage) document.SentMessage {
	return document.SentMessage{
		SessionID: m.Session.ID, Message: MessageOf(m.Message), MessageCount: m.Session.Messages, Type: m.Message.Type, Text: keptForPeople,
	}
}

// What is asked of sessions.
var (
	GetSession   = Lookup[seller.SessionView, document.Session]{(*seller.Service).Session, SessionOf}
	ListSessions = List[document.SessionFilter, seller.SessionView, document.Session]{
		Plural: "sessions", Render: SessionOf, ID: func(s seller.SessionView) string { return s.ID },
		Find: func(ctx context.Context, x *Exchange, f document.SessionFilter, page seller.Page) (seller.Listing[seller.SessionView], error) {
			return x.Service.Sessions(ctx, x.Call, seller.SessionFilter{Status: f.Status, Page: page})
		},
	}
	ListSessionMessages = List[SessionMessagesFilter, parley.SessionMessage, contract.SessionMessage]{
		Plural: "messages", Render: func(_ View, m parley.SessionMessage) contract.SessionMessage { return MessageOf(m) },
		Find: func(ctx context.Context, x *Exchange, f SessionMessagesFilter, page seller.Page) (seller.Listing[parley.SessionMessage], error) {
			return x.Service.SessionMessages(ctx, x.Call, f.SessionID, page)
		},
	}
	OpenSession = act("POST /sessions", Made, SessionOf,
		func(ctx context.Context, x *Exchange, _ string, body *document.SessionRequest, encode seller.Encode[seller.SessionView]) (seller.Answer, error) {
			// The context is the one to open, rather than one that the opening would be part of.
			request := seller.SessionRequest{ContextID: x.Call.ContextID, Metadata: json.RawMessage(body.Metadata)}
			x.Call.SessionID, x.Call.ContextID = "", ""
			return x.Service.OpenSession(ctx, x.Call, request, encode)
		})
	SendSessionMessage = act("POST /sessions/{session_id}/messages", Made, SentOf,
		byBoth((*seller.Service).SendMessage, messageRequestOf))
	CloseSession = act("POST /sessions/{session_id}/close", Done, SessionOf, byID[Repeated]((*seller.Service).CloseSession))
)
