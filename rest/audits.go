package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"parley"
	"parley/seller"
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
			return x.service.Audits(ctx, x.call, filter.domain(page))
		},
		render:  renderAudit,
		example: sampleAudit,
	}),
}

type auditFilter struct {
	Resource   string     `query:"resource" maxLength:"64" doc:"Kind of the resource, such as deal."`
	ResourceID string     `query:"resource_id" maxLength:"128"`
	Actor      string     `query:"actor" maxLength:"200"`
	Since      *time.Time `query:"since" doc:"At or after."`
	Until      *time.Time `query:"until" doc:"Before."`
	Paging
}

func (f auditFilter) domain(page seller.Page) seller.AuditFilter {
	filter := seller.AuditFilter{Resource: f.Resource, ResourceID: f.ResourceID, Actor: f.Actor, Page: page}
	if f.Since != nil {
		filter.Since = f.Since.UTC()
	}
	if f.Until != nil {
		filter.Until = f.Until.UTC()
	}
	return filter
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

func renderAudit(_ *exchange, a parley.AuditEntry) AuditEntry {
	return AuditEntry(a)
}
