package wire

import (
	"strings"

	"parley"
)

// Conversation is embedded in the bodies of what buyers do, to have it count to a session.
type Conversation struct {
	SessionID string `json:"session_id,omitempty" maxLength:"128" doc:"Of the session that this is part of; the X-Session-Id header says the same."`
	ContextID string `json:"contextId,omitempty" maxLength:"128" doc:"The buyer's own name of a session, which its first use opens; the X-Context-Id header says the same. Without a key it means nothing."`
}

// takeSession answers what names the session and removes it, so that it does not count when bodies are compared.
func (c *Conversation) takeSession() (sessionID, contextID string) {
	sessionID, contextID = c.SessionID, c.ContextID
	*c = Conversation{}
	return sessionID, contextID
}

// maxSessionName is how long a name of a session may be.
const maxSessionName = 128

// ConversationOf answers which session a request is part of, as its body or its headers name it.
func ConversationOf(header func(string) string, body any) (sessionID, contextID string, err error) {
	if conversing, ok := body.(interface{ takeSession() (string, string) }); ok {
		sessionID, contextID = conversing.takeSession()
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
		case len(given) > maxSessionName || textProblem([]byte(given), given) != "":
			return "", "", parley.Invalid(name.header, "must be text that is not longer than %d bytes", maxSessionName)
		default:
			*name.value = given
		}
	}
	return sessionID, contextID, nil
}
