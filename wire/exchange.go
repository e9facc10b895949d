package wire

import (
	"context"

	"parley"
	"parley/seller"
)

// Exchange is one request on its way through an edge: who makes it, what keeps it apart from others, and for whom it is answered.
type Exchange struct {
	View
	Service *seller.Service
	Call    seller.Call
	// ContextID is what the caller calls the conversation, where its protocol has names for that: it is kept with a new quote or
	// proposal. Empty: nothing.
	ContextID string
	// Expected is what the caller takes to be there, where it says so beside the body.
	Expected seller.Expected
	// Within is the id of what has the thing that a line names, of the lines that name both.
	Within string
	// Ignored hears of the members that a body was not read for; nil: a body that has such is refused.
	Ignored func(members []string)
}

// MadeFrom is the version that a change was made from, which the caller says in the body or beside it; nil: neither.
func (x *Exchange) MadeFrom(inBody *int64) (*int64, error) {
	beside := x.Expected.Version
	switch {
	case beside == nil:
		return inBody, nil
	case inBody != nil && *inBody != *beside:
		return nil, parley.Invalid("version", "is another one than If-Match names; send one")
	}
	return beside, nil
}

// Lookup reads one thing by its id, and writes it.
type Lookup[R, O any] struct {
	Find   func(*seller.Service, context.Context, seller.Call, string) (R, error)
	Render func(View, R) O
}

// Read answers the document of what has an id.
func (l Lookup[R, O]) Read(ctx context.Context, x *Exchange, id string) (document O, err error) {
	found, err := l.Find(x.Service, ctx, x.Call, id)
	if err != nil {
		return document, err
	}
	return l.Render(x.View, found), nil
}

// Question is answered and changes nothing. What is asked is in parameters or in a body.
type Question[Q, R, O any] struct {
	Find   func(context.Context, *Exchange, Q) (R, error)
	Render func(View, R) O
}

// Read answers the document of what is asked.
func (q Question[Q, R, O]) Read(ctx context.Context, x *Exchange, asked Q) (document O, err error) {
	found, err := q.Find(ctx, x, asked)
	if err != nil {
		return document, err
	}
	return q.Render(x.View, found), nil
}

// asFound writes what is found as a document already.
func asFound[O any](_ View, found O) O { return found }

// List reads a page of rows, each written as reading it alone writes it.
type List[F Pager, R, O any] struct {
	Plural string // what the rows are called
	Find   func(context.Context, *Exchange, F, seller.Page) (seller.Listing[R], error)
	Render func(View, R) O
	ID     func(R) string // of a row, for the cursor; nil, and of a list that is sorted otherwise: cursors count rows
}

// Read answers the page that a filter asks for.
func (l List[F, R, O]) Read(ctx context.Context, x *Exchange, filter F) (Page, error) {
	id := l.ID
	if sorting, ok := any(filter).(interface{ Sorted() bool }); ok && sorting.Sorted() {
		id = nil
	}
	return ReadPage(l.Plural, filter.Asked(), id, func(page seller.Page) (seller.Listing[R], error) {
		return l.Find(ctx, x, filter, page)
	}, func(row R) O { return l.Render(x.View, row) })
}

// Act changes something. A retry of it is known by its line and its body, whichever edge it comes through.
type Act[B, R, O any] struct {
	Line   string // method and path of the API's request, as http.ServeMux reads them
	Run    Run[B, R]
	Render func(View, R) O
	Status int          // of the answer: Done or Made
	Else   int          // of the answer to what When tells, such as Held
	When   func(R) bool // nil: never
}

// Run hands a request to its flow: the id in its path, empty where there is none, and its body.
type Run[B, R any] func(context.Context, *Exchange, string, *B, seller.Encode[R]) (seller.Answer, error)

// The statuses of what was done, in HTTP's numbers, which the answers that are kept for repetitions carry.
const (
	Done = 200
	Made = 201
	Held = 202 // for the publisher's approval
)

// act is an act that is always answered with one status.
func act[B, R, O any](line string, status int, render func(View, R) O, run Run[B, R]) Act[B, R, O] {
	return Act[B, R, O]{Line: line, Run: run, Render: render, Status: status}
}

// Answer writes what a flow came to, as it is kept for repetitions.
func (a Act[B, R, O]) Answer(x *Exchange) seller.Encode[R] {
	return func(result R) (seller.Answer, error) {
		status := a.Status
		if a.When != nil && a.When(result) {
			status = a.Else
		}
		body, err := Encode(a.Render(x.View, result))
		return seller.Answer{Status: status, Body: body}, err
	}
}

// none is the body of an act that takes none.
type none struct{}

// byID runs a flow that takes nothing but the id of what it is about.
func byID[B, R any](flow func(*seller.Service, context.Context, seller.Call, string, seller.Encode[R]) (seller.Answer, error)) Run[B, R] {
	return func(ctx context.Context, x *Exchange, id string, _ *B, encode seller.Encode[R]) (seller.Answer, error) {
		return flow(x.Service, ctx, x.Call, id, encode)
	}
}

// byBody runs a flow that takes what a body says.
func byBody[B, D, R any](
	flow func(*seller.Service, context.Context, seller.Call, D, seller.Encode[R]) (seller.Answer, error), domain func(*B) D,
) Run[B, R] {
	return func(ctx context.Context, x *Exchange, _ string, body *B, encode seller.Encode[R]) (seller.Answer, error) {
		return flow(x.Service, ctx, x.Call, domain(body), encode)
	}
}

// byBoth runs a flow that takes the id of what it is about, and what a body says.
func byBoth[B, D, R any](
	flow func(*seller.Service, context.Context, seller.Call, string, D, seller.Encode[R]) (seller.Answer, error), domain func(*B) D,
) Run[B, R] {
	return func(ctx context.Context, x *Exchange, id string, body *B, encode seller.Encode[R]) (seller.Answer, error) {
		return flow(x.Service, ctx, x.Call, id, domain(body), encode)
	}
}
