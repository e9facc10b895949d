package parley_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parley"
)

// orderMoves are the moves of an order, as the flows list them.
var orderMoves = []string{
	"draft->submitted", "draft->cancelled", "submitted->pending_approval", "submitted->approved", "submitted->cancelled",
	"submitted->failed", "pending_approval->approved", "pending_approval->rejected", "pending_approval->cancelled",
	"approved->in_progress", "approved->cancelled", "in_progress->syncing", "in_progress->failed",
	"in_progress->cancelled", "syncing->booked", "syncing->failed", "booked->completed", "booked->unbooked",
	"rejected->draft", "failed->draft", "unbooked->draft",
}

func TestOrderMachine(t *testing.T) {
	t.Parallel()
	if len(parley.OrderStatuses) != 12 || len(orderMoves) != 21 {
		t.Fatalf("%d states and %d moves, want 12 and 21", len(parley.OrderStatuses), len(orderMoves))
	}
	for _, from := range parley.OrderStatuses {
		if !from.Valid() {
			t.Errorf("%s is not a state", from)
		}
		for _, to := range parley.OrderStatuses {
			move := string(from) + "->" + string(to)
			want := slices.Contains(orderMoves, move)
			if from.Allows(to) != want || slices.Contains(from.Next(), to) != want {
				t.Errorf("%s: allowed %v, listed %v, want %v", move, from.Allows(to), slices.Contains(from.Next(), to), want)
			}
			if buyerMay := want && (to == parley.OrderSubmitted || to == parley.OrderCancelled); from.BuyerMay(to) != buyerMay {
				t.Errorf("%s: a buyer may: %v, want %v", move, from.BuyerMay(to), buyerMay)
			}
		}
	}
	if unknown := parley.OrderStatus("lost"); unknown.Valid() || unknown.Allows(parley.OrderDraft) || len(unknown.Next()) > 0 {
		t.Error("an unknown state is part of the machine")
	}
}

func TestNextIsTheCallersOwn(t *testing.T) {
	t.Parallel()
	next := parley.OrderDraft.Next()
	next[0] = parley.OrderBooked
	if parley.OrderDraft.Allows(parley.OrderBooked) {
		t.Error("the machine was changed from outside")
	}
}

func TestDealMachine(t *testing.T) {
	t.Parallel()
	reached := []parley.DealStatus{parley.DealProposed}
	for i := 0; i < len(reached); i++ {
		for _, next := range reached[i].Next() {
			if !next.Valid() {
				t.Errorf("%s leads to %q, which is no state", reached[i], next)
			}
			if !slices.Contains(reached, next) {
				reached = append(reached, next)
			}
		}
	}
	if len(reached) != 11 {
		t.Errorf("%d of 11 states can be reached from proposed: %v", len(reached), reached)
	}
	for _, final := range []parley.DealStatus{parley.DealCompleted, parley.DealCancelled, parley.DealRejected, parley.DealExpired} {
		if next := final.Next(); len(next) > 0 {
			t.Errorf("%s leads to %v", final, next)
		}
		if held := final.HoldsInventory(); held != (final == parley.DealCompleted) {
			t.Errorf("%s holds inventory: %v", final, held)
		}
	}
	for _, status := range reached {
		if len(status.Next()) > 0 && !status.HoldsInventory() {
			t.Errorf("%s can go on without its inventory", status)
		}
	}
	if unknown := parley.DealStatus("lost"); unknown.Valid() || unknown.HoldsInventory() {
		t.Error("an unknown state is part of the machine")
	}
}

// TestContractLifecycles replays the shared contract's sequences. In the contract an order goes from in_progress to
// booked at once; here it passes through syncing, which the contract does not show.
func TestContractLifecycles(t *testing.T) {
	t.Parallel()
	t.Run("deal", func(t *testing.T) {
		replayContract(t, "DealLifecycle.golden.json", func(from, to string) bool {
			return parley.DealStatus(from).Allows(parley.DealStatus(to))
		})
	})
	t.Run("order", func(t *testing.T) {
		replayContract(t, "OrderLifecycle.golden.json", func(from, to string) bool {
			status := parley.OrderStatus(from)
			if status == parley.OrderInProgress && to == string(parley.OrderBooked) {
				return status.Allows(parley.OrderSyncing) && parley.OrderSyncing.Allows(parley.OrderBooked)
			}
			return status.Allows(parley.OrderStatus(to))
		})
	})
	t.Run("change request", func(t *testing.T) {
		replayContract(t, "ChangeRequestLifecycle.golden.json", func(from, to string) bool {
			return parley.ChangeStatus(from).Allows(parley.ChangeStatus(to))
		})
	})
}

func replayContract(t *testing.T, file string, allows func(from, to string) bool) {
	data, err := os.ReadFile(filepath.Join("..", "shared", "contract", "state", file))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the shared contract's vectors are not beside the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Sequences []struct {
			Name    string   `json:"name"`
			Expect  string   `json:"expect"`
			FailsAt int      `json:"fails_at"`
			States  []string `json:"states"`
		} `json:"sequences"`
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors.Sequences) == 0 {
		t.Fatal("the file holds no sequences")
	}
	for _, sequence := range vectors.Sequences {
		t.Run(sequence.Name, func(t *testing.T) {
			failed := -1
			for i, to := range sequence.States[1:] {
				if !allows(sequence.States[i], to) {
					failed = i
					break
				}
			}
			want := -1
			if sequence.Expect == "illegal" {
				want = sequence.FailsAt
			}
			if failed != want {
				t.Errorf("%s: refused at %d, want %d", strings.Join(sequence.States, "->"), failed, want)
			}
		})
	}
}
