package seller

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley"
)

// planRecords are the members of an audience plan that name no audience: what the plan is called, and why it is so.
var planRecords = []string{
	"plan_id", "planId", "audience_plan_id", "schema_version", "campaign_id", "campaignId", "name", "rationale", "created_at", "updated_at",
}

// audienceRecords are the members of an audience that limit it no further.
var audienceRecords = []string{
	"type", "identifier", "id", "taxonomy", "version", "role", "name", "description", "source", "confidence", "compliance_context",
}

// The roles of a plan whose audiences a product can be sold by: those that the deal reaches. The others take away from these,
// or add to them.
var honouredRoles = []string{"primary", "segments"}

// reach are the words of an audience for its own role that say the same.
var reach = []string{"", "reach", "primary", "include"}

// audience is one that a plan asks for.
type audience struct {
	path string // in the request
	role string // the member of the plan
	ref  any    // an object, or a bare id
}

// checkAudience refuses a plan that asks for audiences which the product is not sold by, naming each: a plan that is taken
// without being honoured would be paid for. The answer's status is one that buyers' agents know to ask for less after.
func checkAudience(plan json.RawMessage, product parley.Product) error {
	var unsupported []parley.Unsupported
	for _, a := range audiencesOf(plan) {
		if why := a.unsold(product); why != "" {
			unsupported = append(unsupported, parley.Unsupported{Capability: "audience_" + a.kind(), Path: a.path, Reason: why})
		}
	}
	if len(unsupported) == 0 {
		return nil
	}
	return &parley.Error{
		Code:        parley.CodeUnsupportedAudience,
		Message:     "The audience plan asks for what " + product.ID + " is not sold by. Leave out of it what unsupported names.",
		Unsupported: unsupported[:min(mostAudiences, len(unsupported))],
	}
}

// mostAudiences bounds how many audiences of a plan are named.
const mostAudiences = 50

// audiencesOf are the audiences that a plan asks for, in the order of its members' names.
func audiencesOf(plan json.RawMessage) []audience {
	if len(plan) == 0 {
		return nil
	}
	var members map[string]any
	if json.Unmarshal(plan, &members) != nil {
		return nil // no plan
	}
	var asked []audience
	for _, role := range slices.Sorted(maps.Keys(members)) {
		path := "$.audience_plan." + role
		switch named := members[role].(type) {
		case nil:
		case []any:
			for i, ref := range named {
				asked = append(asked, audience{fmt.Sprintf("%s[%d]", path, i), role, ref})
			}
		case map[string]any:
			if len(named) > 0 {
				asked = append(asked, audience{path, role, named})
			}
		default:
			if !slices.Contains(planRecords, role) && named != "" && named != false {
				asked = append(asked, audience{path, role, named})
			}
		}
	}
	return asked
}

// PlannedSegments are the ids of the segments that an audience plan asks for. Of a plan that was taken, they are what its deal
// is limited to.
func PlannedSegments(plan json.RawMessage) []string {
	var ids []string
	for _, a := range audiencesOf(plan) {
		ids = append(ids, a.id())
	}
	return ids
}

func (a audience) kind() string {
	switch kind := a.text("type"); kind {
	case "contextual", "agentic":
		return kind
	}
	return "standard"
}

// id is the segment's; empty where none is named.
func (a audience) id() string {
	if bare, is := a.ref.(string); is {
		return bare
	}
	if id := a.text("identifier"); id != "" {
		return id
	}
	return a.text("id")
}

func (a audience) text(member string) string {
	members, _ := a.ref.(map[string]any)
	text, _ := members[member].(string)
	return text
}

// unsold says why a product is not sold by an audience; empty when it is.
func (a audience) unsold(product parley.Product) string {
	if kind := a.kind(); kind != "standard" {
		return kind + " audiences are not targeted by this seller"
	}
	if len(product.AudienceSegments) == 0 {
		return product.ID + " is not sold by audience"
	}
	if !slices.Contains(honouredRoles, a.role) {
		return a.role + " are not honoured by this seller: it takes a primary audience, or segments, and nothing that narrows or widens them"
	}
	if word := strings.ToLower(a.text("role")); !slices.Contains(reach, word) {
		return "the role " + word + " is not honoured by this seller"
	}
	if taxonomy := a.text("taxonomy"); taxonomy != "" && taxonomy != parley.AudienceTaxonomy {
		return "segments are of the taxonomy " + parley.AudienceTaxonomy
	}
	if version := a.text("version"); version != "" && version != parley.AudienceTaxonomyVersion {
		return "segments are of version " + parley.AudienceTaxonomyVersion + " of " + parley.AudienceTaxonomy
	}
	members, _ := a.ref.(map[string]any)
	for _, member := range slices.Sorted(maps.Keys(members)) {
		if members[member] != nil && !slices.Contains(audienceRecords, member) {
			return "its " + member + " is not honoured by this seller"
		}
	}
	if !slices.Contains(product.AudienceSegments, a.id()) {
		return product.ID + " is not sold by this segment; it is by " + strings.Join(product.AudienceSegments, ", ")
	}
	return ""
}
