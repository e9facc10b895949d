package parley_test

import (
	"slices"
	"testing"
	"time"

	"parley"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// machine is what the states of one kind of resource have in common.
type machine[S ~string] interface {
	~string
	Valid() bool
	Allows(to S) bool
}

// checkMachine holds a state machine to its moves, written as "from->to".
func checkMachine[S machine[S]](t *testing.T, states []S, moves []string) {
	t.Helper()
	for _, from := range states {
		if !from.Valid() {
			t.Errorf("%s is not a state", from)
		}
		for _, to := range states {
			move := string(from) + "->" + string(to)
			if want := slices.Contains(moves, move); from.Allows(to) != want {
				t.Errorf("%s: allowed %v, want %v", move, from.Allows(to), want)
			}
		}
	}
	if unknown := S("lost"); unknown.Valid() || unknown.Allows(states[0]) || states[0].Allows(unknown) {
		t.Error("an unknown state is part of the machine")
	}
}

func TestProposalMachine(t *testing.T) {
	t.Parallel()
	checkMachine(t, []parley.ProposalStatus{
		parley.ProposalPendingApproval, parley.ProposalAccepted, parley.ProposalCounterOffered, parley.ProposalRejected,
		parley.ProposalBooked, parley.ProposalWithdrawn, parley.ProposalExpired, parley.ProposalFailed,
	}, []string{
		"pending_approval->accepted", "pending_approval->counter_offered", "pending_approval->rejected",
		"pending_approval->withdrawn", "pending_approval->expired", "pending_approval->failed",
		"counter_offered->accepted", "counter_offered->pending_approval", "counter_offered->rejected",
		"counter_offered->withdrawn", "counter_offered->expired",
		"accepted->booked", "accepted->withdrawn", "accepted->expired", "accepted->failed",
	})
}

func TestNegotiationMachine(t *testing.T) {
	t.Parallel()
	checkMachine(t, []parley.NegotiationStatus{
		parley.NegotiationActive, parley.NegotiationPendingApproval, parley.NegotiationAccepted,
		parley.NegotiationRejected, parley.NegotiationExpired,
	}, []string{
		"active->pending_approval", "active->accepted", "active->rejected", "active->expired",
		"pending_approval->active", "pending_approval->accepted", "pending_approval->rejected", "pending_approval->expired",
	})
}

func TestApprovalMachine(t *testing.T) {
	t.Parallel()
	checkMachine(t, []parley.ApprovalStatus{
		parley.ApprovalPending, parley.ApprovalApproved, parley.ApprovalRejected, parley.ApprovalCountered,
		parley.ApprovalTimedOut, parley.ApprovalWithdrawn,
	}, []string{
		"pending->approved", "pending->rejected", "pending->countered", "pending->timed_out", "pending->withdrawn",
	})
}

func TestTimeRunsOut(t *testing.T) {
	t.Parallel()
	before, after := noon.Add(-time.Microsecond), noon
	t.Run("proposal", func(t *testing.T) {
		p := parley.Proposal{Status: parley.ProposalCounterOffered, ExpiresAt: noon}
		if got := p.At(before).Status; got != parley.ProposalCounterOffered {
			t.Errorf("before its time it is %s", got)
		}
		if got := p.At(after).Status; got != parley.ProposalExpired {
			t.Errorf("after its time it is %s", got)
		}
		p.Status = parley.ProposalBooked
		if got := p.At(after).Status; got != parley.ProposalBooked {
			t.Errorf("a booked one became %s", got)
		}
	})
	t.Run("negotiation", func(t *testing.T) {
		n := parley.Negotiation{Status: parley.NegotiationActive, ExpiresAt: noon}
		if got := n.At(before).Status; got != parley.NegotiationActive {
			t.Errorf("before its time it is %s", got)
		}
		if got := n.At(after).Status; got != parley.NegotiationExpired || !got.Concluded() {
			t.Errorf("after its time it is %s", got)
		}
		n.Status = parley.NegotiationPendingApproval // the buyer waits for the publisher
		if got := n.At(after).Status; got != parley.NegotiationPendingApproval || got.Concluded() {
			t.Errorf("one at a gate became %s", got)
		}
	})
	t.Run("approval", func(t *testing.T) {
		a := parley.Approval{Status: parley.ApprovalPending, TimeoutAt: noon, OnTimeout: parley.TimeoutRejects}
		if got := a.At(before).Status; got != parley.ApprovalPending {
			t.Errorf("before its time it is %s", got)
		}
		if got := a.At(after).Status; got != parley.ApprovalTimedOut {
			t.Errorf("after its time it is %s", got)
		}
		a.OnTimeout = parley.TimeoutEscalates
		if got := a.At(after).Status; got != parley.ApprovalPending {
			t.Errorf("one that escalates became %s", got)
		}
	})
}

func TestStandingCPM(t *testing.T) {
	t.Parallel()
	n := parley.Negotiation{BaseCPM: 12}
	if got := n.StandingCPM(); got != 12 {
		t.Errorf("before the first round %d stands, want the base", got)
	}
	n.Rounds = []parley.NegotiationRound{{SellerCPM: 11}, {SellerCPM: 10}}
	if got := n.StandingCPM(); got != 10 {
		t.Errorf("%d stands, want the last price", got)
	}
}

func TestParseGate(t *testing.T) {
	t.Parallel()
	for _, gate := range parley.Gates {
		if parsed, known := parley.ParseGate(string(gate)); !known || parsed != gate {
			t.Errorf("%s was read as %q, %v", gate, parsed, known)
		}
	}
	if _, known := parley.ParseGate("order"); known {
		t.Error("an unknown gate was read")
	}
}
