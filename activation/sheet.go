package activation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley"
)

// ByHand begins the name of what somebody has to make, since a destination does not let programs do that.
const ByHand = "by-hand:"

// SheetRow is one value that somebody who does a step by hand enters: the step, the field's path in its body, and the value.
type SheetRow struct{ Step, Field, Value string }

// Sheet is what the steps of a plan that are not known to be there are to hold, value by value, with the names of what is there in the
// place of earlier steps: what somebody enters where a destination does not let programs make something. Bodies that are no JSON have
// no rows.
func Sheet(plan Plan, begun []parley.ActivationStep) []SheetRow {
	var rows []SheetRow
	for _, step := range plan.Steps {
		known := Find(begun, step.Name)
		if known.Ref != "" && !strings.HasPrefix(known.Ref, ByHand) {
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(step.named(begun).Body))
		decoder.UseNumber()
		var body any
		if decoder.Decode(&body) == nil {
			rows = append(rows, values(step.Name, "", body)...)
		}
	}
	return rows
}

// values are the rows of a value and of all that is in it, by path.
func values(step, path string, value any) (rows []SheetRow) {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			rows = append(rows, values(step, strings.TrimPrefix(path+"."+name, "."), value[name])...)
		}
	case []any:
		for i, one := range value {
			rows = append(rows, values(step, fmt.Sprintf("%s[%d]", path, i), one)...)
		}
	case nil:
	default:
		rows = append(rows, SheetRow{Step: step, Field: path, Value: fmt.Sprint(value)})
	}
	return rows
}
