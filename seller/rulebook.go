package seller

import (
	"context"
	"time"

	"parley"
	"parley/storage"
)

// revision is what the keeping of rules reads and writes in a rule, whatever its kind.
type revision struct {
	id        *string
	version   *int64
	createdAt *time.Time
	updatedAt *time.Time
	updatedBy *string
}

// Rulebook is one kind of rule as operators keep it: versioned, audited, in force at once on every node, its history never lost.
type Rulebook[T any] struct {
	*ruleKind[T]
	service *Service
}

// ruleKind is all that is particular to a kind of rule.
type ruleKind[T any] struct {
	revision func(*T) revision
	normal   func(T) T     // puts it into one form
	check    func(T) error // by itself
	mentions func(T) []mention
	aim      func(T) aim
	accounts func(T) []string // that it picks buyers by
	book     *storage.Rulebook[T]
}

// Read answers a rule in force.
func (b Rulebook[T]) Read(ctx context.Context, call Call, id string) (T, error) {
	return forViewer(ctx, b.service, call, func(v *view) *storage.Pending[T] { return b.book.One(v.Reader, id) })
}

// List lists the rules in force.
func (b Rulebook[T]) List(ctx context.Context, call Call, page storage.Page) (storage.Listing[T], error) {
	return forViewer(ctx, b.service, call, func(v *view) *storage.Pending[storage.Listing[T]] { return b.book.List(v.Reader, page) })
}

// History answers every version of a rule, oldest first, also of one that was taken out of force.
func (b Rulebook[T]) History(ctx context.Context, call Call, id string) ([]T, error) {
	return read(ctx, b.service, call, func(v *view) ([]T, error) {
		pending := b.book.History(v.Reader, id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		versions, err := pending.Get(ctx)
		if err == nil && len(versions) == 0 {
			return nil, unknown(b.book.Words, id)
		}
		return versions, err
	})
}

// Create puts a new rule in force, at once on every node.
func (b Rulebook[T]) Create(ctx context.Context, call Call, rule T, encode Encode[T]) (Answer, error) {
	rule = b.normal(rule)
	return write(ctx, b.service, call, encode, func(w *work) (T, error) {
		var none T
		who, err := w.authorize(ctx, needScope(parley.ScopeAdmin))
		if err != nil {
			return none, err
		}
		r := b.revision(&rule)
		*r.id, *r.version = b.service.ids.New(b.book.Prefix), 1
		*r.createdAt, *r.updatedAt, *r.updatedBy = w.now, w.now, who.Actor()
		if err := b.sound(ctx, w, rule); err != nil {
			return none, err
		}
		b.book.Insert(w.Tx, rule)
		return rule, w.record(b.changed(r), b.book.Name+".create", b.book.Name, *r.id, nil, rule)
	})
}

// sound refuses a rule that is wrong by itself, one that names what there is not, and one that nothing can meet.
func (b Rulebook[T]) sound(ctx context.Context, w *work, rule T) error {
	if err := b.check(rule); err != nil {
		return err
	}
	there := names{&w.Reader}
	if err := there.known(ctx, b.mentions(rule)); err != nil {
		return err
	}
	if err := there.accounts(ctx, b.accounts(rule)); err != nil {
		return err
	}
	return there.met(ctx, b.aim(rule), w.service.today(w.now))
}

// Replace puts another content in force. expected is the version that the operator looked at; nil replaces whichever is
// there.
func (b Rulebook[T]) Replace(ctx context.Context, call Call, rule T, expected *int64, encode Encode[T]) (Answer, error) {
	rule = b.normal(rule)
	return write(ctx, b.service, call, encode, func(w *work) (T, error) {
		var none T
		r := b.revision(&rule)
		who, present, err := b.present(ctx, w, *r.id, expected)
		if err != nil {
			return none, err
		}
		before := b.revision(&present)
		*r.version, *r.createdAt, *r.updatedAt, *r.updatedBy = *before.version+1, *before.createdAt, w.now, who.Actor()
		if err := b.sound(ctx, w, rule); err != nil {
			return none, err
		}
		b.book.Update(w.Tx, rule)
		return rule, w.record(b.changed(r), b.book.Name+".update", b.book.Name, *r.id, present, rule)
	})
}

// Delete takes a rule out of force; its history stays.
func (b Rulebook[T]) Delete(ctx context.Context, call Call, id string, expected *int64, encode Encode[T]) (Answer, error) {
	return write(ctx, b.service, call, encode, func(w *work) (T, error) {
		who, present, err := b.present(ctx, w, id, expected)
		if err != nil {
			return present, err
		}
		r := b.revision(&present)
		b.book.Delete(w.Tx, id, *r.version, w.now, who.Actor())
		return present, w.record(b.changed(r), b.book.Name+".delete", b.book.Name, id, present, nil)
	})
}

// present is the rule that an operator changes, as it is now, if that is the version looked at.
func (b Rulebook[T]) present(ctx context.Context, w *work, id string, expected *int64) (who parley.Principal, present T, err error) {
	pending := b.book.One(&w.Reader, id)
	if who, err = w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
		return who, present, err
	}
	if present, err = pending.Get(ctx); err != nil {
		return who, present, err
	}
	return who, present, sameVersion(b.book.Words, *b.revision(&present).version, expected)
}

func (b Rulebook[T]) changed(r revision) parley.Event {
	return parley.Event{Type: b.book.Changed, Data: data(map[string]any{"what": b.book.Name, "id": *r.id, "version": *r.version})}
}

// sameVersion refuses a change made from an old copy.
func sameVersion(what string, present int64, expected *int64) error {
	if expected == nil || *expected == present {
		return nil
	}
	return parley.Errorf(parley.CodePreconditionFailed, "The %s has changed meanwhile: it is at version %d. Read it again, then repeat the change.", what, present).
		With("current_version", present)
}
