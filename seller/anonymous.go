package seller

import (
	"context"
	"sync"
	"time"

	"parley"
	"parley/admission"
	"parley/storage"
)

// anonymousRecount is how old a count of what callers without a key have stored may be. What this process adds meanwhile it
// counts itself; what other nodes add it learns then.
const anonymousRecount = 10 * time.Second

// anonymousRetry is when a caller is told to come back that there was no room for, in seconds.
const anonymousRetry = 60

// crowd is how many of each kind callers without a key have stored, as far as this process knows.
type crowd struct {
	mu    sync.Mutex
	kinds map[storage.AnonymousKind]*headcount
}

type headcount struct {
	counted time.Time
	number  int64
}

// anonymous tells a caller without a key, on whose behalf nobody else is.
func (c Call) anonymous() bool { return c.Secret == "" && c.Operator == nil && c.NetworkKey == "" }

// admitAnonymous refuses a caller without a key when as many of a kind are stored as there may be. Anybody can be such a
// caller as often as the rate limit of each address allows; the disk is the publisher's.
func (s *Service) admitAnonymous(ctx context.Context, call Call, kind storage.AnonymousKind) error {
	most := int64(s.settings.AnonymousLimit)
	if most == 0 || !call.anonymous() {
		return nil
	}
	s.crowd.mu.Lock()
	defer s.crowd.mu.Unlock()
	count := s.crowd.kinds[kind]
	if count == nil {
		if s.crowd.kinds == nil {
			s.crowd.kinds = map[storage.AnonymousKind]*headcount{}
		}
		count = &headcount{}
		s.crowd.kinds[kind] = count
	}
	if now := s.clock(); count.counted.IsZero() || now.Sub(count.counted).Abs() >= anonymousRecount {
		err := s.store.Read(ctx, func(r *storage.Reader) error {
			var err error
			count.number, err = r.CountAnonymous(kind, s.settings.AnonymousLimit).Get(ctx)
			return err
		})
		if err != nil {
			return err
		}
		count.counted = now
	}
	if count.number >= most {
		return parley.Errorf(parley.CodeRateLimited,
			"There are too many %s of callers without a key. Send an API key, or come back later.", kind).With(admission.RetryAfterFact, anonymousRetry)
	}
	count.number++
	return nil
}

// anonymousKinds are what is removed, each before what it hangs on, with how long a thing of it can be of use.
func (s *Service) anonymousKinds() []anonymousKind {
	return []anonymousKind{
		{storage.AnonymousNegotiations, parley.PrefixNegotiation, s.settings.NegotiationTTL},
		{storage.AnonymousProposals, parley.PrefixProposal, s.settings.ProposalTTL},
		{storage.AnonymousQuotes, parley.PrefixQuote, s.settings.QuoteTTL},
	}
}

type anonymousKind struct {
	kind   storage.AnonymousKind
	prefix string
	ttl    time.Duration
}

// RemoveAnonymous removes what callers without a key have left: quotes, proposals and negotiations that are over, that
// nothing came of, and whose time has been over for longer than the settings keep them; and the answers under their
// idempotency keys. It says how many it removed.
func (s *Service) RemoveAnonymous(ctx context.Context) (int, error) {
	if s.settings.AnonymousRetention == 0 {
		return 0, nil
	}
	removed, longest := 0, time.Duration(0)
	for _, k := range s.anonymousKinds() {
		longest = max(longest, k.ttl)
		count, err := s.removeAnonymous(ctx, k)
		removed += count
		if err != nil {
			return removed, err
		}
	}
	before := s.clock().Add(-longest - s.settings.AnonymousRetention)
	answers, err := s.sweepRows(ctx, &s.swept.sessionAnswers, "an answer to a caller without a key could not be removed", func(tx *storage.Tx, limit, skip int) (int64, error) {
		return tx.DeleteSessionAnswers(before, limit, skip).Get(ctx)
	})
	return removed + answers, err
}

// removeAnonymous removes some of one kind.
func (s *Service) removeAnonymous(ctx context.Context, k anonymousKind) (int, error) {
	s.swept.anonymous.Lock()
	defer s.swept.anonymous.Unlock()
	if s.swept.nobodys == nil {
		s.swept.nobodys = map[storage.AnonymousKind]string{}
	}
	return s.removeOver(ctx, over{
		kind: k.kind, before: parley.FirstID(k.prefix, s.clock().Add(-k.ttl-s.settings.AnonymousRetention)), find: (*storage.Tx).AnonymousForDelete,
		passed: s.swept.nobodys, failed: "what a caller without a key has left could not be removed",
	})
}

// over is what is removed of a kind for its age.
type over struct {
	kind   storage.AnonymousKind
	before string // the first id that is kept
	find   func(tx *storage.Tx, kind storage.AnonymousKind, after, before string, limit int) *storage.Pending[[]string]
	passed map[storage.AnonymousKind]string // the last of each kind that could not be removed
	failed string
}

// removeOver removes some. What cannot be removed is logged and passed over until it has come to the last.
func (s *Service) removeOver(ctx context.Context, o over) (int, error) {
	remove := func(limit int) (ids []string, err error) {
		err = s.store.Tx(ctx, func(tx *storage.Tx) error {
			var err error
			if ids, err = o.find(tx, o.kind, o.passed[o.kind], o.before, limit).Get(ctx); err != nil || len(ids) == 0 {
				return err
			}
			tx.DeleteOver(o.kind, ids)
			return nil
		})
		return ids, err
	}
	found, err := remove(sweepBatch)
	if err == nil || len(found) == 0 || stops(ctx, err) {
		if err == nil && len(found) < sweepBatch {
			delete(o.passed, o.kind)
		}
		return len(found), err
	}
	for looked := range sweepBatch {
		one, err := remove(1)
		switch {
		case len(one) == 0:
			delete(o.passed, o.kind)
			return looked, err
		case err == nil:
		case stops(ctx, err):
			return looked, err
		default:
			s.log.Error(o.failed, "kind", string(o.kind), "id", one[0], "error", err)
			o.passed[o.kind] = one[0]
		}
	}
	return sweepBatch, nil
}
