package rest

import (
	"net/http"

	"parley/wire"
)

var auditRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/audit", Access: AccessOperator, Scopes: viewer,
		ID: "listAudit", Tag: "Operations", Summary: "Find who changed what",
	}, wire.ListAudit, sampleAudit),
}
