package contract_test

import (
	"encoding/json"
	"testing"

	"parley"
	"parley/wire/contract"
)

// TestGoldenChangeRequests replays every vector of the messages about changes, and the states that a change goes through.
func TestGoldenChangeRequests(t *testing.T) {
	t.Parallel()
	t.Run("create", func(t *testing.T) { replay[contract.ChangeRequestCreate](t, "protocol/ChangeRequestCreate") })
	t.Run("response", func(t *testing.T) { replay[contract.ChangeRequestResponse](t, "protocol/ChangeRequestResponse") })
	t.Run("states", func(t *testing.T) { replayStates(t, "state/ChangeRequestLifecycle", parley.ChangeStatus.Allows) })
}

func TestChangeRequestCreateIsRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no key":           `{"change_type": "other", "deal_id": "d"}`,
		"no type":          `{"idempotency_key": "k", "deal_id": "d"}`,
		"an unknown type":  `{"idempotency_key": "k", "change_type": "wish"}`,
		"an empty message": `{}`,
	} {
		var c contract.ChangeRequestCreate
		if err := json.Unmarshal([]byte(text), &c); !parley.Is(err, parley.CodeValidation) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
