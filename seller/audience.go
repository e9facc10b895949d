package seller

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"parley"
)

// planRecords are the members of an audience plan that name no audience: what the plan is called, and why it is so.
var planRecords = []string{
	"plan_id", "planId", "audience_plan_id", "schema_version", "campaign_id", "campaignId", "name", "rationale", "created_at", "updated_at",
}

// checkAudience refuses a plan that asks for audiences, naming each: products are not sold by audience here, and a plan that
// is taken without being honoured would be paid for. The answer's status is one that buyers' agents know to ask for less
// after.
func checkAudience(plan json.RawMessage) error {
	unsupported := audiencesOf(plan)
	if len(unsupported) == 0 {
		return nil
	}
	return &parley.Error{
		Code:        parley.CodeUnsupportedAudience,
		Message:     "This seller does not target audiences. Leave out of the audience plan what unsupported names.",
		Unsupported: unsupported,
	}
}

// mostAudiences bounds how many audiences of a plan are named.
const mostAudiences = 50

// audiencesOf names what a plan asks for.
func audiencesOf(plan json.RawMessage) []parley.Unsupported {
	if len(plan) == 0 {
		return nil
	}
	var members map[string]any
	if json.Unmarshal(plan, &members) != nil {
		return nil // no plan
	}
	var unsupported []parley.Unsupported
	name := func(path string, audience any) {
		if len(unsupported) < mostAudiences {
			kind, _ := member(audience, "type").(string)
			unsupported = append(unsupported, unsupportedAudience(path, kind))
		}
	}
	for _, role := range slices.Sorted(maps.Keys(members)) {
		path := "$.audience_plan." + role
		switch asked := members[role].(type) {
		case nil:
		case []any:
			for i, audience := range asked {
				name(fmt.Sprintf("%s[%d]", path, i), audience)
			}
		case map[string]any:
			if len(asked) > 0 {
				name(path, asked)
			}
		default:
			if !slices.Contains(planRecords, role) && asked != "" && asked != false {
				name(path, nil)
			}
		}
	}
	return unsupported
}

func unsupportedAudience(path, kind string) parley.Unsupported {
	switch kind {
	case "contextual", "agentic":
	default:
		kind = "standard"
	}
	return parley.Unsupported{Capability: "audience_" + kind, Path: path, Reason: kind + " audiences are not targeted by this seller"}
}

func member(object any, name string) any {
	members, _ := object.(map[string]any)
	return members[name]
}
