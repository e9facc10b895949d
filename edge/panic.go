package edge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"parley"
)

// recovered is deferred around every request: it logs what a handler panicked with, and answers with an error in the form that the edge
// has noted. An answer that had begun is cut off, so that nobody takes its half for the whole; so is one that a handler itself aborts.
func (k Kit) recovered(w *Recorder, r *http.Request) {
	problem := recover()
	if problem == nil {
		return
	}
	if err, ok := problem.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(problem)
	}
	err := k.Panicked(r.Context(), problem, w.Header().Get("X-Request-ID"))
	if w.Begun() {
		panic(http.ErrAbortHandler)
	}
	if refuse := NoteOf(r.Context()).Refuse; refuse != nil {
		refuse(err)
		return
	}
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}

// Panicked logs what was panicked with in the goroutine that recovers from it, and answers the error to tell instead.
func (k Kit) Panicked(ctx context.Context, problem any, requestID string) error {
	note := NoteOf(ctx)
	k.Log.ErrorContext(ctx, "a request panicked", "panic", problem, "edge", note.Edge, "route", note.Route, "request_id", requestID,
		"stack", string(debug.Stack()))
	return parley.Internal(fmt.Errorf("panic: %v", problem))
}
