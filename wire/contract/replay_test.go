package contract_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/wire/contract"
)

// TestGoldenVectors replays the vectors of the messages that this package has types for. It writes them; what buyers send is
// replayed against the edge that reads it.
func TestGoldenVectors(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(*testing.T, string){
		"primitives/MediaKit":       replay[contract.MediaKit],
		"primitives/Order":          replay[contract.Order],
		"primitives/Package":        replay[contract.Package],
		"primitives/Session":        replay[contract.Session],
		"protocol/AvailsCollection": replay[contract.AvailsCollection],
		"protocol/AvailsResponse":   replay[contract.Avails],
		"protocol/ChangeRequestResponse": replay[struct {
			ChangeRequest contract.ChangeRequest `json:"change_request"`
		}],
		"protocol/DealBookingResponse": replay[struct {
			Deal         contract.Deal   `json:"deal"`
			PlanSnapshot json.RawMessage `json:"audience_plan_snapshot"`
			MatchSummary json.RawMessage `json:"audience_match_summary"`
		}],
		"protocol/QuoteResponse": replay[struct {
			Quote contract.Quote `json:"quote"`
		}],
	} {
		t.Run(name, func(t *testing.T) { run(t, name) })
	}
}

func TestGoldenStates(t *testing.T) {
	t.Parallel()
	t.Run("deal", func(t *testing.T) { replayStates(t, "state/DealLifecycle", parley.DealStatus.Allows) })
	t.Run("order", func(t *testing.T) { replayStates(t, "state/OrderLifecycle", orderMayMove) })
	t.Run("change", func(t *testing.T) { replayStates(t, "state/ChangeRequestLifecycle", parley.ChangeStatus.Allows) })
}

// orderMayMove tells whether an order goes from one of the contract's states to another. A move by way of syncing is one move
// there.
func orderMayMove(from, to parley.OrderStatus) bool {
	if from == parley.OrderSyncing || to == parley.OrderSyncing {
		return false
	}
	return from.Allows(to) || from == parley.OrderInProgress && parley.OrderSyncing.Allows(to)
}

func TestGoldenEventTypes(t *testing.T) {
	t.Parallel()
	var file struct {
		Values []parley.EventType `json:"values"`
	}
	readGolden(t, "events/event_type.values.json", &file)
	slices.Sort(file.Values)
	if diff := cmp.Diff(file.Values, slices.Sorted(slices.Values(contract.EventTypes))); diff != "" {
		t.Errorf("(-contract +this package)\n%s", diff)
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
