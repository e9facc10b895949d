package console

import (
	"net/http"
	"strings"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) eventRoutes() []route {
	return []route{
		get("/events", c.eventList),
		get("/events.csv", c.eventExport),
		get("/events/{id}", c.eventPage),
	}
}

func (x *exchange) events() list[parley.Event] {
	q := x.query()
	filter := seller.EventFilter{Type: parley.EventType(q.text("type"))}
	id := q.text("id")
	for _, by := range []struct {
		prefix string
		field  *string
	}{
		{parley.PrefixQuote, &filter.QuoteID}, {parley.PrefixProposal, &filter.ProposalID},
		{parley.PrefixNegotiation, &filter.NegotiationID}, {parley.PrefixOrder, &filter.OrderID}, {"", &filter.DealID},
	} {
		if id != "" && strings.HasPrefix(id, by.prefix) {
			*by.field = id
			break
		}
	}
	if since, err := parley.ParseDate(q.text("since")); err == nil {
		filter.Since = since.Begins(x.service.Settings().TimeZone)
	}
	return list[parley.Event]{
		what: "events", filters: []string{"type", "id", "since"},
		id: func(event parley.Event) string { return event.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Event], error) {
			filter.Page = page
			return x.service.Events(x.Context(), x.call, filter)
		},
	}
}

// eventListPage is the log with the types that it can be narrowed to.
type eventListPage struct {
	listPage[parley.Event]
	Types []string
}

// eventTypes are the choices of the log's filter.
var eventTypes = func() []string {
	choices := []string{"=Any type"}
	for _, t := range parley.EventTypes {
		choices = append(choices, string(t)+"="+words(t))
	}
	return choices
}()

func (c *console) eventList(x *exchange) error {
	q := x.query()
	rows, pager, err := x.events().page(q)
	if err != nil {
		return err
	}
	content := eventListPage{listPage[parley.Event]{rows, pager, q, q.filterForm()}, eventTypes}
	return x.show("events", http.StatusOK, page{Title: "Event log", Section: "events", Live: []string{""}, Data: content})
}

func (c *console) eventExport(x *exchange) error {
	return x.events().export(x, []column[parley.Event]{
		{"event_id", func(e parley.Event) string { return e.ID }},
		{"event_type", func(e parley.Event) string { return string(e.Type) }},
		{"occurred_at", func(e parley.Event) string { return e.OccurredAt.Format(time.RFC3339Nano) }},
		{"actor", func(e parley.Event) string { return e.Actor }},
		{"flow_id", func(e parley.Event) string { return e.FlowID }},
		{"deal_id", func(e parley.Event) string { return e.DealID }},
		{"order_id", func(e parley.Event) string { return e.OrderID }},
		{"data", func(e parley.Event) string { return string(e.Data) }},
	})
}

func (c *console) eventPage(x *exchange) error {
	event, err := c.service.Event(x.Context(), x.call, x.PathValue("id"))
	if err != nil {
		return missing(err, "event", x.PathValue("id"))
	}
	return x.show("event", http.StatusOK, page{Title: words(event.Type), Section: "events", Data: event})
}
