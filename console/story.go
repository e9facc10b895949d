package console

import (
	"slices"

	"parley"
	"parley/seller"
)

// storyRows is how much of a story one page tells.
const storyRows = 200

// story is what happened to something and who changed it.
type story struct {
	Events []parley.Event      // newest first
	Audits []parley.AuditEntry // newest first
	Whole  bool                // nothing is left out
}

// story gathers the events that match and the audit entries of some resources.
func (x *exchange) story(filter seller.EventFilter, resources ...seller.AuditFilter) (story, error) {
	told := story{Whole: true}
	filter.Page = seller.Page{Limit: storyRows, Newest: true, CountTo: storyRows + 1}
	events, err := x.service.Events(x.Context(), x.call, filter)
	if err != nil {
		return told, err
	}
	told.Events = events.Items
	told.Whole = events.Total <= storyRows
	for _, resource := range resources {
		resource.Page = filter.Page
		audits, err := x.service.Audits(x.Context(), x.call, resource)
		if err != nil {
			return told, err
		}
		told.Audits = append(told.Audits, audits.Items...)
		told.Whole = told.Whole && audits.Total <= storyRows
	}
	slices.SortStableFunc(told.Audits, func(a, b parley.AuditEntry) int { return b.At.Compare(a.At) })
	return told, nil
}

func auditsOf(resource, id string) seller.AuditFilter {
	return seller.AuditFilter{Resource: resource, ResourceID: id}
}
