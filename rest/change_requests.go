package rest

import (
	"net/http"

	"parley/wire"
)

var changeRoutes = []Route{
	act(Route{
		Access: AccessCredential,
		ID:     "requestChange", Tag: "Change requests", Summary: "Ask for a deal to be changed",
		Description: "What the change does to the deal says how severe it is, whatever it calls itself: a minor one is approved at " +
			"once, any other waits for a person, and one that changes none of the deal's terms is work that a person takes on. Name old values in diffs to have the request refused when the deal has others. " +
			"proposed_values knows flight_start, flight_end, impressions, price, and with a cancellation cancel_pct (1 is all of it) " +
			"and effective_date; product_id, deal_type and currency are taken where they are the deal's own, since no change moves them. " +
			"Members about creatives, notes and reason are for people, and so are any others of a request that is work for them " +
			"(creative, targeting, makegood, other). What else there is does nothing: it is named in Ignored-Fields, and an operator's is refused.",
		Example: `{"change_type": "flight_dates", "deal_id": "PRLY-7K4MC-X9TRP", "proposed_values": {"flight_end": "2026-09-02"}, ` +
			`"diffs": [{"field": "flight_end", "old_value": "2026-08-31", "new_value": "2026-09-02"}], "reason": "Launch moved", ` +
			`"idempotency_key": "00000000-0000-4000-8000-000000000008"}`,
		Failures: []int{http.StatusNotFound, http.StatusConflict},
	}, wire.RequestChange, sampleChange),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/change-requests", Access: AccessCredential,
		ID: "listChanges", Tag: "Change requests", Summary: "List change requests",
	}, wire.ListChanges, sampleChange),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/change-requests/{change_request_id}", Access: AccessCredential,
		ID: "getChange", Tag: "Change requests", Summary: "Read a change request",
	}, wire.GetChange, sampleChange),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "reviewChange", Tag: "Change requests", Summary: "Decide on a change request",
		Description: "Decides the approval that the change waits for, which needs the role that the approval names. An approved " +
			"change is applied by its own request.",
		Example:  `{"decision": "approve", "reason": "Agreed by telephone"}`,
		Failures: []int{http.StatusConflict},
	}, wire.ReviewChange, sampleChange),
	act(Route{
		Access: AccessCredential,
		ID:     "applyChange", Tag: "Change requests", Summary: "Apply an approved change",
		Description: "Changes the deal, its orders and the inventory together, or nothing: then the status is failed, and " +
			"failure_reason says why. Applying again answers the same. An approved change can be applied for 7 days. What the seller " +
			"asked for and costs the buyer (a higher price, another volume, other days, the end of a deal that runs) is the buyer's. " +
			"The change is judged anew: one that somebody has to be asked about by now, for its price, its days or the publisher's " +
			"rules, answers 202 with the status pending_approval and a new approval_id, and can be applied once it is approved.",
		Example:  repeatedExample,
		Failures: []int{http.StatusConflict},
	}, wire.ApplyChange, sampleChange),
}
