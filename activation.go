package parley

import (
	"encoding/json"
	"slices"
	"time"
)

// Activation is one deal at one destination: what is to be there, what is, and how far that has come.
type Activation struct {
	ID            string
	DealID        string
	DestinationID string
	Owner         string // whose deal it is
	System        string // the destination's kind
	Alias         string // what the deal is called there, where that has an id of its own; empty: it has none
	Required      bool   // whether the deal's order waits for it
	Trigger       ActivationTrigger
	Status        ActivationStatus
	Intent        ActivationIntent
	// WantedVersion counts up with each change of what is to be there, from 1; AppliedVersion is the one that is there, 0 when
	// nothing is.
	WantedVersion, AppliedVersion int64
	Standing                      string    // for people: what is waited for outside; empty: nothing
	Since                         time.Time // of the status
	Failures                      int       // attempts in a row that failed
	FailingSince                  *time.Time
	NextAttemptAt                 *time.Time // nil: nothing is to be done until somebody does something
	// UnsureSince is when the answer to a call was lost that may have made something, and EmptyLooks how often nothing of it
	// was found since.
	UnsureSince *time.Time
	EmptyLooks  int
	// ClaimedUntil is until when a node works on it, and Fence counts the claims: what a node writes holds while its own is
	// the last.
	ClaimedUntil *time.Time
	Claimant     string
	Fence        int64
	Failure      *ActivationFailure // of the last attempt; nil when it was none
	Acknowledged *Acknowledgement   // by whom, where a person answers for what is there
	Buyers       []BuyerStatus      // what the buyer's seats said of it last, where a destination tells that
	AcceptedAt   *time.Time         // when the buyer was first known to have accepted it; nil: it has not, or nobody asks it there
	Steps        []ActivationStep   // that were begun, in their order
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// BuyerStatus is what a buyer's system says of a deal for one of its seats, in that system's own numbers.
type BuyerStatus struct {
	Seat   string `json:"seat"`
	Status int    `json:"status"`
}

// ActivationIntent is what a destination is to do with a deal.
type ActivationIntent string

// The intents.
const (
	IntentRun   ActivationIntent = "run"
	IntentPause ActivationIntent = "pause" // it is there, and rests until somebody resumes it
	IntentEnd   ActivationIntent = "end"
)

// ActivationStatus is where an activation stands.
type ActivationStatus string

// The states of an activation.
const (
	ActivationHeld        ActivationStatus = "held"        // waits for its trigger, or for a person's release
	ActivationQueued      ActivationStatus = "queued"      // is to be sent
	ActivationSending     ActivationStatus = "sending"     // is being sent
	ActivationWaiting     ActivationStatus = "waiting"     // was sent, and something outside is due
	ActivationLive        ActivationStatus = "live"        // can serve
	ActivationFailed      ActivationStatus = "failed"      // a person has to repair it
	ActivationWithdrawing ActivationStatus = "withdrawing" // is to end there
	ActivationWithdrawn   ActivationStatus = "withdrawn"   // is not there, or ended there
	ActivationGivenUp     ActivationStatus = "given_up"    // a person let it be
	ActivationEnded       ActivationStatus = "ended"       // has run its course
)

var activationLifecycle = lifecycle[ActivationStatus]{
	ActivationHeld:        {ActivationQueued, ActivationWithdrawn},
	ActivationQueued:      {ActivationSending, ActivationHeld, ActivationWithdrawing, ActivationWithdrawn, ActivationFailed},
	ActivationSending:     {ActivationQueued, ActivationWaiting, ActivationLive, ActivationFailed, ActivationWithdrawing},
	ActivationWaiting:     {ActivationLive, ActivationQueued, ActivationFailed, ActivationWithdrawing, ActivationEnded},
	ActivationLive:        {ActivationQueued, ActivationFailed, ActivationEnded, ActivationWithdrawing},
	ActivationFailed:      {ActivationQueued, ActivationWithdrawing, ActivationGivenUp},
	ActivationWithdrawing: {ActivationWithdrawn, ActivationFailed, ActivationQueued},
	ActivationGivenUp:     {ActivationQueued, ActivationWithdrawing},
	ActivationWithdrawn:   {ActivationQueued, ActivationHeld}, // the deal was ordered again
	ActivationEnded:       {},
}

// ActivationStatuses are all states, those that need a person first.
var ActivationStatuses = [...]ActivationStatus{
	ActivationFailed, ActivationHeld, ActivationWaiting, ActivationWithdrawing, ActivationQueued, ActivationSending, ActivationLive,
	ActivationGivenUp, ActivationEnded, ActivationWithdrawn,
}

// Valid tells whether the status is one of an activation's states.
func (s ActivationStatus) Valid() bool { return activationLifecycle.known(s) }

// Allows tells whether an activation may move from this state to another.
func (s ActivationStatus) Allows(to ActivationStatus) bool { return activationLifecycle.allows(s, to) }

// Next are the states that may follow.
func (s ActivationStatus) Next() []ActivationStatus { return activationLifecycle.next(s) }

// UnderWay tells whether something of the deal is, or is to come, at the destination: the activation is neither over nor let
// be.
func (s ActivationStatus) UnderWay() bool {
	switch s {
	case ActivationQueued, ActivationSending, ActivationWaiting, ActivationLive, ActivationFailed, ActivationWithdrawing, ActivationHeld:
		return true
	case ActivationWithdrawn, ActivationGivenUp, ActivationEnded:
	}
	return false
}

// Sent tells whether all of what is wanted has been sent.
func (s ActivationStatus) Sent() bool {
	return s == ActivationWaiting || s == ActivationLive || s == ActivationEnded
}

// Applied tells whether what is wanted is what is there. A change or an end that has not arrived is not, nor is a deal that somebody has
// taken away there.
func (a Activation) Applied() bool {
	gone := a.Intent != IntentEnd && a.Failure != nil && a.Failure.Class == ClassGone
	return a.AppliedVersion == a.WantedVersion && !gone
}

// Untouched tells that a destination never had anything of the deal, as far as anything was begun there, and that nothing of that is in doubt.
func (a Activation) Untouched() bool {
	return a.UnsureSince == nil && a.AppliedVersion == 0 && !slices.ContainsFunc(a.Steps, func(s ActivationStep) bool {
		return s.Ref != "" || s.Chosen != "" || s.TriedHash != "" || s.DoneAt != nil
	})
}

// CreativesDue is what a deal waits for that has nothing to show where it is served.
const CreativesDue = "creatives"

// Paused tells whether a deal rests at its destination because somebody said so, and that has arrived there.
func (a Activation) Paused() bool { return a.Intent == IntentPause && a.Applied() }

// ActivationStep is one thing that an activation has at its destination, or has begun to make there.
type ActivationStep struct {
	Name     string
	Anchor   string // the value by which the remote object is found again
	Ref      string // the remote object's name; empty: none is known
	Chosen   string // of several that were found, the one that a person said is it; empty: nobody was asked
	SentHash string // of the body that it was last sent with; empty: none was
	// TriedHash is that of the body which a call was begun with whose answer is not known, or TriedSeveral; empty: there is no such call.
	TriedHash string
	TriedAt   *time.Time // when the first of the calls was begun that TriedHash is of; it counts for nothing without that
	DoneAt    *time.Time // when it was last known to be as it was sent, or not to be there where it is to end
}

// TriedSeveral stands for several bodies, each of which a destination may have.
const TriedSeveral = "several"

// Tries is the step once a call with a body was begun.
func (s ActivationStep) Tries(hash string, at time.Time) ActivationStep {
	if s.TriedHash == "" || s.TriedAt == nil {
		s.TriedAt = &at
	}
	if s.TriedHash != "" && s.TriedHash != hash {
		hash = TriedSeveral
	}
	s.TriedHash = hash
	return s
}

// ActivationAttempt is one call to a destination, and what came of it.
type ActivationAttempt struct {
	Number int64 // of the activation's attempts, from 1
	Step   string
	Verb   string
	At     time.Time
	Took   time.Duration
	Class  ActivationClass // empty: it succeeded
	Code   string
	Text   string            // for people
	Answer *ActivationAnswer // what the destination answered last; nil: nothing
}

// ActivationAnswer is what a destination answered to a call, as far as it is kept.
type ActivationAnswer struct {
	At     time.Time
	Step   string
	Verb   string
	Status int    // HTTP's
	Text   string // the destination's own: at most 2 KiB, without control characters and what it was asked with
}

// ActivationPlan is what a destination would have been sent of a deal, as it was planned where deals are planned and not sent.
type ActivationPlan struct {
	Version  int64 // of what is wanted
	At       time.Time
	Steps    []PlannedStep // in the order in which they would be taken
	Warnings []PlanRemark  // what keeps nothing from being sent
	Problems []PlanRemark  // why it cannot be sent; there are no steps then
}

// PlannedStep is one remote object as it was planned.
type PlannedStep struct {
	Name   string          `json:"name"`
	Anchor string          `json:"anchor"`
	Body   json.RawMessage `json:"body"`
}

// PlanRemark is something to know about a plan.
type PlanRemark struct {
	Code  string `json:"code,omitempty"`  // mapping_missing, invalid, ...; warnings have none
	Field string `json:"field,omitempty"` // of the destination's settings or of the deal
	Text  string `json:"text"`            // for people
}

// MostAttempts is how many of its newest attempts an activation keeps.
const MostAttempts = 200

// Acknowledgement is a person's word that a deal is at a destination as it was sent.
type Acknowledgement struct {
	Ref     string // what the person says it is called there; may be empty
	Actor   string
	At      time.Time
	Version int64 // of what is wanted
}

// DealAlias is what a deal is called in a system that gives deals ids of its own, under which their buyers bid there.
type DealAlias struct {
	DealID        string
	System        string // google, ...
	ID            string
	DestinationID string // through which it is there
	Seat          string // that may bid; empty: not told
}

// ActivationClass is a kind of failure, which says what happens next.
type ActivationClass string

// The classes of failures.
const (
	ClassTransient   ActivationClass = "transient"   // it is tried again
	ClassUnsure      ActivationClass = "unsure"      // something may have been made: it is looked for before anything else
	ClassNotYet      ActivationClass = "not_yet"     // the destination has to do something first
	ClassRefused     ActivationClass = "refused"     // a person repairs it
	ClassCredentials ActivationClass = "credentials" // the destination is not ours to use
	ClassGone        ActivationClass = "gone"        // what was there is not any more
)

// ActivationClasses are all of them.
var ActivationClasses = [...]ActivationClass{ClassTransient, ClassUnsure, ClassNotYet, ClassRefused, ClassCredentials, ClassGone}

// Valid tells whether the class is one of them.
func (c ActivationClass) Valid() bool { return slices.Contains(ActivationClasses[:], c) }

// ActivationFailure is why an attempt came to nothing. Its text never holds a credential.
type ActivationFailure struct {
	Class ActivationClass
	Code  string // stable, for programs: ambiguous_remote, cannot_change, ...
	Text  string // for people
	Field string // of the destination's settings or of the deal; empty: none
}
