package client

import (
	"context"
	"iter"
	"net/http"

	"parley/wire/contract"
	"parley/wire/document"
)

// sessionHeader names the session that a change is part of.
const sessionHeader = "X-Session-Id"

// InSession is the client whose quotes, proposals, negotiations, bookings and orders are part of a session. Events name it.
func (c *Client) InSession(sessionID string) *Client {
	within := *c
	within.sessionID = sessionID
	return &within
}

func (c *Client) joinSession(header http.Header) {
	if c.sessionID != "" {
		header.Set(sessionHeader, c.sessionID)
	}
}

// OpenSession begins a session.
func (c *Client) OpenSession(ctx context.Context, request document.SessionRequest) (document.Session, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.Session](ctx, c, "/sessions", request)
}

// Session reads a session, with its messages and what is under way in it.
func (c *Client) Session(ctx context.Context, sessionID string) (document.Session, error) {
	return get[document.Session](ctx, c, at("/sessions/", sessionID), nil)
}

// Sessions lists a page of this buyer's sessions, without their messages.
func (c *Client) Sessions(ctx context.Context, filter document.SessionFilter) (Listing[document.Session], error) {
	return list[document.Session](ctx, c, "/sessions", "sessions", filter)
}

// AllSessions walks this buyer's sessions, page by page.
func (c *Client) AllSessions(ctx context.Context, filter document.SessionFilter) iter.Seq2[document.Session, error] {
	return each(&filter.Paging, func() (Listing[document.Session], error) { return c.Sessions(ctx, filter) })
}

// SessionMessages lists a page of a session's messages, oldest first unless the page says otherwise.
func (c *Client) SessionMessages(ctx context.Context, sessionID string, page document.Paging) (Listing[contract.SessionMessage], error) {
	return list[contract.SessionMessage](ctx, c, at("/sessions/", sessionID, "/messages"), "messages", page)
}

// SendMessage says something to the seller's people. It buys nothing, and no program answers it.
func (c *Client) SendMessage(ctx context.Context, sessionID string, request document.MessageRequest) (document.SentMessage, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.SentMessage](ctx, c, at("/sessions/", sessionID, "/messages"), request)
}

// CloseSession ends a session. What was begun in it goes on, and it can be read.
func (c *Client) CloseSession(ctx context.Context, sessionID string) (document.Session, error) {
	return post[document.Session](ctx, c, at("/sessions/", sessionID, "/close"), document.Repeated{})
}
