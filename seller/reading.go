package seller

import (
	"context"

	"parley"
	"parley/storage"
)

// forViewer reads what any of the publisher's people may.
func forViewer[T any](ctx context.Context, s *Service, call Call, ask func(*view) *storage.Pending[T]) (T, error) {
	return read(ctx, s, call, func(v *view) (T, error) {
		pending := ask(v)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			var none T
			return none, err
		}
		return pending.Get(ctx)
	})
}

// seen is what a caller sees of something at the instant of the view.
type seen[T any] func(v *view, who parley.Principal, found T) T

// own reads one thing that its owner may see, and an operator; for anybody else there is none.
func own[T any](
	ctx context.Context, s *Service, call Call, need need, what, id string, ask func(*storage.Reader, string) *storage.Pending[T],
	owner func(T) string, seen seen[T],
) (T, error) {
	return readOnce(ctx, s, call, func(v *view) (T, error) {
		var none T
		pending := ask(v.Reader, id)
		who, err := v.authorize(ctx, need)
		if err != nil {
			return none, err
		}
		found, err := pending.Get(ctx)
		if err == nil && !who.MaySee(owner(found)) {
			err = unknown(what, id)
		}
		if err != nil {
			return none, err
		}
		return seen(v, who, found), nil
	})
}

// ownList reads a page of what the caller may see: a buyer its own, whose owner is given to ask, an operator all.
func ownList[T any](
	ctx context.Context, s *Service, call Call, ask func(v *view, owner *string) *storage.Pending[Listing[T]], seen seen[T],
) (Listing[T], error) {
	return read(ctx, s, call, func(v *view) (Listing[T], error) {
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return Listing[T]{}, err
		}
		listing, err := ask(v, ownOnly(who)).Get(ctx)
		for i := range listing.Items {
			listing.Items[i] = seen(v, who, listing.Items[i])
		}
		return listing, err
	})
}

// whole sees all of something.
func whole[T any](_ *view, _ parley.Principal, found T) T { return found }
