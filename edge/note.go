package edge

import (
	"context"
	"net/http"
)

// Note is what an edge tells of a request to whatever watches it: the log of requests, the metrics and the traces. The
// goroutine that answers the request fills it in, and it is read when the answer has been written.
type Note struct {
	Edge  string // which edge answered it
	ID    string // the request's, where the edge gave it one before it was routed
	Route string // the pattern that it came in by, never a path that a client made up; empty: none
	Mode  string // Kit.Mode of that edge
	KeyID string // of the key that the caller presented, once it has been found to hold
	Stays bool   // the answer stays open until the client leaves, or waits for something to happen
	// TraceID is the trace that the request is part of, known before it is answered; empty: none.
	TraceID string
	// Refuse answers the request with an error in the edge's own form, once the edge knows it; nil: in plain text.
	Refuse func(error)
}

type noteKey struct{}

// Noted answers a request that has a note, itself or a copy with a new one.
func Noted(r *http.Request) (*http.Request, *Note) {
	if note, ok := r.Context().Value(noteKey{}).(*Note); ok {
		return r, note
	}
	note := &Note{}
	return r.WithContext(context.WithValue(r.Context(), noteKey{}, note)), note
}

// NoteOf answers the note of a request; one that nobody reads where it has none.
func NoteOf(ctx context.Context) *Note {
	if note, ok := ctx.Value(noteKey{}).(*Note); ok {
		return note
	}
	return &Note{}
}
