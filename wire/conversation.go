package wire

import (
	"strings"

	"parley"
	"parley/wire/document"
)

// Conversation is embedded in the bodies of what buyers do, to have it count to a session.
type Conversation = document.Conversation

// maxSessionName is how long a name of a session may be.
const maxSessionName = 128

// ConversationOf answers which session a request is part of, as its body or its headers name it.
func ConversationOf(header func(string) string, body any) (sessionID, contextID string, err error) {
	if conversing, ok := body.(interface{ TakeSession() (string, string) }); ok {
		sessionID, contextID = conversing.TakeSession()
	}
	for _, name := range []struct {
		header, field string
		value         *string
	}{{"X-Session-Id", "session_id", &sessionID}, {"X-Context-Id", "contextId", &contextID}} {
		given := strings.TrimSpace(header(name.header))
		switch {
		case given == "":
		case *name.value != "" && *name.value != given:
			return "", "", parley.Invalid(name.field, "is another one than %s names; send one", name.header)
		case len(given) > maxSessionName || textProblem(given) != "":
			return "", "", parley.Invalid(name.header, "must be text that is not longer than %d bytes", maxSessionName)
		default:
			*name.value = given
		}
	}
	return sessionID, contextID, nil
}
