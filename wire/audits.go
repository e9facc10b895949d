package wire

import (
	"context"
	"encoding/json"
	"time"

	"parley"
	"parley/seller"
)

// AuditFilter narrows a list of audits.
type AuditFilter struct {
	Resource   string  `json:"resource,omitempty" query:"resource" maxLength:"64" doc:"Kind of the resource, such as deal."`
	ResourceID string  `json:"resource_id,omitempty" query:"resource_id" maxLength:"128"`
	Actor      string  `json:"actor,omitempty" query:"actor" maxLength:"200" doc:"As in events, or the id of its key alone. Whoever has its key is meant, by every key that it was rotated from and into."`
	Since      *Moment `json:"since,omitempty" query:"since" doc:"At or after a time, or from a day on."`
	Until      *Moment `json:"until,omitempty" query:"until" doc:"Before a time, or up to the end of a day."`
	Paging
}

// Domain is what the flow takes.
func (f AuditFilter) Domain(zone *time.Location, page seller.Page) seller.AuditFilter {
	return seller.AuditFilter{
		Resource: f.Resource, ResourceID: f.ResourceID, Actor: f.Actor,
		Since: f.Since.Since(zone), Until: f.Until.Until(zone), Page: page,
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

// AuditOf writes an entry of the audit trail.
func AuditOf(_ View, a parley.AuditEntry) AuditEntry {
	return AuditEntry(a)
}

// ListAudit finds who changed what.
var ListAudit = List[AuditFilter, parley.AuditEntry, AuditEntry]{
	Plural: "audit", Render: AuditOf,
	Find: func(ctx context.Context, x *Exchange, f AuditFilter, page seller.Page) (seller.Listing[parley.AuditEntry], error) {
		return x.Service.Audits(ctx, x.Call, f.Domain(x.Settings.TimeZone, page))
	},
}
