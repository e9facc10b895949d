package seller

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"parley"
	"parley/storage"
)

// Call is who asks, and how: what an edge knows of a request beside its content.
type Call struct {
	Secret string // the API key presented; empty: none
	// NetworkKey is the id of the buyer's key that callers of the client's network act as when they present none; empty: none.
	NetworkKey string
	Address    string // the client's network address; tells anonymous callers apart
	RequestID  string

	// SessionID and ContextID name the conversation that a change is part of, the one by the seller's name of it and the other by
	// the buyer's; empty: none. Reading ignores them.
	SessionID, ContextID string

	// SignIn is the id of the session of the desk's page that the call is part of; empty: none. Nothing is done in one that was ended.
	SignIn string
	// Person is the id of the key that stands for whom an OpenID Connect provider vouched for, whose session it is: Secret is then the
	// session's own. Empty: Secret is a key's.
	Person string

	// Operator is set instead of Secret by the publisher's own process, such as a command on the server's terminal.
	Operator *parley.Principal

	// IdempotencyKey makes the request's effect happen once; empty: no protection asked for. Path scopes the key, and
	// Fingerprint is a hash of the decoded request, which tells a retry from another request under the same key.
	IdempotencyKey string
	// Session tells callers without a key apart for that: nobody else knows it. Empty: the answer is not stored.
	Session     string
	Path        string
	Fingerprint string
}

// Terminal is the call of a command that an operator runs on the server itself.
func Terminal(requestID string) Call {
	return Call{RequestID: requestID, Operator: &parley.Principal{
		Role: parley.RoleOperator, KeyID: "terminal", Label: "terminal", Scopes: []parley.Scope{parley.ScopeAdmin},
	}}
}

// Answer is what an edge sends back: its own status and the encoded body. Replayed tells that it is the stored answer of
// an earlier request under the same idempotency key, and that nothing was done now.
type Answer struct {
	Status   int
	Body     []byte
	Replayed bool
}

// Encode turns a flow's result into the edge's answer. It runs inside the flow's transaction, so that the answer is
// stored with the effect; it must not wait for anything.
type Encode[T any] func(T) (Answer, error)

// need is what a flow asks of its caller.
type need func(parley.Principal, AnonymousAccess) error

var (
	errNoCredential = parley.Errorf(parley.CodeUnauthorized,
		"This needs an API key. Send it as 'Authorization: Bearer KEY'.")
	errBadCredential = parley.Errorf(parley.CodeUnauthorized,
		"The API key is unknown, revoked or expired. Ask the publisher for a new one.")
	errKeyEnded = parley.Errorf(parley.CodeUnauthorized,
		"The key that it was given with was revoked, or has expired.") // told to the desk, of an answer that is carried out later
	errBadNetworkKey = parley.Errorf(parley.CodeUnauthorized,
		"The key that callers of your network act as does not hold any more. Ask the publisher for one of your own.")
	errBlocked = parley.Errorf(parley.CodeForbidden,
		"This agent is blocked by the publisher. Contact its deal desk.")
)

func needBuyer(p parley.Principal, _ AnonymousAccess) error {
	switch p.Role {
	case parley.RoleBuyer:
		return nil
	case parley.RoleOperator:
		return parley.Errorf(parley.CodeForbidden, "This is done with a buyer's key; an operator's key cannot buy.")
	case parley.RoleAnonymous:
	}
	return errNoCredential
}

func needCredential(p parley.Principal, _ AnonymousAccess) error {
	if p.Role == parley.RoleAnonymous {
		return errNoCredential
	}
	return moreThanDelivery(p)
}

// moreThanDelivery refuses operators who only take in what deals delivered.
func moreThanDelivery(p parley.Principal) error {
	if p.OnlyDelivers() {
		return parley.Errorf(parley.CodeForbidden, "This key's roles do not allow it; all that it may do is take in what deals delivered.")
	}
	return nil
}

func needScope(scopes ...parley.Scope) need {
	return func(p parley.Principal, _ AnonymousAccess) error {
		switch p.Role {
		case parley.RoleAnonymous:
			return errNoCredential
		case parley.RoleBuyer:
			return parley.Errorf(parley.CodeForbidden, "This is the publisher's own: it needs an operator's key.")
		case parley.RoleOperator:
		}
		for _, scope := range scopes {
			if p.Has(scope) {
				return nil
			}
		}
		return parley.NeedsRole(scopes)
	}
}

// needDesk is what changes to trades need: people who decide at the deal desk.
var needDesk = needScope(parley.ScopeApprover, parley.ScopeFinance, parley.ScopeLegal)

// needApprover is what ending a deal, or taking back its order, needs. A request to cancel one is critical, and waits for this role; the direct way is no
// way around it.
var needApprover = needScope(parley.ScopeApprover)

func needQuoteAccess(p parley.Principal, a AnonymousAccess) error {
	return needUnlessAllowed(p, a.Quotes)
}

func needCatalogAccess(p parley.Principal, a AnonymousAccess) error {
	return needUnlessAllowed(p, a.Catalog)
}

func needUnlessAllowed(p parley.Principal, anonymous bool) error {
	if p.Role == parley.RoleAnonymous && !anonymous {
		return errNoCredential
	}
	return moreThanDelivery(p)
}

// caller is a principal on its way: its credential has been asked for together with whatever else the flow needs.
type caller struct {
	service    *Service
	call       Call
	credential *storage.Pending[storage.Credential]
	signIn     *storage.Pending[bool] // whether the session holds; nil: there is none
	now        time.Time
}

func (s *Service) caller(r *storage.Reader, call Call, now time.Time) caller {
	c := caller{service: s, call: call, now: now}
	switch {
	case call.Operator != nil:
	case call.Person != "":
		c.credential = r.CredentialOf(call.Person)
		c.signIn = r.PersonHolds(call.SignIn, call.Person, parley.HashSecret(call.Secret), now)
		return c
	case call.Secret != "":
		c.credential = r.Credential(parley.HashSecret(call.Secret))
	case call.NetworkKey != "":
		c.credential = r.CredentialOf(call.NetworkKey)
	}
	if call.SignIn != "" {
		c.signIn = r.SignInHolds(call.SignIn)
	}
	return c
}

// principal answers who calls. A credential that does not hold is an error even where none is needed.
func (c caller) principal(ctx context.Context) (parley.Principal, error) {
	if c.call.Operator != nil {
		return *c.call.Operator, nil
	}
	if c.credential == nil {
		return parley.Anonymous, nil
	}
	found, err := c.credential.Get(ctx)
	bad, byNetwork := errBadCredential, c.call.Secret == ""
	if byNetwork {
		bad = errBadNetworkKey
	}
	if parley.Is(err, parley.CodeNotFound) {
		return parley.Principal{}, bad
	}
	if err != nil {
		return parley.Principal{}, err
	}
	// No network makes an operator of anybody.
	if !found.Key.Live(c.now) || byNetwork && found.Key.Role != parley.RoleBuyer {
		return parley.Principal{}, bad
	}
	if _, may := found.Trust.Ceiling(); !may {
		return parley.Principal{}, errBlocked
	}
	if c.signIn != nil {
		holds, err := c.signIn.Get(ctx)
		if err != nil {
			return parley.Principal{}, err
		}
		if !holds {
			return parley.Principal{}, ErrSignInEnded
		}
	}
	c.service.lastUses.note(found.Key.ID, c.now)
	return found.Key.Principal(found.Trust), nil
}

// view is a flow that only reads.
type view struct {
	*storage.Reader
	service *Service
	caller  caller
	now     time.Time
}

// authorize flushes what has been asked for so far, and answers who calls if it may.
func (v *view) authorize(ctx context.Context, need need) (parley.Principal, error) {
	who, err := v.caller.principal(ctx)
	if err != nil {
		return parley.Principal{}, err
	}
	return who, need(who, v.service.settings.Anonymous)
}

// read runs a reading flow over one snapshot.
func read[T any](ctx context.Context, s *Service, call Call, do func(*view) (T, error)) (T, error) {
	return readBy(ctx, s, s.store.Read, call, do)
}

func readBy[T any](ctx context.Context, s *Service, by func(context.Context, func(*storage.Reader) error) error, call Call,
	do func(*view) (T, error)) (T, error) {
	var result T
	err := by(ctx, func(r *storage.Reader) error {
		now := s.clock()
		var err error
		result, err = do(&view{Reader: r, service: s, caller: s.caller(r, call, now), now: now})
		return err
	})
	return result, tooLarge(err)
}

// readOnce runs a reading flow that asks for all it needs before it looks at any of it.
func readOnce[T any](ctx context.Context, s *Service, call Call, do func(*view) (T, error)) (T, error) {
	return readBy(ctx, s, s.store.Ask, call, do)
}

// work is a flow that changes something: one transaction, one instant, one caller.
type work struct {
	*storage.Tx
	service *Service
	caller  caller
	claim   *storage.Pending[*storage.Answer]
	now     time.Time
	who     parley.Principal
	ahead   *priceFacts // that have been asked for before they are needed
	session string      // id of the conversation that the change is part of; empty: none
	course  course      // what the change is to the buyer's business
	own     bool        // what is changed is the caller's alone, and nobody else's business
	keep    *Answer     // what is stored for a replay instead of the answer, where that must not be kept
}

// errReplay ends a transaction whose idempotency key already has its answer.
var errReplay = errors.New("seller: the answer is stored")

// authorize flushes what has been asked for so far; it answers who calls, if it may, and ends the work when the
// idempotency key has been used before. Of operators, those who only look on change nothing but what is theirs alone, whatever the flow.
func (w *work) authorize(ctx context.Context, need need) (parley.Principal, error) {
	who, err := w.identify(ctx, need)
	if err != nil {
		return parley.Principal{}, err
	}
	if w.who.Accounts, err = w.accountsOf(ctx, w.caller.credential, who); err != nil {
		return parley.Principal{}, err
	}
	return w.who, w.course.allowed(w.who)
}

// identify is authorize without a look at the caller's accounts.
func (w *work) identify(ctx context.Context, need need) (parley.Principal, error) {
	who, err := w.caller.principal(ctx)
	if err != nil {
		return parley.Principal{}, err
	}
	if err := need(who, w.service.settings.Anonymous); err != nil {
		return parley.Principal{}, err
	}
	if who.IsOperator() && !w.own {
		if err := needDesk(who, AnonymousAccess{}); err != nil {
			return parley.Principal{}, err
		}
	}
	w.who = who
	if w.claim == nil {
		return who, w.join(ctx)
	}
	stored, err := w.claim.Get(ctx)
	switch {
	case err != nil:
		return parley.Principal{}, err
	case stored == nil:
		return who, w.join(ctx)
	case stored.Fingerprint != w.caller.call.Fingerprint:
		return parley.Principal{}, keyUsed(*stored)
	}
	return parley.Principal{}, errReplay
}

// keyUsed refuses a request under a key that has the answer to another.
func keyUsed(stored storage.Answer) error {
	return &parley.Error{
		Code: parley.CodeIdempotencyConflict, Message: "This idempotency key was used for a different request. Use a new key for a new request.",
		Cause: KeyUsedError{replayOf(stored)},
	}
}

func replayOf(stored storage.Answer) Answer {
	return Answer{Status: stored.Status, Body: stored.Body, Replayed: true}
}

// KeyUsedError is the cause of CodeIdempotencyConflict, for edges that lead people: what the caller was answered under the key before.
type KeyUsedError struct{ Answer Answer }

func (KeyUsedError) Error() string { return "seller: the idempotency key was used for something else" }

// write runs a changing flow: do is given the transaction with the caller's credential and idempotency key already
// asked for, asks for what it needs, authorizes, and writes. Its result's encoded answer is stored beside the effect.
func write[T any](ctx context.Context, s *Service, call Call, encode Encode[T], do func(*work) (T, error)) (Answer, error) {
	return run(ctx, s, s.store.Tx, call, encode, do)
}

// run does the work in a transaction of one kind, and keeps its answer when the call has an idempotency key. The kind is storage.Store.Tx, or
// Append of a flow that changes nothing but adds a quote, an event and an audit entry.
func run[T any](
	ctx context.Context, s *Service, transact func(context.Context, func(*storage.Tx) error) error, call Call,
	encode Encode[T], do func(*work) (T, error),
) (Answer, error) {
	var answer Answer
	var scope string
	if call.repeatable() {
		var err error
		if scope, err = s.scope(ctx, call); err != nil {
			return Answer{}, err
		}
	}
	err := anew(ctx, transact, func(tx *storage.Tx) error {
		w := &work{Tx: tx, service: s, now: s.clock()}
		if call.repeatable() {
			w.claim = tx.ClaimAnswer(scope, call.IdempotencyKey)
		}
		w.caller = s.caller(&tx.Reader, call, w.now)
		result, err := do(w)
		if errors.Is(err, errReplay) {
			stored, err := w.claim.Get(ctx)
			if err != nil {
				return err
			}
			answer = replayOf(*stored)
			return nil
		}
		if err != nil {
			return err
		}
		if answer, err = encode(result); err != nil {
			return parley.Internal(err)
		}
		if call.repeatable() {
			kept := answer
			if w.keep != nil {
				kept = *w.keep
			}
			tx.InsertAnswer(scope, call.IdempotencyKey, storage.Answer{
				Fingerprint: call.Fingerprint, Status: kept.Status, Body: kept.Body, CreatedAt: w.now,
			})
		}
		return nil
	})
	if err != nil {
		return Answer{}, tooLarge(err)
	}
	s.committed.announce()
	return answer, nil
}

// mostAnew is how often a flow begins anew because something came in between.
const mostAnew = 20

// anew runs a transaction, and runs it again when it found that what it had looked up was no longer so when it was locked.
func anew(ctx context.Context, transact func(context.Context, func(*storage.Tx) error) error, do func(*storage.Tx) error) error {
	for range mostAnew {
		if err := transact(ctx, do); !errors.Is(err, errMoved) {
			return err
		}
	}
	return &parley.Error{Code: parley.CodeUnavailable, Message: "Too many requests want the same. Retry in a moment.", Cause: errMoved}
}

// repeatable tells whether the answer is stored, to be found by a repetition of the same caller's.
func (c Call) repeatable() bool { return c.IdempotencyKey != "" && (c.Session != "" || !c.anonymous()) }

// scope keeps one caller's idempotency keys apart from another's, and one path's from another's. A caller is the same under a key that was
// rotated from another: it is known by the first of them.
func (s *Service) scope(ctx context.Context, c Call) (string, error) {
	switch {
	case c.Operator != nil:
		return "operator:" + c.Operator.KeyID + " " + c.Path, nil
	case c.Person != "":
		first, err := s.store.FirstOfKey(ctx, c.Person)
		return "person:" + first + " " + c.Path, err
	case c.Secret != "":
		first, err := s.store.FirstOfSecret(ctx, parley.HashSecret(c.Secret))
		return "key:" + first + " " + c.Path, err
	case c.NetworkKey != "":
		first, err := s.store.FirstOfKey(ctx, c.NetworkKey)
		return "network:" + first + " " + c.Path, err
	}
	return storage.SessionScope + parley.HashSecret(c.Session) + " " + c.Path, nil
}

// record writes the event and the audit entry of a change. before and after are kept as JSON for the publisher.
func (w *work) record(event parley.Event, action, resource, resourceID string, before, after any) error {
	event.ID = w.service.ids.New(parley.PrefixEvent)
	event.OccurredAt = w.now
	event.Actor = w.who.Actor()
	w.InsertEvent(event)
	return w.audit(action, resource, resourceID, before, after)
}

func (w *work) audit(action, resource, resourceID string, before, after any) error {
	entry := parley.AuditEntry{
		At: w.now, Actor: w.who.Actor(), Action: action, Resource: resource, ResourceID: resourceID,
		RequestID: w.caller.call.RequestID,
	}
	var err error
	if entry.Before, err = snapshot(before); err != nil {
		return err
	}
	if entry.After, err = snapshot(after); err != nil {
		return err
	}
	w.InsertAudit(entry)
	return nil
}

func snapshot(v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, parley.Internal(err)
	}
	return raw, nil
}

// data encodes what an event tells. The values are the caller's own and always encode.
func data(value any) json.RawMessage {
	raw, err := json.Marshal(value)
	if err != nil {
		panic("seller: event data does not encode: " + err.Error())
	}
	return raw
}
