package console

import (
	"encoding/json"
	"testing"
)

// TestMappingsSurviveTheirForm reads back what the form of a mapping shows of it.
func TestMappingsSurviveTheirForm(t *testing.T) {
	t.Parallel()
	for kind, refs := range map[string]string{
		"file_drop":  `{"ad_units":["a/b","c"],"durations":[15,30],"key_values":{"pos":"1","sec":"news"},"priority":"4","sizes":["300x250"]}`,
		"deals_api":  `{"auxdata":2,"cat":["IAB17"],"devicetype":[3,7],"pubcount":1,"sellerids":["s-1"]}`,
		"ad_manager": `{"ad_units":["12"],"key_values":[{"key":"pos","values":["1","2"]}],"max_seconds":30,"priority":8,"sizes":["640x480"]}`,
		"another":    `{"anything":{"at":["all"]}}`,
	} {
		called := mappingObject(kind, "product")
		r := reader{values: called.values(json.RawMessage(refs))}
		back := r.object(called, nil)
		var shown, read any
		if json.Unmarshal([]byte(refs), &shown) != nil || json.Unmarshal(back, &read) != nil || r.problems.Err() != nil {
			t.Fatalf("%s: %s, %v", kind, back, r.problems.Err())
		}
		one, errOne := json.Marshal(shown)
		other, errOther := json.Marshal(read)
		if errOne != nil || errOther != nil || string(one) != string(other) {
			t.Errorf("%s becomes %s", one, other)
		}
	}
}
