package wire

import (
	"context"

	"parley/seller"
)

// listRules is the list of the rules of one kind.
func listRules[T, O any](plural string, render func(View, T) O, id func(T) string, book func(*seller.Service) seller.Rulebook[T]) List[Paging, T, O] {
	return List[Paging, T, O]{
		Plural: plural, Render: render, ID: id,
		Find: func(ctx context.Context, x *Exchange, _ Paging, page seller.Page) (seller.Listing[T], error) {
			return book(x.Service).List(ctx, x.Call, page)
		},
	}
}
