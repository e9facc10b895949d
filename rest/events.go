package rest

import (
	"context"
	"net/http"
	"time"

	"parley"
	"parley/seller"
	"parley/wire"
)

var eventRoutes = []Route{
	listOrWait(Route{
		Method: http.MethodGet, Path: "/events", Access: AccessCredential,
		ID: "listEvents", Tag: "Events", Summary: "List what happened",
		Description: "Every step of a flow leaves an event. To follow one flow, filter by flow_id: the quote or proposal that " +
			"it began with. With wait, the answer comes when there is something new, or after that many seconds without; " +
			"go on with its next_cursor, and no event is missed or comes twice. total_count then counts the rows at hand. 404 with begin_anew: " +
			"what follows the cursor is not kept any more.",
		Failures: []int{http.StatusNotFound},
	}, wire.ListEvents, sampleEvent, awaitEvents),
	one(Route{
		Method: http.MethodGet, Path: "/events/{event_id}", Access: AccessCredential,
		ID: "getEvent", Tag: "Events", Summary: "Read an event",
	}, wire.GetEvent, sampleEvent),
}

// awaitEvents is the long poll: of those who name a wait, and of those who go on where one has ended.
func awaitEvents(ctx context.Context, x *exchange, params wire.EventListFilter) (wire.Awaited[parley.Event], bool, error) {
	var none wire.Awaited[parley.Event]
	position, follows := wire.Follows(params.Paging)
	switch {
	case params.Wait == nil && !follows:
		return none, false, nil
	case params.Cursor != "" && !follows:
		return none, false, parley.Invalid("cursor", "is not one that waiting gave; start without it")
	case params.Offset != 0 || params.Order == "newest":
		return none, false, parley.Invalid("wait", "goes with the oldest first, and without an offset")
	}
	wait := 0
	if params.Wait != nil {
		wait = *params.Wait
	}
	ctx, leave, err := x.stay(ctx)
	if err != nil {
		return none, false, err
	}
	defer leave()
	events, position, err := x.Service.AwaitEvents(ctx, x.Call, position, params.Domain(x.Settings.TimeZone, seller.Page{}), params.Limit,
		time.Duration(wait)*time.Second)
	return wire.Awaited[parley.Event]{Items: events, Position: position}, true, err
}
