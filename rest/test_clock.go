package rest

import (
	"net/http"
	"time"

	"parley/seller"
	"parley/wire"
)

var testClockRoutes = []Route{
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/test/clock", Access: AccessPublic,
		ID: "getTestClock", Tag: "Test world", Summary: "Read the clock",
		Description: "With a key of the test world, the clock that everything there happens by. With any other, and without one, the machine's, which " +
			"nobody moves.",
	}, wire.ReadTestClock, sampleClock),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "moveTestClock", Tag: "Test world", Summary: "Move the clock of the test world on",
		Description: "By a time, or to an instant, on every node. What has come due by then is done before this is answered: quotes, holds, proposals and " +
			"negotiations expire, approvals time out, deals are completed; what a destination has to be told follows within moments. The clock goes on from there, and is never put back. It needs " +
			"the key of an operator of the test world; one that trades for real is answered 409.",
		Example: `{"advance_seconds": 86400}`, Failures: []int{http.StatusConflict},
	}, wire.MoveTestClock, sampleClock),
}

var sampleClock = seller.ClockReading{Now: sampleTime, Ahead: 24 * time.Hour}
