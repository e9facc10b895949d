// Package storage says what the flows need from a database; the packages below it provide it over SQLite and PostgreSQL,
// and storagetest holds the suite that every backend passes.
//
// # Asking and flushing
//
// A transaction is a queue of statements. A read method queues its query and returns a Pending; a write method queues its
// statement and returns nothing. The first Pending.Get, or the commit, sends everything queued so far in one round trip,
// in order. A flow that asks for all it needs before it looks at any of it therefore costs one round trip for its reads
// and one for its writes, and still reads like plain code.
//
// A write that the database refuses fails the Get or the commit that flushed it, with the domain error that the method's
// comment names. After any error the transaction can only be rolled back.
package storage

import (
	"context"
	"errors"
	"time"

	"parley"
)

// Causes that a flow tells apart behind one code. They are wrapped in the error's Cause.
var (
	// ErrCapacity: a reservation would go over, or a capacity under, what a day has.
	ErrCapacity = errors.New("storage: the day's capacity does not allow it")
	// ErrDealIDTaken: the deal id exists; mint another.
	ErrDealIDTaken = errors.New("storage: the deal id is taken")
	// ErrNotAppended: a flow that only appends has tried another change. It is a mistake in the flow.
	ErrNotAppended = errors.New("storage: a change that does not append")
	// ErrAnswered: another transaction has stored an answer under the same idempotency key meanwhile.
	ErrAnswered = errors.New("storage: the idempotency key has been answered")
)

// Store is a database that holds the product's state.
type Store interface {
	// Tx runs fn in one read-write transaction and commits when fn returns nil. fn may run several times (a serialization
	// failure is retried with jitter, a bounded number of times), so it must have no effect but through tx. It must not
	// wait for anything but the database: on the embedded store every other writer waits behind it.
	Tx(ctx context.Context, fn func(Tx) error) error

	// Append runs fn as Tx does, for a flow that changes nothing but adds rows: quotes, events, audit entries and answers.
	// What fn reads is as it was at some time after the call began; what it adds is written when fn has returned, all of it
	// or nothing, in one durable transaction that the rows of other callers share. Any other change fails with
	// ErrNotAppended. Where fn or a row is refused, fn may be run again by Tx, whose outcome then holds: a repeated
	// idempotency key finds its answer.
	Append(ctx context.Context, fn func(Tx) error) error

	// Read runs fn over one consistent, read-only snapshot.
	Read(ctx context.Context, fn func(Reader) error) error

	// ImportProducts stages what a file says of products outside any lock, then makes it so in one transaction, in which
	// Diffs and Finish write what goes with it, such as events and audit entries. A product id that comes twice, a new product
	// without a name, an inventory type or deal types, and a base price that ends below its floor are validation errors that
	// name the line. A row that lowers a day's capacity below what is reserved, or takes it away, fails all with
	// CodeContention that names product and day. Rows equal to what is stored change nothing.
	ImportProducts(ctx context.Context, now time.Time, products ProductImport) (ImportSummary, error)

	// EachProduct streams every product, ordered by id, from one snapshot. fn must not call the store.
	EachProduct(ctx context.Context, fn func(parley.Product) error) error

	// Ping tells whether the database answers and, as far as the store can know, has room to grow.
	Ping(ctx context.Context) error

	// Close waits for what is under way and releases the database.
	Close() error
}

// ProductImport is an import of products.
type ProductImport struct {
	// Feed calls stage once for each row; line is for error messages.
	Feed func(stage func(line int, c parley.ProductChange) error) error
	// DailyImpressions is the capacity of products of the import that are left without one; nil: none.
	DailyImpressions *int64
	// Diffs is given what is added and changed, a number at a time and in the order of lines, before it is; nil: not asked for.
	Diffs func(tx Tx, diffs []ProductDiff) error
	// Finish runs when all is done; an error takes all of it back.
	Finish func(tx Tx, done ImportSummary) error
}

// ProductDiff is what an import makes of a product.
type ProductDiff struct {
	Line   int
	Before *parley.Product // nil: the product is new
	After  parley.Product  // without its version and times
}

// ImportSummary says what an import of products did.
type ImportSummary struct {
	ImportReport
	// Unguaranteed are the first ids, by line, of the import's products that are sold as PG and declare no capacity, and
	// UnguaranteedTotal is how many there are.
	Unguaranteed      []string
	UnguaranteedTotal int64
}

// MostUnguaranteed is how many ids ImportSummary.Unguaranteed has at most.
const MostUnguaranteed = 100

// ImportReport counts what an import did.
type ImportReport struct {
	Added     int64
	Changed   int64
	Unchanged int64
}

// Pending is an answer that has been asked for. Get flushes the transaction's queue if it has to, and then always gives
// the same answer. A row that does not exist is CodeNotFound, unless the method says otherwise.
type Pending[T any] interface {
	Get(ctx context.Context) (T, error)
}

// Page selects a part of a list. Lists are ordered by id, which is the order of creation, so that rows added meanwhile
// come after everything already there and no page repeats or skips a row; Newest turns the order around.
type Page struct {
	Limit  int // 0: no limit
	Offset int
	After  string // id of the last row of the page before; excludes Offset
	Newest bool
	// CountTo is where the counting of the whole list ends, for a list whose last million nobody asks for; 0: it is counted
	// to its end.
	CountTo int
}

// Listing is a page of a list and how many rows the whole list has, as far as Page.CountTo has them counted.
type Listing[T any] struct {
	Items []T
	Total int64
}

// Reader is what can be asked.
type Reader interface {
	Keys
	Agents
	Catalog
	Ledger
	Pricing
	Quotes
	Deals
	Orders
	Proposals
	Negotiations
	Profiles
	ApprovalRules
	Approvals
	Changes
	Events
	Audits
	Webhooks
	Anonymous
	Packages
	Sessions
}

// Tx is a transaction: everything that can be asked, and everything that can be changed.
type Tx interface {
	Reader
	KeyWriter
	AgentWriter
	AnswerWriter
	ProductWriter
	LedgerWriter
	PricingWriter
	QuoteWriter
	DealWriter
	OrderWriter
	ProposalWriter
	NegotiationWriter
	ProfileWriter
	ApprovalRuleWriter
	ApprovalWriter
	ChangeWriter
	EventWriter
	AuditWriter
	WebhookWriter
	AnonymousWriter
	PackageWriter
	SessionWriter
	LeaseWriter
	SecretWriter
}

// Credential is a key as found by its secret's hash, with the trust of the agent it belongs to.
type Credential struct {
	Key   parley.Key
	Trust parley.Trust
}

// KeyFilter narrows a list of keys. Zero values match all.
type KeyFilter struct {
	Role parley.Role
	Page Page
}

// Keys reads API keys.
type Keys interface {
	Credential(hash string) Pending[Credential]
	// CredentialOf answers the same of a key by its id.
	CredentialOf(keyID string) Pending[Credential]
	Key(id string) Pending[parley.Key]
	Keys(filter KeyFilter) Pending[Listing[parley.Key]]
}

// KeyWriter changes API keys.
type KeyWriter interface {
	InsertKey(k parley.Key)
	// RevokeKey sets the time of revocation once; a key already revoked keeps its first time. It answers the key as it is
	// afterwards.
	RevokeKey(id string, at time.Time) Pending[parley.Key]
	// TouchKey moves the last use forward, never back, and touches nothing else.
	TouchKey(id string, at time.Time)
}

// Answer is what an edge answered to an idempotent request: Status and Body are the edge's own, Fingerprint is the hash
// of the decoded request.
type Answer struct {
	Fingerprint string
	Status      int
	Body        []byte
	CreatedAt   time.Time
}

// AnswerWriter keeps the answers of idempotent requests.
type AnswerWriter interface {
	// ClaimAnswer waits until no other transaction works under the same scope and key, holds both until this transaction
	// ends, and answers what is stored there, or nil.
	ClaimAnswer(scope, key string) Pending[*Answer]
	// InsertAnswer stores the answer; a repetition is CodeContention.
	InsertAnswer(scope, key string, answer Answer)
	// DeleteAnswers removes at most limit answers made before an instant and says how many.
	DeleteAnswers(before time.Time, limit int) Pending[int64]
}

// ProductFilter narrows a list of products. Zero values match all.
type ProductFilter struct {
	InventoryType string
	DealType      parley.DealType
	Status        parley.ProductStatus
	ForSale       bool   // only what buyers are offered; see parley.Product.ForSale
	Search        string // part of the id or the name, in any case
	Page          Page
}

// Catalog reads products.
type Catalog interface {
	Product(id string) Pending[parley.Product]
	// ProductOfQuote answers the product that a quote is for; it and an unknown quote are CodeNotFound.
	ProductOfQuote(quoteID string) Pending[parley.Product]
	// ProductsByID answers the products that exist among ids, in the order asked.
	ProductsByID(ids []string) Pending[[]parley.Product]
	Products(filter ProductFilter) Pending[Listing[parley.Product]]
	// InventoryTypes answers each inventory type that there are products for sale of, in order.
	InventoryTypes() Pending[[]string]
}

// ProductWriter changes single products; ImportProducts changes many.
type ProductWriter interface {
	// ProductForUpdate reads the product and keeps it from changing until the transaction ends.
	ProductForUpdate(id string) Pending[parley.Product]
	// InsertProduct stores a new product; a repeated id is CodeContention.
	InsertProduct(p parley.Product)
	// UpdateProduct stores a product, and gives the days without a capacity of their own the product's. When p.Version is not
	// the stored one plus one, CodePreconditionFailed; when a day has more reserved than it can carry then, CodeContention
	// caused by ErrCapacity.
	UpdateProduct(p parley.Product)
}

// Ledger reads capacity and reservations.
type Ledger interface {
	// Capacity answers one entry for each day of the flight, in order; a day without a row of its own has the product's
	// daily capacity and nothing reserved. An unknown product has no entries.
	Capacity(productID string, flight parley.Flight) Pending[[]parley.DayCapacity]
}

// LedgerWriter changes capacity and reservations.
type LedgerWriter interface {
	// Reserve takes impressions, spread evenly over the flight with the remainder on its first days, in one statement. When
	// any day would go over its capacity, or has none declared, the transaction fails with CodeContention caused by
	// ErrCapacity.
	Reserve(productID string, flight parley.Flight, impressions int64)
	// HoldDays keeps the days of both flights from changing until the transaction ends. What takes days and gives others back
	// holds all of them first, so that two that go opposite ways do not wait for each other in a circle.
	HoldDays(productID string, one, other parley.Flight)
	// Release gives back what Reserve took for the same arguments.
	Release(productID string, flight parley.Flight, impressions int64)
	// SetCapacity declares each day's capacity; nil takes the declaration back, so that the product's daily capacity
	// holds again. A capacity below what is reserved, or none where anything is, is CodeContention caused by ErrCapacity.
	SetCapacity(productID string, flight parley.Flight, capacity *int64)
}

// PricingConfig is everything that prices follow from, beside the products.
type PricingConfig struct {
	Version  int64 // moves with every change of the rate card or a rule
	RateCard parley.RateCard
	Rules    []parley.PricingRule // the ones that are not deleted
}

// Pricing reads the rate card and the pricing rules.
type Pricing interface {
	PricingVersion() Pending[int64]
	Pricing() Pending[PricingConfig]
	RateCards(page Page) Pending[Listing[parley.RateCard]] // every version; Page.After is not used
	PricingRule(id string) Pending[parley.PricingRule]
	PricingRules(page Page) Pending[Listing[parley.PricingRule]]
	// PricingRuleHistory answers every version of a rule, oldest first, also of a deleted one.
	PricingRuleHistory(id string) Pending[[]parley.PricingRule]
}

// PricingWriter changes them. Every method moves the pricing version.
type PricingWriter interface {
	// InsertRateCard stores the next version; when card.Version is not the present version plus one, CodePreconditionFailed.
	InsertRateCard(card parley.RateCard)
	InsertPricingRule(rule parley.PricingRule)
	// UpdatePricingRule stores a version and keeps the former; when rule.Version is not the stored one plus one,
	// CodePreconditionFailed.
	UpdatePricingRule(rule parley.PricingRule)
	// DeletePricingRule removes the rule from use and keeps its history; version is the one to delete, as above.
	DeletePricingRule(id string, version int64, at time.Time, by string)
}

// Period is a time from an instant to before another one. A zero instant is no bound.
type Period struct{ From, To time.Time }

// QuoteFilter narrows a list of quotes. Zero values match all.
type QuoteFilter struct {
	Owner     *string
	Status    parley.QuoteStatus // as stored, or expired by Now
	ProductID string
	Created   Period // quotes whose ids are of a time within an hour of their creation
	// Search is the beginning of a quote's id, in any case, an owner, or else a product's id.
	Search string
	Now    time.Time
	Page   Page
}

// ExpiredQuote is the place of a quote among those that have expired, which are ordered by when they did, and by id.
type ExpiredQuote struct {
	ExpiresAt time.Time
	ID        string
}

// Quotes reads quotes. They are answered as stored; see parley.Quote.At.
type Quotes interface {
	Quote(id string) Pending[parley.Quote]
	// ExpiredQuotes answers, in their order, at most limit places of quotes that are marked expired, whose time was over
	// before an instant, and that come after a place; the zero place is the beginning.
	ExpiredQuotes(before time.Time, after ExpiredQuote, limit int) Pending[[]ExpiredQuote]
	Quotes(filter QuoteFilter) Pending[Listing[parley.Quote]]
}

// QuoteWriter changes quotes.
type QuoteWriter interface {
	// QuoteForUpdate reads the quote and keeps it from changing until the transaction ends.
	QuoteForUpdate(id string) Pending[parley.Quote]
	InsertQuote(q parley.Quote)
	// BookQuote binds an available quote to a deal; any other status is CodeContention.
	BookQuote(id, dealID string)
	// DeclineQuote ends a quote whose deal came to nothing.
	DeclineQuote(id string)
	// SupersedeQuote declines an available quote whose agreed price another quote has booked; any other status is
	// CodeContention.
	SupersedeQuote(id string)
	// ExpireQuotes marks at most limit available quotes whose time was over before an instant, and answers them.
	ExpireQuotes(before time.Time, limit int) Pending[[]parley.Quote]
	// DeleteQuotes removes those of the quotes that are marked expired and that no negotiation, deal or order is about,
	// and says how many.
	DeleteQuotes(ids []string) Pending[int64]
}

// DealSort is what a list of deals is ordered by; deals that are equal in it are in the order of their creation.
type DealSort string

// The orders of deals.
const (
	DealsByCreation    DealSort = ""
	DealsByCPM         DealSort = "cpm" // micros, in whatever currency
	DealsByImpressions DealSort = "impressions"
	DealsByStart       DealSort = "start" // of the flight
)

// MostSorted is how many deals are sorted at once; see Deals.Deals.
const MostSorted = 10_000

// DealFilter narrows a list of deals. Zero values match all.
type DealFilter struct {
	Owner     *string
	Buyer     string // the whole id of a seat, agency or advertiser, in any case
	Status    parley.DealStatus
	DealType  parley.DealType
	ProductID string
	// StartsFrom and StartsTo are the first and the last day that a flight may start on.
	StartsFrom, StartsTo *parley.Date
	// Search are words, in any case, each of which is in the deal id, the product's name, the buyer's names or the owner, or
	// begins a word there. Words are of letters, digits and marks; the first 16 count, and of each the first 100 letters.
	// Text without a word matches nothing.
	Search string
	Sort   DealSort
	Page   Page
}

// BookedValue is the value of the deals of one account in one currency, in micros: of each its CPM x volume / 1000. Deals that
// wait, and those that were cancelled or came to nothing, count for nothing. It moves with every deal that is inserted or
// updated; the largest amount there is stands for every larger one.
type BookedValue struct {
	Today int64 // of those booked on the day
	Open  int64 // of those that run: whose flights have not ended before the day
}

// Deals reads deals.
type Deals interface {
	Deal(id string) Pending[parley.Deal]
	// Deals answers a list in the order of filter.Sort, which Page.Newest turns around. All deals, and those narrowed to when
	// flights start, are ordered whole; of a list that is narrowed otherwise, an order that is not by creation holds the
	// newest MostSorted of the deals that match.
	Deals(filter DealFilter) Pending[Listing[parley.Deal]]
	// BookedValue answers what an account (see parley.Account) has booked in a currency.
	BookedValue(account string, currency parley.Currency, today parley.Date) Pending[BookedValue]
}

// DealWriter changes deals.
type DealWriter interface {
	DealForUpdate(id string) Pending[parley.Deal]
	// BookedValueForUpdate is BookedValue, and keeps others that ask for the account's so from it until the transaction ends.
	BookedValueForUpdate(account string, currency parley.Currency, today parley.Date) Pending[BookedValue]
	// InsertDeal stores a new deal. A repeated id is CodeConflict caused by ErrDealIDTaken, a quote or proposal that has
	// a deal already is CodeContention.
	InsertDeal(d parley.Deal)
	// UpdateDeal stores status, terms, price and notes; when d.Version is not the stored one plus one, CodeContention.
	UpdateDeal(d parley.Deal)
}

// OrderFilter narrows a list of orders. Zero values match all.
type OrderFilter struct {
	Owner   *string
	Status  parley.OrderStatus
	DealID  string
	Unended bool   // orders that something can still become of
	Created Period // orders whose ids are of a time within an hour of their creation
	// Search is the beginning of an order's id, in any case, a quote's id, an owner, or else a deal's id.
	Search string
	Page   Page
}

// Orders reads orders, with their history.
type Orders interface {
	Order(id string) Pending[parley.Order]
	Orders(filter OrderFilter) Pending[Listing[parley.Order]]
	OrderReport(owner *string) Pending[parley.OrderReport]
}

// OrderWriter changes orders.
type OrderWriter interface {
	OrderForUpdate(id string) Pending[parley.Order]
	// LivingOrdersForUpdate answers the orders of a deal that end with it, ordered by id, and keeps them from changing until
	// the transaction ends; see parley.OrderStatus.EndWithDeal.
	LivingOrdersForUpdate(dealID string) Pending[[]parley.Order]
	// InsertOrder stores a new order and its first transition. With exclusive set, a deal that already has an exclusive
	// order, which has not come to its end, is CodeContention.
	InsertOrder(o parley.Order, exclusive bool)
	// MoveOrder stores a transition; when the stored status is not t.From, CodeContention.
	MoveOrder(id string, t parley.OrderTransition)
}

// EventFilter narrows a list of events. Zero values match all.
type EventFilter struct {
	Owner         *string
	Type          parley.EventType
	FlowID        string
	QuoteID       string
	ProposalID    string
	NegotiationID string
	DealID        string
	OrderID       string
	SessionID     string
	Since         time.Time // at or after
	Page          Page
}

// Events reads what happened.
type Events interface {
	Event(id string) Pending[parley.Event]
	Events(filter EventFilter) Pending[Listing[parley.Event]]
	// EventsAfter answers, in an order that never changes, the events that follow the one with the given id ("" for the
	// beginning), as far as no transaction still under way can put an event before them: a reader that goes on from the
	// last one it got misses none and sees none twice.
	EventsAfter(id string, filter EventFilter) Pending[[]parley.Event]
	// LastEventID is the id of the last of the events that match, after which EventsAfter would answer only what is yet to
	// come; "" when there is none.
	LastEventID(filter EventFilter) Pending[string]
}

// EventWriter records what happens.
type EventWriter interface {
	InsertEvent(e parley.Event)
}

// AuditFilter narrows a list of audit entries. Zero values match all.
type AuditFilter struct {
	Resource   string
	ResourceID string
	Actor      string
	Since      time.Time // at or after
	Until      time.Time // before
	Page       Page      // Page.After is not used
}

// Audits reads who changed what.
type Audits interface {
	Audits(filter AuditFilter) Pending[Listing[parley.AuditEntry]]
}

// AuditWriter records who changes what.
type AuditWriter interface {
	InsertAudit(a parley.AuditEntry)
}

// LeaseWriter keeps work that one node at a time may do.
type LeaseWriter interface {
	// Lease takes or renews the named lease for holder until the given instant, and says whether holder has it now: it
	// was free, run out at now, or holder's already. One that ends later than twice the time asked for is of a clock that
	// was off, and counts as run out.
	Lease(name, holder string, now, until time.Time) Pending[bool]
	// LeaseHolder answers who took the named lease last, whether or not it has run out; empty: nobody.
	LeaseHolder(name string) Pending[string]
}

// SecretWriter keeps random values that the nodes of one database share and that outlive them.
type SecretWriter interface {
	// Secret answers the named secret. The first call stores fresh, which has at least 16 bytes, and answers it; every
	// later call answers what the first one stored.
	Secret(name string, fresh []byte) Pending[[]byte]
}
