package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
)

var auditRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/audit", Access: AccessOperator, Scopes: viewer,
		ID: "listAudit", Tag: "Operations", Summary: "Find who changed what",
	}, listing[wire.AuditFilter, parley.AuditEntry, wire.AuditEntry]{
		plural: "audit",
		run: func(
			ctx context.Context, x *exchange, filter wire.AuditFilter, page seller.Page,
		) (seller.Listing[parley.AuditEntry], error) {
			return x.service.Audits(ctx, x.call, filter.Domain(x.Settings.TimeZone, page))
		},
		render:  wire.AuditOf,
		example: sampleAudit,
	}),
}
