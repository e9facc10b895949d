package wire

import (
	"context"

	"parley/seller"
)

// Rulebook is what is asked of the rules of one kind. A body makes or replaces one, and each is written in one way, in lists, alone and
// in the history.
type Rulebook[T, B, O any] struct {
	List    List[Paging, T, O]
	Get     Lookup[T, O]
	History Lookup[[]T, History[O]]
	Create  Act[B, T, O]
	Replace Act[B, T, O]
	Delete  Act[none, T, O] // whose answer is the rule as it was
}

// ruleBody is the body that makes or replaces a rule.
type ruleBody[T, B any] interface {
	*B
	Domain(id string) (T, error) // empty of a new one
	version() *int64
}

// RuleVersion is embedded in the bodies that make or replace a rule.
type RuleVersion struct {
	Version *int64 `json:"version,omitempty" minimum:"1" doc:"The version that a replacement was made from."`
}

func (v RuleVersion) version() *int64 { return v.Version }

// rulebook asks of the rules of one kind at a path, whose last part id names.
func rulebook[T, B, O any, P ruleBody[T, B]](
	path, id, plural string, book func(*seller.Service) seller.Rulebook[T], render func(View, T) O, idOf func(T) string,
) Rulebook[T, B, O] {
	one := path + "/{" + id + "}"
	return Rulebook[T, B, O]{
		List: List[Paging, T, O]{
			Plural: plural, Render: render, ID: idOf,
			Find: func(ctx context.Context, x *Exchange, _ Paging, page seller.Page) (seller.Listing[T], error) {
				return book(x.Service).List(ctx, x.Call, page)
			},
		},
		Get: Lookup[T, O]{
			Find: func(s *seller.Service, ctx context.Context, call seller.Call, id string) (T, error) {
				return book(s).Read(ctx, call, id)
			},
			Render: render,
		},
		History: Lookup[[]T, History[O]]{
			Find: func(s *seller.Service, ctx context.Context, call seller.Call, id string) ([]T, error) {
				return book(s).History(ctx, call, id)
			},
			Render: func(v View, versions []T) History[O] { return HistoryOf(v, versions, render) },
		},
		Create: act("POST "+path, Made, render,
			func(ctx context.Context, x *Exchange, _ string, body *B, encode seller.Encode[T]) (seller.Answer, error) {
				rule, err := P(body).Domain("")
				if err != nil {
					return seller.Answer{}, err
				}
				return book(x.Service).Create(ctx, x.Call, rule, encode)
			}),
		Replace: act("PUT "+one, Done, render,
			func(ctx context.Context, x *Exchange, id string, body *B, encode seller.Encode[T]) (seller.Answer, error) {
				expected, err := x.MadeFrom(P(body).version())
				if err != nil {
					return seller.Answer{}, err
				}
				rule, err := P(body).Domain(id)
				if err != nil {
					return seller.Answer{}, err
				}
				return book(x.Service).Replace(ctx, x.Call, rule, expected, encode)
			}),
		Delete: act("DELETE "+one, Done, render,
			func(ctx context.Context, x *Exchange, id string, _ *none, encode seller.Encode[T]) (seller.Answer, error) {
				return book(x.Service).Delete(ctx, x.Call, id, x.Expected.Version, encode)
			}),
	}
}
