package contract

import "parley"

// ErrorEnvelope is the body of a refusal.
type ErrorEnvelope struct {
	Detail ErrorDetail `json:"detail"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (e *ErrorEnvelope) UnmarshalJSON(raw []byte) error {
	type message ErrorEnvelope
	return decode(raw, (*message)(e), "detail")
}

// ErrorDetail says what was refused, and why.
type ErrorDetail struct {
	Error       parley.Code          `json:"error"`
	Message     string               `json:"message"`
	Unsupported []parley.Unsupported `json:"unsupported"`
}
