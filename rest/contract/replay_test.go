package contract_test

import (
	"testing"

	"parley"
	"parley/rest/contract"
)

// TestGoldenVectors replays every vector of the messages that this package has types for.
func TestGoldenVectors(t *testing.T) {
	for name, run := range map[string]func(*testing.T, string){
		"protocol/QuoteRequest":        replay[contract.QuoteRequest],
		"protocol/QuoteResponse":       replay[contract.QuoteResponse],
		"protocol/DealBookingRequest":  replay[contract.DealBookingRequest],
		"protocol/DealBookingResponse": replay[contract.DealBookingResponse],
	} {
		t.Run(name, func(t *testing.T) { run(t, name) })
	}
}

func TestGoldenStates(t *testing.T) {
	t.Run("deal", func(t *testing.T) {
		replayStates(t, "state/DealLifecycle", parley.DealStatus.Allows)
	})
}
