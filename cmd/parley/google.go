//go:build !faultclock

package main

import "parley/activation/admanager"

// newAdManager makes the adapter of destinations in Google Ad Manager, which reaches Google's hosts alone.
func newAdManager() *admanager.Adapter { return admanager.New(clock) }
