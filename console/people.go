package console

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"parley"
	"parley/seller"
)

// people are the publisher's people, by the principals that their keys are.
type people struct {
	keys  []parley.Key
	names map[string]string // by parley.Principal.Actor
}

// mostPeople are the newest keys of people that are named; those of others by their ids.
const mostPeople = 1000

func peopleOf(keys []parley.Key) people {
	p := people{keys: keys, names: make(map[string]string, len(keys))}
	for _, key := range keys {
		p.names[key.Principal("").Actor()] = cmp.Or(key.Label, key.ID)
	}
	return p
}

func (x *exchange) people() (people, error) {
	found, err := x.service.Keys(x.Context(), x.call, seller.KeyFilter{Role: parley.RoleOperator, Page: seller.Page{Limit: mostPeople, Newest: true, CountTo: 1}})
	return peopleOf(found.Items), err
}

// mostNamedBuyers are named in what they did; the keys of others by their ids.
const mostNamedBuyers = 1000

// nameBuyers adds what the newest keys of buyers are called.
func (x *exchange) nameBuyers(to people) error {
	found, err := x.service.Keys(x.Context(), x.call, seller.KeyFilter{Role: parley.RoleBuyer, Page: seller.Page{Limit: mostNamedBuyers, Newest: true, CountTo: 1}})
	for _, key := range found.Items {
		if key.Label != "" {
			to.names[key.Principal("").Actor()] = key.Label
		}
	}
	return err
}

// name is what a principal is called; what is nobody's key is left as it is.
func (p people) name(actor string) string {
	if name, known := p.names[actor]; known {
		return name
	}
	return strings.TrimPrefix(actor, "operator:")
}

// names are what the publisher's people and buyers' keys are called, for every page.
type names struct {
	mu     sync.RWMutex
	people people
	at     time.Time
}

// namesLast is how long the names are used before they are read again: a new key has its id for a name meanwhile.
const namesLast = 10 * time.Second

// of is what a principal is called.
func (n *names) of(actor string) string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.people.name(actor)
}

var actorInJSON = regexp.MustCompile(`"(?:operator|buyer):key-[0-9A-Za-z]+"`)

// named indents JSON and has people in it by what they are called.
func (n *names) named(value any) string {
	return actorInJSON.ReplaceAllStringFunc(pretty(value), func(quoted string) string {
		return strconv.Quote(n.of(strings.Trim(quoted, `"`)))
	})
}

// ofKey is what the holder of a key is called, by the key's id; empty where that is none, or not known.
func (n *names) ofKey(id string) string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	for _, role := range []parley.Role{parley.RoleOperator, parley.RoleBuyer} {
		if name, known := n.people.names[parley.Principal{Role: role, KeyID: id}.Actor()]; known && id != "" {
			return name
		}
	}
	return ""
}

// learnNames reads the names again where they are old, or do not have the one who asks. A page is not held up by them.
func (x *exchange) learnNames(status int) {
	n, now := &x.names, x.clock()
	n.mu.RLock()
	_, known := n.people.names[x.who.Actor()]
	fresh := known && now.Sub(n.at) < namesLast
	n.mu.RUnlock()
	if fresh || status >= http.StatusInternalServerError {
		return
	}
	found, err := x.people()
	if err == nil {
		err = x.nameBuyers(found)
	}
	if err != nil {
		x.log.Debug("names could not be read", "error", err)
		return
	}
	if x.who.KeyID != "" {
		found.names[x.who.Actor()] = cmp.Or(x.who.Label, x.who.KeyID)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.people, n.at = found, now
}

// Choices are those who can see to a question, by the ids of their keys.
func (p people) Choices(a parley.Approval) []Option {
	choices := []Option{{Label: "Whoever may decide", Selected: a.Assignee == ""}}
	for _, key := range p.keys {
		person := key.Principal("")
		if key.RevokedAt == nil && a.DecidableBy(person) && person.Actor() != a.RequestedBy {
			choices = append(choices, Option{key.ID, cmp.Or(key.Label, key.ID), person.Actor() == a.Assignee})
		}
	}
	slices.SortFunc(choices[1:], func(a, b Option) int { return cmp.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)) })
	return choices
}
