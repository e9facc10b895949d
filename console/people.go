package console

import (
	"cmp"
	"slices"
	"strings"

	"parley"
	"parley/seller"
)

// people are the publisher's people, by the principals that their keys are.
type people struct {
	keys  []parley.Key
	names map[string]string // by parley.Principal.Actor
}

// mostPeople are named on one page.
const mostPeople = 200

func peopleOf(keys []parley.Key) people {
	p := people{keys: keys, names: make(map[string]string, len(keys))}
	for _, key := range keys {
		p.names[key.Principal("").Actor()] = cmp.Or(key.Label, key.ID)
	}
	return p
}

func (x *exchange) people() (people, error) {
	found, err := x.service.Keys(x.Context(), x.call, seller.KeyFilter{Role: parley.RoleOperator, Page: seller.Page{Limit: mostPeople}})
	return peopleOf(found.Items), err
}

// name is what a principal is called; what is nobody's key is left as it is.
func (p people) name(actor string) string {
	if name, known := p.names[actor]; known {
		return name
	}
	return strings.TrimPrefix(actor, "operator:")
}

// Name is name, for templates.
func (p people) Name(actor string) string { return p.name(actor) }

// Choices are those who can see to a question, by the ids of their keys.
func (p people) Choices(a parley.Approval) []Option {
	choices := []Option{{Label: "Whoever may decide", Selected: a.Assignee == ""}}
	for _, key := range p.keys {
		person := key.Principal("")
		if key.RevokedAt == nil && person.Has(a.Role) && person.Actor() != a.RequestedBy {
			choices = append(choices, Option{key.ID, cmp.Or(key.Label, key.ID), person.Actor() == a.Assignee})
		}
	}
	slices.SortFunc(choices[1:], func(a, b Option) int { return cmp.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)) })
	return choices
}
