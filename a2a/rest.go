package a2a

import (
	"errors"
	"net/http"
	"strings"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/errordetails"

	"parley"
	"parley/edge"
)

// The binding to HTTP and JSON has errors in the form of google.rpc.Status, whose status is a word of gRPC's.
var words = map[int]string{
	http.StatusBadRequest: "INVALID_ARGUMENT", http.StatusUnprocessableEntity: "INVALID_ARGUMENT", http.StatusRequestEntityTooLarge: "INVALID_ARGUMENT",
	http.StatusUnsupportedMediaType: "INVALID_ARGUMENT", http.StatusUnauthorized: "UNAUTHENTICATED", http.StatusForbidden: "PERMISSION_DENIED",
	http.StatusNotFound: "NOT_FOUND", http.StatusMethodNotAllowed: "UNIMPLEMENTED", http.StatusTooManyRequests: "RESOURCE_EXHAUSTED",
	http.StatusServiceUnavailable: "UNAVAILABLE", http.StatusInternalServerError: "INTERNAL",
}

// refuseREST answers a request of the binding that the protocol's library does not get to see.
func (x *exchange) refuseREST(failure *parley.Error) {
	status := edge.Refuse(x.w.Header(), failure)
	if failure.Code == parley.CodeMalformed || failure.Code == parley.CodeValidation {
		status = http.StatusBadRequest // the binding has no other
	}
	word, reason := words[status], strings.ToUpper(string(failure.Code))
	if failure.Code == parley.CodeValidation {
		reason = sdk.ErrorReason(sdk.ErrInvalidParams)
	}
	if errors.Is(failure, errVersion) {
		word, reason = "FAILED_PRECONDITION", sdk.ErrorReason(sdk.ErrVersionNotSupported)
	}
	x.write(status, map[string]any{"error": map[string]any{
		"code": status, "status": word, "message": failure.Message, "details": []any{
			errordetails.NewFromStruct(map[string]any{"detail": x.detail(failure)}),
			errordetails.NewErrorInfo(reason, sdk.ProtocolDomain, map[string]string{"requestId": x.requestID}),
		},
	}})
}

// unknownREST is why the protocol's library has nothing at a path, or not by a method.
func unknownREST(status int) *parley.Error {
	if status == http.StatusMethodNotAllowed {
		return parley.Errorf(parley.CodeMethodNotAllowed, "This path is used with another method.")
	}
	return errUnknownPath
}

// errVersion refuses a version of the protocol that the binding is not in.
var errVersion = parley.Errorf(parley.CodeMalformed, "Version 1.0 of the protocol is spoken here alone; A2A-Version names another. Version 0.3 is at %s.", Path)

// checkVersion refuses a client of another version than the binding's. One that names none has found the path by the card, which says
// which version it has.
func checkVersion(r *http.Request) error {
	for _, named := range [...]string{r.Header.Get("A2A-Version"), r.URL.Query().Get("A2A-Version")} {
		if named = strings.TrimSpace(named); named != "" && named != currentVersion {
			return errVersion
		}
	}
	return nil
}
