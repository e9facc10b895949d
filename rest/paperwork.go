package rest

import (
	"net/http"

	"parley/wire"
)

var paperworkRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/paperwork", Access: AccessOperator, Scopes: viewer,
		ID: "listPaperwork", Tag: "Deals", Summary: "Find deals by purchase order, label or note",
		Description: "What the publisher's people file with deals for themselves. No buyer reads it.",
	}, wire.ListPaperwork, samplePaperwork),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/deals/{deal_id}/paperwork", Access: AccessOperator, Scopes: viewer,
		ID: "getPaperwork", Tag: "Deals", Summary: "Read what the publisher files with a deal",
	}, wire.GetPaperwork, samplePaperwork),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "filePaperwork", Tag: "Deals", Summary: "File a purchase order, labels and a note with a deal",
		Description: "In the place of what was filed before, whatever the state of the deal.",
		Example:     `{"purchase_order": "PO-2026-114", "labels": ["upfront"], "note": "Invoices go to the agency.", "version": 0}`,
		Failures:    []int{http.StatusNotFound, http.StatusPreconditionFailed},
	}, wire.FilePaperwork, samplePaperwork),
}
