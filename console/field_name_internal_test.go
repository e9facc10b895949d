package console

import (
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
	problems.Add("entries[1].base_cpm", "is required")
	if text := plainMessage(problems.Err().(*parley.Error)); text != "Base CPM in line 2 is required." { //nolint:errorlint,forcetypeassert // it is one
		t.Error(text)
	}
	problems.Add("volume_brackets[0].discount", "must be less")
	if text := plainMessage(problems.Err().(*parley.Error)); text != "Base CPM in line 2 is required (and 1 more)." { //nolint:errorlint,forcetypeassert // it is one
		t.Error(text)
	}
	if text := plainMessage(parley.Errorf(parley.CodeConflict, "It is gone.")); text != "It is gone." {
		t.Error(text)
	}
}
