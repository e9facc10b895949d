// Package seller runs the flows of the seller agent: quote to deal, proposal to deal, negotiation, approval, orders, the
// catalog and its keys. Each flow is a file under the name it has in the product's documents, and each step of a flow is
// a call that the reader of those documents will recognise.
//
// The package alone opens transactions. A flow that changes anything writes the state, its event, its audit entry and the
// answer to its idempotency key in one of them, and nothing outside sees any of it before the commit.
//
// Edges hand over a Call (who asks, under which idempotency key) and an encoder for the answer; they hold no rule.
package seller

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"parley"
	"parley/activation"
	"parley/approval"
	"parley/negotiation"
	"parley/pricing"
	"parley/storage"
	"parley/vault"
)

// Settings are what a publisher decides about its seller agent.
type Settings struct {
	SellerID             string                // how the seller names itself in answers, such as "northlight-media"
	SellerName           string                // for people
	DealPrefix           string                // upper-case start of every deal id
	TimeZone             *time.Location        // of flight dates and of "today"
	QuoteTTL             time.Duration         // how long a quote can be booked
	OpenSeats            bool                  // whether a deal at a fixed price may be open to every seat
	AnswerTTL            time.Duration         // how long idempotent answers are kept; longer than QuoteTTL
	QuoteRetention       time.Duration         // how long expired quotes that nothing came of are kept; 0: for good
	KeepEvents           time.Duration         // how long events are kept that nothing needs any more; 0: for good
	KeepNegotiations     time.Duration         // how long proposals and negotiations that ended without a deal are kept after their time; 0: for good
	KeepAudits           time.Duration         // how long entries of the audit trail are; 0: for good
	ProposalTTL          time.Duration         // how long a proposal can become a deal
	NegotiationTTL       time.Duration         // how long a negotiation waits for the buyer
	NegotiationsPerDay   int                   // that one buyer may open over one product; 0: no limit
	MostWaiting          int                   // bookings and proposals of one product that a buyer has at gates at a time; 0: no limit
	Holds                HoldLimits            // of a buyer
	DeskHolds            HoldLimits            // of the publisher's desk, for a buyer
	AnonymousLimit       int                   // how many quotes, and proposals, of callers without a key are kept; 0: no limit
	AnonymousRetention   time.Duration         // how long what they made is kept after its time is over; 0: like others'
	ApprovalRules        []parley.ApprovalRule // that hold beside the stored ones
	Anonymous            AnonymousAccess
	SeveralOrdersPerDeal bool
	SelfApproval         bool // whether operators may decide what they asked for themselves
	PrivateWebhooks      bool // whether webhooks, and chats that people are told in, may be at private addresses, and without TLS
	Notices              NoticeSettings

	// TestClock is the clock, where it can be moved: of the test world. Nil: it is the machine's.
	TestClock *TestClock
	KeyPrefix string // what API keys begin with; empty: parley.KeySecretPrefix

	BillingSource      string        // whose figures of a delivery count; empty: the first by name
	ActivationPatience time.Duration // how long sending a deal may fail before a person is asked
}

// Parts are what the flows reach the world outside with, and what keeps its secrets. Each may be left out.
type Parts struct {
	Cards      FetchCard            // of agents that are discovered; nil: none are
	Adapters   []activation.Adapter // the kinds of destinations that there can be
	TryWebhook TryWebhook           // nil: webhooks cannot be tried
	Vault      *vault.Vault         // opens credentials of destinations; nil: there are none
}

// AnonymousAccess is what a caller without a key may do, at the public tier.
type AnonymousAccess struct {
	Catalog   bool // products, their price ranges and avails
	Quotes    bool // ask for a quote, read it by its id
	Proposals bool // propose and negotiate
}

// DefaultSettings are the settings of a publisher that has decided nothing yet.
func DefaultSettings() Settings {
	return Settings{
		SellerID:   "parley",
		SellerName: "Parley",
		DealPrefix: "PRLY",
		TimeZone:   time.UTC,
		QuoteTTL:   24 * time.Hour,
		AnswerTTL:  30 * 24 * time.Hour,

		QuoteRetention: 90 * 24 * time.Hour,

		ProposalTTL:        7 * 24 * time.Hour,
		NegotiationTTL:     72 * time.Hour,
		NegotiationsPerDay: 20,

		MostWaiting: 50,

		Holds:     HoldLimits{Count: 2, Time: 48 * time.Hour, Percent: 10},
		DeskHolds: HoldLimits{Count: 20, Time: 14 * 24 * time.Hour, Percent: 100},

		ActivationPatience: 3 * 24 * time.Hour,

		AnonymousLimit:     50_000,
		AnonymousRetention: 24 * time.Hour,

		Anonymous: AnonymousAccess{Catalog: true, Quotes: true, Proposals: true},
	}
}

// Service runs the flows over a store. It is safe for concurrent use, and several services may share one database.
type Service struct {
	store    *storage.Store
	parts    Parts
	settings Settings
	clock    parley.Clock
	ids      *parley.IDs
	log      *slog.Logger

	screened  screenedKeys
	lastUses  lastUses
	swept     swept
	priced    compiled[storage.PricingConfig, *pricing.Engine]
	gated     compiled[storage.InForce[parley.ApprovalRule], *approval.Gatekeeper]
	bargained compiled[storage.InForce[parley.NegotiationProfile], *negotiation.Policy]
	seal      atomic.Pointer[[]byte] // of webhooks, once it is known
	committed committed
	followers followers
	readiness readiness
	crowd     crowd
	leads     sync.Map // by lease: whether this process holds it
}

// New makes a service over a store. The clock and the source of randomness are given, so that tests decide both. All, and the parts, are
// used by many goroutines at once.
func New(store *storage.Store, parts Parts, settings Settings, clock parley.Clock, random io.Reader, log *slog.Logger) *Service {
	s := &Service{
		store:    store,
		parts:    parts,
		settings: settings,
		clock:    clock,
		ids:      parley.NewIDs(clock, random).WithKeys(cmp.Or(settings.KeyPrefix, parley.KeySecretPrefix)),
		log:      log,
	}
	s.readiness.clock, s.readiness.write = clock, s.tryWriting
	return s
}

// Settings are the ones that the service was made with.
func (s *Service) Settings() Settings { return s.settings }

// ReadSettings answers the settings to an operator, by the key as it is now.
func (s *Service) ReadSettings(ctx context.Context, call Call) (Settings, error) {
	return read(ctx, s, call, func(v *view) (Settings, error) {
		_, err := v.authorize(ctx, needScope(parley.ScopeViewer))
		return s.settings, err
	})
}

// Now is what time it is, in the test world by its clock.
func (s *Service) Now() time.Time { return s.clock() }

// Today is the day that it is in the publisher's time zone.
func (s *Service) Today() parley.Date { return s.today(s.clock()) }

// today is the calendar day in the publisher's time zone.
func (s *Service) today(now time.Time) parley.Date { return parley.DateOf(now, s.settings.TimeZone) }
