package activation

import "context"

// Pace waits until one more request may be made to a destination. It fails when the context ends before that.
type Pace func(context.Context) error

type paceKey struct{}

// WithPace has what an adapter asks of its destination with a context wait its turn.
func WithPace(ctx context.Context, pace Pace) context.Context {
	return context.WithValue(ctx, paceKey{}, pace)
}

// AwaitTurn waits as the context's pace says; without one it is anybody's turn at once. Adapters call it before each request over
// a network.
func AwaitTurn(ctx context.Context) error {
	if pace, ok := ctx.Value(paceKey{}).(Pace); ok {
		return pace(ctx)
	}
	return nil
}
