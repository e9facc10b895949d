package parley_test

import (
	"testing"
	"time"

	"parley"
)

// TestPeople tells people by who made whose key, by names and by rotation, each along whole chains.
func TestPeople(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	key := func(id, label, by, replaces string, hour int) parley.Key {
		return parley.Key{ID: id, Hint: "wxyz", Role: parley.RoleOperator, Label: label, CreatedBy: by, Replaces: replaces, CreatedAt: noon.Add(time.Duration(hour) * time.Hour)}
	}
	vouched := func(id, label, replaces string) parley.Key {
		k := key(id, label, "operator:oidc", replaces, 20)
		k.Hint = ""
		return k
	}
	people := parley.PeopleOf([]parley.Key{
		vouched("lee", "Lee", ""), vouched("other-lee", "Lee", ""), vouched("lee2", "Lee Ito", "lee"), vouched("bens", "Ben", ""), vouched("ito", "Lee Ito", ""),
		key("lees-key", "lee", "operator:terminal", "", 21), key("by-lee", "Max", "operator:lee", "", 22),
		key("root", "Root", "operator:terminal", "", 0), key("ann", "Ann", "operator:root", "", 1), key("ben", "Ben", "operator:root", "", 1),
		key("sue", "Sue", "operator:ann", "", 2), key("ann2", "Ann", "operator:root", "ann", 3), key("sue2", "Sue", "operator:root", "sue", 4),
		key("tom", "Tom", "operator:sue2", "", 5), key("ben-again", " bEN  ", "operator:terminal", "", 5), key("kim", "Kim", "operator:ben", "", 6),
		key("renamed", "Anna", "operator:root", "ann2", 7), key("zoe", "Zoe", "operator:ann", "", 9), key("zoe2", "Zoe", "operator:root", "zoe", 10),
	})
	for _, c := range []struct {
		a, b string
		one  bool
	}{
		{"ann", "ann", true}, {"ann", "ben", false}, {"ann", "sue", true}, {"ann2", "sue", true}, {"ann", "sue2", true}, {"renamed", "sue2", true},
		{"renamed", "tom", true}, {"ben", "ben-again", true}, {"ben-again", "kim", true}, {"kim", "ann2", false}, {"tom", "kim", false},
		{"root", "kim", true}, {"terminal", "root", true}, {"terminal", "tom", true}, {"sue", "zoe", false}, {"renamed", "zoe2", true}, {"stranger", "ann", false},
		{"lee", "lee", true}, {"lee", "other-lee", false}, {"lee", "lee2", true}, {"lee2", "other-lee", false}, {"lee2", "ito", false}, {"bens", "lee", false},
		{"bens", "ben", true}, {"lees-key", "lee", true}, {"lees-key", "other-lee", true}, {"lees-key", "lee2", true}, {"by-lee", "lee2", true}, {"by-lee", "other-lee", false},
	} {
		for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			if got := people.One("operator:"+pair[0], "operator:"+pair[1]); got != c.one {
				t.Errorf("%s and %s: one person %t, want %t", pair[0], pair[1], got, c.one)
			}
		}
	}
	for _, c := range []struct {
		actor, maker string
		hour         int
		since        bool
	}{
		{"zoe", "ann", 8, true}, {"zoe", "ann", 9, false}, {"zoe2", "renamed", 8, true}, {"sue", "ann", 8, false}, {"tom", "ann", 1, true},
		{"tom", "ann", 2, false}, {"kim", "ann", 0, false},
	} {
		if got := people.MadeSince("operator:"+c.actor, "operator:"+c.maker, noon.Add(time.Duration(c.hour)*time.Hour)); got != c.since {
			t.Errorf("%s made by %s since %d: %t", c.actor, c.maker, c.hour, got)
		}
	}
}
