package console

import (
	"errors"
	"testing"

	"parley"
)

func TestFieldsInWords(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"name": "Name", "entries[0].base_cpm": "Base CPM in line 1", "modifications.counter_cpm": "Counter CPM", "total_cap_pct": "Total cap %",
		"global_floors[2]": "Global floors in line 3", "products[x].weight": "Weight", "agent_url": "Agent URL", "": "",
	} {
		if name := fieldName(path); name != want {
			t.Errorf("%s is %q, want %q", path, name, want)
		}
	}
	var problems parley.Problems
	plain := func() string {
		var told *parley.Error
		if !errors.As(problems.Err(), &told) {
			t.Fatal("nothing is wrong")
		}
		return string(withLabels([]byte(plainMessage(told))))
	}
	problems.Add("entries[1].base_cpm", "is required")
	if text := plain(); text != "Base CPM in line 2 is required." {
		t.Error(text)
	}
	problems.Add("volume_brackets[0].discount", "must be less")
	if text := plain(); text != "Base CPM in line 2 is required (and 1 more)." {
		t.Error(text)
	}
	if text := plainMessage(parley.Errorf(parley.CodeConflict, "It is gone.")); text != "It is gone." {
		t.Error(text)
	}
}
