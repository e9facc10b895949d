//go:build faultclock

package main

import (
	"os"

	"parley/activation/admanager"
)

// newAdManager makes an adapter for a network that tests run. No build without the tag faultclock has it.
func newAdManager() *admanager.Adapter {
	if network := os.Getenv("FAULT_AD_MANAGER"); network != "" {
		return admanager.NewAt(network, network+"/token", clock)
	}
	return admanager.New(clock)
}
