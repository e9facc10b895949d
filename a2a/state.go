package a2a

import (
	"time"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"parley"
	"parley/seller"
)

// stateOf is the state of the task that a trade is: worked out of what is stored, and of nothing else. A status that has no
// state is a mistake here, which a test finds.
func stateOf(t seller.Trade) sdk.TaskState {
	switch {
	case t.Quote != nil:
		return quoteState(t)
	case t.Proposal != nil:
		return proposalState(t)
	case t.Change != nil:
		return changeState(*t.Change)
	}
	return sdk.TaskStateUnspecified
}

func quoteState(t seller.Trade) sdk.TaskState {
	if t.Deal != nil { // a quote whose booking came to nothing is declined
		return dealState(t.Deal.Status)
	}
	switch t.Quote.Status {
	case parley.QuoteAvailable:
		return inputUnlessDecided(t.Negotiation)
	case parley.QuoteBooked: // and the deal is not the caller's to see
		return sdk.TaskStateCompleted
	case parley.QuoteExpired:
		return sdk.TaskStateFailed
	case parley.QuoteDeclined:
		return sdk.TaskStateCanceled
	}
	return sdk.TaskStateUnspecified
}

func proposalState(t seller.Trade) sdk.TaskState {
	if t.Deal != nil {
		return dealState(t.Deal.Status)
	}
	switch t.Proposal.Status {
	case parley.ProposalPendingApproval:
		return sdk.TaskStateWorking
	case parley.ProposalCounterOffered, parley.ProposalAccepted:
		return inputUnlessDecided(t.Negotiation)
	case parley.ProposalBooked:
		return sdk.TaskStateCompleted
	case parley.ProposalRejected:
		return sdk.TaskStateRejected
	case parley.ProposalWithdrawn:
		return sdk.TaskStateCanceled
	case parley.ProposalExpired, parley.ProposalFailed:
		return sdk.TaskStateFailed
	}
	return sdk.TaskStateUnspecified
}

// inputUnlessDecided is the buyer's turn, unless a person at the publisher has its price before him.
func inputUnlessDecided(n *parley.Negotiation) sdk.TaskState {
	if n != nil && n.Status == parley.NegotiationPendingApproval {
		return sdk.TaskStateWorking
	}
	return sdk.TaskStateInputRequired
}

func dealState(status parley.DealStatus) sdk.TaskState {
	switch status {
	case parley.DealProposed, parley.DealNegotiating, parley.DealAccepted:
		return sdk.TaskStateWorking
	case parley.DealBooked, parley.DealActive, parley.DealMakegoodPending, parley.DealPartiallyCancelled, parley.DealCompleted:
		return sdk.TaskStateCompleted
	case parley.DealRejected:
		return sdk.TaskStateRejected
	case parley.DealExpired:
		return sdk.TaskStateFailed
	case parley.DealCancelled:
		return sdk.TaskStateCanceled
	}
	return sdk.TaskStateUnspecified
}

func changeState(c parley.ChangeRequest) sdk.TaskState {
	switch c.Status {
	case parley.ChangePending, parley.ChangeValidating, parley.ChangePendingApproval:
		return sdk.TaskStateWorking
	case parley.ChangeApproved:
		if c.ForAPerson() { // somebody took the work on; there is nothing to apply
			return sdk.TaskStateCompleted
		}
		return sdk.TaskStateInputRequired
	case parley.ChangeApplied:
		return sdk.TaskStateCompleted
	case parley.ChangeRejected:
		return sdk.TaskStateRejected
	case parley.ChangeFailed:
		return sdk.TaskStateFailed
	}
	return sdk.TaskStateUnspecified
}

// since is when a trade came to where it stands, as far as that is recorded.
func since(t seller.Trade) time.Time {
	var at time.Time
	later := func(other time.Time) {
		if other.After(at) {
			at = other
		}
	}
	switch {
	case t.Quote != nil:
		at = t.Quote.CreatedAt
		if t.Quote.Status == parley.QuoteExpired {
			later(t.Quote.ExpiresAt)
		}
	case t.Proposal != nil:
		at = t.Proposal.UpdatedAt
		if t.Proposal.Status == parley.ProposalExpired {
			later(t.Proposal.ExpiresAt)
		}
	case t.Change != nil:
		at = t.Change.UpdatedAt
	}
	if t.Negotiation != nil {
		later(t.Negotiation.UpdatedAt)
	}
	if t.Deal != nil {
		later(t.Deal.UpdatedAt)
	}
	return at
}
