package seller

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"parley"
	"parley/storage"
)

// Bounds of sessions.
const (
	// SessionTTL is how long a session can be gone on with.
	SessionTTL = 7 * 24 * time.Hour
	// sessionRetention is how long a session can be read back after its time is over.
	sessionRetention = 90 * 24 * time.Hour
	// maxSessions is how many sessions a buyer may open in the time that one lasts, closed ones included.
	maxSessions = 200
	// MaxSessionMessages is how many messages a session has at most.
	MaxSessionMessages = 500
	// maxMessage is how long a message is at most, in bytes, and maxMetadata how large what comes with it or a session.
	maxMessage  = 8_000
	maxMetadata = 16_000
	// maxSessionIDs is how many negotiations and deals a session names.
	maxSessionIDs = 100
)

var errSessionsFull = parley.Errorf(parley.CodeConflict,
	"There can be %d sessions in %d days, closed ones included. Go on with one that is open, which GET /sessions lists, or without one.",
	maxSessions, int(SessionTTL/(24*time.Hour)))

// SessionView is a session with what is under way in it.
type SessionView struct {
	parley.Session
	Messages     []parley.SessionMessage // the last ones, oldest first
	Negotiations []string                // ids of those under way
	Deals        []string
}

// SessionRequest opens a session.
type SessionRequest struct {
	ContextID string
	Metadata  json.RawMessage
}

// OpenSession begins a session of the calling buyer. A context that has one already is answered with it.
func (s *Service) OpenSession(ctx context.Context, call Call, request SessionRequest, encode Encode[SessionView]) (Answer, error) {
	if err := checkMetadata(request.Metadata); err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (SessionView, error) {
		who, err := w.authorize(ctx, needBuyer)
		if err != nil {
			return SessionView{}, err
		}
		w.LockSessions(who.Owner())
		if request.ContextID != "" {
			found, err := w.SessionIn(who.Owner(), request.ContextID).Get(ctx)
			if err != nil {
				return SessionView{}, err
			}
			if found != nil {
				return w.showSession(ctx, *found)
			}
		}
		session, err := w.openSession(ctx, who, request)
		return SessionView{Session: session}, err
	})
}

func checkMetadata(metadata json.RawMessage) error {
	if len(metadata) > maxMetadata {
		return parley.Invalid("metadata", "must be at most %d bytes", maxMetadata)
	}
	return nil
}

func (w *work) openSession(ctx context.Context, who parley.Principal, request SessionRequest) (parley.Session, error) {
	owner := who.Owner()
	live, err := w.Sessions(storage.SessionFilter{Owner: &owner, Live: true, Now: w.now, Page: storage.Page{Limit: 1, CountTo: maxSessions}}).Get(ctx)
	if err != nil {
		return parley.Session{}, err
	}
	if live.Total >= maxSessions {
		return parley.Session{}, errSessionsFull
	}
	session := parley.Session{
		ID: w.service.ids.New(parley.PrefixSession), Owner: owner, ContextID: request.ContextID, Status: parley.SessionActive,
		Identity: who.Identity, Metadata: request.Metadata, CreatedAt: w.now, UpdatedAt: w.now, ExpiresAt: w.now.Add(SessionTTL),
	}
	w.session = session.ID
	w.InsertSession(session)
	return session, w.record(sessionEvent(parley.EventSessionCreated, session), "session.open", "session", session.ID, nil,
		map[string]any{"context_id": session.ContextID, "expires_at": session.ExpiresAt})
}

// join has what a change does count to the session that its request names: by id, which has to be a session of the caller's that
// is still open, or by a context, which begins one on its first use. Callers without a key have no sessions, and a context
// that they name means nothing.
func (w *work) join(ctx context.Context) error {
	call := w.caller.call
	switch {
	case w.session != "" || call.SessionID == "" && call.ContextID == "":
		return nil
	case call.SessionID != "":
		found, err := w.Session(call.SessionID).Get(ctx)
		if err != nil {
			return err
		}
		if err := w.mayGoOn(found); err != nil {
			return err
		}
		if call.ContextID != "" && call.ContextID != found.ContextID {
			return parley.Invalid("contextId", "is not that of the session %s", found.ID)
		}
		w.session = found.ID
		return nil
	case w.who.Role != parley.RoleBuyer:
		return nil
	}
	found, err := w.SessionIn(w.who.Owner(), call.ContextID).Get(ctx)
	if err == nil && found == nil { // its first use, of which there may be several at once
		w.LockSessions(w.who.Owner())
		found, err = w.SessionIn(w.who.Owner(), call.ContextID).Get(ctx)
	}
	if err != nil {
		return err
	}
	if found == nil {
		// Business is never refused for want of a session: it goes on without one.
		if _, err := w.openSession(ctx, w.who, SessionRequest{ContextID: call.ContextID}); !errors.Is(err, errSessionsFull) {
			return err
		}
		return nil
	}
	w.session = found.ID
	return w.mayGoOn(*found)
}

// mayGoOn tells whether the caller can go on with a session.
func (w *work) mayGoOn(session parley.Session) error {
	if w.who.Role == parley.RoleAnonymous || !w.who.MaySee(session.Owner) {
		return unknown("session", session.ID)
	}
	if session = session.At(w.now); session.Status != parley.SessionActive {
		return parley.Errorf(parley.CodeNotFound, "The session %s is %s. Open another with POST /sessions.", session.ID, session.Status).
			With("current_status", session.Status)
	}
	return nil
}

// InsertEvent has the event name the session that the change is part of, where it is its owner's.
func (w *work) InsertEvent(e parley.Event) {
	if w.session != "" && e.Owner != "" && (e.Owner == w.who.Owner() || w.who.IsOperator()) {
		e.SessionID = w.session
	}
	w.Tx.InsertEvent(e)
}

// Sessions lists sessions without their messages: a buyer its own, an operator all.
func (s *Service) Sessions(ctx context.Context, call Call, filter storage.SessionFilter) (storage.Listing[SessionView], error) {
	return read(ctx, s, call, func(v *view) (storage.Listing[SessionView], error) {
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return storage.Listing[SessionView]{}, err
		}
		filter.Owner, filter.Now = ownOnly(who), v.now
		found, err := v.Sessions(filter).Get(ctx)
		if err != nil {
			return storage.Listing[SessionView]{}, err
		}
		listing := storage.Listing[SessionView]{Total: found.Total}
		for _, session := range found.Items {
			listing.Items = append(listing.Items, SessionView{Session: session})
		}
		return listing, withBusiness(ctx, v.Reader, listing.Items, v.now)
	})
}

// Session reads a session with its messages, its owner's or for an operator.
func (s *Service) Session(ctx context.Context, call Call, id string) (SessionView, error) {
	return read(ctx, s, call, func(v *view) (SessionView, error) {
		session, err := v.session(ctx, id)
		if err != nil {
			return SessionView{}, err
		}
		return showSession(ctx, v.Reader, session, v.now)
	})
}

// SessionMessages lists the messages of a session.
func (s *Service) SessionMessages(ctx context.Context, call Call, id string, page Page) (Listing[parley.SessionMessage], error) {
	return read(ctx, s, call, func(v *view) (Listing[parley.SessionMessage], error) {
		if _, err := v.session(ctx, id); err != nil {
			return Listing[parley.SessionMessage]{}, err
		}
		return v.SessionMessages(id, page).Get(ctx)
	})
}

func (v *view) session(ctx context.Context, id string) (parley.Session, error) {
	return ownSession(ctx, id, v.Session(id), v.authorize)
}

// ownSession is a session that was asked for, unless it is another's than the caller's.
func ownSession(
	ctx context.Context, id string, asked *storage.Pending[parley.Session], authorize func(context.Context, need) (parley.Principal, error),
) (parley.Session, error) {
	who, err := authorize(ctx, needCredential)
	if err != nil {
		return parley.Session{}, err
	}
	session, err := asked.Get(ctx)
	if err == nil && !who.MaySee(session.Owner) {
		err = unknown("session", id)
	}
	return session, err
}

func (w *work) showSession(ctx context.Context, session parley.Session) (SessionView, error) {
	return showSession(ctx, &w.Reader, session, w.now)
}

func showSession(ctx context.Context, r *storage.Reader, session parley.Session, now time.Time) (SessionView, error) {
	messages, shown := r.SessionMessages(session.ID, storage.Page{Limit: MaxSessionMessages}), []SessionView{{Session: session}}
	if err := withBusiness(ctx, r, shown, now); err != nil {
		return SessionView{}, err
	}
	said, err := messages.Get(ctx)
	shown[0].Messages = said.Items
	return shown[0], err
}

// withBusiness puts sessions as they are now, with what is under way in each.
func withBusiness(ctx context.Context, r *storage.Reader, sessions []SessionView, now time.Time) error {
	if len(sessions) == 0 {
		return nil
	}
	ids := make([]string, len(sessions))
	for i := range sessions {
		ids[i] = sessions[i].ID
	}
	pending, booked := r.SessionNegotiations(ids, now), r.SessionDeals(ids)
	negotiations, err := pending.Get(ctx)
	if err != nil {
		return err
	}
	deals, err := booked.Get(ctx)
	for i := range sessions {
		s := &sessions[i]
		s.Session, s.Negotiations, s.Deals = s.At(now), first(negotiations[s.ID]), first(deals[s.ID])
	}
	return err
}

// first are the ids that a session names.
func first(ids []string) []string { return ids[:min(len(ids), maxSessionIDs)] }

// MessageRequest is what somebody says in a session.
type MessageRequest struct {
	Type     string
	Content  string
	Metadata json.RawMessage
}

// SentMessage is a message with the session that it was sent in.
type SentMessage struct {
	Session parley.Session
	Message parley.SessionMessage
}

// SendMessage adds a message to a session, as the buyer that owns it or for the seller. It is kept for people to read: nothing
// is bought or sold by it.
func (s *Service) SendMessage(ctx context.Context, call Call, id string, request MessageRequest, encode Encode[SentMessage]) (Answer, error) {
	request.Content = strings.TrimSpace(request.Content)
	var problems parley.Problems
	if request.Content == "" && request.Type == "" && request.Metadata == nil {
		problems.Add("content", "is required")
	}
	if len(request.Content) > maxMessage {
		problems.Add("content", "must be at most %d bytes", maxMessage)
	}
	if len(request.Metadata) > maxMetadata {
		problems.Add("metadata", "must be at most %d bytes", maxMetadata)
	}
	if err := problems.Err(); err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (SentMessage, error) {
		session, err := w.sessionToChange(ctx, id)
		if err != nil {
			return SentMessage{}, err
		}
		if err := w.mayGoOn(session); err != nil {
			return SentMessage{}, err
		}
		if session.Messages >= MaxSessionMessages {
			return SentMessage{}, parley.Errorf(parley.CodeConflict, "The session has %d messages, which is all that it can have. Open another.", session.Messages)
		}
		session.Messages++
		session.UpdatedAt = w.now
		message := parley.SessionMessage{
			Number: session.Messages, Role: parley.RoleOfBuyer, Type: request.Type, Content: request.Content, Metadata: request.Metadata,
			Actor: w.who.Actor(), At: w.now,
		}
		if w.who.IsOperator() {
			message.Role = parley.RoleOfSeller
		}
		w.InsertSessionMessage(id, message)
		w.UpdateSession(session)
		return SentMessage{Session: session, Message: message}, w.record(sessionEvent(parley.EventSessionMessage, session), "session.message", "session", id,
			nil, map[string]any{"number": message.Number, "role": message.Role, "type": message.Type})
	})
}

// CloseSession ends a session. One that is over already stays as it is.
func (s *Service) CloseSession(ctx context.Context, call Call, id string, encode Encode[SessionView]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (SessionView, error) {
		w.course = ends
		session, err := w.sessionToChange(ctx, id)
		if err != nil {
			return SessionView{}, err
		}
		if session.At(w.now).Status == parley.SessionActive {
			now := w.now
			session.Status, session.UpdatedAt, session.ClosedAt = parley.SessionClosed, now, &now
			w.UpdateSession(session)
			if err := w.record(sessionEvent(parley.EventSessionClosed, session), "session.close", "session", id,
				map[string]any{"status": parley.SessionActive}, map[string]any{"status": session.Status}); err != nil {
				return SessionView{}, err
			}
		}
		return w.showSession(ctx, session)
	})
}

func (w *work) sessionToChange(ctx context.Context, id string) (parley.Session, error) {
	asked := w.SessionForUpdate(id)
	w.session = id // what is done in a session's own routes is part of it, whatever else the request names
	return ownSession(ctx, id, asked, w.authorize)
}

func sessionEvent(eventType parley.EventType, s parley.Session) parley.Event {
	return parley.Event{Type: eventType, Owner: s.Owner, Data: data(map[string]any{"session_id": s.ID, "status": s.Status, "messages": s.Messages})}
}

// RemoveSessions removes one batch of the sessions whose time was over long ago, with their messages, and says how many it looked
// at. Events keep naming them.
func (s *Service) RemoveSessions(ctx context.Context) (int, error) {
	before := s.clock().Add(-sessionRetention)
	return s.sweepRows(ctx, &s.swept.sessions, "an old session could not be removed", func(tx *storage.Tx, limit, skip int) (int64, error) {
		return tx.DeleteSessions(before, limit, skip).Get(ctx)
	})
}
