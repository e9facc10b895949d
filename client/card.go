package client

import (
	"context"

	"parley/wire/contract"
)

// Card reads the seller's own card: who it is, what it trades and by which protocols. It needs no key.
func (c *Client) Card(ctx context.Context) (contract.Agent, error) {
	return get[contract.Agent](ctx, c, "/.well-known/agent.json", nil)
}
