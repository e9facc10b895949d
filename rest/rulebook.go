package rest

import (
	"net/http"
	"slices"
	"strings"

	"parley/wire"
)

// rulebook is one kind of rule in the words of the API's description. All kinds are kept by the same routes.
type rulebook[T, B, O any] struct {
	name    string // in the ids of operations, such as PricingRule
	tag     string
	a, what string // in words: "a pricing rule", and "rule" for short
	listed  string // which ones are listed
	example string // of a body

	// What creating, listing, replacing and deleting says beside what holds for every kind.
	creating, listing, replacing, deleting string

	asked  wire.Rulebook[T, B, O]
	sample T
}

// ruleRoutes are those of every kind.
var ruleRoutes = slices.Concat(pricingRuleRoutes, approvalRuleRoutes, negotiationProfileRoutes)

func (b rulebook[T, B, O]) routes() []Route {
	_, all, _ := strings.Cut(b.asked.Create.Line, " ")
	_, path, _ := strings.Cut(b.asked.Replace.Line, " ")
	found := func(path, id, summary, description string) Route {
		return Route{
			Method: http.MethodGet, Path: path, Access: AccessOperator, Scopes: viewer, ID: id, Tag: b.tag, Summary: summary, Description: description,
		}
	}
	changed := func(id, summary, description string) Route {
		return Route{Access: AccessOperator, Scopes: admin, ID: id, Tag: b.tag, Summary: summary, Description: description}
	}
	create := changed("create"+b.name, "Put a new "+b.noun()+" in force", b.creating)
	replace := changed("replace"+b.name, "Replace "+b.a, b.replacing+" Name the version that the change was made from, "+
		"in If-Match or as version, to have it refused when somebody else was faster.")
	remove := changed("delete"+b.name, "Take "+b.a+" out of force", b.deleting+" The answer is the "+b.what+" as it was.")
	create.Example, replace.Example = b.example, b.example
	replace.Failures, remove.Failures = []int{http.StatusPreconditionFailed}, []int{http.StatusPreconditionFailed}
	return []Route{
		act(create, b.asked.Create, b.sample),
		list(found(all, "list"+b.name+"s", "List the "+b.listed, b.listing), b.asked.List, b.sample),
		one(found(path, "get"+b.name, "Read "+b.a, "Its ETag names its version."), b.asked.Get, b.sample),
		one(found(path+"/history", "get"+b.name+"History", "Read every version of "+b.a, "Oldest first; also of a "+b.what+" that was deleted."),
			b.asked.History, []T{b.sample}),
		actWith[idChange](replace, b.asked.Replace, b.sample),
		actWith[idDeletion](remove, b.asked.Delete, b.sample),
	}
}

// noun is the kind in words, without its article.
func (b rulebook[T, B, O]) noun() string {
	_, noun, _ := strings.Cut(b.a, " ")
	return noun
}
