package storage

import (
	"time"

	"parley"
)

// ProposalFilter narrows a list of proposals. Zero values match all.
type ProposalFilter struct {
	Owner     *string
	Status    parley.ProposalStatus // as stored, or expired by Now
	ProductID string
	Created   Period // proposals whose ids are of a time within an hour of their creation
	// Search is the beginning of a proposal's id, in any case, an owner, or else a product's id.
	Search string
	Now    time.Time
	Page   Page
}

// Proposals reads proposals. They are answered as stored; see parley.Proposal.At.
type Proposals interface {
	Proposal(id string) Pending[parley.Proposal]
	Proposals(filter ProposalFilter) Pending[Listing[parley.Proposal]]
	// OverdueProposals answers at most limit open proposals whose time was over before an instant, those longest over first.
	OverdueProposals(before time.Time, limit int) Pending[[]parley.Proposal]
	// VerifyingQuote answers the id of an available quote, not expired at now, of this owner for this product, whose final
	// CPM is from low to high micros; "" when there is none.
	VerifyingQuote(owner, productID string, low, high int64, now time.Time) Pending[string]
}

// ProposalWriter changes proposals.
type ProposalWriter interface {
	ProposalForUpdate(id string) Pending[parley.Proposal]
	InsertProposal(p parley.Proposal)
	// UpdateProposal stores everything that can change; when p.Version is not the stored one plus one, CodeContention.
	UpdateProposal(p parley.Proposal)
}

// NegotiationFilter narrows a list of negotiations. Zero values match all.
type NegotiationFilter struct {
	Owner      *string
	Status     parley.NegotiationStatus // as stored, or expired by Now
	ProductID  string
	ProposalID string
	QuoteID    string
	Now        time.Time
	Page       Page
}

// Negotiations reads negotiations, with their rounds. They are answered as stored; see parley.Negotiation.At.
type Negotiations interface {
	Negotiation(id string) Pending[parley.Negotiation]
	Negotiations(filter NegotiationFilter) Pending[Listing[parley.Negotiation]]
	// NegotiationOnQuote answers the negotiation that was opened on a quote, or nil.
	NegotiationOnQuote(quoteID string) Pending[*parley.Negotiation]
	// Agreement answers the agreement with the lowest price among those that fit, or nil. It costs the same however many there
	// have been.
	Agreement(filter AgreementFilter) Pending[*Agreement]
}

// AgreementFilter says what an agreement has to be about. Every field counts.
type AgreementFilter struct {
	Owner       string
	ProductID   string
	DealType    parley.DealType
	Flight      parley.Flight
	Impressions int64
	Currency    parley.Currency
	MaxCPM      int64 // the agreed price is this at most
	Now         time.Time
}

// Agreement is a price agreed in a proposal or in a negotiation over a quote, that has not become a deal and still can.
type Agreement struct {
	ProposalID    string // empty for a negotiation over a quote
	NegotiationID string // empty for a proposal that was accepted at once
	CPM           int64
	ExpiresAt     time.Time
}

// NegotiationWriter changes negotiations.
type NegotiationWriter interface {
	NegotiationForUpdate(id string) Pending[parley.Negotiation]
	// NegotiationDay answers what a party has opened and heard over a product on a day, nothing as zeros, and keeps others
	// from it until the transaction ends.
	NegotiationDay(party, productID string, currency parley.Currency, day parley.Date) Pending[parley.NegotiationDay]
	// UpdateNegotiationDay stores a day that NegotiationDay has answered in the same transaction.
	UpdateNegotiationDay(day parley.NegotiationDay)
	// DeleteNegotiationDays removes at most limit days before one, and says how many.
	DeleteNegotiationDays(before parley.Date, limit int) Pending[int64]
	// InsertNegotiation stores a new negotiation with its rounds. A proposal or quote that has one is CodeContention.
	InsertNegotiation(n parley.Negotiation)
	// UpdateNegotiation stores everything that can change but the rounds; when n.Version is not the stored one plus one,
	// CodeContention.
	UpdateNegotiation(n parley.Negotiation)
	// InsertRound stores a round; a number that is there already is CodeContention.
	InsertRound(negotiationID string, round parley.NegotiationRound)
	// ExpireNegotiations marks at most limit active negotiations whose time was over before an instant, and answers them. One
	// that another transaction holds is left for the next time.
	ExpireNegotiations(before time.Time, limit int) Pending[[]parley.Negotiation]
}

// ApprovalConfig is every approval rule in use.
type ApprovalConfig struct {
	Version int64 // moves with every change of a rule
	Rules   []parley.ApprovalRule
}

// ApprovalRules reads approval rules.
type ApprovalRules interface {
	ApprovalVersion() Pending[int64]
	ApprovalConfig() Pending[ApprovalConfig]
	ApprovalRule(id string) Pending[parley.ApprovalRule]
	ApprovalRules(page Page) Pending[Listing[parley.ApprovalRule]]
	// ApprovalRuleHistory answers every version of a rule, oldest first, also of a deleted one.
	ApprovalRuleHistory(id string) Pending[[]parley.ApprovalRule]
}

// ApprovalRuleWriter changes approval rules, as PricingWriter changes pricing rules.
type ApprovalRuleWriter interface {
	InsertApprovalRule(rule parley.ApprovalRule)
	UpdateApprovalRule(rule parley.ApprovalRule)
	DeleteApprovalRule(id string, version int64, at time.Time, by string)
}

// NegotiationConfig is every negotiation profile in use.
type NegotiationConfig struct {
	Version  int64 // moves with every change of a profile
	Profiles []parley.NegotiationProfile
}

// Profiles reads negotiation profiles.
type Profiles interface {
	NegotiationVersion() Pending[int64]
	NegotiationConfig() Pending[NegotiationConfig]
	NegotiationProfile(id string) Pending[parley.NegotiationProfile]
	NegotiationProfiles(page Page) Pending[Listing[parley.NegotiationProfile]]
	// NegotiationProfileHistory answers every version of a profile, oldest first, also of a deleted one.
	NegotiationProfileHistory(id string) Pending[[]parley.NegotiationProfile]
}

// ProfileWriter changes negotiation profiles, as PricingWriter changes pricing rules.
type ProfileWriter interface {
	InsertNegotiationProfile(profile parley.NegotiationProfile)
	UpdateNegotiationProfile(profile parley.NegotiationProfile)
	DeleteNegotiationProfile(id string, version int64, at time.Time, by string)
}

// ApprovalFilter narrows a list of approvals. Zero values match all.
type ApprovalFilter struct {
	Status     parley.ApprovalStatus // as stored, or timed out by Now
	Gate       parley.Gate
	ProposalID string
	DealID     string
	Now        time.Time
	Page       Page
}

// OverdueApproval is the place of an approval among those whose time is over, which are ordered by when it was, and by id.
type OverdueApproval struct {
	TimeoutAt time.Time
	ID        string
}

// Approvals reads approvals. They are answered as stored; see parley.Approval.At.
type Approvals interface {
	Approval(id string) Pending[parley.Approval]
	Approvals(filter ApprovalFilter) Pending[Listing[parley.Approval]]
	// OverdueApprovals answers, in their order, at most limit places of pending approvals whose time was over before an
	// instant, and that come after a place; the zero place is the beginning.
	OverdueApprovals(before time.Time, after OverdueApproval, limit int) Pending[[]OverdueApproval]
	// GrantedApprovals answers the approved approvals of a proposal, of a negotiation and of a quote; an empty id matches none.
	GrantedApprovals(proposalID, negotiationID, quoteID string) Pending[[]parley.Approval]
}

// ApprovalWriter changes approvals.
type ApprovalWriter interface {
	ApprovalForUpdate(id string) Pending[parley.Approval]
	// PendingApprovalsForUpdate answers the pending approvals of a deal, of its orders and of its changes, ordered by id, and
	// keeps them from changing until the transaction ends.
	PendingApprovalsForUpdate(dealID string) Pending[[]parley.Approval]
	InsertApproval(a parley.Approval)
	// UpdateApproval stores everything that can change; when a.Version is not the stored one plus one, CodeContention.
	UpdateApproval(a parley.Approval)
}

// ChangeFilter narrows a list of change requests. Zero values match all.
type ChangeFilter struct {
	Owner   *string
	Status  parley.ChangeStatus // as stored, or failed by Now
	Type    parley.ChangeType
	DealID  string
	OrderID string
	Now     time.Time
	Page    Page
}

// Changes reads change requests. They are answered as stored; see parley.ChangeRequest.At.
type Changes interface {
	Change(id string) Pending[parley.ChangeRequest]
	Changes(filter ChangeFilter) Pending[Listing[parley.ChangeRequest]]
	// ChangesOfDeals answers the change requests of these deals that are not over, ordered by id.
	ChangesOfDeals(dealIDs []string) Pending[[]parley.ChangeRequest]
	// LapsedChanges answers at most limit approved change requests that nobody applied before an instant, those longest over
	// first.
	LapsedChanges(before time.Time, limit int) Pending[[]parley.ChangeRequest]
}

// ChangeWriter changes change requests.
type ChangeWriter interface {
	ChangeForUpdate(id string) Pending[parley.ChangeRequest]
	// OpenChangesForUpdate answers the change requests of a deal that wait for a decision or to be applied, ordered by id, and
	// keeps them from changing until the transaction ends.
	OpenChangesForUpdate(dealID string) Pending[[]parley.ChangeRequest]
	// InsertChange stores a new change request; CodeNotFound without its deal.
	InsertChange(c parley.ChangeRequest)
	// UpdateChange stores everything that can change; when c.Version is not the stored one plus one, CodeContention.
	UpdateChange(c parley.ChangeRequest)
}
