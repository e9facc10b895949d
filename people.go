package parley

import (
	"time"
)

// People are the publisher's people as their keys tell them: keys of one name, and those of which one was rotated into the other, are
// one person's; and whoever made a key could be who uses it. Of two whom a provider vouches for it is the provider that tells whether they
// are one, whatever their names; it may be either whose name a key has that somebody holds.
type People struct {
	is    same           // by actor, and by name
	lines same           // by actor, of rotations alone
	keys  map[string]Key // by actor
}

// same has for one of a person another one of theirs; absent: it is the last.
type same map[string]string

// PeopleOf tells people from all of the publisher's keys, also those that do not hold any more.
func PeopleOf(keys []Key) People {
	p := People{is: same{}, lines: same{}, keys: map[string]Key{}}
	for _, k := range keys {
		p.keys[k.Actor()] = k
		p.is.join(k.Actor(), "called "+AlikeName(k.Label))
		if k.Replaces != "" {
			p.is.join(k.Actor(), k.former())
			p.lines.join(k.Actor(), k.former())
		}
	}
	return p
}

func (s same) join(one, other string) {
	if one, other = s.last(one), s.last(other); one != other {
		s[one] = other
	}
}

func (s same) last(actor string) string {
	for {
		next, joined := s[actor]
		if !joined {
			return actor
		}
		actor = next
	}
}

// One tells whether two actors are to be taken for one person: they are, or one made the other's key, directly or by keys between them.
// Keys that a third one made are two people's.
func (p People) One(a, b string) bool {
	return p.Same(a, b) || p.MadeSince(a, b, time.Time{}) || p.MadeSince(b, a, time.Time{})
}

// Same tells whether two actors' keys are one person's, whoever made them.
func (p People) Same(a, b string) bool {
	if p.keys[a].OfPerson() && p.keys[b].OfPerson() {
		return p.lines.last(a) == p.lines.last(b)
	}
	return p.is.last(a) == p.is.last(b)
}

// MadeSince tells whether an actor's key, or one that it was rotated from or made with, was made by another actor's person after an
// instant. That somebody made another key of the actor's name says nothing of the actor's own.
func (p People) MadeSince(actor, maker string, at time.Time) bool {
	seen := map[string]bool{}
	next := []string{actor}
	for len(next) > 0 {
		k, known := p.keys[next[0]]
		if next = next[1:]; !known || seen[k.ID] {
			continue
		}
		seen[k.ID] = true
		if p.Same(k.CreatedBy, maker) && k.CreatedAt.After(at) {
			return true
		}
		next = append(next, k.CreatedBy, k.former())
	}
	return false
}
