package document

import "parley/wire/contract"

// Session is a session: the shared contract's, with its length.
type Session struct {
	contract.Session
	ContextID    *string `json:"context_id"`
	MessageCount int     `json:"message_count"`
}

// SentMessage is the answer to a message: that it is kept, and where business is done.
type SentMessage struct {
	SessionID    string                  `json:"session_id"`
	Message      contract.SessionMessage `json:"message"`
	MessageCount int                     `json:"message_count"`
	Type         string                  `json:"type"`
	Text         string                  `json:"text" doc:"The same for every message: no program answers them."`
}
