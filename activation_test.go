package parley_test

import (
	"slices"
	"testing"

	"parley"
)

// activationMoves are the moves of an activation.
var activationMoves = []string{
	"held->queued", "held->withdrawn",
	"queued->sending", "queued->held", "queued->withdrawing", "queued->withdrawn", "queued->failed",
	"sending->queued", "sending->waiting", "sending->live", "sending->failed", "sending->withdrawing",
	"waiting->live", "waiting->queued", "waiting->failed", "waiting->withdrawing", "waiting->ended",
	"live->queued", "live->failed", "live->ended", "live->withdrawing",
	"failed->queued", "failed->withdrawing", "failed->given_up",
	"withdrawing->withdrawn", "withdrawing->failed", "withdrawing->queued",
	"given_up->queued", "given_up->withdrawing",
	"withdrawn->queued", "withdrawn->held",
}

func TestActivationMachine(t *testing.T) {
	t.Parallel()
	moves := 0
	for _, from := range parley.ActivationStatuses {
		if !from.Valid() {
			t.Errorf("%s is not a state", from)
		}
		moves += len(from.Next())
		for _, to := range parley.ActivationStatuses {
			if move := string(from) + "->" + string(to); from.Allows(to) != slices.Contains(activationMoves, move) {
				t.Errorf("%s: allowed %v", move, from.Allows(to))
			}
		}
	}
	if moves != len(activationMoves) {
		t.Errorf("%d moves, want %d", moves, len(activationMoves))
	}
}

func TestDestinationMatch(t *testing.T) {
	t.Parallel()
	deal := parley.Deal{
		ProductID: "ctv-1", InventoryType: "ctv", DealType: parley.ProgrammaticGuaranteed,
		Identity: parley.Identity{SeatID: "seat-1", DSPPlatform: "The Trade Desk"},
	}
	claims := deal
	claims.Claimed.DSPPlatform = "DV360"
	for name, test := range map[string]struct {
		match parley.DestinationMatch
		deal  parley.Deal
		want  bool
	}{
		"everything":                        {parley.DestinationMatch{}, deal, true},
		"its inventory":                     {parley.DestinationMatch{InventoryTypes: []string{"video", " CTV"}}, deal, true},
		"another inventory":                 {parley.DestinationMatch{InventoryTypes: []string{"video"}}, deal, false},
		"its type":                          {parley.DestinationMatch{DealTypes: []parley.DealType{"PG"}}, deal, true},
		"another type":                      {parley.DestinationMatch{DealTypes: []parley.DealType{"PD", "PA"}}, deal, false},
		"its platform":                      {parley.DestinationMatch{DSPPlatforms: []string{"the trade desk"}}, deal, true},
		"its platform in another spelling":  {parley.DestinationMatch{DSPPlatforms: []string{"dv360", "ttd"}}, deal, true},
		"the platform that the buyer named": {parley.DestinationMatch{DSPPlatforms: []string{"dv360"}}, claims, true},
		"the platform that its key has":     {parley.DestinationMatch{DSPPlatforms: []string{"the trade desk"}}, claims, false},
		"its seat and product":              {parley.DestinationMatch{SeatIDs: []string{"SEAT-1"}, ProductIDs: []string{"ctv-1"}}, deal, true},
		"its seat, but not its product":     {parley.DestinationMatch{SeatIDs: []string{"seat-1"}, ProductIDs: []string{"ctv-2"}}, deal, false},
		"nothing of it, where all must fit": {parley.DestinationMatch{InventoryTypes: []string{"audio"}, SeatIDs: []string{"seat-1"}}, deal, false},
	} {
		if got := test.match.Fits(test.deal); got != test.want {
			t.Errorf("%s: fits %v", name, got)
		}
		if got := test.match.Normal().Fits(test.deal); got != test.want {
			t.Errorf("%s, in normal form: fits %v", name, got)
		}
	}
}

func TestDestinationPausesAfterFailuresInARow(t *testing.T) {
	t.Parallel()
	for class, most := range map[parley.ActivationClass]int{parley.ClassCredentials: 5, parley.ClassTransient: 20, parley.ClassRefused: 0, parley.ClassUnsure: 0} {
		d, paused := parley.Destination{Status: parley.DestinationActive}, 0
		for n := 1; n <= 30; n++ {
			now := false
			if d, now = d.Paused(class); now {
				paused = n
			}
		}
		if paused != most || (d.Status == parley.DestinationPaused) != (most > 0) || (d.PausedBecause != "") != (most > 0) {
			t.Errorf("%s: paused at %d, then %s because %q", class, paused, d.Status, d.PausedBecause)
		}
	}
}
