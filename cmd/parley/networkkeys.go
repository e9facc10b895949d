package main

import (
	"context"
	"fmt"

	"parley"
	"parley/config"
	"parley/edge"
	"parley/seller"
)

// networkKeys makes sure that each of the keys is a buyer's. One that has been revoked, or has expired, is taken: its callers are
// refused.
func networkKeys(ctx context.Context, service *seller.Service, settings config.NetworkKeys) (edge.NetworkKeys, error) {
	keys := make(edge.NetworkKeys, 0, len(settings))
	for _, named := range settings {
		key, err := service.Key(ctx, terminal(), named.KeyID)
		switch {
		case parley.Is(err, parley.CodeNotFound):
			return nil, noNetworkKey(named.KeyID)
		case err != nil:
			return nil, err
		case key.Role != parley.RoleBuyer:
			return nil, misuse{fmt.Errorf("--network-keys: %s is an operator's key", named.KeyID), "name a buyer's key: no network makes an operator of anybody"}
		}
		keys = append(keys, edge.NetworkKey{Network: named.Network, KeyID: named.KeyID})
	}
	return keys, nil
}

func noNetworkKey(id string) error {
	return misuse{fmt.Errorf("--network-keys: there is no key %q", id), "see 'parley keys list'"}
}
