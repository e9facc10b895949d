package rest

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"parley/seller"
	"parley/wire"
)

// rulebook is one kind of rule as the API has it: its words, and its documents. All kinds are kept by the same routes.
type rulebook[T, B, O any] struct {
	path    string // of the list; the last part of a rule's is the wildcard that id names
	id      string // such as rule_id
	name    string // in the ids of operations, such as PricingRule
	tag     string
	a, what string // in words: "a pricing rule", and "rule" for short
	listed  string // which ones are listed
	example string // of a body

	// What creating, listing, replacing and deleting says beside what holds for every kind.
	creating, listing, replacing, deleting string

	book    func(*seller.Service) seller.Rulebook[T]
	domain  func(*B, string) (T, error)  // by the id of the rule, empty of a new one
	version func(*B) *int64              // that a change was made from
	list    wire.List[wire.Paging, T, O] // whose rows are written as a rule is anywhere
	sample  T
}

// ruleRoutes are those of every kind.
var ruleRoutes = slices.Concat(pricingRuleRoutes, approvalRuleRoutes, negotiationProfileRoutes)

func (b rulebook[T, B, O]) routes() []Route {
	path := b.path + "/{" + b.id + "}"
	route := func(method, at, id, summary, description string) Route {
		scopes := admin
		if method == http.MethodGet {
			scopes = viewer
		}
		return Route{
			Method: method, Path: at, Access: AccessOperator, Scopes: scopes, ID: id, Tag: b.tag, Summary: summary, Description: description,
		}
	}
	create := route(http.MethodPost, b.path, "create"+b.name, "Put a new "+b.noun()+" in force", b.creating)
	replace := route(http.MethodPut, path, "replace"+b.name, "Replace "+b.a, b.replacing+" Name the version that the change was made from, "+
		"in If-Match or as version, to have it refused when somebody else was faster.")
	remove := route(http.MethodDelete, path, "delete"+b.name, "Take "+b.a+" out of force", b.deleting+" The answer is the "+b.what+" as it was.")
	create.Example, replace.Example = b.example, b.example
	replace.Failures, remove.Failures = []int{http.StatusPreconditionFailed}, []int{http.StatusPreconditionFailed}
	return []Route{
		act(create, wire.Act[B, T, O]{
			Line: http.MethodPost + " " + b.path, Render: b.list.Render, Status: wire.Made,
			Run: func(ctx context.Context, x *wire.Exchange, _ string, body *B, encode seller.Encode[T]) (seller.Answer, error) {
				rule, err := b.domain(body, "")
				if err != nil {
					return seller.Answer{}, err
				}
				return b.book(x.Service).Create(ctx, x.Call, rule, encode)
			},
		}, b.sample),
		list(route(http.MethodGet, b.path, "list"+b.name+"s", "List the "+b.listed, b.listing), b.list, b.sample),
		one(route(http.MethodGet, path, "get"+b.name, "Read "+b.a, "Its ETag names its version."), wire.Lookup[T, O]{
			Find: func(s *seller.Service, ctx context.Context, call seller.Call, id string) (T, error) {
				return b.book(s).Read(ctx, call, id)
			},
			Render: b.list.Render,
		}, b.sample),
		read(route(http.MethodGet, path+"/history", "get"+b.name+"History", "Read every version of "+b.a,
			"Oldest first; also of a "+b.what+" that was deleted."),
			func(ctx context.Context, x *exchange, path idPath) (wire.History[O], error) {
				versions, err := b.book(x.Service).History(ctx, x.Call, path.ID)
				return wire.HistoryOf(x.View, versions, b.list.Render), err
			}, func(x *exchange) wire.History[O] { return wire.HistoryOf(x.View, []T{b.sample}, b.list.Render) }),
		actWith(replace, wire.Act[B, T, O]{Render: b.list.Render, Status: wire.Done}, b.sample,
			func(ctx context.Context, x *exchange, params idChange, body *B, encode seller.Encode[T]) (seller.Answer, error) {
				expected, err := params.expected(b.version(body))
				if err != nil {
					return seller.Answer{}, err
				}
				rule, err := b.domain(body, params.ID)
				if err != nil {
					return seller.Answer{}, err
				}
				return b.book(x.Service).Replace(ctx, x.Call, rule, expected, encode)
			}),
		actWith(remove, wire.Act[none, T, O]{Render: b.list.Render, Status: wire.Done}, b.sample,
			func(ctx context.Context, x *exchange, params idDeletion, _ *none, encode seller.Encode[T]) (seller.Answer, error) {
				expected, err := params.expectedVersion()
				if err != nil {
					return seller.Answer{}, err
				}
				return b.book(x.Service).Delete(ctx, x.Call, params.ID, expected, encode)
			}),
	}
}

// noun is the kind in words, without its article.
func (b rulebook[T, B, O]) noun() string {
	_, noun, _ := strings.Cut(b.a, " ")
	return noun
}

// always is how a body is taken that always makes a rule.
func always[T, B any](domain func(*B, string) T) func(*B, string) (T, error) {
	return func(body *B, id string) (T, error) { return domain(body, id), nil }
}
