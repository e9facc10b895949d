package document

import (
	"parley"
	"parley/wire/contract"
)

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

// SessionRequest is the body that begins a session.
type SessionRequest struct {
	Idempotency
	Conversation
	Metadata      Object    `json:"metadata,omitempty" doc:"Kept and answered; at most 16,000 bytes."`
	BuyerIdentity *Identity `json:"buyer_identity,omitempty" doc:"Taken and not used: the key says who the buyer is."`
}

// MessageRequest is the body that says something: content, or message for the same; type in the sender's own words. What else
// a buyer's program says, such as a target_cpm with its rationale, is kept in the metadata.
type MessageRequest struct {
	Idempotency
	Content     string `json:"content,omitempty" maxLength:"8000"`
	Message     string `json:"message,omitempty" maxLength:"8000" doc:"The same as content."`
	Type        string `json:"type,omitempty" maxLength:"64" doc:"Such as inquiry; general when absent."`
	MessageType string `json:"message_type,omitempty" maxLength:"64" doc:"The same as type."`
	Metadata    Object `json:"metadata,omitempty" doc:"At most 16,000 bytes. Members of a buyer's message that are not named here are put into it."`
}

// Collects names the member that keeps what a message says beyond these.
func (*MessageRequest) Collects() string { return "metadata" }

// SessionFilter narrows a list of sessions.
type SessionFilter struct {
	Status parley.SessionStatus `json:"status,omitempty" query:"status" enum:"active,closed,expired"`
	Paging
}
