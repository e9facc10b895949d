package console

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
)

// TestThoseWhoActedAreToldApart has people who were renamed, and others of one name.
func TestThoseWhoActedAreToldApart(t *testing.T) {
	t.Parallel()
	key := func(id, label, replaces string) parley.Key {
		return parley.Key{ID: id, Role: parley.RoleOperator, Label: label, Replaces: replaces}
	}
	who := peopleOf([]parley.Key{
		key("7", "kim", ""), key("6", "Ann Berg", "5"), key("5", "Ann Ito", "4"), key("4", "Ann Ito", "3"), key("3", "Ann", ""), key("2", "Kim", ""), key("1", "Zoe", "gone"),
	})
	for chosen, more := range map[string][]string{"": nil, "operator:6": nil, "buyer:9": {"buyer:9=buyer:9"}} {
		want := append([]string{"=Anybody", "operator:6=Ann Berg, formerly Ann Ito, Ann", "operator:2=Kim (2)", "operator:7=kim (7)", "operator:1=Zoe"}, more...)
		if diff := cmp.Diff(want, who.actors(chosen)); diff != "" {
			t.Errorf("%q chosen (-want +got):\n%s", chosen, diff)
		}
	}
}
