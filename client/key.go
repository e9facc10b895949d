package client

import (
	"context"

	"parley/wire/document"
)

// Key reads the key that the client calls with, without its secret: whose it is, for which seat, agency or advertiser, and until when.
func (c *Client) Key(ctx context.Context) (document.Key, error) {
	return get[document.Key](ctx, c, "/auth/api-keys/self", nil)
}
