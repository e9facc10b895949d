package edge

import (
	"context"
	"net/http"
	"time"
)

// Stay prepares for an answer that stays open: it takes one of the caller's places for these, ends the context when the
// process stops, and clears the limits on the connection's time, of which reading has one that would cancel the request.
// leave is called once. Without a place the error says when to come back.
func (k Kit) Stay(ctx context.Context, w http.ResponseWriter, caller string) (_ context.Context, leave func(), err error) {
	release, err := k.Streams.Enter(caller)
	if err != nil {
		return nil, nil, err
	}
	NoteOf(ctx).Stays = true
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // a recorder of a test has none
	_ = control.SetWriteDeadline(time.Time{})
	ctx, cancel := context.WithCancel(ctx)
	unhook := context.AfterFunc(k.Streams.Stopping(), cancel)
	return ctx, func() {
		unhook()
		cancel()
		release()
	}, nil
}
