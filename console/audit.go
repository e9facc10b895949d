package console

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) auditRoutes() []route {
	return []route{get("/audit", c.auditList), get("/audit.csv", c.auditExport)}
}

// audits is what the query narrows the trail to.
func (x *exchange) audits(q query) seller.AuditFilter {
	r, zone := reader{values: q.Values}, x.service.Settings().TimeZone
	filter := seller.AuditFilter{Resource: q.text("resource"), ResourceID: q.text("id"), Actor: q.text("actor")}
	if since := r.date("since"); since != nil {
		filter.Since = since.Begins(zone)
	}
	if until := r.date("until"); until != nil {
		filter.Until = (*until + 1).Begins(zone)
	}
	return filter
}

// auditPage is the trail with whom it can be narrowed to.
type auditPage struct {
	listPage[parley.AuditEntry]
	By []string // choices: principals with what they are called
}

// auditList is paged by number, so that the pager can lead back as well.
func (c *console) auditList(x *exchange) error {
	q := x.query()
	r, filter := reader{values: q.Values}, x.audits(q)
	offset := int(max(r.number("offset"), 0))
	filter.Page = seller.Page{Limit: pageRows, Offset: offset, Newest: true, CountTo: offset + countTo + 1}
	listing, err := c.service.Audits(x.Context(), x.call, filter)
	if err != nil {
		return err
	}
	who, err := x.people()
	if err != nil {
		return err
	}
	p := pager{Total: listing.Total, Shown: len(listing.Items), What: "audit entries", ClearFilter: "?", Export: "audit.csv" + q.with("offset", "")}
	if int64(offset+pageRows) < listing.Total {
		p.Next = q.with("offset", plain(int64(offset+pageRows)))
	}
	if offset > 0 {
		p.First, p.Previous = q.with("offset", ""), q.with("offset", plain(int64(max(offset-pageRows, 0))))
	}
	p.HasFilter = filter.Resource+filter.ResourceID+filter.Actor+q.text("since")+q.text("until") != ""
	content := auditPage{listPage[parley.AuditEntry]{listing.Items, p, q, q.filterForm()}, who.actors(filter.Actor)}
	return x.show("audit", http.StatusOK, page{Title: "Audit trail", Section: "audit", Live: []string{""}, Data: content})
}

// actors are the choices of the publisher's people, each by all of their keys, and whoever is chosen already.
func (p people) actors(chosen string) []string {
	into, known := map[string]string{}, map[string]parley.Key{} // by ids of keys: the one that another was rotated into, and each
	for _, key := range p.keys {
		into[key.Replaces], known[key.ID] = key.ID, key
	}
	called := map[string]int{}
	type person struct{ actor, name, also string }
	var all []person
	for _, key := range p.keys {
		actor := key.Actor()
		if into[key.ID] != "" && actor != chosen {
			continue
		}
		one := person{actor: actor, name: p.name(actor)}
		var former []string
		for before, is := known[key.Replaces]; is; before, is = known[before.Replaces] {
			if name := p.name(before.Actor()); name != one.name && !slices.Contains(former, name) {
				former = append(former, name)
			}
		}
		if len(former) > 0 {
			one.also = ", formerly " + strings.Join(former, ", ")
		}
		called[strings.ToLower(one.name+one.also)]++
		all = append(all, one)
	}
	for i, one := range all {
		if called[strings.ToLower(one.name+one.also)] > 1 {
			all[i].also += " (" + strings.TrimPrefix(one.actor, "operator:") + ")"
		}
	}
	slices.SortFunc(all, func(a, b person) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name)), strings.Compare(a.also, b.also))
	})
	choices := []string{"=Anybody"}
	for _, one := range all {
		choices = append(choices, one.actor+"="+one.name+one.also)
	}
	if _, listed := p.names[chosen]; chosen != "" && !listed {
		choices = append(choices, chosen+"="+p.name(chosen))
	}
	return choices
}

// auditExport writes the trail, the newest entry first, with people by their names.
func (c *console) auditExport(x *exchange) error {
	who, err := x.people()
	if err != nil {
		return err
	}
	filter := x.audits(x.query())
	rows := list[parley.AuditEntry]{
		what: "audit", filters: []string{"since", "until"},
		id: func(a parley.AuditEntry) string { return plain(a.Seq) },
		fetch: func(page seller.Page) (seller.Listing[parley.AuditEntry], error) {
			filter.Page = page
			return c.service.Audits(x.Context(), x.call, filter)
		},
	}
	return rows.export(x, []column[parley.AuditEntry]{
		{"at", func(a parley.AuditEntry) string { return a.At.Format(time.RFC3339Nano) }},
		{"by", func(a parley.AuditEntry) string { return who.name(a.Actor) }},
		{"actor", func(a parley.AuditEntry) string { return a.Actor }},
		{"action", func(a parley.AuditEntry) string { return a.Action }},
		{"resource", func(a parley.AuditEntry) string { return a.Resource }},
		{"resource_id", func(a parley.AuditEntry) string { return a.ResourceID }},
		{"request_id", func(a parley.AuditEntry) string { return a.RequestID }},
		{"before", func(a parley.AuditEntry) string { return string(a.Before) }},
		{"after", func(a parley.AuditEntry) string { return string(a.After) }},
	})
}
