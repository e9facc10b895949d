package edge

import "context"

// Note is what an edge tells of a request to whatever watches it: the log of requests, the metrics and the traces. The
// goroutine that answers the request fills it in, and it is read when the answer has been written.
type Note struct {
	Edge  string // which edge answered it
	Route string // the pattern that it came in by, never a path that a client made up; empty: none
	Mode  string // Kit.Mode of that edge
	KeyID string // of the key that the caller presented, once it has been found to hold
	Stays bool   // the answer stays open until the client leaves, or waits for something to happen
	// TraceID is the trace that the request is part of, known before it is answered; empty: none.
	TraceID string
}

type noteKey struct{}

// WithNote answers a context that has a note, its own or a new one.
func WithNote(ctx context.Context) (context.Context, *Note) {
	if note, ok := ctx.Value(noteKey{}).(*Note); ok {
		return ctx, note
	}
	note := &Note{}
	return context.WithValue(ctx, noteKey{}, note), note
}

// NoteOf answers the note of a request; one that nobody reads where it has none.
func NoteOf(ctx context.Context) *Note {
	_, note := WithNote(ctx)
	return note
}
