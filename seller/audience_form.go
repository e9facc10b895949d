package seller

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"parley"
)

// planLists are the members of an audience plan that are lists of audiences. Its primary audience is one.
var planLists = []string{"segments", "constraints", "extensions", "exclusions"}

// checkPlan judges the form of an audience plan, which is right or wrong whatever it is asked of, and puts it into the form in
// which it is kept: without the members that are null, since what is read of it again must have no list that is none.
func checkPlan(problems *parley.Problems, plan *json.RawMessage) {
	if len(*plan) == 0 {
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(*plan))
	decoder.UseNumber() // a number keeps its digits
	var members map[string]any
	if err := decoder.Decode(&members); err != nil {
		problems.Add("audience_plan", "must be an object")
		return
	}
	if members == nil {
		*plan = nil
		return
	}
	withoutNulls(members)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		path := "audience_plan." + name
		switch {
		case name == "primary":
			named, is := members[name].(map[string]any)
			if !is {
				problems.Add(path, "must be an object, one audience")
				continue
			}
			checkAudienceForm(problems, path, named)
		case slices.Contains(planLists, name):
			list, is := members[name].([]any)
			if !is {
				problems.Add(path, "must be a list of audiences")
			}
			for i, item := range list {
				checkListed(problems, fmt.Sprintf("%s[%d]", path, i), item)
			}
		case slices.Contains(planRecords, name):
			checkText(problems, path, members[name])
		}
	}
	kept, err := json.Marshal(members)
	if err != nil {
		problems.Add("audience_plan", "cannot be kept")
		return
	}
	*plan = kept
}

// checkListed judges an audience in a list, which may be an id alone.
func checkListed(problems *parley.Problems, path string, item any) {
	switch named := item.(type) {
	case map[string]any:
		checkAudienceForm(problems, path, named)
	case string:
		if named == "" {
			problems.Add(path, "must not be empty")
		}
	default:
		problems.Add(path, "must be an object, or the id of a segment as text")
	}
}

// checkAudienceForm judges one audience. Those that are no standard segments may be named otherwise than by an id.
func checkAudienceForm(problems *parley.Problems, path string, named map[string]any) {
	for _, member := range slices.Sorted(maps.Keys(named)) {
		switch member {
		case "confidence":
			if _, is := named[member].(json.Number); !is {
				problems.Add(path+"."+member, "must be a number")
			}
		case "compliance_context":
			if _, is := named[member].(map[string]any); !is {
				problems.Add(path+"."+member, "must be an object")
			}
		default:
			if slices.Contains(audienceRecords, member) {
				checkText(problems, path+"."+member, named[member])
			}
		}
	}
	if a := (audience{ref: named}); a.kind() == "standard" && a.id() == "" {
		problems.Add(path, "must name its segment by an identifier, or an id")
	}
}

func checkText(problems *parley.Problems, path string, value any) {
	if _, is := value.(string); !is {
		problems.Add(path, "must be text")
	}
}

// withoutNulls takes the members that are null out of an object and of all objects in it.
func withoutNulls(value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if member == nil {
				delete(value, name)
				continue
			}
			withoutNulls(member)
		}
	case []any:
		for _, item := range value {
			withoutNulls(item)
		}
	}
}
