package parley

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// ApprovalStatus is where an approval stands.
type ApprovalStatus string

// An approval is pending until it is decided, once, or its time is over.
const (
	ApprovalPending   ApprovalStatus = "pending"
	ApprovalApproved  ApprovalStatus = "approved"
	ApprovalRejected  ApprovalStatus = "rejected"
	ApprovalCountered ApprovalStatus = "countered"
	ApprovalTimedOut  ApprovalStatus = "timed_out"
	ApprovalWithdrawn ApprovalStatus = "withdrawn" // what was to be decided is gone
)

// Valid tells whether the status is one of an approval's.
func (s ApprovalStatus) Valid() bool { return approvalLifecycle.known(s) }

// Allows tells whether an approval may move from this state to another.
func (s ApprovalStatus) Allows(to ApprovalStatus) bool { return approvalLifecycle.allows(s, to) }

var approvalLifecycle = lifecycle[ApprovalStatus]{
	ApprovalPending:   {ApprovalApproved, ApprovalRejected, ApprovalCountered, ApprovalTimedOut, ApprovalWithdrawn},
	ApprovalApproved:  {},
	ApprovalRejected:  {},
	ApprovalCountered: {},
	ApprovalTimedOut:  {},
	ApprovalWithdrawn: {},
}

// Modifications are the terms that an operator offers instead; nil and empty leave a term as it is.
type Modifications struct {
	CounterCPM  *int64 `json:"counter_cpm_micros,omitempty"`
	Impressions *int64 `json:"impressions,omitempty"`
	FlightStart *Date  `json:"flight_start,omitempty"`
	FlightEnd   *Date  `json:"flight_end,omitempty"`
	Note        string `json:"note,omitempty"` // for the buyer
}

// Approval is one question to the deal desk: what was about to happen when a rule stopped it, and what became of it.
type Approval struct {
	ID            string
	Gate          Gate
	Status        ApprovalStatus
	RuleID        string
	RuleName      string
	RuleRole      Scope  // of the rule when it asked; empty of what was asked before it was kept
	RuleCondition string // likewise
	Role          Scope  // who may decide now
	// SecondRole is another role that may decide now; empty: none. While FirstBy is empty too, a yes is the first of two.
	SecondRole     Scope
	RuleSecondRole Scope      // of the rule when it asked
	FirstBy        string     // the principal who said yes first, of two; it does not decide once more
	FirstAt        *time.Time // when
	FirstYes       *FirstYes  // what it was a yes to; nil: nobody has said it, or did before that was kept, which counts
	RequestedBy    string     // the principal whose doing it is: it does not decide
	Owner          string
	ProposalID     string
	NegotiationID  string
	QuoteID        string
	DealID         string
	OrderID        string
	ChangeID       string
	Case           ApprovalCase
	Snapshot       json.RawMessage // the state of the flow, from which resuming goes on
	RequestedAt    time.Time
	TimeoutAt      time.Time
	OnTimeout      OnTimeout
	EscalateTo     Scope

	DecidedBy     string
	DecidedAt     *time.Time
	Reason        string // for the publisher's people
	BuyerMessage  string // for the buyer; empty says that the desk declined
	Modifications *Modifications

	// Planned is the last answer that was given with time to take it back, until the approval is decided. PlannedFor is when it is
	// carried out; nil: it is not, since it could not be.
	Planned    *PlannedDecision
	PlannedFor *time.Time

	// Assignee is the principal who sees to it, as Principal.Actor has it; empty: whoever may decide. SnoozedUntil is when it is
	// back among what waits; nil: it is. Neither changes who may decide, or the timeout.
	Assignee     string
	SnoozedUntil *time.Time

	ResumedAt *time.Time
	Outcome   json.RawMessage // what resuming did
	Version   int64
}

// FirstOfTwo tells whether a yes to the question, as it stands, leaves it to another person still.
func (a Approval) FirstOfTwo() bool {
	return a.Status == ApprovalPending && a.SecondRole != "" && a.FirstBy == ""
}

// Deciders are the roles of which one may decide now.
func (a Approval) Deciders() []Scope {
	if a.SecondRole == "" || a.SecondRole == a.Role {
		return []Scope{a.Role}
	}
	return []Scope{a.Role, a.SecondRole}
}

// DecidableBy tells whether a principal has a role that may decide now, and has not said yes already.
func (a Approval) DecidableBy(p Principal) bool {
	return p.Actor() != a.FirstBy && slices.ContainsFunc(a.Deciders(), p.Has)
}

// TakenBackBy tells whether a principal may take back what is planned: who may decide, whose answer it is, and who said the first yes
// of two, whose no ends it at any time.
func (a Approval) TakenBackBy(p Principal) bool {
	actor := p.Actor()
	return actor == a.FirstBy || a.Planned != nil && actor == a.Planned.By || slices.ContainsFunc(a.Deciders(), p.Has)
}

// FirstYes is what the first yes of two was a yes to.
type FirstYes struct {
	Told Effect `json:"told"`           // what a yes did when it was said
	Role Scope  `json:"role,omitempty"` // that it was said with, which is not asked for any more; empty: either role may say the other
}

// lapsed tells whether the first yes of two was to something else than a yes does, so that it does not count.
func (a Approval) lapsed(e Effect) bool {
	if a.Status != ApprovalPending || a.FirstYes == nil {
		return false
	}
	told := a.FirstYes.Told
	e.Endorses, e.Asks, e.Refused = told.Endorses, told.Asks, ""
	return !e.Same(told)
}

// Endorsed is the question once one of two people has said yes to what a yes does: a person with the role that is left says the other
// yes, or, of one who has both roles, a person with either. A first yes to something else is as if it had not been said.
func (a Approval) Endorsed(by Principal, at time.Time, told Effect) Approval {
	if a.FirstYes != nil && a.FirstYes.Role != "" {
		a.SecondRole = a.FirstYes.Role
	}
	a.FirstBy, a.FirstAt, a.FirstYes = by.Actor(), &at, &FirstYes{Told: told}
	switch first, second := by.Has(a.Role), by.Has(a.SecondRole); {
	case first && !second:
		a.FirstYes.Role = a.Role
		a.Role, a.SecondRole = a.SecondRole, ""
	case second && !first:
		a.FirstYes.Role, a.SecondRole = a.SecondRole, ""
	}
	if a.Assignee == a.FirstBy {
		a.Assignee = ""
	}
	a.SnoozedUntil = nil
	if a.PlannedFor != nil || a.Planned != nil && a.Planned.By == a.FirstBy {
		a.Planned, a.PlannedFor = nil, nil // it was this yes, or is answered by it; what another person could not is kept
	}
	return a
}

// PlannedDecision is an answer that decides nothing yet.
type PlannedDecision struct {
	Status        ApprovalStatus `json:"status"` // that the approval will have
	Reason        string         `json:"reason,omitempty"`
	BuyerMessage  string         `json:"message_to_buyer,omitempty"`
	Modifications *Modifications `json:"modifications,omitempty"`
	KeyID         string         `json:"key_id"` // of whoever answers
	By            string         `json:"by"`     // the same, as the principal
	RequestID     string         `json:"request_id,omitempty"`
	At            time.Time      `json:"at"`
	Failure       string         `json:"failure,omitempty"` // why it could not be carried out
	// Told is what it does, as whoever answered was told: it does that, or nothing. nil: of what was planned before that was kept.
	Told    *Effect `json:"told,omitempty"`
	ToldAsk int64   `json:"told_ask_micros,omitempty"` // CPM that was asked for that then; 0: it is not known
	// Would is what it would have done instead; nil: it failed for another reason, or has not.
	Would    *Effect `json:"would,omitempty"`
	WouldAsk int64   `json:"would_ask_micros,omitempty"` // likewise
}

// NotCarriedOut tells whether the question waits again after an answer that could not be carried out.
func (a Approval) NotCarriedOut() bool {
	return a.Status == ApprovalPending && a.PlannedFor == nil && a.Planned != nil && a.Planned.Failure != ""
}

// At is the approval as it stands at an instant: a pending one whose time is over, and that no role is left to escalate
// to, is timed out, whether or not a sweep has recorded it. One that was answered in time is not.
func (a Approval) At(now time.Time) Approval {
	if a.Status == ApprovalPending && a.PlannedFor == nil && a.OnTimeout != TimeoutEscalates && !now.Before(a.TimeoutAt) {
		a.Status = ApprovalTimedOut
	}
	return a
}

// InboxItem is a question with what tells it apart in a list of many.
type InboxItem struct {
	Approval
	ProductName string
	Buyer       Identity // of the proposal, deal or quote that it is about; empty where that is gone
	OfferedCPM  int64    // that the buyer named last, micros; 0: none
	// AskedImpressions and AskedFlight are those of the proposal; 0, and the zero one: there is none.
	AskedImpressions int64
	AskedFlight      Flight
	// Left is how many impressions are left of what is Held, where that is less than what is asked about; nil: all of them are.
	Left     *int64
	Change   *ChangeRequest // that is asked about; nil: none is, or it is gone
	Prospect Prospect
}

// Prospect is what would come of answering a question as things are now; the zero one of what was not looked at.
type Prospect struct {
	Blocked string // why all but a no would be refused, for a sentence of the publisher's people; empty: it would not be
	Refused string // why a yes would be, likewise
	Asks    string // the rule that asks somebody else about what a yes lets pass; empty: none does, or it is not known
	// Rivals are changes of the same deal that were granted before: of a change, those of which and this one the second that is applied fails;
	// of an order, those that change or end what is ordered. Empty: there are none.
	Rivals []string
	Gone   string // why a counter on the same days would be too, likewise
	Floor  int64  // of what is asked about, CPM micros; 0: it has none
	Ask    int64  // of the same; 0: it is not known
	// Now is what is asked about as it is now, where it has become another case since: of a deal that was changed, or of what names no
	// volume, which is what is available. nil: it has not.
	Now *ApprovalCase
	// Other are the terms that the answer is about, where they are other ones than was asked about.
	Other OtherTerms
}

// OtherTerms are what an answer offers instead, as things are now; the zero ones of an answer about what was asked.
type OtherTerms struct {
	Flight      Flight
	Impressions int64
	Ask         int64  // CPM micros; 0: there is none
	Left        *int64 // impressions over the flight, where they are fewer than the answer names; nil: all of them are there
	Gone        string // why they would be refused; empty: they would not be
}

// Does is what answering the question so does as things are now; see Approval.Effect. Of a change it has the value that the deal would have.
func (i InboxItem) Does(to ApprovalStatus, m *Modifications) Effect {
	e := i.does(to, m)
	if to != ApprovalApproved {
		return e
	}
	if e.Endorses = e.Endorses || i.lapsed(e); e.Refused == "" && !e.Endorses {
		e.Asks = i.Prospect.Asks
	}
	return e
}

// FirstLapsed tells whether one of two people has said yes to something else than a yes does now: another one is the first yes again.
func (i InboxItem) FirstLapsed() bool { return i.lapsed(i.does(ApprovalApproved, nil)) }

// does is what Does answers, of a yes but for who has to say one still.
func (i InboxItem) does(to ApprovalStatus, m *Modifications) Effect {
	asked := i.Approval
	asked.Case = i.Facts()
	e := asked.Effect(to, m, i.Left)
	other := i.Prospect.Other
	switch {
	case i.Prospect.Blocked != "" && (to == ApprovalApproved || to == ApprovalCountered):
		e.Refused = i.Prospect.Blocked
	case to == ApprovalApproved:
		e.Refused = i.Prospect.Refused
	case to != ApprovalCountered:
	case e.Flight == i.asked():
		e.Refused = i.Prospect.Gone
	case e.Flight == other.Flight:
		e.Refused = other.Gone
		if left := other.Left; left != nil && *left < e.Impressions {
			e.Impressions = *left
			e.Value, _ = DealValue(e.CPM, e.Impressions)
		}
	}
	if e.Deed != DeedChange || i.Change == nil {
		return e
	}
	if i.Change.Impact != nil {
		e.Value = i.Change.Impact.After
	}
	e.Ends = i.Change.Ends()
	return e
}

// Facts are the case of the question as it is now or, of what was not looked at, as it was asked.
func (i InboxItem) Facts() ApprovalCase {
	if i.Prospect.Now != nil {
		return *i.Prospect.Now
	}
	return i.Case
}

// asked is the flight of the question.
func (i InboxItem) asked() Flight {
	facts := i.Facts()
	return Flight{Start: facts.FlightStart, End: facts.FlightEnd}
}

// Worth is what the question is worth, micros: what a yes comes to or, where a yes ends a deal, the deal that is ended.
func (i InboxItem) Worth() int64 {
	if e := i.Does(ApprovalApproved, nil); !e.Ends {
		return e.Value
	}
	return i.Facts().DealValue
}

// Weight is what a large question is told by, micros: the most that it was asked about, that an effect of answering it comes to and that
// the deal that it changes came to before, so that what is given away counts as what is taken.
func (i InboxItem) Weight(e Effect) int64 {
	weight := max(i.Facts().DealValue, e.Value)
	if i.Change != nil && i.Change.Impact != nil {
		weight = max(weight, i.Change.Impact.Before)
	}
	return weight
}

// Moves tells whether a yes settles what else is asked about the same deal, which is then asked about other terms than it has: a booking,
// and a change that is not left to a person. An order goes on with its deal as that is.
func (i InboxItem) Moves() bool {
	if i.DealID == "" || i.OrderID != "" && i.ChangeID == "" {
		return false
	}
	return i.Change == nil || !i.Change.ForAPerson()
}

// AskOf is the ask for what an answer is about, CPM micros: the one of now or, of what is over, of when it was asked. 0: it is not known.
func (i InboxItem) AskOf(e Effect) int64 {
	c, other := i.Facts(), i.Prospect.Other
	switch {
	case e.Impressions == c.Impressions && e.Flight == i.asked():
		return cmp.Or(i.Prospect.Ask, c.Ask)
	case e.Impressions == other.Impressions && e.Flight == other.Flight:
		return other.Ask
	}
	return 0
}

// Offered is the CPM that the buyer named last of what the question is about, micros; where it named none, the one of the question.
func (i InboxItem) Offered() int64 {
	if !i.tellsAsked() {
		return i.Facts().Price
	}
	return cmp.Or(i.OfferedCPM, i.Facts().Price)
}

// tellsAsked tells whether what the proposal said is what is asked for still: a change has terms of its own.
func (i InboxItem) tellsAsked() bool { return i.ChangeID == "" && i.OrderID == "" }

// Called are the names of what the question is about and of its buyer; their ids where these are gone.
func (i InboxItem) Called() (product, buyer string) {
	buyer = OwnerName(i.Owner)
	if i.Buyer != (Identity{}) {
		buyer = i.Buyer.Called()
	}
	return cmp.Or(i.ProductName, i.Case.ProductID), buyer
}

// ApprovalComment is what one of the publisher's people says about a question to the others. No buyer reads it.
type ApprovalComment struct {
	ID         string
	ApprovalID string
	By         string // the principal
	Text       string
	At         time.Time
}
