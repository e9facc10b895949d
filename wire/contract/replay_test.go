package contract_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/wire/contract"
)

// TestGoldenVectors replays every vector of the messages that this package has types for.
func TestGoldenVectors(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T, string){
		"events/Event":                 replay[contract.Event],
		"primitives/MediaKit":          replay[contract.MediaKit],
		"primitives/Order":             replay[contract.Order],
		"primitives/Package":           replay[contract.Package],
		"primitives/Product":           replay[contract.Product],
		"primitives/Proposal":          replay[contract.Proposal],
		"primitives/RateCard":          replay[contract.RateCard],
		"primitives/Session":           replay[contract.Session],
		"protocol/AvailsCollection":    replay[contract.AvailsCollection],
		"protocol/AvailsRequest":       replay[contract.AvailsRequest],
		"protocol/AvailsResponse":      replay[contract.AvailsResponse],
		"protocol/DealBookingRequest":  replay[contract.DealBookingRequest],
		"protocol/DealBookingResponse": replay[contract.DealBookingResponse],
		"protocol/ErrorEnvelope":       replay[contract.ErrorEnvelope],
		"protocol/ProductAvailsSearch": replay[contract.ProductAvailsSearch],
		"protocol/ProductListRequest":  replay[contract.ProductListRequest],
		"protocol/ProductListResponse": replay[contract.ProductListResponse],
		"protocol/QuoteRequest":        replay[contract.QuoteRequest],
		"protocol/QuoteResponse":       replay[contract.QuoteResponse],
	} {
		t.Run(name, func(t *testing.T) { run(t, name) })
	}
}

func TestGoldenStates(t *testing.T) {
	t.Parallel()
	t.Run("deal", func(t *testing.T) { replayStates(t, "state/DealLifecycle", parley.DealStatus.Allows) })
	t.Run("order", func(t *testing.T) { replayStates(t, "state/OrderLifecycle", contract.OrderMayMove) })
}

func TestGoldenEventTypes(t *testing.T) {
	t.Parallel()
	var file struct {
		Values []contract.EventType `json:"values"`
	}
	readGolden(t, "events/event_type.values.json", &file)
	slices.Sort(file.Values)
	if diff := cmp.Diff(file.Values, slices.Sorted(slices.Values(contract.EventTypes))); diff != "" {
		t.Errorf("(-contract +this package)\n%s", diff)
	}
	for event, known := range map[contract.EventType]bool{"deal.booked": true, "order.created": false} {
		if event.Known() != known {
			t.Errorf("%s is known: %t", event, event.Known())
		}
	}
}

// TestMoneyIsRefused holds the amounts that have to be integers to the spelling of one.
func TestMoneyIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"amount_micros": 20000000.0, "currency": "USD"}`, `{"amount_micros": 2e7}`, `{"amount_micros": "20000000"}`, `{}`, `20`, `"20"`,
	} {
		if err := new(contract.Money).UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}
