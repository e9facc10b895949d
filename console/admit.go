package console

import (
	"net/http"
	"strconv"

	"parley"
	"parley/admission"
)

// admitted runs an action when there is a place for it among what the server works on. Whatever waits for the browser
// comes before it, or gives the place back.
func (x *exchange) admitted(run action) error {
	leave, err := x.options.Admission.Enter(x.Context())
	if err != nil {
		return err
	}
	x.leave = leave
	defer x.giveWay()
	return run(x)
}

// giveWay gives the place back early, for an answer that stays open.
func (x *exchange) giveWay() {
	if x.leave != nil {
		x.leave()
		x.leave = nil
	}
}

// retryAfter is how many seconds a browser waits when the error does not say.
const retryAfter = 5

// comeBack says in the answer's header when to try again, if the error is one that passes.
func (x *exchange) comeBack(told *parley.Error, status int) {
	if status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests {
		return
	}
	seconds, known := told.Facts[admission.RetryAfterFact].(int)
	if !known {
		seconds = retryAfter
	}
	x.ResponseWriter.Header().Set("Retry-After", strconv.Itoa(seconds))
}
