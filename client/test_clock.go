package client

import (
	"context"

	"parley/wire/document"
)

// TestClock reads the clock that everything happens by: that of the test world to a test key, the seller's own to any other.
func (c *Client) TestClock(ctx context.Context) (document.TestClock, error) {
	return get[document.TestClock](ctx, c, "/api/v1/test/clock", nil)
}

// MoveTestClock moves the clock of the test world on, by a time or to an instant: what has come due by then is done before it answers.
// It needs a test operator's key, which the publisher lends; the clock is everybody's there and is never put back.
func (c *Client) MoveTestClock(ctx context.Context, request document.ClockMoveRequest) (document.TestClock, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.TestClock](ctx, c, "/api/v1/test/clock", request)
}
