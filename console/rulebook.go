package console

import (
	"net/url"
	"slices"

	"parley"
	"parley/seller"
)

// rulebook is a kind of rule as its pages reach it. All kinds are made, changed, taken out of force and read back alike.
type rulebook[T any] struct {
	seller.Rulebook[T]
	what string // in words, such as "pricing rule"
	list string // the page that shows all of them, such as "/pricing"
}

// past is what a rule was, and what it is.
type past[T any] struct {
	Rule    *T // its last version; nil: a new one
	Deleted bool
	History []T // newest first
}

// past reads the rule that the page's address names, none on the page of a new one.
func (b rulebook[T]) past(x *exchange) (past[T], error) {
	id := x.PathValue("id")
	if id == "" {
		return past[T]{}, nil
	}
	history, err := b.History(x.Context(), x.call, id)
	if err != nil {
		return past[T]{}, missing(err, b.what, id)
	}
	slices.Reverse(history)
	_, err = b.Read(x.Context(), x.call, id)
	return past[T]{Rule: &history[0], Deleted: parley.Is(err, parley.CodeNotFound), History: history}, nil
}

// page shows the rule that the page's address names, by ask, with what values has of it in the fields of its form. One that was
// deleted still has its history.
func (b rulebook[T]) page(x *exchange, values func(T) url.Values, ask func(int, *form) error) error {
	rule, err := b.Read(x.Context(), x.call, x.PathValue("id"))
	switch {
	case err == nil:
		return ask(x.refusedOr(newForm(values(rule))))
	case parley.Is(err, parley.CodeNotFound):
		return ask(x.refusedOr(newForm(nil)))
	}
	return err
}

// now has the rule as it stands in the fields of its form.
func (b rulebook[T]) now(values func(T) url.Values) func(*exchange) (url.Values, error) {
	return func(x *exchange) (url.Values, error) {
		rule, err := b.Read(x.Context(), x.call, x.PathValue("id"))
		return values(rule), missing(err, b.what, x.PathValue("id"))
	}
}

// keep puts what a form says in force, for the rule that the page's address names or as a new one.
func (b rulebook[T]) keep(x *exchange, rule T, version *int64) (seller.Answer, error) {
	if x.PathValue("id") == "" {
		return b.Create(x.Context(), x.call, rule, b.toList())
	}
	return b.Replace(x.Context(), x.call, rule, version, b.toList())
}

// delete takes the rule out of force that the page's address names, and tells what that did.
func (b rulebook[T]) delete(x *exchange, done string) error {
	r := reader{values: x.PostForm}
	answer, err := b.Delete(x.Context(), x.call, x.PathValue("id"), r.version(), b.toList())
	if err != nil {
		return missing(err, b.what, x.PathValue("id"))
	}
	x.follow(answer, done)
	return nil
}

func (b rulebook[T]) toList() seller.Encode[T] { return thenGo(func(T) string { return b.list }) }
