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
	for _, c := range []struct {
		err  error
		want string
	}{
		{parley.Invalid("modifications.counter_cpm", "must not be below the floor of %s", "18.00"), "Counter CPM must not be below the floor of 18.00."},
		{parley.Invalid("modifications", "need a counter_cpm of at least 18"), "These terms need a price of at least 18."},
		{parley.Invalid("proposed_values", "%s", "The product is not offered at the moment."), "The product is not offered at the moment."},
		{parley.Invalid("proposed_values.cancel_pct", "leaves %d impressions, and the product's minimum is %d: give up less, or all", 9000, 10000),
			"Cancel % leaves 9,000 impressions, and the product's minimum is 10,000: give up less, or all."},
		{parley.Invalid("price", "must be at least the floor of these terms, %s", "1850.00"), "Price must be at least the floor of these terms, 1,850.00."},
		{parley.Errorf(parley.CodeConflict, "The flight of this deal ended on %s.", parley.Date(20_000)), "The flight of this deal ended on 4 Oct 2024."},
		{parley.Invalid("decision", "must be reject: %s", "The product is not offered at the moment."), "It can only be declined: The product is not offered at the moment."},
		{parley.Invalid("daily_impressions", "must be from 0 to 7, or null"), "Daily impressions must be from 0 to 7, or empty."},
		{parley.Errorf(parley.CodeConflict, "What was to be decided is over."), "What was to be decided is over."},
	} {
		var told *parley.Error
		if !errors.As(c.err, &told) {
			t.Fatal(c.err)
		}
		kept := english.text(string(withLabels([]byte(refusedWords(told.Message)))))
		if shown := english.text(string(withLabels([]byte(plainMessage(told))))); shown != c.want || kept != c.want {
			t.Errorf("%q is shown as %q, and kept as %q; want %q", told.Message, shown, kept, c.want)
		}
	}
}
