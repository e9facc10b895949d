package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
)

var auditRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/audit", Access: AccessOperator, Scopes: viewer,
		ID: "listAudit", Tag: "Operations", Summary: "Find who changed what",
	}, listing[auditFilter, parley.AuditEntry, AuditEntry]{
		plural: "audit",
		run: func(
			ctx context.Context, x *exchange, filter auditFilter, page seller.Page,
		) (seller.Listing[parley.AuditEntry], error) {
			return x.service.Audits(ctx, x.call, filter.Domain(x.Settings.TimeZone, page))
		},
		render:  renderAudit,
		example: sampleAudit,
	}),
}

type auditFilter struct {
	Resource   string  `query:"resource" maxLength:"64" doc:"Kind of the resource, such as deal."`
	ResourceID string  `query:"resource_id" maxLength:"128"`
	Actor      string  `query:"actor" maxLength:"200"`
	Since      *Moment `query:"since" doc:"At or after a time, or from a day on."`
	Until      *Moment `query:"until" doc:"Before a time, or up to the end of a day."`
	Paging
}

func (f auditFilter) Domain(zone *time.Location, page seller.Page) seller.AuditFilter {
	return seller.AuditFilter{
		Resource: f.Resource, ResourceID: f.ResourceID, Actor: f.Actor,
		Since: f.Since.since(zone), Until: f.Until.until(zone), Page: page,
	}
}

// AuditEntry is one change, with what was there before and after it.
type AuditEntry struct {
	Seq        int64           `json:"seq"`
	At         time.Time       `json:"at"`
	Actor      string          `json:"actor"`
	Action     string          `json:"action" doc:"Such as deal.book."`
	Resource   string          `json:"resource"`
	ResourceID string          `json:"resource_id"`
	RequestID  string          `json:"request_id"`
	Before     json.RawMessage `json:"before"`
	After      json.RawMessage `json:"after"`
}

func renderAudit(_ wire.View, a parley.AuditEntry) AuditEntry {
	return AuditEntry(a)
}
